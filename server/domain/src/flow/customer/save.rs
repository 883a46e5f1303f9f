//! Handles new or changed data of a customer.

use super::act::{as_seen, kept};
use super::merge_group::{IdentityOwner, identity_owner, survivor};
use crate::actor::Actor;
use crate::command::UpsertCustomer;
use crate::customer::{CONSENTS_MAX, Customer, IDENTITIES_MAX, Identity};
use crate::event::{CustomerUpserted, Event};
use crate::flow::result::DecideError;
use crate::handle::HandleKey;
use crate::ids::{CustomerId, fits_new};
use crate::refusal::{CustomerCause, Faults, Refusal};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;

/// Creates a customer, or changes its profile. A verified identity stays with its holder until a profile of the holder
/// leaves it out; nobody else gets it, verified or not. An identity that another customer shares identifies nobody. The
/// data of a merged customer is stored with that customer. A vulnerable customer stays so until a supervisor says
/// otherwise.
pub(in crate::flow) fn upsert(
    state: &State,
    command: &UpsertCustomer,
    actor: &Actor,
    now: UnixMs,
) -> Result<Event, DecideError> {
    if command.seen.is_some() {
        as_seen(&*kept(state, &command.id)?, command.seen)?;
    }
    if let Err(unfit) = fits_new(command.id.as_str())
        && state.customer(&command.id)?.is_none()
    {
        return Err(Refusal::Faulty(Faults::one("customer.customer_id", unfit)).into());
    }
    let kinds = state.comparing();
    let identities = command.profile.identities.iter();
    let told: Vec<(HandleKey, &Identity)> = identities
        .map(|identity| (kinds.key_of(identity), identity))
        .collect();
    let owner = |key: &HandleKey| identity_owner(state, key, Some(&command.id));
    RowNotLoaded::gather(told.iter().map(|(key, _)| owner(key)))?;
    for (key, identity) in &told {
        if may_keep_unverified(state, &command.id, (key, identity))? {
            continue;
        }
        let kind = identity.key.kind.clone();
        let customer = command.id.clone();
        let refusal = match owner(key)? {
            IdentityOwner::One(holder) if holder != customer => Refusal::IdentityTaken {
                kind,
                customer,
                holder,
            },
            IdentityOwner::Shared(sharer)
                if sharer != customer && identity.identifies_customer() =>
            {
                Refusal::IdentityShared {
                    kind,
                    customer,
                    sharer,
                }
            }
            IdentityOwner::One(_) | IdentityOwner::Shared(_) | IdentityOwner::Nobody => continue,
        };
        return Err(refusal.into());
    }
    let mut customer = match state.customer(&command.id)? {
        Some(row) => Customer::clone(row),
        None => Customer::new(command.id.clone(), now),
    };
    let named = command.named.as_deref();
    let profile = customer.profile.updated(&command.profile, named, kinds);
    let refused = |why| -> DecideError {
        let customer = command.id.clone();
        Refusal::CustomerStep { customer, why }.into()
    };
    if profile.identities.len() > IDENTITIES_MAX {
        return Err(refused(CustomerCause::IdentitiesMax));
    }
    if profile.consents.len() > CONSENTS_MAX {
        return Err(refused(CustomerCause::ConsentsMax));
    }
    let was_vulnerable = customer.profile.vulnerable == Some(true);
    let is_vulnerable = profile.vulnerable == Some(true);
    if was_vulnerable && !is_vulnerable && !actor.kind.is_supervisor() {
        return Err(refused(CustomerCause::Vulnerable));
    }
    let unverified_identities = customer.profile.proofs_lost_by(&profile, kinds);
    customer.profile = profile;
    Ok(Event::CustomerUpserted(Box::new(CustomerUpserted {
        customer: customer.as_told(),
        unverified_identities,
    })))
}

/// Whether a customer may keep an unverified identity that another customer holds. It may if the customer had the
/// identity before, because the caller need not know that it was verified for another customer since. It also may if
/// the other customer is merged with this one.
fn may_keep_unverified(
    state: &State,
    id: &CustomerId,
    (key, identity): (&HandleKey, &Identity),
) -> Result<bool, DecideError> {
    if identity.verified || identity.shared {
        return Ok(false);
    }
    let known = state.customer(id)?;
    let is_kept = |row: &Customer| {
        let mut same = row.identities_of(key);
        same.any(|known| !known.verified && !known.shared)
    };
    if known.is_some_and(|row| is_kept(row)) {
        return Ok(true);
    }
    match identity_owner(state, key, Some(id))? {
        IdentityOwner::One(holder) => Ok(survivor(state, &holder)? == survivor(state, id)?),
        IdentityOwner::Shared(_) | IdentityOwner::Nobody => Ok(true),
    }
}
