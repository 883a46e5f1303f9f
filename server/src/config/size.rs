//! Sizes as people write them.

/// The units, and their bytes.
const UNITS: [(&str, u64); 5] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("B", 1),
];

/// The bytes of a size such as `256MiB`. `0` needs no unit.
pub(super) fn bytes(text: &str) -> Result<u64, &'static str> {
    let what = "must be a size such as 256MiB (a whole number and B, KiB, MiB, GiB or TiB), or 0 for no floor";
    if text == "0" {
        return Ok(0);
    }
    let parts = UNITS
        .iter()
        .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
    let (number, unit) = parts.ok_or(what)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_number {
        number.parse::<u64>().ok()
    } else {
        None
    };
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or(what)
}

/// The shortest text that [`bytes`] reads as this size.
pub(super) fn shown(bytes: u64) -> String {
    let fitting = UNITS
        .iter()
        .filter(|(_, each)| bytes >= *each && bytes.is_multiple_of(*each));
    match fitting.max_by_key(|(_, each)| *each) {
        Some((unit, each)) => format!("{}{unit}", bytes / each),
        None => format!("{bytes}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, shown};
    use crate::config::MIN_FREE_SPACE_DEFAULT;
    use crate::store::MIN_FREE_BYTES_DEFAULT;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes(MIN_FREE_SPACE_DEFAULT), Ok(MIN_FREE_BYTES_DEFAULT));
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("3B"), Ok(3));
        assert_eq!(bytes("2GiB"), Ok(2 << 30));
        for text in ["3B", "1KiB", "1500B", "4MiB", "2GiB"] {
            assert_eq!(bytes(text).map(shown).as_deref(), Ok(text));
        }
        for bad in [
            "",
            "256",
            "MiB",
            "-1MiB",
            "+1MiB",
            "1.5GiB",
            "1 MiB",
            "1MB",
            "99999999TiB",
        ] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
