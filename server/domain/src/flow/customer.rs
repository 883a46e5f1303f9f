//! Somebody works on a customer: links a handle, merges customers, undoes it.

use super::Stop;
use super::find::{HeldBy, holder, root};
use crate::command::{CustomerStep, WorkOnCustomer};
use crate::customer::{
    Customer, CustomerMerge, CustomerWork, IDENTITIES_MAX, Identity, MERGED_CUSTOMERS_MAX,
};
use crate::event::{CustomerWorked, Event};
use crate::ids::{CustomerId, Seq};
use crate::refusal::{Faults, Kind, Refusal};
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
                return Err(refused(
                    &customer,
                    format!("has no such {} identity", key.kind),
                ));
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

fn refused(customer: &Customer, why: impl Into<String>) -> Stop {
    Refusal::CustomerStep {
        customer: customer.id.clone(),
        why: why.into(),
    }
    .into()
}

/// Whoever is merged does nothing more by itself.
fn goes_on(customer: &Customer) -> Result<(), Stop> {
    match &customer.merged_into {
        Some(survivor) => {
            let why = format!("is merged into {survivor}: work on that one");
            Err(refused(customer, why))
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
        HeldBy::One(other) if !identity.proves() => {
            let why = format!(
                "is not merged with {other}, whose {kind} identity is verified: one that is not verified, or is shared, \
                proves nobody"
            );
            Err(refused(customer, why))
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
        let why = format!("has {IDENTITIES_MAX} identities already, the most there can be");
        return Err(refused(customer, why));
    }
    Ok(as_told(customer, identity))
}

fn as_told(customer: &Customer, identity: &Identity) -> CustomerWorked {
    let proof_lost = customer.profile.holds(&identity.key) && !identity.proves();
    let identity = identity.clone();
    let work = CustomerWork::Linked {
        identity,
        proof_lost,
    };
    done(customer, work)
}

fn merge(state: &State, survivor: &Customer, merge: CustomerMerge) -> Result<CustomerWorked, Stop> {
    if merge.customer == survivor.id {
        let what = "must be another customer than the one that goes on";
        return Err(Refusal::Faulty(Faults::one("merged_customer_id", what)).into());
    }
    let merged = kept(state, &merge.customer)?;
    goes_on(survivor)?;
    if let Some(into) = &merged.merged_into {
        let why = format!("is merged into {into} already: undo that merge first");
        return Err(refused(&merged, why));
    }
    if let Some(first) = merged.merged_ids().next() {
        let why = format!(
            "goes on for {first} itself: merge {} into it, or undo that merge first",
            survivor.id
        );
        return Err(refused(&merged, why));
    }
    if survivor.merged.len() == MERGED_CUSTOMERS_MAX {
        let why =
            format!("goes on for {MERGED_CUSTOMERS_MAX} customers already, the most there can be");
        return Err(refused(survivor, why));
    }
    Ok(done(survivor, CustomerWork::Merged(merge)))
}

fn unmerge(state: &State, merged: &Customer, note: &Arc<str>) -> Result<CustomerWorked, Stop> {
    let Some(survivor) = &merged.merged_into else {
        return Err(refused(merged, "is not merged into another"));
    };
    let survivor = kept(state, survivor)?;
    let work = CustomerWork::Unmerged(merged.id.clone(), note.clone());
    Ok(done(&survivor, work))
}
