//! Split reasons and outcomes of cases: what is refused.

use super::check;
use expect_test::expect;

#[test]
fn split_reasons() {
    let splits = "\
splits:
  - { reason: existing_flight/changes, into: [existing_flight/change_date, existing_flight/cancel] }
  - { reason: existing_flight/cancel, into: [baggage/lost, existing_flight/canel], default: baggage/lost }
  - { reason: existing_flight/move_date, into: [baggage/lost, baggage/lost], default: lost, fact: color, values: { red: x/y } }
  - { reason: old/one, into: [old/two], default: old/two }
  - { reason: old/two, into: [old/one, old/two], default: old/one }
  - { reason: old, replaces: [old/one, baggage/lost, old/zero], into: [], values: { a: b/c }, default: a }
  - { reason: old/seat, into: [existing_flight/seat, old/row], fact: departs_at, default: old/row, values: { a: old/row } }
rules:
";
    check(
        &[("rules:\n", splits)],
        expect![[r#"
            68:5 splits[0].default: the default is missing; must be the part for contacts whose facts decide none
            69:15 splits[1].reason: existing_flight/cancel is a reason of this playbook; must be a retired reason, or `into` must list it
            69:60 splits[1].into[1]: there is no reason existing_flight/canel; did you mean existing_flight/cancel?
            69:93 splits[1].default: existing_flight/cancel is still a reason of this playbook, and a contact that names it gets that reason; leave this key out
            70:15 splits[2].reason: existing_flight/move_date is already replaced by existing_flight/change_date; must be replaced or split only once
            70:49 splits[2].into[0]: baggage/lost is already a part of existing_flight/cancel; must be a part of only one split
            70:63 splits[2].into[1]: baggage/lost is there twice; must be there once
            70:63 splits[2].into[1]: baggage/lost is already a part of existing_flight/cancel; must be a part of only one split
            70:87 splits[2].default: lost is not in `into`; must be one of baggage/lost, baggage/lost
            70:99 splits[2].fact: there is no fact color; must be one of booking_reference, bag_tag, departs_at, fare, bags, is_group
            70:121 splits[2].values.red: x/y is not in `into`; must be one of baggage/lost, baggage/lost
            71:24 splits[3].into: has only one part; must have at least two parts; to rename a reason, write its old id in the `replaces` of the new one
            71:24 splits[3].into: old/one is split into itself in a circle; must lead to reasons of this playbook
            72:24 splits[4].into: old/two is split into itself in a circle; must lead to reasons of this playbook
            72:40 splits[4].into[1]: old/two is split into itself in a circle; must be a reason of this playbook
            73:5 splits[5].fact: the fact is missing; must be the fact that has these values
            73:15 splits[5].reason: is "old"; must be a retired reason, as primary/secondary
            73:31 splits[5].replaces[0]: old/one is there twice; must be replaced or split only once
            73:40 splits[5].replaces[1]: baggage/lost is a reason of this playbook; must be a retired reason
            73:65 splits[5].into: has no parts; must have at least two parts; to rename a reason, write its old id in the `replaces` of the new one
            73:88 splits[5].values.a: b/c is not in `into`; the playbook has no part at all
            73:104 splits[5].default: a is not in `into`; the playbook has no part at all
            74:32 splits[6].into[0]: there is no reason existing_flight/seat; did you mean existing_flight/cancel?
            74:54 splits[6].into[1]: there is no reason old/row; must be one of baggage/lost, existing_flight/cancel, existing_flight/change_date
            74:70 splits[6].fact: is "departs_at"; must be a fact of type text, integer or boolean
        "#]],
    );
    let circle = "\
splits:
  - { reason: old/a, into: [old/b, baggage/lost], default: old/b }
  - { reason: old/b, into: [old/a, existing_flight/cancel], default: old/a }
  - { reason: old/c, into: [existing_flight/cancel, existing_flight/change_date], default: existing_flight/cancel }
rules:
";
    check(
        &[("rules:\n", circle)],
        expect![[r#"
            68:22 splits[0].into: old/a is split into itself in a circle; must lead to reasons of this playbook
            69:22 splits[1].into: old/b is split into itself in a circle; must lead to reasons of this playbook
            70:29 splits[2].into[0]: existing_flight/cancel is already a part of old/b; must be a part of only one split
        "#]],
    );
    let shared = "\
splits:
  - { reason: old/b, into: [existing_flight/cancel, baggage/lost], default: baggage/lost, fact: is_group, values: { perhaps: baggage/lost } }
  - { reason: old/c, into: [existing_flight/cancel, existing_flight/change_date], default: existing_flight/cancel }
  - { reason: old/d, into: [existing_flight/change_date], default: existing_flight/change_date }
rules:
";
    check(
        &[("rules:\n", shared)],
        expect![[r#"
            68:126 splits[0].values.perhaps: is "perhaps"; must be true or false: the fact is a boolean
            69:29 splits[1].into[0]: existing_flight/cancel is already a part of old/b; must be a part of only one split
            70:22 splits[2].into: has only one part; must have at least two parts; to rename a reason, write its old id in the `replaces` of the new one
            70:29 splits[2].into[0]: existing_flight/change_date is already a part of old/c; must be a part of only one split
        "#]],
    );
}

#[test]
fn outcomes() {
    let outcomes = "\
outcomes:
  - { id: moved, label: { en: Moved }, reason: existing_flight/change_date }
  - { id: moved, label: { de: Verlegt }, reason: [baggage, existing_flight/move_date] }
  - { id: Paid Back, label: {}, reason: [] }
rules:
";
    check(
        &[("rules:\n", outcomes)],
        expect![[r#"
        69:11 outcomes[1].id: is "moved"; must be another id: this one is taken above
        69:31 outcomes[1].label.de: there is no locale de; must be one of en, nl
        69:60 outcomes[1].reason[1]: there is no reason existing_flight/move_date; write what replaced it: existing_flight/change_date
        70:11 outcomes[2].id: is "Paid Back"; must be lower-case letters, digits and _, starting with a letter
        70:22 outcomes[2].label: has no text; must have a text for at least one locale, such as {en: Change date}
        70:33 outcomes[2].reason: is an empty list; must name at least one, or be left out for any
    "#]],
    );
    let without = "\
outcomes:
  - { id: moved, label: { en: Moved }, reason: existing_flight/change_date }
rules:
";
    check(
        &[("rules:\n", without)],
        expect![[r#"
        67:1 outcomes: no outcome is for existing_flight/cancel, baggage/lost; must have an outcome for each reason; an outcome without `reason` is for all
    "#]],
    );
    let fine = "\
outcomes:
  - { id: moved, label: { en: Moved }, reason: existing_flight/change_date }
  - { id: explained, label: { en: Explained, nl: Uitgelegd } }
rules:
";
    check(
        &[("rules:\n", fine)],
        expect![[r#"
            fine
            74:52 rules[3].only: broken_promise allows no route on email for existing_flight/cancel, baggage/lost; allow one that is possible there; until then these contacts go to the last resort
            74:52 rules[3].only: the `only` of broken_promise is set aside for customers who have not given the consents that its routes need, on email for existing_flight/change_date; allow one that needs no consent, too; until then these customers can get every route that guards allow
            75:56 rules[4].when: the condition of flying_today is also true for a facts.departs_at long ago; if the rule is only for times to come, add facts.departs_at > now &&
            53:9 reasons[0].secondary[1].routes: with waits over 2 minutes platinum is never sent to a person for existing_flight/cancel; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            2:1 guards.asked_for_person: guards.asked_for_person takes self_service away, and for existing_flight/cancel on phone without a wait standard then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            2:1 guards.vulnerable: guards.vulnerable takes self_service away, and for existing_flight/cancel on phone at a wait of 5 minutes platinum then gets message, which resolves 0.70, less than 0.80; give the reason a route there that resolves as much and comes first then, forbid the worse one to these customers by a rule, or leave the route out of the guard
            79:20 costs.preferred_route: preferred_route has no effect any more; remove it: preferred_share says what a preferred route is worth, as a share of what is at stake
            29:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            34:5 reasons[0].secondary: 2 secondary reasons under existing_flight; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under baggage; 6 to 8 are easy to choose from
        "#]],
    );
}
