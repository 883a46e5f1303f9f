//! A contact ends, or comes back because the customer asked for a person.

use super::further::cases_of;
use super::route::{Start, found, routed};
use super::take::live_contact;
use super::{Stop, live};
use crate::case::Case;
use crate::command::{EndContact, Ending, UnknownReason};
use crate::contact::{Contact, Outcome};
use crate::event::{ContactEnded, Event, RouteStep};
use crate::ids::ReasonId;
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use crate::time::UnixMs;
use std::sync::Arc;

/// Ends a contact, or decides again.
pub(super) fn end(state: &State, command: &EndContact, now: UnixMs) -> Result<Event, Stop> {
    let contact = live_contact(state, &command.contact)?;
    let confirmed = confirmed(state, &contact, command.confirmed.as_ref())?;
    match command.ending {
        Ending::Over(outcome) => Ok(Event::ContactEnded(over(
            state, &contact, outcome, confirmed,
        )?)),
        Ending::AskedForPerson => {
            if contact.context.reason.is_none() {
                return Err(Refusal::NoReason(contact.id.clone()).into());
            }
            Ok(Event::ContactRouted(Box::new(routed(
                state,
                again(contact),
                now,
            )?)))
        }
    }
}

/// Finds what ending needs, without deciding.
pub(super) fn seek(state: &State, command: &EndContact) -> Result<(), Stop> {
    let contact = live_contact(state, &command.contact)?;
    cases_of(state, &contact)?;
    match command.ending {
        Ending::Over(_) => Ok(()),
        Ending::AskedForPerson => found(state, &again(contact), state.now()).map(drop),
    }
}

fn again(contact: Arc<Contact>) -> Start {
    Start {
        contact: contact.id.clone(),
        context: contact.context.clone(),
        before: Some(contact),
        step: RouteStep::AskedForPerson,
        take_first: true,
        unknown_reason: UnknownReason::LastResort,
    }
}

/// How a contact ends; its own case is resolved with its last live contact, its further cases are not.
pub(super) fn over(
    state: &State,
    contact: &Contact,
    outcome: Outcome,
    confirmed: Option<ReasonId>,
) -> Result<ContactEnded, Stop> {
    let cases = cases_of(state, contact)?;
    let own = cases.iter().find(|case| Some(case.id) == contact.case);
    let goes_on = match own.and_then(|case| case.merged_into) {
        Some(survivor) => state.case(&survivor)?,
        None => own,
    };
    // It counts as live in each of its cases, and several of them may be one by now.
    let is_last = |one: &Case| {
        let here = cases.iter().filter(|case| case.is_part_of(one.id)).count();
        one.live_in_all() as usize == here
    };
    let last = goes_on.filter(|case| case.state.is_open() && is_last(case));
    Ok(ContactEnded {
        contact: contact.id.clone(),
        case: contact.case,
        further: contact.further_cases().collect(),
        outcome,
        confirmed,
        resolves: last
            .filter(|_| outcome == Outcome::Resolved)
            .map(|case| case.id),
    })
}

fn confirmed(
    state: &State,
    contact: &Contact,
    told: Option<&ReasonId>,
) -> Result<Option<ReasonId>, Refusal> {
    let Some(told) = told else { return Ok(None) };
    let playbook = live(state)?;
    match playbook.reason_now(told, &contact.context.facts) {
        Some(index) => Ok(Some(playbook.reason(index).id.clone())),
        None => Err(Refusal::Faulty(Faults::one(
            "confirmed_reason",
            "is not a secondary reason of the live playbook; GetReasonMenu lists them",
        ))),
    }
}
