//! Events that come back every year.

use super::event::date_of;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;

/// A rule by which an event comes back every year, or every few years.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    /// Every how many years: at least 1.
    interval: i16,
    /// How often, with the first; `None`: without an end.
    count: Option<usize>,
    /// The last day on which it can be.
    until: Option<Date>,
    /// The months, from 1. Empty: the month of the first.
    months: Vec<i8>,
    /// The days of the month, from 1, or from -1 for the last. Empty: that of the first, or `weekdays`.
    days: Vec<i8>,
    /// Weekdays, each with which one of the month it is, from 1, or from -1 for the last; 0: every one.
    weekdays: Vec<(i8, Weekday)>,
}

impl Rule {
    /// Reads a rule such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.
    ///
    /// # Errors
    /// What of it is not followed.
    pub(super) fn read(text: &str) -> Result<Rule, String> {
        let mut rule = Rule {
            interval: 1,
            ..Rule::default()
        };
        let mut is_yearly = false;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let unread = || {
                format!(
                    "comes back by a rule of which `{part}` is not followed; write its dates yourself"
                )
            };
            let (key, value) = part.split_once('=').ok_or_else(unread)?;
            match key.to_ascii_uppercase().as_str() {
                "FREQ" if value.eq_ignore_ascii_case("YEARLY") => is_yearly = true,
                "INTERVAL" => {
                    let interval = value.parse().ok().filter(|interval| *interval > 0);
                    rule.interval = interval.ok_or_else(unread)?;
                }
                "COUNT" => rule.count = Some(value.parse().map_err(|_| unread())?),
                "UNTIL" => rule.until = Some(date_of(value).map_err(|_| unread())?),
                "BYMONTH" => rule.months = numbers(value, 1..=12).ok_or_else(unread)?,
                "BYMONTHDAY" => rule.days = numbers(value, -31..=31).ok_or_else(unread)?,
                "BYDAY" => {
                    let days = value.split(',').map(weekday);
                    rule.weekdays = days.collect::<Option<_>>().ok_or_else(unread)?;
                }
                "WKST" => {}
                _ => return Err(unread()),
            }
        }
        if !is_yearly {
            return Err(
                "comes back by a rule without FREQ=YEARLY; write its dates yourself".into(),
            );
        }
        let is_by_day = !rule.days.is_empty() || !rule.weekdays.is_empty();
        let is_nth = rule.weekdays.iter().any(|(which, _)| *which != 0);
        if (is_by_day && rule.months.is_empty()) || (is_nth && !rule.days.is_empty()) {
            return Err(
                "comes back by a rule with days of the year, not of a month (BYMONTH), which is not followed; write its \
                 dates yourself"
                    .into(),
            );
        }
        Ok(rule)
    }

    /// The days from `first` up to `to`.
    pub(super) fn dates(&self, first: Date, to: Date) -> BTreeSet<Date> {
        let mut dates = BTreeSet::from([first]);
        let last = self.until.map_or(to, |until| until.min(to));
        let mut year = first.year();
        while year <= last.year() {
            for date in self.of_year(year, first) {
                if self.count.is_some_and(|count| dates.len() >= count) {
                    return dates;
                }
                if (first..=last).contains(&date) {
                    dates.insert(date);
                }
            }
            year = match year.checked_add(self.interval) {
                Some(year) => year,
                None => break,
            };
        }
        dates
    }

    fn of_year(&self, year: i16, first: Date) -> BTreeSet<Date> {
        let own = [first.month()];
        let months = if self.months.is_empty() {
            &own[..]
        } else {
            &self.months
        };
        let of_months = months
            .iter()
            .flat_map(|&month| self.of_month(year, month, first));
        of_months.collect()
    }

    fn of_month(&self, year: i16, month: i8, first: Date) -> Vec<Date> {
        let Ok(begin) = Date::new(year, month, 1) else {
            return Vec::new();
        };
        let length = begin.days_in_month();
        let day = |number: i8| {
            let number = if number < 0 {
                length + 1 + number
            } else {
                number
            };
            Date::new(year, month, number).ok()
        };
        if !self.days.is_empty() {
            let days = self.days.iter().filter_map(|&number| day(number));
            let is_on = |date: &Date| {
                let mut weekdays = self.weekdays.iter();
                self.weekdays.is_empty() || weekdays.any(|(_, weekday)| *weekday == date.weekday())
            };
            return days.filter(is_on).collect();
        }
        if self.weekdays.is_empty() {
            return day(first.day()).into_iter().collect();
        }
        let mut found = Vec::new();
        for &(which, weekday) in &self.weekdays {
            let all = (1..=length).filter_map(day);
            let all: Vec<Date> = all.filter(|date| date.weekday() == weekday).collect();
            let place = match which {
                0 => {
                    found.extend(all);
                    continue;
                }
                1.. => usize::try_from(which - 1).ok(),
                _ => all.len().checked_sub(usize::from(which.unsigned_abs())),
            };
            found.extend(place.and_then(|place| all.get(place)));
        }
        found
    }
}

/// Numbers within a range, none of them 0.
fn numbers(text: &str, within: std::ops::RangeInclusive<i8>) -> Option<Vec<i8>> {
    let numbers = text.split(',').map(|number| number.trim().parse().ok());
    let numbers = numbers.map(|it| it.filter(|it| *it != 0 && within.contains(it)));
    numbers.collect()
}

/// A weekday such as `MO`, `4TH` or `-1MO`.
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let text = text.trim();
    let (which, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let which = match which {
        "" => 0,
        which => which
            .parse()
            .ok()
            .filter(|it| *it != 0 && (-5..=5).contains(it))?,
    };
    let weekday = match name.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    Some((which, weekday))
}
