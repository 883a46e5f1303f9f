//! Handles a case that the caller names, by its number or by an earlier contact of the case. The name counts only with
//! proof. Without proof, the answer is the same as if the case did not exist, so a caller cannot learn anything by
//! guessing.

use super::find::{FoundCase, Sought};
use super::lookup::{MatterOfCase, agrees, can_reopen, case_key, followed_by, is_open};
use crate::case::Case;
use crate::command::UnknownReason;
use crate::contact::{CaseMatch, ContactContext};
use crate::customer::Identity;
use crate::fact::KeyFact;
use crate::flow::customer::merge_group::{IdentityOwner, identity_owner, merge_group};
use crate::handle::HandleKey;
use crate::ids::{CustomerId, ReasonId};
use crate::playbook::{Playbook, ReasonIndex};
use crate::refusal::{FaultKind, Faults, Refusal};
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// The result of the check of a named case.
#[derive(Debug)]
pub(in crate::flow) enum Named {
    /// The caller named no case, or the contact has joined the named case already.
    Nothing,
    /// The named case, or the case that it was merged into. There is proof.
    Proven(Arc<Case>),
    /// There is no such case, or there is no proof.
    NotProven,
}

/// Looks for the named case and for proof. Proof is one of these: the contact is of the case's customer; the contact
/// has an identity of the customer; the contact has a key fact of the case. No key fact may have another value. A case
/// that the contact already has needs no proof.
pub(in crate::flow) fn named(
    state: &State,
    playbook: &Playbook,
    sought: &Sought<'_>,
    named_now: bool,
) -> Result<Named, RowNotLoaded> {
    let has_case = sought.before.is_some_and(|before| before.case.is_some());
    if !sought.context.names_case() || (has_case && !named_now) {
        return Ok(Named::Nothing);
    }
    let Some((named, of_same)) = look_up_named(state, sought)? else {
        return Ok(Named::NotProven);
    };
    let goes_on = match named.merged_into {
        None => named.clone(),
        Some(survivor) => match state.case(&survivor)? {
            Some(survivor) => survivor.clone(),
            None => return Ok(Named::NotProven),
        },
    };
    let is_known = of_same || sought.has_case(named.id) || sought.has_case(goes_on.id);
    for case in [&named, &goes_on] {
        let key = key_of(playbook, case);
        let fits = agrees(case, &key, &sought.context.facts);
        if fits && (is_known || is_proven((state, playbook), case, &key, sought)?) {
            return Ok(Named::Proven(goes_on.clone()));
        }
    }
    Ok(Named::NotProven)
}

/// The named case, and whether it is the case of an earlier contact of the same customer.
fn look_up_named(
    state: &State,
    sought: &Sought<'_>,
) -> Result<Option<(Arc<Case>, bool)>, RowNotLoaded> {
    if let Some(id) = &sought.context.case {
        return Ok(state.case(id)?.cloned().map(|case| (case, false)));
    }
    let Some(id) = &sought.context.previous_contact else {
        return Ok(None);
    };
    let Some(previous) = state.contact(id)?.cloned() else {
        return Ok(None);
    };
    let Some(case) = previous.case else {
        return Ok(None);
    };
    let mut owner = previous.customer.iter();
    let of_same = sought
        .who
        .is_some_and(|who| owner.any(|owner| who.is_one_with(owner)));
    Ok(state.case(&case)?.cloned().map(|case| (case, of_same)))
}

fn is_proven(
    (state, playbook): (&State, &Playbook),
    case: &Case,
    key: &[KeyFact],
    sought: &Sought<'_>,
) -> Result<bool, RowNotLoaded> {
    if let Some(owner) = &case.customer {
        let is_theirs = sought.who.is_some_and(|who| who.is_one_with(owner));
        if is_theirs || names_identity(state, playbook, owner, sought.context)? {
            return Ok(true);
        }
    }
    Ok(key.iter().any(|fact| {
        let id = fact.id.as_str();
        let both = case.facts.value(id).zip(sought.context.facts.value(id));
        both.is_some_and(|(known, given)| fact.are_same(known, given))
    }))
}

/// Whether one of these identities belongs to the customer, and to nobody else as far as is known.
fn names_identity(
    state: &State,
    playbook: &Playbook,
    owner: &CustomerId,
    context: &ContactContext,
) -> Result<bool, RowNotLoaded> {
    let identities = context.customer.identities.iter();
    let identities = identities.filter(|identity| !identity.shared);
    let keys = identities.map(|Identity { key, .. }| {
        let regions = &playbook.brand_regions;
        let (compared, _) = regions.compared(state.comparing(), key, context.brand.as_ref());
        compared.key
    });
    let keys: Vec<HandleKey> = keys.collect();
    if keys.is_empty() {
        return Ok(false);
    }
    let rows = merge_group(state, owner)?;
    let theirs = keys.iter().filter(|key| {
        let mut all = rows.iter().flat_map(|row| row.identities_of(key));
        all.any(|known| !known.shared)
    });
    let held = theirs.map(|key| identity_owner(state, key, Some(owner)));
    let held = RowNotLoaded::gather(held)?;
    Ok(held
        .iter()
        .any(|by| !matches!(by, IdentityOwner::Shared(_))))
}

/// The facts that distinguish a case from others of its reason, by the live playbook.
fn key_of(playbook: &Playbook, case: &Case) -> Vec<KeyFact> {
    let reason = playbook.reason_now(&case.reason, &case.facts);
    reason.map_or_else(Vec::new, |reason| {
        case_key(playbook, playbook.reason(reason))
    })
}

/// The reason that a contact takes from the case that it is proven to be about, if the contact has no reason or only
/// the primary one. `None` if the contact keeps its own reason.
///
/// # Errors
/// If the contact states another reason than that of the case.
pub(in crate::flow) fn reason_taken(
    playbook: &Playbook,
    context: &ContactContext,
    case: &Case,
    unknown: UnknownReason,
) -> Result<Option<ReasonId>, Refusal> {
    let Some(stated) = &context.reason else {
        return Ok(Some(case.reason.clone()));
    };
    let now = playbook.reason_now(&case.reason, &case.facts);
    let now = now.map(|index| &playbook.reason(index).id);
    let mut of_case = std::iter::once(&case.reason)
        .chain(&case.confirmed)
        .chain(now);
    if stated.secondary.is_none() {
        let is_below = of_case.any(|reason| reason.primary == stated.primary);
        if is_below {
            return Ok(Some(case.reason.clone()));
        }
        if !playbook.index.primaries.contains_key(&stated.primary) {
            return Ok((unknown == UnknownReason::LastResort).then(|| case.reason.clone()));
        }
    } else {
        let Some(index) = playbook.reason_now(stated, &context.facts) else {
            let is_its_own = of_case.any(|reason| reason == stated);
            let takes = unknown == UnknownReason::LastResort && !is_its_own;
            return Ok(takes.then(|| case.reason.clone()));
        };
        if of_case.any(|reason| playbook.may_mean(index, reason, &case.facts)) {
            return Ok(None);
        }
    }
    let field = match context.case {
        Some(_) => "context.case_id",
        None => "context.previous_contact_id",
    };
    let what = format!(
        "leads to a case of {}, but the stated reason is {stated}: send only one of the two",
        case.reason
    );
    let kind = FaultKind::CaseOfOtherReason;
    Err(Refusal::Faulty(Faults::of(kind, field, what)))
}

/// How a contact joins the case that it is proven to be about; or, if that case has no customer yet and the contact's
/// customer has an open case of the same matter, how it joins that one. `None` if the case is closed and cannot be
/// reopened, or another case of its matter follows it; if the case has no customer and the contact, whose customer is
/// known, has the case already; or if the case has no customer and the live playbook has no reason for it.
pub(super) fn join_named(
    state: &State,
    playbook: &Playbook,
    reason: Option<ReasonIndex>,
    sought: &Sought<'_>,
    case: &Arc<Case>,
) -> Result<Option<FoundCase>, RowNotLoaded> {
    let claims = sought.who.filter(|_| case.customer.is_none());
    if sought.has_case(case.id) {
        let stays = claims.is_none();
        return Ok(stays.then(|| FoundCase::Stays(case.clone(), None)));
    }
    let joined = match (is_open(case, sought.now), can_reopen(case, sought.now)) {
        (true, _) => CaseMatch::Continued,
        (false, true) => CaseMatch::Reopened,
        (false, false) => return Ok(None),
    };
    // One matter has one open case.
    if joined == CaseMatch::Reopened && followed_by(state, case)?.is_some() {
        return Ok(None);
    }
    let Some(who) = claims else {
        return Ok(Some(FoundCase::Named(case.clone(), joined, None)));
    };
    // The matter is stored under a reason that the case may mean. Under another reason nobody would find it.
    let means = |reason: &ReasonIndex| playbook.may_mean(*reason, &case.reason, &case.facts);
    let now = || playbook.reason_now(&case.reason, &case.facts);
    let Some(reason) = reason.filter(means).or_else(now) else {
        return Ok(None);
    };
    let matter = MatterOfCase::new(playbook, reason, &sought.context.facts, case);
    let lookup = matter.lookup(state, playbook, who, sought.now);
    // The customer has an open case for the same matter. One matter has one open case.
    let other = lookup.best_case()?;
    if let Some(other) = other.filter(|other| is_open(other, sought.now)) {
        return Ok(Some(match sought.has_case(other.id) {
            true => FoundCase::Stays(other, None),
            false => FoundCase::Joins(other, CaseMatch::Continued),
        }));
    }
    let claim = matter.claim(playbook, who);
    Ok(Some(FoundCase::Named(case.clone(), joined, Some(claim))))
}
