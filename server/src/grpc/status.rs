//! The only place that chooses the gRPC code and the words of an error.
//!
//! Details are google.rpc messages. They are sent in HTTP/2 trailers, in base64. Many clients accept at most 8 KiB of
//! trailers. So texts are cut and details are left out well below that, and the message says how many were left out.

pub(crate) mod access;
pub(crate) mod audit;
pub(crate) mod code_name;
pub(crate) mod connect;
pub(crate) mod limits;
mod reason;
pub(crate) mod shed;

use crate::backup::NotBackedUp;
use crate::engine::EngineError;
use crate::feed::Unwatched;
use crate::store::Room;
use reason::ReasonDetails;
use signpost_domain::refusal::{FaultKind, Faults, Refusal};
use signpost_proto::v1::{self, ErrorReason};
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The maximum number of bytes of the texts of all details together.
pub(crate) const DETAILS_BYTES_MAX: usize = 3_000;
/// The maximum number of bytes of the path of a field.
pub(crate) const FIELD_BYTES_MAX: usize = 160;
/// The maximum number of bytes of one text of a detail.
pub(crate) const WHAT_BYTES_MAX: usize = 320;
/// The maximum number of names in use that the details list.
pub(crate) const NAMES_LISTED_MAX: usize = 16;
/// The maximum number of bytes of the message.
pub(crate) const MESSAGE_BYTES_MAX: usize = 512;
/// The time after which a caller should try again when the engine was busy.
pub(crate) const BUSY_RETRY_DELAY: Duration = Duration::from_millis(100);
/// The time after which a caller should try again when there were too many watchers.
pub(crate) const WATCHERS_RETRY_DELAY: Duration = Duration::from_secs(5);
/// The time after which a caller should try again when its revision was not reached.
pub(crate) const REVISION_RETRY_DELAY: Duration = Duration::from_millis(500);
/// The time after which a caller should try again when the server was stopping.
pub(crate) const STOPPING_RETRY_DELAY: Duration = Duration::from_secs(1);

/// The time after which a caller should try again when there was no room for writes.
pub(crate) const NO_ROOM_RETRY_DELAY: Duration = Duration::from_secs(5);

/// The status for an error of the engine.
pub(crate) fn halted(halt: EngineError) -> Status {
    match halt {
        EngineError::Refused(refusal) => refused(&refusal),
        EngineError::Busy => {
            let details = ErrorDetails::with_retry_info(Some(BUSY_RETRY_DELAY));
            let message = "too many commands are waiting; nothing was changed: send it again later";
            status(Code::ResourceExhausted, ErrorReason::Busy, message, details)
        }
        EngineError::Overloaded(class) => limits::overloaded(class),
        EngineError::Late => limits::undecided(),
        EngineError::NoRoom(room) => no_room(&room),
        EngineError::Stopping => stopping(),
        EngineError::Failed => {
            let message = "the store failed and no more work is taken; whether this write happened \
                is known after a restart: send it again with the same request_id";
            plain(Code::Unavailable, ErrorReason::StoreFailed, message)
        }
        EngineError::Corrupt => {
            let message = "stored data that this request needs cannot be read; whoever runs the server sees by \
                `signpost status` what is damaged";
            plain(Code::DataLoss, ErrorReason::StoredBytesUnreadable, message)
        }
    }
}

fn stopping() -> Status {
    let details = ErrorDetails::with_retry_info(Some(STOPPING_RETRY_DELAY));
    let message = "the server is stopping";
    status(Code::Unavailable, ErrorReason::Stopping, message, details)
}

/// The status for a write while there is no room for one.
fn no_room(room: &Room) -> Status {
    let retry = || ErrorDetails::with_retry_info(Some(NO_ROOM_RETRY_DELAY));
    let message =
        format!("writes are refused, and nothing was changed: {room}. Reads are answered");
    match room {
        Room::Low {
            free_bytes,
            needed_bytes,
            ..
        } => ReasonDetails::of(ErrorReason::DiskFull)
            .with("free_bytes", free_bytes)
            .with("needed_bytes", needed_bytes)
            .status(Code::ResourceExhausted, &message, retry()),
        Room::ReadOnly { .. } => {
            let reason = ErrorReason::StoreReadOnly;
            status(Code::Unavailable, reason, &message, retry())
        }
        // There is room by now; or the folder is about to be opened anew.
        Room::Enough | Room::Back => stopping(),
    }
}

/// The status for a revision of another store.
pub(crate) fn revision_of_another_store() -> Status {
    let message = "the revision is of another store; ask without it";
    let reason = ReasonDetails::of(ErrorReason::RevisionOfAnotherStore);
    precondition(reason, "revision", message)
}

/// The status for a cursor or a revision of a time after the one to which the store was restored, up to its event
/// `restored`.
pub(crate) fn lost_in_restore(subject: &str, restored: u64) -> Status {
    let message = format!(
        "the {subject} is of a time after the one to which the store was restored: what it saw after event {restored} \
         is lost; ask without it"
    );
    let reason = ReasonDetails::of(ErrorReason::LostInRestore);
    precondition(
        reason.with("restored_sequence", restored),
        subject,
        &message,
    )
}

/// The status for a backup that cannot be continued.
pub(crate) fn not_backed_up(why: &NotBackedUp) -> Status {
    let message = why.to_string();
    match why {
        NotBackedUp::OtherStore { store_id } => {
            let reason = ReasonDetails::of(ErrorReason::BackupOfAnotherStore);
            precondition(reason.with("store_id", store_id), "store_id", &message)
        }
        NotBackedUp::OtherHistory { last } => {
            let reason = ReasonDetails::of(ErrorReason::BackupOfAnotherHistory);
            precondition(
                reason.with("last_sequence", last),
                "after_sequence",
                &message,
            )
        }
        NotBackedUp::Failed(error) => halted(error.clone()),
    }
}

/// The status for a revision that is after the last event, which has the sequence `last`.
pub(crate) fn revision_not_reached(last: u64) -> Status {
    let message =
        format!("the server has not reached the revision: its last event is {last}; ask again");
    let details = ErrorDetails::with_retry_info(Some(REVISION_RETRY_DELAY));
    let reason = ReasonDetails::of(ErrorReason::RevisionNotReached).with("last_sequence", last);
    reason.status(Code::Unavailable, &message, details)
}

/// The status for a batch whose answer is too large: only the first `fitting` items fit.
pub(crate) fn answer_too_large(limit: usize, fitting: usize) -> Status {
    let message = format!(
        "the answer would be larger than {limit} bytes: ask for fewer items in one request; only the first {fitting} fit"
    );
    let reason = ReasonDetails::of(ErrorReason::AnswerTooLarge)
        .with("limit_bytes", limit)
        .with("fitting_count", fitting);
    precondition(reason, "batch", &message)
}

/// The content of a status as the error of one item of a batch.
pub(crate) fn of_item(status: &Status) -> v1::ItemError {
    let details = status.get_error_details();
    let info = details.error_info();
    let reason = info.map_or(ErrorReason::Unspecified, |info| {
        reason::of_name(&info.reason)
    });
    let bad = details.bad_request().into_iter();
    let violations = bad.flat_map(|bad| &bad.field_violations);
    let violations = violations.map(|violation| v1::FieldViolation {
        field: violation.field.clone(),
        description: violation.description.clone(),
    });
    v1::ItemError {
        code: status.code().into(),
        reason: reason.into(),
        message: status.message().to_owned(),
        field_violations: violations.collect(),
        metadata: info
            .map(|info| info.metadata.clone().into_iter().collect())
            .unwrap_or_default(),
    }
}

/// The status for a watch that cannot begin.
pub(crate) fn unwatched(why: &Unwatched) -> Status {
    let message = why.to_string();
    match why {
        Unwatched::TooMany => {
            let details = ErrorDetails::with_retry_info(Some(WATCHERS_RETRY_DELAY));
            let reason = ErrorReason::TooManyWatchers;
            status(Code::ResourceExhausted, reason, &message, details)
        }
        Unwatched::OtherStore => {
            let reason = ReasonDetails::of(ErrorReason::CursorOfAnotherStore);
            precondition(reason, "cursor", &message)
        }
        Unwatched::Lost { restored } => lost_in_restore("cursor", *restored),
        Unwatched::Future { last } => {
            let reason =
                ReasonDetails::of(ErrorReason::CursorOfTheFuture).with("last_sequence", last);
            precondition(reason, "cursor", &message)
        }
    }
}

/// The status for a request that is refused. Nothing was changed.
pub(crate) fn refused(refusal: &Refusal) -> Status {
    let message = refusal.to_string();
    let reason = reason::of(refusal);
    match refusal {
        Refusal::Faulty(faults) => faulty(faults),
        Refusal::NotFound { kind, id } => {
            let mut details = ErrorDetails::new();
            details.set_resource_info(kind.as_str(), cut(id, FIELD_BYTES_MAX), "", "");
            reason.status(Code::NotFound, &message, details)
        }
        Refusal::RequestReused(id) => {
            let mut details = ErrorDetails::new();
            details.set_resource_info("request", cut(id.as_str(), FIELD_BYTES_MAX), "", "");
            reason.status(Code::AlreadyExists, &message, details)
        }
        Refusal::NoPlaybook => precondition(reason, "playbook", &message),
        Refusal::ContactEnded(contact)
        | Refusal::NoReason(contact)
        | Refusal::OtherChannel { contact, .. }
        | Refusal::OtherCustomer { contact, .. }
        | Refusal::NotOffered { contact, .. }
        | Refusal::ContactStep { contact, .. } => precondition(reason, contact.as_str(), &message),
        Refusal::IdentityTaken { customer, .. }
        | Refusal::IdentityShared { customer, .. }
        | Refusal::CustomerStep { customer, .. } => {
            precondition(reason, customer.as_str(), &message)
        }
        Refusal::CaseStep { case, .. } => precondition(reason, &case.to_string(), &message),
        Refusal::NamesInUse(names) => {
            let kind = reason::name(reason.reason);
            let mut details = ErrorDetails::new();
            for name in names.iter().take(NAMES_LISTED_MAX) {
                let subject = format!("{} {}", name.kind.as_str(), name.id);
                let subject = cut(&subject, FIELD_BYTES_MAX);
                details.add_precondition_failure_violation(kind, subject, name.counts());
            }
            reason.status(Code::FailedPrecondition, &message, details)
        }
        Refusal::TooManyWrongCases { wait } => {
            let wait = Duration::from_millis(u64::try_from(wait.0).unwrap_or(0));
            let details = ErrorDetails::with_retry_info(Some(wait));
            reason.status(Code::ResourceExhausted, &message, details)
        }
        Refusal::OutOfReach { .. } => {
            reason.status(Code::PermissionDenied, &message, ErrorDetails::new())
        }
        Refusal::TooManyTokens => precondition(reason, "tokens", &message),
        Refusal::RevokedBefore(token) => precondition(reason, &token.to_string(), &message),
        Refusal::CustomerChanged { .. } | Refusal::CaseChanged { .. } => {
            reason.status(Code::Aborted, &message, ErrorDetails::new())
        }
    }
}

/// The status for a request with faults. It lists the first faults, as many as fit.
pub(crate) fn faulty(faults: &Faults) -> Status {
    let mut details = ErrorDetails::new();
    let mut room = DETAILS_BYTES_MAX;
    let mut listed = 0;
    for fault in faults.found() {
        let field = cut(&fault.field, FIELD_BYTES_MAX);
        let what = cut(&fault.what, WHAT_BYTES_MAX);
        let Some(left) = room.checked_sub(field.len() + what.len()) else {
            break;
        };
        room = left;
        listed += 1;
        details.add_bad_request_violation(field, what);
    }
    let more = faults.found().len() + faults.more() - listed;
    let first = faults.found().first();
    let first = first.map_or_else(String::new, |fault| {
        format!("{} {}", fault.field, fault.what)
    });
    let more = match (listed, more) {
        (..=1, 0) => String::new(),
        (listed, 0) => format!(" ({listed} faults in all)"),
        (listed, more) => format!(
            " ({} faults in all, the first {listed} are listed)",
            listed + more
        ),
    };
    let first = cut(&first, MESSAGE_BYTES_MAX - more.len());
    let reason = match faults.kind() {
        FaultKind::Field => ErrorReason::InvalidField,
        FaultKind::UnknownReason => ErrorReason::UnknownReason,
        FaultKind::KeyFactMissing => ErrorReason::KeyFactMissing,
        FaultKind::CaseOfOtherReason => ErrorReason::CaseOfOtherReason,
        FaultKind::ClockStep => ErrorReason::ClockStepTooLarge,
    };
    let message = format!("{first}{more}");
    status(Code::InvalidArgument, reason, &message, details)
}

/// The status that replaces one that the transport, or a service from a library, made by itself. It is about a message
/// that cannot be read or is too large, or about a method or a thing that does not exist. `None` for any other status.
pub(crate) fn in_our_words(foreign: &Status) -> Option<Status> {
    if !foreign.details().is_empty() {
        return None;
    }
    let text = foreign.message();
    let message = match foreign.code() {
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
        Code::Unimplemented if text.is_empty() => return Some(no_such_method()),
        Code::Unimplemented => {
            let reason = ErrorReason::NotSupported;
            return Some(plain(Code::Unimplemented, reason, text));
        }
        Code::NotFound => return Some(plain(Code::NotFound, ErrorReason::NotFound, text)),
        _ => None,
    }?;
    Some(unreadable(&message))
}

/// The status for bytes that cannot be read.
fn unreadable(message: &str) -> Status {
    let what = cut(message, WHAT_BYTES_MAX);
    let details = ErrorDetails::with_bad_request_violation("", what);
    let reason = ErrorReason::UnreadableRequest;
    status(Code::InvalidArgument, reason, message, details)
}

/// The status for a method that a service does not have.
pub(crate) fn no_such_method() -> Status {
    let reason = ErrorReason::NotSupported;
    plain(Code::Unimplemented, reason, "there is no such method")
}

/// The status for a failure inside the server, such as a task that panicked.
pub(crate) fn internal() -> Status {
    let message = "the server failed on this request, and it is not known whether a write happened: send it again with the \
                   same request_id";
    plain(Code::Internal, ErrorReason::Internal, message)
}

fn precondition(reason: ReasonDetails, subject: &str, message: &str) -> Status {
    let subject = cut(subject, FIELD_BYTES_MAX);
    let what = cut(message, WHAT_BYTES_MAX);
    let kind = reason::name(reason.reason);
    let details = ErrorDetails::with_precondition_failure_violation(kind, subject, what);
    reason.status(Code::FailedPrecondition, message, details)
}

/// A status without details besides its reason.
fn plain(code: Code, reason: ErrorReason, message: &str) -> Status {
    status(code, reason, message, ErrorDetails::new())
}

fn status(code: Code, reason: ErrorReason, message: &str, details: ErrorDetails) -> Status {
    ReasonDetails::of(reason).status(code, message, details)
}

/// The start of a text, with at most `max` bytes.
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
mod tests;
