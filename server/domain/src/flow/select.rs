//! The customer chose one of the routes that were offered.

use super::DecideError;
use super::additional::cases_of;
use crate::command::SelectRoute;
use crate::contact::Contact;
use crate::event::{Event, RouteSelected};
use crate::ids::ContactId;
use crate::refusal::{Kind, Refusal};
use crate::state::State;
use std::sync::Arc;

/// Records what was taken and what was declined.
pub(super) fn select(state: &State, command: &SelectRoute) -> Result<Event, DecideError> {
    let contact = live_contact(state, &command.contact)?;
    cases_of(state, &contact)?;
    let taken = contact
        .offered
        .iter()
        .find(|offered| offered.route == command.route);
    let Some(taken) = taken.cloned() else {
        return Err(Refusal::NotOffered {
            contact: contact.id.clone(),
            route: command.route,
            offered: contact
                .offered
                .iter()
                .map(|offered| offered.route)
                .collect(),
        }
        .into());
    };
    Ok(Event::RouteSelected(RouteSelected {
        contact: contact.id.clone(),
        case: contact.case,
        additional: contact.additional_cases().collect(),
        taken,
        declined: command.declined.clone(),
        tier: contact.decided_tier().cloned(),
        handover: contact.handover.clone(),
    }))
}

/// A contact that is not over.
pub(super) fn live_contact(state: &State, id: &ContactId) -> Result<Arc<Contact>, DecideError> {
    let contact = state.contact(id)?.cloned();
    let contact = contact.ok_or_else(|| Refusal::NotFound {
        kind: Kind::Contact,
        id: id.to_string(),
    })?;
    if contact.state.is_live() {
        Ok(contact)
    } else {
        Err(Refusal::ContactEnded(id.clone()).into())
    }
}
