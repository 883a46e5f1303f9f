//! Why a command failed, as JSON for programs: one line on stderr.

use super::flags::Flags;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::json;
use signpost_client::{ClientError, Code};
use signpost_proto::code_name;
use std::collections::BTreeMap;

/// Why a command failed. Every line has a code, a reason, a message, fields and help, empty where there is nothing to
/// say.
#[derive(Debug)]
pub(crate) struct ErrorJson {
    /// What happened, by the codes of gRPC.
    pub(crate) code: Code,
    /// The reason of the server: the contract's name without its prefix. Empty if no server refused.
    pub(crate) reason: String,
    /// What happened, for people.
    pub(crate) message: String,
    /// What is wrong: the path of a field or the name of an argument, and why.
    pub(crate) fields: Vec<(String, String)>,
    /// What to do.
    pub(crate) help: String,
    /// Details of the reason, such as ids and limits. Not written if there are none.
    pub(crate) metadata: BTreeMap<String, String>,
    /// The flags with which to send the same write again. Not written if empty.
    pub(crate) again: String,
}

impl ErrorJson {
    /// What happened, with nothing else to say.
    pub(crate) fn of(code: Code, message: impl Into<String>) -> ErrorJson {
        ErrorJson {
            code,
            reason: String::new(),
            message: message.into(),
            fields: Vec::new(),
            help: String::new(),
            metadata: BTreeMap::new(),
            again: String::new(),
        }
    }

    /// A call that failed.
    pub(crate) fn of_call(error: &ClientError, server: &str, flags: &Flags) -> ErrorJson {
        let cause = error.cause();
        let (usual, fields, help) = match error {
            ClientError::Invalid(faults, _) => {
                let flags = faults.iter().filter_map(|(field, _)| {
                    let flag = flags.of_field(field)?;
                    Some(format!("{field} is {flag}"))
                });
                let flags: Vec<String> = flags.collect();
                let fields = faults.iter().filter(|(field, _)| !field.is_empty());
                let fields = fields.cloned().collect();
                (Code::InvalidArgument, fields, flags.join("; "))
            }
            ClientError::NotFound { .. } => (Code::NotFound, Vec::new(), String::new()),
            ClientError::Conflict(..) => (Code::Aborted, Vec::new(), String::new()),
            ClientError::WrongState(..) => (Code::FailedPrecondition, Vec::new(), String::new()),
            ClientError::TryAgain { .. } => {
                (Code::ResourceExhausted, Vec::new(), "try again".to_owned())
            }
            ClientError::Unavailable(..) => {
                let help = format!("asked: {server}; is this the right server, and does it run?");
                (Code::Unavailable, Vec::new(), help)
            }
            ClientError::Other(status) => (status.code(), Vec::new(), String::new()),
        };
        ErrorJson {
            reason: cause.name().to_owned(),
            fields,
            help,
            metadata: cause.metadata,
            ..ErrorJson::of(cause.code.unwrap_or(usual), error.to_string())
        }
    }

    /// A command line that is wrong.
    pub(crate) fn of_arguments(error: &clap::Error) -> ErrorJson {
        let text = error.render().to_string();
        let code = Code::InvalidArgument;
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return ErrorJson {
                help: text.trim_end().to_owned(),
                ..ErrorJson::of(code, "a command is missing")
            };
        }
        let mut parts = text.trim_end().split("\n\n");
        let message = parts.next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        let message: Vec<&str> = message.lines().map(str::trim).collect();
        let message = message.join(" ");
        let help = parts.map(str::trim_end).collect::<Vec<_>>();
        let names = error
            .context()
            .filter(|(kind, _)| *kind == ContextKind::InvalidArg);
        let names = names.flat_map(|(_, value)| match value {
            ContextValue::String(name) => vec![name.clone()],
            ContextValue::Strings(names) => names.clone(),
            _ => Vec::new(),
        });
        let why = |name| (name, message.clone());
        ErrorJson {
            fields: names.map(why).collect(),
            help: help.join("\n"),
            ..ErrorJson::of(code, message.clone())
        }
    }

    /// The one line.
    pub(crate) fn line(&self) -> String {
        let fields = self.fields.iter();
        let fields = fields.map(|(field, message)| json!({"field": field, "message": message}));
        let mut json = json!({
            "code": code_name(self.code),
            "reason": self.reason,
            "message": self.message,
            "fields": fields.collect::<Vec<_>>(),
            "help": self.help,
        });
        if !self.metadata.is_empty() {
            json["metadata"] = json!(self.metadata);
        }
        if !self.again.is_empty() {
            json["again"] = json!(self.again);
        }
        json.to_string()
    }
}
