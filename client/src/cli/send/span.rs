//! The first and the last time of a table, as they were understood: a person sees at once whether day and month, and
//! the zone, are right.

use crate::cli::render::words;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// The hours of a day of the calendar; dates have no clocks that skip an hour.
const HOURS_OF_A_DAY: i64 = 24;

/// The first and the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    first: Timestamp,
    last: Timestamp,
}

/// The times of a table, for programs.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// The first time, in UTC.
    first: String,
    /// The last time, in UTC.
    last: String,
    /// The zone in which times without one were read.
    time_zone: String,
    /// The days of the calendar of this zone from the first to the last time, both counted.
    days: u64,
}

impl Span {
    /// Makes a span long enough for one more time.
    pub(super) fn see(span: &mut Option<Span>, at: Timestamp) {
        let Span { first, last } = span.unwrap_or(Span {
            first: at,
            last: at,
        });
        *span = Some(Span {
            first: first.min(at),
            last: last.max(at),
        });
    }

    /// The span for people, by the clock of this zone.
    pub(super) fn words(self, zone: &TimeZone) -> String {
        let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M");
        format!(
            "times: {} to {} ({}), {}",
            local(self.first),
            local(self.last),
            name(zone),
            words::counted(self.days(zone), "day")
        )
    }

    /// The span for programs.
    pub(super) fn figures(self, zone: &TimeZone) -> Figures {
        Figures {
            first: self.first.to_string(),
            last: self.last.to_string(),
            time_zone: name(zone),
            days: self.days(zone),
        }
    }

    fn days(self, zone: &TimeZone) -> u64 {
        let [first, last] = [self.first, self.last].map(|at| at.to_zoned(zone.clone()).date());
        let between = last.duration_since(first).as_hours() / HOURS_OF_A_DAY;
        between.unsigned_abs() + 1
    }
}

fn name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_both_ends_counted() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let words = |first: &str, last: &str| {
            let mut span = None;
            for at in [last, first] {
                Span::see(&mut span, at.parse().unwrap());
            }
            span.unwrap().words(&zone)
        };
        assert_eq!(
            words("2026-03-02T07:21:00Z", "2026-03-11T12:48:00Z"),
            "times: 2026-03-02 08:21 to 2026-03-11 13:48 (Europe/Berlin), 10 days"
        );
        // The second is after midnight in Berlin; the clocks skip an hour in between.
        assert_eq!(
            words("2026-03-28T12:00:00Z", "2026-03-29T22:10:00Z"),
            "times: 2026-03-28 13:00 to 2026-03-30 00:10 (Europe/Berlin), 3 days"
        );
        assert_eq!(
            words("2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z"),
            "times: 2026-03-28 13:00 to 2026-03-28 13:00 (Europe/Berlin), 1 day"
        );
    }
}
