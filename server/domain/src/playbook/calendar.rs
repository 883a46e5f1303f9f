//! Opening hours: the hours of a week by local time, the dates that are closed, and the dates with special hours.
//!
//! A calendar is open when the local time of its time zone is within the hours. An hour that the clock skips is never
//! open. An hour that the clock repeats is open twice. Time zones come only from the bundled database.

mod hours;
#[cfg(test)]
mod tests;

use crate::time::UnixMs;
pub(super) use hours::{CalendarWords, HoursError, date_day, dated_hours, weekly_hours};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// How far ahead the next opening is searched, in days.
pub const NEXT_OPENING_DAYS_MAX: i64 = 400;

const DAY_MS: i64 = 86_400_000;
/// 1970-01-01 was a Thursday. Here the week begins on Monday.
const WEEKDAY_OF_EPOCH: i64 = 3;

/// A span within one day, in milliseconds after midnight by local time. The end does not belong to the span.
pub(super) type Hours = (u32, u32);

/// The opening hours of something.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// The hours of each day from Monday, sorted and without overlap.
    week: [Vec<Hours>; 7],
    /// The dates with special hours, as days since 1970-01-01, sorted. A date without hours is closed.
    dates: Vec<(i32, Vec<Hours>)>,
}

impl Calendar {
    /// A calendar with these hours of a week from Monday. `dates`, as days since 1970-01-01, have special hours.
    pub(super) fn new(
        zone: TimeZone,
        week: [Vec<Hours>; 7],
        mut dates: Vec<(i32, Vec<Hours>)>,
    ) -> Calendar {
        dates.sort();
        Calendar {
            zone,
            week: week.map(merged),
            dates: dates
                .into_iter()
                .map(|(day, hours)| (day, merged(hours)))
                .collect(),
        }
    }

    /// Whether the calendar is open at `now`.
    pub fn is_open(&self, now: UnixMs) -> bool {
        let wall = now.0.saturating_add(self.offset_ms(now));
        let in_day = wall.rem_euclid(DAY_MS) as u32;
        let hours = self.hours_of(wall.div_euclid(DAY_MS));
        hours
            .iter()
            .any(|&(from, until)| from <= in_day && in_day < until)
    }

    /// The first time at or after `now` at which the calendar is open. `None` if there is none within
    /// [`NEXT_OPENING_DAYS_MAX`].
    pub fn next_opening(&self, now: UnixMs) -> Option<UnixMs> {
        if now > UnixMs::MAX || now.0 < -UnixMs::MAX.0 {
            return None;
        }
        self.first_from(now, |from, until| self.next_on_wall(from, until))
    }

    /// The first time after `now` at which the calendar closes. `None` if it is closed at `now`. [`UnixMs::MAX`] if it
    /// does not close within [`NEXT_OPENING_DAYS_MAX`].
    pub fn open_until(&self, now: UnixMs) -> Option<UnixMs> {
        if now > UnixMs::MAX || now.0 < -UnixMs::MAX.0 || !self.is_open(now) {
            return None;
        }
        let closes = self.first_from(now, |from, until| self.closes_on_wall(from, until));
        Some(closes.unwrap_or(UnixMs::MAX))
    }

    /// The first time at or after `now` that `first_on_wall` finds in a stretch of local time. `None` if there is none
    /// within [`NEXT_OPENING_DAYS_MAX`].
    fn first_from(
        &self,
        now: UnixMs,
        first_on_wall: impl Fn(i64, i64) -> Option<i64>,
    ) -> Option<UnixMs> {
        let horizon = now.0 + NEXT_OPENING_DAYS_MAX * DAY_MS;
        let mut from = now;
        // Between two changes of the offset the local time runs evenly, so each stretch needs only simple arithmetic.
        loop {
            let until = self.next_change(from).min(horizon);
            let offset = self.offset_ms(from);
            match first_on_wall(from.0 + offset, until + offset) {
                Some(wall) => return Some(UnixMs(wall - offset)),
                None if until >= horizon => return None,
                None => from = UnixMs(until),
            }
        }
    }

    /// The first millisecond of local time in `from..until` at which the calendar is closed; `None` if there is none.
    fn closes_on_wall(&self, mut from: i64, until: i64) -> Option<i64> {
        while from < until {
            let in_day = from.rem_euclid(DAY_MS) as u32;
            let midnight = from - i64::from(in_day);
            let mut hours = self.hours_of(from.div_euclid(DAY_MS)).iter();
            let Some(&(_, closes)) =
                hours.find(|&&(opens, closes)| opens <= in_day && in_day < closes)
            else {
                return Some(from);
            };
            from = midnight + i64::from(closes);
        }
        None
    }

    /// The next opening after the next closing, if the calendar is open at `now`. If it is closed, the same as
    /// [`Calendar::next_opening`].
    pub fn next_opening_after_closing(&self, now: UnixMs) -> Option<UnixMs> {
        let closed = self.open_until(now).unwrap_or(now);
        self.next_opening(closed).filter(|_| closed != UnixMs::MAX)
    }

    /// The first millisecond of local time in `from..until` at which the calendar is open; `None` if there is none.
    fn next_on_wall(&self, from: i64, until: i64) -> Option<i64> {
        let days = from.div_euclid(DAY_MS)..=until.div_euclid(DAY_MS);
        let opens = days
            .flat_map(|day| {
                let midnight = day * DAY_MS;
                self.hours_of(day).iter().map(move |&(opens, closes)| {
                    (midnight + i64::from(opens), midnight + i64::from(closes))
                })
            })
            .find(|&(_, closes)| closes > from)
            .map(|(opens, _)| opens.max(from))?;
        (opens < until).then_some(opens)
    }

    fn hours_of(&self, day: i64) -> &[Hours] {
        let dated = self
            .dates
            .binary_search_by_key(&day, |&(date, _)| i64::from(date));
        match dated {
            Ok(index) => &self.dates[index].1,
            Err(_) => &self.week[(day + WEEKDAY_OF_EPOCH).rem_euclid(7) as usize],
        }
    }

    fn offset_ms(&self, at: UnixMs) -> i64 {
        i64::from(self.zone.to_offset(timestamp(at)).seconds()) * 1_000
    }

    /// The time of the next change of the offset after `from`. Offsets change at whole seconds.
    fn next_change(&self, from: UnixMs) -> i64 {
        let next = self.zone.following(timestamp(from)).next();
        next.map_or(i64::MAX, |change| change.timestamp().as_millisecond())
    }
}

/// The hour, from 0 to 23, and the weekday, from 1 (Monday) to 7 (Sunday), by local time in a time zone.
pub fn hour_and_weekday(zone: &TimeZone, now: UnixMs) -> (i64, i64) {
    let offset = i64::from(zone.to_offset(timestamp(now)).seconds()) * 1_000;
    let wall = now.0.saturating_add(offset);
    let hour = wall.rem_euclid(DAY_MS) / 3_600_000;
    let weekday = (wall.div_euclid(DAY_MS) + WEEKDAY_OF_EPOCH).rem_euclid(7) + 1;
    (hour, weekday)
}

/// The date by local time in a time zone, as days since 1970-01-01.
pub(super) fn day(zone: &TimeZone, now: UnixMs) -> i64 {
    let offset = i64::from(zone.to_offset(timestamp(now)).seconds()) * 1_000;
    now.0.saturating_add(offset).div_euclid(DAY_MS)
}

/// The time zone of the bundled database with this name; `None` if there is none.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// The names of all time zones in the bundled database.
pub(super) fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled()
        .available()
        .map(|name| name.as_str().to_owned())
        .collect()
}

/// The nearest time that jiff can represent.
fn timestamp(at: UnixMs) -> Timestamp {
    let nearest = if at.0 < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_millisecond(at.0).unwrap_or(nearest)
}

/// The hours, sorted. Hours that overlap or touch are joined.
fn merged(mut hours: Vec<Hours>) -> Vec<Hours> {
    hours.sort_unstable();
    let mut joined: Vec<Hours> = Vec::with_capacity(hours.len());
    for (from, until) in hours {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}
