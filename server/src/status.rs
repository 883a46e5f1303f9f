//! The only place that picks gRPC codes, and that chooses the words of an error.
//!
//! Details are google.rpc messages. They travel in HTTP/2 trailers, in base64, and many clients take no more than
//! 8 KiB of those: texts are cut and details left out well before, and the message says how many.

pub(crate) mod connect;

use crate::engine::Halt;
use crate::feed::Unwatched;
use signpost_domain::refusal::{Faults, Refusal};
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Most bytes of the texts of all details together.
pub(crate) const DETAILS_BYTES_MAX: usize = 3_000;
/// Most bytes of the path of a field.
pub(crate) const FIELD_BYTES_MAX: usize = 160;
/// Most bytes of one text of a detail.
pub(crate) const WHAT_BYTES_MAX: usize = 320;
/// Most bytes of the message.
pub(crate) const MESSAGE_BYTES_MAX: usize = 512;
/// When a caller that was turned away because the engine is busy should come again.
pub(crate) const BUSY_RETRY_DELAY: Duration = Duration::from_millis(100);
/// When a caller for whose watch there was no room should come again.
pub(crate) const WATCHERS_RETRY_DELAY: Duration = Duration::from_secs(5);
/// When a caller that found the server stopping should come again.
pub(crate) const STOPPING_RETRY_DELAY: Duration = Duration::from_secs(1);
/// The domain of the reasons of ErrorInfo.
const ERROR_DOMAIN: &str = "signpost";

/// The status for a command or a query that came to nothing.
pub(crate) fn halted(halt: Halt) -> Status {
    match halt {
        Halt::Refused(refusal) => refused(&refusal),
        Halt::Busy => {
            let mut details = ErrorDetails::with_retry_info(Some(BUSY_RETRY_DELAY));
            info(&mut details, "BUSY");
            let message = "more commands are waiting than the server takes; nothing was changed";
            status(Code::ResourceExhausted, message, details)
        }
        Halt::Stopping => {
            let mut details = ErrorDetails::with_retry_info(Some(STOPPING_RETRY_DELAY));
            info(&mut details, "STOPPING");
            status(Code::Unavailable, "the server is stopping", details)
        }
        Halt::Failed => {
            let mut details = ErrorDetails::new();
            info(&mut details, "STORE_FAILED");
            let message = "the store failed and no more work is taken; whether this write happened \
                is known after a restart: send it again with the same request_id";
            status(Code::Unavailable, message, details)
        }
        Halt::Corrupt => {
            let mut details = ErrorDetails::new();
            info(&mut details, "STORED_BYTES_UNREADABLE");
            let message = "stored bytes that this needs cannot be read";
            status(Code::DataLoss, message, details)
        }
    }
}

/// The status for a watch that does not begin.
pub(crate) fn unwatched(why: &Unwatched) -> Status {
    let message = why.to_string();
    match why {
        Unwatched::TooMany => {
            let mut details = ErrorDetails::with_retry_info(Some(WATCHERS_RETRY_DELAY));
            info(&mut details, "TOO_MANY_WATCHERS");
            status(Code::ResourceExhausted, &message, details)
        }
        Unwatched::OtherStore => precondition("CURSOR_OF_ANOTHER_STORE", "cursor", &message),
        Unwatched::Future { .. } => precondition("CURSOR_OF_THE_FUTURE", "cursor", &message),
    }
}

/// The status for a request that is refused. Nothing was changed.
pub(crate) fn refused(refusal: &Refusal) -> Status {
    let message = refusal.to_string();
    match refusal {
        Refusal::Faulty(faults) => faulty(faults),
        Refusal::NotFound { kind, id } => {
            let mut details = ErrorDetails::new();
            details.set_resource_info(kind.as_str(), cut(id, FIELD_BYTES_MAX), "", "");
            status(Code::NotFound, &message, details)
        }
        Refusal::RequestReused(id) => {
            let mut details = ErrorDetails::new();
            details.set_resource_info("request", cut(id.as_str(), FIELD_BYTES_MAX), "", "");
            status(Code::AlreadyExists, &message, details)
        }
        Refusal::NoPlaybook => precondition("NO_PLAYBOOK", "playbook", &message),
        Refusal::ContactEnded(id) => precondition("CONTACT_ENDED", id.as_str(), &message),
        Refusal::OtherChannel { contact, .. } => {
            precondition("OTHER_CHANNEL", contact.as_str(), &message)
        }
        Refusal::OtherCustomer { contact, .. } => {
            precondition("OTHER_CUSTOMER", contact.as_str(), &message)
        }
        Refusal::NotOffered { contact, .. } => {
            precondition("NOT_OFFERED", contact.as_str(), &message)
        }
        Refusal::NoReason(contact) => precondition("NO_REASON", contact.as_str(), &message),
        Refusal::IdentityTaken { customer, .. } => {
            precondition("IDENTITY_TAKEN", customer.as_str(), &message)
        }
        Refusal::IdentityShared { customer, .. } => {
            precondition("IDENTITY_SHARED", customer.as_str(), &message)
        }
        Refusal::CustomerStep { customer, .. } => {
            precondition("CUSTOMER_STEP", customer.as_str(), &message)
        }
        Refusal::CustomerChanged { .. } => {
            let mut details = ErrorDetails::new();
            info(&mut details, "CUSTOMER_CHANGED");
            status(Code::Aborted, &message, details)
        }
        Refusal::ContactStep { contact, .. } => {
            precondition("CONTACT_STEP", contact.as_str(), &message)
        }
        Refusal::CaseStep { case, .. } => precondition("CASE_STEP", &case.to_string(), &message),
        Refusal::CaseChanged { .. } => {
            let mut details = ErrorDetails::new();
            info(&mut details, "CASE_CHANGED");
            status(Code::Aborted, &message, details)
        }
    }
}

/// The status for a request with faults: the first of them, as far as they fit.
pub(crate) fn faulty(faults: &Faults) -> Status {
    let mut details = ErrorDetails::new();
    let mut room = DETAILS_BYTES_MAX;
    let mut told = 0;
    for fault in faults.found() {
        let field = cut(&fault.field, FIELD_BYTES_MAX);
        let what = cut(&fault.what, WHAT_BYTES_MAX);
        let Some(left) = room.checked_sub(field.len() + what.len()) else {
            break;
        };
        room = left;
        told += 1;
        details.add_bad_request_violation(field, what);
    }
    let more = faults.found().len() + faults.more() - told;
    let first = faults.found().first();
    let first = first.map_or_else(String::new, |fault| {
        format!("{} {}", fault.field, fault.what)
    });
    let more = match (told, more) {
        (..=1, 0) => String::new(),
        (told, 0) => format!(" ({told} faults in all)"),
        (told, more) => format!(
            " ({} faults in all, the first {told} are told)",
            told + more
        ),
    };
    let first = cut(&first, MESSAGE_BYTES_MAX - more.len());
    status(Code::InvalidArgument, &format!("{first}{more}"), details)
}

/// The status to tell instead of one of the transport's own about a request that it could not read: bytes that are
/// not the method's message, or more of them than it takes. `None` for any other status.
pub(crate) fn unreadable(transport: &Status) -> Option<Status> {
    let text = transport.message();
    let message = match transport.code() {
        Code::Internal => text
            .strip_prefix("failed to decode Protobuf message: ")
            .map(|what| {
                format!(
                    "the request is not the message of this method, its strings in UTF-8: {what}"
                )
            }),
        Code::OutOfRange => text
            .strip_prefix("Error, decoded message length too large: ")
            .map(|what| format!("the request is too large: {what}")),
        _ => None,
    }?;
    let what = cut(&message, WHAT_BYTES_MAX);
    let details = ErrorDetails::with_bad_request_violation("", what);
    Some(status(Code::InvalidArgument, &message, details))
}

/// The status for a method that a service does not have.
pub(crate) fn no_such_method() -> Status {
    status(
        Code::Unimplemented,
        "there is no such method",
        ErrorDetails::new(),
    )
}

/// The status for a task of our own that broke off.
pub(crate) fn internal() -> Status {
    status(
        Code::Internal,
        "the server failed on this request",
        ErrorDetails::new(),
    )
}

fn precondition(kind: &str, subject: &str, message: &str) -> Status {
    let subject = cut(subject, FIELD_BYTES_MAX);
    let what = cut(message, WHAT_BYTES_MAX);
    let details = ErrorDetails::with_precondition_failure_violation(kind, subject, what);
    status(Code::FailedPrecondition, message, details)
}

fn info(details: &mut ErrorDetails, reason: &str) {
    details.set_error_info(reason, ERROR_DOMAIN, HashMap::new());
}

fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    Status::with_error_details(code, cut(message, MESSAGE_BYTES_MAX), details)
}

/// The start of a text, at most `max` bytes.
fn cut(text: &str, max: usize) -> String {
    const DOTS: &str = "…";
    if text.len() <= max {
        return text.to_owned();
    }
    let fits = |&(start, c): &(usize, char)| start + c.len_utf8() + DOTS.len() <= max;
    let start: String = text
        .char_indices()
        .take_while(fits)
        .map(|(_, c)| c)
        .collect();
    start + DOTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_domain::ids::{ContactId, CustomerId, RequestId, Slug};
    use signpost_domain::refusal::Kind;
    use signpost_domain::route::Route;

    /// Many clients take no more than this of trailers.
    const TRAILERS_BYTES_MAX: usize = 8 * 1024;

    fn bytes_on_the_wire(status: &Status) -> usize {
        let mut headers = http::HeaderMap::new();
        assert!(status.add_header(&mut headers).is_ok());
        headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum()
    }

    fn worst_faults() -> Faults {
        let mut faults = Faults::default();
        for _ in 0..10_000 {
            faults.push("é".repeat(1_000), "é".repeat(10_000));
        }
        faults
    }

    #[test]
    fn the_worst_status_fits_into_the_trailers() {
        let long = "é".repeat(64);
        let contact = ContactId::stored(long.as_str());
        let customer = CustomerId::stored(long.as_str());
        let worst = [
            Refusal::Faulty(worst_faults()),
            Refusal::NotFound {
                kind: Kind::Customer,
                id: "é".repeat(10_000),
            },
            Refusal::RequestReused(RequestId::stored(long.as_str())),
            Refusal::OtherCustomer {
                contact: contact.clone(),
                customer: customer.clone(),
            },
            Refusal::NotOffered {
                contact,
                route: Route::SelfService,
                offered: Route::ALL.to_vec(),
            },
            Refusal::IdentityTaken {
                kind: Slug::stored("x".repeat(64)),
                customer: customer.clone(),
                holder: customer.clone(),
            },
            Refusal::CustomerStep {
                customer: customer.clone(),
                why: format!("is one with {customer}: {}", "é".repeat(2_000)),
            },
        ];
        for refusal in worst {
            let bytes = bytes_on_the_wire(&refused(&refusal));
            assert!(bytes < TRAILERS_BYTES_MAX, "{bytes} bytes for {refusal:?}");
        }
    }

    #[test]
    fn faults_that_do_not_fit_are_counted() {
        let status = faulty(&worst_faults());
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        let told = details
            .bad_request()
            .map_or(0, |bad| bad.field_violations.len());
        let words = format!("(10000 faults in all, the first {told} are told)");
        assert!(
            told > 4 && status.message().ends_with(&words),
            "{}",
            status.message()
        );
    }

    #[test]
    fn every_halt_has_its_code() {
        let codes = [
            (Halt::Busy, Code::ResourceExhausted),
            (Halt::Stopping, Code::Unavailable),
            (Halt::Failed, Code::Unavailable),
            (Halt::Corrupt, Code::DataLoss),
        ];
        for (halt, code) in codes {
            assert_eq!(halted(halt).code(), code);
        }
        let busy = halted(Halt::Busy).get_error_details();
        let retry = busy.retry_info().and_then(|retry| retry.retry_delay);
        assert_eq!(retry, Some(BUSY_RETRY_DELAY));
    }
}
