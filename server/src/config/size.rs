//! Sizes as people write them.

use super::units::{self, Unit};

/// The units, and their bytes.
const UNITS: [Unit; 5] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("B", 1),
];

/// The bytes of a size such as `256MiB`. `0` needs no unit.
pub(super) fn bytes(text: &str) -> Result<u64, &'static str> {
    let what = "must be a size such as 256MiB (a whole number and B, KiB, MiB, GiB or TiB), or 0 for no floor";
    match text {
        "0" => Ok(0),
        text => units::read(text, &UNITS).ok_or(what),
    }
}

/// The shortest text that [`bytes`] reads as this size.
pub(super) fn shown(bytes: u64) -> String {
    units::shown(bytes, &UNITS)
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
