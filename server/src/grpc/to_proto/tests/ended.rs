//! Tests of selected routes and of ends.

use super::{playbook, receipt, shown, slug};
use crate::grpc::to_proto::contact;
use expect_test::expect;
use signpost_domain::contact::{ContactOutcome, Offered};
use signpost_domain::decision::Handover;
use signpost_domain::event::{ContactEnded, RouteSelected};
use signpost_domain::ids::{CaseId, ContactId, Seq};
use signpost_domain::route::Route;

#[test]
fn taken() {
    let taken = RouteSelected {
        contact: ContactId::stored("call-7"),
        case: Some(CaseId(Seq(9))),
        additional: Vec::new(),
        taken: Offered {
            route: Route::Callback,
            flow: None,
            queue: Some(slug("rebooking")),
            wait: None,
        },
        declined: vec![Route::SelfService],
        tier: Some(slug("gold")),
        handover: Some(Box::new(Handover {
            priority: 8,
            skills: vec![(slug("refunds"), 2)],
            language: Some("nl".into()),
        })),
    };
    expect![[r#"
        SelectRouteResponse {
            contact_id: "call-7",
            case_id: "case_0000000000009",
            state: Routed,
            target: Some(
                RouteTarget {
                    route: Callback,
                    flow_id: "",
                    queue_id: "rebooking",
                    skills: [
                        Skill {
                            skill_id: "refunds",
                            level: 2,
                        },
                    ],
                    priority: 8,
                    waiting_target: Some(
                        Duration {
                            seconds: 60,
                            nanos: 0,
                        },
                    ),
                    language_code: "nl",
                    tier: "gold",
                },
            ),
            receipt: Some(
                WriteReceipt {
                    revision: "",
                    record_time: None,
                    replayed: true,
                },
            ),
        }"#]]
    .assert_eq(&shown(&contact::taken(&taken, &playbook(), receipt(true))));
}

#[test]
fn ended() {
    let ended = |case: Option<CaseId>, resolves: bool| {
        let ended = ContactEnded {
            contact: ContactId::stored("call-7"),
            case,
            additional: vec![CaseId(Seq(12))],
            outcome: ContactOutcome::Resolved,
            confirmed: None,
            resolves: case.filter(|_| resolves),
            resolution: None,
            note: "".into(),
            matters: Vec::new(),
        };
        shown(&contact::ended(&ended, None, "", receipt(false)))
    };
    expect![[r#"
        EndContactResponse {
            contact_id: "call-7",
            case_id: "case_0000000000009",
            state: Ended,
            outcome: Resolved,
            case_state: Resolved,
            additional_case_ids: [
                "case_000000000000c",
            ],
            feedback_question: "",
            outcome_label: "",
            matters: [],
            receipt: Some(
                WriteReceipt {
                    revision: "",
                    record_time: None,
                    replayed: false,
                },
            ),
        }"#]]
    .assert_eq(&ended(Some(CaseId(Seq(9))), true));
    expect![[r#"
        EndContactResponse {
            contact_id: "call-7",
            case_id: "case_0000000000009",
            state: Ended,
            outcome: Resolved,
            case_state: Open,
            additional_case_ids: [
                "case_000000000000c",
            ],
            feedback_question: "",
            outcome_label: "",
            matters: [],
            receipt: Some(
                WriteReceipt {
                    revision: "",
                    record_time: None,
                    replayed: false,
                },
            ),
        }"#]]
    .assert_eq(&ended(Some(CaseId(Seq(9))), false));
    expect![[r#"
        EndContactResponse {
            contact_id: "call-7",
            case_id: "",
            state: Ended,
            outcome: Resolved,
            case_state: Unspecified,
            additional_case_ids: [
                "case_000000000000c",
            ],
            feedback_question: "",
            outcome_label: "",
            matters: [],
            receipt: Some(
                WriteReceipt {
                    revision: "",
                    record_time: None,
                    replayed: false,
                },
            ),
        }"#]]
    .assert_eq(&ended(None, false));
}
