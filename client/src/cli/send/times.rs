//! Times as tables write them, in one column or as a date and a time in two. The whole column shows whether the day or
//! the month comes first. If it does not, that is an error: the order is not guessed.

pub(super) mod forms;

use forms::{serial, since_1970, since_midnight, slashed};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

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

/// What the times of a column show of the order of day and month.
#[derive(Debug, Default)]
pub(super) struct Order {
    by_day: u64,
    by_month: u64,
    either: u64,
    example: Option<String>,
}

impl Order {
    /// Looks at one time.
    pub(super) fn see(&mut self, text: &str) {
        let Some(((first, second, year), _)) = slashed(text) else {
            return;
        };
        let day = Date::new(year, second, first).is_ok();
        let month = Date::new(year, first, second).is_ok();
        match (day, month) {
            (true, true) if first != second => {
                self.either += 1;
                self.example.get_or_insert_with(|| text.trim().to_owned());
            }
            (true, false) => self.by_day += 1,
            (false, true) => self.by_month += 1,
            _ => {}
        }
    }

    /// A time that could begin with the day or with the month.
    pub(super) fn example(&self) -> Option<&str> {
        self.example.as_deref()
    }

    /// The format of the column.
    ///
    /// # Errors
    /// If the column does not show it.
    pub(super) fn format(self) -> Result<Format, String> {
        match (self.by_day, self.by_month, self.either) {
            (0, 0, 0) => Ok(Format::Plain),
            (0, 0, _) => {
                let example = self.example.unwrap_or_default();
                Err(format!(
                    "`{example}` and the like could begin with the day or with the month, and nothing in the column \
                     tells which; say --time-format dmy or --time-format mdy"
                ))
            }
            (0, ..) => Ok(Format::MonthFirst),
            (_, 0, _) => Ok(Format::DayFirst),
            (day, month, _) => Err(format!(
                "{day} times can only begin with the day and {month} only with the month; say --time-format dmy or \
                 --time-format mdy, and the others are bad rows"
            )),
        }
    }
}

/// How the times of a column are read.
#[derive(Clone, Debug)]
pub(super) struct Times {
    format: Format,
    zone: TimeZone,
}

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The time.
    pub(super) at: Timestamp,
    /// What had to be assumed.
    pub(super) note: Option<Note>,
}

impl Told {
    const fn plain(at: Timestamp) -> Told {
        Told { at, note: None }
    }
}

/// What had to be assumed to read a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Note {
    /// It is the day number of a spreadsheet.
    Numbered,
    /// It is in the hour that the clocks skip in spring.
    Skipped,
    /// It is in the hour that the clocks repeat in autumn.
    Repeated,
}

impl Note {
    /// What is said of such times, after how many there are.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Note::Numbered => "day numbers of a spreadsheet, read as counted from 30 December 1899",
            Note::Skipped => {
                "in the hour that the clocks skip in spring, read as the hour after it"
            }
            Note::Repeated => "in the hour that the clocks repeat in autumn, read as the first one",
        }
    }
}

impl Times {
    /// Reads times in a known format. `zone` is for times without a zone.
    pub(super) const fn of_format(format: Format, zone: TimeZone) -> Times {
        Times { format, zone }
    }

    /// Reads one time.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn read(&self, text: &str) -> Result<Told, String> {
        let text = text.trim();
        let read = match &self.format {
            Format::Pattern(pattern) => self.pattern(pattern, text),
            format => self.known(format, text),
        };
        read.ok_or_else(|| self.unread())
    }

    /// Reads a date and a time of day that are in two cells. A pattern is for both, with a blank between them.
    ///
    /// # Errors
    /// What is wrong with the texts.
    pub(super) fn read_apart(&self, date: &str, clock: &str) -> Result<Told, String> {
        let (date, clock) = (date.trim(), clock.trim());
        if let Format::Pattern(pattern) = &self.format {
            let read = self.pattern(pattern, &format!("{date} {clock}"));
            return read.ok_or_else(|| self.unread());
        }
        let numbered = serial(date).filter(|at| at.time() == jiff::civil::Time::midnight());
        let day = numbered.or_else(|| self.local(&self.format, date));
        let day = day.ok_or_else(|| "is not a date that can be read".to_owned())?;
        let since = since_midnight(clock);
        let since = since.ok_or_else(|| "is not a time of day that can be read".to_owned())?;
        let at = day.date().at(0, 0, 0, 0).checked_add(since);
        let read = at.ok().and_then(|at| self.here(at, numbered.is_some()));
        read.ok_or_else(|| self.unread())
    }

    fn unread(&self) -> String {
        match &self.format {
            Format::Pattern(pattern) => format!("is not a time of the form {pattern}"),
            _ => "is not a time that can be read".to_owned(),
        }
    }

    fn known(&self, format: &Format, text: &str) -> Option<Told> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Told::plain(time));
        }
        if let Some(time) = since_1970(text) {
            return Some(Told::plain(time));
        }
        if let Some(time) = serial(text) {
            return self.here(time, true);
        }
        self.here(self.local(format, text)?, false)
    }

    /// A date and a time of day that are written without a zone.
    fn local(&self, format: &Format, text: &str) -> Option<DateTime> {
        let iso = text.replacen('/', "-", if text.find('/') == Some(4) { 2 } else { 0 });
        if let Ok(time) = iso.parse::<DateTime>() {
            return Some(time);
        }
        let ((first, second, year), time) = slashed(text)?;
        let date = match format {
            Format::DayFirst => Date::new(year, second, first),
            Format::MonthFirst => Date::new(year, first, second),
            // If both numbers are equal, their order makes no difference.
            _ if first == second => Date::new(year, first, second),
            _ => return None,
        };
        Some(date.ok()?.to_datetime(time))
    }

    fn pattern(&self, pattern: &str, text: &str) -> Option<Told> {
        let read = jiff::fmt::strtime::parse(pattern, text).ok()?;
        if let Ok(time) = read.to_timestamp() {
            return Some(Told::plain(time));
        }
        let time = read.to_datetime().ok();
        let time = time.or_else(|| Some(read.to_date().ok()?.at(0, 0, 0, 0)));
        self.here(time?, false)
    }

    /// A local time as a point in time. An hour that is skipped in spring is read as the hour after it. An hour that is
    /// repeated in autumn is read as the first one.
    fn here(&self, time: DateTime, is_numbered: bool) -> Option<Told> {
        let here = self.zone.to_ambiguous_timestamp(time);
        let note = match here.offset() {
            AmbiguousOffset::Unambiguous { .. } if is_numbered => Some(Note::Numbered),
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => Some(Note::Skipped),
            AmbiguousOffset::Fold { .. } => Some(Note::Repeated),
        };
        let at = here.compatible().ok()?;
        Some(Told { at, note })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(times: &Times, text: &str) -> String {
        let read = times.read(text);
        read.map_or_else(
            |what| format!("`{text}` {what}"),
            |told| told.at.to_string(),
        )
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
            ("45397", "2024-04-14T22:00:00Z"),
            ("45397.952696759", "2024-04-15T20:51:53Z"),
            ("45397,5", "2024-04-15T10:00:00Z"),
            ("5", "`5` is not a time that can be read"),
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
            let mut order = Order::default();
            column.iter().for_each(|text| order.see(text));
            order.format()
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

    #[test]
    fn a_date_and_a_time_in_two_cells_are_one_time() {
        let amsterdam = zone("Europe/Amsterdam").unwrap();
        let times = Times::of_format(Format::DayFirst, amsterdam.clone());
        let apart = |times: &Times, date: &str, clock: &str| {
            let read = times.read_apart(date, clock);
            read.map_or_else(|what| what, |told| format!("{} {:?}", told.at, told.note))
        };
        for (date, clock, expected) in [
            ("01.02.2026", "0.3840046296296", "2026-02-01T08:12:58Z None"),
            ("01.02.2026", "0,5", "2026-02-01T11:00:00Z None"),
            (
                "13.02.2026",
                "0.99998842592592593",
                "2026-02-13T22:59:59Z None",
            ),
            ("13.02.2026", "0", "2026-02-12T23:00:00Z None"),
            ("2026-03-29", "01:59:59", "2026-03-29T00:59:59Z None"),
            ("2026-03-29", "03:00:01", "2026-03-29T01:00:01Z None"),
            ("2026-03-29", "02:30", "2026-03-29T01:30:00Z Some(Skipped)"),
            ("2026-10-25", "02:30", "2026-10-25T00:30:00Z Some(Repeated)"),
            (
                "2026-03-28T00:00:00",
                "1899-12-31T09:12:58",
                "2026-03-28T08:12:58Z None",
            ),
            ("46110", "9:12 pm", "2026-03-29T19:12:00Z Some(Numbered)"),
            ("soon", "09:12", "is not a date that can be read"),
            (
                "2026-03-28",
                "later",
                "is not a time of day that can be read",
            ),
            (
                "2026-03-28",
                "2026-03-28 09:12",
                "is not a time of day that can be read",
            ),
        ] {
            assert_eq!(apart(&times, date, clock), expected, "{date} {clock}");
        }
        let times = Times::of_format(format("%d %b %Y %H.%M").unwrap(), amsterdam);
        assert_eq!(
            apart(&times, "3 Apr 2026", "14.05"),
            "2026-04-03T12:05:00Z None"
        );
    }
}
