//! Samples of events, one of each kind.

use super::corrected;
use super::matters;
use super::tags;
use super::token;
use super::work::worked;
use super::{
    NOW, actor, additional, contact_id, context, customer, customer_id, facts, identities, matter,
    memory, offered, person, profile, reason, slug, version,
};
use signpost_domain::contact::{CaseMatch, ContactContext, ContactOutcome, Direction, QueueStats};
use signpost_domain::customer::IdentityKey;
use signpost_domain::decision::{
    ChanceBasis, ContactStats, CostParts, Decision, Finding, FiredRule, Formula, Handover,
    IneligibilityCause, Memory, RouteOption, Wait, WaitBasis,
};
use signpost_domain::event::{
    CaseJoin, Cause, Claim, ContactEnded, ContactRouted, CustomerJoin, CustomerUpserted, Envelope,
    Event, FormerCase, IdempotencyKey, Method, Next, OpenedCase, PlaybookPublished, Recorded,
    RouteSelected, RoutingTrigger,
};
use signpost_domain::fact::Facts;
use signpost_domain::ids::{CaseId, RequestId, Seq};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::route::{Route, RouteSet};
use signpost_domain::time::Millis;
use std::sync::Arc;

/// One event of each kind, and one routed contact for each next step.
pub(in crate::codec::tests) fn events() -> Vec<(&'static str, Recorded)> {
    let published = Event::PlaybookPublished(PlaybookPublished {
        version: version(),
        name: slug("air"),
        source: "playbook: air\n".into(),
        note: "first".into(),
        rolled_back: true,
    });
    let taken = Event::RouteSelected(RouteSelected {
        contact: contact_id(),
        case: Some(CaseId(Seq(77))),
        additional: Vec::new(),
        taken: offered(),
        declined: vec![Route::Callback, Route::Human],
        tier: None,
        handover: None,
    });
    let ended = Event::ContactEnded(Box::new(ContactEnded {
        contact: contact_id(),
        case: Some(CaseId(Seq(77))),
        additional: Vec::new(),
        outcome: ContactOutcome::Resolved,
        confirmed: Some(reason()),
        resolves: Some(CaseId(Seq(77))),
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    }));
    let next = |next| Event::ContactRouted(Box::new(bare(next)));
    let route = || asked(Method::RouteContact);
    let mut all = vec![
        (
            "playbook published",
            recorded(1, asked(Method::PublishPlaybook), published),
        ),
        (
            "customer saved",
            recorded(2, asked(Method::UpsertCustomer), saved(Vec::new())),
        ),
        (
            "contact routed",
            recorded(77, route(), Event::ContactRouted(Box::new(routed()))),
        ),
        (
            "to choose a reason",
            recorded(78, route(), next(choose_reason(true))),
        ),
        (
            "to choose a reason, with no open case",
            recorded(78, route(), next(choose_reason(false))),
        ),
        (
            "to ask facts",
            recorded(79, route(), next(Next::AskFacts(vec![slug("booking")]))),
        ),
        (
            "to choose a route",
            recorded(80, route(), next(Next::ChooseRoute)),
        ),
        (
            "route taken",
            recorded(81, asked(Method::SelectRoute), taken),
        ),
        (
            "contact ended",
            recorded(82, asked(Method::EndContact), ended),
        ),
        (
            "case lapsed",
            recorded(83, Cause::Timer, Event::CaseLapsed(CaseId(Seq(77)))),
        ),
    ];
    let work = worked().into_iter().zip(84..);
    all.extend(
        work.map(|((title, event), seq)| (title, recorded(seq, asked(Method::AddCaseNote), event))),
    );
    let tiers = ContactRouted {
        tier_found: Some(customer::tier_found()),
        reported: Vec::new(),
        findings: vec![Finding::IdentityShared(slug("phone"))],
        ..bare(Next::ChooseRoute)
    };
    let tiers = Event::ContactRouted(Box::new(tiers));
    all.push(("with its tiers", recorded(100, route(), tiers)));
    let work = customer::worked().into_iter().zip(101..);
    let merge = || asked(Method::MergeCustomers);
    all.extend(work.map(|((title, event), seq)| (title, recorded(seq, merge(), event))));
    let routed = ContactRouted {
        additional: additional::cases(),
        ..bare(Next::ChooseRoute)
    };
    let routed = Event::ContactRouted(Box::new(routed));
    all.push(("with its further cases", recorded(110, route(), routed)));
    let add = || asked(Method::AddCaseToContact);
    let additional = additional::events().into_iter().zip(111..);
    all.extend(additional.map(|((title, event), seq)| (title, recorded(seq, add(), event))));
    all.extend(later());
    all
}

/// The kinds of events that were added later.
fn later() -> Vec<(&'static str, Recorded)> {
    let lost = vec![identities().remove(0).key];
    let upsert = asked(Method::UpsertCustomer);
    let mut all = vec![(
        "customer saved who is proved by less",
        recorded(120, upsert, saved(lost)),
    )];
    all.extend(
        memory::events()
            .into_iter()
            .zip(130..)
            .map(|((title, event), seq)| {
                (title, recorded(seq, asked(Method::RouteContact), event))
            }),
    );
    let matters = matters::events().into_iter().zip(140..);
    all.extend(
        matters.map(|((title, event), seq)| {
            (title, recorded(seq, asked(Method::RouteContact), event))
        }),
    );
    let route = asked(Method::RouteContact);
    all.push((
        "that told a case without proof",
        recorded(150, route, matters::named()),
    ));
    let report = asked(Method::ReportQueueStats);
    let reported = Event::QueueStatsReported(vec![queue_stats()]);
    all.push(("queue stats reported", recorded(151, report, reported)));
    let with_them = ContactRouted {
        reported: vec![queue_stats()],
        findings: vec![Finding::QueueStatsTooOld(slug("desk"))],
        ..bare(Next::ChooseRoute)
    };
    let with_them = Event::ContactRouted(Box::new(with_them));
    let route = asked(Method::RouteContact);
    all.push(("that reckoned with them", recorded(152, route, with_them)));
    let claims = Event::ContactRouted(Box::new(matters::claims(Claim {
        matter: matter(),
        reason: Some(reason()),
    })));
    let route = asked(Method::RouteContact);
    let title = "that tells what matter its case turned out to be";
    all.push((title, recorded(170, route, claims)));
    let tagged = tags::events().into_iter().zip(153..);
    all.extend(
        tagged.map(|((title, event), seq)| {
            (title, recorded(seq, asked(Method::UpdateContact), event))
        }),
    );
    let corrected = corrected::events().into_iter().zip(180..);
    all.extend(corrected.map(|((title, event), seq)| {
        let correct = asked(Method::CorrectContactCustomer);
        (title, recorded(seq, correct, event))
    }));
    let tokens = token::events().into_iter().zip(190..);
    all.extend(
        tokens
            .map(|((title, event), seq)| (title, recorded(seq, asked(Method::CreateToken), event))),
    );
    let lapsed = Event::CaseLapsed(CaseId(Seq(77)));
    let mut told = recorded(160, asked(Method::AddCaseNote), lapsed);
    told.envelope.on_behalf_of = Some(person());
    all.push(("on behalf of a person", told));
    let told = recorded(
        161,
        asked(Method::RouteContact),
        memory::reported_for(person()),
    );
    all.push(("that remembers who told for whom", told));
    let ended = recorded(162, asked(Method::EndContact), matters::confirmed());
    all.push(("that confirmed the reason of another matter", ended));
    all
}

fn saved(unverified_identities: Vec<IdentityKey>) -> Event {
    let customer = customer();
    Event::CustomerUpserted(Box::new(CustomerUpserted {
        customer,
        unverified_identities,
    }))
}

fn option(route: Route, queue: Option<&str>) -> RouteOption {
    let micros = [
        4_100_000, 320_000, 1_000_000, 500_000, -250_000, -100_000, 0,
    ];
    RouteOption {
        route,
        flow: queue.is_none().then(|| slug("rebook")),
        queue: queue.map(slug),
        cost: CostParts(micros.map(Money::from_micros)),
        wait: Wait {
            basis: WaitBasis::Estimated,
            expected: Millis(200_000),
            low: Millis(136_000),
            high: Millis(264_000),
        },
        chance: BasisPoints(8_500),
        basis: ChanceBasis::Written,
        propensity: BasisPoints(0),
    }
}

fn findings() -> Vec<Finding> {
    vec![
        Finding::RuleInputUnknown(slug("vip_to_person"), "fact.bags".into()),
        Finding::WaitAssumed(slug("chats")),
        Finding::TierReported(slug("silver")),
        Finding::TierAssumed,
        Finding::ReasonUnknown(reason()),
        Finding::ReasonReplaced(reason()),
        Finding::LastResort,
        Finding::IdentityNotVerified(slug("email")),
        Finding::IdentityOfOtherCustomer(slug("phone")),
        Finding::FactDeclined(slug("seat")),
        Finding::CaseAmbiguous(slug("booking")),
        Finding::RuleFailed(slug("late")),
    ]
}

pub(super) fn decision() -> Decision {
    let ineligible = [
        IneligibilityCause::NotOfReason,
        IneligibilityCause::NotOnChannel,
        IneligibilityCause::AskedForPerson,
        IneligibilityCause::ForbiddenByRule(slug("vip_to_person")),
        IneligibilityCause::ExcludedByRule(slug("vip_to_person")),
        IneligibilityCause::ConsentRefused(slug("recording")),
        IneligibilityCause::ConsentUnknown(slug("recording")),
        IneligibilityCause::Closed(slug("chats"), None),
        IneligibilityCause::NotStaffed(slug("chats"), None),
    ];
    Decision {
        formula: Formula::First,
        stake: Money::ZERO,
        next: Money::ZERO,
        guarded: false,
        handover: Handover::default(),
        reason: Some(reason()),
        tier: slug("gold"),
        need: Need(1_500),
        options: vec![
            option(Route::SelfService, None),
            option(Route::Callback, Some("changes")),
            option(Route::Human, Some("changes")),
        ],
        ineligible: ineligible.map(|why| (Route::Chat, why)).to_vec(),
        fired: vec![FiredRule {
            id: slug("vip_to_person"),
            forbids: RouteSet::EMPTY.with(Route::Chat),
            leaves: RouteSet::ALL,
            prefers: vec![(Route::Human, Money::from_micros(2_000_000))],
            need: Some(Need(1_500)),
            facts: vec![slug("booking")],
            queue: None,
            priority: None,
            skills: Vec::new(),
        }],
        findings: findings(),
    }
}

fn routed() -> ContactRouted {
    ContactRouted {
        contact: contact_id(),
        trigger: RoutingTrigger::Opened,
        context: Arc::new(context()),
        customer: Some(CustomerJoin {
            id: customer_id(),
            learnt: Some(Box::new(profile())),
        }),
        tier_found: None,
        case: Some(CaseJoin {
            case: CaseId(Seq(77)),
            case_match: CaseMatch::New,
            first: true,
            repeat: true,
            switched: true,
            previous: Some(CaseId(Seq(12))),
            opened: Some(OpenedCase {
                reason: reason(),
                key: Some(matter()),
                tier: slug("gold"),
                continues_for: Millis(7 * Millis::DAY.0),
                reopens_within: Millis(3 * Millis::DAY.0),
            }),
            claimed: Some(Claim {
                matter: matter(),
                reason: None,
            }),
            presumed: false,
        }),
        former: Some(FormerCase {
            case: CaseId(Seq(70)),
            withdrawn: true,
        }),
        thanks_for: None,
        additional: Vec::new(),
        leading: None,
        followed_by: 0,
        open_cases: Vec::new(),
        standing: ContactStats {
            now: NOW,
            contacts_7d: 3,
            case_contacts: 2,
            repeats: 1,
            channel_switches: 1,
            broken_promises: 1,
            case_age: Some(Millis::HOUR),
            needs_person: true,
            away: false,
        },
        memory: Memory::default(),
        profile: Some(Box::new(profile())),
        carried: facts(),
        reported: Vec::new(),
        findings: vec![Finding::TierAssumed],
        decision: decision(),
        next: Next::Target(offered()),
        note: "".into(),
    }
}

fn recorded(seq: u64, cause: Cause, event: Event) -> Recorded {
    let envelope = Envelope {
        seq: Seq(seq),
        record_time: NOW,
        event_time: NOW - Millis(20),
        actor: actor(),
        on_behalf_of: None,
        cause,
        playbook: Some(version()),
    };
    Recorded { envelope, event }
}

fn asked(method: Method) -> Cause {
    Cause::Request(IdempotencyKey {
        id: RequestId::stored("req-1"),
        method,
        fingerprint: *b"content-hash-16b",
    })
}

pub(super) fn queue_stats() -> QueueStats {
    QueueStats {
        queue: slug("desk"),
        staffed: Some(5),
        available: Some(0),
        waiting: Some(3),
        handle_time: Some(Millis::MINUTE),
        expected_wait: Some(Millis::HOUR),
    }
}

/// A routed contact with almost no values.
pub(in crate::codec::tests::frozen) fn bare(next: Next) -> ContactRouted {
    ContactRouted {
        contact: contact_id(),
        trigger: RoutingTrigger::Amended,
        context: Arc::new(bare_context()),
        customer: None,
        tier_found: None,
        case: None,
        former: None,
        thanks_for: None,
        additional: Vec::new(),
        leading: None,
        followed_by: 0,
        open_cases: Vec::new(),
        standing: ContactStats::default(),
        memory: Memory::default(),
        profile: None,
        carried: Facts::none(),
        reported: Vec::new(),
        findings: Vec::new(),
        decision: Decision {
            formula: Formula::First,
            ..Decision::open(slug("standard"))
        },
        next,
        note: "".into(),
    }
}

fn bare_context() -> ContactContext {
    ContactContext {
        direction: Direction::Outbound,
        ..ContactContext::on(slug("web"))
    }
}

fn choose_reason(open_case: bool) -> Next {
    Next::ChooseReason {
        primary: Some(slug("bags")),
        open_case,
    }
}
