//! Samples of the memory of a case, of what a customer cannot use, and of decisions with the second formula.

use super::event::bare;
use super::{NOW, actor, contact_id, context, offered, profile, slug};
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::actor::Actor;
use signpost_domain::contact::ContactContext;
use signpost_domain::customer::Profile;
use signpost_domain::decision::{
    AttemptOutcome, ChanceBasis, ContactStats, CostKind, CostParts, Decision, Finding, FiredRule,
    Handover, IneligibilityCause, Memory, PersonReport, Reported, RouteOption, Tried, Wait,
};
use signpost_domain::event::{ContactRouted, Event, Next, RouteSelected, RoutingTrigger};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::route::{Route, RouteSet};
use signpost_domain::time::Millis;
use std::sync::Arc;

/// Routed contacts with all of these values.
pub(super) fn events() -> Vec<(&'static str, Event)> {
    let remembered = ContactRouted {
        memory: memory(),
        ..bare(Next::ChooseRoute)
    };
    let cannot_use = Abilities::from_list(&[Ability::Voice, Ability::SelfService]);
    let told = ContactRouted {
        context: Arc::new(ContactContext {
            cannot_use,
            another_matter: true,
            ..context()
        }),
        profile: Some(Box::new(Profile {
            cannot_use,
            ..profile()
        })),
        ..bare(Next::ChooseRoute)
    };
    let event = |routed| Event::ContactRouted(Box::new(routed));
    vec![
        ("with what its case remembers", event(remembered)),
        ("with what the customer cannot use", event(told)),
        (
            "decided by the second formula",
            event(ContactRouted {
                decision: second(),
                ..bare(Next::ChooseRoute)
            }),
        ),
        (
            "route taken with what goes with it",
            Event::RouteSelected(taken()),
        ),
        ("of a customer who is away", event(away())),
    ]
}

/// A routed contact with a memory that was reported on behalf of this person.
pub(super) fn reported_for(person: Actor) -> Event {
    let reported = Reported {
        on_behalf_of: Some(person),
        ..reported(())
    };
    Event::ContactRouted(Box::new(ContactRouted {
        memory: Memory {
            reported: PersonReport {
                vulnerable: Some(reported),
                ..PersonReport::default()
            },
            ..Memory::default()
        },
        ..bare(Next::ChooseRoute)
    }))
}

/// A routed contact for which nobody answered, and whose matter is the same as before.
fn away() -> ContactRouted {
    let routed = bare(Next::ChooseRoute);
    ContactRouted {
        trigger: RoutingTrigger::NoAnswer,
        standing: ContactStats {
            away: true,
            ..routed.standing
        },
        findings: vec![
            Finding::SameMatterByKey(Some(slug("booking"))),
            Finding::SameMatterByKey(None),
        ],
        decision: Decision {
            ineligible: vec![(Route::Human, IneligibilityCause::CustomerAway)],
            ..Decision::open(slug("gold"))
        },
        ..routed
    }
}

/// A decision with each basis of a chance, each reason against a route, and each finding.
fn second() -> Decision {
    let option = |route, basis, micros| {
        let mut cost = CostParts::default();
        cost.set(CostKind::Handling, Money::from_micros(micros));
        cost.set(CostKind::TierFloor, Money::from_micros(-1));
        RouteOption {
            route,
            flow: None,
            queue: Some(slug("changes")),
            cost,
            wait: Wait::NONE,
            chance: BasisPoints(4_200),
            basis,
            propensity: BasisPoints(if micros == 1 { 10_000 } else { 0 }),
        }
    };
    let ineligible = [
        IneligibilityCause::CannotUse(Ability::Voice),
        IneligibilityCause::Vulnerable,
        IneligibilityCause::FailedBefore(slug("rebook")),
        IneligibilityCause::TooLate(slug("departs_at")),
        IneligibilityCause::Closed(slug("changes"), Some(NOW + Millis::HOUR)),
        IneligibilityCause::NotStaffed(slug("changes"), Some(NOW + Millis::DAY)),
    ];
    let broken = IneligibilityCause::CannotUse(Ability::Text);
    Decision {
        need: Need(1_500),
        stake: Money::from_micros(78_000_000),
        next: Money::from_micros(9_100_000),
        guarded: true,
        handover: handover(),
        options: vec![
            option(Route::Chat, ChanceBasis::Written, 1),
            option(Route::Callback, ChanceBasis::Deadline, 2),
            option(Route::Message, ChanceBasis::Tried, 3),
        ],
        ineligible: ineligible.map(|why| (Route::Human, why)).to_vec(),
        fired: vec![FiredRule {
            id: slug("to_experts"),
            forbids: RouteSet::EMPTY,
            leaves: RouteSet::EMPTY,
            prefers: Vec::new(),
            need: None,
            facts: Vec::new(),
            queue: Some(slug("changes")),
            priority: Some(0),
            skills: vec![(slug("rebooking"), 3)],
        }],
        findings: vec![
            Finding::TierFloor(slug("gold")),
            Finding::DeadlinePassed(slug("departs_at")),
            Finding::DeadlineOutOfReach(slug("departs_at")),
            Finding::RuleSetAside(slug("flows_only")),
            Finding::LanguageNotSpoken(slug("changes"), "nl".into()),
            Finding::LastResortBroken(Route::Message, Box::new(broken)),
            Finding::CasePresumed,
            Finding::NeedRaisedByAttempts(2),
        ],
        ..Decision::open(slug("gold"))
    }
}

fn handover() -> Handover {
    Handover {
        priority: 8,
        skills: vec![(slug("rebooking"), 3), (slug("refunds"), 1)],
        language: Some("nl-NL".into()),
    }
}

fn taken() -> RouteSelected {
    RouteSelected {
        contact: contact_id(),
        case: None,
        additional: Vec::new(),
        taken: offered(),
        declined: Vec::new(),
        tier: Some(slug("gold")),
        handover: Some(Box::new(handover())),
    }
}

/// A memory with one attempt of each outcome, and everything that can be reported of a person.
pub(in crate::codec::tests::frozen) fn memory() -> Memory {
    let outcomes = AttemptOutcome::ALL.into_iter().map(Some);
    let tried = outcomes.chain([None]).map(|outcome| Tried {
        contact: contact_id(),
        route: Route::SelfService,
        flow: Some(slug("rebook")),
        queue: outcome.is_none().then(|| slug("changes")),
        at: NOW - Millis::HOUR,
        outcome,
    });
    Memory {
        tried: tried.collect(),
        reported: PersonReport {
            vulnerable: Some(reported(())),
            cannot_use: Some(reported(Abilities::from_list(&[Ability::Text]))),
            asked_for_person: Some(reported(())),
            language: Some(reported("nl-NL".into())),
            persona: Some(reported(slug("commuter"))),
        },
        owed_overdue: true,
        all_contacts_7d: 5,
    }
}

fn reported<T>(value: T) -> Reported<T> {
    Reported {
        value,
        contact: contact_id(),
        actor: actor(),
        on_behalf_of: None,
        at: NOW - Millis::DAY,
    }
}
