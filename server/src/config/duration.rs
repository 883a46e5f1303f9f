//! Times as people write them.

use std::time::Duration;

/// The units, and their milliseconds. The longer names come first, for `ms` ends like `s`.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// The time of a text such as `30m`; `None` if it is no time.
pub(super) fn read(text: &str) -> Option<Duration> {
    let parts = UNITS
        .iter()
        .find_map(|(unit, millis)| Some((text.strip_suffix(unit)?, *millis)));
    let (number, unit) = parts?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_number.then(|| number.parse().ok()).flatten()?;
    number.checked_mul(unit).map(Duration::from_millis)
}

/// The shortest text that [`read`] reads as this time, to the millisecond.
pub(super) fn shown(time: Duration) -> String {
    let millis = time.as_millis();
    let mut fitting = UNITS
        .iter()
        .rev()
        .map(|(unit, each)| (unit, u128::from(*each)));
    let unit = fitting.find(|(_, each)| millis >= *each && millis.is_multiple_of(*each));
    match unit {
        Some((unit, each)) => format!("{}{unit}", millis / each),
        None => format!("{millis}ms"),
    }
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
