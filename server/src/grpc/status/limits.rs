//! The statuses for calls that are over a limit, that are shed, or that come too late.

use super::reason::ReasonDetails;
use super::{BUSY_RETRY_DELAY, WATCHERS_RETRY_DELAY};
use crate::engine::CallClass;
use crate::limits::OverLimit;
use signpost_proto::v1::ErrorReason;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::ErrorDetails;

/// The time after which a caller should try again when its call was shed. The cheaper the call, the longer.
const fn shed_retry_delay(class: CallClass) -> Duration {
    Duration::from_millis(match class {
        CallClass::Report => 5_000,
        CallClass::Watch => 2_000,
        CallClass::Route => 500,
        CallClass::Live => 200,
    })
}

/// The status for a call that is shed.
pub(crate) fn overloaded(class: CallClass) -> Status {
    let message = "more calls come than this server can answer in time, so it sheds some; nothing was changed: send it again \
                   later";
    let details = ErrorDetails::with_retry_info(Some(shed_retry_delay(class)));
    ReasonDetails::of(ErrorReason::Overloaded)
        .with("class", class.as_str())
        .status(Code::ResourceExhausted, message, details)
}

/// The status for a call that is over a limit.
pub(crate) fn over(limit: OverLimit) -> Status {
    let whose = |of_caller| match of_caller {
        true => ("caller", "one caller"),
        false => ("server", "all callers together"),
    };
    let (reason, of_caller, limit, delay, what) = match limit {
        OverLimit::Rate {
            of_caller,
            limit,
            wait,
        } => {
            let what = "calls a second";
            let reason = ErrorReason::RateLimited;
            (reason, of_caller, limit as usize, wait, what)
        }
        OverLimit::Calls { of_caller, limit } => {
            let what = "calls that are not answered or not read yet";
            let reason = ErrorReason::TooManyCalls;
            (reason, of_caller, limit, BUSY_RETRY_DELAY, what)
        }
        OverLimit::Watches { of_caller, limit } => {
            let what = "open watches";
            let reason = ErrorReason::TooManyWatchers;
            (reason, of_caller, limit, WATCHERS_RETRY_DELAY, what)
        }
    };
    let (limited_by, words) = whose(of_caller);
    let message = format!(
        "at most {limit} {what} of {words} are taken; nothing was changed: send it again later, or send less"
    );
    // At least a millisecond, so that nobody tries again at once.
    let details = ErrorDetails::with_retry_info(Some(delay.max(Duration::from_millis(1))));
    ReasonDetails::of(reason)
        .with("limited_by", limited_by)
        .with("limit", limit)
        .status(Code::ResourceExhausted, &message, details)
}

/// The status for a call with too much metadata.
pub(crate) fn metadata_too_large(bytes: usize, limit: usize) -> Status {
    let message = format!(
        "the metadata has {bytes} bytes (names, values, and 32 for each entry); at most {limit} are taken"
    );
    ReasonDetails::of(ErrorReason::MetadataTooLarge)
        .with("size_bytes", bytes)
        .with("limit_bytes", limit)
        .status(Code::InvalidArgument, &message, ErrorDetails::new())
}

/// The status for a call whose time was over before it was decided.
pub(crate) fn undecided() -> Status {
    let message = "the time of the call was over before it was decided; nothing was changed";
    late(message)
}

/// The status for a call whose time is over. It may have been decided.
pub(crate) fn out_of_time() -> Status {
    let message = "the time of the call is over; it is not known whether a write happened: send it again with the same \
                   request_id";
    late(message)
}

fn late(message: &str) -> Status {
    let reason = ReasonDetails::of(ErrorReason::DeadlinePassed);
    reason.status(Code::DeadlineExceeded, message, ErrorDetails::new())
}
