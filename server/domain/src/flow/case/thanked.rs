//! Finds the case for which a contact only says thanks.

use super::by_key::goes_before;
use super::find::{FoundCase, Sought};
use super::named::Named;
use super::of_contact::case_of;
use crate::command::UnknownReason;
use crate::flow::contact::reason::{self, FoundReason};
use crate::ids::CaseId;
use crate::playbook::Playbook;
use crate::state::{RowNotLoaded, State};

/// The case for which a contact says thanks: the case that it is proven to be about, or else the case that its reason
/// and its key facts lead to, or else the case that a contact of the customer was last about. `None` if there is none.
/// A merged case is followed to the case that goes on.
pub(in crate::flow) fn thanked(
    state: &State,
    playbook: &Playbook,
    sought: &Sought<'_>,
    named: &Named,
) -> Result<Option<CaseId>, RowNotLoaded> {
    // All are looked up, because the rows that a contact needs must not depend on the time.
    let last = last_case(state, sought);
    let by_key = by_key(state, playbook, sought);
    let (last, by_key) = (last?, by_key?);
    let found = match named {
        Named::Proven(case) => Some(case.id),
        Named::Nothing | Named::NotProven => by_key.or(last),
    };
    let Some(id) = found else {
        return Ok(None);
    };
    let case = state.case_with_survivor(&id)?;
    Ok(case.map(|case| case.merged_into.unwrap_or(case.id)))
}

/// The case that the stated reason and the key facts lead to. `None` if they lead to no case that exists.
fn by_key(
    state: &State,
    playbook: &Playbook,
    sought: &Sought<'_>,
) -> Result<Option<CaseId>, RowNotLoaded> {
    let context = sought.context;
    let found = reason::reason(
        playbook,
        context.reason.as_ref(),
        &context.facts,
        UnknownReason::LastResort,
        &mut Vec::new(),
    );
    let Ok(found @ FoundReason::Known(_)) = found else {
        return Ok(None);
    };
    let found = case_of(state, playbook, &found, sought, &Named::Nothing)?;
    Ok(match found {
        Some(
            FoundCase::Stays(case, _)
            | FoundCase::Joins(case, _)
            | FoundCase::Presumed(case)
            | FoundCase::Named(case, ..),
        ) => Some(case.id),
        Some(FoundCase::Opens { previous, .. }) => previous,
        Some(FoundCase::KeyMissing) | None => None,
    })
}

/// The case that a contact of the customer, or of a customer merged with it, was last about.
fn last_case(state: &State, sought: &Sought<'_>) -> Result<Option<CaseId>, RowNotLoaded> {
    let Some(who) = sought.who else {
        return Ok(None);
    };
    let ids = who.family.iter().filter_map(|row| row.last_case);
    let cases = RowNotLoaded::gather(ids.map(|id| state.case_with_survivor(&id)))?;
    let cases = cases.into_iter().flatten();
    let goes_on = cases.map(|case| match case.merged_into {
        Some(survivor) => state.case(&survivor),
        None => Ok(Some(case)),
    });
    let goes_on = RowNotLoaded::gather(goes_on)?.into_iter().flatten();
    // The customers of merged cases may have been separated since.
    let ours = goes_on.filter(|case| {
        let mut owner = case.customer.iter();
        owner.any(|owner| who.is_one_with(owner))
    });
    let last = ours.max_by_key(|case| (case.last_activity, case.id));
    Ok(last.and_then(|case| goes_before(case)))
}
