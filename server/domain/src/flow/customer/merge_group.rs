//! Who is one with whom: a customer, and those merged into it.

use crate::customer::{Customer, IdentityKey};
use crate::ids::CustomerId;
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// Whose an identity is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::flow) enum IdentityOwner {
    /// It proves nobody, as far as we know.
    Nobody,
    /// It proves this customer, whoever goes on for it.
    One(CustomerId),
    /// This customer was the last of whom it was told that others use it, too.
    Shared(CustomerId),
}

/// Who holds an identity: whoever was given it last, unless it was taken from them since.
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

/// The customer that goes on for this one: itself, if it is not merged.
pub(in crate::flow) fn survivor(
    state: &State,
    id: &CustomerId,
) -> Result<CustomerId, RowNotLoaded> {
    let row = state.customer(id)?;
    let into = row.and_then(|row| row.merged_into.clone());
    Ok(into.unwrap_or_else(|| id.clone()))
}

/// Everybody who is one with a customer: the one that goes on, then those merged into it, in that order; nobody, if
/// there is no such customer.
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
