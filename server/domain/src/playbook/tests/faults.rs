//! Faults of meaning: what is refused, and with which text.

use super::{AIRLINE, airline, check, check_text};
use crate::playbook::{FAULTS_MAX, PLAYBOOK_BYTES_MAX, Playbook};
use expect_test::expect;

/// A text that nobody can tell is a fault of what is published now, not of what is stored.
#[test]
fn texts_are_held_to_patterns_but_for_stored_versions() {
    let odd = "  - { id: odd, when: \"facts.booking_reference in ['ABC123', 'abc']\", need: 2 }\ncosts:\n";
    let document = airline(&[("costs:\n", odd)]);
    let faults = Playbook::read(&document)
        .err()
        .map(|faults| faults.to_string());
    expect!["74:22 rules[6].when: facts.booking_reference is never 'abc', because its pattern is [A-Z0-9]{6}; must be a text that the pattern allows, or the pattern must allow this text"].assert_eq(&faults.unwrap_or_default());
    assert!(Playbook::stored(&document).is_ok());
}

#[test]
fn names_that_are_not_there() {
    check(
        &[
            ("stage: fulfilment", "stage: fulfillment"),
            ("stage: retention", "stage: love"),
            (
                "facts: [booking_reference]\n        case_key",
                "facts: [booking_refrence]\n        case_key",
            ),
            (
                "queue: rebooking, cost: 4.10",
                "queue: rebokking, cost: 4.10",
            ),
            ("consent: call_back", "consent: calling"),
            ("calendar: desk", "calendar: desks"),
            ("tier: [gold, platinum]", "tier: [golden, platinum]"),
            ("channel: phone", "channel: telephone"),
            ("brand: express", "brand: expres"),
            (
                "reason: existing_flight,",
                "reason: [existing_flights, existing_flight/change, my_flight, x],",
            ),
            ("facts: [departs_at]", "facts: [departs_at, arrives_at]"),
            (
                "last_resort: { route: message, queue: rebooking }",
                "last_resort: { route: message, queue: x }",
            ),
            ("time_zone: Europe/Amsterdam", "time_zone: Europe/Amsterdm"),
            ("customer.vulnerable,", "customer.vulnerabel,"),
            ("label: {en: Gold, nl: Goud}", "label: {en: Gold, de: Gold}"),
        ],
        expect![[r#"
            4:12 time_zone: there is no time zone Europe/Amsterdm; did you mean Europe/Amsterdam?
            8:39 tiers[1].label.de: there is no locale de; must be one of en, nl
            20:26 queues.rebooking.calendar: there is no calendar desks; did you mean desk?
            32:12 reasons[0].stage: there is no stage fulfillment; did you mean fulfilment?
            37:17 reasons[0].secondary[0].facts[0]: there is no fact booking_refrence; did you mean booking_reference?
            38:20 reasons[0].secondary[0].case_key[0]: booking_reference is not among the facts of the reason; must be one of its facts: add booking_reference there
            45:26 reasons[0].secondary[0].routes.chat.queue: there is no queue rebokking; did you mean rebooking?
            46:78 reasons[0].secondary[0].routes.callback.consent: there is no consent calling; must be one of call_back
            51:16 reasons[0].secondary[1].stage: there is no stage love; must be one of awareness, interest, intent, purchase, fulfilment, activation, support, retention
            69:29 rules[1].when: there is no variable customer.vulnerabel; did you mean customer.vulnerable?
            72:34 rules[4].reason[0]: there is no reason existing_flights; did you mean existing_flight?
            72:52 rules[4].reason[1]: there is no reason existing_flight/change; did you mean existing_flight/cancel?
            72:76 rules[4].reason[2]: there is no reason my_flight; write what replaced it: existing_flight
            72:87 rules[4].reason[3]: there is no reason x; must be a primary or primary/secondary of the playbook
            73:77 rules[5].tier[0]: there is no tier golden; did you mean gold?
            73:105 rules[5].channel: there is no channel telephone; must be one of phone, web_chat, email
            73:123 rules[5].brand: there is no brand expres; did you mean express?
            73:263 rules[5].facts[1]: there is no fact arrives_at; must be one of booking_reference, bag_tag, departs_at, fare, bags, is_group
            78:39 last_resort.queue: there is no queue x; must be one of rebooking, baggage
        "#]],
    );
}

#[test]
fn values_that_are_not_right() {
    check(
        &[
            ("playbook: airline", "playbook: Airline 1"),
            ("currency: EUR", "currency: Euro"),
            ("locales: [en, nl]", "locales: [en, nl, en, English]"),
            ("waiting_target: 20s", "waiting_target: 20 seconds"),
            ("waiting_target: 1m", "waiting_target: 60d"),
            (
                "waiting_cost_per_minute: 1.50",
                "waiting_cost_per_minute: 1.5.0",
            ),
            ("cost_of_failure: 12.00", "cost_of_failure: -12"),
            ("cost_of_failure: 2.00", "cost_of_failure: 2e3"),
            (
                "skills: { rebooking: 2 }",
                "skills: { rebooking: 11, Other: 1 }",
            ),
            ("\"[A-Z0-9]{6}\"", "\"[A-Z0-9{6}\""),
            ("type: money }", "type: money, pattern: x }"),
            ("need: 1.0\n", "need: 0.05\n"),
            ("resolves: 0.65", "resolves: 65"),
            ("resolves: 0.90", "resolves: .9"),
            ("continues_for: 7d", "continues_for: 1 week"),
            ("en: Lost bag", "en: \"\""),
            ("prefer: { human: 5.00 }", "prefer: { human: much }"),
            ("need: 3.0 }", "need: 1000 }"),
            ("leaving_channel: 1.00", "leaving_channel: 10000000"),
            ("callback: 0.25", "callback: 0.255"),
        ],
        expect![[r#"
            2:11 playbook: is "Airline 1"; must be lower-case letters, digits and _, starting with a letter
            3:11 currency: is "Euro"; must be three capitals such as EUR
            5:19 locales[2]: en is there twice; must be there once
            5:23 locales[3]: is "English"; must be a language such as en or pt-BR
            7:73 tiers[0].waiting_target: is "20 seconds"; must be a span such as 20s, 4m, 1h30m or 7d
            8:62 tiers[1].waiting_target: is "60d"; must be at most 30d
            8:92 tiers[1].waiting_cost_per_minute: is "1.5.0"; must be a decimal amount such as 4.10 with at most 6 decimals
            8:116 tiers[1].cost_of_failure: is "-12"; must not be negative
            9:127 tiers[2].cost_of_failure: is "2e3"; must be a decimal amount such as 4.10 with at most 6 decimals
            20:53 queues.rebooking.skills.rebooking: is "11"; must be a level from 1 to 10
            20:64 queues.rebooking.skills.Other: is "Other"; must be lower-case letters, digits and _, starting with a letter
            23:95 facts.booking_reference.pattern: the pattern "[A-Z0-9{6}" cannot be read: unclosed character class; must be a regular expression such as [A-Z0-9]{6}
            26:33 facts.fare.pattern: a fact of another type than text has a pattern; must be left out, or the type must be text
            39:24 reasons[0].secondary[0].continues_for: is "1 week"; must be a span such as 20s, 4m, 1h30m or 7d
            41:15 reasons[0].secondary[0].need: is "0.05"; must be a decimal from 0.1 to 20 with at most 3 decimals
            44:63 reasons[0].secondary[0].routes.self_service.resolves: is "65"; must be a decimal from 0 to 1 with at most 4 decimals
            45:59 reasons[0].secondary[0].routes.chat.resolves: is ".9"; must be a decimal from 0 to 1 with at most 4 decimals
            61:21 reasons[1].secondary[0].label.en: is ""; must be one line of 1 to 200 bytes, not only spaces
            70:110 rules[2].prefer.human: is "much"; must be a decimal amount such as 4.10 with at most 6 decimals
            72:106 rules[4].need: is "1000"; must be a decimal from 0.1 to 20 with at most 3 decimals
            75:20 costs.leaving_channel: is "10000000"; must be between -1000000 and 1000000
            77:31 costs.waiting_weight.callback: is "0.255"; must be a decimal from 0 to 100 with at most 2 decimals
        "#]],
    );
}

#[test]
fn what_does_not_go_together() {
    check(
        &[
            (
                "cost_of_failure: 40.00 }",
                "cost_of_failure: 40.00, default: true }",
            ),
            ("id: gold,", "id: platinum,"),
            (
                "routes: [message, self_service, callback]",
                "routes: [message, message]",
            ),
            (
                "case_key: [booking_reference]",
                "case_key: [departs_at, departs_at]",
            ),
            ("self_service: { flow: rebook,", "self_service: {"),
            ("chat: { queue: rebooking,", "chat: { flow: x,"),
            ("- id: cancel", "- id: change_date"),
            ("- { id: vulnerable,", "- { id: asked_for_a_person,"),
        ],
        expect![[r#"
            8:11 tiers[1].id: is "platinum"; must be another id: this one is taken above
            9:142 tiers[2].default: a second tier is the default; must have default: true on exactly one tier
            16:50 channels.email.routes[1]: message is there twice; must be there once
            38:20 reasons[0].secondary[0].case_key[0]: departs_at is not among the facts of the reason; must be one of its facts: add departs_at there
            38:32 reasons[0].secondary[0].case_key[1]: departs_at is there twice; must be there once
            38:32 reasons[0].secondary[0].case_key[1]: departs_at is not among the facts of the reason; must be one of its facts: add departs_at there
            44:11 reasons[0].secondary[0].routes.self_service.flow: the flow of self_service is missing; must be there
            45:11 reasons[0].secondary[0].routes.chat.queue: the queue of chat is missing; must be there
            45:25 reasons[0].secondary[0].routes.chat.flow: chat has a flow; must be left out: only self_service has a flow
            49:13 reasons[0].secondary[1].id: is "change_date"; must be another id: this one is taken above
            69:11 rules[1].id: is "asked_for_a_person"; must be another id: this one is taken above
            73:77 rules[5].tier[0]: there is no tier gold; must be one of platinum, platinum, standard
        "#]],
    );
    check(
        &[
            ("default: true", "default: false"),
            (
                " forbid: [self_service], prefer: { human: 5.00 } }",
                " forbid: [] }",
            ),
            ("only: [human, callback]", "only: [human, human]"),
            ("brand: express", "brand: []"),
            (
                "last_resort: { route: message, queue: rebooking }",
                "last_resort: { route: self_service }",
            ),
        ],
        expect![[r#"
            6:1 tiers: no tier is the default; must have default: true on exactly one tier
            70:5 rules[2]: the rule does nothing; must have forbid, only, prefer, need, facts, queue, priority or skills
            71:66 rules[3].only[1]: human is there twice; must be there once
            73:110 rules[5].brand: is an empty list; must name at least one, or be left out for any
            78:1 last_resort.queue: the queue is missing; must be a queue of the playbook
            78:23 last_resort.route: a customer must always be able to leave self_service, so it is no last resort; must be message, chat, callback or human
        "#]],
    );
}

#[test]
fn hours() {
    check(
        &[(
            "open: [\"mon-fri 07:00-22:00\", \"sat,sun 08:00-20:00\"], closed: [2026-12-25], open_on: [\"2026-12-24 08:00-12:00\"]",
            "open: [\"mon-fri 07:00-25:00\", \"sat 22:00-06:00\", \"weekend 08:00-20:00\", \"mon 7:00-8:00\", \"mon\", \"mon 08:00-09:00 10:00-11:00\", \"sun 12:00-12:00\"], closed: [2026-02-30, 25-12-2026, 2026-12-24], open_on: [\"2026-12-24 08:00-12:00\", \"2026-12-31 12:00\", \"2026-12-31 22:00-02:00\"]",
        )],
        expect![[r#"
            18:18 calendars.desk.open[0]: is "mon-fri 07:00-25:00"; must be days and hours such as "mon-fri 07:00-22:00" or "sat,sun 08:00-24:00", or "always"
            18:41 calendars.desk.open[1]: is "sat 22:00-06:00"; must end after it starts: hours over midnight are written as two lines, up to 24:00 and from 00:00
            18:60 calendars.desk.open[2]: is "weekend 08:00-20:00"; must be days and hours such as "mon-fri 07:00-22:00" or "sat,sun 08:00-24:00", or "always"
            18:83 calendars.desk.open[3]: is "mon 7:00-8:00"; must be days and hours such as "mon-fri 07:00-22:00" or "sat,sun 08:00-24:00", or "always"
            18:100 calendars.desk.open[4]: is "mon"; must be days and hours such as "mon-fri 07:00-22:00" or "sat,sun 08:00-24:00", or "always"
            18:107 calendars.desk.open[5]: is "mon 08:00-09:00 10:00-11:00"; must be days and hours such as "mon-fri 07:00-22:00" or "sat,sun 08:00-24:00", or "always"
            18:138 calendars.desk.open[6]: is "sun 12:00-12:00"; must end after it starts: hours over midnight are written as two lines, up to 24:00 and from 00:00
            18:167 calendars.desk.closed[0]: is "2026-02-30"; must be a date such as 2026-12-25
            18:179 calendars.desk.closed[1]: is "25-12-2026"; must be a date such as 2026-12-25
            18:214 calendars.desk.open_on[0]: is "2026-12-24 08:00-12:00"; must be another date: this one is closed above
            18:240 calendars.desk.open_on[1]: is "2026-12-31 12:00"; must be a date and hours such as "2026-12-24 08:00-12:00"
            18:260 calendars.desk.open_on[2]: is "2026-12-31 22:00-02:00"; must end after it starts: hours over midnight are written as two lines, up to 24:00 and from 00:00
        "#]],
    );
}

#[test]
fn retired_reasons() {
    check(
        &[
            (
                "replaces: [my_flight]",
                "replaces: [baggage, existing_flight, My Flight]",
            ),
            (
                "replaces: [existing_flight/move_date, rebook/date]",
                "replaces: [existing_flight/cancel, rebook/date, rebook, x/y/z, rebook/date]",
            ),
            (
                "stage: retention",
                "replaces: [existing_flight/change_date, rebook/date]",
            ),
            (
                "label: {en: Baggage, nl: Bagage}\n    secondary",
                "label: {en: Baggage, nl: Bagage}\n    replaces: [existing_flight, my_flight]\n    secondary",
            ),
        ],
        expect![[r#"
            33:16 reasons[0].replaces[0]: baggage replaces existing_flight in a circle; must be a retired reason
            33:25 reasons[0].replaces[1]: existing_flight replaces existing_flight in a circle; must be a retired reason
            33:42 reasons[0].replaces[2]: is "My Flight"; must be lower-case letters, digits and _, starting with a letter
            42:20 reasons[0].secondary[0].replaces[0]: existing_flight/cancel replaces existing_flight/change_date in a circle; must be a retired reason
            42:57 reasons[0].secondary[0].replaces[2]: is "rebook"; must be a retired reason, as primary/secondary
            42:65 reasons[0].secondary[0].replaces[3]: is "x/y/z"; must be a retired reason, as primary/secondary
            42:72 reasons[0].secondary[0].replaces[4]: rebook/date is there twice; must be once in what existing_flight/change_date replaces
            51:20 reasons[0].secondary[1].replaces[0]: existing_flight/change_date replaces existing_flight/cancel in a circle; must be a retired reason
            51:49 reasons[0].secondary[1].replaces[1]: rebook/date is already replaced by existing_flight/change_date; must be replaced by only one reason
            59:16 reasons[1].replaces[0]: existing_flight replaces baggage in a circle; must be a retired reason
        "#]],
    );
}

#[test]
fn faults_are_capped_and_the_rest_is_counted() {
    let rules: String = (0..500)
        .map(|number| format!("  - {{ id: r{number}, tier: nobody, need: 2 }}\n"))
        .collect();
    let source = AIRLINE.replace("costs:\n", &format!("{rules}costs:\n"));
    let faults = Playbook::read(&source).err().unwrap_or_default();
    assert_eq!(
        (faults.found.len(), faults.more),
        (FAULTS_MAX, 500 - FAULTS_MAX)
    );
}

#[test]
fn counts_are_limited() {
    let many = |count: usize| (0..count).map(|n| format!("n{n}")).collect::<Vec<_>>();
    let facts: String = many(257)
        .iter()
        .map(|id| format!("  {id}: {{type: text}}\n"))
        .collect();
    let tiers: String = many(17)
        .iter()
        .map(|id| format!("  - {{ id: {id}, label: {{en: a}}, waiting_target: 1s, waiting_cost_per_minute: 1, cost_of_failure: 1 }}\n"))
        .collect();
    check(
        &[
            (
                "personas: [planner, hurried]",
                &format!("personas: [{}]", many(65).join(", ")),
            ),
            ("facts:\n  booking", &format!("facts:\n{facts}  booking")),
            ("tiers:\n", &format!("tiers:\n{tiers}")),
        ],
        expect![[r#"
            6:1 tiers: has 20 tiers; must have at most 16
            27:1 personas: has 65 entries; must have at most 64
            39:1 facts: has 263 facts; must have at most 256
        "#]],
    );
}

#[test]
fn size_is_checked_before_anything_is_read() {
    let huge = "x".repeat(PLAYBOOK_BYTES_MAX + 1);
    check_text(
        &huge,
        expect![[r#"
        has 1000001 bytes; must have at most 1000000
    "#]],
    );
}
