//! Reads opening hours as written: `mon-fri 07:00-22:00`, `always`, `2026-12-24 08:00-12:00`.

use super::Hours;
use jiff::civil::Date;

const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const ALL_DAY: Hours = (0, 86_400_000);

/// The text that describes the valid form of opening hours.
pub(crate) struct CalendarWords;

impl CalendarWords {
    pub(crate) const WEEKLY: &str = "must be days and hours such as \"mon-fri 07:00-22:00\" or \"sat,sun 08:00-24:00\", or \"always\"";
    pub(crate) const DATED: &str = "must be a date and hours such as \"2026-12-24 08:00-12:00\"";
    pub(crate) const DATE: &str = "must be a date such as 2026-12-25";
}

/// Why a text is not valid opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoursError {
    /// The text has another form.
    Form,
    /// The end of the hours is not after the start.
    OverMidnight,
}

/// The days and their hours. Monday is 0.
pub(crate) fn weekly_hours(text: &str) -> Result<(Vec<usize>, Hours), HoursError> {
    if text.trim() == "always" {
        return Ok(((0..7).collect(), ALL_DAY));
    }
    let (days, hours) = two_words(text)?;
    Ok((days_of(days).ok_or(HoursError::Form)?, hours_of(hours)?))
}

/// The date, as days since 1970-01-01, and its hours.
pub(crate) fn dated_hours(text: &str) -> Result<(i32, Hours), HoursError> {
    let (date, hours) = two_words(text)?;
    Ok((date_day(date).ok_or(HoursError::Form)?, hours_of(hours)?))
}

/// Reads a date such as `2026-12-25` as days since 1970-01-01. `None` if the text is not a date.
pub(crate) fn date_day(text: &str) -> Option<i32> {
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_date {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<i16>().ok();
    let month = i8::try_from(number(5..7)?).ok()?;
    let day = i8::try_from(number(8..10)?).ok()?;
    let date = Date::new(number(0..4)?, month, day).ok()?;
    let since = date.duration_since(Date::constant(1970, 1, 1));
    i32::try_from(since.as_hours() / 24).ok()
}

fn two_words(text: &str) -> Result<(&str, &str), HoursError> {
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(first), Some(second), None) => Ok((first, second)),
        _ => Err(HoursError::Form),
    }
}

/// Reads days such as `mon-fri`, `sat,sun` or `fri-mon`. `None` if the text has another form.
fn days_of(text: &str) -> Option<Vec<usize>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |name: &str| DAY_NAMES.iter().position(|&day| day == name);
        let (first, last) = (number(first)?, number(last)?);
        let count = (last + 7 - first) % 7 + 1;
        days.extend((0..count).map(|day| (first + day) % 7));
    }
    Some(days)
}

/// Reads hours such as `07:00-22:00`.
fn hours_of(text: &str) -> Result<Hours, HoursError> {
    let (from, until) = text.split_once('-').ok_or(HoursError::Form)?;
    let from = clock(from).ok_or(HoursError::Form)?;
    let until = clock(until).ok_or(HoursError::Form)?;
    match from < until {
        true => Ok((from, until)),
        false => Err(HoursError::OverMidnight),
    }
}

/// Reads a time such as `07:00` as milliseconds after midnight, up to `24:00`. `None` if the text has another form.
fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| match part.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let within = hours < 24 && minutes < 60 || (hours, minutes) == (24, 0);
    within.then_some((hours * 60 + minutes) * 60_000)
}
