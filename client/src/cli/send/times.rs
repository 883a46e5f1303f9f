//! Times as tables write them. The whole column shows whether the day or the month comes first. If it does not, that is
//! an error: the order is not guessed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// How times are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// ISO 8601 with or without a zone, seconds or milliseconds since 1970, `YYYY/M/D`; not `D/M/YYYY`.
    Plain,
    /// As [`Format::Plain`], and `D/M/YYYY`.
    DayFirst,
    /// As [`Format::Plain`], and `M/D/YYYY`.
    MonthFirst,
    /// A pattern of `strptime`.
    Pattern(String),
}

/// The format that the command line names: `dmy`, `mdy` or a pattern.
pub(super) fn format(text: &str) -> Result<Format, String> {
    match text {
        "dmy" => Ok(Format::DayFirst),
        "mdy" => Ok(Format::MonthFirst),
        _ if text.contains('%') => Ok(Format::Pattern(text.to_owned())),
        _ => Err(format!(
            "`{text}` is neither dmy nor mdy nor a pattern such as %d/%m/%Y %H:%M"
        )),
    }
}

/// A time zone by its IANA name.
pub(super) fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| format!("`{text}` is not a time zone such as Europe/Amsterdam"))
}

/// How the times of a column are read.
#[derive(Clone, Debug)]
pub(super) struct Times {
    format: Format,
    zone: TimeZone,
}

impl Times {
    /// Reads times in a known format. `zone` is for times without a zone.
    pub(super) const fn of_format(format: Format, zone: TimeZone) -> Times {
        Times { format, zone }
    }

    /// Finds out from all times of a column whether the day or the month comes first.
    ///
    /// # Errors
    /// If the column does not show it.
    pub(super) fn found<'t>(
        column: impl Iterator<Item = &'t str>,
        zone: TimeZone,
    ) -> Result<Times, String> {
        let [mut by_day, mut by_month, mut either] = [0_u64; 3];
        let mut example = None;
        for text in column {
            let Some(((first, second, year), _)) = slashed(text) else {
                continue;
            };
            let day = Date::new(year, second, first).is_ok();
            let month = Date::new(year, first, second).is_ok();
            match (day, month) {
                (true, true) if first != second => {
                    either += 1;
                    example.get_or_insert(text);
                }
                (true, false) => by_day += 1,
                (false, true) => by_month += 1,
                _ => {}
            }
        }
        let format = match (by_day, by_month, either) {
            (0, 0, 0) => Format::Plain,
            (0, 0, _) => {
                let example = example.unwrap_or_default();
                return Err(format!(
                    "`{example}` and the like could begin with the day or with the month, and nothing in the column \
                     tells which; say --time-format dmy or --time-format mdy"
                ));
            }
            (0, ..) => Format::MonthFirst,
            (_, 0, _) => Format::DayFirst,
            (day, month, _) => {
                return Err(format!(
                    "{day} times can only begin with the day and {month} only with the month; say --time-format dmy \
                     or --time-format mdy, and the others are bad rows"
                ));
            }
        };
        Ok(Times { format, zone })
    }

    /// Reads one time.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn read(&self, text: &str) -> Result<Timestamp, String> {
        let text = text.trim();
        let read = match &self.format {
            Format::Pattern(pattern) => self.pattern(pattern, text),
            format => self.known(format, text),
        };
        read.ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            match &self.format {
                Format::Pattern(pattern) => {
                    format!("`{shown}` is not a time of the form {pattern}")
                }
                _ => format!("`{shown}` is not a time that can be read"),
            }
        })
    }

    fn known(&self, format: &Format, text: &str) -> Option<Timestamp> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(time);
        }
        if let Some(time) = since_1970(text) {
            return Some(time);
        }
        let iso = text.replacen('/', "-", if text.find('/') == Some(4) { 2 } else { 0 });
        if let Ok(time) = iso.parse::<DateTime>() {
            return self.here(time);
        }
        let ((first, second, year), time) = slashed(text)?;
        let date = match format {
            Format::DayFirst => Date::new(year, second, first),
            Format::MonthFirst => Date::new(year, first, second),
            // If both numbers are equal, their order makes no difference.
            _ if first == second => Date::new(year, first, second),
            _ => return None,
        };
        self.here(date.ok()?.to_datetime(time))
    }

    fn pattern(&self, pattern: &str, text: &str) -> Option<Timestamp> {
        let read = jiff::fmt::strtime::parse(pattern, text).ok()?;
        if let Ok(time) = read.to_timestamp() {
            return Some(time);
        }
        let time = read.to_datetime().ok();
        let time = time.or_else(|| Some(read.to_date().ok()?.at(0, 0, 0, 0)));
        self.here(time?)
    }

    /// A local time as a point in time. An hour that is skipped in spring is read as the hour after it. An hour that is
    /// repeated in autumn is read as the first one.
    fn here(&self, time: DateTime) -> Option<Timestamp> {
        Some(time.to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

/// Seconds since 1970 (9 or 10 digits) or milliseconds since 1970 (12 or 13 digits).
fn since_1970(text: &str) -> Option<Timestamp> {
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

type Slashed = ((i8, i8, i16), Time);

/// `a/b/YYYY`, also with `-` or `.` between the numbers, and with or without a time of day.
fn slashed(text: &str) -> Option<Slashed> {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(times: &Times, text: &str) -> String {
        times
            .read(text)
            .map_or_else(|what| what, |time| time.to_string())
    }

    #[test]
    fn each_form_is_read() {
        let amsterdam = zone("Europe/Amsterdam").unwrap();
        let day = Times::of_format(Format::DayFirst, amsterdam.clone());
        let month = Times::of_format(Format::MonthFirst, amsterdam);
        for (text, time) in [
            ("2008-07-02 15:08:46+00:00", "2008-07-02T15:08:46Z"),
            ("2008-07-02T15:08:46Z", "2008-07-02T15:08:46Z"),
            ("2024-04-15T22:51:53.500", "2024-04-15T20:51:53.5Z"),
            ("2024-04-15 22:51", "2024-04-15T20:51:00Z"),
            ("2024-04-15", "2024-04-14T22:00:00Z"),
            ("2024/04/15 22:51", "2024-04-15T20:51:00Z"),
            ("29/2/2016 01:16", "2016-02-29T00:16:00Z"),
            ("1.3.2016", "2016-02-29T23:00:00Z"),
            ("1215011326", "2008-07-02T15:08:46Z"),
            ("1215011326.25", "2008-07-02T15:08:46.25Z"),
            ("1215011326500", "2008-07-02T15:08:46.5Z"),
            // This hour is skipped in spring.
            ("2024-03-31 02:30", "2024-03-31T01:30:00Z"),
            (
                "31/4/2016 01:16",
                "`31/4/2016 01:16` is not a time that can be read",
            ),
            ("20240415", "2024-04-14T22:00:00Z"),
            ("soon", "`soon` is not a time that can be read"),
        ] {
            assert_eq!(read(&day, text), time, "{text}");
        }
        for (text, time) in [
            ("07/02/2008 03:08:46 PM", "2008-07-02T13:08:46Z"),
            ("7/2/2008 12:08:46 a.m.", "2008-07-01T22:08:46Z"),
            (
                "07/02/2008 13:08:46 PM",
                "`07/02/2008 13:08:46 PM` is not a time that can be read",
            ),
        ] {
            assert_eq!(read(&month, text), time, "{text}");
        }
    }

    #[test]
    fn a_column_tells_the_order_or_that_it_does_not() {
        let found = |column: &[&str]| {
            let times = Times::found(column.iter().copied(), TimeZone::UTC);
            times.map(|times| times.format)
        };
        assert_eq!(
            found(&["1/3/2016", "29/2/2016 01:16", "x"]),
            Ok(Format::DayFirst)
        );
        assert_eq!(
            found(&["1/3/2016", "2/29/2016 01:16"]),
            Ok(Format::MonthFirst)
        );
        assert_eq!(found(&["2016-02-29", "4/4/2016"]), Ok(Format::Plain));
        assert_eq!(found(&[]), Ok(Format::Plain));
        assert!(
            found(&["1/3/2016", "2/3/2016"])
                .unwrap_err()
                .contains("`1/3/2016`")
        );
        assert!(found(&["13/3/2016", "3/13/2016"]).is_err());
    }

    #[test]
    fn patterns_are_taken_as_they_are() {
        let form = format("%Y%m%d %H%M").unwrap();
        let times = Times::of_format(form, zone("America/New_York").unwrap());
        assert_eq!(read(&times, "20240415 2251"), "2024-04-16T02:51:00Z");
        let form = format("%Y-%m-%d %H:%M:%S %z").unwrap();
        let times = Times::of_format(form, TimeZone::UTC);
        assert_eq!(
            read(&times, "2024-04-15 22:51:00 +0200"),
            "2024-04-15T20:51:00Z"
        );
        assert!(read(&times, "x").contains("of the form"));
        assert!(format("iso").is_err());
        assert!(zone("Mars/Olympus").is_err());
    }
}
