//! The times of the tests: minutes of one morning. No test waits, and none reads a clock.

use prost_types::Timestamp;

/// 2026-03-02T09:00:00Z, a Monday: minute 0.
pub const MORNING_UNIX_S: i64 = 1_772_442_000;

/// A minute of the morning, or of a later day.
pub fn minute(number: i64) -> Timestamp {
    Timestamp {
        seconds: MORNING_UNIX_S + 60 * number,
        nanos: 0,
    }
}
