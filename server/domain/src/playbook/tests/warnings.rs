//! What is allowed but probably not intended.

use super::{AIRLINE, airline, check, check_text, read, store};
use expect_test::expect;

#[test]
fn the_airline_of_the_tests_is_small() {
    check(
        &[],
        expect![[r#"
            fine
            71:52 rules[3].only: broken_promise allows no route on email for existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            71:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            72:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            53:9 reasons[0].secondary[1].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/cancel; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes platinum then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            76:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
        "#]],
    );
}

#[test]
fn guards_that_are_usual() {
    let (before, rules) = AIRLINE.split_once("rules:\n").unwrap_or_default();
    let (_, after) = rules.split_once("costs:\n").unwrap_or_default();
    check_text(
        &format!("{before}costs:\n{after}"),
        expect![[r#"
            fine
            2:1 rules: no rule looks at customer.contacts_7d or case.repeats: a third contact is treated like the first; add a rule, such as {id: third_contact, when: customer.contacts_7d >= 2, forbid: [self_service]}
            2:1 rules: no rule looks at case.owed_overdue: a customer who asks about an overdue answer is treated like any other; add a rule, such as {id: answer_overdue, when: case.owed_overdue, prefer: {human: 5.00}}
            53:9 reasons[0].secondary[1].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/cancel; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            69:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
            27:3 facts.bags: nothing asks for bags, is_group; ask for it or remove it
        "#]],
    );
}

#[test]
fn rules_that_do_nothing() {
    check(
        &[(
            "costs:\n",
            "  - { id: never, when: 1 == 2, need: 2 }
  - { id: ever, when: \"true || facts.bags > 1\", need: 2 }
  - { id: no_chat_on_phone, channel: phone, forbid: [chat] }
  - { id: no_route_left, channel: email, only: [human, chat] }
  - { id: only_what_there_is, channel: email, only: [self_service, message, callback, human] }
  - { id: first, tier: gold, forbid: [callback, message], need: 2.0 }
  - { id: again, tier: [gold], when: case.repeats > 3, forbid: [callback], need: 1.5 }
  - { id: more, tier: gold, forbid: [callback, human] }
  - { id: same_condition, when: case.owed_overdue, only: [human, callback, chat] }
  - { id: gains_add_up, when: case.owed_overdue, prefer: { human: 1 } }
costs:
",
        )],
        expect![[r#"
            fine
            71:52 rules[3].only: each of broken_promise, same_condition allows no route on email for existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            77:42 rules[9].only: no_route_left allows no route on email for existing_flight/change_date, existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            79:30 rules[11].forbid: first allows no route on email for baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            79:30 rules[11].forbid: first, together with any of guards.asked_for_person, guards.vulnerable, asked_for_a_person and 4 more, allows no route on email for existing_flight/change_date, existing_flight/cancel, on phone, web_chat for baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            71:52 rules[3].only: each of broken_promise, same_condition, together with any of again, more, allows no route on phone, web_chat for existing_flight/cancel, baggage/lost, on phone, web_chat, email for existing_flight/change_date; allow one that is possible there; until then these contacts go to the last resort
            71:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            82:52 rules[14].only: the `only` of same_condition is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            74:24 rules[6].when: the condition is never true; remove the rule or change the condition
            75:23 rules[7].when: the condition is always true; leave it out if the rule is for every contact
            76:5 rules[8]: no_chat_on_phone changes nothing: none of its routes is possible where it applies; remove it, or name other routes, reasons or channels
            78:5 rules[10]: only_what_there_is changes nothing: none of its routes is possible where it applies; remove it, or name other routes, reasons or channels
            80:5 rules[12]: rules above again already do all that it does; remove it
            82:5 rules[14]: rules above same_condition already do all that it does; remove it
            72:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            53:9 reasons[0].secondary[1].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/cancel; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            86:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
        "#]],
    );
}

#[test]
fn gaps_and_things_that_nothing_uses() {
    check(
        &[
            (
                "  web_chat:",
                "  store: { medium: in_person, routes: [human, chat] }\n  sms: { medium: async_text, routes: [chat] }\n  web_chat:",
            ),
            (
                "  baggage: { label",
                "  spare: { assumed_wait: 1m }\n  baggage: { label",
            ),
            ("  bag_tag:", "  seat: { type: text }\n  bag_tag:"),
            ("  desk:", "  night: { open: [always] }\n  desk:"),
            (
                "label: {en: Cancel, nl: Annuleren}",
                "label: {nl: Annuleren}",
            ),
            (
                "          message: { queue: rebooking, cost: 2.00, resolves: 0.70 }\n",
                "",
            ),
        ],
        expect![[r#"
            fine
            48:9 reasons[0].secondary[0].routes: no route on store, sms while queues are closed for existing_flight/change_date; the reason has self_service or message: add it to the routes of store, sms; until then its contacts go to the last resort
            58:9 reasons[0].secondary[1].routes: no route on sms for existing_flight/cancel, baggage/lost; give the reason a route there; until then its contacts go to the last resort
            58:9 reasons[0].secondary[1].routes: no route on store while queues are closed for existing_flight/cancel; the reason has self_service: add it to the routes of store; until then its contacts go to the last resort
            72:63 rules[0].forbid: each of guards.asked_for_person, guards.vulnerable, asked_for_a_person and 2 more allows no route on email for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort
            75:52 rules[3].only: broken_promise allows no route on email for existing_flight/cancel, baggage/lost, on sms for existing_flight/change_date; allow one that is possible there; until then these contacts go to the last resort
            75:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            76:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            80:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            34:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            39:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            63:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
            24:3 queues.spare: no route leads to spare; give it a route or remove it
            28:3 facts.seat: nothing asks for seat; ask for it or remove it
            20:3 calendars.night: no queue has night; give it to a queue or remove it
            55:9 reasons[0].secondary[1].label: no text in en in the label of existing_flight/cancel; give one in every locale
        "#]],
    );
}

#[test]
fn keypads_have_nine_keys() {
    let more: String = (0..7)
        .map(|number| {
            format!(
                "  - id: more_{number}
    label: {{en: More, nl: Meer}}
    secondary: [{{ id: any, label: {{en: Any, nl: Elk}}, routes: {{ message: {{ queue: baggage, cost: 1, resolves: 0.5 }} }} }}]\n"
            )
        })
        .collect();
    check(
        &[("rules:\n", &format!("{more}rules:\n"))],
        expect![[r#"
            fine
            92:52 rules[3].only: broken_promise allows no route on phone, web_chat, email for more_0/any, more_1/any, more_2/any and 4 more, on email for existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            92:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            93:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            53:9 reasons[0].secondary[1].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/cancel; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes platinum then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            97:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 9 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage, more_0, more_1 and 5 more; 6 to 8 are easy to choose from
            29:1 reasons: the keypad of phone has no key for the last 2 of 9 reasons; have at most 7 reasons here, the rarest last
        "#]],
    );
}

#[test]
fn a_higher_tier_that_is_helped_worse() {
    check(
        &[("cost_of_failure: 40.00", "cost_of_failure: 0.10")],
        expect![[r#"
            fine
            71:52 rules[3].only: broken_promise allows no route on email for existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            71:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            72:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            7:126 tiers[0].cost_of_failure: the cost_of_failure of platinum is 0.10, less than the 12.00 of gold below it; must be at least that of the tiers below: the most valuable comes first
            43:9 reasons[0].secondary[0].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/change_date; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes platinum then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            43:9 reasons[0].secondary[0].routes: for existing_flight/change_date on web_chat without a wait the costs of platinum alone lead to self_service, which resolves less than chat, the route of gold; likewise for baggage/lost, on some channel at some wait; raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute
            76:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
        "#]],
    );
}

/// The additional warnings for the airline playbook after the edits.
fn said_of(edits: &[(&str, &str)]) -> String {
    let before = read(AIRLINE).map(|(_, warnings)| warnings.to_string());
    let before = before.unwrap_or_default();
    let known: Vec<&str> = before.lines().map(words).collect();
    let after = match read(&airline(edits)) {
        Ok((_, warnings)) => warnings.to_string(),
        Err(faults) => faults.to_string(),
    };
    let new = after.lines().filter(|line| !known.contains(&words(line)));
    new.map(|line| format!("{line}\n")).collect()
}

/// A line without its place.
fn words(line: &str) -> &str {
    line.split_once(' ').map_or(line, |(_, words)| words)
}

#[test]
fn routes_that_nobody_is_sent_to_and_people_who_never_win() {
    let said = said_of(&[
        (
            "human: { queue: rebooking, cost: 6.00",
            "human: { queue: rebooking, cost: 600.00",
        ),
        (
            "human: { queue: baggage, cost: 7.00",
            "human: { queue: baggage, cost: 900.00",
        ),
    ]);
    expect![[r#"
        64:9 reasons[1].secondary[0].routes: much is at stake, but at no wait is anybody sent to a person for baggage/lost; raise what a failure costs (cost_of_failure, stake, need), or lower what the flows resolve
        43:9 reasons[0].secondary[0].routes: nobody is ever sent to human, in any tier and at any wait, for existing_flight/change_date, baggage/lost; lower its cost, raise what it resolves, or leave it out
    "#]].assert_eq(&said);
}

#[test]
fn conditions_that_hold_for_what_has_passed() {
    let rule = |number: usize, when: &str| {
        format!("  - {{ id: rule_{number}, when: \"{when}\", need: 2 }}\n")
    };
    let one_sided = [
        "facts.departs_at < now + duration('2h')",
        "facts.bags > 1 && facts.departs_at - now <= duration('4h')",
        "now > facts.departs_at - duration('3h') && contact.channel == 'phone'",
        "has(facts.departs_at) && facts.departs_at < now + duration('2h')",
        "has(facts.bags) && facts.departs_at < now + duration('2h')",
    ];
    let sound = [
        "facts.departs_at > now && facts.departs_at - now < duration('4h')",
        "now - facts.departs_at > duration('72h')",
        "facts.departs_at - now > duration('30h')",
        "has(facts.departs_at) && facts.departs_at > now && facts.departs_at - now < duration('4h')",
        "facts.departs_at < timestamp('2026-01-31T09:00:00Z')",
        "facts.departs_at < now",
    ];
    let all = one_sided.iter().chain(&sound).enumerate();
    let rules: String = all.map(|(number, when)| rule(number, when)).collect();
    let said = said_of(&[("costs:\n", &format!("{rules}costs:\n"))]);
    expect![[r#"
        74:25 rules[6].when: the condition of rule_0 is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
        75:25 rules[7].when: the condition of rule_1 is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
        76:25 rules[8].when: the condition of rule_2 is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
        77:25 rules[9].when: the condition of rule_3 is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
        78:25 rules[10].when: the condition of rule_4 is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
    "#]].assert_eq(&said);
}

#[test]
fn rules_and_guards_that_leave_nothing_together() {
    let said = said_of(&[
        (
            "costs:\n",
            "  - { id: no_letters, reason: existing_flight/cancel, channel: web_chat, when: facts.is_group, forbid: [message] }
  - { id: nobody_there, reason: existing_flight/cancel, channel: web_chat, when: contact.device == 'tv', forbid: [human, chat] }
  - { id: only_by_flow, reason: existing_flight/cancel, channel: web_chat, when: facts.bags > 3, only: [self_service] }
  - { id: not_by_flow, reason: existing_flight/cancel, channel: web_chat, when: facts.bags > 4, forbid: [self_service] }
costs:\n",
        ),
    ]);
    expect![[r#"
        76:98 rules[8].only: only_by_flow, together with any of asked_for_a_person, vulnerable, broken_promise, allows no route on web_chat for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort
        71:52 rules[3].only: broken_promise, together with nobody_there, allows no route on web_chat for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort
    "#]].assert_eq(&said);
}

/// A warning is given only for a cost that is lower than that of the tier below. Waiting for an agreed time is included
/// if either tier sets its cost.
#[test]
fn tiers_whose_costs_are_not_in_their_order() {
    let same = said_of(&[
        (
            "waiting_cost_per_minute: 4.00",
            "waiting_cost_per_minute: 1.50",
        ),
        ("cost_of_failure: 40.00", "cost_of_failure: 12.00"),
    ]);
    assert!(!same.contains("less than"), "{same}");
    let agreed = said_of(&[
        (
            "cost_of_failure: 12.00 }",
            "cost_of_failure: 12.00, agreed_wait_cost_per_hour: 900.00 }",
        ),
        (
            "waiting_cost_per_minute: 4.00",
            "waiting_cost_per_minute: 1.49",
        ),
    ]);
    let tiers: Vec<&str> = agreed
        .lines()
        .filter(|line| line.contains("less than"))
        .collect();
    expect![[r#"
        7:103 tiers[0].waiting_cost_per_minute: the waiting_cost_per_minute of platinum is 1.49, less than the 1.50 of gold below it; must be at least that of the tiers below: the most valuable comes first
        7:5 tiers[0].agreed_wait_cost_per_hour: the agreed_wait_cost_per_hour of platinum is 1.49, less than the 900.00 of gold below it; must be at least that of the tiers below: the most valuable comes first
        2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes gold then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard"#]].assert_eq(&tiers.join("\n"));
}

/// The queue of a route, and so its opening hours, can depend on the channel and on the medium.
#[test]
fn a_gap_is_by_the_queue_of_the_channel() {
    let gaps = |queue: &str| {
        let said = said_of(&[
            (
                "  web_chat:",
                "  store: { medium: in_person, routes: [human] }\n  web_chat:",
            ),
            (
                "human: { queue: baggage, cost: 7.00",
                &format!("human: {{ queue: {queue}, cost: 7.00"),
            ),
        ]);
        let gaps = said
            .lines()
            .filter(|line| line.contains("no route on") && line.contains("baggage/lost"));
        gaps.map(words).map(str::to_owned).collect::<Vec<_>>()
    };
    let hours = "reasons[1].secondary[0].routes: no route on store while queues are closed for baggage/lost; \
                 the reason has message: add it to the routes of store; until then its contacts go to the last resort";
    assert_eq!(gaps("baggage"), [""; 0]);
    assert_eq!(gaps("rebooking"), [hours]);
    assert_eq!(gaps("{ store: rebooking, default: baggage }"), [hours]);
    assert_eq!(gaps("{ in_person: rebooking, default: baggage }"), [hours]);
    assert_eq!(gaps("{ store: baggage, default: rebooking }"), [""; 0]);
    assert_eq!(gaps("{ in_person: baggage, default: rebooking }"), [""; 0]);
}

/// The warning says which lacks a route that needs no desk: the channel, the reason, or both.
#[test]
fn a_gap_says_who_lacks_a_route() {
    let fix = |routes: &str| {
        let said = said_of(&[
            (
                "  web_chat:",
                &format!("  store: {{ medium: in_person, routes: {routes} }}\n  web_chat:"),
            ),
            (
                "          message: { queue: baggage, cost: 2.50, resolves: 0.60 }\n",
                "",
            ),
            (
                "human: { queue: baggage, cost: 7.00",
                "human: { queue: rebooking, cost: 7.00",
            ),
        ]);
        let gaps = said
            .lines()
            .filter(|line| line.contains("no route on") && line.contains("baggage/lost"));
        gaps.map(words).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        reasons[1].secondary[0].routes: no route on email for baggage/lost; give the reason a route there; until then its contacts go to the last resort
        reasons[1].secondary[0].routes: no route on phone, web_chat while queues are closed for baggage/lost; phone, web_chat can give self_service or message: add it to the routes of the reason; until then its contacts go to the last resort
        reasons[1].secondary[0].routes: no route on store while queues are closed for baggage/lost; give both the reason and store message or self_service; until then its contacts go to the last resort"#]].assert_eq(&fix("[human]"));
    expect![[r#"
        reasons[1].secondary[0].routes: no route on email for baggage/lost; give the reason a route there; until then its contacts go to the last resort
        reasons[1].secondary[0].routes: no route on phone, web_chat while queues are closed for baggage/lost; phone, web_chat can give self_service or message: add it to the routes of the reason; until then its contacts go to the last resort
        reasons[1].secondary[0].routes: no route on store while queues are closed for baggage/lost; store can give message: add it to the routes of the reason; until then its contacts go to the last resort"#]].assert_eq(&fix("[human, message]"));
}

/// Of several rules that set the queue, the priority or the skills, the last one wins. So no such rule is without
/// effect.
#[test]
fn what_hands_over_is_never_idle() {
    let said = said_of(&[(
        "costs:\n",
        "  - { id: soon, priority: 7 }
  - { id: sooner, priority: 8 }
  - { id: nights, skills: { nights: 2 } }
  - { id: there, queue: baggage }
  - { id: needed, need: 2 }
  - { id: needed_again, need: 1.5 }
costs:\n",
    )]);
    expect![[r#"
        79:5 rules[11]: rules above needed_again already do all that it does; remove it
        2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
    "#]]
    .assert_eq(&said);
}

/// Two rules that cannot both apply do not remove all routes together.
#[test]
fn rules_that_never_meet_leave_nothing_together_to_nobody() {
    let said = |one: &str, other: &str| {
        let said = said_of(&[(
            "costs:\n",
            &format!(
                "  - {{ id: one, reason: baggage, {one}, forbid: [human] }}
  - {{ id: other, reason: baggage, {other}, forbid: [message] }}
costs:\n"
            ),
        )]);
        let together = said
            .lines()
            .filter(|line| line.contains("other") && line.contains("together"));
        together.count() > 0
    };
    // Rules with the same or different tiers, stages or brands, or with none.
    for (one, other, meet) in [
        ("need: 1.0", "need: 1.0", true),
        ("tier: gold", "tier: gold", true),
        ("tier: gold", "tier: standard", false),
        ("tier: gold", "need: 1.0", true),
        ("brand: mainline", "brand: mainline", true),
        ("brand: mainline", "brand: express", false),
        ("brand: mainline", "tier: gold", true),
        // Two conditions can meet if they use different inputs, or are the same. Two different conditions on the same
        // input do not meet.
        ("when: facts.bags > 3", "when: facts.is_group", true),
        ("when: facts.bags > 3", "when: facts.bags > 3", true),
        ("when: facts.bags > 3", "when: facts.bags < 2", false),
        ("when: facts.bags > 3", "need: 1.0", true),
        ("when: now.hour > 3", "when: now.hour < 2", false),
        (
            "when: \"facts.departs_at > now\"",
            "when: \"facts.is_group && now > timestamp('2026-01-01T00:00:00Z')\"",
            true,
        ),
    ] {
        assert_eq!(said(one, other), meet, "{one} and {other}");
    }
}

/// A rule for one stage removes nothing from a reason of another stage.
#[test]
fn a_rule_of_another_stage_leaves_nothing_to_nobody() {
    let said = said_of(&[(
        "costs:\n",
        "  - { id: at_the_end, stage: retention, channel: web_chat, forbid: [self_service, chat, callback, human, message] }
  - { id: never_so, when: \"1 > 2\", channel: web_chat, forbid: [self_service, chat, callback, human, message] }
costs:\n",
    )]);
    expect![[r#"
        74:60 rules[6].forbid: at_the_end allows no route on web_chat for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort
        75:27 rules[7].when: the condition is never true; remove the rule or change the condition
    "#]].assert_eq(&said);
}

/// A rule whose `only` leaves nothing after the guards is ignored, unless the rule also forbids routes.
#[test]
fn a_guard_and_a_rule_that_both_leaves_and_forbids() {
    let said = |rule: &str| {
        let said = said_of(&[(
            "costs:\n",
            &format!(
                "  - {{ id: narrow, reason: existing_flight/cancel, channel: web_chat, {rule} }}\ncosts:\n"
            ),
        )]);
        let told = said.lines().filter(|line| line.contains("narrow"));
        told.map(words)
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let when = |when: &str| {
        let said = said(&format!(
            "when: {when}, only: [self_service, human], forbid: [human]"
        ));
        said.contains("guards.asked_for_person")
    };
    // A rule meets a guard if it uses another input, or exactly the input of the guard alone.
    assert!(when("facts.is_group"));
    assert!(when("contact.asked_for_person"));
    assert!(!when("\"contact.asked_for_person && facts.is_group\""));
    let only = said("only: [self_service]");
    let both = said("only: [self_service, human], forbid: [human]");
    expect!["rules[6].only: narrow, together with any of asked_for_a_person, vulnerable, broken_promise, allows no route on web_chat for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort"].assert_eq(&only);
    expect!["rules[6].only: narrow, together with any of guards.asked_for_person, guards.vulnerable, asked_for_a_person and 2 more, allows no route on web_chat for existing_flight/cancel; allow one that is possible there; until then these contacts go to the last resort"].assert_eq(&both);
}

/// An `only` that leaves just what needs a consent binds nobody who has not given it.
#[test]
fn an_only_that_consents_alone_can_empty() {
    let said = |rule: &str| {
        let rule = format!("  - {{ id: narrow, {rule} }}\ncosts:\n");
        let said = said_of(&[("costs:\n", rule.as_str())]);
        let told = said.lines().filter(|line| line.contains("set aside"));
        told.map(words)
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join("\n")
    };
    expect!["rules[6].only: the `only` of narrow is set aside for customers who have not given the consents that its routes need, on phone, web_chat, email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow"].assert_eq(&said("reason: existing_flight, only: [callback]"));
    assert_eq!(
        said("reason: existing_flight, channel: phone, only: [callback, human]"),
        ""
    );
    assert_eq!(
        said("reason: existing_flight, channel: email, only: [human]"),
        ""
    );
    assert_eq!(
        said("reason: existing_flight, when: 1 == 2, only: [callback]"),
        ""
    );
}

/// Of channels that are alike, only one is checked. Channels with another medium, with other routes, or named by a rule
/// are not alike.
#[test]
fn channels_that_differ_are_looked_at() {
    let idle = |channels: &str, rules: &str| {
        let said = said_of(&[
            ("  web_chat:", &format!("{channels}  web_chat:")),
            ("costs:\n", &format!("{rules}costs:\n")),
        ]);
        let told = said
            .lines()
            .filter(|line| line.contains("nobody is ever sent"));
        told.map(words).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = "routes: [self_service, chat, callback, message, human]";
    assert_eq!(
        idle(
            "  kiosk: { medium: live_text, routes: [self_service] }\n",
            ""
        ),
        [""; 0]
    );
    // Leaving the channel is so expensive that nobody is sent to a chat from a channel without one.
    let said = said_of(&[
        (
            "  web_chat:",
            &format!("  kiosk: {{ medium: in_person, {all} }}\n  web_chat:"),
        ),
        ("leaving_channel: 1.00", "leaving_channel: 900.00"),
    ]);
    assert!(!said.contains("nobody is ever sent to chat"), "{said}");
    let ruled = "  - { id: kiosk, channel: kiosk, forbid: [chat, callback, message, human] }\n";
    assert_eq!(
        idle(&format!("  kiosk: {{ medium: live_text, {all} }}\n"), ruled),
        [""; 0]
    );
}

/// If a failure costs nothing, nothing is at stake, whatever the need.
#[test]
fn nothing_is_much_at_stake_where_failing_costs_nothing() {
    let said = |failing: &str| {
        let said = said_of(&[
            (
                "cost_of_failure: 40.00",
                &format!("cost_of_failure: {failing}"),
            ),
            ("cost_of_failure: 12.00", "cost_of_failure: 0.00"),
            ("cost_of_failure: 2.00", "cost_of_failure: 0.00"),
            (
                "human: { queue: baggage, cost: 7.00",
                "human: { queue: baggage, cost: 900.00",
            ),
        ]);
        said.contains("much is at stake")
    };
    assert!(said("1.00"));
    assert!(!said("0.00"));
    // The stake of the reason is added.
    let dear = |stake: &str| {
        let stake = format!("need: 1.0\n        stake: {stake}");
        let said = said_of(&[
            ("need: 2.5", &stake),
            (
                "human: { queue: baggage, cost: 7.00",
                "human: { queue: baggage, cost: 900.00",
            ),
        ]);
        said.contains("much is at stake")
    };
    assert!(!dear("39.99"));
    assert!(dear("40.00"));
    // No warning about people is given if the reason has no route to a person.
    let letters = said_of(&[(
        "          human: { queue: baggage, cost: 7.00, resolves: 0.85 }\n",
        "",
    )]);
    assert!(!letters.contains("much is at stake"), "{letters}");
}

/// If a condition uses two times, each time is checked alone. The other time may have any value.
#[test]
fn of_two_times_each_is_looked_at_by_itself() {
    let said = |when: &str| {
        let rule = format!("rules:\n  - {{ id: soon, when: \"{when}\", need: 2 }}\n");
        match read(&store(&[("rules:\n", &rule)])) {
            Ok((_, warnings)) => warnings.to_string().contains("long ago"),
            Err(faults) => panic!("{faults}"),
        }
    };
    let soon = |fact: &str| format!("facts.{fact} - now < duration('2h')");
    let later = "facts.opens_at - now > duration('30h')";
    assert!(said(&soon("leaves_at")));
    assert!(said(&format!(
        "{} && {}",
        soon("leaves_at"),
        soon("opens_at")
    )));
    assert!(!said(later));
    assert!(said(&format!("{} && {later}", soon("leaves_at"))));
}
