//! Somebody works on a customer: links a handle, merges customers, undoes it.

use super::Stop;
use super::find::{HeldBy, holder, root};
use crate::command::{CustomerStep, WorkOnCustomer};
use crate::customer::{
    Customer, CustomerMerge, CustomerWork, IDENTITIES_MAX, Identity, MERGED_CUSTOMERS_MAX,
};
use crate::event::{CustomerWorked, Event};
use crate::ids::{CustomerId, Seq};
use crate::refusal::{CustomerCause, Faults, Kind, Refusal};
use crate::state::State;
use std::sync::Arc;

/// What the work comes to.
pub(super) fn work(state: &State, command: &WorkOnCustomer) -> Result<Event, Stop> {
    let customer = kept(state, &command.customer)?;
    as_seen(&customer, command.seen)?;
    let worked = match &command.step {
        CustomerStep::Link(identity) => link(state, &customer, identity)?,
        CustomerStep::Unlink(key) => {
            let mut identities = customer.profile.identities.iter();
            if !identities.any(|known| known.key == *key) {
                let kind = key.kind.clone();
                return Err(refused(&customer, CustomerCause::NoSuchIdentity { kind }));
            }
            done(&customer, CustomerWork::Unlinked(key.clone()))
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
    Ok(Event::CustomerWorked(Box::new(worked)))
}

/// That a customer is still as the caller saw it, if the caller says so.
pub(super) fn as_seen(customer: &Customer, seen: Option<Seq>) -> Result<(), Stop> {
    if seen.is_none_or(|seen| seen == customer.changed) {
        return Ok(());
    }
    Err(Refusal::CustomerChanged {
        customer: customer.id.clone(),
        current: customer.changed.0,
    }
    .into())
}

/// The customer as it is kept.
pub(super) fn kept(state: &State, id: &CustomerId) -> Result<Arc<Customer>, Stop> {
    let customer = state.customer(id)?.cloned();
    customer.ok_or_else(|| {
        Refusal::NotFound {
            kind: Kind::Customer,
            id: id.to_string(),
        }
        .into()
    })
}

fn done(customer: &Customer, work: CustomerWork) -> CustomerWorked {
    CustomerWorked {
        customer: customer.id.clone(),
        work,
    }
}

fn refused(customer: &Customer, why: CustomerCause) -> Stop {
    let customer = customer.id.clone();
    Refusal::CustomerStep { customer, why }.into()
}

/// Whoever is merged does nothing more by itself.
fn goes_on(customer: &Customer) -> Result<(), Stop> {
    match &customer.merged_into {
        Some(survivor) => {
            let into = survivor.clone();
            Err(refused(customer, CustomerCause::Merged { into }))
        }
        None => Ok(()),
    }
}

fn link(state: &State, customer: &Customer, identity: &Identity) -> Result<CustomerWorked, Stop> {
    goes_on(customer)?;
    let (id, kind) = (&customer.id, &identity.key.kind);
    let held = holder(state, &identity.key)?;
    let (HeldBy::One(other) | HeldBy::Shared(other)) = &held else {
        return linked(customer, identity);
    };
    let claims = !identity.verified && !identity.shared;
    if other == id || claims && customer.profile.identities.contains(identity) {
        return linked(customer, identity);
    }
    // What somebody has who is merged into it is said of them again.
    let one = root(state, other)?;
    if one == *id {
        return Ok(as_told(&*kept(state, other)?, identity));
    }
    match held {
        HeldBy::One(holder) if !identity.proves() => {
            let kind = kind.clone();
            Err(refused(
                customer,
                CustomerCause::IdentityTaken { kind, holder },
            ))
        }
        HeldBy::One(_) => {
            let merge = CustomerMerge {
                customer: one,
                proof: Some(identity.key.clone()),
                note: "".into(),
            };
            self::merge(state, customer, merge)
        }
        HeldBy::Shared(sharer) if identity.proves() => Err(Refusal::IdentityShared {
            kind: kind.clone(),
            customer: id.clone(),
            sharer,
        }
        .into()),
        HeldBy::Shared(_) | HeldBy::Nobody => linked(customer, identity),
    }
}

/// The customer has the handle as it is told now.
fn linked(customer: &Customer, identity: &Identity) -> Result<CustomerWorked, Stop> {
    let identities = &customer.profile.identities;
    let is_new = !identities.iter().any(|known| known.key == identity.key);
    if is_new && identities.len() == IDENTITIES_MAX {
        return Err(refused(customer, CustomerCause::IdentitiesMax));
    }
    Ok(as_told(customer, identity))
}

fn as_told(customer: &Customer, identity: &Identity) -> CustomerWorked {
    let verification_lost = customer.profile.holds(&identity.key) && !identity.proves();
    let identity = identity.clone();
    let work = CustomerWork::Linked {
        identity,
        verification_lost,
    };
    done(customer, work)
}

fn merge(state: &State, survivor: &Customer, merge: CustomerMerge) -> Result<CustomerWorked, Stop> {
    if merge.customer == survivor.id {
        let what = "must be another customer than the one that goes on";
        return Err(Refusal::Faulty(Faults::one("duplicate_customer_id", what)).into());
    }
    let merged = kept(state, &merge.customer)?;
    goes_on(survivor)?;
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
    Ok(done(survivor, CustomerWork::Merged(merge)))
}

fn unmerge(state: &State, merged: &Customer, note: &Arc<str>) -> Result<CustomerWorked, Stop> {
    let Some(survivor) = &merged.merged_into else {
        return Err(refused(merged, CustomerCause::NotMerged));
    };
    let survivor = kept(state, survivor)?;
    let work = CustomerWork::Unmerged(merged.id.clone(), note.clone());
    Ok(done(&survivor, work))
}
