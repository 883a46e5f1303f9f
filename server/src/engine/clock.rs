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
    /// The log time for a request. `event_time` is the time that the caller gives. Only [`Clock::External`] uses it; if
    /// it is `None`, the time stays at `last`. The result is never before `last`.
    pub fn now(self, event_time: Option<UnixMs>, last: UnixMs) -> UnixMs {
        match self {
            Clock::System => Clock::machine().max(last),
            Clock::External => event_time.unwrap_or(last).max(last),
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
