//! What is allowed but probably not meant.

use super::{AIRLINE, check, check_text};
use expect_test::expect;

#[test]
fn the_airline_of_the_tests_is_small() {
    check(
        &[],
        expect![[r#"
            fine
            71:59 rules[3].only: broken_promise leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            76:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
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
            2:1 rules: no rule looks at customer.contacts_7d or case.repeats: a third contact is treated as the first; add one, such as {id: third_contact, when: customer.contacts_7d >= 2, forbid: [self_service]}
            2:1 rules: no rule looks at case.broken_promises: a broken promise changes nothing; add one, such as {id: broken_promise, when: case.broken_promises > 0, prefer: {human: 5.00}}
            69:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            27:3 facts.bags: nothing asks for the fact bags; ask for it or remove it
            28:3 facts.is_group: nothing asks for the fact is_group; ask for it or remove it
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
  - { id: same_condition, when: case.broken_promises > 0, only: [human, callback, chat] }
  - { id: gains_add_up, when: case.broken_promises > 0, prefer: { human: 1 } }
costs:
",
        )],
        expect![[r#"
            fine
            71:59 rules[3].only: broken_promise leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            74:24 rules[6].when: the condition is never true; remove the rule or change the condition
            75:23 rules[7].when: the condition is always true; leave it out if the rule is for every contact
            76:5 rules[8]: no_chat_on_phone changes nothing: none of its routes is possible where it applies; remove it, or name other routes, reasons or channels
            77:42 rules[9].only: no_route_left leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            78:5 rules[10]: only_what_there_is changes nothing: none of its routes is possible where it applies; remove it, or name other routes, reasons or channels
            80:5 rules[12]: again repeats what rules above it always do; remove it
            82:59 rules[14].only: same_condition leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            82:5 rules[14]: same_condition repeats what rules above it always do; remove it
            86:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
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
            48:9 reasons[0].secondary[0].routes: existing_flight/change_date has no route on store, sms while its queues are closed; give it message or self_service; until then it is the last resort
            58:9 reasons[0].secondary[1].routes: existing_flight/cancel has no route on sms; give it one there; until then it is the last resort
            58:9 reasons[0].secondary[1].routes: existing_flight/cancel has no route on store while its queues are closed; give it message or self_service; until then it is the last resort
            68:9 reasons[1].secondary[0].routes: baggage/lost has no route on sms; give it one there; until then it is the last resort
            75:59 rules[3].only: broken_promise leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            80:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            34:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            39:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            63:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            24:3 queues.spare: no route leads to the queue spare; give it a route or remove it
            28:3 facts.seat: nothing asks for the fact seat; ask for it or remove it
            20:3 calendars.night: no queue has the calendar night; give it to a queue or remove it
            55:9 reasons[0].secondary[1].label: the label has no text in en; give one in every locale
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
            92:59 rules[3].only: broken_promise leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            97:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 9 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            69:5 reasons[2].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            72:5 reasons[3].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            75:5 reasons[4].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            78:5 reasons[5].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            81:5 reasons[6].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            84:5 reasons[7].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            87:5 reasons[8].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
            29:1 reasons: the keypad of phone has no key for the last 2 of 9 reasons; fewer reasons, the rarest last
        "#]],
    );
}

#[test]
fn a_higher_tier_that_is_helped_worse() {
    check(
        &[("cost_of_failure: 40.00", "cost_of_failure: 0.10")],
        expect![[r#"
            fine
            71:59 rules[3].only: broken_promise leaves no route to some of its contacts; name a route that all its reasons have on all its channels; until then they go to the last resort
            7:126 tiers[0].cost_of_failure: the cost_of_failure of platinum is 0.10, less than the 12.00 of gold below it; must be at least that of the tiers below: the most valuable comes first
            43:9 reasons[0].secondary[0].routes: on web_chat without a wait platinum would get self_service, which resolves less than the chat of gold; raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute
            64:9 reasons[1].secondary[0].routes: on phone without a wait platinum would get message, which resolves less than the human of gold; raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute
            76:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: has 2 secondary reasons; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: has 1 secondary reason; 6 to 8 are easy to choose from
        "#]],
    );
}
