//! Why a command failed, and its exit code.

use super::Session;
use super::error_json::ErrorJson;
use super::flags::Flags;
use super::render::words;
use super::stderr::say;
use signpost_client::{ClientError, Code};
use std::io;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A call did not succeed.
    Call(ClientError),
    /// A write may or may not have happened. The same write can be sent again; it is then not done twice.
    Unsure {
        /// Why the result is not known.
        error: ClientError,
        /// The flags to add to the command line so that the server sees the same write.
        again: String,
    },
    /// The command line, or a file that it names, must be corrected.
    Fix(String),
    /// The value of an argument must be corrected.
    Argument {
        /// The argument as the help writes it, such as `--tier`.
        name: &'static str,
        /// What is wrong.
        what: String,
        /// What would be right; empty if `what` says it.
        help: String,
    },
    /// Stdout cannot be written.
    Output(io::Error),
    /// Nothing of this kind has one of these names.
    Missing {
        /// What kind of thing, such as `case`.
        kind: &'static str,
        /// The names that do not exist.
        names: Vec<String>,
    },
    /// The command stopped before its end, and can continue when it is run again.
    Again(String),
    /// Somebody pressed Ctrl-C. The text has the flags to add so that the server sees the same write.
    Interrupted(String),
    /// Something else that the caller cannot mend.
    Other(String),
}

impl Failure {
    /// The exit code. 0: done. 1: try again. 2: correct the request or the command line. 3: any other failure.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Call(ClientError::TryAgain { .. } | ClientError::Unavailable(..))
            | Failure::Unsure { .. }
            | Failure::Again(_)
            | Failure::Interrupted(_) => 1,
            Failure::Call(
                ClientError::Invalid(..)
                | ClientError::NotFound { .. }
                | ClientError::Conflict(..)
                | ClientError::WrongState(..),
            )
            | Failure::Missing { .. }
            | Failure::Argument { .. }
            | Failure::Fix(_) => 2,
            Failure::Call(ClientError::Other(_)) | Failure::Output(_) | Failure::Other(_) => 3,
        }
    }

    /// Prints on stderr what happened, and gives the exit code. For people, the message names the server where the
    /// wrong one may have been asked, and the flag of each field that is wrong. With `--json`, it is one line of JSON,
    /// see [`ErrorJson`].
    pub(crate) fn tell(&self, session: &Session, flags: &Flags) -> ExitCode {
        let server = session.server();
        if session.out.json {
            let told = self.for_programs(server, flags);
            told.iter().for_each(|told| say(&told.line()));
            return ExitCode::from(self.exit_code());
        }
        let words = match self {
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Failure::Output(error) => Some(format!("stdout: {error}")),
            Failure::Call(error) => Some(called(error, server, flags)),
            Failure::Unsure { error, again } => Some(format!(
                "{}\nto send the same again: {again}",
                called(error, server, flags)
            )),
            Failure::Missing { kind, names } => Some(missing(kind, names)),
            Failure::Interrupted(again) => {
                Some(format!("stopped\nto send the same again: {again}"))
            }
            Failure::Argument { name, what, help } => Some(format!("{name}: {what}\n{help}")),
            Failure::Fix(words) | Failure::Again(words) | Failure::Other(words) => {
                Some(words.clone())
            }
        };
        for line in words.iter().flat_map(|words| words.lines()) {
            say(&format!("signpost: {line}"));
        }
        ExitCode::from(self.exit_code())
    }

    /// What happened, for programs. `None` if stdout is a closed pipe.
    fn for_programs(&self, server: &str, flags: &Flags) -> Option<ErrorJson> {
        let same_again = |again: &str| format!("to send the same again: {again}");
        Some(match self {
            Failure::Call(error) => ErrorJson::of_call(error, server, flags),
            Failure::Unsure { error, again } => ErrorJson {
                help: same_again(again),
                again: again.clone(),
                ..ErrorJson::of_call(error, server, flags)
            },
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return None,
            Failure::Output(error) => ErrorJson::of(Code::Unknown, format!("stdout: {error}")),
            Failure::Missing { kind, names } => ErrorJson {
                reason: "NOT_FOUND".to_owned(),
                ..ErrorJson::of(Code::NotFound, missing(kind, names))
            },
            Failure::Interrupted(again) => ErrorJson {
                help: same_again(again),
                again: again.clone(),
                ..ErrorJson::of(Code::Cancelled, "stopped")
            },
            Failure::Argument { name, what, help } => ErrorJson {
                fields: vec![((*name).to_owned(), what.clone())],
                help: help.clone(),
                ..ErrorJson::of(Code::InvalidArgument, format!("{name}: {what}"))
            },
            Failure::Fix(words) => ErrorJson::of(Code::InvalidArgument, words.as_str()),
            Failure::Again(words) => ErrorJson::of(Code::Unavailable, words.as_str()),
            Failure::Other(words) => ErrorJson::of(Code::Unknown, words.as_str()),
        })
    }
}

/// The message that these names do not exist.
fn missing(kind: &str, names: &[String]) -> String {
    match names {
        [one] => format!("there is no {kind} {one}"),
        more => format!(
            "{} not found: {}",
            words::counted(more.len() as u64, kind),
            more.join(", ")
        ),
    }
}

fn called(error: &ClientError, server: &str, flags: &Flags) -> String {
    match error {
        ClientError::Unavailable(..) => format!("{error} (asked: {server})"),
        ClientError::Invalid(faults, _) => {
            let with_flag = |(field, what): &(String, String)| match flags.of_field(field) {
                Some(flag) => (format!("{field} ({flag})"), what.clone()),
                None => (field.clone(), what.clone()),
            };
            let faults = faults.iter().map(with_flag).collect();
            ClientError::Invalid(faults, error.cause()).to_string()
        }
        _ => error.to_string(),
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        Failure::Call(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_client::{Cause, v1};

    #[test]
    fn programs_read_one_object() {
        let cause = Cause {
            code: Some(Code::FailedPrecondition),
            reason: v1::ErrorReason::CaseMerged,
            metadata: [("case_id".to_owned(), "case_1".to_owned())].into(),
        };
        let faults = vec![("context.channel".to_owned(), "is empty".to_owned())];
        let gone = || ClientError::Unavailable("gone".to_owned(), Cause::default());
        let told = [
            Failure::Call(ClientError::WrongState("is merged".to_owned(), cause)),
            Failure::Call(ClientError::Invalid(faults, Cause::default())),
            Failure::Call(gone()),
            Failure::Unsure {
                error: gone(),
                again: "--request-id r1".to_owned(),
            },
            Failure::Fix("t.csv: there is no \"header\"".to_owned()),
            Failure::Argument {
                name: "--tier",
                what: "there is no tier golt".to_owned(),
                help: "did you mean gold?".to_owned(),
            },
            Failure::Interrupted("--request-id r1".to_owned()),
            Failure::Missing {
                kind: "case",
                names: vec!["case_8".to_owned(), "case_9".to_owned()],
            },
            Failure::Output(io::ErrorKind::BrokenPipe.into()),
        ];
        let flags = Flags::default();
        let told = told.iter();
        let told = told.filter_map(|it| it.for_programs("127.0.0.1:1", &flags));
        let told: Vec<String> = told.map(|told| told.line()).collect();
        expect_test::expect![[r#"
            {"code":"FAILED_PRECONDITION","fields":[],"help":"","message":"is merged","metadata":{"case_id":"case_1"},"reason":"CASE_MERGED"}
            {"code":"INVALID_ARGUMENT","fields":[{"field":"context.channel","message":"is empty"}],"help":"","message":"context.channel: is empty","reason":""}
            {"code":"UNAVAILABLE","fields":[],"help":"asked: 127.0.0.1:1; is this the right server, and does it run?","message":"the server is not available: gone","reason":""}
            {"again":"--request-id r1","code":"UNAVAILABLE","fields":[],"help":"to send the same again: --request-id r1","message":"the server is not available: gone","reason":""}
            {"code":"INVALID_ARGUMENT","fields":[],"help":"","message":"t.csv: there is no \"header\"","reason":""}
            {"code":"INVALID_ARGUMENT","fields":[{"field":"--tier","message":"there is no tier golt"}],"help":"did you mean gold?","message":"--tier: there is no tier golt","reason":""}
            {"again":"--request-id r1","code":"CANCELLED","fields":[],"help":"to send the same again: --request-id r1","message":"stopped","reason":""}
            {"code":"NOT_FOUND","fields":[],"help":"","message":"2 cases not found: case_8, case_9","reason":"NOT_FOUND"}
        "#]].assert_eq(&(told.join("\n") + "\n"));
    }

    fn try_again() -> ClientError {
        ClientError::TryAgain {
            message: String::new(),
            pause: None,
            cause: Cause::default(),
        }
    }

    #[test]
    fn exit_codes_say_what_to_do() {
        let table = [
            (Failure::Call(try_again()), 1),
            (
                Failure::Call(ClientError::Unavailable(String::new(), Cause::default())),
                1,
            ),
            (
                Failure::Call(ClientError::Invalid(Vec::new(), Cause::default())),
                2,
            ),
            (
                Failure::Call(ClientError::Conflict(String::new(), Cause::default())),
                2,
            ),
            (
                Failure::Call(ClientError::WrongState(String::new(), Cause::default())),
                2,
            ),
            (Failure::Again(String::new()), 1),
            (Failure::Interrupted(String::new()), 1),
            (
                Failure::Missing {
                    kind: "case",
                    names: Vec::new(),
                },
                2,
            ),
            (
                Failure::Unsure {
                    error: try_again(),
                    again: String::new(),
                },
                1,
            ),
            (Failure::Fix(String::new()), 2),
            (
                Failure::Argument {
                    name: "--tier",
                    what: String::new(),
                    help: String::new(),
                },
                2,
            ),
            (Failure::Other(String::new()), 3),
            (Failure::Output(io::ErrorKind::BrokenPipe.into()), 0),
            (Failure::Output(io::ErrorKind::StorageFull.into()), 3),
        ];
        for (failure, code) in table {
            assert_eq!(failure.exit_code(), code, "{failure:?}");
        }
    }
}
