//! The forms in which tables write dates and times of day.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;
/// The first day of the day numbers of spreadsheets. From 1 March 1900 on they count from here.
const SERIAL_BASE: Date = Date::constant(1899, 12, 30);
/// The day numbers that are read: from 1954 to 2119. Others are no dates that a table of contacts has.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 20_000..=80_000;
/// The dates that a spreadsheet puts before a time that has none.
const NO_DATES: [Date; 3] = [
    Date::constant(1899, 12, 30),
    Date::constant(1899, 12, 31),
    Date::constant(1900, 1, 1),
];

/// Seconds since 1970 (9 or 10 digits) or milliseconds since 1970 (12 or 13 digits).
pub(in crate::cli::send) fn since_1970(text: &str) -> Option<Timestamp> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => {
            let millis: i64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
            Timestamp::from_millisecond(number * 1_000 + millis).ok()
        }
        12 | 13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

pub(in crate::cli::send) type Slashed = ((i8, i8, i16), Time);

/// `a/b/YYYY`, also with `-` or `.` between the numbers, and with or without a time of day.
pub(in crate::cli::send) fn slashed(text: &str) -> Option<Slashed> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', 'T', ',']).unwrap_or((text, ""));
    let separator = date.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = date.split(separator);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, len: std::ops::RangeInclusive<usize>| {
        len.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = digits(first, 1..=2) && digits(second, 1..=2) && digits(year, 4..=4);
    if !fits || parts.next().is_some() {
        return None;
    }
    let date = (
        first.parse().ok()?,
        second.parse().ok()?,
        year.parse().ok()?,
    );
    Some((date, time_of_day(time.trim())?))
}

/// `H:MM`, `H:MM:SS` or `h:mm AM`; midnight if the text is empty.
fn time_of_day(text: &str) -> Option<Time> {
    if text.is_empty() {
        return Some(Time::midnight());
    }
    let upper = text.to_ascii_uppercase();
    let upper = upper.replace("A.M.", "AM").replace("P.M.", "PM");
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim(), Some(0)),
        (_, Some(clock)) => (clock.trim(), Some(12)),
        _ => (upper.as_str(), None),
    };
    // Fractions of a second are not needed here.
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let mut parts = clock.split(':');
    let mut next = || -> Option<Option<i8>> {
        match parts.next() {
            None => Some(None),
            Some(part) if (1..=2).contains(&part.len()) => Some(Some(part.parse().ok()?)),
            Some(_) => None,
        }
    };
    let (hour, minute, second) = (next()??, next()??, next()?.unwrap_or_default());
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
    };
    match parts.next() {
        None => Time::new(hour, minute, second, 0).ok(),
        Some(_) => None,
    }
}

/// A day number of a spreadsheet, with the time as a fraction of a day: `45750.586805`. It has 5 digits.
pub(in crate::cli::send) fn serial(text: &str) -> Option<DateTime> {
    let (whole, part) = decimal(text)?;
    let day = whole.parse::<i64>().ok();
    let day = day.filter(|day| whole.len() == 5 && SERIAL_DAYS.contains(day))?;
    let date = SERIAL_BASE.checked_add(day.days()).ok()?;
    date.at(0, 0, 0, 0).checked_add(fraction(part)?).ok()
}

/// The time since midnight, as a clock or as a fraction of a day: `9:12`, `09:12:58`, `9:12 am`, `0.384`. A date of a
/// spreadsheet before it that means no date is left out.
pub(in crate::cli::send) fn since_midnight(text: &str) -> Option<SignedDuration> {
    if let Some((whole, part)) = decimal(text)
        && text.contains(['.', ','])
        && whole == "0"
    {
        return fraction(part);
    }
    let clock = match text.parse::<DateTime>() {
        Ok(at) if NO_DATES.contains(&at.date()) && text.contains([' ', 'T']) => at.time(),
        _ if text == "0" => Time::midnight(),
        _ => time_of_day(text).filter(|_| !text.is_empty())?,
    };
    clock.duration_since(Time::midnight()).into()
}

/// A number in two parts, the second without the sign between them.
fn decimal(text: &str) -> Option<(&str, &str)> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part)).then_some((whole, part))
}

/// A part of a day, in whole milliseconds.
fn fraction(digits: &str) -> Option<SignedDuration> {
    let part: f64 = format!("0.{digits}").parse().ok()?;
    let ms = (part * DAY_MS).round();
    // At most a day, which is far from where a number with a fraction is not exact.
    Some(SignedDuration::from_millis(ms as i64))
}
