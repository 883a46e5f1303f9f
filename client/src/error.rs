//! A gRPC status, turned into an error that says what the caller can do.

use crate::tls;
use signpost_proto::v1::ErrorReason;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The domain of the reasons in the contract.
const DOMAIN: &str = "signpost.v1";

/// Why a server refused, for programs: the google.rpc.ErrorInfo of its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The gRPC code of the answer. `None` if no server answered.
    pub code: Option<Code>,
    /// The reason. Unspecified if the server gave none, if no server was reached, or if this library does not know the
    /// reason.
    pub reason: ErrorReason,
    /// Details that help to act on the reason, such as ids and limits. The contract says which details each reason has.
    pub metadata: BTreeMap<String, String>,
}

/// Why a call failed. There is one variant for each thing that a caller can do.
///
/// [`ClientError::reason`] has the reason of the server. Branch on the reason, not on the text.
#[derive(Debug)]
pub enum ClientError {
    /// Correct the request. Each entry has the path of a field (empty for the request as a whole) and what is wrong
    /// with it. Nothing changed.
    Invalid(Vec<(String, String)>, Cause),
    /// Name something that exists. Nothing changed.
    NotFound {
        /// What kind of thing, such as `contact`.
        kind: String,
        /// The name in the request.
        name: String,
    },
    /// The key was used with other content, or the thing has changed since it was read. Use a new key, or read the
    /// thing again. Nothing changed.
    Conflict(String, Cause),
    /// The thing is in a state in which this cannot be done, now or any more. Read it again. Nothing changed.
    WrongState(String, Cause),
    /// Try again later, after `pause` if the server gave one. This attempt changed nothing. But an earlier attempt of
    /// the same call, whose connection broke, may have been written: repeat a write with the same `request_id`.
    TryAgain {
        /// The message of the server.
        message: String,
        /// How long the server asks to wait; `None` if it does not say.
        pause: Option<Duration>,
        /// The reason of the server. If it has none, the server has too much to do.
        cause: Cause,
    },
    /// The server cannot be reached, does not serve, did not answer within the deadline, or has not reached the
    /// revision that was asked for. A write may or may not have happened: repeat it with the same `request_id`.
    Unavailable(String, Cause),
    /// Any other error. The caller cannot correct it.
    Other(Box<Status>),
}

impl ClientError {
    /// As [`ClientError::from_status`], for a call of which an earlier attempt may have been written.
    pub(crate) fn from_later_status(status: Status) -> ClientError {
        match tls::fault(&status) {
            Some(fault) => ClientError::Unavailable(fault.what, Cause::default()),
            None => ClientError::from_status(status),
        }
    }

    /// Reads a status and its google.rpc details.
    pub fn from_status(status: Status) -> ClientError {
        if let Some(tls::ConnectFault { field, what }) = tls::fault(&status) {
            return ClientError::Invalid(vec![(field.to_owned(), what)], Cause::default());
        }
        let why = Cause::of(&status);
        match status.code() {
            Code::InvalidArgument | Code::OutOfRange => ClientError::Invalid(faults(&status), why),
            Code::NotFound => not_found(&status),
            Code::AlreadyExists | Code::Aborted => {
                ClientError::Conflict(status.message().to_owned(), why)
            }
            Code::FailedPrecondition => ClientError::WrongState(state_faults(&status), why),
            Code::ResourceExhausted => ClientError::TryAgain {
                message: status.message().to_owned(),
                pause: pause_asked(&status),
                cause: why,
            },
            Code::Unavailable | Code::DeadlineExceeded => {
                ClientError::Unavailable(status.message().to_owned(), why)
            }
            // A status that was made on this side, because the connection broke, has a source.
            Code::Unknown | Code::Internal | Code::Cancelled if status.source().is_some() => {
                let what = format!("the connection broke: {}", status.message());
                ClientError::Unavailable(what, why)
            }
            _ => ClientError::Other(Box::new(status)),
        }
    }

    /// Why the server refused. Unspecified if the server gave no reason, or was not reached.
    pub fn reason(&self) -> ErrorReason {
        self.cause().reason
    }

    /// Why the server refused, with details that help to act on it.
    pub fn cause(&self) -> Cause {
        match self {
            ClientError::Invalid(_, cause)
            | ClientError::Conflict(_, cause)
            | ClientError::WrongState(_, cause)
            | ClientError::TryAgain { cause, .. }
            | ClientError::Unavailable(_, cause) => cause.clone(),
            ClientError::NotFound { .. } => Cause {
                code: Some(Code::NotFound),
                reason: ErrorReason::NotFound,
                metadata: BTreeMap::new(),
            },
            ClientError::Other(status) => Cause::of(status),
        }
    }
}

impl Cause {
    pub(crate) fn of(status: &Status) -> Cause {
        let info = status.get_details_error_info();
        let info = info.filter(|info| info.domain == DOMAIN);
        // A status that was made on this side, because the connection broke, has a source.
        let code = status.source().is_none().then(|| status.code());
        let none = Cause {
            code,
            ..Cause::default()
        };
        info.map_or(none, |info| Cause {
            code,
            reason: ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason))
                .unwrap_or_default(),
            metadata: info.metadata.into_iter().collect(),
        })
    }

    /// The name of the reason in the contract, without its prefix. Empty if there is no reason.
    pub fn name(&self) -> &'static str {
        let name = match self.reason {
            ErrorReason::Unspecified => "",
            reason => reason.as_str_name(),
        };
        name.trim_start_matches("ERROR_REASON_")
    }
}

/// Whether the server refused the call because it has too much to do. A server that gives no reason counts as such.
fn is_busy(cause: &Cause) -> bool {
    matches!(cause.reason, ErrorReason::Busy | ErrorReason::Unspecified)
}

/// How long the server asks to wait; `None` if it does not ask.
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
            ClientError::Invalid(faults, _) => {
                for (place, (field, what)) in faults.iter().enumerate() {
                    let separator = if place == 0 { "" } else { "\n" };
                    let colon = if field.is_empty() { "" } else { ": " };
                    write!(f, "{separator}{field}{colon}{what}")?;
                }
                Ok(())
            }
            ClientError::NotFound { kind, name } if kind.is_empty() => write!(f, "{name}"),
            ClientError::NotFound { kind, name } => write!(f, "there is no {kind} {name}"),
            ClientError::Conflict(what, _) | ClientError::WrongState(what, _) => {
                write!(f, "{what}")
            }
            ClientError::TryAgain { message, cause, .. } if !is_busy(cause) => {
                write!(f, "{message}")
            }
            ClientError::TryAgain {
                pause: Some(pause), ..
            } => write!(
                f,
                "the server has too much to do; try again in {:.1} s",
                pause.as_secs_f64()
            ),
            ClientError::TryAgain { pause: None, .. } => {
                write!(f, "the server has too much to do; try again")
            }
            // The server did answer; only, it has not reached the revision yet.
            ClientError::Unavailable(what, cause)
                if cause.reason == ErrorReason::RevisionNotReached =>
            {
                write!(f, "{what}")
            }
            ClientError::Unavailable(what, _) => write!(f, "the server is not available: {what}"),
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
    use std::collections::HashMap;
    use tonic_types::ErrorDetails;

    fn shown(code: Code, message: &str, details: ErrorDetails) -> String {
        let error = ClientError::from_status(Status::with_error_details(code, message, details));
        let kind = format!("{error:?}");
        let kind = kind.split(['(', ' ']).next().unwrap_or_default();
        format!("{kind}: {error}")
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
            Invalid: context.channel: is not a channel
            Invalid: bad
            NotFound: there is no contact c1
            Conflict: other content
            WrongState: the contact ended: it ended
            TryAgain: the server has too much to do; try again in 1.5 s
            TryAgain: the server has too much to do; try again
            Unavailable: the server is not available: stopping
            Unavailable: the server is not available: late"#]]
        .assert_eq(&table);
        let inner = ClientError::from_status(Status::internal("x"));
        assert!(
            matches!(inner, ClientError::Other(_)),
            "a server's own words"
        );
    }

    #[test]
    fn what_the_server_says_is_not_taken_for_something_else() {
        let read = |code, reason: &str, message| {
            let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
            details.set_retry_info(Some(Duration::from_secs(599)));
            shown(code, message, details)
        };
        let table = [
            read(
                Code::ResourceExhausted,
                "TOO_MANY_WRONG_CASES",
                "10 cases were named without proof",
            ),
            read(
                Code::ResourceExhausted,
                "TOO_MANY_WATCHERS",
                "no more than 9 watch",
            ),
            read(Code::ResourceExhausted, "BUSY", "commands are waiting"),
            read(
                Code::Unavailable,
                "REVISION_NOT_REACHED",
                "the last event is 5",
            ),
            read(Code::Unavailable, "STOPPING", "stopping"),
        ]
        .join("\n");
        expect_test::expect![[r#"
            TryAgain: 10 cases were named without proof
            TryAgain: no more than 9 watch
            TryAgain: the server has too much to do; try again in 599.0 s
            Unavailable: the last event is 5
            Unavailable: the server is not available: stopping"#]]
        .assert_eq(&table);
    }

    #[test]
    fn the_reason_is_there_whatever_the_code() {
        let because = |code: Code, reason: &str, domain: &str| {
            let metadata = [("case_id".to_owned(), "case_1".to_owned())];
            let details = ErrorDetails::with_error_info(reason, domain, HashMap::from(metadata));
            ClientError::from_status(Status::with_error_details(code, "no", details)).cause()
        };
        let codes = [
            Code::InvalidArgument,
            Code::Aborted,
            Code::FailedPrecondition,
            Code::ResourceExhausted,
            Code::Unavailable,
            Code::DataLoss,
        ];
        for code in codes {
            let cause = because(code, "CASE_MERGED", DOMAIN);
            assert_eq!(cause.reason, ErrorReason::CaseMerged, "{code:?}");
            assert_eq!(cause.name(), "CASE_MERGED");
            assert_eq!(cause.metadata["case_id"], "case_1");
        }
        let gone = ClientError::from_status(Status::not_found("no"));
        assert_eq!(gone.reason(), ErrorReason::NotFound);
        let newer = because(Code::Aborted, "NEWER_THAN_THIS", DOMAIN);
        assert_eq!((newer.reason, newer.name()), (ErrorReason::Unspecified, ""));
        let foreign = because(Code::Aborted, "CASE_MERGED", "elsewhere");
        let unknown = (foreign.code, foreign.reason, foreign.metadata.len());
        assert_eq!(unknown, (Some(Code::Aborted), ErrorReason::Unspecified, 0));
    }
}
