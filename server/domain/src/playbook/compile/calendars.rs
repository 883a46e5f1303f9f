//! Compiles calendars.

use super::Compiler;
use crate::playbook::calendar::{
    Calendar, CalendarWords, HoursError, date_day, dated_hours, weekly_hours,
};
use crate::playbook::fault::At;
use crate::playbook::format::CalendarFile;
use crate::playbook::limits::{CALENDAR_DATES_MAX, CALENDAR_HOURS_MAX, CALENDARS_MAX};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

impl Compiler<'_> {
    /// The calendars in the order written. `time_zone` is that of the playbook.
    pub(super) fn calendars(&mut self, time_zone: Option<&TimeZone>) -> Option<Vec<Arc<Calendar>>> {
        let file = self.file;
        let at = At::top("calendars");
        self.limit(at, file.calendars.0.len(), CALENDARS_MAX, "calendars");
        let calendars: Vec<Option<Arc<Calendar>>> = file
            .calendars
            .0
            .iter()
            .map(|(id, calendar)| {
                let at = at.key(&id.0);
                self.slug(at, &id.0);
                self.calendar(at, calendar, time_zone).map(Arc::new)
            })
            .collect();
        calendars.into_iter().collect()
    }

    fn calendar(
        &mut self,
        at: At<'_>,
        written: &CalendarFile,
        time_zone: Option<&TimeZone>,
    ) -> Option<Calendar> {
        let zone = match &written.time_zone {
            Some(name) => self.time_zone(at.key("time_zone"), name),
            None => time_zone.cloned(),
        };
        self.limit(at, written.open.len(), CALENDAR_HOURS_MAX, "lines of hours");
        let dates_count = written.closed.len() + written.open_on.len();
        self.limit(at, dates_count, CALENDAR_DATES_MAX, "dates");
        let mut week: [Vec<(u32, u32)>; 7] = Default::default();
        for (place, text) in written.open.iter().enumerate() {
            match weekly_hours(text) {
                Ok((days, hours)) => days.into_iter().for_each(|day| week[day].push(hours)),
                Err(why) => {
                    let at = at.key("open");
                    self.wrong_hours(at.item(place), text, why, CalendarWords::WEEKLY);
                }
            }
        }
        let mut dates: BTreeMap<i32, Vec<(u32, u32)>> = BTreeMap::new();
        for (place, text) in written.closed.iter().enumerate() {
            match date_day(text) {
                Some(day) => drop(dates.insert(day, Vec::new())),
                None => {
                    let at = at.key("closed");
                    self.is_wrong(at.item(place), text, CalendarWords::DATE);
                }
            }
        }
        for (place, text) in written.open_on.iter().enumerate() {
            let at = at.key("open_on");
            match dated_hours(text) {
                Ok((day, hours)) => {
                    let of_day = dates.entry(day);
                    let is_closed = match &of_day {
                        Entry::Occupied(hours) => hours.get().is_empty(),
                        Entry::Vacant(_) => false,
                    };
                    if is_closed {
                        let right = "must be another date: this one is closed above";
                        self.is_wrong(at.item(place), text, right);
                    }
                    of_day.or_default().push(hours);
                }
                Err(why) => self.wrong_hours(at.item(place), text, why, CalendarWords::DATED),
            }
        }
        Some(Calendar::new(zone?, week, dates.into_iter().collect()))
    }

    fn wrong_hours(&mut self, at: At<'_>, text: &str, why: HoursError, right: &str) {
        match why {
            HoursError::Form => self.is_wrong(at, text, right),
            HoursError::OverMidnight => {
                let right = "must end after it starts: hours over midnight are written as two lines, up to 24:00 and from 00:00";
                self.is_wrong(at, text, right);
            }
        }
    }
}
