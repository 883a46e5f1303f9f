//! What is said of calendars, of guards, and of many things at once.

use super::{STORE, airline, read, store};
use crate::playbook::Playbook;
use crate::time::UnixMs;

fn at(time: &str) -> UnixMs {
    let time: jiff::Timestamp = time.parse().unwrap();
    UnixMs(time.as_millisecond())
}

/// The warnings at a time that have `part`, each without its place.
fn said(source: &str, now: &str, part: &str) -> Vec<String> {
    let (_, warnings) = Playbook::read_at(source, at(now)).unwrap();
    let lines = warnings.found.iter().map(ToString::to_string);
    let lines = lines.filter(|line| line.contains(part));
    let words = lines.map(|line| line.split_once(' ').unwrap().1.to_owned());
    words.collect()
}

/// The airline with these closed dates of its desk.
fn closed(dates: &str) -> String {
    airline(&[("closed: [2026-12-25]", &format!("closed: [{dates}]"))])
}

#[test]
fn closed_dates_that_have_passed_or_end_soon() {
    let told = |dates: &str, now: &str| said(&closed(dates), now, "last closed date").join("\n");
    let fix = "add the dates that follow; after the last one the calendar is open on every holiday (`signpost playbook \
               holidays FILE.ics --calendar desk` reads dates from a calendar file)";
    let says =
        |when: &str| format!("calendars.desk.closed: the last closed date of desk, {when}; {fix}");
    let dates = "2026-12-25, 2027-01-01, 2026-04-27";
    assert_eq!(told(dates, "2026-06-01T12:00:00Z"), "");
    assert_eq!(
        told(dates, "2026-11-02T12:00:00Z"),
        says("2027-01-01, is in 60 days")
    );
    assert_eq!(told(dates, "2026-11-01T12:00:00Z"), "");
    assert_eq!(
        told(dates, "2026-12-31T12:00:00Z"),
        says("2027-01-01, is tomorrow")
    );
    assert_eq!(
        told(dates, "2027-01-01T12:00:00Z"),
        says("2027-01-01, is today")
    );
    assert_eq!(
        told(dates, "2027-01-02T12:00:00Z"),
        says("2027-01-01, has passed, yesterday")
    );
    assert_eq!(
        told(dates, "2028-01-01T12:00:00Z"),
        says("2027-01-01, has passed, 365 days ago")
    );
    // The day is that of the calendar's clock: in Amsterdam it is the next day already.
    assert_eq!(
        told(dates, "2026-12-31T23:30:00Z"),
        says("2027-01-01, is today")
    );
    // A calendar without closed dates is meant to have none.
    assert_eq!(told("", "2028-01-01T12:00:00Z"), "");
    // Without a time, nothing is said of dates.
    let (_, warnings) = read(&closed(dates)).unwrap();
    assert!(!warnings.to_string().contains("last closed date"));
}

#[test]
fn hours_that_end_a_minute_before_midnight() {
    let source = airline(&[
        (
            "open: [",
            "open: [\"mon 00:00-23:59\", \"tue 22:00-24:00\", ",
        ),
        (
            "open_on: [",
            "open_on: [\"2026-12-23 08:00-23:59\", \"2026-12-27 08:00-24:00\", ",
        ),
    ]);
    let told = said(&source, "2026-06-01T12:00:00Z", "23:59");
    let says = |path: &str| {
        format!(
            "calendars.desk.{path}: the hours end at 23:59, so the calendar is closed for a minute before midnight; \
             write 24:00 for the end of the day"
        )
    };
    assert_eq!(told, [says("open[0]"), says("open_on[0]")]);
}

#[test]
fn a_guard_that_leads_to_a_letter_that_resolves_less() {
    let of_guards = |source: &str| {
        let (_, warnings) = read(source).unwrap();
        let found = warnings.found.into_iter();
        let of_guards = found.filter(|it| it.0.path.starts_with("guards."));
        of_guards.map(|it| it.to_string()).collect::<Vec<_>>()
    };
    let told = of_guards(&airline(&[])).join("\n");
    assert!(
        told.contains(
            "guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait \
             standard then gets message, which resolves 0.70, less than 0.80"
        ),
        "{told}"
    );
    // A letter that resolves as much, a guard that takes nothing, and people who resolve less are no fault.
    let as_good = airline(&[(
        "cost: 2.00, resolves: 0.70 }\n  - id: baggage",
        "cost: 2.00, resolves: 0.80 }\n  - id: baggage",
    )]);
    assert_eq!(of_guards(&as_good), [""; 0]);
    let nothing = airline(&[(
        "rules:\n",
        "guards: { asked_for_person: [], vulnerable: [] }\nrules:\n",
    )]);
    assert_eq!(of_guards(&nothing), [""; 0]);
    assert!(STORE.contains("asked_for_person"));
    assert_eq!(of_guards(&store(&[])), [""; 0]);
}

#[test]
fn one_warning_for_fifty_reasons() {
    let reasons: String = (0..50)
        .map(|number| {
            format!(
                "      - id: more_{number}\n        label: {{ nl: Meer }}\n        routes: {{ human: {{ queue: baggage, \
                 cost: 1, resolves: 0.5 }} }}\n"
            )
        })
        .collect();
    let source = airline(&[("rules:\n", &format!("{reasons}rules:\n"))]);
    let (_, warnings) = read(&source).unwrap();
    let lines: Vec<String> = warnings.found.iter().map(ToString::to_string).collect();
    let having = |part: &str| -> Vec<&str> {
        let lines = lines
            .iter()
            .filter(|line| line.contains(&format!(": {part}")));
        lines.map(|line| line.split_once(": ").unwrap().1).collect()
    };
    assert_eq!(
        having("no route on email for"),
        [
            "no route on email for baggage/more_0, baggage/more_1, baggage/more_2 and 47 more; give the reason a route \
             there; until then its contacts go to the last resort"
        ]
    );
    assert_eq!(
        having("no text in en"),
        [
            "no text in en in the label of baggage/more_0, baggage/more_1, baggage/more_2 and 47 more; give one in every \
             locale"
        ]
    );
    assert!(lines.len() < 20, "{lines:#?}");
}
