//! Finds the case of a contact: by the case that it names, or by its key facts.

use super::by_key::{case, case_without_reason, goes_before};
use super::find::{FoundCase, Sought};
use super::named::{Named, join_named};
use crate::flow::contact::reason::FoundReason;
use crate::playbook::{Playbook, ReasonIndex};
use crate::state::{RowNotLoaded, State};

/// The case of a contact: the case that it is proven to be about, if this case is open or can be reopened, or else the
/// case that its key facts lead to. Both are always looked up, because the rows that a contact needs must not depend on
/// the time. The code that loads rows in advance does not know the time.
pub(in crate::flow) fn case_of(
    state: &State,
    playbook: &Playbook,
    reason: &FoundReason,
    sought: &Sought<'_>,
    named: &Named,
) -> Result<Option<FoundCase>, RowNotLoaded> {
    let index = match reason {
        FoundReason::Known(index) => Some(*index),
        FoundReason::Unknown => None,
        FoundReason::Choose(_) => return Ok(None),
    };
    let by_name = match named {
        Named::Proven(case) => join_named(state, playbook, index, sought, case)?,
        Named::Nothing | Named::NotProven => None,
    };
    let by_key = match index {
        Some(index) => Some(case_by_key(state, playbook, index, sought, named)?),
        None => case_without_reason(state, sought)?,
    };
    Ok(by_name.or(by_key))
}

/// The case that the key facts lead to. If this is a new case, and the contact is proven to be about a closed case that
/// cannot be reopened, that case becomes the earlier case of the new one.
fn case_by_key(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
    named: &Named,
) -> Result<FoundCase, RowNotLoaded> {
    let has_none = sought.before.is_none_or(|before| before.case.is_none());
    let facts = &sought.context.facts;
    let mut key = FoundCase::key_of(playbook, reason);
    if let Named::NotProven = named
        && has_none
        && key.any(|id| facts.get(id.as_str()).is_none())
    {
        // The key fact would prove the named case, or show another one.
        return Ok(FoundCase::KeyMissing);
    }
    let found = case(state, playbook, reason, sought)?;
    Ok(match (found, named) {
        (
            FoundCase::Opens {
                reason,
                matter,
                previous: None,
            },
            Named::Proven(case),
        ) => FoundCase::Opens {
            reason,
            matter,
            previous: goes_before(case),
        },
        (found, _) => found,
    })
}
