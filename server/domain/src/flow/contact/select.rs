//! Handles the customer's choice of an offered route.

use super::cases::{cases_of, live_contact};
use crate::command::SelectRoute;
use crate::event::{Event, RouteSelected};
use crate::flow::result::DecideError;
use crate::refusal::Refusal;
use crate::state::State;

/// Records the route that was taken and the routes that were declined.
pub(in crate::flow) fn select(state: &State, command: &SelectRoute) -> Result<Event, DecideError> {
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
