//! What is known of a customer is replaced.

use super::Stop;
use super::find::{HeldBy, holder};
use crate::command::UpsertCustomer;
use crate::customer::Customer;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::state::State;
use crate::time::UnixMs;

/// Makes a customer or replaces the profile of one. A verified identity stays with who holds it, until a profile of
/// theirs leaves it out; one that another shares proves nobody. A customer that is merged is kept for itself.
pub(super) fn upsert(state: &State, command: &UpsertCustomer, now: UnixMs) -> Result<Event, Stop> {
    let identities = command.profile.identities.iter();
    for identity in identities.filter(|identity| identity.verified || identity.shared) {
        let kind = identity.key.kind.clone();
        let customer = command.id.clone();
        let refusal = match holder(state, &identity.key)? {
            HeldBy::One(holder) if holder != customer => Refusal::IdentityTaken {
                kind,
                customer,
                holder,
            },
            HeldBy::Shared(sharer) if sharer != customer && identity.proves() => {
                Refusal::IdentityShared {
                    kind,
                    customer,
                    sharer,
                }
            }
            HeldBy::One(_) | HeldBy::Shared(_) | HeldBy::Nobody => continue,
        };
        return Err(refusal.into());
    }
    let mut customer = match state.customer(&command.id)? {
        Some(row) => Customer::clone(row),
        None => Customer::new(command.id.clone(), now),
    };
    customer.profile = command.profile.clone();
    Ok(Event::CustomerSaved(Box::new(customer)))
}
