//! Finds the right case of a contact that was put under the wrong customer.

use super::by_key;
use super::by_key::goes_before;
use super::find::{FoundCase, Sought};
use super::lookup::{MatterOfCase, can_reopen, is_open};
use crate::case::Case;
use crate::contact::CaseMatch;
use crate::event::MovedCase;
use crate::ids::CaseId;
use crate::playbook::{Playbook, ReasonIndex};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;

/// The right case of a contact.
#[derive(Debug)]
pub(in crate::flow) enum RightCase {
    /// The case that the contact has goes to the right customer with it.
    Moves(MovedCase),
    /// The contact leaves the case that it has for this one.
    Found(FoundCase),
}

/// The right case of a contact that has the case `had`. `is_sole` says whether the contact opened that case and is its
/// only contact.
pub(in crate::flow) fn right_case(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
    (had, is_sole): (&Case, bool),
) -> Result<RightCase, RowNotLoaded> {
    if !is_sole {
        let found = by_key::case(state, playbook, reason, sought)?;
        return Ok(RightCase::Found(found));
    }
    let gives_back = gives_back(state, had)?;
    let Some(who) = sought.who else {
        return Ok(RightCase::Moves(MovedCase {
            claimed: None,
            leads: false,
            previous: None,
            gives_back,
        }));
    };
    let matter = MatterOfCase::new(playbook, reason, &sought.context.facts, had);
    let other = matter.lookup(state, playbook, who, sought.now).case_now()?;
    if let Some(other) = other.as_ref().filter(|other| is_open(other, sought.now)) {
        let joins = FoundCase::Joins(other.clone(), CaseMatch::Continued);
        return Ok(RightCase::Found(joins));
    }
    Ok(RightCase::Moves(MovedCase {
        claimed: Some(matter.claim(playbook, who)),
        leads: other
            .as_ref()
            .is_none_or(|other| goes_before_it(other, had, sought.now)),
        previous: other.and_then(|other| goes_before(&other)),
        gives_back,
    }))
}

/// Whether a case of a matter is no better than another one: a contact of the matter would join the other one.
fn goes_before_it(other: &Case, it: &Case, now: UnixMs) -> bool {
    let rank = |case: &Case| (is_open(case, now), can_reopen(case, now), case.id);
    rank(other) < rank(it)
}

/// The case to which the matter of a case leads again when the case is of the matter no longer.
fn gives_back(state: &State, case: &Case) -> Result<Option<CaseId>, RowNotLoaded> {
    let Some(matter) = case.key else {
        return Ok(None);
    };
    let rows = [
        state.matter(&matter).map(|latest| latest.map(|it| it.case)),
        match case.previous {
            Some(previous) => state.case(&previous).map(|row| {
                let same = row.filter(|row| row.key == Some(matter));
                same.map(|row| row.id)
            }),
            None => Ok(None),
        },
    ];
    let [leads_to, previous] = RowNotLoaded::gather(rows)?[..] else {
        return Ok(None);
    };
    Ok(previous.filter(|_| leads_to == Some(case.id)))
}
