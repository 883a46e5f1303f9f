//! Tests of answers that are made from events written by hand.

mod ended;
mod lists;

use super::contact;
use super::matters::Answered;
use expect_test::expect;
use signpost_domain::case::CaseNumbers;
use signpost_domain::contact::{CaseMatch, ContactContext, Offered};
use signpost_domain::decision::{
    ChanceBasis, ContactStats, CostKind, CostParts, Decision, Finding, FiredRule, Formula,
    Handover, IneligibilityCause, Memory, RouteOption, Wait,
};
use signpost_domain::event::{CaseJoin, ContactRouted, CustomerJoin, Next, RoutingTrigger};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::{CaseId, ContactId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need, Playbook};
use signpost_domain::route::{Route, RouteSet};
use signpost_domain::time::UnixMs;
use signpost_proto::v1;
use std::fmt::Write;
use std::sync::Arc;

#[expect(
    clippy::unwrap_used,
    reason = "the playbook of these tests has no faults"
)]
fn playbook() -> Playbook {
    let source = include_str!("../from_proto/tests/playbook.yaml");
    Playbook::read(source).unwrap().0
}

#[expect(clippy::unwrap_used, reason = "the names of these tests are names")]
fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap()
}

#[expect(clippy::unwrap_used, reason = "the names of these tests are names")]
fn reason(text: &str) -> ReasonId {
    ReasonId::parse(text).unwrap()
}

fn fact(id: &str, knowledge: Knowledge) -> Fact {
    Fact {
        id: slug(id),
        knowledge,
        source: FactSource::Bot,
        learnt_at: UnixMs(1_500),
        currency: None,
    }
}

fn receipt(replayed: bool) -> v1::WriteReceipt {
    v1::WriteReceipt {
        replayed,
        ..Default::default()
    }
}

fn option() -> RouteOption {
    let mut cost = CostParts::default();
    cost.set(CostKind::Handling, Money::from_micros(50_000));
    cost.set(CostKind::RulePreference, Money::from_micros(-20_000));
    RouteOption {
        route: Route::SelfService,
        flow: Some(slug("rebook")),
        queue: None,
        cost,
        wait: Wait::NONE,
        chance: BasisPoints(6_500),
        basis: ChanceBasis::Written,
        propensity: BasisPoints::ONE,
    }
}

fn decision() -> Decision {
    Decision {
        formula: Formula::Second,
        stake: Money::from_micros(18_000_000),
        next: Money::ZERO,
        guarded: false,
        handover: Handover {
            priority: 7,
            skills: vec![(slug("rebooking"), 3)],
            language: Some("nl-NL".into()),
        },
        reason: Some(reason("existing_flight/change_date")),
        tier: slug("gold"),
        need: Need(1_500),
        options: vec![option()],
        ineligible: vec![
            (Route::Chat, IneligibilityCause::NotOnChannel),
            (
                Route::Human,
                IneligibilityCause::Closed(slug("rebooking"), Some(UnixMs(1_795_338_000_000))),
            ),
        ],
        fired: vec![FiredRule {
            id: slug("flying_today"),
            forbids: RouteSet::EMPTY,
            leaves: RouteSet::EMPTY,
            prefers: vec![(Route::SelfService, Money::from_micros(20_000))],
            need: Some(Need(1_500)),
            facts: vec![slug("departs_at")],
            queue: Some(slug("rebooking")),
            priority: Some(7),
            skills: vec![(slug("rebooking"), 3)],
        }],
        findings: vec![Finding::RuleInputUnknown(
            slug("vip"),
            "customer.value".into(),
        )],
    }
}

fn routed(next: Next) -> ContactRouted {
    let told = fact(
        "booking_reference",
        Knowledge::Known(FactValue::Text("ABC123".into())),
    );
    let context = ContactContext {
        reason: Some(reason("existing_flight/move_date")),
        facts: Facts::from_facts([told]),
        language: Some("nl-NL".into()),
        ..ContactContext::on(slug("phone"))
    };
    ContactRouted {
        contact: ContactId::stored("call-7"),
        trigger: RoutingTrigger::Opened,
        context: Arc::new(context),
        customer: Some(CustomerJoin {
            id: CustomerId::stored("c1"),
            learnt: None,
        }),
        tier_found: None,
        case: Some(CaseJoin {
            case: CaseId(Seq(9)),
            case_match: CaseMatch::Continued,
            first: true,
            repeat: true,
            switched: false,
            previous: Some(CaseId(Seq(3))),
            opened: None,
            claimed: None,
            presumed: false,
        }),
        former: None,
        thanks_for: None,
        additional: Vec::new(),
        leading: None,
        followed_by: 0,
        open_cases: Vec::new(),
        standing: ContactStats {
            now: UnixMs(1_795_336_200_250),
            repeats: 1,
            ..ContactStats::default()
        },
        memory: Memory::default(),
        profile: None,
        carried: Facts::from_facts([fact("passport", Knowledge::Declined)]),
        reported: Vec::new(),
        findings: vec![Finding::ReasonReplaced(reason("existing_flight/move_date"))],
        decision: decision(),
        next,
        note: "".into(),
    }
}

fn take() -> Next {
    Next::Target(Offered {
        route: Route::SelfService,
        flow: Some(slug("rebook")),
        queue: None,
        wait: None,
    })
}

fn shown(message: &impl std::fmt::Debug) -> String {
    format!("{message:#?}")
}

/// An answer as a few lines of text, with its fields in order.
fn told(answer: &v1::ContactAnswer) -> String {
    let mut words = String::new();
    let mut line = |text: String| writeln!(words, "{text}").unwrap_or_default();
    line(format!(
        "contact {} of {} in {} ({:?} after {:?}), place {:?},\n  repeats {}, switches {}",
        answer.contact_id,
        answer.customer_id,
        answer.case_id,
        answer.case_match(),
        answer.previous_case_id,
        answer.state(),
        answer.repeat_count,
        answer.channel_switch_count,
    ));
    answer
        .next
        .iter()
        .for_each(|next| line(format!("next {next:?}")));
    for fact in &answer.known_facts {
        line(format!("known {} {:?}", fact.fact_id, fact.value));
    }
    if let Some(decision) = &answer.decision {
        line(format!(
            "decided at {:?}:\n  {} for {}, need {}",
            decision.decide_time, decision.reason, decision.tier, decision.need_thousandths
        ));
        decision.options.iter().for_each(|it| line(shown(it)));
        decision
            .ineligible_routes
            .iter()
            .for_each(|it| line(shown(it)));
        decision.fired_rules.iter().for_each(|it| line(shown(it)));
        decision.findings.iter().for_each(|it| line(shown(it)));
    }
    words
}

fn answer(next: Next) -> v1::ContactAnswer {
    let response = with(&routed(next), |of| contact::routed(of, receipt(false)));
    response.answer.unwrap_or_default()
}

/// Calls `answer` with the values for a contact without other matters.
fn with<T>(routed: &ContactRouted, answer: impl FnOnce(Answered<'_>) -> T) -> T {
    answer(Answered {
        seq: Some(Seq(9)),
        routed,
        added: &[],
        playbook: &playbook(),
        numbers: &CaseNumbers::new([7; 32]),
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is the text of one whole answer")]
fn an_answer_says_all_that_its_event_holds() {
    expect![[r#"
        contact call-7 of c1 in case_0000000000009 (Continued after "case_0000000000003"), place SelfService,
          repeats 1, switches 0
        next Target(RouteTarget { route: SelfService, flow_id: "rebook", queue_id: "", skills: [], priority: 7, waiting_target: Some(Duration { seconds: 60, nanos: 0 }), language_code: "nl-NL", tier: "gold" })
        known booking_reference Some(Text("ABC123"))
        known passport Some(Declined(true))
        decided at Some(Timestamp { seconds: 1795336200, nanos: 250000000 }):
          existing_flight/change_date for gold, need 1500
        RouteOption {
            target: Some(
                RouteTarget {
                    route: SelfService,
                    flow_id: "rebook",
                    queue_id: "",
                    skills: [],
                    priority: 7,
                    waiting_target: Some(
                        Duration {
                            seconds: 60,
                            nanos: 0,
                        },
                    ),
                    language_code: "nl-NL",
                    tier: "gold",
                },
            ),
            cost_micros: 30000,
            cost_parts: [
                CostPart {
                    kind: Handling,
                    amount_micros: 50000,
                    factors: [],
                },
                CostPart {
                    kind: RulePreference,
                    amount_micros: -20000,
                    factors: [],
                },
            ],
            wait: Some(
                Wait {
                    basis: None,
                    expected: Some(
                        Duration {
                            seconds: 0,
                            nanos: 0,
                        },
                    ),
                    low: Some(
                        Duration {
                            seconds: 0,
                            nanos: 0,
                        },
                    ),
                    high: Some(
                        Duration {
                            seconds: 0,
                            nanos: 0,
                        },
                    ),
                },
            ),
            chance_basis_points: 6500,
            chance_basis: Written,
            propensity_basis_points: 10000,
            inherited: [],
        }
        IneligibleRoute {
            route: Chat,
            cause: NotOnChannel,
            subject: "",
            opens_time: None,
        }
        IneligibleRoute {
            route: Human,
            cause: Closed,
            subject: "rebooking",
            opens_time: Some(
                Timestamp {
                    seconds: 1795338000,
                    nanos: 0,
                },
            ),
        }
        FiredRule {
            rule_id: "flying_today",
            forbidden_routes: [],
            only_routes: [],
            preferences: [
                RoutePreference {
                    route: SelfService,
                    amount_micros: 20000,
                },
            ],
            need_thousandths: Some(
                1500,
            ),
            required_fact_ids: [
                "departs_at",
            ],
            queue_id: "rebooking",
            priority: Some(
                7,
            ),
            skills: [
                Skill {
                    skill_id: "rebooking",
                    level: 3,
                },
            ],
        }
        Finding {
            kind: ReasonReplaced,
            subject: "existing_flight/move_date",
            broken: None,
            rule_id: "",
            input: "",
            retired: None,
        }
        Finding {
            kind: RuleInputUnknown,
            subject: "",
            broken: None,
            rule_id: "vip",
            input: "customer.value",
            retired: None,
        }
    "#]].assert_eq(&told(&answer(take())));
}

#[test]
fn questions_are_in_the_customers_language() {
    let asked = answer(Next::AskFacts(vec![
        slug("booking_reference"),
        slug("gone"),
    ]));
    expect![[r#"
        Some(
            AskFacts(
                AskFacts {
                    questions: [
                        FactQuestion {
                            fact_id: "booking_reference",
                            label: "Boekingscode",
                            r#type: Text,
                            pattern: "[A-Z0-9]{6}",
                            personal: false,
                            matter_id: "",
                        },
                    ],
                },
            ),
        )"#]]
    .assert_eq(&format!("{:#?}", asked.next));
    assert_eq!(asked.state(), v1::ContactState::AwaitingCustomer);
}

#[test]
fn a_preview_names_no_case_that_is_not_there() {
    let mut event = routed(take());
    let shown = with(&event, |of| {
        contact::previewed(of, String::new(), String::new())
    })
    .answer;
    let shown = shown.map(|answer| (answer.contact_id, answer.case_id));
    assert_eq!(shown, Some((String::new(), "case_0000000000009".into())));
    event.case.iter_mut().for_each(|join| {
        join.opened = Some(signpost_domain::event::OpenedCase {
            reason: reason("baggage/lost"),
            key: None,
            tier: slug("gold"),
            continues_for: signpost_domain::time::Millis::DAY,
            reopens_within: signpost_domain::time::Millis::DAY,
        });
    });
    let shown = with(&event, |of| {
        contact::previewed(of, "c".into(), String::new())
    })
    .answer;
    let shown = shown.map(|answer| (answer.contact_id, answer.case_id));
    assert_eq!(shown, Some(("c".into(), String::new())));
}
