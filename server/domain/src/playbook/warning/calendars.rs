//! Warns about hours that end a minute before midnight, and about calendars whose closed dates run out.

use super::Watcher;
use crate::playbook::calendar::{self, Hours, date_day, dated_hours, weekly_hours};
use crate::playbook::fault::At;
use crate::playbook::format::CalendarFile;
use crate::time::UnixMs;

/// 23:59 in milliseconds after midnight: hours that end there are meant to end at 24:00.
const MINUTE_BEFORE_MIDNIGHT: u32 = (23 * 60 + 59) * 60_000;
/// For how many days from now on a calendar should know its closed dates.
pub(super) const CLOSED_AHEAD_DAYS: i64 = 60;

impl Watcher<'_> {
    pub(super) fn calendars(&mut self, now: Option<UnixMs>) {
        let file = self.file;
        let top = At::top("calendars");
        for (id, calendar) in &file.calendars.0 {
            let at = top.key(&id.0);
            self.before_midnight(at, calendar);
            if let Some(now) = now {
                self.closed_dates_end(at, (&id.0, calendar), now);
            }
        }
    }

    /// Warns about hours that end at 23:59: the calendar closes for a minute.
    fn before_midnight(&mut self, at: At<'_>, calendar: &CalendarFile) {
        let of_week = |text: &String| weekly_hours(text).ok().map(|(_, hours)| hours);
        let of_date = |text: &String| dated_hours(text).ok().map(|(_, hours)| hours);
        let of_week: Vec<_> = calendar.open.iter().map(of_week).collect();
        let of_date: Vec<_> = calendar.open_on.iter().map(of_date).collect();
        for (key, hours) in [("open", of_week), ("open_on", of_date)] {
            let at = at.key(key);
            for (place, hours) in hours.into_iter().enumerate() {
                let ends_early = |(_, until): Hours| until == MINUTE_BEFORE_MIDNIGHT;
                if hours.is_some_and(ends_early) {
                    let what = || {
                        "the hours end at 23:59, so the calendar is closed for a minute before midnight"
                            .to_owned()
                    };
                    self.note(at.item(place), what, "write 24:00 for the end of the day");
                }
            }
        }
    }

    /// Warns about a calendar with closed dates of which the last has passed, or comes soon.
    fn closed_dates_end(&mut self, at: At<'_>, (id, calendar): (&str, &CalendarFile), now: UnixMs) {
        let closed = calendar.closed.iter();
        let days = closed.filter_map(|text| Some((i64::from(date_day(text)?), text)));
        let Some((last, text)) = days.max() else {
            return;
        };
        let zone = match &calendar.time_zone {
            Some(name) => calendar::zone(name),
            None => Some(self.playbook.time_zone.clone()),
        };
        let Some(zone) = zone else { return };
        let left = last - calendar::day(&zone, now);
        let when = match left {
            ..0 => format!("has passed{}", ago(-left)),
            0 => "is today".to_owned(),
            1 => "is tomorrow".to_owned(),
            2..=CLOSED_AHEAD_DAYS => format!("is in {left} days"),
            _ => return,
        };
        let what = || format!("the last closed date of {id}, {text}, {when}");
        let fix = format!(
            "add the dates that follow; after the last one the calendar is open on every holiday (`signpost playbook \
             holidays FILE.ics --calendar {id}` reads dates from a calendar file)"
        );
        self.note(at.key("closed"), what, &fix);
    }
}

fn ago(days: i64) -> String {
    match days {
        1 => ", yesterday".to_owned(),
        days => format!(", {days} days ago"),
    }
}
