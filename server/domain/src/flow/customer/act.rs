//! Handles work on a customer: an identity is linked or unlinked, customers are merged or separated.

use super::merge_group::{IdentityOwner, identity_owner, survivor};
use crate::command::{ActOnCustomer, CustomerStep};
use crate::customer::{
    Customer, CustomerAction, CustomerMerge, IDENTITIES_MAX, Identity, MERGED_CUSTOMERS_MAX,
};
use crate::event::{CustomerActionTaken, Event};
use crate::flow::result::DecideError;
use crate::handle::HandleKey;
use crate::ids::{CustomerId, Seq};
use crate::refusal::{CustomerCause, Faults, Kind, Refusal};
use crate::state::State;
use std::sync::Arc;

/// The event of the work, or why it is refused.
pub(in crate::flow) fn act(state: &State, command: &ActOnCustomer) -> Result<Event, DecideError> {
    let customer = kept(state, &command.customer)?;
    as_seen(&customer, command.seen)?;
    let worked = match &command.step {
        CustomerStep::Link(identity) => link(state, &customer, identity)?,
        CustomerStep::Unlink(told) => {
            let key = state.comparing().key_of_told(told);
            let mut identities = customer.profile.identities.iter();
            let is_told = identities.any(|known| known.key == *told);
            if !is_told && customer.identities_of(&key).next().is_none() {
                let kind = told.kind.clone();
                return Err(refused(&customer, CustomerCause::NoSuchIdentity { kind }));
            }
            done(&customer, CustomerAction::Unlinked(told.clone()))
        }
        CustomerStep::Merge(other, note) => {
            let merge = CustomerMerge {
                customer: other.clone(),
                proof: None,
                note: note.clone(),
            };
            self::merge(state, &customer, merge)?
        }
        CustomerStep::Unmerge(note) => unmerge(state, &customer, note)?,
    };
    Ok(Event::CustomerActionTaken(Box::new(worked)))
}

/// Refused if the customer changed since the caller saw it. Always accepted if the caller did not say what it saw.
pub(super) fn as_seen(customer: &Customer, seen: Option<Seq>) -> Result<(), DecideError> {
    if seen.is_none_or(|seen| seen == customer.changed) {
        return Ok(());
    }
    Err(Refusal::CustomerChanged {
        customer: customer.id.clone(),
        current: customer.changed.0,
    }
    .into())
}

/// The customer as stored. Refused if there is none.
pub(in crate::flow) fn kept(state: &State, id: &CustomerId) -> Result<Arc<Customer>, DecideError> {
    let customer = state.customer(id)?.cloned();
    customer.ok_or_else(|| {
        Refusal::NotFound {
            kind: Kind::Customer,
            id: id.to_string(),
        }
        .into()
    })
}

fn done(customer: &Customer, work: CustomerAction) -> CustomerActionTaken {
    CustomerActionTaken {
        customer: customer.id.clone(),
        action: work,
    }
}

fn refused(customer: &Customer, why: CustomerCause) -> DecideError {
    let customer = customer.id.clone();
    Refusal::CustomerStep { customer, why }.into()
}

/// Refused if the customer is merged. Only its survivor can be changed.
fn refuse_merged(customer: &Customer) -> Result<(), DecideError> {
    match &customer.merged_into {
        Some(survivor) => {
            let into = survivor.clone();
            Err(refused(customer, CustomerCause::Merged { into }))
        }
        None => Ok(()),
    }
}

fn link(
    state: &State,
    customer: &Customer,
    identity: &Identity,
) -> Result<CustomerActionTaken, DecideError> {
    refuse_merged(customer)?;
    let (id, kind) = (&customer.id, &identity.key.kind);
    let key = state.comparing().key_of(identity);
    let held = identity_owner(state, &key, Some(id))?;
    let (IdentityOwner::One(other) | IdentityOwner::Shared(other)) = &held else {
        return linked(customer, &key, identity);
    };
    let claims = !identity.verified && !identity.shared;
    let claimed = |known: &Identity| !known.verified && !known.shared;
    if other == id || claims && customer.identities_of(&key).any(claimed) {
        return linked(customer, &key, identity);
    }
    // The identity of a customer who is merged into this one is stored with that customer again.
    let one = survivor(state, other)?;
    if one == *id {
        return Ok(as_sent(&*kept(state, other)?, &key, identity));
    }
    match held {
        IdentityOwner::One(holder) if !identity.identifies_customer() => {
            let kind = kind.clone();
            Err(refused(
                customer,
                CustomerCause::IdentityTaken { kind, holder },
            ))
        }
        IdentityOwner::One(_) => {
            let merge = CustomerMerge {
                customer: one,
                proof: Some(identity.key.clone()),
                note: "".into(),
            };
            self::merge(state, customer, merge)
        }
        IdentityOwner::Shared(sharer) if identity.identifies_customer() => {
            Err(Refusal::IdentityShared {
                kind: kind.clone(),
                customer: id.clone(),
                sharer,
            }
            .into())
        }
        IdentityOwner::Shared(_) | IdentityOwner::Nobody => linked(customer, &key, identity),
    }
}

/// Links the identity to the customer, as it was sent now.
fn linked(
    customer: &Customer,
    key: &HandleKey,
    identity: &Identity,
) -> Result<CustomerActionTaken, DecideError> {
    let is_new = customer.identities_of(key).next().is_none();
    if is_new && customer.profile.identities.len() == IDENTITIES_MAX {
        return Err(refused(customer, CustomerCause::IdentitiesMax));
    }
    Ok(as_sent(customer, key, identity))
}

fn as_sent(customer: &Customer, key: &HandleKey, identity: &Identity) -> CustomerActionTaken {
    let verification_lost = customer.holds(key) && !identity.identifies_customer();
    let identity = identity.clone();
    let work = CustomerAction::Linked {
        identity,
        verification_lost,
    };
    done(customer, work)
}

fn merge(
    state: &State,
    survivor: &Customer,
    merge: CustomerMerge,
) -> Result<CustomerActionTaken, DecideError> {
    if merge.customer == survivor.id {
        let what = "must not be the same as customer_id, the customer that survives";
        return Err(Refusal::Faulty(Faults::one("duplicate_customer_id", what)).into());
    }
    let merged = kept(state, &merge.customer)?;
    refuse_merged(survivor)?;
    if let Some(into) = &merged.merged_into {
        let into = into.clone();
        return Err(refused(&merged, CustomerCause::MergedAlready { into }));
    }
    if let Some(first) = merged.merged_ids().next() {
        let why = CustomerCause::HasMerged {
            first: first.clone(),
            survivor: survivor.id.clone(),
        };
        return Err(refused(&merged, why));
    }
    if survivor.merged.len() == MERGED_CUSTOMERS_MAX {
        return Err(refused(survivor, CustomerCause::MergesMax));
    }
    Ok(done(survivor, CustomerAction::Merged(merge)))
}

fn unmerge(
    state: &State,
    merged: &Customer,
    note: &Arc<str>,
) -> Result<CustomerActionTaken, DecideError> {
    let Some(survivor) = &merged.merged_into else {
        return Err(refused(merged, CustomerCause::NotMerged));
    };
    let survivor = kept(state, survivor)?;
    let work = CustomerAction::Unmerged(merged.id.clone(), note.clone());
    Ok(done(&survivor, work))
}
