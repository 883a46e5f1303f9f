//! Golden renderings of hand-made answers.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::json::pretty;
use super::*;
use crate::cli::explain::Explain;
use expect_test::{expect, expect_file};
use signpost_client::v1;

mod records;
mod why;

fn second(second: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp {
        seconds: 1_772_443_800 + second,
        nanos: 0,
    })
}

fn wait(basis: v1::WaitBasis, seconds: i64) -> Option<v1::Wait> {
    let span = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
    Some(v1::Wait {
        basis: basis.into(),
        expected: span(seconds),
        low: span(seconds / 2),
        high: span(seconds * 2),
    })
}

fn part(kind: v1::CostKind, amount_micros: i64) -> v1::CostPart {
    v1::CostPart {
        kind: kind.into(),
        amount_micros,
        factors: Vec::new(),
    }
}

fn target(route: v1::Route) -> v1::RouteTarget {
    v1::RouteTarget {
        route: route.into(),
        queue_id: "rebooking".to_owned(),
        skills: vec![v1::Skill {
            skill_id: "refunds".to_owned(),
            level: 2,
        }],
        priority: 8,
        waiting_target: None,
        language_code: "nl-NL".to_owned(),
        tier: "gold".to_owned(),
        ..Default::default()
    }
}

fn options() -> Vec<v1::RouteOption> {
    use v1::CostKind as Kind;
    vec![
        v1::RouteOption {
            target: Some(target(v1::Route::Human)),
            cost_micros: 3_320_000,
            cost_parts: vec![
                part(Kind::Handling, 6_000_000),
                part(Kind::Waiting, 1_500_000),
                part(Kind::Failure, 820_000),
                part(Kind::RulePreference, -5_000_000),
            ],
            wait: wait(v1::WaitBasis::Estimated, 60),
            chance_basis_points: 9500,
            ..Default::default()
        },
        v1::RouteOption {
            target: Some(target(v1::Route::Callback)),
            cost_micros: 7_100_050,
            cost_parts: vec![
                part(Kind::Handling, 6_300_000),
                part(Kind::LeavingChannel, 800_050),
            ],
            wait: wait(v1::WaitBasis::None, 0),
            chance_basis_points: 9550,
            ..Default::default()
        },
    ]
}

fn decision() -> v1::Decision {
    v1::Decision {
        playbook_version: "3f2a90bc11d04e5f66".to_owned(),
        decide_time: second(0),
        reason: "existing_flight/change_date".to_owned(),
        tier: "gold".to_owned(),
        need_thousandths: 3000,
        options: options(),
        ineligible_routes: vec![v1::IneligibleRoute {
            route: v1::Route::SelfService.into(),
            cause: v1::IneligibilityCause::ForbiddenByRule.into(),
            subject: "third_contact_this_week".to_owned(),
            opens_time: None,
        }],
        fired_rules: vec![v1::FiredRule {
            rule_id: "third_contact_this_week".to_owned(),
            forbidden_routes: vec![v1::Route::SelfService.into()],
            preferences: vec![v1::RoutePreference {
                route: v1::Route::Human.into(),
                amount_micros: 5_000_000,
            }],
            need_thousandths: Some(3000),
            ..Default::default()
        }],
        findings: vec![v1::Finding {
            kind: v1::FindingKind::RuleInputUnknown.into(),
            rule_id: "flying_today".to_owned(),
            input: "facts.departs_at".to_owned(),
            ..Default::default()
        }],
        stake_micros: 36_000_000,
        next_micros: 7_100_050,
        guarded: true,
        currency_code: "EUR".to_owned(),
        ..Default::default()
    }
}

fn routed() -> v1::ContactAnswer {
    v1::ContactAnswer {
        contact_id: "call-2".to_owned(),
        case_id: "case_01".to_owned(),
        case_match: v1::CaseMatch::Continued.into(),
        customer_id: "c1".to_owned(),
        state: v1::ContactState::Routed.into(),
        next: Some(v1::contact_answer::Next::Target(target(v1::Route::Human))),
        decision: Some(decision()),
        repeat_count: 1,
        channel_switch_count: 1,
        known_facts: vec![v1::Fact {
            fact_id: "booking_reference".to_owned(),
            value: Some(v1::fact::Value::Text("ABC123".to_owned())),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn a_routed_contact_as_text() {
    expect_file!["routed.txt"].assert_eq(&answer(&routed(), Explain::Brief, Paint::PLAIN));
}

#[test]
fn where_nothing_could_follow_a_failure_it_is_said() {
    let mut last = routed();
    let decision = last.decision.get_or_insert_default();
    decision.next_micros = 0;
    let told = answer(&last, Explain::Brief, Paint::PLAIN);
    let line = told.lines().find(|line| line.starts_with("at stake"));
    assert_eq!(
        line,
        Some("at stake 36.00 EUR; if it fails: no other route could follow")
    );
}

/// A rule that was set aside is not shown as one that worked, a desk that is open now not by when it opens next, and what
/// is not known comes last.
#[test]
fn what_is_set_aside_or_not_staffed_is_said_as_it_is() {
    let mut answered = routed();
    let decision = answered.decision.get_or_insert_default();
    decision.fired_rules.push(v1::FiredRule {
        rule_id: "flows_only".to_owned(),
        only_routes: vec![v1::Route::SelfService.into()],
        ..Default::default()
    });
    decision.findings.push(v1::Finding {
        kind: v1::FindingKind::RuleSetAside.into(),
        rule_id: "flows_only".to_owned(),
        ..Default::default()
    });
    decision.ineligible_routes.push(v1::IneligibleRoute {
        route: v1::Route::Chat.into(),
        cause: v1::IneligibilityCause::NotStaffed.into(),
        subject: "desk".to_owned(),
        opens_time: second(86_400),
    });
    let text = answer(&answered, Explain::Brief, Paint::PLAIN);
    let why = text.split_once("why\n").map_or("", |(_, why)| why);
    expect![[r#"
          human costs 3.78 EUR less than callback, mostly by rule preference
          rule third_contact_this_week: forbids self_service; prefers human by 5.00 EUR; raises the need to at least 3.0
          rule flows_only: would allow only self_service, but this is set aside
          the `only` of rule flows_only is set aside: guards allow none of its routes, so every route that guards allow counts
          rule flying_today was not looked at: facts.departs_at is not known
        why not
          self_service: rule third_contact_this_week forbids it
          chat: nobody is signed in for queue desk, though it is open now
        playbook 3f2a90bc11d0, decided 2026-03-02T09:30:00Z
    "#]].assert_eq(why);
}

#[test]
fn a_routed_contact_as_json() {
    let response = v1::RouteContactResponse {
        answer: Some(routed()),
        receipt: None,
    };
    expect_file!["routed.json"].assert_eq(&pretty(&response).unwrap());
}

fn item(digit: u32, label: &str, reason: &str) -> v1::MenuItem {
    v1::MenuItem {
        kind: v1::MenuItemKind::Reason.into(),
        reason: reason.to_owned(),
        label: label.to_owned(),
        digit,
        items: Vec::new(),
        open_cases: Vec::new(),
    }
}

#[test]
fn a_menu_a_question_and_a_choice_as_text() {
    let mut flight = item(2, "Bestaande vlucht", "existing_flight");
    flight.items = vec![item(1, "Datum wijzigen", "existing_flight/change_date")];
    let menu = v1::ReasonMenu {
        playbook_version: "3f2a90bc11d04e5f66".to_owned(),
        channel: "phone".to_owned(),
        language_code: "nl".to_owned(),
        primary_reason: String::new(),
        omitted_count: 1,
        items: vec![
            v1::MenuItem {
                kind: v1::MenuItemKind::OpenCase.into(),
                label: "Uw lopende zaak".to_owned(),
                digit: 1,
                ..Default::default()
            },
            flight,
        ],
    };
    let next = |next| v1::ContactAnswer {
        contact_id: "call-1".to_owned(),
        state: v1::ContactState::AwaitingCustomer.into(),
        next: Some(next),
        ..Default::default()
    };
    use v1::contact_answer::Next;
    let choose = next(Next::ChooseReason(v1::ChooseReason {
        menu: Some(menu),
        ..Default::default()
    }));
    let ask = next(Next::AskFacts(v1::AskFacts {
        questions: vec![v1::FactQuestion {
            fact_id: "booking_reference".to_owned(),
            label: "Booking reference".to_owned(),
            r#type: v1::FactType::Text.into(),
            pattern: "[A-Z0-9]{6}".to_owned(),
            personal: true,
            matter_id: String::new(),
        }],
    }));
    let pick = next(Next::Target(v1::RouteTarget::default()));
    let text = [choose, ask, pick].map(|shown| answer(&shown, Explain::Brief, Paint::PLAIN));
    expect![[r#"
        contact call-1 · no case yet
        customer not known

        choose a reason (phone, nl)
          1  Uw lopende zaak
          2  Bestaande vlucht  existing_flight
              1  Datum wijzigen  existing_flight/change_date
          1 more has no key
        playbook 3f2a90bc11d0
        --
        contact call-1 · no case yet
        customer not known

        ask first, then route the same contact again
          Booking reference? (text like [A-Z0-9]{6}, personal)  --fact booking_reference=…
        --
        contact call-1 · no case yet
        customer not known
        → the customer chooses; then: signpost select call-1 ROUTE
    "#]]
    .assert_eq(&text.join("--\n"));
}

#[test]
fn styles_are_only_for_terminals() {
    assert!(!answer(&routed(), Explain::Brief, Paint::PLAIN).contains('\x1b'));
}

#[test]
fn why_not_is_said_of_each_matter() {
    let decided = |reason: &str, route: v1::Route, rule: &str| v1::Decision {
        reason: reason.to_owned(),
        ineligible_routes: vec![v1::IneligibleRoute {
            route: route.into(),
            cause: v1::IneligibilityCause::ForbiddenByRule.into(),
            subject: rule.to_owned(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let child = decided("help/child", v1::Route::Message, "very_young");
    let matter = |id: &str, decision: v1::Decision| v1::MatterAnswer {
        matter_id: id.to_owned(),
        decision: Some(decision),
        ..Default::default()
    };
    let mut told = v1::ContactAnswer {
        matters: vec![
            matter(
                "bag",
                decided("bags/lost", v1::Route::SelfService, "no_tag"),
            ),
            matter("child", child.clone()),
        ],
        leading_matter_id: "child".to_owned(),
        decision: Some(child),
        ..Default::default()
    };
    let why_not = |told: &v1::ContactAnswer| {
        let text = answer(told, Explain::Brief, Paint::PLAIN);
        text[text.find("why not").unwrap()..].to_owned()
    };
    expect![[r#"
        why not, by child that leads
          message: rule very_young forbids it
        why not, if bag came alone
          self_service: rule no_tag forbids it
        playbook , decided 
    "#]]
    .assert_eq(&why_not(&told));
    told.leading_matter_id.clear();
    told.matters.pop();
    assert!(why_not(&told).starts_with("why not, by the reason that leads\n"));
    told.matters.clear();
    assert!(why_not(&told).starts_with("why not\n"));
}

/// Another matter that is the same one, an unknown reason, a customer who does not exist, matters without a case.
#[test]
fn what_is_out_of_the_ordinary_is_said_in_words() {
    use v1::FindingKind as Kind;
    let fact = |id: &str, value| v1::Fact {
        fact_id: id.to_owned(),
        value: Some(value),
        ..Default::default()
    };
    let text = |text: &str| v1::fact::Value::Text(text.to_owned());
    let found = |kind: Kind, subject: &str| v1::Finding {
        kind: kind.into(),
        subject: subject.to_owned(),
        ..Default::default()
    };
    let item = |reason: &str| v1::MenuItem {
        kind: v1::MenuItemKind::Reason.into(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    let menu = v1::ReasonMenu {
        items: vec![item("bags/lost"), item("bags/allowance")],
        ..Default::default()
    };
    let told = v1::ContactAnswer {
        contact_id: "call-1".to_owned(),
        case_id: "case_0000000000002".to_owned(),
        case_match: v1::CaseMatch::Continued.into(),
        known_facts: vec![fact("order_id", text("3348")), fact("size", text("M"))],
        matters: vec![
            v1::MatterAnswer {
                matter_id: "m1".to_owned(),
                findings: vec![found(Kind::ReasonUnknown, "no/such")],
                ..Default::default()
            },
            v1::MatterAnswer {
                matter_id: "m2".to_owned(),
                choose_reason: Some(v1::ChooseReason {
                    menu: Some(menu),
                    matter_id: "m2".to_owned(),
                }),
                ..Default::default()
            },
        ],
        decision: Some(v1::Decision {
            tier: "gold".to_owned(),
            playbook_version: "1234567890abcdef".to_owned(),
            decide_time: second(0),
            need_thousandths: 1_000,
            ineligible_routes: vec![v1::IneligibleRoute {
                route: v1::Route::Human.into(),
                cause: v1::IneligibilityCause::CustomerAway.into(),
                ..Default::default()
            }],
            findings: vec![
                found(Kind::ReasonUnknown, "no/such"),
                found(Kind::LastResort, ""),
                found(Kind::SameMatterByKey, "order_id"),
            ],
            ..Default::default()
        }),
        ..Default::default()
    };
    expect![[r#"
        contact call-1 · CONTINUED case_0000000000002
        customer not known, tier gold, need 1.0
        matters:
          m1: no case, because the reason no/such is not known: nothing is decided for it
          m2: no case yet, choose its reason: bags/lost, bags/allowance
        known: order_id = 3348, size = M
        why
          the reason no/such is not known; the last resort was taken
          you said another matter, but order_id = 3348 is case_0000000000002
        why not
          human: the customer did not answer and is not there now
        playbook 1234567890ab, decided 2026-03-02T09:30:00Z
    "#]]
    .assert_eq(&answer(&told, Explain::Brief, Paint::PLAIN));
    let presumed = |key| {
        let told = v1::ContactAnswer {
            case_presumed: true,
            presumed_key_facts: key,
            ..Default::default()
        };
        let shown = answer(&told, Explain::Brief, Paint::PLAIN);
        let mut lines = shown.lines();
        let line = lines.find(|line| line.contains("presumed"));
        format!("{}\n", line.unwrap_or_default())
    };
    let declined = || fact("order_id", v1::fact::Value::Declined(true));
    expect![[r#"
        about order_id = 3348 (presumed; say --another-matter if it is not)
        about the open case for which order_id was not given (presumed; say --another-matter if it is not)
        about shop = Delft (presumed; say --another-matter if it is not)
    "#]]
    .assert_eq(
        &[
            presumed(vec![fact("order_id", text("3348"))]),
            presumed(vec![declined()]),
            presumed(vec![declined(), fact("shop", text("Delft"))]),
        ]
        .concat(),
    );
}
