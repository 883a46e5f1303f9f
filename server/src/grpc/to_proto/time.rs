//! Points and spans of time.

use prost_types::{Duration, Timestamp};
use signpost_domain::time::{Millis, UnixMs};

const MILLIS_A_SECOND: i64 = 1_000;
const NANOS_A_MILLI: i32 = 1_000_000;

/// A point in time.
pub(in crate::grpc) fn timestamp(at: UnixMs) -> Timestamp {
    Timestamp {
        seconds: at.0.div_euclid(MILLIS_A_SECOND),
        nanos: at.0.rem_euclid(MILLIS_A_SECOND) as i32 * NANOS_A_MILLI,
    }
}

/// A point in time as text for people, in RFC 3339.
pub(super) fn text(at: UnixMs) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0);
    time.map_or_else(|_| "another age".into(), |time| time.to_string())
}

/// A span of time.
pub(super) fn duration(span: Millis) -> Duration {
    Duration {
        seconds: span.0 / MILLIS_A_SECOND,
        nanos: (span.0 % MILLIS_A_SECOND) as i32 * NANOS_A_MILLI,
    }
}
