//! Handles a change of the data that callers store with a contact for their own use.

use crate::command::UpdateContact;
use crate::event::{ContactUpdated, Event};
use crate::flow::result::DecideError;
use crate::refusal::{Kind, Refusal};
use crate::state::State;

/// The event of the change. The contact may be live or over.
pub(in crate::flow) fn update(
    state: &State,
    command: &UpdateContact,
) -> Result<Event, DecideError> {
    let UpdateContact { contact, update } = command;
    if state.contact(contact)?.is_none() {
        let id = contact.to_string();
        let kind = Kind::Contact;
        return Err(Refusal::NotFound { kind, id }.into());
    }
    Ok(Event::ContactUpdated(Box::new(ContactUpdated {
        contact: contact.clone(),
        update: update.clone(),
    })))
}
