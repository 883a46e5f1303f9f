//! Where time comes from: the one place that reads a clock.

use signpost_domain::time::UnixMs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The times in the requests: for tests, imports and what-if. Timers fire only as requests come.
    External,
}

impl Clock {
    /// Log time for something that the caller says happened at `told`: never before `last`.
    pub fn now(self, told: Option<UnixMs>, last: UnixMs) -> UnixMs {
        match self {
            Clock::System => Clock::machine().max(last),
            Clock::External => told.unwrap_or(last).max(last),
        }
    }

    /// The machine's clock.
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
