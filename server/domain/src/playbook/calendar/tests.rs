//! Compares calendars with local time, minute by minute.

use super::{Calendar, Hours, HoursError, date_day, dated_hours, weekly_hours, zone};
use crate::time::UnixMs;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;
const ZONES: [&str; 7] = [
    "Europe/Amsterdam",
    "America/New_York",
    "Asia/Kolkata",
    // Daylight saving time is half an hour here.
    "Australia/Lord_Howe",
    // This zone skipped a whole day at the end of 2011.
    "Pacific/Apia",
    // The clock is put forward at midnight.
    "America/Havana",
    "UTC",
];

fn time(text: &str) -> UnixMs {
    UnixMs(
        text.parse::<Timestamp>()
            .map_or(0, Timestamp::as_millisecond),
    )
}

fn calendar(zone_name: &str, open: &[&str], closed: &[&str], open_on: &[&str]) -> Calendar {
    let mut week: [Vec<Hours>; 7] = Default::default();
    for (days, hours) in open.iter().filter_map(|text| weekly_hours(text).ok()) {
        days.into_iter().for_each(|day| week[day].push(hours));
    }
    let mut dates = BTreeMap::<i32, Vec<Hours>>::new();
    for day in closed.iter().filter_map(|text| date_day(text)) {
        dates.entry(day).or_default();
    }
    for (day, hours) in open_on.iter().filter_map(|text| dated_hours(text).ok()) {
        dates.entry(day).or_default().push(hours);
    }
    let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
    Calendar::new(zone, week, dates.into_iter().collect())
}

#[test]
fn opening_hours_by_example() {
    let desk = calendar(
        "Europe/Amsterdam",
        &["mon-fri 07:00-22:00", "sat,sun 08:00-20:00"],
        &["2026-12-25"],
        &["2026-12-24 08:00-12:00"],
    );
    for (at, is_open) in [
        // A Friday in summer time: 07:00 local time is 05:00 UTC.
        ("2026-07-24T04:59:59.999Z", false),
        ("2026-07-24T05:00:00Z", true),
        ("2026-07-24T19:59:59.999Z", true),
        ("2026-07-24T20:00:00Z", false),
        // A Saturday in winter time.
        ("2026-01-03T06:59:00Z", false),
        ("2026-01-03T07:00:00Z", true),
        // Christmas Eve is short, Christmas is closed.
        ("2026-12-24T10:59:00Z", true),
        ("2026-12-24T11:00:00Z", false),
        ("2026-12-25T12:00:00Z", false),
    ] {
        assert_eq!(desk.is_open(time(at)), is_open, "{at}");
    }
    for (from, opens) in [
        ("2026-12-24T11:00:00Z", "2026-12-26T07:00:00Z"),
        ("2026-12-24T09:00:00Z", "2026-12-24T09:00:00Z"),
        ("2026-07-24T20:00:00Z", "2026-07-25T06:00:00Z"),
    ] {
        assert_eq!(desk.next_opening(time(from)), Some(time(opens)), "{from}");
    }
}

#[test]
fn hours_that_the_clock_skips_or_repeats() {
    let night = calendar("Europe/Amsterdam", &["sun 02:15-02:45"], &[], &[]);
    // 2026-03-29: the clock goes from 02:00 to 03:00. The next opening is a week later.
    let spring = time("2026-03-28T12:00:00Z");
    assert_eq!(
        night.next_opening(spring),
        Some(time("2026-04-05T00:15:00Z"))
    );
    // 2026-10-25: the hour from 02:00 to 03:00 comes twice.
    for (from, opens) in [
        ("2026-10-24T12:00:00Z", "2026-10-25T00:15:00Z"),
        ("2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z"),
        ("2026-10-25T01:45:00Z", "2026-11-01T01:15:00Z"),
    ] {
        assert_eq!(night.next_opening(time(from)), Some(time(opens)), "{from}");
    }
}

#[test]
fn what_is_open_opens_again_after_it_closed() {
    let desk = calendar(
        "Europe/Amsterdam",
        &["mon-fri 07:00-12:00", "mon-fri 13:00-22:00"],
        &["2026-12-25"],
        &["2026-12-24 08:00-12:00"],
    );
    for (now, opens) in [
        // A Wednesday in summer time. If open, the next opening is after the break. In the break, it is the end of the
        // break. In the evening, it is the next day.
        ("2026-07-22T08:00:00Z", "2026-07-22T11:00:00Z"),
        ("2026-07-22T10:30:00Z", "2026-07-22T11:00:00Z"),
        ("2026-07-22T11:00:00Z", "2026-07-23T05:00:00Z"),
        // From the short Christmas Eve, over Christmas and a weekend.
        ("2026-12-24T10:00:00Z", "2026-12-28T06:00:00Z"),
        // From Friday afternoon, over the night in which the clock is put forward.
        ("2026-03-27T15:00:00Z", "2026-03-30T05:00:00Z"),
    ] {
        let found = desk.next_opening_after_closing(time(now));
        assert_eq!(found, Some(time(opens)), "{now}");
    }
    let from = time("2026-01-01T00:00:00Z");
    let always = calendar("UTC", &["always"], &[], &[]);
    assert_eq!(always.next_opening_after_closing(from), None);
    let never = calendar("UTC", &[], &[], &[]);
    assert_eq!(never.next_opening_after_closing(from), None);
    let once = calendar("UTC", &[], &[], &["2026-01-01 00:00-12:00"]);
    assert_eq!(once.next_opening_after_closing(from), None);
    for at in [i64::MIN, -1, 0, i64::MAX] {
        let _ = desk.next_opening_after_closing(UnixMs(at));
    }
}

#[test]
fn never_and_always() {
    let never = calendar("UTC", &[], &[], &[]);
    let always = calendar("Asia/Kolkata", &["always"], &[], &[]);
    let from = time("2026-01-01T00:00:00Z");
    assert_eq!(never.next_opening(from), None);
    assert!(!never.is_open(from));
    assert_eq!(always.next_opening(from), Some(from));
    assert_eq!(never.open_until(from), None);
    assert_eq!(always.open_until(from), Some(UnixMs::MAX));
    for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        assert!(!never.is_open(UnixMs(at)));
        assert_eq!(never.next_opening(UnixMs(at)), None);
        let _ = always.is_open(UnixMs(at));
        let _ = always.next_opening(UnixMs(at));
        let _ = always.open_until(UnixMs(at));
    }
}

/// Whether the calendar is open, checked with the library's own local time of the zone.
fn is_open_on_the_wall(calendar: &Calendar, at: i64) -> bool {
    let wall = Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_zoned(calendar.zone.clone());
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = wall.date().duration_since(epoch).as_hours() / 24;
    let dated = calendar
        .dates
        .iter()
        .find(|(date, _)| i64::from(*date) == day);
    let weekday = wall.date().weekday().to_monday_zero_offset() as usize;
    let hours = dated.map_or(&calendar.week[weekday], |(_, hours)| hours);
    let minute =
        u32::from(wall.hour().unsigned_abs()) * 60 + u32::from(wall.minute().unsigned_abs());
    hours
        .iter()
        .any(|&(from, until)| from <= minute * 60_000 && minute * 60_000 < until)
}

fn some_hours() -> impl Strategy<Value = Vec<Hours>> {
    let span = (0_u32..96, 1_u32..96).prop_map(|(from, quarters)| {
        let until = (from + quarters).min(96);
        (from * 15 * 60_000, until * 15 * 60_000)
    });
    proptest::collection::vec(span, 0..3)
}

prop_compose! {
    /// A calendar that starts within three days before a change of the clock, if the zone has one.
    fn some_calendar()(
        zone_name in proptest::sample::select(&ZONES[..]),
        week in proptest::array::uniform7(some_hours()),
        special in proptest::collection::vec((-2_i64..8, some_hours()), 0..3),
        year in prop_oneof![Just(2011_i64), 2024_i64..2028, Just(2090_i64)],
        change in 0_usize..2,
        before in 0_i64..3 * 1_440,
    ) -> (Calendar, i64) {
        let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
        let new_year = Timestamp::from_second((year - 1970) * 31_556_952).unwrap_or_default();
        let around = zone.following(new_year).nth(change).map_or(new_year, |change| change.timestamp());
        let start = (around.as_millisecond() / MINUTE_MS - before) * MINUTE_MS;
        let mut dates = BTreeMap::new();
        for (days, hours) in special {
            let day = start.div_euclid(86_400_000) + days;
            dates.insert(i32::try_from(day).unwrap_or_default(), hours);
        }
        (Calendar::new(zone, week, dates.into_iter().collect()), start)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_open_when_the_wall_clock_says_so((calendar, start) in some_calendar()) {
        for minute in 0..4 * 1_440 {
            let at = start + minute * MINUTE_MS;
            let says = is_open_on_the_wall(&calendar, at);
            prop_assert_eq!(calendar.is_open(UnixMs(at)), says, "{:?}", Timestamp::from_millisecond(at));
        }
    }

    #[test]
    fn the_next_opening_is_the_first_open_minute((calendar, start) in some_calendar()) {
        const DAYS: i64 = 9;
        let minutes = (0..DAYS * 1_440).map(|minute| start + minute * MINUTE_MS);
        let first = minutes.into_iter().find(|at| is_open_on_the_wall(&calendar, *at)).map(UnixMs);
        let horizon = UnixMs(start + DAYS * 86_400_000);
        let found = calendar.next_opening(UnixMs(start)).filter(|at| *at < horizon);
        prop_assert_eq!(found, first);
    }

    #[test]
    fn it_is_open_until_the_first_minute_at_which_it_is_not((calendar, start) in some_calendar()) {
        const DAYS: i64 = 9;
        let minutes = (0..DAYS * 1_440).map(|minute| start + minute * MINUTE_MS);
        let first = minutes.into_iter().find(|at| !is_open_on_the_wall(&calendar, *at)).map(UnixMs);
        let horizon = UnixMs(start + DAYS * 86_400_000);
        let found = calendar.open_until(UnixMs(start));
        match first {
            Some(first) if first.0 == start => prop_assert_eq!(found, None),
            Some(first) => prop_assert_eq!(found, Some(first)),
            None => prop_assert!(found.is_some_and(|at| at >= horizon), "{:?}", found),
        }
    }
}

#[test]
fn the_hour_and_the_weekday_are_those_on_the_wall() {
    let amsterdam = zone("Europe/Amsterdam").unwrap_or(TimeZone::UTC);
    for (at, expected) in [
        // A Friday in summer time.
        ("2026-07-24T21:59:59.999Z", (23, 5)),
        ("2026-07-24T22:00:00Z", (0, 6)),
        // A Sunday and a Monday in winter time.
        ("2026-01-04T22:59:59Z", (23, 7)),
        ("2026-01-04T23:00:00Z", (0, 1)),
        ("1969-12-31T22:30:00Z", (23, 3)),
    ] {
        assert_eq!(
            super::hour_and_weekday(&amsterdam, time(at)),
            expected,
            "{at}"
        );
    }
    for at in [i64::MIN, i64::MAX] {
        let (hour, weekday) = super::hour_and_weekday(&amsterdam, UnixMs(at));
        assert!((0..24).contains(&hour) && (1..=7).contains(&weekday));
    }
    // Before there were time zones the clock went by the sun, 18 minutes ahead of Greenwich; long after, it is an hour.
    let midnight = |days: i64| UnixMs(days * super::DAY_MS);
    assert_eq!(
        super::hour_and_weekday(&amsterdam, midnight(-200_000_000)).0,
        0
    );
    assert_eq!(
        super::hour_and_weekday(&amsterdam, midnight(200_000_000)).0,
        1
    );
}

/// The hour from 02:00 to 03:00 comes twice when the clock is put back: what opens at 03:00 opens after the second.
#[test]
fn it_opens_after_the_hour_that_comes_twice() {
    let calendar = calendar("Europe/Amsterdam", &["sun 03:00-04:00"], &[], &[]);
    let opens = calendar.next_opening(time("2026-10-25T00:10:00Z"));
    assert_eq!(opens, Some(time("2026-10-25T02:00:00Z")));
}

#[test]
fn hours_and_dates_are_read_to_the_letter() {
    for wrong in [
        "mon 08:00-24:01",
        "mon 08:00-25:00",
        "mon 08:60-09:00",
        "mon 8:00-09:00",
        "mon 08:00",
        "moon 08:00-09:00",
        "mon 08:00-09:00 x",
    ] {
        assert_eq!(weekly_hours(wrong), Err(HoursError::Form), "{wrong}");
    }
    for wrong in [
        "2026-12-251",
        "2026-12-2",
        "2026-1a-25",
        "2026/12/25",
        "2026-13-25",
        "20a6-12-25",
    ] {
        assert_eq!(date_day(wrong), None, "{wrong}");
    }
    assert_eq!(date_day("1970-01-02"), Some(1));
    assert_eq!(date_day("1969-12-31"), Some(-1));
}

/// Calendars that close far ahead, after a change of the clock, or exactly at a change.
#[test]
fn it_closes_when_the_clock_says_so_however_far_ahead_that_is() {
    let all_day = ["mon-sun 00:00-24:00"];
    let from = time("2026-03-02T09:00:00Z");
    let until = |calendar: &Calendar, at| calendar.open_until(at);
    for (closed, closes) in [
        ("2026-03-12", "2026-03-11T23:00:00Z"),
        // The clock is put forward on 29 March.
        ("2026-04-10", "2026-04-09T22:00:00Z"),
        ("2027-03-01", "2027-02-28T23:00:00Z"),
    ] {
        let calendar = calendar("Europe/Amsterdam", &all_day, &[closed], &[]);
        assert_eq!(until(&calendar, from), Some(time(closes)), "{closed}");
    }
    // At 02:00 the clock shows 03:00, so the calendar is open without a break.
    let nights = calendar(
        "Europe/Amsterdam",
        &["sun 00:00-02:00", "sun 03:00-05:00"],
        &[],
        &[],
    );
    assert_eq!(
        until(&nights, time("2026-03-29T00:30:00Z")),
        Some(time("2026-03-29T03:00:00Z"))
    );
    assert_eq!(
        until(&nights, time("2026-03-22T00:30:00Z")),
        Some(time("2026-03-22T01:00:00Z"))
    );
}

#[test]
fn the_first_and_the_last_time_there_is_are_open_or_not_as_others() {
    let always = calendar("UTC", &["mon-sun 00:00-24:00"], &[], &[]);
    let (first, last) = (UnixMs(-UnixMs::MAX.0), UnixMs::MAX);
    assert_eq!(always.next_opening(last), Some(last));
    assert_eq!(always.next_opening(first), Some(first));
    assert_eq!(always.next_opening(UnixMs(last.0 + 1)), None);
    assert_eq!(always.next_opening(UnixMs(first.0 - 1)), None);
    assert_eq!(always.open_until(last), Some(UnixMs::MAX));
    assert_eq!(always.open_until(first), Some(UnixMs::MAX));
    assert_eq!(always.open_until(UnixMs(last.0 + 1)), None);
    assert_eq!(always.open_until(UnixMs(first.0 - 1)), None);
}
