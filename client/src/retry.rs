//! When a call is repeated, and how long the pause before it is.

use crate::error::Cause;
use crate::tls;
use signpost_proto::v1::ErrorReason;
use std::time::Duration;
use tonic::{Code, Status};

/// The maximum number of attempts of one call, the first one included.
pub const ATTEMPTS_MAX: u32 = 4;
/// The bound of the pause before the second attempt: 50 ms. The bound doubles with each attempt.
pub const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// The longest pause that the client chooses itself: 2 seconds. A server may ask for a longer one.
pub const PAUSE_MAX: Duration = Duration::from_secs(2);
/// The longest pause that the client waits when a server asks for one: 30 seconds. If the server asks for more, the
/// call fails, and the caller decides.
pub(crate) const PAUSE_ASKED_MAX: Duration = Duration::from_secs(30);

/// The pause before the next attempt; `None` if another attempt would not help or would be one too many.
///
/// `attempt` is the number of the attempt that failed, from 1. `dice` is any number. It selects a pause between half of
/// the bound and the whole bound, so that many callers do not all come back at the same time.
pub(crate) fn pause(status: &Status, attempt: u32, dice: u64) -> Option<Duration> {
    if attempt >= ATTEMPTS_MAX || !may_pass(status) || waited_there(status) {
        return None;
    }
    let pause = spread(status, attempt, dice);
    (pause <= PAUSE_ASKED_MAX).then_some(pause)
}

/// The pause before a watch is opened again; `None` if that would not help. The number of attempts has no limit here.
/// `attempt` counts from 1.
pub(crate) fn pause_of_watch(status: &Status, attempt: u32, dice: u64) -> Option<Duration> {
    may_pass(status).then(|| spread(status, attempt, dice))
}

fn spread(status: &Status, attempt: u32, dice: u64) -> Duration {
    let bound = PAUSE_FIRST
        .saturating_mul(1 << (attempt - 1).min(16))
        .min(PAUSE_MAX);
    let half = bound / 2;
    let spread_micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).max(1);
    let ours = half + Duration::from_micros(dice % spread_micros);
    ours.max(crate::error::pause_asked(status).unwrap_or_default())
}

/// Whether the server has already waited for the revision that the call needs.
fn waited_there(status: &Status) -> bool {
    Cause::of(status).reason == ErrorReason::RevisionNotReached
}

/// Whether the same call may succeed a moment later.
fn may_pass(status: &Status) -> bool {
    if tls::fault(status).is_some() {
        return false;
    }
    let broke_here = std::error::Error::source(status).is_some();
    match status.code() {
        Code::Unavailable | Code::ResourceExhausted => true,
        Code::Unknown | Code::Internal | Code::Cancelled => broke_here,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, StatusExt};

    #[test]
    fn pauses_grow_are_bounded_and_end() {
        let busy = Status::unavailable("x");
        let bounds: Vec<_> = (1..=ATTEMPTS_MAX)
            .map(|attempt| (pause(&busy, attempt, 0), pause(&busy, attempt, u64::MAX)))
            .collect();
        for (place, (short, long)) in bounds.iter().enumerate() {
            let last = place + 1 == ATTEMPTS_MAX as usize;
            assert_eq!(short.is_none(), last);
            if let (Some(short), Some(long)) = (short, long) {
                assert!(*short >= PAUSE_FIRST / 2 && *long <= PAUSE_MAX && short <= long);
            }
        }
    }

    #[test]
    fn a_pause_of_minutes_is_reported_rather_than_waited_out() {
        let asked = Status::with_error_details(
            Code::ResourceExhausted,
            "too often",
            ErrorDetails::with_retry_info(Some(Duration::from_secs(600))),
        );
        assert_eq!(pause(&asked, 1, 0), None);
    }

    #[test]
    fn the_servers_pause_is_honoured_and_other_codes_are_not_repeated() {
        let asked = Status::with_error_details(
            Code::ResourceExhausted,
            "full",
            ErrorDetails::with_retry_info(Some(Duration::from_secs(3))),
        );
        assert_eq!(pause(&asked, 1, 0), Some(Duration::from_secs(3)));
        for code in [
            Code::Internal,
            Code::Aborted,
            Code::DeadlineExceeded,
            Code::Unknown,
        ] {
            assert_eq!(pause(&Status::new(code, "x"), 1, 0), None, "{code:?}");
        }
    }
}
