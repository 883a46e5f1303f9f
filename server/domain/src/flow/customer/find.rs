//! Finds the customer of a contact, and the tier.

use super::merge_group::{IdentityOwner, identity_owner, is_held_twice, merge_group, survivor};
use crate::contact::CustomerRef;
use crate::customer::{Customer, IDENTITIES_MAX, Identity, Profile, TierBasis, TierFound};
use crate::decision::Finding;
use crate::handle::{Compared, HandleKey};
use crate::ids::{ContactId, CustomerId, Seq, Slug};
use crate::playbook::{Playbook, TierIndex};
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// The customer who was found.
#[derive(Debug)]
pub(in crate::flow) struct FoundCustomer {
    /// The key of the customer.
    pub(in crate::flow) id: CustomerId,
    /// The customer and all customers merged with it, the survivor first. Empty if the contact creates the customer.
    pub(in crate::flow) family: Vec<Arc<Customer>>,
    /// The profile of this customer from now on.
    pub(in crate::flow) profile: Profile,
    /// The profile from now on, over all merged customers.
    pub(in crate::flow) in_all: Profile,
    /// The tier that was stored before.
    pub(super) stored_tier: Option<StoredTier>,
    /// Whether the profile has more data than before.
    pub(in crate::flow) learnt: bool,
}

/// The tier that is stored for a customer.
#[derive(Clone, Debug)]
pub(super) struct StoredTier {
    /// The tier.
    tier: Slug,
    /// The customer who has the tier; `None` if it is the survivor.
    of: Option<CustomerId>,
}

impl FoundCustomer {
    /// Whether this customer is, or is merged with, the customer `id`.
    pub(in crate::flow) fn is_one_with(&self, id: &CustomerId) -> bool {
        self.members().any(|member| member == id)
    }

    /// The keys of all merged customers, the survivor first.
    pub(in crate::flow) fn members(&self) -> impl Iterator<Item = &CustomerId> {
        let brought = self.family.is_empty().then_some(&self.id);
        self.family.iter().map(|row| &row.id).chain(brought)
    }

    /// The numbers of the records of all merged customers, the survivor first.
    pub(in crate::flow) fn records(&self) -> impl Iterator<Item = Seq> {
        self.family.iter().map(|row| row.opened)
    }
}

/// Finds the customer: the customer that the contact had, or else the caller's key, or else a verified identity. If
/// identities belong to different customers, the first by kind and value wins. For a merged customer, the survivor is
/// found. An identity that is not verified, or is shared, finds nobody. An identity that belongs to
/// another customer merges nobody.
pub(in crate::flow) fn customer(
    state: &State,
    playbook: &Playbook,
    contact: &ContactId,
    (sent, brand): (&CustomerRef, Option<&Slug>),
    before: Option<&CustomerId>,
    noticed: &mut Vec<Finding>,
) -> Result<Option<FoundCustomer>, RowNotLoaded> {
    let named = before.or(sent.id.as_ref());
    let told = in_order(state, playbook, sent, brand);
    let proofs = told
        .iter()
        .filter(|told| told.identity.identifies_customer());
    let owners = proofs.map(|Told { key, .. }| {
        let owner = match identity_owner(state, key, named)? {
            IdentityOwner::One(id) => survivor(state, &id).map(drop),
            IdentityOwner::Shared(_) | IdentityOwner::Nobody => Ok(()),
        };
        owner.and_then(|()| is_held_twice(state, key).map(drop))
    });
    RowNotLoaded::gather(
        named
            .map(|id| survivor(state, id).map(drop))
            .into_iter()
            .chain(owners),
    )?;
    let named_one = named.map(|id| survivor(state, id)).transpose()?;
    let mut held_by = None;
    let mut free = Vec::new();
    for one in &told {
        let Told { key, identity, .. } = one;
        let kind = || identity.key.kind.clone();
        if one.is_as_written {
            Finding::IdentityAsWritten(kind()).note(noticed);
        }
        if !identity.identifies_customer() {
            noticed.push(match identity.shared {
                true => Finding::IdentityShared(kind()),
                false => Finding::IdentityNotVerified(kind()),
            });
            continue;
        }
        let held = match identity_owner(state, key, named)? {
            IdentityOwner::Nobody => {
                free.push(one);
                continue;
            }
            IdentityOwner::Shared(_) => {
                noticed.push(Finding::IdentityShared(kind()));
                continue;
            }
            IdentityOwner::One(id) => survivor(state, &id)?,
        };
        if is_held_twice(state, key)? {
            Finding::IdentityHeldTwice(kind()).note(noticed);
        }
        if named_one
            .as_ref()
            .or(held_by.as_ref())
            .is_some_and(|known| *known != held)
        {
            noticed.push(Finding::IdentityOfOtherCustomer(kind()));
        } else {
            held_by = Some(held);
        }
    }
    // A contact keeps the customer with whom it started, even if that customer is merged into another now.
    let id = match before.cloned().or(named_one).or(held_by) {
        Some(id) => id,
        None if free.is_empty() => return Ok(None),
        None => new_id(state, contact)?,
    };
    let family = merge_group(state, &id)?;
    Ok(Some(found(playbook, id, family, sent.tier.as_ref(), &free)))
}

/// A stored customer, as if it were found for a contact that adds nothing to what is known of it.
pub(in crate::flow) fn as_found(
    state: &State,
    playbook: &Playbook,
    id: &CustomerId,
) -> Result<FoundCustomer, RowNotLoaded> {
    let family = merge_group(state, id)?;
    Ok(found(playbook, id.clone(), family, None, &[]))
}

fn found(
    playbook: &Playbook,
    id: CustomerId,
    family: Vec<Arc<Customer>>,
    stated_tier: Option<&Slug>,
    free: &[&Told],
) -> FoundCustomer {
    let stored_tier = stored_tier(playbook, &family);
    let row = family.iter().find(|row| row.id == id);
    let known = row.map(|row| &row.profile);
    let tier = stated_tier.filter(|_| stored_tier.is_none());
    let profile = learn(row.map(|row| &**row), tier, free);
    let learnt = known != Some(&profile);
    let mut profiles = family.iter().map(|row| match row.id == id {
        true => &profile,
        false => &row.profile,
    });
    let mut in_all = profiles.next().unwrap_or(&profile).clone();
    profiles.for_each(|other| in_all.fill_from(other));
    let stored = stored_tier.as_ref().map(|stored| stored.tier.clone());
    in_all.tier = stored.or_else(|| profile.tier.clone());
    FoundCustomer {
        id,
        family,
        profile,
        in_all,
        stored_tier,
        learnt,
    }
}

/// The tier of the survivor. If the survivor has none, the most valuable tier of the merged customers,
/// as the playbook ranks tiers now. A tier that the playbook does not have comes last. Of equal tiers, that of the
/// customer who was merged first is used.
fn stored_tier(playbook: &Playbook, family: &[Arc<Customer>]) -> Option<StoredTier> {
    let (first, merged) = family.split_first()?;
    if let Some(tier) = first.profile.tier.clone() {
        return Some(StoredTier { tier, of: None });
    }
    let stored = merged.iter().filter_map(|row| {
        Some(StoredTier {
            tier: row.profile.tier.clone()?,
            of: Some(row.id.clone()),
        })
    });
    stored.min_by_key(|stored| match playbook.index.tiers.get(&stored.tier) {
        Some(index) => (false, *index),
        None => (true, playbook.tier_default),
    })
}

/// An identity that a contact gave.
struct Told {
    key: HandleKey,
    identity: Identity,
    is_as_written: bool,
}

/// The identities and what they compare as, sorted by that, then verified before not verified, then shared before not
/// shared. So neither the order in the request nor the spelling has an effect.
fn in_order(
    state: &State,
    playbook: &Playbook,
    sent: &CustomerRef,
    brand: Option<&Slug>,
) -> Vec<Told> {
    let kinds = state.comparing();
    let sent = sent.identities.iter().map(|identity| {
        let regions = &playbook.brand_regions;
        let (Compared { key, is_as_written }, region) =
            regions.compared(kinds, &identity.key, brand);
        Told {
            key,
            identity: Identity {
                region,
                ..identity.clone()
            },
            // Of kinds that the playbook does not declare nothing is expected.
            is_as_written: is_as_written && kinds.declares(&identity.key.kind),
        }
    });
    let mut sorted: Vec<Told> = sent.collect();
    sorted.sort_by(|one, other| {
        let rest = |it: &Identity| (!it.verified, !it.shared);
        let (a, b) = (&one.identity, &other.identity);
        let by_key = (&one.key, rest(a)).cmp(&(&other.key, rest(b)));
        by_key.then_with(|| a.key.value.cmp(&b.key.value))
    });
    sorted
}

/// A key for a customer whom the contact creates. The key follows from the contact, not from the sequence. So it can be
/// looked up before the contact is decided. A key that is in use is skipped.
fn new_id(state: &State, contact: &ContactId) -> Result<CustomerId, RowNotLoaded> {
    let mut attempt = 0;
    loop {
        let id = CustomerId::brought_by(contact, attempt);
        if state.customer(&id)?.is_none() {
            return Ok(id);
        }
        attempt += 1;
    }
}

/// What a contact adds to the profile of its customer: the tier, if none was known, and verified identities that nobody
/// holds.
fn learn(known: Option<&Customer>, tier: Option<&Slug>, free: &[&Told]) -> Profile {
    let mut profile = known.map(|row| row.profile.clone()).unwrap_or_default();
    let mut handles = known.map(|row| row.handles.clone()).unwrap_or_default();
    if profile.tier.is_none() {
        profile.tier = tier.cloned();
    }
    for Told { key, identity, .. } in free {
        let mut same = profile.identities.iter().zip(&handles);
        if same.any(|(known, of)| of == key && known.identifies_customer()) {
            continue;
        }
        let mut stays = handles.iter().map(|known| known != key);
        profile.identities.retain(|_| stays.next().unwrap_or(true));
        handles.retain(|known| known != key);
        if profile.identities.len() < IDENTITIES_MAX {
            profile.identities.push(identity.clone());
            handles.push(key.clone());
        }
    }
    profile
}

/// The tier: the one that the caller sent, or else the stored one, or else the default of the playbook.
pub(in crate::flow) fn tier(
    playbook: &Playbook,
    stated: Option<&Slug>,
    who: Option<&FoundCustomer>,
    noticed: &mut Vec<Finding>,
) -> (TierIndex, TierFound) {
    let index = |id: Option<&Slug>| id.and_then(|id| playbook.index.tiers.get(id)).copied();
    let stored = who.and_then(|who| who.stored_tier.clone());
    let (stored, stored_of) = match stored {
        Some(StoredTier { tier, of }) => (Some(tier), of),
        None => (None, None),
    };
    let (tier, basis) = match (index(stated), index(stored.as_ref())) {
        (Some(stated), _) => (stated, TierBasis::Reported),
        (None, Some(stored)) => (stored, TierBasis::Stored),
        (None, None) => (playbook.tier_default, TierBasis::Default),
    };
    match (basis, &stored) {
        (TierBasis::Reported, Some(stored)) if Some(stored) != stated => {
            noticed.push(Finding::TierReported(stored.clone()));
        }
        (TierBasis::Default, _) => noticed.push(Finding::TierAssumed),
        (TierBasis::Reported | TierBasis::Stored, _) => {}
    }
    let found = TierFound {
        stored,
        stored_of,
        basis,
    };
    (tier, found)
}
