//! Which customers are merged: the survivor, and the customers merged into it.

use crate::customer::Customer;
use crate::handle::HandleKey;
use crate::ids::CustomerId;
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// The owner of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::flow) enum IdentityOwner {
    /// The identity identifies nobody, as far as is known.
    Nobody,
    /// The identity proves this customer, even if the customer is merged.
    One(CustomerId),
    /// The identity is shared with other people. This customer was the last to be recorded with it.
    Shared(CustomerId),
}

/// The owner of a handle: the customer who got it last, unless it was removed from that customer since. If several
/// hold it, `preferred` goes first.
pub(in crate::flow) fn identity_owner(
    state: &State,
    key: &HandleKey,
    preferred: Option<&CustomerId>,
) -> Result<IdentityOwner, RowNotLoaded> {
    let Some(holder) = state.holder(key)?.cloned() else {
        return Ok(IdentityOwner::Nobody);
    };
    let rows = holder.all().map(|id| state.customer(id));
    let rows = RowNotLoaded::gather(rows)?;
    let rows = || rows.iter().flatten();
    let holders = || rows().filter(|row| row.holds(key));
    let mut wanted = holders().filter(|row| Some(&row.id) == preferred);
    if let Some(row) = wanted.next().or_else(|| holders().next()) {
        return Ok(IdentityOwner::One(row.id.clone()));
    }
    let last = rows().find(|row| row.id == holder.customer && row.shares(key));
    Ok(match last {
        Some(row) => IdentityOwner::Shared(row.id.clone()),
        None => IdentityOwner::Nobody,
    })
}

/// Whether several customers hold the handle, who are not merged.
pub(in crate::flow) fn is_held_twice(state: &State, key: &HandleKey) -> Result<bool, RowNotLoaded> {
    let Some(holder) = state
        .holder(key)?
        .filter(|holder| !holder.others.is_empty())
    else {
        return Ok(false);
    };
    let mut survivors = Vec::new();
    for id in holder.all() {
        if state.customer(id)?.is_some_and(|row| row.holds(key)) {
            survivors.push(survivor(state, id)?);
        }
    }
    survivors.dedup();
    Ok(survivors.len() > 1)
}

/// The survivor of this customer: the customer itself, if it is not merged.
pub(in crate::flow) fn survivor(
    state: &State,
    id: &CustomerId,
) -> Result<CustomerId, RowNotLoaded> {
    let row = state.customer(id)?;
    let into = row.and_then(|row| row.merged_into.clone());
    Ok(into.unwrap_or_else(|| id.clone()))
}

/// All merged customers: the survivor first, then those merged into it, in the order of the merges. Empty
/// if there is no such customer.
pub(in crate::flow) fn merge_group(
    state: &State,
    id: &CustomerId,
) -> Result<Vec<Arc<Customer>>, RowNotLoaded> {
    let Some(first) = state.customer(&survivor(state, id)?)?.cloned() else {
        return Ok(Vec::new());
    };
    let merged = first.merged_ids().map(|id| state.customer(id));
    let merged = RowNotLoaded::gather(merged)?.into_iter().flatten().cloned();
    Ok(std::iter::once(first.clone()).chain(merged).collect())
}
