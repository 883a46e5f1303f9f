//! The maps of the samples, as text and as JSON.

#![expect(clippy::unwrap_used, reason = "tests")]

mod data;

use super::*;
use crate::cli::out::Paint;
use crate::cli::{Cli, Command};
use clap::Parser;
use expect_test::{Expect, expect};
use signpost_domain::playbook::map::WAIT_MINUTES;
use table::line;

const SAMPLE: &str = "../playbooks/airline.yaml";

fn args(line: &str) -> MapArgs {
    let words = format!("signpost playbook map {line}");
    let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
    match cli.command {
        Command::Playbook(super::super::PlaybookCommand::Map(args)) => *args,
        _ => panic!("another command"),
    }
}

fn shown(line: &str) -> String {
    let args = args(line);
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    of(&chosen, args.brief)
}

fn of(chosen: &Chosen<'_>, is_brief: bool) -> String {
    match chosen.by {
        ChosenBy::All => channels::text(chosen, &channels::each(chosen), Paint::PLAIN),
        ChosenBy::Name | ChosenBy::Routes => {
            table::text(chosen, &chosen.rows(), is_brief, Paint::PLAIN)
        }
    }
}

/// The sample with some of its text replaced. Panics if one of the texts is not there.
fn edited(edits: &[(&str, &str)]) -> Playbook {
    let sample = std::fs::read_to_string(SAMPLE).unwrap();
    let text = edits.iter().fold(sample, |text, (from, to)| {
        assert!(text.contains(from), "the playbook has no {from}");
        text.replacen(from, to, 1)
    });
    Playbook::stored(&text).unwrap()
}

/// Compares the map of the edited sample with `expect`, from the line of waits on.
fn check(edits: &[(&str, &str)], flags: &str, expect: Expect) {
    let playbook = edited(edits);
    let args = args(&format!("{SAMPLE} {flags}"));
    let chosen = choose(&args, &playbook).unwrap();
    let told = of(&chosen, args.brief);
    let body = told.split_once("\n\n").unwrap().1;
    expect.assert_eq(body);
}

/// At night nobody is at the desk that never closes, and this desk is the only last resort.
const NOBODY: [(&str, &str); 2] = [
    (
        "  - { route: message, queue: digital_care, cost: 2.50, resolves: 0.60 }\n",
        "",
    ),
    (
        "calendar: round_the_clock, skills: { rebooking: 4",
        "calendar: desk, skills: { rebooking: 4",
    ),
];

/// A minute of waiting is expensive for the better tiers, and a minute of waiting for a call costs nearly nothing. This
/// is the case for which the tier floor is made.
const DEAR_MINUTES: [(&str, &str); 3] = [
    (
        "waiting_cost_per_minute: 0.80",
        "waiting_cost_per_minute: 4.00",
    ),
    (
        "waiting_cost_per_minute: 0.60",
        "waiting_cost_per_minute: 1.50",
    ),
    ("callback: 0.5", "callback: 0.25"),
];

/// The flow is expensive. So people are chosen as long as they can help before the deadline.
const DEAR_FLOW: [(&str, &str); 1] = [("flow: rebook, cost: 0.05", "flow: rebook, cost: 90.00")];

/// The least valuable tier waits for a person. When the deadline cannot be met any more, the route changes back to a
/// person.
const PATIENT: [(&str, &str); 2] = [
    (
        "waiting_cost_per_minute: 0.40, cost_of_failure: 2.00",
        "waiting_cost_per_minute: 0.01, cost_of_failure: 12.00",
    ),
    (
        "      - id: complaint\n",
        "      - id: complaint\n        deadline: departs_at\n",
    ),
];

#[test]
fn it_says_what_it_is_of_and_what_its_letters_mean() {
    let head = |flags: &str| {
        let told = shown(&format!("{SAMPLE} --reason allowance {flags}"));
        let (head, _) = told.split_once("\n\n").unwrap();
        head.to_owned()
    };
    expect![[r#"
        airline · Mon 2026-03-02 14:00 Europe/Amsterdam · amounts in EUR · deadlines far away (--deadline-in)
        channel web_chat (the one with the most routes; --channel for phone, app, sms, email, social, airport_desk, or all)
        a first contact for which nothing special is given
        S self_service   M message: agents, in their own time   C chat: agents, live   B callback   H human: a person, live
        lower case: the last resort: no route of the reason can be taken   *: tier floor: the route of a less valuable tier
        columns are samples, the exact wait of a change is in a line below
        a minute of waiting costs a more valuable tier more, so it leaves a queue sooner"#]].assert_eq(&head(""));
    expect![[r#"
        airline · Tue 2026-11-24 03:00 Europe/Amsterdam · amounts in EUR · deadlines in 3h
        channel app (--channel for phone, web_chat, sms, email, social, airport_desk, or all)
        a first contact for which nothing special is given
        S self_service   M message: agents, in their own time   C chat: agents, live   B callback   H human: a person, live
        lower case: the last resort: no route of the reason can be taken   *: tier floor: the route of a less valuable tier
        columns are samples of waits"#]].assert_eq(&head(
        "--channel app --brief --deadline-in 3h --at 2026-11-24T03:00",
    ));
    expect![[r#"
        airline · Mon 2026-03-02 14:00 Europe/Amsterdam · amounts in EUR · deadlines far away (--deadline-in)
        all channels (phone, web_chat, app, sms, email, social, airport_desk)
        a first contact for which nothing special is given
        S self_service   M message: agents, in their own time   C chat: agents, live   B callback   H human: a person, live
        lower case: the last resort: no route of the reason can be taken   *: tier floor: the route of a less valuable tier
        columns are samples of waits"#]].assert_eq(&head("--all-channels"));
}

#[test]
fn a_row_tells_where_it_tips_by_what_differs() {
    check(
        &[],
        "--reason missed_connection --channel phone",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            disruption/missed_connection
                chat: not offered on phone
                message: forbidden by the rule stranded_now_live
                a minute of waiting costs platinum 0.80 (callback 0.40, message 0.04)
                a minute of waiting costs gold 0.60 (callback 0.30, message 0.03)
                a minute of waiting costs standard 0.40 (callback 0.20, message 0.02)
              platinum                    H  H  H  H  B  B  B  B  B  B
                  from 8m45s callback instead of human: waiting 3.50 less, handling 3.50 more (failure 20.55 in both)
              gold                        H  H  H  H  H  B  B  B  B  B
                  from 11m40s callback instead of human: waiting 3.50 less, handling 3.50 more (failure 17.05 in both)
              standard                    H  H  H  H  H  H  B  B  B  B
                  from 17m30s callback instead of human: waiting 3.50 less, handling 3.50 more (failure 15.81 in both)
        "#]],
    );
}

#[test]
fn the_tier_floor_is_told_in_two_clauses() {
    check(
        &DEAR_MINUTES,
        "--reason wheelchair",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            special_assistance/wheelchair
                a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
                a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
                a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
              platinum                    H  B  B  B  B  B  B  M  M *M
                  from 1m callback instead of human: waiting 3.00 less, handling 3.00 more (failure 4.97,
                    leaving the channel 1.00 in both)
                  from 23m32s message instead of callback: waiting 18.83 less, handling 6.60 less, failure 25.42 more
                    (leaving the channel 1.00 in both)
                  from 57m50s still message, because standard has it. By its own cost self_service: waiting 11.57 less,
                    handling 2.24 less, failure 14.81 more, leaving the channel 1.00 less
              gold                        H  H  H  B  B  B  M  M  M *M
                  from 2m40s callback instead of human: waiting 3.00 less, handling 3.00 more (failure 2.64,
                    leaving the channel 1.00 in both)
                  from 19m48s message instead of callback: waiting 5.94 less, handling 6.60 less, failure 12.54 more
                    (leaving the channel 1.00 in both)
                  from 53m1s still message, because standard has it. By its own cost self_service: waiting 3.98 less,
                    handling 2.24 less, failure 7.22 more, leaving the channel 1.00 less
              standard                    C  C  C  C  C  B  M  M  M  M
                  from 10m13s callback instead of chat: waiting 3.07 less, handling 4.70 more, failure 2.64 less,
                    leaving the channel 1.00 more
                  from 16m46s message instead of callback: waiting 1.34 less, handling 6.60 less, failure 7.94 more
                    (leaving the channel 1.00 in both)
        "#]],
    );
    check(
        &DEAR_MINUTES,
        "--reason travel_documents --tier gold",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            existing_flight/travel_documents
                a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
              gold                        H  H  H  B  B  M  M  S  S  S
                  from 2m40s callback instead of human: waiting 3.00 less, handling 3.00 more (failure 3.17,
                    leaving the channel 1.00 in both)
                  from 14m42s message instead of callback: waiting 4.41 less, handling 6.50 less, failure 10.91 more
                    (leaving the channel 1.00 in both)
                  from 29m41s self_service instead of message: waiting 2.23 less, handling 2.34 less, failure 5.57 more,
                    leaving the channel 1.00 less
        "#]],
    );
}

#[test]
fn a_row_of_one_letter_says_why() {
    check(
        &[],
        "--reason find_flight --channel email",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            new_booking/find_flight
                chat, human: not offered on email
              all tiers                   S  S  S  S  S  S  S  S  S  S
                  self_service at every wait; next best without a wait: message, 1.35 dearer for platinum
        "#]],
    );
    check(
        &[],
        "--reason allowance",
        expect![[r#"
          wait on every queue, min    0  1  2  5 10 15 20 30 45 60

        baggage/allowance
          all tiers                   S  S  S  S  S  S  S  S  S  S
              self_service at every wait; next best without a wait: chat, 1.92 dearer for platinum
    "#]],
    );
    check(
        &[],
        "--reason allowance --tier gold",
        expect![[r#"
          wait on every queue, min    0  1  2  5 10 15 20 30 45 60

        baggage/allowance
          gold                        S  S  S  S  S  S  S  S  S  S
              self_service at every wait; next best without a wait: chat, 2.67 dearer
    "#]],
    );
    check(
        &[],
        "--reason unaccompanied_minor --channel email",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            special_assistance/unaccompanied_minor
                chat, human: not offered on email
              all tiers                   B  B  B  B  B  B  B  B  B  B
                  callback at every wait; next best without a wait: message, 137.64 dearer for platinum
        "#]],
    );
}

#[test]
fn a_time_or_a_deadline_that_changes_nothing_is_told() {
    check(
        &[],
        "--reason wheelchair --channel phone --at 2026-11-24T03:00 --deadline-in 3h --tier standard",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            special_assistance/wheelchair
                chat: not offered on phone
                at this time all desks of this reason are open
                message: forbidden by the rule leaving_within_hours_live
                a minute of waiting costs standard 0.40 (callback 0.20, message 0.02)
              standard                    H  H  H  H  H  B  B  B  B  B
                  from 15m callback instead of human: waiting 3.00 less, handling 3.00 more (failure 4.01 in both)
        "#]],
    );
    check(
        &[],
        "--reason flight_status --channel email --at 2026-11-24T03:00 --deadline-in 3h",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            disruption/flight_status
                chat, human: not offered on email
                has no deadline: --deadline-in changes nothing here
                at this time all desks of this reason are open
              all tiers                   S  S  S  S  S  S  S  S  S  S
                  self_service at every wait; next best without a wait: message, 1.13 dearer for platinum
        "#]],
    );
}

#[test]
fn what_is_closed_or_too_late_is_told() {
    check(
        &[],
        "--reason refund_request --channel app --at 2026-11-24T03:00",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            refund_and_claims/refund_request
                chat, callback, human: desk closed, opens Tue 2026-11-24 09:30
                a minute of waiting costs platinum 0.80 (callback 0.40, message 0.04)
              platinum                    M  M  M  M  S  S  S  S  S  S
                  from 8m32s self_service instead of message: waiting 0.34 less, handling 2.24 less, failure 3.58 more,
                    leaving the channel 1.00 less
              gold, standard              S  S  S  S  S  S  S  S  S  S
                  self_service at every wait; next best without a wait: message, 1.76 dearer for gold
        "#]],
    );
    check(
        &[],
        "--reason wheelchair --channel phone --deadline-in 40m --tier standard",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            special_assistance/wheelchair
                chat: not offered on phone
                message: forbidden by the rule leaving_within_hours_live
                callback, human: would miss the deadline departs_at, from a wait of 40m
                a minute of waiting costs standard 0.40 (callback 0.20, message 0.02)
              standard                    H  H  H  H  H  B  B  B  S  S
                  from 15m callback instead of human: waiting 3.00 less, handling 3.00 more (failure 4.01 in both)
                  from 32m24s self_service instead of callback: waiting 6.48 less, handling 8.84 less, failure 15.21 more
        "#]],
    );
}

#[test]
fn a_tip_over_a_missed_deadline_says_so() {
    check(
        &DEAR_FLOW,
        "--reason change_date --channel phone --deadline-in 13m --tier standard",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            existing_flight/change_date
                chat: not offered on phone
                callback, human: would miss the deadline departs_at, from a wait of 13m
              standard                    H  H  H  H  H  S  S  S  S  S
                  from 13m self_service instead of human: a human would miss the deadline departs_at
        "#]],
    );
}

#[test]
fn what_the_tier_floor_gives_from_then_on_is_told() {
    check(
        &PATIENT,
        "--reason complaint --channel phone --deadline-in 20m --tier gold",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            refund_and_claims/complaint
                chat: not offered on phone
                from a wait of 20m nothing can be done before departs_at: it counts no more
                a minute of waiting costs gold 0.60 (callback 0.30, message 0.03)
              gold                        H  H  H  H *H  M *H *H *H *H
                  human until 11m3s, because standard has it; then message. By its own cost message from 7m2s: waiting 4.01 less,
                    handling 4.10 less, failure 7.11 more, leaving the channel 1.00 more
                  from 20m human instead of message: standard has it from then on, by its own cost it would be message
                  from 20m still human, because standard has it. By its own cost message: waiting 11.40 less, handling 4.10 less,
                    failure 7.17 more, leaving the channel 1.00 more
        "#]],
    );
}

#[test]
fn the_last_resort_says_what_really_happens() {
    check(
        &NOBODY,
        "--reason denied_boarding --channel phone --at 2026-11-24T03:00",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            disruption/denied_boarding
                chat: not offered on phone
                message: forbidden by the rule stranded_now_live
                callback, human: desk closed, opens Tue 2026-11-24 07:00
                last resort: human (queue special_care), because no route of the reason can be taken
              all tiers                   h  h  h  h  h  h  h  h  h  h
        "#]],
    );
}

/// The desks of the reason are open, but rules take all of its routes away. Then the open desks mean nothing.
#[test]
fn the_last_resort_says_nothing_of_desks_that_do_not_count() {
    let forbidden = [(
        "  - { id: stranded_now, ",
        "  - { id: nobody_helps, reason: disruption/denied_boarding, only: [self_service] }\n  - { id: stranded_now, ",
    )];
    check(
        &forbidden,
        "--reason denied_boarding --channel phone --at 2026-11-24T03:00",
        expect![[r#"
              wait on every queue, min    0  1  2  5 10 15 20 30 45 60

            disruption/denied_boarding
                chat: not offered on phone
                message: forbidden by the rule stranded_now_live
                callback, human: not in the `only` of the rule nobody_helps
                last resort: human (queue disruption_desk), although not in the `only` of the rule nobody_helps
              all tiers                   h  h  h  h  h  h  h  h  h  h
        "#]],
    );
}

#[test]
fn all_channels_are_one_table() {
    check(
        &[],
        "--reason missed_connection --all-channels",
        expect![[r#"
              wait on every queue, min                                  0  1  2  5 10 15 20 30 45 60
            disruption/missed_connection
                phone, web_chat, app, airport_desk: message: forbidden by the rule stranded_now_live
              phone, web_chat, app          platinum                    H  H  H  H  B  B  B  B  B  B
                                            gold                        H  H  H  H  H  B  B  B  B  B
                                            standard                    H  H  H  H  H  H  B  B  B  B
              sms, email, social            all tiers                   B  B  B  B  B  B  B  B  B  B
              airport_desk                  all tiers                   H  H  H  H  H  H  H  H  H  H
        "#]],
    );
    check(
        &NOBODY,
        "--reason denied_boarding --reason refund_request --all-channels --at 2026-11-24T03:00 --deadline-in 3h",
        expect![[r#"
              wait on every queue, min                                  0  1  2  5 10 15 20 30 45 60
            disruption/denied_boarding
                has no deadline: --deadline-in changes nothing here
                phone, web_chat, app, airport_desk: message: forbidden by the rule stranded_now_live
                phone: callback, human: desk closed, opens Tue 2026-11-24 07:00
                phone, airport_desk: last resort: human (queue special_care), because no route of the reason can be taken
                web_chat, app: chat, callback, human: desk closed, opens Tue 2026-11-24 07:00
                web_chat, app: last resort: chat (queue special_care), because no route of the reason can be taken
                sms, email, social: callback: desk closed, opens Tue 2026-11-24 07:00
                airport_desk: human: desk closed, opens Tue 2026-11-24 07:00
              phone, airport_desk           all tiers                   h  h  h  h  h  h  h  h  h  h
              web_chat, app                 all tiers                   c  c  c  c  c  c  c  c  c  c
              sms, email, social            all tiers                   M  M  M  M  M  M  M  M  M  M

              wait on every queue, min                                  0  1  2  5 10 15 20 30 45 60
            refund_and_claims/refund_request
                has no deadline: --deadline-in changes nothing here
                phone: callback, human: desk closed, opens Tue 2026-11-24 09:30
                web_chat, app: chat, callback, human: desk closed, opens Tue 2026-11-24 09:30
                sms, email, social: callback: forbidden by the rule nobody_is_called_at_night
                airport_desk: human: desk closed, opens Tue 2026-11-24 09:30
              phone, web_chat, app, airport_desk
                                            platinum                    M  M  M  M  S  S  S  S  S  S
                                            gold, standard              S  S  S  S  S  S  S  S  S  S
              sms, email, social            platinum                    M  M  M  M  M  M  M  M  S  S
                                            gold, standard              S  S  S  S  S  S  S  S  S  S
        "#]],
    );
    check(
        &[],
        "--reason wheelchair --all-channels --deadline-in 20m --tier standard",
        expect![[r#"
              wait on every queue, min                                  0  1  2  5 10 15 20 30 45 60
            special_assistance/wheelchair
                phone, web_chat, app, airport_desk: message: forbidden by the rule leaving_within_hours_live
                phone: callback, human: would miss the deadline departs_at, from a wait of 20m
                web_chat, app: chat, callback, human: would miss the deadline departs_at, from a wait of 20m
                sms, email, social: message, callback: would miss the deadline departs_at, from a wait of 20m
                airport_desk: human: would miss the deadline departs_at, from a wait of 20m
              phone, web_chat, app, airport_desk
                                            standard                    H  H  H  H  H  S  S  S  S  S
              sms, email, social            standard                    B  B  B  B  B  M  S  S  S  S
        "#]],
    );
    check(
        &[],
        "--reason flight_status --channel all",
        expect![[r#"
          wait on every queue, min                                  0  1  2  5 10 15 20 30 45 60
        disruption/flight_status
          all channels                  all tiers                   S  S  S  S  S  S  S  S  S  S
    "#]],
    );
    let one = shown(&format!("{SAMPLE} --reason allowance --all-channels"));
    let same = shown(&format!("{SAMPLE} --reason allowance --channel all"));
    assert_eq!(one, same);
}

#[test]
fn two_playbooks_are_compared_on_one_channel() {
    let line = format!("signpost playbook map {SAMPLE} --all-channels --diff {SAMPLE}");
    assert!(Cli::try_parse_from(line.split_whitespace()).is_err());
    let line = format!("signpost playbook map {SAMPLE} --all-channels --channel app");
    assert!(Cli::try_parse_from(line.split_whitespace()).is_err());
}

#[test]
fn lines_are_not_wider_than_a_screen() {
    for flags in [
        "",
        "--all-channels",
        "--at 2026-11-24T03:00 --deadline-in 40m --channel phone",
    ] {
        let told = shown(&format!("{SAMPLE} {flags}"));
        let wide = told.lines().find(|line| line.chars().count() > 120);
        assert_eq!(wide, None);
    }
}

#[test]
fn the_whole_sample_is_mapped_and_colours_do_not_move_columns() {
    let args = args(SAMPLE);
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    let rows = chosen.rows();
    assert_eq!(rows.len(), playbook.reasons.len() * playbook.tiers.len());
    let json = json::map(&chosen, &rows);
    assert_eq!(json["rows"].as_array().unwrap().len(), rows.len());
    let plain = line(9, "x", &["H".to_owned()]);
    let coloured = line(9, "x", &["\u{1b}[35mH\u{1b}[0m".to_owned()]);
    assert_eq!(
        plain,
        coloured.replace("\u{1b}[35m", "").replace("\u{1b}[0m", "")
    );
}

#[test]
fn brief_is_letters_alone_and_heads_stand_over_each_primary_reason() {
    let brief = shown(&format!("{SAMPLE} --brief --tier all"));
    assert!(!brief.contains(" instead of "), "{brief}");
    let args = args(SAMPLE);
    let playbook = read(&args.file).unwrap();
    // A row of cells has one cell for each wait.
    let cells = brief.lines().filter(|line| line.starts_with("  platinum "));
    for line in cells {
        assert_eq!(line.split_whitespace().count(), 1 + WAIT_MINUTES.len());
    }
    let primaries = playbook.primaries.len();
    assert_eq!(brief.matches("wait on every queue").count(), primaries);
}

#[test]
fn a_secondary_reason_alone_is_enough_if_one_has_it() {
    let alone = shown(&format!("{SAMPLE} --reason missed_connection"));
    let whole = shown(&format!("{SAMPLE} --reason disruption/missed_connection"));
    assert_eq!(alone, whole);
}

#[test]
fn what_is_not_there_is_refused() {
    for (flags, said) in [
        ("--reason disruptions", "did you mean disruption?"),
        (
            "--reason connection_was_missed",
            "near it: disruption/missed_connection",
        ),
        ("--channel fax", "there is no channel fax"),
        ("--tier silver", "there is no tier silver"),
        (
            "--at soon",
            "--at: `soon` must be a time such as 2026-11-23 10:00",
        ),
    ] {
        let args = args(&format!("{SAMPLE} {flags}"));
        let playbook = read(&args.file).unwrap();
        let refused = format!("{:?}", choose(&args, &playbook).err().unwrap());
        assert!(refused.contains(said), "{refused}");
    }
}
