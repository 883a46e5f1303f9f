//! An event of a calendar file: when it is, and how often.

use super::file::Line;
use super::recur::Rule;
use icalendar::parser::{Component, Property};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::ops::Range;

/// From this time on a day counts as covered: many write 23:59 for midnight.
const DAY_ENDS: Time = Time::constant(23, 59, 0, 0);

/// An event.
#[derive(Debug)]
pub(super) struct Event {
    /// Where it begins in the file, from 1.
    pub(super) line: usize,
    /// Its name; empty if it has none.
    pub(super) summary: String,
    /// What names it for other events of the file.
    pub(super) uid: Option<String>,
    /// Whether it does not take place.
    pub(super) cancelled: bool,
    /// The day of the recurring event that it stands for.
    pub(super) instead_of: Option<Date>,
    start: Moment,
    length: Length,
    rule: Option<Result<Rule, String>>,
    also: BTreeSet<Date>,
    except: BTreeSet<Date>,
}

/// A date, or a time with the zone that it is in, if that is known.
#[derive(Clone, Debug)]
enum Moment {
    Day(Date),
    Time(DateTime, Option<TimeZone>),
}

#[derive(Debug)]
enum Length {
    /// Up to this moment, which does not belong to the event.
    Until(Moment),
    /// This many whole days, and this many seconds besides.
    Lasts(i64, i64),
}

impl Moment {
    fn date(&self) -> Date {
        match self {
            Moment::Day(date) => *date,
            Moment::Time(time, _) => time.date(),
        }
    }

    /// The time by the clock of `zone`; by its own clock if no zone is given, or its own is not known.
    fn at(&self, zone: Option<&TimeZone>) -> DateTime {
        match (self, zone) {
            (Moment::Day(date), _) => date.to_datetime(Time::midnight()),
            (Moment::Time(time, Some(own)), Some(zone)) => {
                let there = time.to_zoned(own.clone());
                there.map_or(*time, |time| time.with_time_zone(zone.clone()).datetime())
            }
            (Moment::Time(time, _), _) => *time,
        }
    }
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// What is wrong, with the line in the file.
    pub(super) fn of(component: &Component<'_>, lines: &[Line]) -> Result<Event, String> {
        let line = lines.first().map_or(0, |line| line.number);
        let find = |name: &str| {
            let mut all = component.properties.iter();
            all.find(|property| property.name.as_str().eq_ignore_ascii_case(name))
        };
        let number = |name: &str| {
            let found = lines
                .iter()
                .find(|line| line.name().eq_ignore_ascii_case(name));
            found.map_or(line, |line| line.number)
        };
        let placed = |name: &str, wrong: String| format!("line {}: {name} {wrong}", number(name));
        let read = |name: &str| {
            let found = find(name).map(moment).transpose();
            found.map_err(|wrong| placed(name, wrong))
        };
        let Some(start) = read("DTSTART")? else {
            return Err(format!("line {line}: the event has no DTSTART"));
        };
        let duration = find("DURATION").map(|it| lasts(it.val.as_str()));
        let duration = duration
            .transpose()
            .map_err(|wrong| placed("DURATION", wrong))?;
        let length = match (read("DTEND")?, duration, &start) {
            (Some(end), _, _) if end.at(None) < start.at(None) => {
                return Err(placed("DTEND", "must not be before DTSTART".into()));
            }
            (Some(end), ..) => Length::Until(end),
            (None, Some((days, seconds)), _) => Length::Lasts(days, seconds),
            (None, None, Moment::Day(_)) => Length::Lasts(1, 0),
            (None, None, Moment::Time(..)) => Length::Lasts(0, 0),
        };
        let dates = |name: &str| -> Result<BTreeSet<Date>, String> {
            let all = component.properties.iter();
            let all = all.filter(|property| property.name.as_str().eq_ignore_ascii_case(name));
            let texts = all.flat_map(|property| property.val.as_str().split(','));
            let dates = texts.map(|text| date_of(text).map_err(|wrong| placed(name, wrong)));
            dates.collect()
        };
        let is = |name: &str, value: &str| {
            find(name).is_some_and(|it| it.val.as_str().trim().eq_ignore_ascii_case(value))
        };
        let text = |name: &str| find(name).map(|it| it.val.as_str().to_owned());
        Ok(Event {
            line,
            summary: text("SUMMARY").unwrap_or_default(),
            uid: text("UID"),
            cancelled: is("STATUS", "CANCELLED"),
            instead_of: read("RECURRENCE-ID")?.map(|moment| moment.date()),
            rule: find("RRULE").map(|it| Rule::read(it.val.as_str())),
            also: dates("RDATE")?,
            except: dates("EXDATE")?,
            start,
            length,
        })
    }

    /// The whole days that it covers, counted from the day on which it begins.
    ///
    /// # Errors
    /// Why it covers none.
    pub(super) fn whole_days(&self, zone: Option<&TimeZone>) -> Result<Range<i64>, String> {
        let start = self.start.at(zone);
        let end = match &self.length {
            Length::Until(end) => end.at(zone),
            Length::Lasts(days, seconds) => {
                let span = jiff::Span::new().days(*days).seconds(*seconds);
                start
                    .checked_add(span)
                    .map_err(|_| "lasts too long".to_owned())?
            }
        };
        let days_to = |date: Date| {
            i64::from(
                date.since(self.start.date())
                    .map_or(0, |span| span.get_days()),
            )
        };
        let first = days_to(start.date()) + i64::from(start.time() > Time::midnight());
        let last = days_to(end.date()) + i64::from(end.time() >= DAY_ENDS);
        match first < last {
            true => Ok(first..last),
            false => Err(format!(
                "is from {start} to {end}, which covers no whole day"
            )),
        }
    }

    /// The days on which it begins, up to `to`.
    ///
    /// # Errors
    /// Why its rule is not followed.
    pub(super) fn starts(&self, to: Date) -> Result<BTreeSet<Date>, String> {
        let first = self.start.date();
        let mut starts = match &self.rule {
            None => BTreeSet::new(),
            Some(Ok(rule)) => rule.dates(first, to),
            Some(Err(why)) => return Err(why.clone()),
        };
        starts.insert(first);
        starts.extend(&self.also);
        starts.retain(|date| !self.except.contains(date));
        Ok(starts)
    }
}

/// A date or a time, such as `20261225`, `20261225T090000`, `20261225T080000Z`, in the zone that the property names.
fn moment(property: &Property<'_>) -> Result<Moment, String> {
    let text = property.val.as_str().trim();
    if let Ok(date) = Date::strptime("%Y%m%d", text) {
        return Ok(Moment::Day(date));
    }
    let (local, is_utc) = match text.strip_suffix(['Z', 'z']) {
        Some(local) => (local, true),
        None => (text, false),
    };
    let time = DateTime::strptime("%Y%m%dT%H%M%S", local).map_err(|_| {
        format!("is `{text}`; must be a date such as 20261225 or a time such as 20261225T080000Z")
    })?;
    let mut parameters = property.params.iter();
    let named = parameters.find(|it| it.key.as_str().eq_ignore_ascii_case("TZID"));
    let named = named.and_then(|it| it.val.as_ref());
    let named = named.map(|name| name.as_str().trim_matches('"'));
    let zone = match (is_utc, named) {
        (true, _) => Some(TimeZone::UTC),
        // A zone that only the file itself knows: the time is taken as it is written.
        (false, Some(name)) => TimeZone::get(name).ok(),
        (false, None) => None,
    };
    Ok(Moment::Time(time, zone))
}

/// The date of a date or a time.
pub(super) fn date_of(text: &str) -> Result<Date, String> {
    let text = text.trim();
    let day = text.split(['T', 't']).next().unwrap_or_default();
    Date::strptime("%Y%m%d", day)
        .map_err(|_| format!("has `{text}`; must be a date such as 20261225"))
}

/// A duration such as `P1D`, `P1W` or `PT24H`, as days and seconds.
fn lasts(text: &str) -> Result<(i64, i64), String> {
    let wrong = || format!("is `{text}`; must be a duration such as P1D or PT24H");
    let rest = text
        .trim()
        .trim_start_matches('+')
        .strip_prefix('P')
        .ok_or_else(wrong)?;
    let (mut days, mut seconds) = (0_i64, 0_i64);
    let (mut digits, mut is_time) = (String::new(), false);
    for letter in rest.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if letter == 'T' && digits.is_empty() {
            is_time = true;
            continue;
        }
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        let count = Some(count)
            .filter(|count| *count < 1_000_000)
            .ok_or_else(wrong)?;
        digits.clear();
        match (letter, is_time) {
            ('W', false) => days += 7 * count,
            ('D', false) => days += count,
            ('H', true) => seconds += 3_600 * count,
            ('M', true) => seconds += 60 * count,
            ('S', true) => seconds += count,
            _ => return Err(wrong()),
        }
    }
    match digits.is_empty() && rest.len() > 1 {
        true => Ok((days, seconds)),
        false => Err(wrong()),
    }
}
