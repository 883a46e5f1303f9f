//! Records, publications and counts.

use super::second;
use crate::cli::explain::Explain;
use crate::cli::render::*;
use crate::cli::zone::Zone;
use expect_test::{expect, expect_file};
use signpost_client::v1;

#[test]
fn additional_cases_and_outcomes_as_text() {
    let additional = v1::Contact {
        contact_id: "call-2".to_owned(),
        case_id: "case_01".to_owned(),
        state: v1::ContactState::SelfService.into(),
        additional_cases: vec![v1::AdditionalCase {
            case_id: "case_02".to_owned(),
            stated_reason: "baggage/lost".to_owned(),
            case_match: v1::CaseMatch::Reopened.into(),
            matter_id: String::new(),
        }],
        ..Default::default()
    };
    let added = v1::AddCaseToContactResponse {
        contact_id: "call-2".to_owned(),
        case_id: "case_03".to_owned(),
        case_match: v1::CaseMatch::New.into(),
        main_case_id: "case_01".to_owned(),
        additional_case_ids: vec!["case_02".to_owned(), "case_03".to_owned()],
        channel_switched: true,
        repeat: true,
        ..Default::default()
    };
    let resolved = v1::Case {
        case_id: "case_02".to_owned(),
        state: v1::CaseState::Resolved.into(),
        resolution: Some(v1::CaseResolution {
            outcome: "refunded".to_owned(),
            cost_micros: Some(12_500_000),
            currency_code: "EUR".to_owned(),
        }),
        ..Default::default()
    };
    let text = [
        contact(&additional, Paint::PLAIN),
        case_added(&added, Paint::PLAIN),
        case(&resolved, "Money back", Paint::PLAIN),
        case(&resolved, "", Paint::PLAIN),
    ];
    expect![[r#"
        contact call-2 · self_service
          case              case_01
          additional cases  case_02 (baggage/lost REOPENED)
        --
        contact call-2 · NEW case_03 · a repeat · on another channel
          its own case             case_01
          additional cases so far  case_02
        --
        case case_02 · resolved · 0 contacts · 0 repeats · 0 channel switches
          resolution  refunded (Money back), cost 12.50 EUR
        --
        case case_02 · resolved · 0 contacts · 0 repeats · 0 channel switches
          resolution  refunded, cost 12.50 EUR
    "#]]
    .assert_eq(&text.join("--\n"));
}

#[test]
fn a_presumed_case_is_named_and_what_failed_is_said() {
    let said = |facts: Vec<v1::Fact>| {
        let answered = v1::ContactAnswer {
            contact_id: "call-2".to_owned(),
            case_presumed: true,
            presumed_key_facts: facts,
            decision: Some(v1::Decision {
                findings: vec![v1::Finding {
                    kind: v1::FindingKind::NeedRaisedByAttempts.into(),
                    subject: "2".to_owned(),
                    ..Default::default()
                }],
                ineligible_routes: vec![v1::IneligibleRoute {
                    route: v1::Route::SelfService.into(),
                    cause: v1::IneligibilityCause::FailedBefore.into(),
                    subject: "cancel_order".to_owned(),
                    opens_time: None,
                }],
                ..Default::default()
            }),
            ..Default::default()
        };
        let text = answer(&answered, Explain::Brief, Paint::PLAIN);
        let lines = text.lines().filter(|line| {
            let words = ["about", "failed", "settle"];
            words.iter().any(|word| line.contains(word))
        });
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let order = v1::Fact {
        fact_id: "order_id".to_owned(),
        value: Some(v1::fact::Value::Text("3348917502".to_owned())),
        ..Default::default()
    };
    expect![[r#"
        about order_id = 3348917502 (presumed; say --another-matter if it is not)
          the need is raised: 2 attempts by people failed on this case
          self_service: flow cancel_order did not settle this case before
        about the open case of this reason (presumed; say --another-matter if it is not)
          the need is raised: 2 attempts by people failed on this case
          self_service: flow cancel_order did not settle this case before
    "#]]
    .assert_eq(&[said(vec![order]), said(Vec::new())].concat());
}

#[test]
fn what_a_case_remembers_as_text() {
    let told = |contact: &str| {
        Some(v1::PersonTelling {
            contact_id: contact.to_owned(),
            actor: "chatbot/web".to_owned(),
            on_behalf_of: match contact {
                "chat-1" => "supervisor/ann".to_owned(),
                _ => String::new(),
            },
            tell_time: second(10),
        })
    };
    let tried =
        |contact: &str, route: v1::Route, outcome: v1::AttemptOutcome, failed| v1::CaseAttempt {
            contact_id: contact.to_owned(),
            route: route.into(),
            start_time: second(20),
            outcome: outcome.into(),
            failed,
            ..Default::default()
        };
    let case_ = v1::Case {
        case_id: "case_01".to_owned(),
        state: v1::CaseState::Open.into(),
        attempts: vec![
            v1::CaseAttempt {
                flow_id: "rebook".to_owned(),
                ..tried(
                    "chat-1",
                    v1::Route::SelfService,
                    v1::AttemptOutcome::GaveUp,
                    true,
                )
            },
            v1::CaseAttempt {
                queue_id: "desk".to_owned(),
                ..tried(
                    "call-2",
                    v1::Route::Callback,
                    v1::AttemptOutcome::Unspecified,
                    false,
                )
            },
        ],
        person: Some(v1::CasePerson {
            vulnerable: true,
            asked_for_person: false,
            cannot_use: vec![v1::Ability::Voice.into(), v1::Ability::SelfService.into()],
            language_code: "nl-NL".to_owned(),
            persona: "planner".to_owned(),
            vulnerable_told: told("chat-1"),
            asked_for_person_told: None,
            cannot_use_told: told("call-2"),
            language_code_told: told("chat-1"),
            persona_told: told("chat-1"),
        }),
        owed_due_time: second(600),
        ..Default::default()
    };
    expect![[r#"
        case case_01 · open · 0 contacts · 0 repeats · 0 channel switches
          vulnerable           yes (sent on chat-1 by chatbot/web for supervisor/ann at 2026-03-02T09:30:10Z)
          cannot use           voice, self_service (sent on call-2 by chatbot/web at 2026-03-02T09:30:10Z)
          language             nl-NL (sent on chat-1 by chatbot/web for supervisor/ann at 2026-03-02T09:30:10Z)
          persona              planner (sent on chat-1 by chatbot/web for supervisor/ann at 2026-03-02T09:30:10Z)
          we owe an answer by  2026-03-02T09:40:00Z

          tried                 contact  route                      came of it
          2026-03-02T09:30:20Z  chat-1   self_service, flow rebook  gave_up       failed
          2026-03-02T09:30:20Z  call-2   callback, queue desk       not over yet
    "#]].assert_eq(&case(&case_, "", Paint::PLAIN));
}

#[test]
fn records_as_text() {
    let contact_ = v1::Contact {
        contact_id: "call-2".to_owned(),
        case_id: "case_01".to_owned(),
        state: v1::ContactState::Ended.into(),
        outcome: v1::ContactOutcome::Resolved.into(),
        route: v1::Route::Human.into(),
        declined_routes: vec![v1::Route::SelfService.into()],
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            stated_reason: "existing_flight/change_date".to_owned(),
            ..Default::default()
        }),
        arrive_time: second(0),
        end_time: second(90),
        ..Default::default()
    };
    let case_ = v1::Case {
        case_id: "case_01".to_owned(),
        state: v1::CaseState::Open.into(),
        customer_id: "c1".to_owned(),
        stated_reason: "existing_flight/change_date".to_owned(),
        contacts: vec![
            v1::CaseContact {
                contact_id: "chat-1".to_owned(),
                channel: "web_chat".to_owned(),
                case_match: v1::CaseMatch::New.into(),
                arrive_time: second(-60),
                ..Default::default()
            },
            v1::CaseContact {
                contact_id: "call-2".to_owned(),
                channel: "phone".to_owned(),
                case_match: v1::CaseMatch::Continued.into(),
                arrive_time: second(0),
                repeat: true,
                live: true,
            },
        ],
        contact_count: 2,
        repeat_count: 1,
        channel_switch_count: 1,
        open_time: second(-60),
        ..Default::default()
    };
    let customer_ = v1::Customer {
        customer_id: "c1".to_owned(),
        identities: vec![v1::Identity {
            kind: "phone".to_owned(),
            value: "+31201234567".to_owned(),
            verified: true,
            shared: false,
            ..Default::default()
        }],
        tier: "gold".to_owned(),
        value_micros: Some(1_250_500_000),
        loyalty_years: Some(1),
        vulnerable: Some(false),
        contact_count: 2,
        ..Default::default()
    };
    let text = [
        contact(&contact_, Paint::PLAIN),
        case(&case_, "", Paint::PLAIN),
        customer(&customer_, Paint::PLAIN),
    ];
    expect![[r#"
        contact call-2 · ended (resolved)
          case           case_01
          channel        phone
          stated reason  existing_flight/change_date
          route          human
          declined       self_service
          arrived        2026-03-02T09:30:00Z
          ended          2026-03-02T09:31:30Z
        --
        case case_01 · open · 2 contacts · 1 repeat · 1 channel switch
          customer       c1
          stated reason  existing_flight/change_date
          opened         2026-03-02T09:29:00Z

          arrived               contact  channel   match
          2026-03-02T09:29:00Z  chat-1   web_chat  NEW
          2026-03-02T09:30:00Z  call-2   phone     CONTINUED  repeat, live
        --
        customer c1
          tier        gold
          value       1250.50
          loyalty     1 year
          identities  phone=+31201234567 (verified)
          vulnerable  no
          contacts    2
    "#]]
    .assert_eq(&text.join("--\n"));
}

#[test]
fn a_choice_and_an_end_as_text() {
    let choice = v1::SelectRouteResponse {
        contact_id: "call-2".to_owned(),
        case_id: "case_01".to_owned(),
        state: v1::ContactState::Routed.into(),
        target: Some(v1::RouteTarget {
            route: v1::Route::Callback.into(),
            queue_id: "rebooking".to_owned(),
            ..Default::default()
        }),
        receipt: None,
    };
    let end = v1::EndContactResponse {
        contact_id: "call-2".to_owned(),
        case_id: "case_01".to_owned(),
        state: v1::ContactState::Ended.into(),
        outcome: v1::ContactOutcome::Resolved.into(),
        case_state: v1::CaseState::Resolved.into(),
        additional_case_ids: vec!["case_02".to_owned()],
        ..Default::default()
    };
    let text = selected(&choice, Paint::PLAIN) + &ended(&end, Paint::PLAIN);
    expect![[r#"
        contact call-2 · routed · case_01
        → callback, queue rebooking, priority 0
        contact call-2 · ended (resolved) · case_01 resolved
          additional cases  case_02
    "#]]
    .assert_eq(&text);
}

#[test]
fn publications_findings_and_counts_as_text() {
    let live = v1::PlaybookPublication {
        playbook_version: "3f2a90bc11d04e5f66".to_owned(),
        name: "airline".to_owned(),
        publish_time: second(0),
        actor: "client/signpost".to_owned(),
        note: "Summer season".to_owned(),
        live: true,
        ..Default::default()
    };
    let finding = v1::PlaybookDiagnostic {
        path: "reasons[0].id".to_owned(),
        line: 12,
        column: 5,
        message: "must be a name".to_owned(),
    };
    let taken_by = |(contact_count, route)| v1::RouteCount {
        route,
        contact_count,
    };
    let count = v1::ReasonCount {
        reason: "existing_flight/change_date".to_owned(),
        tier: "gold".to_owned(),
        contact_count: 12,
        repeat_count: 3,
        opened_case_count: 9,
        resolved_case_count: 7,
        route_counts: [4, 0, 5, 0, 3].into_iter().zip(1..).map(taken_by).collect(),
        case_state_counts: vec![v1::CaseStateCount {
            state: v1::CaseState::Open.into(),
            case_count: 1,
        }],
        continued_contact_count: 0,
    };
    let family = v1::SplitReason {
        reason: "existing_flight/change".to_owned(),
        parts: vec![
            "existing_flight/change_date".to_owned(),
            "existing_flight/change_name".to_owned(),
        ],
        counts: vec![v1::ReasonCount {
            reason: "existing_flight/change".to_owned(),
            contact_count: 40,
            ..count.clone()
        }],
    };
    let counted = v1::CountReasonsResponse {
        revision: String::new(),
        without_case: vec![v1::ReasonCount {
            reason: "(unknown)".to_owned(),
            contact_count: 2,
            route_counts: count.route_counts[4..].to_vec(),
            ..Default::default()
        }],
        counts: vec![count],
        split_reasons: vec![family],
        contact_count: 13,
        additional_case_count: 1,
    };
    let text = [
        publication(&live, Paint::PLAIN),
        publications(&[live], false, Zone::Utc).table(Paint::PLAIN),
        findings(&[finding], 2),
        counts(&counted, Paint::PLAIN),
    ];
    expect_file!["playbooks.txt"].assert_eq(&text.join("--\n"));
}

#[test]
fn contacts_of_who_goes_on_for_another_are_its_own() {
    let survivor = v1::Customer {
        customer_id: "c1".to_owned(),
        merged: vec![v1::MergedCustomer {
            customer_id: "c2".to_owned(),
            actor: "platform/crm".to_owned(),
            on_behalf_of: "supervisor/ann".to_owned(),
            note: "same birthday".to_owned(),
            ..Default::default()
        }],
        contact_count: 2,
        ..Default::default()
    };
    expect![[r#"
        customer c1
          merged customers  c2 (same birthday, by platform/crm for supervisor/ann)
          contacts          2 of its own
    "#]]
    .assert_eq(&customer(&survivor, Paint::PLAIN));
}
