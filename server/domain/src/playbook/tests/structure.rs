//! Faults of structure: only the first one is reported.

use super::{check, check_text};
use expect_test::expect;

#[test]
fn the_first_fault_of_structure() {
    for (source, expected) in [
        (
            "",
            expect![[r#"
            1:1 is empty; must be a playbook
        "#]],
        ),
        (
            "playbook: [",
            expect![[r#"
            1:11 is not YAML: unclosed bracket '['; must be YAML or JSON
        "#]],
        ),
        (
            "just a text",
            expect![[r#"
                1:1 is the text "just a text"; must be a mapping with the keys playbook, currency, time_zone, locales, tiers, stages, personas, brands, consents, handles, channels, calendars, queues, facts, routes, reasons, splits, outcomes, guards, rules, feedback_question, costs, last_resort, tests
            "#]],
        ),
        (
            "- a\n- b\n",
            expect![[r#"
                1:1 is a list; must be a mapping with the keys playbook, currency, time_zone, locales, tiers, stages, personas, brands, consents, handles, channels, calendars, queues, facts, routes, reasons, splits, outcomes, guards, rules, feedback_question, costs, last_resort, tests
            "#]],
        ),
        (
            "playbook: a\nplaybook: b\n",
            expect![[r#"
            2:1 the key playbook is there twice; must be there once
        "#]],
        ),
        (
            "playbook: &a airline\n",
            expect![[r#"
            1:14 has an anchor; must be written out: a playbook has no anchors and aliases
        "#]],
        ),
        (
            "playbook: *a\n",
            expect![[r#"
                1:11 is an alias; must be written out: a playbook has no anchors and aliases
            "#]],
        ),
        (
            "a: &a [x]\nb: *a\n",
            expect![[r#"
            1:7 has an anchor; must be written out: a playbook has no anchors and aliases
        "#]],
        ),
        (
            "playbook: !!str a\n",
            expect![[r#"
            1:17 has a tag; must be written without: a playbook has no tags
        "#]],
        ),
    ] {
        check_text(source, expected);
    }
}

#[test]
fn what_is_not_one_mapping_with_known_keys() {
    for (source, expected) in [
        (
            "%YAML 1.2\n---\nplaybook: a\n",
            expect![[r#"
            1:1 is not YAML: YAML directives are disallowed; must be YAML or JSON
        "#]],
        ),
        (
            "playbook: a\n---\nplaybook: b\n",
            expect![[r#"
            2:1 a second document begins here; must be one document
        "#]],
        ),
        (
            "[a]: b\n",
            expect![[r#"
            1:1 the key is a list; must be a name
        "#]],
        ),
        (
            "playbok: a\n",
            expect![[r#"
                1:1 there is no key playbok; did you mean playbook? The keys here are playbook, currency, time_zone, locales, tiers, stages, personas, brands, consents, handles, channels, calendars, queues, facts, routes, reasons, splits, outcomes, guards, rules, feedback_question, costs, last_resort, tests
            "#]],
        ),
        (
            "playbook: a\n",
            expect![[r#"
                1:1 the keys currency, time_zone, locales, tiers, channels, queues, reasons, last_resort are missing; must be there
            "#]],
        ),
        (
            "playbook: [a]\n",
            expect![[r#"
            1:11 playbook: is a list; must be a text
        "#]],
        ),
        (
            "playbook:\n",
            expect![[r#"
            1:9 playbook: is empty; must be a text
        "#]],
        ),
        (
            "playbook: a\ncurrency: EUR\ntime_zone: UTC\nlocales: en\n",
            expect![[r#"
                4:10 locales: is the text "en"; must be a list
            "#]],
        ),
        (
            "a: [[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]\n",
            expect![[r#"
            1:19 is too deep; must be at most 16 levels deep
        "#]],
        ),
        (
            "{\"playbook\": \"a\", \"tiers\": {}}",
            expect![[r#"
            1:28 tiers: is a mapping; must be a list
        "#]],
        ),
    ] {
        check_text(source, expected);
    }
}

#[test]
fn structure_deeper_down() {
    check(
        &[("medium: voice", "medium: speech")],
        expect![[r#"
        14:20 channels.phone.medium: is "speech"; must be one of voice, live_text, async_text, in_person
    "#]],
    );
    check(
        &[("type: instant", "type: date")],
        expect![[r#"
        25:23 facts.departs_at.type: is "date"; must be one of text, integer, boolean, money, instant
    "#]],
    );
    check(
        &[(
            "chat: { queue: rebooking, cost: 4.10",
            "caht: { queue: rebooking, cost: 4.10",
        )],
        expect![[r#"
            45:11 reasons[0].secondary[0].routes: is "caht"; must be one of self_service, message, chat, callback, human
        "#]],
    );
    check(
        &[("flow: rebook, cost: 0.05", "flow: rebook, costs: 0.05")],
        expect![[r#"
            44:41 reasons[0].secondary[0].routes.self_service: there is no key costs; did you mean cost? The keys here are flow, queue, cost, resolves, takes, facts, consent
        "#]],
    );
    check(
        &[("flow: rebook, cost: 0.05, ", "flow: rebook, ")],
        expect![[r#"
            44:11 reasons[0].secondary[0].routes.self_service.cost: the cost of self_service is missing; must be there
        "#]],
    );
    check(
        &[("default: true", "default: yes")],
        expect![[r#"
        9:142 tiers[2].default: is the text "yes"; must be true or false
    "#]],
    );
    check(
        &[("skills: { rebooking: 2 }", "skills: { rebooking: high }")],
        expect![[r#"
            20:53 queues.rebooking.skills.rebooking: is the text "high"; must be a whole number
        "#]],
    );
    check(
        &[("forbid: [self_service] }", "forbid: self_service }")],
        expect![[r#"
            68:71 rules[0].forbid: is the text "self_service"; must be a list
        "#]],
    );
    check(
        &[("label: {en: Gold, nl: Goud}", "label: Gold")],
        expect![[r#"
            8:24 tiers[1].label: is the text "Gold"; must be a mapping
        "#]],
    );
    check(
        &[("need: 3.0 }", "need: {} }")],
        expect![[r#"
        72:106 rules[4].need: is a mapping; must be a text
    "#]],
    );
    check(
        &[("need: 3.0 }", "need: 3.0, need: 4.0 }")],
        expect![[r#"
        72:111 the key need is there twice; must be there once
    "#]],
    );
}
