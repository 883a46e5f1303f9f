//! What is reported for two playbooks. Every difference in meaning must be reported.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use expect_test::expect;
use proptest::prelude::*;

const AIRLINE: &str = include_str!("../tests/airline.yaml");
const STORE: &str = include_str!("../tests/store.yaml");

const BOOK: &str = r#"
playbook: shop
currency: EUR
time_zone: Europe/Amsterdam
locales: [en, nl]
tiers:
  - { id: gold, label: { en: Gold }, waiting_target: 1m, waiting_cost_per_minute: 1.50, cost_of_failure: 12 }
  - { id: all, label: { en: All }, waiting_target: 5m, waiting_cost_per_minute: 0.40, cost_of_failure: 2, default: true }
channels:
  phone: { medium: voice, routes: [self_service, human, message] }
  email: { medium: async_text, routes: [message] }
calendars:
  desk: { open: ["mon-fri 08:00-20:00", "sat 09:00-17:00"] }
queues:
  desk: { calendar: desk, skills: { orders: 2, words: 1 }, assumed_wait: 60m }
facts:
  order: { type: text, pattern: "[0-9]+" }
reasons:
  - id: order
    label: { en: Order }
    secondary:
      - id: cancel
        label: { en: Cancel, nl: Annuleren }
        facts: [order]
        routes:
          human: { queue: desk, cost: 6.00, resolves: 0.95 }
          message: { queue: desk, cost: 2, resolves: 0.7 }
      - id: change
        label: { en: Change }
        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }
      - id: track
        label: { en: Track }
        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }
  - id: account
    label: { en: Account }
    secondary:
      - id: login
        label: { en: Login }
        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }
rules:
  - { id: person, when: contact.asked_for_person, forbid: [self_service] }
  - { id: gold_first, tier: gold, reason: [order, account], prefer: { human: 3 } }
last_resort: { route: message, queue: desk }
"#;

fn told(before: &str, after: &str) -> Vec<String> {
    let [before, after] = [before, after].map(|text| Playbook::read(text).unwrap().0);
    let diff = diff(&before, &after).unwrap();
    assert_eq!(diff.more, 0);
    let changes = diff.changes.into_iter().map(|change| {
        let Change {
            kind,
            part,
            id,
            field,
            before,
            after,
        } = change;
        format!("{kind:?} {part:?} {id} {field} `{before}` `{after}`")
    });
    changes.collect()
}

/// The report if each first text is replaced by the second.
fn with(changes: &[(&str, &str)]) -> Vec<String> {
    let mut after = BOOK.to_owned();
    for (old, new) in changes {
        assert!(after.contains(old), "{old}");
        after = after.replacen(old, new, 1);
    }
    told(BOOK, &after)
}

#[test]
fn how_it_is_written_makes_no_difference() {
    let same = [
        (
            "assumed_wait: 60m",
            "assumed_wait: 1h, assumed_handle_time: 6m",
        ),
        ("cost: 6.00", "cost: 6"),
        ("{ en: Gold }", "{ \"en\": 'Gold' }"),
        (
            "skills: { orders: 2, words: 1 }",
            "skills: { words: 1, orders: 2 }",
        ),
        ("reason: [order, account]", "reason: [account, order]"),
        (
            "when: contact.asked_for_person",
            "when: \"  contact.asked_for_person \"",
        ),
        (
            "[\"mon-fri 08:00-20:00\", \"sat 09:00-17:00\"]",
            "[\"sat 09:00-17:00\", \"mon-fri 08:00-20:00\"]",
        ),
        (
            "facts: [order]",
            "facts: [order]\n        need: 1.0\n        continues_for: 168h",
        ),
    ];
    assert_eq!(with(&same), Vec::<String>::new());
    assert_eq!(told(AIRLINE, AIRLINE), Vec::<String>::new());
}

#[test]
fn each_kind_of_change_is_told() {
    let all = with(&[
        ("currency: EUR", "currency: USD"),
        ("locales: [en, nl]", "locales: [nl, en]"),
        (
            "waiting_cost_per_minute: 1.50",
            "waiting_cost_per_minute: 1.75",
        ),
        (
            "email: { medium: async_text, routes: [message] }",
            "sms: { medium: async_text, routes: [message] }",
        ),
        ("sat 09:00", "sat 10:00"),
        ("orders: 2", "orders: 3"),
        ("[0-9]+", "[0-9]{6}"),
        ("cost: 6.00", "cost: 6.50"),
        (
            "          message: { queue: desk, cost: 2, resolves: 0.7 }\n",
            "          self_service: { flow: cancel, cost: 0.1, resolves: 0.5 }\n",
        ),
        ("nl: Annuleren", "nl: Afzeggen"),
        (
            "last_resort: { route: message",
            "last_resort: { route: human",
        ),
        ("forbid: [self_service]", "only: [human]"),
    ]);
    expect_test::expect![[r#"
        Changed Playbook  currency `EUR` `USD`
        Changed Playbook  last_resort.route `message` `human`
        Moved Locale nl  `2` `1`
        Changed Tier gold waiting_cost_per_minute `1.5` `1.75`
        Changed Tier gold agreed_wait_cost_per_hour `1.5` `1.75`
        Removed Channel email  `` ``
        Added Channel sms  `` ``
        Changed Calendar desk open `mon-fri 08:00-20:00, sat 09:00-17:00` `mon-fri 08:00-20:00, sat 10:00-17:00`
        Changed Queue desk skills.orders `2` `3`
        Changed Fact order pattern `[0-9]+` `[0-9]{6}`
        Changed Reason order/cancel label.nl `Annuleren` `Afzeggen`
        Removed Route order/cancel/message  `` ``
        Added Route order/cancel/self_service  `` ``
        Changed Route order/cancel/human cost `6` `6.5`
        Changed Rule person only `` `human`
        Changed Rule person forbid `self_service` ``"#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn renamed_merged_split_and_moved_reasons_are_told() {
    let renamed = with(&[(
        "- id: cancel\n        label: { en: Cancel",
        "- id: call_off\n        replaces: [order/cancel]\n        label: { en: Call off",
    )]);
    expect_test::expect![[r#"
        Renamed Reason order/cancel  `order/cancel` `order/call_off`
        Changed Reason order/call_off label.en `Cancel` `Call off`"#]]
    .assert_eq(&renamed.join("\n"));
    let merged = with(&[
        (
            "      - id: track\n        label: { en: Track }\n        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }\n",
            "",
        ),
        (
            "- id: change\n",
            "- id: change\n        replaces: [order/track]\n",
        ),
    ]);
    assert_eq!(
        merged,
        ["Merged Reason order/track  `order/track` `order/change`"]
    );
    let primary = with(&[
        (
            "- id: account\n",
            "- id: profile\n    replaces: [account]\n",
        ),
        ("reason: [order, account]", "reason: [order, profile]"),
    ]);
    expect_test::expect![[r#"
        Renamed PrimaryReason account  `account` `profile`
        Changed Rule gold_first reason `account, order` `order, profile`"#]]
    .assert_eq(&primary.join("\n"));
    let swapped = with(&[
        (
            "- id: change\n        label: { en: Change }",
            "- id: x\n        label: { en: X }",
        ),
        (
            "- id: track\n        label: { en: Track }",
            "- id: change\n        label: { en: Change }",
        ),
        (
            "- id: x\n        label: { en: X }",
            "- id: track\n        label: { en: Track }",
        ),
    ]);
    assert_eq!(swapped.len(), 1, "{swapped:?}");
    assert!(swapped[0].starts_with("Moved Reason order/"), "{swapped:?}");
}

#[test]
fn a_split_is_told_by_its_parts_and_later_changes_by_field() {
    let change = "      - id: change\n        label: { en: Change }\n        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }\n";
    let renamed = |id: &str| change.replace("id: change", &format!("id: {id}"));
    let parts = renamed("size") + &renamed("colour");
    let splits = "splits:\n  - { reason: order/change, into: [order/size, order/colour], default: order/size, fact: order, values: { '7': order/colour } }\nrules:";
    let split = BOOK.replace(change, &parts).replace("rules:", splits);
    expect![[r#"
        Split Reason order/change  `order/change` `order/size (default), order/colour (order 7)`
        Added Reason order/size  `` ``
        Added Reason order/colour  `` ``"#]]
    .assert_eq(&told(BOOK, &split).join("\n"));
    expect![[r#"
        Removed Reason order/size  `` ``
        Removed Reason order/colour  `` ``
        Added Reason order/change  `` ``
        Removed Split order/change  `` ``"#]]
    .assert_eq(&told(&split, BOOK).join("\n"));
    let later = split.replace("default: order/size", "default: order/colour");
    let later = later.replace("'7'", "'8'");
    expect![[r#"
        Changed Split order/change default `order/size` `order/colour`
        Changed Split order/change values.8 `` `order/colour`
        Changed Split order/change values.7 `order/colour` ``"#]]
    .assert_eq(&told(&split, &later).join("\n"));
    // A reason that stays is reported too, and its routes are compared.
    let staying = BOOK
        .replace("- id: track", "- id: colour\n        label: { en: Colour }\n        routes: { message: { queue: desk, cost: 2, resolves: 0.7 } }\n      - id: track")
        .replace("rules:", "splits:\n  - { reason: order/change, into: [order/change, order/colour] }\nrules:");
    expect![[r#"
        Split Reason order/change  `order/change` `order/change, order/colour`
        Added Reason order/colour  `` ``"#]]
    .assert_eq(&told(BOOK, &staying).join("\n"));
    expect!["Changed Split order/change into `order/change, order/colour` `order/change, order/colour, order/track`"].assert_eq(&told(&staying, &staying.replace("order/colour] }", "order/colour, order/track] }")).join("\n"));
}

#[test]
fn outcomes_are_told() {
    let some = |list: &str| BOOK.replace("rules:", &format!("outcomes:\n{list}rules:"));
    let before = some("  - { id: a, label: { en: A } }\n  - { id: b, label: { en: B } }\n");
    let after = some(
        "  - { id: b, label: { en: B }, reason: order }\n  - { id: a, label: { en: Ah } }\n  - { id: c, label: { en: C } }\n",
    );
    expect![[r#"
        Added Outcome a  `` ``
        Added Outcome b  `` ``"#]]
    .assert_eq(&told(BOOK, &before).join("\n"));
    expect![[r#"
        Added Outcome c  `` ``
        Changed Outcome a label.en `A` `Ah`
        Changed Outcome b reason `` `order`
        Moved Outcome b  `2` `1`"#]]
    .assert_eq(&told(&before, &after).join("\n"));
}

/// The report if each first text of the store is replaced by the second.
fn of_store(changes: &[(&str, &str)]) -> String {
    let after = changes.iter().fold(STORE.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    });
    told(STORE, &after).join("\n")
}

#[test]
fn where_a_value_was_written_makes_no_difference() {
    let same = [
        (
            "      message: { resolves: 0.80 }\n",
            "      message: { queue: post, cost: 2, resolves: 0.80, takes: 0h30m }\n",
        ),
        ("takes: 2m", "takes: 120s"),
        (
            "[self_service, message], vulnerable",
            "[message, self_service], vulnerable",
        ),
        ("languages: [en, nl, de]", "languages: [de, en, nl]"),
        ("last_resort:\n", "last_resort: \n"),
    ];
    assert_eq!(of_store(&same), "");
}

#[test]
fn what_a_decision_is_made_of_is_told() {
    expect![[r#"
        Changed Playbook  costs.preferred_share `0.2` `0.3`
        Changed Playbook  costs.repeat_need `1.25` `1`
        Changed Playbook  guards.vulnerable `` `self_service`
        Changed Playbook  last_resort[0].route `human` `message`
        Changed Playbook  last_resort[0].queue `shop` `post`
        Changed Playbook  last_resort[0].medium `in_person` `voice, in_person`
        Changed Playbook  last_resort[1].resolves `0.65` `0.66`
        Changed Playbook  last_resort[1].consent `` `call_back`
        Changed Playbook  last_resort[1].takes `1h` ``
        Changed Tier gold agreed_wait_cost_per_hour `2` `3`
        Changed Queue chats languages `de, en, nl` `en, nl`
        Changed Queue outlet_chats media `live_text` ``
        Changed Reason order/cancel stake `25` `30`
        Changed Reason order/cancel deadline `leaves_at` `opens_at`
        Changed Route order/cancel/self_service resolves `0.6` `0.65`
        Changed Route order/cancel/human queue `in_person: shop, nl: dutch_calls, default: calls` `in_person: shop, default: calls`
        Changed Route order/cancel/message takes `30m` `45m`
        Added Route order/where/human  `` ``
        Changed Route order/where/message takes `30m` `45m`
        Changed Route account/sign_in/message takes `30m` `45m`
        Changed Route account/sign_in/human queue `in_person: shop, nl: dutch_calls, default: calls` `in_person: shop, default: calls`
        Changed Rule late_at_night priority `9` `8`
        Changed Rule late_at_night skills.days `` `1`
        Changed Rule late_at_night skills.nights `3` `2`
        Changed Rule outlet_first queue `outlet_chats` `chats`"#]].assert_eq(&of_store(&[
        (
            "agreed_wait_cost_per_hour: 2.00",
            "agreed_wait_cost_per_hour: 3.00",
        ),
        ("languages: [en, nl, de]", "languages: [en, nl]"),
        (
            "outlet_chats: { assumed_wait: 3m, media: [live_text] }",
            "outlet_chats: { assumed_wait: 3m }",
        ),
        ("nl: dutch_calls, default: calls", "default: calls"),
        ("resolves: 0.60", "resolves: 0.65"),
        ("takes: 30m", "takes: 45m"),
        ("stake: 25.00", "stake: 30.00"),
        ("deadline: leaves_at", "deadline: opens_at"),
        ("without: [human, chat]", "without: [chat]"),
        ("vulnerable: []", "vulnerable: [self_service]"),
        (
            "priority: 9, skills: { nights: 3 }",
            "priority: 8, skills: { nights: 2, days: 1 }",
        ),
        ("queue: outlet_chats }", "queue: chats }"),
        ("preferred_share: 0.2", "preferred_share: 0.3"),
        ("repeat_need: 1.25", "repeat_need: 1"),
        (
            "{ route: human, queue: shop, medium: in_person }",
            "{ route: message, queue: post, medium: [in_person, voice] }",
        ),
        (
            "resolves: 0.65, takes: 1h",
            "resolves: 0.66, consent: call_back",
        ),
    ]));
}

#[test]
fn a_rule_that_moved_is_told_once() {
    let first = "  - { id: person, when: contact.asked_for_person, forbid: [self_service] }\n";
    let after = BOOK
        .replace(first, "")
        .replace("last_resort:", &format!("{first}last_resort:"));
    let moved = told(BOOK, &after);
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert!(moved[0].starts_with("Moved Rule "), "{moved:?}");
}

/// The text with one character or one line changed.
fn mutated(text: &str, place: usize, kind: u8) -> String {
    if kind == 0 {
        let lines: Vec<&str> = text.lines().collect();
        let gone = place % lines.len();
        let kept = lines.iter().enumerate().filter(|(line, _)| *line != gone);
        return kept.map(|(_, line)| format!("{line}\n")).collect();
    }
    let mut bytes = text.as_bytes().to_vec();
    let place = place % bytes.len();
    bytes[place] = match bytes[place] {
        b'9' => b'1',
        b'z' => b'a',
        byte @ (b'0'..=b'8' | b'a'..=b'y') => byte + 1,
        other => other,
    };
    String::from_utf8(bytes).unwrap_or_default()
}

/// Everything that was compiled, without the text that it was compiled from.
fn meaning(mut playbook: Playbook) -> String {
    playbook.index = crate::playbook::Index::default();
    playbook.version = crate::ids::PlaybookVersion::stored("");
    playbook.source = "".into();
    let routes = playbook
        .reasons
        .iter_mut()
        .flat_map(|reason| &mut reason.routes);
    routes.for_each(|route| route.inherited = crate::playbook::Inherited::default());
    format!("{playbook:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_change_that_counts_is_told(place: usize, kind in 0_u8..4, text in 0_usize..3) {
        let text = [AIRLINE, BOOK, STORE][text];
        let before = Playbook::read(text).unwrap().0;
        let Ok((after, _)) = Playbook::read(&mutated(text, place, kind)) else {
            return Ok(());
        };
        let told = diff(&before, &after).unwrap();
        let back = diff(&after, &before).unwrap();
        prop_assert_eq!(back.is_empty(), told.is_empty());
        if before.version == after.version {
            prop_assert!(told.is_empty(), "{:?}", told);
        }
        if meaning(before) != meaning(after) {
            prop_assert!(!told.is_empty());
        }
    }
}

#[test]
fn tests_are_told_by_their_names() {
    let with = |tests: &str| format!("{BOOK}tests:\n{tests}");
    let plain = "  - { name: one, reason: order/cancel, channel: phone, expect: { route: [human, message] } }\n";
    let before = with(&format!(
        "{plain}  - {{ name: two, reason: order/track, channel: email, wait: 60m, expect: {{ route: message }} }}\n"
    ));
    let after = with(&format!(
        "  - {{ name: three, reason: order/track, channel: email, expect: {{ asks: [] }} }}\n{}",
        plain.replace(
            "phone, expect: { route: [human, message]",
            "phone, tier: gold, facts: { order: '7' }, expect: { asks: [], route: [message, human]"
        )
    ));
    expect![[r#"
        Removed Test two  `` ``
        Added Test three  `` ``
        Changed Test one tier `` `gold`
        Changed Test one facts.order `` `7`
        Changed Test one expect.asks `` `none`"#]]
    .assert_eq(&told(&before, &after).join("\n"));
    // A text with the same meaning gives no change.
    let again = with(&plain.replace("[human, message]", "[message, human]"));
    assert_eq!(told(&with(plain), &again), Vec::<String>::new());
}

/// Each part of a situation, by its key and in the form that authors write.
#[test]
fn each_part_of_a_test_is_told_when_it_changes() {
    let with = |rest: &str| {
        format!(
            "{BOOK}tests:\n  - {{ name: one, reason: order/cancel, channel: phone{rest}, expect: {{ route: [human, message] }} }}\n"
        )
    };
    let parts = [
        ", sentiment: -40, loyalty_years: 3, contacts_7d: 1, all_contacts_7d: 2, repeats: 3, case_contacts: 4",
        ", channel_switches: 5, broken_promises: 6, case_age: 48h, wait: 90s, known: true, vulnerable: false",
        ", outbound: true, asked_for_person: true, owed_overdue: true, value: 12.50, language: nl, device: ios",
        ", at: 2026-11-23 10:00, cannot_use: [voice, text], prefer: [message]",
        ", queues: { desk: { wait: 60m, staffed: 3, available: 1, waiting: 2, handle_time: 300s } }",
        ", tried: [{ route: human, queue: desk, outcome: failed }]",
    ];
    let all = with(&parts.concat());
    expect![[r#"
        Changed Test one language `` `nl`
        Changed Test one device `` `ios`
        Changed Test one outbound `` `true`
        Changed Test one sentiment `` `-40`
        Changed Test one vulnerable `` `false`
        Changed Test one asked_for_person `` `true`
        Changed Test one cannot_use `` `text, voice`
        Changed Test one prefer `` `message`
        Changed Test one known `` `true`
        Changed Test one value `` `12.5`
        Changed Test one loyalty_years `` `3`
        Changed Test one contacts_7d `` `1`
        Changed Test one all_contacts_7d `` `2`
        Changed Test one at `` `2026-11-23 10:00`
        Changed Test one wait `` `1m30s`
        Changed Test one repeats `` `3`
        Changed Test one case_contacts `` `4`
        Changed Test one channel_switches `` `5`
        Changed Test one broken_promises `` `6`
        Changed Test one case_age `` `2d`
        Changed Test one owed_overdue `` `true`
        Changed Test one queues.desk.wait `` `1h`
        Changed Test one queues.desk.staffed `` `3`
        Changed Test one queues.desk.available `` `1`
        Changed Test one queues.desk.waiting `` `2`
        Changed Test one queues.desk.handle_time `` `5m`
        Changed Test one tried[0].route `` `human`
        Changed Test one tried[0].queue `` `desk`
        Changed Test one tried[0].outcome `` `failed`"#]]
    .assert_eq(&told(&with(""), &all).join("\n"));
    // Spans are equal in whatever form they are written.
    let again = all
        .replace("48h", "2d")
        .replace("60m", "1h")
        .replace("90s", "1m30s");
    assert_eq!(
        told(&all, &again.replace("300s", "5m")),
        Vec::<String>::new()
    );
}
