//! The part of the consistency check for contacts and their cases.

use super::{CheckReport, Tally, customers};
use crate::case::{Case, CaseContact};
use crate::contact::{ADDITIONAL_CASES_MAX, CaseMatch, Contact, ContactState};
use crate::ids::{CaseId, CustomerId};
use crate::route::Route;
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// Checks that every contact is in one state, and that each of its cases lists it. Returns the numbers of contacts for
/// each case.
pub(super) fn check(state: &State, verdict: &mut CheckReport) -> BTreeMap<CaseId, Tally> {
    let mut of_cases: BTreeMap<CaseId, Tally> = BTreeMap::new();
    for contact in state.contacts() {
        verdict.contacts += 1;
        let place = match contact.state {
            ContactState::AwaitingCustomer => 0,
            ContactState::SelfService => 1,
            ContactState::Routed(_) => 2,
            ContactState::Ended(_) => 3,
        };
        verdict.places[place] += 1;
        placed(contact, verdict);
        has_cases(contact, verdict);
        let own = contact.case.map(|case| (case, contact.case_owner.as_ref()));
        let additional = contact.additional.iter();
        let additional = additional.map(|additional| (additional.case, additional.owner.as_ref()));
        for (case, owner) in own.into_iter().chain(additional) {
            in_its_case(state, contact, case, owner, verdict);
            let tally = of_cases.entry(case).or_default();
            tally.contacts += 1;
            tally.live += u32::from(contact.state.is_live());
            let owed =
                matches!(contact.state, ContactState::Routed(route) if Route::is_owed(route));
            tally.owed += u32::from(owed);
        }
    }
    of_cases
}

fn placed(contact: &Contact, verdict: &mut CheckReport) {
    let id = &contact.id;
    let is_live = contact.state.is_live();
    verdict.expect(is_live == contact.ended.is_none(), || {
        format!("contact {id}: its place and its end time disagree")
    });
    let fits = match (contact.state, contact.route) {
        (ContactState::AwaitingCustomer, None) | (ContactState::Ended(_), _) => true,
        (place, Some(route)) => place == ContactState::of_route(route),
        (ContactState::SelfService | ContactState::Routed(_), None) => false,
    };
    verdict.expect(fits, || {
        format!("contact {id}: its place is not that of its route")
    });
    let owed = matches!(contact.state, ContactState::Routed(route) if Route::is_owed(route));
    verdict.expect(owed || contact.due.is_none(), || {
        format!("contact {id}: an answer is due that nobody owes")
    });
}

/// Checks that a contact has each of its cases once and not too many cases, and that it has additional cases only if
/// its customer is known.
fn has_cases(contact: &Contact, verdict: &mut CheckReport) {
    let id = &contact.id;
    let once: BTreeSet<CaseId> = contact.cases().collect();
    verdict.expect(once.len() == contact.cases().count(), || {
        format!("contact {id}: it has a case twice")
    });
    let additional = contact.additional.len();
    let may_have = match contact.customer {
        Some(_) => ADDITIONAL_CASES_MAX,
        None => 0,
    };
    verdict.expect(additional <= may_have, || {
        format!("contact {id}: it has {additional} additional cases, {may_have} are the most")
    });
}

/// Checks that a contact and its case belong to the same customer. Otherwise the contact must name the owner of the
/// case: a customer who was merged with its own, or the owner of a case that it named with proof. The contact and the
/// case must agree with each other.
fn in_its_case(
    state: &State,
    contact: &Contact,
    case: CaseId,
    other: Option<&CustomerId>,
    verdict: &mut CheckReport,
) {
    let id = &contact.id;
    let Some(case) = state.case(&case).ok().flatten() else {
        return;
    };
    let owner = other.or(contact.customer.as_ref());
    let is_proven = contact.context.case == Some(case.id);
    let mut listed = case.contacts.iter().filter(|listed| listed.contact == *id);
    let opened = listed.all(|listed| listed.case_match == CaseMatch::New);
    // A case without a customer gets one when one of its contacts does. The contact that opened the case, and contacts
    // that named it with proof, may stay without a customer.
    let is_nobodys = contact.customer.is_none() && other.is_none() && (opened || is_proven);
    verdict.expect(case.customer.as_ref() == owner || is_nobodys, || {
        format!("contact {id}: its case is of another customer")
    });
    let apart = other.is_none()
        || is_proven
        || customers::could_be_one(state, [other, contact.customer.as_ref()]);
    verdict.expect(apart, || {
        format!("contact {id}: its customer was never merged with that of its case")
    });
    let listed = case.contacts.iter().filter(|listed| listed.contact == *id);
    let listed: Vec<_> = listed.collect();
    let is_live = contact.state.is_live();
    let fits = |listed: &&CaseContact| {
        listed.live == is_live
            && listed.channel == contact.context.channel
            && listed.due == contact.due
    };
    verdict.expect(listed.len() <= 1 && listed.iter().all(fits), || {
        format!("contact {id}: its case lists it otherwise")
    });
}

/// Checks that the contacts that a case lists have the case.
pub(super) fn are_of(state: &State, case: &Case, verdict: &mut CheckReport) {
    for listed in &case.contacts {
        let contact = state.contact(&listed.contact).ok().flatten();
        let has = contact.is_some_and(|contact| contact.cases().any(|id| id == case.id));
        verdict.expect(has, || {
            let (id, contact) = (case.id, &listed.contact);
            format!("case {id}: it lists contact {contact}, which does not have it")
        });
    }
}
