//! Who is one with whom: a customer, and those merged into it.

use crate::customer::{Customer, IdentityKey};
use crate::ids::CustomerId;
use crate::state::{Elsewhere, State};
use std::sync::Arc;

/// Whose an identity is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::flow) enum HeldBy {
    /// It proves nobody, as far as we know.
    Nobody,
    /// It proves this customer, whoever goes on for it.
    One(CustomerId),
    /// This customer was the last of whom it was told that others use it, too.
    Shared(CustomerId),
}

/// Who holds an identity: whoever was given it last, unless it was taken from them since.
pub(in crate::flow) fn holder(state: &State, key: &IdentityKey) -> Result<HeldBy, Elsewhere> {
    let Some(id) = state.holder(key)?.cloned() else {
        return Ok(HeldBy::Nobody);
    };
    let Some(row) = state.customer(&id)? else {
        return Ok(HeldBy::Nobody);
    };
    Ok(match row.profile.holds(key) {
        true => HeldBy::One(CustomerId::clone(&id)),
        false if row.profile.shares(key) => HeldBy::Shared(CustomerId::clone(&id)),
        false => HeldBy::Nobody,
    })
}

/// The customer that goes on for this one: itself, if it is not merged.
pub(in crate::flow) fn root(state: &State, id: &CustomerId) -> Result<CustomerId, Elsewhere> {
    let row = state.customer(id)?;
    let into = row.and_then(|row| row.merged_into.clone());
    Ok(into.unwrap_or_else(|| id.clone()))
}

/// Everybody who is one with a customer: the one that goes on, then those merged into it, in that order; nobody, if
/// there is no such customer.
pub(in crate::flow) fn family(
    state: &State,
    id: &CustomerId,
) -> Result<Vec<Arc<Customer>>, Elsewhere> {
    let Some(first) = state.customer(&root(state, id)?)?.cloned() else {
        return Ok(Vec::new());
    };
    let merged = first.merged_ids().map(|id| state.customer(id));
    let merged = Elsewhere::gather(merged)?.into_iter().flatten().cloned();
    Ok(std::iter::once(first.clone()).chain(merged).collect())
}
