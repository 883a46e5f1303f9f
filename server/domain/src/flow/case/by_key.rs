//! Finds the case of a contact by the key facts, which distinguish one matter of a reason from another.

use super::find::{FoundCase, Sought, own_case};
use super::lookup::{Lookup, agrees, can_reopen, case_key, is_open};
use crate::case::{Case, CaseKey, CaseState};
use crate::contact::CaseMatch;
use crate::event::Claim;
use crate::ids::{CaseId, Slug};
use crate::playbook::{Playbook, ReasonIndex};
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// Finds the case of a contact whose reason is known.
pub(in crate::flow) fn case(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
) -> Result<FoundCase, RowNotLoaded> {
    let index = reason;
    let reason = playbook.reason(reason);
    let key = case_key(playbook, reason);
    let own = own_case(state, sought)?
        .filter(|own| {
            sought.keeps_reason(playbook) || playbook.may_mean(index, &own.reason, &own.facts)
        })
        .filter(|own| agrees(own, &key, &sought.context.facts))
        .filter(|own| !sought.says_another(own));
    if let Some(own) = &own
        && sought.keeps_matter(own, &reason.id, &key)
    {
        return Ok(FoundCase::Stays(own.clone(), None));
    }
    // If the contact's own case is not for this reason, it must not get the matter of this reason, because nobody would
    // look for it there.
    let own = own.filter(|own| playbook.may_mean(index, &own.reason, &own.facts));
    let mut facts = sought.context.facts.clone();
    if let Some(own) = &own {
        facts.learn_all(&own.facts);
    }
    let lacks_key = own.is_none() && key.iter().any(|fact| facts.get(fact.id.as_str()).is_none());
    let Some(who) = sought.who else {
        return Ok(match lacks_key {
            true => FoundCase::KeyMissing,
            false => FoundCase::Opens {
                reason: index,
                matter: None,
                previous: None,
            },
        });
    };
    let lookup = Lookup {
        state,
        playbook,
        reason: index,
        who,
        key: &key,
        facts: &facts,
        now: sought.now,
    };
    if lacks_key {
        return presumed(&lookup, sought);
    }
    // A case keeps its owner, even if the contact belongs to another customer who is merged with the owner. The matter
    // is computed with the owner, even if the owner is somebody else.
    let owner = own.as_ref().and_then(|own| own.customer.as_ref());
    owner.map(|owner| state.customer(owner)).transpose()?;
    let owner = owner.unwrap_or(&who.id);
    let matter = CaseKey::of(owner, &reason.id, &key, &facts);
    let other = lookup.case_now()?;
    let other = other.filter(|other| own.as_ref().is_none_or(|own| own.id != other.id));
    // The case was found under another key, or was an additional case until now. The contact does not join it twice.
    if let Some(other) = &other
        && let Some(case) = sought.same_case(state, other, |case| lookup.may_be(case))?
    {
        return Ok(FoundCase::Stays(case, None));
    }
    Ok(match (other, own) {
        (Some(case), _) if is_open(&case, sought.now) => {
            FoundCase::Joins(case, CaseMatch::Continued)
        }
        (Some(case), _) if can_reopen(&case, sought.now) => {
            FoundCase::Joins(case, CaseMatch::Reopened)
        }
        (_, Some(own)) => {
            let reason = Some(reason.id.clone());
            FoundCase::Stays(own, Some(Claim { matter, reason }))
        }
        (other, None) => FoundCase::Opens {
            reason: index,
            matter: Some(matter),
            previous: other.and_then(|case| goes_before(&case)),
        },
    })
}

/// The only open case that may be meant, for a contact that did not give every key fact. [`FoundCase::KeyMissing`] if a
/// case may not be presumed, if a key fact was declined, or if there is not exactly one such case.
fn presumed(lookup: &Lookup<'_>, sought: &Sought<'_>) -> Result<FoundCase, RowNotLoaded> {
    if !sought.may_presume || sought.context.another_matter || lookup.is_key_declined() {
        return Ok(FoundCase::KeyMissing);
    }
    let [open] = &lookup.open_cases()?[..] else {
        return Ok(FoundCase::KeyMissing);
    };
    Ok(
        match sought.same_case(lookup.state, open, |case| lookup.may_be(case))? {
            Some(case) => FoundCase::Stays(case, None),
            None => FoundCase::Presumed(open.clone()),
        },
    )
}

/// The case that comes before a new case of the same matter. A case that was opened by mistake is skipped.
pub(super) fn goes_before(case: &Case) -> Option<CaseId> {
    match case.state {
        CaseState::Withdrawn => case.previous,
        CaseState::Open | CaseState::Resolved | CaseState::Lapsed | CaseState::Merged => {
            Some(case.id)
        }
    }
}

/// The case of a contact whose reason the live playbook does not have: the contact's own case, if the contact still has
/// the reason that it had before.
pub(super) fn case_without_reason(
    state: &State,
    sought: &Sought<'_>,
) -> Result<Option<FoundCase>, RowNotLoaded> {
    let own = own_case(state, sought)?.filter(|_| sought.has_reason_of_before());
    // A case without a customer cannot get one now, because the facts that identify its matter are not known.
    let own = own.filter(|own| {
        own.customer.is_some() == sought.who.is_some()
            || own.customer.is_some() && sought.came_by_name(own)
    });
    Ok(own.map(|own| FoundCase::Stays(own, None)))
}

/// The customer's open cases of a reason that may be meant, if the contact does not show which one, and the facts that
/// would show it.
pub(in crate::flow) fn ambiguous(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
) -> Result<(Vec<Arc<Case>>, Vec<Slug>), RowNotLoaded> {
    let facts = &sought.context.facts;
    let Some(who) = sought.who else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut key = case_key(playbook, playbook.reason(reason));
    let lookup = Lookup {
        state,
        playbook,
        reason,
        who,
        key: &key,
        facts,
        now: sought.now,
    };
    let mut open = lookup.open_cases()?;
    open.retain(|case| !sought.says_another(case));
    if open.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    key.retain(|fact| facts.get(fact.id.as_str()).is_none());
    Ok((open, key.into_iter().map(|fact| fact.id).collect()))
}
