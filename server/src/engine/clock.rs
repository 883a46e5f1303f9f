//! The source of the time: the only place that reads a clock.

use signpost_domain::time::UnixMs;
use std::time::{SystemTime, UNIX_EPOCH};

/// The source of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// The times in the requests, for tests, imports and what-if. Timers fire only when requests come.
    External,
}

impl Clock {
    /// The log time for a request. `told` is the time that the caller gives; only [`Clock::External`] uses it, and
    /// without it the time stays at `last`. The result is never before `last`.
    pub fn now(self, told: Option<UnixMs>, last: UnixMs) -> UnixMs {
        match self {
            Clock::System => Clock::machine().max(last),
            Clock::External => told.unwrap_or(last).max(last),
        }
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
