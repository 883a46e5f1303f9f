//! Who the contact is of: the customer and the tier.

use crate::contact::CustomerRef;
use crate::customer::{Customer, IDENTITIES_MAX, Identity, IdentityKey, Profile};
use crate::decision::Finding;
use crate::ids::{ContactId, CustomerId, Slug};
use crate::playbook::{Playbook, TierIndex};
use crate::state::{Elsewhere, State};
use std::sync::Arc;

/// Who it is.
#[derive(Debug)]
pub(in crate::flow) struct FoundCustomer {
    /// The key.
    pub(in crate::flow) id: CustomerId,
    /// As we keep it; `None` if the contact brings it.
    pub(in crate::flow) row: Option<Arc<Customer>>,
    /// What is known from now on.
    pub(in crate::flow) profile: Profile,
    /// Whether that is more than before.
    pub(in crate::flow) learnt: bool,
}

/// Finds the customer: by the caller's key, else by what an earlier call about the contact said, else by a verified
/// identity; of several that belong to different customers the first by kind and value. An identity that is not
/// verified finds nobody; one that belongs to somebody else merges nobody.
pub(in crate::flow) fn customer(
    state: &State,
    contact: &ContactId,
    told: &CustomerRef,
    before: Option<&CustomerId>,
    noticed: &mut Vec<Finding>,
) -> Result<Option<FoundCustomer>, Elsewhere> {
    let named = told.id.as_ref().or(before);
    let mut held_by = None;
    let mut free = Vec::new();
    for identity in in_order(&told.identities) {
        let kind = || identity.key.kind.clone();
        if !identity.verified {
            noticed.push(Finding::IdentityNotVerified(kind()));
            continue;
        }
        match holder(state, &identity.key)? {
            None => free.push(identity),
            Some(id) if named.or(held_by.as_ref()).is_some_and(|known| *known != id) => {
                noticed.push(Finding::IdentityOfOtherCustomer(kind()));
            }
            Some(id) => held_by = Some(id),
        }
    }
    let id = match named.cloned().or(held_by) {
        Some(id) => id,
        None if free.is_empty() => return Ok(None),
        None => new_id(state, contact)?,
    };
    let row = state.customer(&id)?.cloned();
    let known = row.as_ref().map(|row| &row.profile);
    let profile = learn(
        known.cloned().unwrap_or_default(),
        told.tier.as_ref(),
        &free,
    );
    let learnt = known != Some(&profile);
    Ok(Some(FoundCustomer {
        id,
        row,
        profile,
        learnt,
    }))
}

/// By kind and value, the verified first: the order in which a caller tells them does not matter.
fn in_order(identities: &[Identity]) -> Vec<&Identity> {
    let mut sorted: Vec<&Identity> = identities.iter().collect();
    sorted.sort_by(|one, other| (&one.key, other.verified).cmp(&(&other.key, one.verified)));
    sorted
}

/// Who holds a verified identity: whoever was given it last, unless it was taken from them since.
pub(in crate::flow) fn holder(
    state: &State,
    key: &IdentityKey,
) -> Result<Option<CustomerId>, Elsewhere> {
    let Some(id) = state.holder(key)?.cloned() else {
        return Ok(None);
    };
    let row = state.customer(&id)?;
    let holds = row.is_some_and(|row| row.profile.holds(key));
    Ok(holds.then(|| CustomerId::clone(&id)))
}

/// A key of our own for a customer whom the contact brings. It follows from the contact and not from the sequence,
/// so that it can be looked up before the contact is decided; one that is taken already is passed over.
fn new_id(state: &State, contact: &ContactId) -> Result<CustomerId, Elsewhere> {
    let mut attempt = 0;
    loop {
        let id = CustomerId::brought_by(contact, attempt);
        if state.customer(&id)?.is_none() {
            return Ok(id);
        }
        attempt += 1;
    }
}

/// What a contact teaches about its customer: a tier where none was known, verified identities that nobody holds.
fn learn(mut profile: Profile, tier: Option<&Slug>, free: &[&Identity]) -> Profile {
    if profile.tier.is_none() {
        profile.tier = tier.cloned();
    }
    for &identity in free {
        if profile.holds(&identity.key) {
            continue;
        }
        profile.identities.retain(|known| known.key != identity.key);
        if profile.identities.len() < IDENTITIES_MAX {
            profile.identities.push(identity.clone());
        }
    }
    profile
}

/// The tier: the caller's, else the stored one, else the playbook's default.
pub(in crate::flow) fn tier(
    playbook: &Playbook,
    told: Option<&Slug>,
    stored: Option<&Slug>,
    noticed: &mut Vec<Finding>,
) -> TierIndex {
    let index = |id: Option<&Slug>| id.and_then(|id| playbook.index.tiers.get(id)).copied();
    match (index(told), stored) {
        (Some(tier), Some(stored)) if Some(stored) != told => {
            noticed.push(Finding::TierOfCaller(stored.clone()));
            tier
        }
        (Some(tier), _) => tier,
        (None, stored) => index(stored).unwrap_or_else(|| {
            noticed.push(Finding::TierAssumed);
            playbook.tier_default
        }),
    }
}
