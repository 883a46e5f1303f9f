//! A gRPC status turned into what the caller can do about it.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Why a call gave no answer; one variant for each thing that a caller can do.
#[derive(Debug)]
pub enum ClientError {
    /// Mend the request: field paths (empty: the request as a whole), each with what is wrong. Nothing changed.
    Invalid(Vec<(String, String)>),
    /// Name something that exists. Nothing changed.
    NotFound {
        /// What kind of thing, such as `contact`.
        kind: String,
        /// Its name, as it was asked for.
        name: String,
    },
    /// The key is taken by other content: use a fresh one. Nothing changed.
    Conflict(String),
    /// It is no longer, or not yet, in a state in which this can be done: read it again. Nothing changed.
    WrongState(String),
    /// The server has too much to do: try again, after this long if it said so. Nothing changed.
    TryAgain(Option<Duration>),
    /// Not reachable, not serving, or no answer within the deadline. A write may or may not have happened: repeat it
    /// with the same `request_id`.
    Unavailable(String),
    /// Anything else; nothing that a caller can mend.
    Other(Box<Status>),
}

impl ClientError {
    /// Reads a status with its google.rpc details.
    pub fn from_status(status: Status) -> ClientError {
        match status.code() {
            Code::InvalidArgument | Code::OutOfRange => ClientError::Invalid(faults(&status)),
            Code::NotFound => not_found(&status),
            Code::AlreadyExists | Code::Aborted => {
                ClientError::Conflict(status.message().to_owned())
            }
            Code::FailedPrecondition => ClientError::WrongState(state_faults(&status)),
            Code::ResourceExhausted => ClientError::TryAgain(pause_asked(&status)),
            Code::Unavailable | Code::DeadlineExceeded => {
                ClientError::Unavailable(status.message().to_owned())
            }
            // A status that was made on this side, because the connection broke, has a source.
            Code::Unknown | Code::Internal | Code::Cancelled if status.source().is_some() => {
                ClientError::Unavailable(format!("the connection broke: {}", status.message()))
            }
            _ => ClientError::Other(Box::new(status)),
        }
    }
}

/// How long the server asks to wait, if it does.
pub(crate) fn pause_asked(status: &Status) -> Option<Duration> {
    status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay)
}

fn faults(status: &Status) -> Vec<(String, String)> {
    let listed: Vec<_> = status
        .get_details_bad_request()
        .into_iter()
        .flat_map(|bad| bad.field_violations)
        .map(|fault| (fault.field, fault.description))
        .collect();
    if listed.is_empty() {
        vec![(String::new(), status.message().to_owned())]
    } else {
        listed
    }
}

fn not_found(status: &Status) -> ClientError {
    match status.get_details_resource_info() {
        Some(info) => ClientError::NotFound {
            kind: info.resource_type,
            name: info.resource_name,
        },
        None => ClientError::NotFound {
            kind: String::new(),
            name: status.message().to_owned(),
        },
    }
}

fn state_faults(status: &Status) -> String {
    let listed: Vec<_> = status
        .get_details_precondition_failure()
        .into_iter()
        .flat_map(|failure| failure.violations)
        .map(|fault| fault.description)
        .filter(|text| !text.is_empty() && text != status.message())
        .collect();
    if listed.is_empty() {
        status.message().to_owned()
    } else {
        format!("{}: {}", status.message(), listed.join("; "))
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Invalid(faults) => {
                for (place, (field, what)) in faults.iter().enumerate() {
                    let separator = if place == 0 { "" } else { "\n" };
                    let colon = if field.is_empty() { "" } else { ": " };
                    write!(f, "{separator}{field}{colon}{what}")?;
                }
                Ok(())
            }
            ClientError::NotFound { kind, name } if kind.is_empty() => write!(f, "{name}"),
            ClientError::NotFound { kind, name } => write!(f, "there is no {kind} {name}"),
            ClientError::Conflict(what) | ClientError::WrongState(what) => write!(f, "{what}"),
            ClientError::TryAgain(Some(pause)) => write!(
                f,
                "the server has too much to do; try again in {:.1} s",
                pause.as_secs_f64()
            ),
            ClientError::TryAgain(None) => write!(f, "the server has too much to do; try again"),
            ClientError::Unavailable(what) => write!(f, "the server is not available: {what}"),
            ClientError::Other(status) => {
                write!(f, "{}: {}", status.code().description(), status.message())
            }
        }
    }
}

impl std::error::Error for ClientError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ClientError::Other(status) => Some(status.as_ref()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::ErrorDetails;

    fn shown(code: Code, message: &str, details: ErrorDetails) -> String {
        let error = ClientError::from_status(Status::with_error_details(code, message, details));
        format!("{error:?} | {error}")
    }

    #[test]
    fn every_code_becomes_an_action() {
        let none = ErrorDetails::new;
        let table = [
            shown(
                Code::InvalidArgument,
                "bad",
                ErrorDetails::with_bad_request_violation("context.channel", "is not a channel"),
            ),
            shown(Code::InvalidArgument, "bad", none()),
            shown(
                Code::NotFound,
                "no",
                ErrorDetails::with_resource_info("contact", "c1", "", ""),
            ),
            shown(Code::AlreadyExists, "other content", none()),
            shown(
                Code::FailedPrecondition,
                "the contact ended",
                ErrorDetails::with_precondition_failure_violation("PLACE", "c1", "it ended"),
            ),
            shown(
                Code::ResourceExhausted,
                "full",
                ErrorDetails::with_retry_info(Some(Duration::from_millis(1500))),
            ),
            shown(Code::ResourceExhausted, "full", none()),
            shown(Code::Unavailable, "stopping", none()),
            shown(Code::DeadlineExceeded, "late", none()),
        ]
        .join("\n");
        expect_test::expect![[r#"
            Invalid([("context.channel", "is not a channel")]) | context.channel: is not a channel
            Invalid([("", "bad")]) | bad
            NotFound { kind: "contact", name: "c1" } | there is no contact c1
            Conflict("other content") | other content
            WrongState("the contact ended: it ended") | the contact ended: it ended
            TryAgain(Some(1.5s)) | the server has too much to do; try again in 1.5 s
            TryAgain(None) | the server has too much to do; try again
            Unavailable("stopping") | the server is not available: stopping
            Unavailable("late") | the server is not available: late"#]]
        .assert_eq(&table);
        let inner = ClientError::from_status(Status::internal("x"));
        assert!(
            matches!(inner, ClientError::Other(_)),
            "a server's own words"
        );
    }
}
