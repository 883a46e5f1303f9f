//! Times as people write them.

use super::units::{self, Unit};
use std::time::Duration;

/// The units, and their milliseconds.
const UNITS: [Unit; 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// The time of a text such as `30m`; `None` if it is no time.
pub(super) fn read(text: &str) -> Option<Duration> {
    units::read(text, &UNITS).map(Duration::from_millis)
}

/// The shortest text that [`read`] reads as this time, to the millisecond.
pub(super) fn shown(time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    units::shown(millis, &UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, millis) in [
            ("1ms", 1),
            ("90s", 90_000),
            ("30m", 1_800_000),
            ("24h", 86_400_000),
        ] {
            assert_eq!(read(text), Some(Duration::from_millis(millis)), "{text}");
            assert_eq!(shown(Duration::from_millis(millis)), text);
        }
        assert_eq!(shown(Duration::from_secs(60)), "1m");
        for bad in [
            "",
            "ms",
            "5",
            "-1s",
            "1.5h",
            "1 s",
            "1d",
            "99999999999999999999h",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
