//! Finding what a contact is about: the customer, the tier, the reason, the case.

use crate::case::{Case, CaseState, MatterKey};
use crate::command::UnknownReason;
use crate::contact::{Contact, ContactContext, CustomerRef, Joined};
use crate::customer::{Customer, IDENTITIES_MAX, Profile};
use crate::decision::Finding;
use crate::fact::{Facts, Knowledge};
use crate::ids::{CaseId, CustomerId, ReasonId, Seq, Slug};
use crate::playbook::{Playbook, Reason, ReasonIndex, TierIndex};
use crate::refusal::{Faults, Refusal};
use crate::state::{Elsewhere, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// Who it is.
#[derive(Debug)]
pub(super) struct FoundCustomer {
    /// The key.
    pub(super) id: CustomerId,
    /// As we keep it; `None` if the contact brings it.
    pub(super) row: Option<Arc<Customer>>,
    /// What is known from now on.
    pub(super) profile: Profile,
    /// Whether that is more than before.
    pub(super) learnt: bool,
}

/// Finds the customer: by the caller's key, else by a verified identity, else by what an earlier call about the
/// contact said. An identity that is not verified finds nobody; one that belongs to somebody else merges nobody.
pub(super) fn customer(
    state: &State,
    told: &CustomerRef,
    before: Option<&CustomerId>,
    new_id: Seq,
    noticed: &mut Vec<Finding>,
) -> Result<Option<FoundCustomer>, Elsewhere> {
    let mut holder = None;
    let mut unclaimed = false;
    for identity in &told.identities {
        if !identity.verified {
            noticed.push(Finding::IdentityNotVerified(identity.key.kind.clone()));
            continue;
        }
        match state.holder(&identity.key)? {
            None => unclaimed = true,
            Some(id) => {
                let named = told.id.as_ref().or(before).or(holder.as_ref());
                if named.is_some_and(|named| *named != **id) {
                    noticed.push(Finding::IdentityOfOtherCustomer(identity.key.kind.clone()));
                } else {
                    holder = Some(CustomerId::clone(id));
                }
            }
        }
    }
    let fresh = || unclaimed.then(|| CustomerId::stored(format!("cust_{}", new_id.0)));
    let id = told
        .id
        .clone()
        .or_else(|| before.cloned())
        .or(holder)
        .or_else(fresh);
    let Some(id) = id else { return Ok(None) };
    let row = state.customer(&id)?.cloned();
    let known = row.as_ref().map(|row| row.profile.clone());
    let learnt_profile = learn(state, known.clone().unwrap_or_default(), told)?;
    let learnt = known.as_ref() != Some(&learnt_profile);
    Ok(Some(FoundCustomer {
        id,
        row,
        profile: learnt_profile,
        learnt,
    }))
}

/// What a contact teaches about its customer: a tier where none was known, verified identities that nobody holds.
fn learn(state: &State, mut profile: Profile, told: &CustomerRef) -> Result<Profile, Elsewhere> {
    if profile.tier.is_none() {
        profile.tier = told.tier.clone();
    }
    for identity in told.identities.iter().filter(|identity| identity.verified) {
        let held = profile
            .identities
            .iter()
            .any(|known| known.key == identity.key && known.verified);
        let free = state.holder(&identity.key)?.is_none();
        if !held && free && profile.identities.len() < IDENTITIES_MAX {
            profile.identities.retain(|known| known.key != identity.key);
            profile.identities.push(identity.clone());
        }
    }
    Ok(profile)
}

/// The tier: the caller's, else the stored one, else the playbook's default.
pub(super) fn tier(
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

/// What the stated reason is in the live playbook.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FoundReason {
    /// The customer must choose; below this primary one, if it is known.
    Choose(Option<Slug>),
    /// This one.
    Known(ReasonIndex),
    /// None that we know: the last resort.
    Unknown,
}

/// Finds the reason.
///
/// # Errors
/// A fault of `context.reason` where the playbook has no such reason and the caller did not allow for it.
pub(super) fn reason(
    playbook: &Playbook,
    told: Option<&ReasonId>,
    unknown: UnknownReason,
    noticed: &mut Vec<Finding>,
) -> Result<FoundReason, Refusal> {
    let Some(told) = told else {
        return Ok(FoundReason::Choose(None));
    };
    if told.secondary.is_none() {
        if let Some(&primary) = playbook.index.primaries.get(&told.primary) {
            let id = playbook.primaries[primary as usize].id.clone();
            return Ok(FoundReason::Choose(Some(id)));
        }
    } else if let Some(&index) = playbook.index.reasons.get(told) {
        if playbook.reason(index).id != *told {
            noticed.push(Finding::ReasonReplaced(told.clone()));
        }
        return Ok(FoundReason::Known(index));
    }
    match unknown {
        UnknownReason::LastResort => {
            noticed.push(Finding::ReasonUnknown(told.clone()));
            Ok(FoundReason::Unknown)
        }
        UnknownReason::Refuse => Err(Refusal::Faulty(Faults::one(
            "context.reason",
            no_such_reason(playbook, told),
        ))),
    }
}

fn no_such_reason(playbook: &Playbook, told: &ReasonId) -> String {
    let elsewhere = told.secondary.as_ref().and_then(|secondary| {
        playbook
            .reasons
            .iter()
            .find(|reason| reason.id.secondary.as_ref() == Some(secondary))
    });
    match elsewhere {
        Some(reason) => format!(
            "is not a reason of the live playbook; did you mean {}?",
            reason.id
        ),
        None if playbook.index.primaries.contains_key(&told.primary) => {
            format!(
                "is not a secondary reason of {}; GetReasonMenu lists them",
                told.primary
            )
        }
        None => "is not a reason of the live playbook; GetReasonMenu lists them".into(),
    }
}

/// Which case a contact belongs to.
#[derive(Debug)]
pub(super) enum FoundCase {
    /// It stays with the case that it has; an anonymous one turned out to be this matter.
    Stays(Arc<Case>, Option<MatterKey>),
    /// It joins this one.
    Joins(Arc<Case>, Joined),
    /// It opens one; for the same matter there was this one.
    Opens {
        /// What tells it from the customer's other cases.
        matter: Option<MatterKey>,
        /// The case before.
        previous: Option<CaseId>,
    },
    /// The key fact must be asked first.
    KeyMissing,
}

/// Finds the case for a known reason.
pub(super) fn case(
    state: &State,
    reason: &Reason,
    playbook: &Playbook,
    who: Option<&FoundCustomer>,
    before: Option<&Contact>,
    context: &ContactContext,
    now: UnixMs,
) -> Result<FoundCase, Elsewhere> {
    let own = match before.and_then(|contact| contact.case) {
        Some(id) => state.case(&id)?.cloned(),
        None => None,
    };
    let own = own.filter(|own| stands_for(reason, &own.reason));
    let own = match (own, who) {
        (Some(own), Some(_)) if own.customer.is_none() => Some(own),
        (Some(own), _) => return Ok(FoundCase::Stays(own, None)),
        (None, _) => None,
    };
    let key: Vec<Slug> = reason
        .case_key
        .iter()
        .map(|&fact| playbook.fact(fact).id.clone())
        .collect();
    let mut facts = context.facts.clone();
    own.iter()
        .flat_map(|own| own.facts.iter())
        .for_each(|fact| facts.learn(fact.clone()));
    if key.iter().any(|id| facts.get(id.as_str()).is_none()) {
        return Ok(FoundCase::KeyMissing);
    }
    let Some(who) = who else {
        return Ok(FoundCase::Opens {
            matter: None,
            previous: None,
        });
    };
    if let Some(open) = only_open_case(state, reason, who, &key, &facts)? {
        return Ok(FoundCase::Joins(open, Joined::Continued));
    }
    let latest = latest_case(state, reason, who, &key, &facts)?;
    let matter = MatterKey::of(&who.id, &reason.id, &key, &facts);
    Ok(match (latest, own) {
        (Some(case), _) if case.state.is_open() => FoundCase::Joins(case, Joined::Continued),
        (Some(case), _) if case.reopens_until().is_some_and(|until| now <= until) => {
            FoundCase::Joins(case, Joined::Reopened)
        }
        (_, Some(own)) => FoundCase::Stays(own, Some(matter)),
        (latest, None) => {
            let previous = latest.filter(|case| case.state != CaseState::Withdrawn);
            FoundCase::Opens {
                matter: Some(matter),
                previous: previous.map(|case| case.id),
            }
        }
    })
}

fn stands_for(reason: &Reason, id: &ReasonId) -> bool {
    reason.id == *id || reason.replaces.contains(id)
}

/// Where the customer would not tell the key fact: the one open case of the reason, if there is just one.
fn only_open_case(
    state: &State,
    reason: &Reason,
    who: &FoundCustomer,
    key: &[Slug],
    facts: &Facts,
) -> Result<Option<Arc<Case>>, Elsewhere> {
    let declined = |id: &Slug| {
        facts
            .get(id.as_str())
            .is_some_and(|fact| fact.knowledge == Knowledge::Declined)
    };
    if !key.iter().any(declined) {
        return Ok(None);
    }
    match open_cases(state, reason, who)?.as_slice() {
        [open] => Ok(Some(open.clone())),
        _ => Ok(None),
    }
}

/// The latest case of the matter, also under reasons that this one replaces.
fn latest_case(
    state: &State,
    reason: &Reason,
    who: &FoundCustomer,
    key: &[Slug],
    facts: &Facts,
) -> Result<Option<Arc<Case>>, Elsewhere> {
    for id in std::iter::once(&reason.id).chain(&reason.replaces) {
        let matter = MatterKey::of(&who.id, id, key, facts);
        if let Some(latest) = state.matter(&matter)?.cloned() {
            return Ok(state.case(&latest)?.cloned());
        }
    }
    Ok(None)
}

/// Open cases of the customer for the reason.
pub(super) fn open_cases(
    state: &State,
    reason: &Reason,
    who: &FoundCustomer,
) -> Result<Vec<Arc<Case>>, Elsewhere> {
    let mut open = Vec::new();
    for id in state.open_cases().of(&who.id) {
        open.extend(
            state
                .case(id)?
                .filter(|case| stands_for(reason, &case.reason))
                .cloned(),
        );
    }
    Ok(open)
}
