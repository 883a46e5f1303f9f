//! Samples of additional cases of contacts.

use super::{contact_id, customer_id, facts, matter, offered, reason, slug};
use signpost_domain::contact::{AdditionalCase, CaseMatch, ContactOutcome};
use signpost_domain::event::{
    CaseAddedToContact, CaseJoin, ContactEnded, Event, OpenedCase, RouteSelected,
};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::time::Millis;

pub(super) fn cases() -> Vec<CaseId> {
    vec![CaseId(Seq(90)), CaseId(Seq(300))]
}

/// The additional cases in the row of a contact.
pub(super) fn additional() -> Vec<AdditionalCase> {
    let additional = |case, owner| AdditionalCase {
        case,
        reason: reason(),
        case_match: CaseMatch::Continued,
        matter: None,
        owner,
    };
    let owners = [None, Some(customer_id())];
    let cases = cases().into_iter().zip(owners);
    cases.map(|(case, owner)| additional(case, owner)).collect()
}

/// One event of each kind that names additional cases, except a routed contact.
pub(super) fn events() -> Vec<(&'static str, Event)> {
    let taken = RouteSelected {
        contact: contact_id(),
        case: None,
        additional: cases(),
        taken: offered(),
        declined: Vec::new(),
        tier: None,
        handover: None,
    };
    let ended = ContactEnded {
        contact: contact_id(),
        case: Some(CaseId(Seq(77))),
        additional: cases(),
        outcome: ContactOutcome::Resolved,
        confirmed: None,
        resolves: None,
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    };
    let join = CaseJoin {
        case: CaseId(Seq(113)),
        case_match: CaseMatch::New,
        first: true,
        repeat: false,
        switched: false,
        previous: Some(CaseId(Seq(12))),
        opened: Some(OpenedCase {
            reason: reason(),
            key: Some(matter()),
            tier: slug("gold"),
            continues_for: Millis::DAY,
            reopens_within: Millis::HOUR,
        }),
        claimed: None,
        presumed: false,
    };
    let added = CaseAddedToContact {
        contact: contact_id(),
        channel: slug("phone"),
        customer: customer_id(),
        own: Some(CaseId(Seq(77))),
        additional: cases(),
        reason: reason(),
        facts: facts(),
        join,
        note: "both at once".into(),
        matter: None,
        decided: None,
    };
    vec![
        (
            "route taken with further cases",
            Event::RouteSelected(taken),
        ),
        (
            "contact ended with further cases",
            Event::ContactEnded(Box::new(ended)),
        ),
        ("case added", Event::CaseAddedToContact(Box::new(added))),
    ]
}
