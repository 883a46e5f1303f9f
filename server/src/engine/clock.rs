//! The source of the time: the only place that reads a clock.

use signpost_domain::refusal::{FaultKind, Faults, Refusal};
use signpost_domain::time::{Millis, UnixMs};
use std::time::{SystemTime, UNIX_EPOCH};

/// How far one write may carry log time ahead where the callers give the time: a year and a day. A request that says so
/// may carry it further.
const CLOCK_STEP_MAX: Millis = Millis(367 * Millis::DAY.0);
/// Before this time (the year 2000) nobody's clock has set log time yet, so that any step is taken.
const CLOCK_SET_MIN: UnixMs = UnixMs(946_684_800_000);

/// The source of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// The times in the requests, for tests, imports and what-if. Timers fire only when requests come.
    External,
}

impl Clock {
    /// The log time for a request. `event_time` is the time that the caller gives. Only [`Clock::External`] uses it; if
    /// it is `None`, the time stays at `last`. The result is never before `last`.
    pub fn now(self, event_time: Option<UnixMs>, last: UnixMs) -> UnixMs {
        match self {
            Clock::System => Clock::machine().max(last),
            Clock::External => event_time.unwrap_or(last).max(last),
        }
    }

    /// Checks that a write does not carry log time from `last` further ahead than `CLOCK_STEP_MAX`, which one wrong
    /// date would do for all writes after it.
    ///
    /// # Errors
    /// A fault of `event_time`.
    pub fn check_step(self, event_time: Option<UnixMs>, last: UnixMs) -> Result<(), Refusal> {
        let at = event_time.filter(|_| self == Clock::External && last >= CLOCK_SET_MIN);
        let Some(at) = at.filter(|at| *at > last + CLOCK_STEP_MAX) else {
            return Ok(());
        };
        let what = format!(
            "must be at most {CLOCK_STEP_MAX} after the last write, is {} after it; no write before it could follow. If \
             it is meant, send the metadata signpost-clock-step: any",
            at.since(last)
        );
        let fault = Faults::of(FaultKind::ClockStep, "event_time", what);
        Err(Refusal::Faulty(fault))
    }

    /// The clock of the machine.
    #[expect(
        clippy::disallowed_methods,
        reason = "time enters here, and here alone"
    )]
    pub fn machine() -> UnixMs {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
