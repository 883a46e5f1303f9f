//! A contact ends.

use super::additional::cases_of;
use super::select::live_contact;
use super::{Stop, live};
use crate::case::{Case, Resolution};
use crate::command::EndContact;
use crate::contact::{Contact, Outcome};
use crate::event::{ContactEnded, Event, MatterEnded};
use crate::ids::{CaseId, ReasonId};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use std::sync::Arc;

/// Ends a contact.
pub(super) fn end(state: &State, command: &EndContact) -> Result<Event, Stop> {
    let contact = live_contact(state, &command.contact)?;
    let confirmed = confirmed(state, &contact, command.confirmed.as_ref())?;
    let mut ended = over(state, &contact, command.outcome, confirmed)?;
    if let Some(resolution) = &command.resolution {
        let resolves = is_resolved(&contact, contact.case, ended.resolves, "resolution")?;
        let confirmed = confirmed_of(&contact, &ended, resolves);
        may_come_of(
            state,
            (resolves, confirmed),
            resolution,
            "resolution.outcome",
        )?;
        ended.resolution = Some(resolution.clone());
    }
    ended.note = command.note.clone();
    if ended.case.is_none() && !ended.note.is_empty() {
        let what = "is for the timeline of a case, and the contact has none";
        return Err(Refusal::Faulty(Faults::one("note", what)).into());
    }
    let cases = cases_of(state, &contact)?;
    let mut resolved: Vec<CaseId> = ended.resolves.into_iter().collect();
    for (place, told) in command.matters.iter().enumerate() {
        let at = |field: &str| format!("matters[{place}]{field}");
        let faulty =
            |field: &str, what: String| Stop::from(Refusal::Faulty(Faults::one(at(field), what)));
        if contact.leading.as_ref() == Some(&told.matter) {
            let what = "is the one that the contact was routed for: `outcome` and `resolution` say what came of it";
            return Err(faulty(".matter_id", what.into()));
        }
        let additional = contact.additional.iter();
        let additional = additional
            .rev()
            .find(|it| it.matter.as_ref() == Some(&told.matter));
        let Some(additional) = additional else {
            let what = "is no matter of the contact that has a case";
            return Err(faulty(".matter_id", what.into()));
        };
        let goes_on = goes_on(state, cases.iter().find(|case| case.id == additional.case))?;
        let last = goes_on.filter(|case| case.state.is_open() && is_last(&cases, case));
        let resolves = last.filter(|_| told.resolved).map(|case| case.id);
        if let Some(resolution) = &told.resolution {
            if !told.resolved {
                let what = "must be true, for a resolution is told".into();
                return Err(faulty(".resolved", what));
            }
            let resolves = is_resolved(
                &contact,
                Some(additional.case),
                resolves,
                &at(".resolution"),
            )?;
            let confirmed = confirmed_of(&contact, &ended, resolves);
            let field = at(".resolution.outcome");
            may_come_of(state, (resolves, confirmed), resolution, &field)?;
        }
        let resolves = resolves.filter(|id| !resolved.contains(id));
        resolved.extend(resolves);
        ended.matters.push(MatterEnded {
            matter: told.matter.clone(),
            case: additional.case,
            resolves,
            resolution: told.resolution.clone().filter(|_| resolves.is_some()),
        });
    }
    Ok(Event::ContactEnded(Box::new(ended)))
}

/// Finds what ending needs, without deciding.
pub(super) fn seek(state: &State, command: &EndContact) -> Result<(), Stop> {
    let contact = live_contact(state, &command.contact)?;
    cases_of(state, &contact).map(drop).map_err(Stop::from)
}

/// How a contact ends; its own case is resolved with its last live contact, its additional cases are not.
pub(super) fn over(
    state: &State,
    contact: &Contact,
    outcome: Outcome,
    confirmed: Option<ReasonId>,
) -> Result<ContactEnded, Stop> {
    let cases = cases_of(state, contact)?;
    let own = cases.iter().find(|case| Some(case.id) == contact.case);
    let goes_on = goes_on(state, own)?;
    let last = goes_on.filter(|case| case.state.is_open() && is_last(&cases, case));
    Ok(ContactEnded {
        contact: contact.id.clone(),
        case: contact.case,
        additional: contact.additional_cases().collect(),
        outcome,
        confirmed,
        resolves: last
            .filter(|_| outcome == Outcome::Resolved)
            .map(|case| case.id),
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    })
}

/// A case, or the one that goes on for it.
fn goes_on<'a>(
    state: &'a State,
    case: Option<&'a Arc<Case>>,
) -> Result<Option<&'a Arc<Case>>, Stop> {
    match case.and_then(|case| case.merged_into) {
        Some(survivor) => Ok(state.case(&survivor)?),
        None => Ok(case),
    }
}

/// Whether no other contact of it is live. One counts as live in each of its cases, and several of them may be one by
/// now.
fn is_last(cases: &[Arc<Case>], one: &Case) -> bool {
    let here = cases.iter().filter(|case| case.is_part_of(one.id)).count();
    one.live_in_all() as usize == here
}

/// The case that is resolved, for a resolution says how.
fn is_resolved(
    contact: &Contact,
    case: Option<CaseId>,
    resolves: Option<CaseId>,
    field: &str,
) -> Result<CaseId, Stop> {
    resolves.ok_or_else(|| {
        let what = match case {
            None => format!("cannot be told: contact {} has no case", contact.id),
            Some(case) => format!(
                "cannot be told: {case} is not resolved by this end; it is by the outcome resolved, once no other \
                 contact of it is live"
            ),
        };
        Refusal::Faulty(Faults::one(field, what)).into()
    })
}

/// The reason that this end confirms of a case: that of the contact's own.
fn confirmed_of<'a>(
    contact: &Contact,
    ended: &'a ContactEnded,
    case: CaseId,
) -> Option<&'a ReasonId> {
    let confirmed = ended.confirmed.as_ref();
    confirmed.filter(|_| contact.case == Some(case))
}

/// The outcome is one that the live playbook has for the case, of its reason as it is confirmed now.
fn may_come_of(
    state: &State,
    (case, confirmed): (CaseId, Option<&ReasonId>),
    resolution: &Resolution,
    field: &str,
) -> Result<(), Stop> {
    let (Some(playbook), Some(case)) = (state.live(), state.case(&case)?) else {
        return Ok(());
    };
    let may = playbook.may_come_of(case, confirmed, &resolution.outcome);
    may.map_err(|what| Refusal::Faulty(Faults::one(field, what)).into())
}

fn confirmed(
    state: &State,
    contact: &Contact,
    told: Option<&ReasonId>,
) -> Result<Option<ReasonId>, Refusal> {
    let Some(told) = told else { return Ok(None) };
    let playbook = live(state)?;
    match playbook.reason_now(told, &contact.context.facts) {
        Some(index) => Ok(Some(playbook.reason(index).id.clone())),
        None => Err(Refusal::Faulty(Faults::one(
            "confirmed_reason",
            "is not a secondary reason of the live playbook; GetReasonMenu lists them",
        ))),
    }
}
