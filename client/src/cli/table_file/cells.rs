//! The cells of a workbook as text: what a CSV file of the same table would say.

use calamine::{Data, ExcelDateTime};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};

/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;
/// From this number on, a number without a fraction is no longer exact.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The name of a cell: `B7` for (6, 1).
pub(super) fn name((row, column): (u32, u32)) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

/// The text of a cell.
///
/// # Errors
/// If the cell has no value: it is an error of a formula, or a date that no calendar has.
pub(super) fn text(value: &Data, is_1904: bool) -> Result<String, String> {
    match value {
        Data::Empty => Ok(String::new()),
        Data::Int(number) => Ok(number.to_string()),
        Data::Float(number) => Ok(self::number(*number)),
        Data::String(text) => Ok(text.clone()),
        Data::Bool(true) => Ok("TRUE".to_owned()),
        Data::Bool(false) => Ok("FALSE".to_owned()),
        Data::DateTime(time) => self::time(*time, is_1904),
        Data::DateTimeIso(text) => Ok(text.clone()),
        Data::DurationIso(text) => Ok(duration(text).unwrap_or_else(|| text.clone())),
        Data::Error(error) => Err(format!("is an error of a formula: {error}")),
    }
}

/// A number without the tail that binary fractions have: `0.3`, not `0.30000000000000004`.
fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT_MAX {
        return format!("{number:.0}");
    }
    // Spreadsheets keep 15 digits.
    let short: Option<f64> = format!("{number:.14e}").parse().ok();
    short.unwrap_or(number).to_string()
}

/// A date as `2026-03-29`, a date and a time as `2026-03-29T09:12:58`, a time as `09:12:58`.
fn time(time: ExcelDateTime, is_1904: bool) -> Result<String, String> {
    let days = time.as_f64();
    let wrong = || format!("{days} is no date of a workbook");
    let day = days.floor();
    let ms = ((days - day) * DAY_MS).round();
    let since_midnight = SignedDuration::try_from_secs_f64(ms / 1_000.0).map_err(|_| wrong())?;
    let clock = DateTime::from_parts(Date::constant(2000, 1, 1), Time::midnight());
    let clock = clock.checked_add(since_midnight).map_err(|_| wrong())?;
    if day == 0.0 {
        return Ok(clock.time().to_string());
    }
    if time.is_duration() {
        let hours = (ms / 1_000.0 + day * 86_400.0) / 3_600.0;
        return Ok(format!("{hours:.4} h"));
    }
    let base = match (is_1904, days >= 60.0) {
        (true, _) => Date::constant(1904, 1, 1),
        (false, true) => Date::constant(1899, 12, 30),
        // The format has a 29 February 1900, which no calendar has.
        (false, false) => Date::constant(1899, 12, 31),
    };
    let in_range = (0.0..3_000_000.0).contains(&day);
    let day = if in_range {
        day as i64
    } else {
        return Err(wrong());
    };
    let date = base.checked_add(day.days()).map_err(|_| wrong())?;
    let at = date
        .at(0, 0, 0, 0)
        .checked_add(since_midnight)
        .map_err(|_| wrong())?;
    Ok(match at.time() == Time::midnight() {
        true => at.date().to_string(),
        false => at.to_string(),
    })
}

/// The time of a cell such as `PT09H12M58S`.
fn duration(text: &str) -> Option<String> {
    let span: SignedDuration = text.parse().ok()?;
    let clock = Time::midnight().checked_add(span).ok()?;
    let is_clock = !span.is_negative() && span.as_hours() < 24;
    is_clock.then(|| clock.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn cells_say_what_a_person_reads() {
        let at = |days: f64| {
            Data::DateTime(ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false))
        };
        for (value, expected) in [
            (Data::Float(31_201_234_567.0), "31201234567"),
            (Data::Float(0.1 + 0.2), "0.3"),
            (Data::Float(-1.5), "-1.5"),
            (Data::Int(7), "7"),
            (Data::Bool(true), "TRUE"),
            (at(0.384_004_629_629_629_6), "09:12:58"),
            (at(0.999_988_425_925_925_9), "23:59:59"),
            (at(46_110.0), "2026-03-29"),
            (at(46_110.5), "2026-03-29T12:00:00"),
            (at(1.0), "1900-01-01"),
            (Data::DurationIso("PT09H12M58S".to_owned()), "09:12:58"),
            (
                Data::DateTimeIso("2026-03-29T12:00:00".to_owned()),
                "2026-03-29T12:00:00",
            ),
        ] {
            assert_eq!(text(&value, false).unwrap(), expected, "{value:?}");
        }
        assert_eq!(text(&at(44_648.0), true).unwrap(), "2026-03-29");
        assert!(text(&at(-5.0), false).is_err());
    }

    #[test]
    fn cells_are_named_as_in_a_sheet() {
        for (at, expected) in [
            ((0, 0), "A1"),
            ((6, 1), "B7"),
            ((9, 25), "Z10"),
            ((0, 26), "AA1"),
            ((0, 16_383), "XFD1"),
        ] {
            assert_eq!(name(at), expected);
        }
    }
}
