//! Samples of contacts with several matters, presumed cases, failed attempts, and cases with a memory.

use super::event::{bare, decision};
use super::memory::memory;
use super::work::resolution;
use super::{NOW, contact_id, context, customer_id, facts, offered, profile, reason, slug};
use signpost_domain::case::{Case, CaseContact, OfMerged};
use signpost_domain::contact::{
    AdditionalCase, CaseMatch, Contact, ContactContext, ContactOutcome, Matter, Offered,
};
use signpost_domain::decision::{ContactStats, Finding};
use signpost_domain::event::{
    CaseAddedToContact, CaseJoin, Claim, ContactEnded, ContactRouted, Event, MatterDecided,
    MatterEnded, Next, OpenCase, RoutingTrigger,
};
use signpost_domain::ids::{CaseId, MatterId, Seq};
use signpost_domain::time::Millis;
use std::sync::Arc;

fn matter_id() -> MatterId {
    MatterId::stored("m-1")
}

fn told() -> ContactContext {
    ContactContext {
        matters: vec![Matter {
            id: matter_id(),
            reason: Some(reason()),
            facts: facts(),
            stage: Some(slug("support")),
            note: "the second".into(),
        }],
        ..context()
    }
}

fn join() -> CaseJoin {
    CaseJoin {
        case: CaseId(Seq(113)),
        case_match: CaseMatch::Continued,
        first: true,
        repeat: true,
        switched: false,
        previous: None,
        opened: None,
        claimed: None,
        presumed: true,
    }
}

/// A routed contact whose case has this claim.
pub(super) fn claims(claim: Claim) -> ContactRouted {
    let case = CaseJoin {
        claimed: Some(claim),
        ..join()
    };
    ContactRouted {
        case: Some(case),
        ..bare(Next::ChooseRoute)
    }
}

pub(super) fn events() -> Vec<(&'static str, Event)> {
    let routed = ContactRouted {
        context: Arc::new(told()),
        case: Some(join()),
        leading: Some(matter_id()),
        followed_by: 2,
        open_cases: vec![OpenCase {
            case: CaseId(Seq(70)),
            reason: reason(),
            key: facts(),
            arrived: NOW - Millis::DAY,
        }],
        findings: vec![Finding::CasePresumed],
        note: "by the bot".into(),
        ..bare(Next::Target(Offered {
            wait: Some(Millis::MINUTE),
            ..offered()
        }))
    };
    let rerouted = |step| {
        let routed = ContactRouted {
            trigger: step,
            ..bare(Next::ChooseRoute)
        };
        Event::ContactRouted(Box::new(routed))
    };
    let decided = MatterDecided {
        context: Arc::new(context()),
        standing: ContactStats::default(),
        memory: memory(),
        profile: Some(Box::new(profile())),
        carried: facts(),
        reported: Vec::new(),
        noticed: vec![Finding::TierAssumed],
        decision: decision(),
    };
    let added = CaseAddedToContact {
        contact: contact_id(),
        channel: slug("phone"),
        customer: customer_id(),
        own: None,
        additional: Vec::new(),
        reason: reason(),
        facts: facts(),
        join: join(),
        note: "".into(),
        matter: Some(matter_id()),
        decided: Some(Box::new(decided)),
    };
    let ended = ended();
    vec![
        (
            "with several matters",
            Event::ContactRouted(Box::new(routed)),
        ),
        ("that gave up", rerouted(RoutingTrigger::GaveUp)),
        ("that did not answer", rerouted(RoutingTrigger::NoAnswer)),
        ("that could not be helped", rerouted(RoutingTrigger::Failed)),
        ("another matter", Event::CaseAddedToContact(Box::new(added))),
        (
            "contact ended with resolutions",
            Event::ContactEnded(Box::new(ended)),
        ),
    ]
}

fn ended() -> ContactEnded {
    ContactEnded {
        contact: contact_id(),
        case: Some(CaseId(Seq(77))),
        additional: vec![CaseId(Seq(113))],
        outcome: ContactOutcome::Resolved,
        confirmed: None,
        resolves: Some(CaseId(Seq(77))),
        resolution: Some(resolution()),
        note: "all is well".into(),
        matters: vec![MatterEnded {
            matter: matter_id(),
            case: CaseId(Seq(113)),
            resolves: Some(CaseId(Seq(113))),
            resolution: Some(resolution()),
            confirmed: None,
        }],
    }
}

/// The end of a contact that also confirms the reason of another matter.
pub(super) fn confirmed() -> Event {
    let mut ended = ended();
    for matter in &mut ended.matters {
        matter.confirmed = Some(reason());
    }
    Event::ContactEnded(Box::new(ended))
}

/// A routed contact that names a case without proof.
pub(super) fn named() -> Event {
    let named = ContactRouted {
        context: Arc::new(ContactContext {
            case: Some(CaseId(Seq(77))),
            previous_contact: Some(contact_id()),
            ..told()
        }),
        findings: vec![Finding::CaseNumberNotProven],
        ..bare(Next::ChooseRoute)
    };
    Event::ContactRouted(Box::new(named))
}

/// A contact with several matters and an answer that we owe.
pub(super) fn contact(row: Contact) -> Contact {
    let additional = AdditionalCase {
        case: CaseId(Seq(113)),
        reason: reason(),
        case_match: CaseMatch::New,
        matter: Some(matter_id()),
        owner: None,
    };
    Contact {
        context: Arc::new(told()),
        additional: vec![additional],
        leading: Some(matter_id()),
        due: Some(NOW + Millis::HOUR),
        ..row
    }
}

/// A case with every kind of memory.
pub(super) fn case(row: Case) -> Case {
    let memory = memory();
    let contacts = row.contacts.iter().map(|listed| CaseContact {
        outbound: true,
        due: Some(NOW + Millis::HOUR),
        presumed: true,
        ..listed.clone()
    });
    Case {
        contacts: contacts.collect(),
        of_merged: vec![OfMerged {
            case: CaseId(Seq(12)),
            tried: memory.tried.clone(),
            reported: memory.reported.clone(),
            due: Some(NOW + Millis::MINUTE),
            inbound: vec![(contact_id(), NOW - Millis::DAY)],
        }],
        tried: memory.tried,
        reported: memory.reported,
        ..row
    }
}
