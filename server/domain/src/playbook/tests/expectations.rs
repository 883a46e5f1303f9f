//! The tests of a playbook: what they accept, what they refuse, and what a failure reports.

use super::{AIRLINE, check_text, read};
use crate::fact::FACT_TEXT_BYTES_MAX;
use crate::playbook::PlaybookFaults;
use crate::playbook::limits::{TEST_NAME_BYTES_MAX, TESTS_MAX};
use crate::playbook::test::PlaybookTest;
use crate::time::Millis;
use expect_test::{Expect, expect};

fn with_tests(tests: &str) -> String {
    format!("{AIRLINE}tests:\n{tests}")
}

fn check_tests(tests: &str, expect: Expect) {
    let shown = match read(&with_tests(tests)) {
        Ok((playbook, _)) => format!("{} passed\n", playbook.tests.len()),
        Err(faults) => format!("{faults}\n"),
    };
    expect.assert_eq(&shown);
}

#[test]
fn a_situation_can_say_all_that_a_decision_looks_at() {
    check_tests(
        r#"
  - name: platinum, change of date in the app, nobody waits
    reason: existing_flight/change_date
    channel: web_chat
    tier: platinum
    wait: 0s
    expect: { route: [chat, human], not: [self_service], queue: rebooking, asks: [booking_reference], need: 1.0 }
  - name: everything at once
    reason: existing_flight/cancel
    channel: phone
    tier: gold
    facts: { booking_reference: ABC123, departs_at: +6h, fare: 410.50, bags: 2, is_group: true }
    language: nl-NL
    brand: express
    persona: planner
    stage: support
    device: ios
    outbound: true
    sentiment: -40
    vulnerable: true
    asked_for_person: true
    cannot_use: [voice]
    consents: { call_back: true }
    prefer: [human, message]
    known: true
    value: 12000
    loyalty_years: 12
    contacts_7d: 3
    at: 2026-11-23 10:00
    wait: 5m
    queues: { rebooking: { wait: 40m, staffed: 3, available: 0, waiting: 12, handle_time: 7m } }
    repeats: 1
    case_contacts: 4
    channel_switches: 1
    broken_promises: 0
    case_age: 2d
    owed_overdue: true
    tried: [{ route: self_service, outcome: gave_up }, { route: human, queue: rebooking, outcome: failed }]
    expect: { not: self_service, rule: [asked_for_a_person, vulnerable, third_contact_this_week], asks: [] }
  - name: at night the desk is closed
    reason: baggage/lost
    channel: email
    at: "2026-11-23T02:00:00Z"
    expect: { route: message, queue: baggage }
"#,
        expect![[r#"
            3 passed
        "#]],
    );
}

/// A rule that fired for nothing is not reported as one that worked.
#[test]
fn what_fails_says_which_only_was_set_aside() {
    let rule = "  - { id: narrow, reason: existing_flight/cancel, channel: web_chat, only: [self_service] }\ncosts:\n";
    let text = with_tests(
        "  - { name: set aside, reason: existing_flight/cancel, channel: web_chat, \
         asked_for_person: true, expect: { route: self_service } }\n",
    );
    let text = text.replacen("costs:\n", rule, 1);
    let faults = read(&text).err().map(|faults| faults.to_string());
    expect![[r#"81:116 tests[0].expect.route: "set aside" fails: expected self_service, came message; message 4.48 = handling 2.00 + waiting 0.08 + failure 1.40 + leaving the channel 1.00 (70 %, wait 4m); human 8.83 = handling 6.00 + waiting 1.60 + failure 0.23 + leaving the channel 1.00 (95 %, wait 4m); self_service is not offered, because a person was asked for; 2.00 at stake; rules that fired: asked_for_a_person, narrow (its `only` is set aside, because guards allow none of its routes); change what decides it, or what the test expects"#]].assert_eq(&faults.unwrap_or_default());
}

#[test]
fn what_fails_says_what_came_and_why() {
    check_tests(
        r#"
  - name: platinum changes a date
    reason: existing_flight/change_date
    channel: web_chat
    tier: platinum
    wait: 10m
    expect: { route: human, need: 3.0, queue: baggage, rule: vulnerable, asks: [] }
  - name: gold is called
    reason: existing_flight/change_date
    channel: web_chat
    tier: gold
    asked_for_person: true
    expect: { route: callback }
  - name: never by letter
    reason: existing_flight/cancel
    channel: email
    asked_for_person: true
    expect: { not: [message] }
"#,
        expect![[r#"
            86:22 tests[0].expect.route: "platinum changes a date" fails: expected human, came self_service; self_service 19.65 = handling 0.05 + failure 19.60 (65 %); message 21.80 = handling 2.00 + waiting 2.00 + failure 16.80 + leaving the channel 1.00 (70 %, wait 10m); chat 49.70 = handling 4.10 + waiting 40.00 + failure 5.60 (90 %, wait 10m); human 49.80 = handling 6.00 + waiting 40.00 + failure 2.80 + leaving the channel 1.00 (95 %, wait 10m); 40.00 at stake; change what decides it, or what the test expects
            86:35 tests[0].expect.need: "platinum changes a date" fails: expected 3.0, came 1.0; no rule fired; change what decides it, or what the test expects
            86:47 tests[0].expect.queue: "platinum changes a date" fails: expected baggage, came no queue, because the route is self_service; change what decides it, or what the test expects
            86:62 tests[0].expect.rule: "platinum changes a date" fails: rule vulnerable did not fire; no rule fired; change what decides it, or what the test expects
            86:74 tests[0].expect.asks: "platinum changes a date" fails: expected nothing, asked booking_reference; change what decides it, or what the test expects
            92:22 tests[1].expect.route: "gold is called" fails: expected callback, came message; message 8.67 = handling 2.00 + waiting 0.30 + failure 5.37 + leaving the channel 1.00 (70 %, wait 4m); chat 11.89 = handling 4.10 + waiting 6.00 + failure 1.79 (90 %, wait 4m); human 13.90 = handling 6.00 + waiting 6.00 + failure 0.90 + leaving the channel 1.00 (95 %, wait 4m); callback needs consent call_back, which is not known; 12.00 at stake; rules that fired: asked_for_a_person; change what decides it, or what the test expects
            97:15 tests[2].expect.not: "never by letter" fails: expected not message, came message; message 3.48 = handling 2.00 + waiting 0.08 + failure 1.40 (70 %, wait 4m); 2.00 at stake; rules that fired: asked_for_a_person; change what decides it, or what the test expects
        "#]],
    );
}

#[test]
fn what_has_no_meaning_or_contradicts_itself_is_refused() {
    check_tests(
        r#"
  - name: names that are not there
    reason: existing_flight/chnge_date
    channel: fax
    expect: { route: chat }
  - name: more names that are not there
    reason: baggage/lost
    channel: phone
    tier: bronze
    facts: { bag_tags: X, bags: many, departs_at: soon, fare: much, is_group: perhaps, booking_reference: abc }
    brand: other
    cannot_use: [smell]
    consents: { emails: true }
    queues: { rebookings: { wait: 4m } }
    sentiment: 101
    loyalty_years: -1
    at: tomorrow
    wait: soon
    tried: [{ route: human, flow: rebook }, { route: self_service, flow: rebok }, { route: chat, outcome: bored }]
    expect: { route: telepathy, queue: desk, rule: nobody, asks: [name], priority: 11, need: 0 }
  - name: nothing is expected
    reason: baggage/lost
    channel: phone
    expect: {}
  - name: no route is left
    reason: baggage/lost
    channel: phone
    known: false
    value: 10
    expect: { route: human, not: [human] }
  - name: a letter
    reason: baggage/lost
    channel: email
    expect: { route: message }
  - name: no letter
    reason: baggage/lost
    channel: email
    tier: standard
    expect: { not: message }
  - name: a letter
    reason: baggage/lost
    channel: web_chat
    expect: { need: 2.5 }
"#,
        expect![[r#"
            82:13 tests[0].reason: there is no reason existing_flight/chnge_date; did you mean existing_flight/change_date?
            83:14 tests[0].channel: there is no channel fax; must be one of phone, web_chat, email
            88:11 tests[1].tier: there is no tier bronze; must be one of platinum, gold, standard
            89:24 tests[1].facts.bag_tags: there is no fact bag_tags; did you mean bag_tag?
            89:33 tests[1].facts.bags: is "many"; must be a whole number such as 42
            89:51 tests[1].facts.departs_at: is "soon"; must be a time such as +6h, -2d, 2026-11-23 10:00 or 2026-11-23T09:00:00Z
            89:63 tests[1].facts.fare: is "much"; must be an amount such as 4.10
            89:79 tests[1].facts.is_group: is "perhaps"; must be true or false
            89:107 tests[1].facts.booking_reference: is "abc"; must match the pattern [A-Z0-9]{6} as a whole
            90:12 tests[1].brand: there is no brand other; must be one of mainline, express
            91:18 tests[1].cannot_use[0]: is "smell"; must be one of voice, text, self_service
            92:25 tests[1].consents.emails: there is no consent emails; must be one of call_back
            93:15 tests[1].queues.rebookings: there is no queue rebookings; did you mean rebooking?
            94:16 tests[1].sentiment: is "101"; must be from -100 to 100
            95:20 tests[1].loyalty_years: is "-1"; must be from 0 to 150
            96:9 tests[1].at: is "tomorrow"; must be a time such as 2026-11-23 10:00 or 2026-11-23T09:00:00Z
            97:11 tests[1].wait: is "soon"; must be a span such as 20s, 4m, 1h30m or 7d
            98:35 tests[1].tried[0].flow: human has a flow; must be left out: only self_service has a flow
            98:74 tests[1].tried[1].flow: there is no flow rebok; did you mean rebook?
            98:107 tests[1].tried[2].outcome: is "bored"; must be one of resolved, abandoned, gave_up, asked_for_person, no_answer, failed, repeated, transferred, switched, timed_out
            99:22 tests[1].expect.route: is "telepathy"; must be one of self_service, message, chat, callback, human
            99:40 tests[1].expect.queue: there is no queue desk; must be one of rebooking, baggage
            99:52 tests[1].expect.rule: there is no rule nobody; must be one of asked_for_a_person, vulnerable, third_contact_this_week, broken_promise, flying_today, big_group
            99:67 tests[1].expect.asks[0]: there is no fact name; must be one of booking_reference, bag_tag, departs_at, fare, bags, is_group
            99:84 tests[1].expect.priority: is "11"; must be from 0 to 10
            99:94 tests[1].expect.need: is "0"; must be a decimal from 0.1 to 20 with at most 3 decimals
            103:5 tests[2].expect: nothing is expected; must have route, not, need, queue, rule, asks or priority
            107:12 tests[3].known: the customer is not known, but value is written; must be true or left out
            109:29 tests[3].expect.not: no route is left that may be taken; must leave out at least one route that `route` allows
            118:5 tests[5].expect.route: the test "a letter" has the same situation and expects something else; must expect the same, or the situations must differ
            119:11 tests[6].name: another test has the name "a letter"; must be a name that no other test has
        "#]],
    );
}

/// For one situation, only one answer can be expected in each part. The same answer may be expected twice.
#[test]
fn tests_of_one_situation_agree_in_each_part() {
    let pair = |place: usize, one: &str, other: &str| {
        let said = |number: usize, expect: &str| {
            format!(
                "  - {{ name: {place} of {number}, reason: baggage/lost, channel: phone, contacts_7d: {place}, expect: {{ {expect} }} }}\n"
            )
        };
        said(1, one) + &said(2, other)
    };
    let pairs = [
        ("need: 2.5", "need: 2.6"),
        ("queue: baggage", "queue: rebooking"),
        ("asks: [bag_tag]", "asks: []"),
        ("priority: 5", "priority: 6"),
        (
            "need: 2.5, queue: baggage, asks: [bag_tag], priority: 5",
            "priority: 5, asks: [bag_tag], queue: baggage, need: 2.5",
        ),
        ("need: 2.5", "queue: baggage"),
        ("asks: [bag_tag]", "priority: 5"),
    ];
    let pairs = pairs.iter().enumerate();
    let all: String = pairs
        .map(|(place, (one, other))| pair(place, one, other))
        .collect();
    check_tests(
        &all,
        expect![[r#"
        81:91 tests[1].expect.need: the test "0 of 1" has the same situation and expects something else; must expect the same, or the situations must differ
        83:92 tests[3].expect.queue: the test "1 of 1" has the same situation and expects something else; must expect the same, or the situations must differ
        85:85 tests[5].expect.asks: the test "2 of 1" has the same situation and expects something else; must expect the same, or the situations must differ
        87:95 tests[7].expect.priority: the test "3 of 1" has the same situation and expects something else; must expect the same, or the situations must differ
    "#]],
    );
}

/// A discount is reported as a discount. An expected rule is named although other rules applied.
#[test]
fn a_failed_test_tells_what_was_taken_off_and_which_rules_fired() {
    check_tests(
        r#"
  - name: preferred and vulnerable
    reason: existing_flight/change_date
    channel: web_chat
    tier: gold
    vulnerable: true
    prefer: [human]
    wait: 0s
    expect: { route: self_service, rule: [asked_for_a_person, vulnerable] }
"#,
        expect![[r#"
            88:22 tests[0].expect.route: "preferred and vulnerable" fails: expected self_service, came human; human 2.67 = handling 6.00 + failure 0.87 - customer's preference 1.20 - rules' preference 3.00 (95 %); chat 5.83 = handling 4.10 + failure 1.73 (90 %); message 8.19 = handling 2.00 + failure 5.19 + leaving the channel 1.00 (70 %); self_service is not offered, because the customer is vulnerable; 12.00 at stake; rules that fired: vulnerable; change what decides it, or what the test expects
            88:36 tests[0].expect.rule: "preferred and vulnerable" fails: rule asked_for_a_person did not fire; rules that fired: vulnerable; change what decides it, or what the test expects
        "#]],
    );
}

#[test]
fn there_are_at_most_a_thousand() {
    let many: String = (0..=TESTS_MAX)
        .map(|number| {
            format!("  - {{ name: number {number}, reason: baggage/lost, channel: email, expect: {{ route: message }} }}\n")
        })
        .collect();
    check_tests(
        &many,
        expect![[r#"
            79:1 tests: has 1001 tests; must have at most 1000
        "#]],
    );
}

#[test]
fn the_keys_of_a_test_are_named() {
    check_text(
        &with_tests(
            "  - { name: x, reson: baggage/lost, channel: email, expect: { route: message } }\n",
        ),
        expect![[r#"
            80:16 tests[0]: there is no key reson; did you mean reason? The keys here are name, reason, channel, tier, facts, language, brand, persona, stage, device, outbound, sentiment, vulnerable, asked_for_person, cannot_use, consents, prefer, known, value, loyalty_years, contacts_7d, all_contacts_7d, at, wait, queues, repeats, case_contacts, channel_switches, broken_promises, case_age, owed_overdue, tried, expect
        "#]],
    );
}

#[test]
fn a_version_that_was_published_is_read_whatever_its_tests_say() -> Result<(), PlaybookFaults> {
    let failing =
        "  - { name: x, reason: baggage/lost, channel: email, expect: { route: chat } }\n";
    assert!(read(&with_tests(failing)).is_err());
    let stored = crate::playbook::Playbook::stored(&with_tests(failing))?;
    assert_eq!(stored.tests.len(), 1);
    let refused = failing.replace(
        "expect",
        "queues: { baggage: { staffed: 4000000000 } }, expect",
    );
    assert!(read(&with_tests(&refused)).is_err());
    let stored = crate::playbook::Playbook::stored(&with_tests(&refused))?;
    assert_eq!(stored.tests.len(), 0);
    Ok(())
}

/// Expectations about the memory of the case, abilities, priority and deadlines.
#[test]
fn memory_abilities_priority_and_deadlines_are_expected_too() {
    let tests = r#"
  - name: who gave up in the flow is not sent back to it
    reason: existing_flight/cancel
    channel: web_chat
    tried: [{ route: self_service, outcome: gave_up }]
    expect: { not: self_service }
  - name: somebody else is
    reason: existing_flight/cancel
    channel: web_chat
    expect: { route: self_service, priority: 5 }
  - name: a person who failed raises the need
    reason: existing_flight/cancel
    channel: web_chat
    facts: { departs_at: +7d }
    tried: [{ route: human, outcome: failed }]
    expect: { need: 1.5 }
  - name: nobody calls who cannot hear
    reason: existing_flight/change_date
    channel: phone
    cannot_use: [voice]
    expect: { route: message }
  - name: what nobody can do in time counts no more, but it is urgent
    reason: existing_flight/cancel
    channel: web_chat
    facts: { departs_at: +20m }
    tried: [{ route: self_service, outcome: failed }]
    queues: { rebooking: { wait: 30m } }
    expect: { route: message, priority: 9 }
"#;
    let edits = [
        (
            "facts: [booking_reference, departs_at]\n",
            "facts: [booking_reference, departs_at]\n        deadline: departs_at\n",
        ),
        ("need: 3.0 }", "need: 3.0, priority: 8 }"),
    ];
    let source = format!("{}tests:\n{tests}", super::airline(&edits));
    check_text(
        &source,
        expect![[r#"
            108:41 tests[4].expect.priority: "what nobody can do in time counts no more, but it is urgent" fails: expected 9, came 8; rules that fired: flying_today; change what decides it, or what the test expects
        "#]],
    );
}

/// A test refuses what routing refuses.
#[test]
fn a_situation_has_the_limits_of_a_request() {
    let tests = r#"
  - name: nobody tells that
    reason: existing_flight/change_date
    channel: web_chat
    language: english
    cannot_use: [voice, text, self_service]
    value: -5
    queues: { rebooking: { staffed: 4000000000, available: 1000001, waiting: -1 }, baggage: { staffed: 2, available: 3 } }
    at: "2026-03-08 02:30"
    facts: { departs_at: "2026-03-08 02:59" }
    expect: { route: message }
  - name: at the limits
    reason: existing_flight/change_date
    channel: web_chat
    language: en-GB
    cannot_use: [voice, self_service]
    value: 0
    queues: { rebooking: { staffed: 1000000, available: 0, waiting: 1000000 } }
    # The clocks show it twice: the first is meant.
    at: "2026-11-01 01:30"
    facts: { departs_at: "2026-03-08 03:00" }
    expect: { asks: [booking_reference] }
"#;
    let source = super::airline(&[("Europe/Amsterdam", "America/New_York")]);
    check_text(
        &format!("{source}tests:\n{tests}"),
        expect![[r#"
            84:15 tests[0].language: is "english"; must be a language such as nl or nl-NL
            85:5 tests[0].cannot_use: the customer can use nothing; must leave out at least one of voice, text and self_service
            86:12 tests[0].value: is "-5"; must be from 0 to 1000000
            87:37 tests[0].queues.rebooking.staffed: is "4000000000"; must be from 0 to 1000000
            87:60 tests[0].queues.rebooking.available: is "1000001"; must be from 0 to 1000000
            87:78 tests[0].queues.rebooking.waiting: is "-1"; must be from 0 to 1000000
            87:118 tests[0].queues.baggage.available: is "3"; must be at most 2, the number of agents in staffed
            88:9 tests[0].at: is "2026-03-08 02:30"; must be another time: in the playbook's time zone, the clock is put forward and skips this one
            89:26 tests[0].facts.departs_at: is "2026-03-08 02:59"; must be another time: in the playbook's time zone, the clock is put forward and skips this one
        "#]],
    );
}

#[test]
fn a_test_is_named_in_one_short_line() {
    let most = "n".repeat(TEST_NAME_BYTES_MAX);
    let tests = [&most, &format!("{most}n"), " ", "two\\nlines"].map(|name| {
        format!(
            "  - {{ name: \"{name}\", reason: baggage/lost, channel: phone, contacts_7d: {}, expect: {{ need: 2.5 }} }}\n",
            name.len()
        )
    });
    let Err(faults) = read(&with_tests(&tests.concat())) else {
        panic!("three names are at fault");
    };
    let faults = faults.to_string();
    let places: Vec<&str> = faults
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(
        places,
        ["tests[1].name:", "tests[2].name:", "tests[3].name:"],
        "{faults}"
    );
}

/// The decision of a test uses what the test says about queues, the customer and attempts.
#[test]
fn what_a_test_tells_is_what_is_asked() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(&with_tests(
        "  - name: one
    reason: existing_flight/change_date
    channel: web_chat
    wait: 5m
    loyalty_years: 12
    queues: { rebooking: { staffed: 3, available: 3 }, baggage: { staffed: 2 } }
    tried: [{ route: self_service, outcome: gave_up }, { route: chat, outcome: failed }]
    expect: { not: [self_service] }
  - name: two
    reason: existing_flight/change_date
    channel: web_chat
    wait: 5m
    queues: { baggage: { waiting: 4 } }
    expect: { not: [message] }
",
    ))?;
    let [one, two] = &playbook.tests[..] else {
        panic!("{:#?}", playbook.tests);
    };
    let profile = one.situation.profile.as_ref();
    assert_eq!(profile.and_then(|profile| profile.loyalty_years), Some(12));
    let waits = |test: &PlaybookTest| -> Vec<_> {
        let stats = test.situation.context.queue_stats.iter();
        let stats = stats.map(|stats| {
            let minutes = stats.expected_wait.map(|wait| wait.0 / Millis::MINUTE.0);
            let counts = (stats.staffed, stats.available, stats.waiting);
            (stats.queue.to_string(), minutes, counts)
        });
        stats.collect()
    };
    let queue = |id: &str, minutes, counts| (id.to_owned(), minutes, counts);
    // If the numbers of a queue are given in parts, the wait is computed from them. The number of agents alone says
    // nothing about the queue.
    assert_eq!(
        waits(one),
        [
            queue("rebooking", None, (Some(3), Some(3), None)),
            queue("baggage", Some(5), (Some(2), None, None)),
        ]
    );
    assert_eq!(
        waits(two),
        [
            queue("rebooking", Some(5), (None, None, None)),
            queue("baggage", None, (None, None, Some(4))),
        ]
    );
    let now = one.situation.standing.now;
    let tried = one.situation.memory.tried.iter();
    let ago: Vec<i64> = tried.map(|tried| now.0 - tried.at.0).collect();
    let [first, second] = ago[..] else {
        panic!("{ago:?}");
    };
    assert!(second > 0 && first == 2 * second, "{ago:?}");
    Ok(())
}

#[test]
fn a_text_that_is_told_in_a_test_is_neither_empty_nor_too_long() {
    let faults = |text: &str| {
        let test = format!(
            "  - {{ name: one, reason: baggage/lost, channel: phone, facts: {{ bag_tag: '{text}' }}, expect: {{ need: 2.5 }} }}\n"
        );
        read(&with_tests(&test))
            .err()
            .map(|faults| faults.to_string())
    };
    let most = "x".repeat(FACT_TEXT_BYTES_MAX);
    assert_eq!(faults(&most), None);
    for wrong in ["", &format!("{most}x")] {
        let said = faults(wrong).unwrap_or_default();
        assert!(said.contains("must be a text of 1 to"), "{said}");
    }
}
