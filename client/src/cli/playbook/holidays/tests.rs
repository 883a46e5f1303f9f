//! Calendar files, written by hand: what is closed, what is left out, and what is wrong in which line.

use super::*;

/// A calendar with these lines between its own.
fn file(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}END:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    file(&format!(
        "BEGIN:VEVENT\r\nSUMMARY:Day\r\n{lines}\r\nEND:VEVENT\r\n"
    ))
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

/// What is closed in 2026 and 2027, as `2026-12-25 Christmas`, then what is left out, as `3 Eve: why`.
fn told_in(text: &str, zone: Option<&str>) -> Result<Vec<String>, String> {
    let zone = zone.map(|name| TimeZone::get(name).expect("a zone"));
    let span = (date("2026-01-01"), date("2027-12-31"));
    let found = holidays(file::events(text)?, zone.as_ref(), span)?;
    let closed = found.closed.iter().map(|(date, names)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("{date} {}", names.join("; "))
    });
    let left_out = found.left_out.iter();
    let left_out = left_out.map(|it| format!("{} {}: {}", it.line, it.name, it.why));
    Ok(closed.chain(left_out).collect())
}

fn told(text: &str) -> Vec<String> {
    told_in(text, None).expect("a calendar")
}

#[test]
fn days_single_several_and_without_an_end() {
    let text = file(
        "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Christmas Day\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261226\r\n\
         END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Between the years\r\nDTSTART;VALUE=DATE:20261228\r\n\
         DTEND;VALUE=DATE:20261231\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:New Year\r\nDTSTART:20270101\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nSUMMARY:Two days\r\nDTSTART;VALUE=DATE:20270405\r\nDURATION:P2D\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nSUMMARY:Easter Monday\r\nDTSTART;VALUE=DATE:20270405\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nSUMMARY:Long ago\r\nDTSTART;VALUE=DATE:20200101\r\nEND:VEVENT\r\n",
    );
    assert_eq!(
        told(&text),
        [
            "2026-12-25 Christmas Day",
            "2026-12-28 Between the years",
            "2026-12-29 Between the years",
            "2026-12-30 Between the years",
            "2027-01-01 New Year",
            "2027-04-05 Easter Monday; Two days",
            "2027-04-06 Two days",
        ]
    );
}

#[test]
fn events_with_times_close_the_days_that_they_cover() {
    assert_eq!(
        told(&event("DTSTART:20261225T000000\r\nDTEND:20261226T000000")),
        ["2026-12-25 Day"]
    );
    assert_eq!(
        told(&event("DTSTART:20261224T180000\r\nDTEND:20261226T235900")),
        ["2026-12-25 Day", "2026-12-26 Day"]
    );
    assert_eq!(
        told(&event("DTSTART:20261225T000000\r\nDURATION:PT24H")),
        ["2026-12-25 Day"]
    );
    assert_eq!(
        told(&event("DTSTART:20261224T180000\r\nDTEND:20261224T235900")),
        ["3 Day: is from 2026-12-24T18:00:00 to 2026-12-24T23:59:00, which covers no whole day"]
    );
    // Midnight in Amsterdam, written in UTC and in a zone of its own.
    let utc = event("DTSTART:20261224T230000Z\r\nDTEND:20261225T230000Z");
    assert_eq!(
        told_in(&utc, Some("Europe/Amsterdam")).unwrap(),
        ["2026-12-25 Day"]
    );
    let own = event(
        "DTSTART;TZID=Europe/Amsterdam:20261225T000000\r\nDTEND;TZID=Europe/Amsterdam:20261226T000000",
    );
    assert_eq!(told(&own), ["2026-12-25 Day"]);
    assert_eq!(
        told_in(&own, Some("Europe/Amsterdam")).unwrap(),
        ["2026-12-25 Day"]
    );
    // In London the day begins an hour later, so no whole day is covered.
    assert_eq!(
        told_in(&own, Some("Europe/London")).unwrap(),
        ["3 Day: is from 2026-12-24T23:00:00 to 2026-12-25T23:00:00, which covers no whole day"]
    );
    // A zone that only the file knows: the time as it is written.
    let office = event(
        "DTSTART;TZID=\"Our Office\":20261225T000000\r\nDTEND;TZID=\"Our Office\":20261226T000000",
    );
    assert_eq!(
        told_in(&office, Some("Europe/London")).unwrap(),
        ["2026-12-25 Day"]
    );
}

#[test]
fn what_comes_back_every_year() {
    for (rule, start, expected) in [
        ("FREQ=YEARLY", "19701225", &["2026-12-25", "2027-12-25"][..]),
        ("FREQ=YEARLY;INTERVAL=2", "20250501", &["2027-05-01"]),
        (
            "FREQ=YEARLY;UNTIL=20261231T000000Z",
            "20200704",
            &["2026-07-04"],
        ),
        (
            "FREQ=YEARLY;COUNT=2",
            "20260704",
            &["2026-07-04", "2027-07-04"],
        ),
        ("FREQ=YEARLY;COUNT=1", "20260704", &["2026-07-04"]),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "20201126",
            &["2026-11-26", "2027-11-25"],
        ),
        (
            "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
            "20200525",
            &["2026-05-25", "2027-05-31"],
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU",
            "20201103",
            &["2026-11-03", "2027-11-02"],
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;WKST=MO",
            "20200229",
            &["2026-02-28", "2027-02-28"],
        ),
        // There is no 29 February in these years.
        ("FREQ=YEARLY", "20240229", &[]),
    ] {
        let text = event(&format!("DTSTART;VALUE=DATE:{start}\r\nRRULE:{rule}"));
        let expected: Vec<String> = expected.iter().map(|date| format!("{date} Day")).collect();
        assert_eq!(told(&text), expected, "{rule} from {start}");
    }
    let also = event(
        "DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20271225\r\nRDATE;VALUE=DATE:20271224,20271223",
    );
    assert_eq!(
        told(&also),
        ["2026-12-25 Day", "2027-12-23 Day", "2027-12-24 Day"]
    );
    for rule in [
        "FREQ=WEEKLY",
        "COUNT=3",
        "FREQ=YEARLY;BYDAY=4TH",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=6MO",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=é",
    ] {
        let text = event(&format!("DTSTART;VALUE=DATE:20261225\r\nRRULE:{rule}"));
        let left_out = told(&text);
        assert!(
            left_out.len() == 1 && left_out[0].contains("write its dates yourself"),
            "{left_out:?}"
        );
    }
}

#[test]
fn what_is_cancelled_and_what_is_moved() {
    let text = file(
        "BEGIN:VEVENT\r\nUID:king\r\nSUMMARY:King's Day\r\nDTSTART;VALUE=DATE:20200427\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:king\r\nRECURRENCE-ID;VALUE=DATE:20270427\r\nSUMMARY:King's Day\\, moved\r\n\
         DTSTART;VALUE=DATE:20270426\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nSTATUS:CANCELLED\r\nSUMMARY:No more\r\nDTSTART;VALUE=DATE:20261111\r\nEND:VEVENT\r\n",
    );
    assert_eq!(
        told(&text),
        [
            "2026-04-27 King's Day",
            "2027-04-26 King's Day, moved",
            "15 No more: is cancelled"
        ]
    );
}

#[test]
fn lines_that_are_folded_marked_and_of_other_systems() {
    let text = "\u{feff}BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\n\
                END:VTIMEZONE\n\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=nl:Tweede \n Kerst\n\tdag\nDTSTART;VALUE=DA\n TE:20261226\n\
                BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT\nBEGIN:VTODO\nSUMMARY:None\nEND:VTODO\nEND:VCALENDAR";
    assert_eq!(told(text), ["2026-12-26 Tweede Kerstdag"]);
    let evil = event("DTSTART;VALUE=DATE:20261226\r\nX-A:b")
        .replace("Day", "Day\u{202e} \\n  - 2027-01-01 # \u{1b}[2J");
    assert_eq!(
        told(&evil),
        [r"2026-12-26 Day\u{202e} - 2027-01-01 # \u{1b}[2J"]
    );
}

#[test]
fn a_bad_file_is_named_with_a_line() {
    for (text, wrong) in [
        (String::new(), "is empty: must be an iCalendar file"),
        ("hello\nworld".into(), "line 1 has no `:`"),
        ("date,name:x\n".into(), "line 1 is outside of a calendar"),
        (
            " folded".into(),
            "line 1 goes on with a line that is not there",
        ),
        (
            "BEGIN:VEVENT\nEND:VEVENT".into(),
            "line 1 must be BEGIN:VCALENDAR",
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\n".into(),
            "line 2: VEVENT is not ended by END:VEVENT",
        ),
        (
            "BEGIN:VCALENDAR\nEND:VEVENT\n".into(),
            "line 2 ends VEVENT, which is not what was begun last",
        ),
        (file("nonsense\r\n"), "line 3 has no `:`"),
        (event("X-A:1"), "line 3: the event has no DTSTART"),
        (
            event("DTSTART;VALUE=DATE:20261325"),
            "line 5: DTSTART is `20261325`; must be a date such as 20261225",
        ),
        (
            event("DTSTART:2026-12-25"),
            "line 5: DTSTART is `2026-12-25`; must be",
        ),
        (
            event("DTSTART:20261225\r\nDTEND:20261224"),
            "line 6: DTEND must not be before DTSTART",
        ),
        (
            event("DTSTART:20261225\r\nDURATION:1 day"),
            "line 6: DURATION is `1 day`; must be a duration",
        ),
        (
            event("DTSTART:20261225\r\nEXDATE:Christmas"),
            "line 6: EXDATE has `Christmas`; must be a date",
        ),
    ] {
        let told = told_in(&text, None).unwrap_err();
        assert!(told.starts_with(wrong), "{text:?}: {told}");
    }
}

#[test]
fn the_lines_are_those_of_a_playbook() {
    let text = event("DTSTART;VALUE=DATE:20261225").replace("SUMMARY:Day", "SUMMARY:Christmas");
    let span = (date("2026-01-01"), date("2027-12-31"));
    let found = holidays(file::events(&text).unwrap(), None, span).unwrap();
    let lines = lines(&Slug::new("desk").unwrap(), &found);
    assert_eq!(
        lines,
        "calendars:\n  desk:\n    closed:\n      - 2026-12-25 # Christmas\n"
    );
    // A playbook with these lines is closed on that day.
    let sample = include_str!("../../../../../playbooks/airline.yaml");
    let (before, rest) = sample
        .split_once("    closed: [2026-12-25, 2027-01-01, 2027-12-25]\n")
        .unwrap();
    let (_, closed) = lines.split_once("desk:\n").unwrap();
    let playbook = signpost_domain::playbook::Playbook::read(&format!("{before}{closed}{rest}"));
    assert!(playbook.is_ok(), "{:?}", playbook.err());
}
