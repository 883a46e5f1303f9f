//! Which customers are merged: the survivor, and the customers merged into it.

use crate::customer::{Customer, IdentityKey};
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

/// The owner of an identity: the customer who got it last, unless it was removed from that customer since.
pub(in crate::flow) fn identity_owner(
    state: &State,
    key: &IdentityKey,
) -> Result<IdentityOwner, RowNotLoaded> {
    let Some(id) = state.holder(key)?.cloned() else {
        return Ok(IdentityOwner::Nobody);
    };
    let Some(row) = state.customer(&id)? else {
        return Ok(IdentityOwner::Nobody);
    };
    Ok(match row.profile.holds(key) {
        true => IdentityOwner::One(CustomerId::clone(&id)),
        false if row.profile.shares(key) => IdentityOwner::Shared(CustomerId::clone(&id)),
        false => IdentityOwner::Nobody,
    })
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
