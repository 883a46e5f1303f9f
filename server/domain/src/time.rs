//! Points and spans of time as plain integers. Nothing here reads a clock.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct UnixMs(pub i64);

/// A span of time in milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Millis(pub i64);

impl UnixMs {
    /// 9999-12-31T23:59:59Z, the last point that a timestamp can express.
    pub const MAX: UnixMs = UnixMs(253_402_300_799_000);

    /// The span from `earlier` to this point; negative if `earlier` is later.
    pub const fn since(self, earlier: UnixMs) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Millis {
    /// One second.
    pub const SECOND: Millis = Millis(1_000);
    /// One minute.
    pub const MINUTE: Millis = Millis(60_000);
    /// One hour.
    pub const HOUR: Millis = Millis(3_600_000);
    /// One day of 24 hours.
    pub const DAY: Millis = Millis(86_400_000);

    /// Reads a span such as `20s`, `4m`, `1h30m` or `7d`: whole numbers with the units d, h, m, s, ms, the largest unit
    /// first. `None` if the text has another form.
    pub fn parse(text: &str) -> Option<Millis> {
        const UNITS: [(&str, Millis); 5] = [
            ("d", Millis::DAY),
            ("h", Millis::HOUR),
            ("ms", Millis(1)),
            ("m", Millis::MINUTE),
            ("s", Millis::SECOND),
        ];
        let mut rest = text;
        let mut total = 0_i64;
        let mut unit_before = Millis(i64::MAX);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: i64 = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let (name, unit) = UNITS.into_iter().find(|(name, _)| rest.starts_with(name))?;
            if unit >= unit_before {
                return None;
            }
            unit_before = unit;
            total = total.checked_add(number.checked_mul(unit.0)?)?;
            rest = &rest[name.len()..];
        }
        (!text.is_empty()).then_some(Millis(total))
    }
}

impl Add<Millis> for UnixMs {
    type Output = UnixMs;
    fn add(self, span: Millis) -> UnixMs {
        UnixMs(self.0.saturating_add(span.0))
    }
}

impl Sub<Millis> for UnixMs {
    type Output = UnixMs;
    fn sub(self, span: Millis) -> UnixMs {
        UnixMs(self.0.saturating_sub(span.0))
    }
}

impl fmt::Display for Millis {
    /// Writes the two largest units of the span: `1h30m`, `4m`, `20s`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        let mut shown = 0;
        for (name, unit) in [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1_000),
            ("ms", 1),
        ] {
            let count = rest / unit;
            rest %= unit;
            if count > 0 && shown < 2 {
                write!(f, "{count}{name}")?;
                shown += 1;
            }
        }
        if shown == 0 {
            f.write_str("0s")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans_and_writes_them_back() {
        for text in ["20s", "4m", "1h30m", "7d", "250ms"] {
            assert_eq!(
                Millis::parse(text).map(|span| span.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "4",
            "m",
            "4m5h",
            "4m4m",
            "-4m",
            "4 m",
            "99999999999999999999d",
        ] {
            assert_eq!(Millis::parse(text), None, "{text}");
        }
    }
}
