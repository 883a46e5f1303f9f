//! Handles a request to work on a case.

use crate::case::{
    Case, CaseAction, CaseLink, CaseState, CaseStep, LINKS_MAX, MERGED_MAX, MergedCase,
};
use crate::command::{ActOnCase, WorkStep};
use crate::event::{CaseActionTaken, Event};
use crate::flow::case::lookup::followed_by;
use crate::flow::customer::merge_group::survivor;
use crate::flow::result::DecideError;
use crate::ids::{CaseId, ContactId, Slug};
use crate::refusal::{CaseCause, Faults, Kind, Refusal};
use crate::state::State;
use crate::time::UnixMs;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The events of the work, or why it is refused.
pub(in crate::flow) fn act(
    state: &State,
    command: &ActOnCase,
    now: UnixMs,
) -> Result<Event, DecideError> {
    let case = kept(state, command.case)?;
    if command.seen.is_some_and(|seen| seen != case.changed) {
        return Err(Refusal::CaseChanged {
            case: case.id,
            current: case.changed.0,
        }
        .into());
    }
    let worked = match &command.step {
        WorkStep::Note(text, audience) => {
            let noted = CaseAction::Noted(text.clone(), *audience);
            done(&case, case.state, noted)
        }
        WorkStep::Update(update) => {
            let before = update.before(&case);
            done(
                &case,
                case.state,
                CaseAction::Updated(update.clone(), Some(before)),
            )
        }
        WorkStep::Resolve(resolution, note) => {
            let after = step(&case, CaseStep::Resolve)?;
            no_live_contact(state, &case)?;
            may_come_of(state, &case, &resolution.outcome)?;
            let work = CaseAction::Resolved(resolution.clone(), note.clone());
            done(&case, after, work)
        }
        WorkStep::Reopen(note) => {
            let after = step(&case, CaseStep::Reopen)?;
            if case.reopens_until().is_none_or(|until| now > until) {
                return Err(refused(&case, CaseCause::ReopenWindowPassed));
            }
            leads_its_matter(state, &case)?;
            done(&case, after, CaseAction::Reopened(note.clone()))
        }
        WorkStep::Merge(other, note) => merge(state, &case, *other, note)?,
        WorkStep::Unmerge => unmerge(state, &case)?,
        WorkStep::Link(link) => link_to(state, &case, *link)?,
        WorkStep::Unlink(link) => {
            if !case.links.contains(link) {
                let (kind, other) = (link.kind, link.case);
                return Err(refused(&case, CaseCause::NotLinked { kind, other }));
            }
            kept(state, link.case)?;
            done(&case, case.state, CaseAction::Unlinked(*link))
        }
    };
    Ok(Event::CaseActionTaken(Box::new(worked)))
}

/// Looks up the rows that the work needs, without a decision.
pub(in crate::flow) fn seek(state: &State, command: &ActOnCase) -> Result<(), DecideError> {
    act(state, command, state.now()).map(drop)
}

/// The case with this id. If the case was merged, the case that it was merged into is loaded too.
fn kept(state: &State, id: CaseId) -> Result<Arc<Case>, DecideError> {
    let case = state.case_with_survivor(&id)?.cloned();
    case.ok_or_else(|| {
        Refusal::NotFound {
            kind: Kind::Case,
            id: id.to_string(),
        }
        .into()
    })
}

fn done(case: &Case, state: CaseState, work: CaseAction) -> CaseActionTaken {
    CaseActionTaken {
        case: case.id,
        state,
        action: work,
    }
}

fn refused(case: &Case, why: CaseCause) -> DecideError {
    Refusal::CaseStep { case: case.id, why }.into()
}

/// The state after `step`. Refused if the step is not possible in the present state of the case.
fn step(case: &Case, step: CaseStep) -> Result<CaseState, DecideError> {
    let after = case.state.after(step);
    after.ok_or_else(|| {
        let why = match (case.state, case.merged_into) {
            (CaseState::Merged, Some(into)) => CaseCause::Merged { into },
            (CaseState::Open, _) => CaseCause::Open,
            (CaseState::Resolved, _) => CaseCause::Resolved,
            (CaseState::Lapsed, _) => CaseCause::Lapsed,
            (CaseState::Withdrawn | CaseState::Merged, _) => CaseCause::Withdrawn,
        };
        refused(case, why)
    })
}

fn no_live_contact(state: &State, case: &Case) -> Result<(), DecideError> {
    if case.live_in_all() == 0 {
        return Ok(());
    }
    // A contact can have several cases that are merged now. Count it once.
    let mut seen: BTreeSet<ContactId> = case.live_listed().cloned().collect();
    let mut twice = 0;
    for merged in &case.merged {
        let row = state.case(&merged.case)?;
        let live = row.into_iter().flat_map(|row| row.live_listed());
        twice += live.filter(|id| !seen.insert((*id).clone())).count() as u32;
    }
    let why = CaseCause::LiveContacts {
        live: case.live_in_all() - twice,
        listed: case.live_listed().cloned().collect(),
        of_merged: case.merged_live - twice,
    };
    Err(refused(case, why))
}

/// Refused unless the live playbook has this outcome for the case.
fn may_come_of(state: &State, case: &Case, outcome: &Slug) -> Result<(), DecideError> {
    let Some(playbook) = state.live() else {
        return Ok(());
    };
    let may = playbook.may_come_of(case, None, outcome);
    may.map_err(|what| Refusal::Faulty(Faults::one("resolution.outcome", what)).into())
}

/// Refused unless this case is the one that its matter leads to.
fn leads_its_matter(state: &State, case: &Case) -> Result<(), DecideError> {
    match followed_by(state, case)? {
        Some(latest) => Err(refused(case, CaseCause::Followed { latest })),
        None => Ok(()),
    }
}

fn merge(
    state: &State,
    survivor: &Case,
    other: CaseId,
    note: &Arc<str>,
) -> Result<CaseActionTaken, DecideError> {
    if other == survivor.id {
        let what = "must not be the same as case_id, the case that survives";
        return Err(Refusal::Faulty(Faults::one("duplicate_case_id", what)).into());
    }
    let merged = kept(state, other)?;
    if survivor.state != CaseState::Open {
        step(survivor, CaseStep::Merge)?;
    }
    step(&merged, CaseStep::Merge)?;
    if !of_one_customer(state, survivor, &merged)? {
        let survivor = survivor.id;
        return Err(refused(&merged, CaseCause::NotSameCustomer { survivor }));
    }
    if let Some(first) = merged.merged.first() {
        let why = CaseCause::HasMerged {
            first: first.case,
            survivor: survivor.id,
        };
        return Err(refused(&merged, why));
    }
    if survivor.merged.len() == MERGED_MAX {
        return Err(refused(survivor, CaseCause::MergesMax));
    }
    let unknown = |id: &str| survivor.facts.get(id).is_none();
    let learnt = merged.facts.iter().map(|fact| fact.id.clone());
    let facts = learnt.filter(|id| unknown(id.as_str())).collect();
    let work = CaseAction::Merged(MergedCase { case: other, facts }, note.clone());
    Ok(done(survivor, CaseState::Open, work))
}

/// Whether two cases belong to the same known customer, or to customers who are merged.
fn of_one_customer(state: &State, one: &Case, other: &Case) -> Result<bool, DecideError> {
    let (Some(one), Some(other)) = (&one.customer, &other.customer) else {
        return Ok(false);
    };
    Ok(one == other || survivor(state, one)? == survivor(state, other)?)
}

fn unmerge(state: &State, merged: &Case) -> Result<CaseActionTaken, DecideError> {
    let (Some(survivor), CaseState::Merged) = (merged.merged_into, merged.state) else {
        return Err(refused(merged, CaseCause::NotMerged));
    };
    leads_its_matter(state, merged)?;
    let survivor = kept(state, survivor)?;
    let mut listed = survivor.merged.iter();
    let listed = listed.find(|listed| listed.case == merged.id).cloned();
    let mut listed = listed.ok_or_else(|| refused(merged, CaseCause::NotMerged))?;
    // A fact that changed after the merge stays with the survivor.
    listed.facts.retain(|id| {
        let id = id.as_str();
        survivor.facts.get(id) == merged.facts.get(id)
    });
    Ok(done(
        &survivor,
        survivor.state,
        CaseAction::Unmerged(listed),
    ))
}

fn link_to(state: &State, case: &Case, link: CaseLink) -> Result<CaseActionTaken, DecideError> {
    if link.case == case.id {
        let what = "must be another case than case_id";
        return Err(Refusal::Faulty(Faults::one("link.case_id", what)).into());
    }
    let other = kept(state, link.case)?;
    if case.links.contains(&link) {
        let (kind, other) = (link.kind, link.case);
        return Err(refused(case, CaseCause::Linked { kind, other }));
    }
    for end in [case, &other] {
        if end.links.len() == LINKS_MAX {
            return Err(refused(end, CaseCause::LinksMax));
        }
    }
    Ok(done(case, case.state, CaseAction::Linked(link)))
}
