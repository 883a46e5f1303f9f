//! Handles the erasing of a customer, together with all that are merged with it.

use super::act::kept;
use super::merge_group::merge_group;
use crate::command::EraseCustomer;
use crate::event::{CustomerErased, Event};
use crate::flow::result::DecideError;
use crate::refusal::{CustomerCause, Refusal};
use crate::state::State;

/// The most contacts and cases of a customer that can be erased.
pub const ERASED_MAX: usize = 100_000;

/// The event, or why it is refused.
pub(in crate::flow) fn erase(state: &State, command: &EraseCustomer) -> Result<Event, DecideError> {
    let customer = kept(state, &command.customer)?;
    let group = merge_group(state, &command.customer)?;
    let refused = |why| {
        let customer = customer.id.clone();
        Refusal::CustomerStep { customer, why }.into()
    };
    // What is theirs was looked up before: every contact changes its customer.
    let is_as_seen = group.len() == command.seen.len()
        && group
            .iter()
            .zip(&command.seen)
            .all(|(row, (id, changed))| row.id == *id && row.changed == *changed);
    if !is_as_seen {
        return Err(Refusal::CustomerChanged {
            customer: customer.id.clone(),
            current: customer.changed.0,
        }
        .into());
    }
    if let Some(contact) = &command.live {
        let contact = contact.clone();
        return Err(refused(CustomerCause::LiveContacts { contact }));
    }
    if let Some(case) = command.held {
        return Err(refused(CustomerCause::LegalHold { case }));
    }
    if command.contacts.len() + command.cases.len() > ERASED_MAX {
        return Err(refused(CustomerCause::TooMuchToErase));
    }
    let record = |row: &std::sync::Arc<crate::customer::Customer>| {
        let (id, opened) = (row.id.clone(), row.opened);
        id.of_record(opened)
    };
    Ok(Event::CustomerErased(Box::new(CustomerErased {
        customers: group.iter().map(record).collect(),
        contacts: command.contacts.clone(),
        cases: command.cases.clone(),
        note: command.note.clone(),
    })))
}
