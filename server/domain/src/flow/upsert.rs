//! What is known of a customer is replaced.

use super::Stop;
use super::find::holder;
use crate::command::UpsertCustomer;
use crate::customer::Customer;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::state::State;
use crate::time::UnixMs;

/// Makes a customer or replaces the profile of one. A verified identity stays with who holds it, until a profile of
/// theirs leaves it out.
pub(super) fn upsert(state: &State, command: &UpsertCustomer, now: UnixMs) -> Result<Event, Stop> {
    let identities = command.profile.identities.iter();
    for identity in identities.filter(|identity| identity.verified) {
        let holder = holder(state, &identity.key)?;
        if let Some(holder) = holder.filter(|holder| *holder != command.id) {
            return Err(Refusal::IdentityTaken {
                kind: identity.key.kind.clone(),
                customer: command.id.clone(),
                holder,
            }
            .into());
        }
    }
    let mut customer = match state.customer(&command.id)? {
        Some(row) => Customer::clone(row),
        None => Customer::new(command.id.clone(), now),
    };
    customer.profile = command.profile.clone();
    Ok(Event::CustomerSaved(Box::new(customer)))
}
