//! Handles the correction of a contact's customer: the contact leaves the cases that it joined by mistake and joins the
//! right ones.

mod again;
mod cases;

use super::cases::cases_of;
use crate::actor::{Actor, ActorKind};
use crate::command::{Command, CorrectCustomer};
use crate::contact::{CORRECTION_AFTER_END_MAX, Contact};
use crate::customer::Customer;
use crate::event::{CustomerCorrected, Event};
use crate::flow::customer::act::kept;
use crate::flow::customer::find::{FoundCustomer, as_found};
use crate::flow::customer::merge_group::merge_group;
use crate::flow::result::{DecideError, live};
use crate::ids::CustomerId;
use crate::playbook::Playbook;
use crate::refusal::{ContactCause, CustomerCause, Kind, Refusal};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// A contact whose customer is corrected, and both customers.
struct Correction<'a> {
    state: &'a State,
    playbook: &'a Playbook,
    contact: &'a Contact,
    /// The wrong customer and all customers merged with it; empty if the contact has no customer.
    former: Vec<Arc<Customer>>,
    /// The right customer; `None` if it is not known.
    right: Option<FoundCustomer>,
    decides_again: bool,
    /// Whether the first route is taken at once after another decision.
    selects_first: bool,
    now: UnixMs,
}

/// The events of the correction. The first says what becomes of the contact and its cases. Then comes one event for
/// each additional case that is opened, and if the caller asks for it, those of another decision.
pub(in crate::flow) fn correct(
    state: &State,
    command: &Command,
    body: &CorrectCustomer,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let contact = state.contact(&body.contact)?.cloned();
    let contact = contact.ok_or_else(|| Refusal::NotFound {
        kind: Kind::Contact,
        id: body.contact.to_string(),
    })?;
    may_correct(&command.actor, &contact, now)?;
    let playbook = live(state)?;
    let former = contact.customer.as_ref();
    let families = [former, body.customer.as_ref()].map(|id| match id {
        Some(id) => merge_group(state, id),
        None => Ok(Vec::new()),
    });
    let cases = cases_of(state, &contact);
    let [former, _] = gathered(families, cases.map(drop))?;
    let right = match &body.customer {
        Some(id) => Some(right_customer(state, playbook, id)?),
        None => None,
    };
    is_another(body, &contact, &former)?;
    if body.decide_again && !contact.state.is_live() {
        return Err(refused(&contact, ContactCause::EndedBeforeDecision));
    }
    let correction = Correction {
        state,
        playbook,
        contact: &contact,
        former,
        right,
        decides_again: body.decide_again,
        selects_first: body.select_first,
        now,
    };
    let (cases, opened) = correction.cases()?;
    let corrected = CustomerCorrected {
        contact: contact.id.clone(),
        former: contact.customer.clone(),
        customer: body.customer.clone(),
        cases,
        note: body.note.clone(),
        followed_by: opened.len() as u32,
    };
    let added = correction.added(&corrected, opened);
    if !body.decide_again {
        let added = added
            .into_iter()
            .map(|added| Event::CaseAddedToContact(Box::new(added)));
        let first = Event::ContactCustomerCorrected(Box::new(corrected));
        return Ok(std::iter::once(first).chain(added).collect());
    }
    correction.decided_again(command, corrected, added)
}

/// Both families, or all rows of both and of the contact's cases that are not in memory.
fn gathered(
    families: [Result<Vec<Arc<Customer>>, RowNotLoaded>; 2],
    cases: Result<(), RowNotLoaded>,
) -> Result<[Vec<Arc<Customer>>; 2], RowNotLoaded> {
    let all = families.into_iter().chain([cases.map(|()| Vec::new())]);
    let mut all = RowNotLoaded::gather(all)?.into_iter();
    Ok([
        all.next().unwrap_or_default(),
        all.next().unwrap_or_default(),
    ])
}

fn refused(contact: &Contact, why: ContactCause) -> DecideError {
    let contact = contact.id.clone();
    Refusal::ContactStep { contact, why }.into()
}

/// The right customer. Refused if there is none with this key, or if it is merged into another one.
fn right_customer(
    state: &State,
    playbook: &Playbook,
    id: &CustomerId,
) -> Result<FoundCustomer, DecideError> {
    let row = kept(state, id)?;
    if let Some(into) = &row.merged_into {
        let into = into.clone();
        let (customer, why) = (id.clone(), CustomerCause::Merged { into });
        return Err(Refusal::CustomerStep { customer, why }.into());
    }
    Ok(as_found(state, playbook, id)?)
}

/// Refused if this caller may not correct customers, or if the contact ended too long ago.
fn may_correct(actor: &Actor, contact: &Contact, now: UnixMs) -> Result<(), DecideError> {
    if !actor.kind.is_supervisor() && actor.kind != ActorKind::Platform {
        return Err(refused(contact, ContactCause::CorrectionNotAllowed));
    }
    if contact
        .ended
        .is_some_and(|ended| now > ended + CORRECTION_AFTER_END_MAX)
    {
        return Err(refused(contact, ContactCause::CorrectionTooLate));
    }
    Ok(())
}

/// Refused unless the contact gets another customer, or none if it had none at first.
fn is_another(
    body: &CorrectCustomer,
    contact: &Contact,
    former: &[Arc<Customer>],
) -> Result<(), DecideError> {
    let known = contact.correction.as_ref();
    let first = known.map_or(contact.customer.as_ref(), |known| known.first.as_ref());
    let why = match (&body.customer, &contact.customer, first) {
        (Some(right), Some(customer), _) if former.iter().any(|row| row.id == *right) => {
            let customer = customer.clone();
            ContactCause::OfSameCustomer { customer }
        }
        (None, None, _) => ContactCause::OfNobodyAlready,
        (None, Some(_), Some(first)) => ContactCause::HadCustomer {
            first: first.clone(),
        },
        (None, Some(_), None) if !contact.additional.is_empty() => ContactCause::HasAdditionalCases,
        _ => return Ok(()),
    };
    Err(refused(contact, why))
}
