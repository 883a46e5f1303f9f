//! Handles the end of a contact.

use super::cases::{cases_of, live_contact};
use crate::case::{Case, Resolution};
use crate::command::EndContact;
use crate::contact::{Contact, ContactOutcome};
use crate::event::{ContactEnded, Event, MatterEnded};
use crate::fact::Facts;
use crate::flow::result::{DecideError, live};
use crate::ids::{CaseId, ReasonId};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use std::sync::Arc;

/// The event that ends a contact.
pub(in crate::flow) fn end(state: &State, command: &EndContact) -> Result<Event, DecideError> {
    let contact = live_contact(state, &command.contact)?;
    let own = command.confirmed.as_ref();
    let confirmed = confirmed(state, &contact.context.facts, own, "confirmed_reason")?;
    let mut ended = over(state, &contact, command.outcome, confirmed)?;
    ended.matters = matters(state, &contact, command)?;
    if let Some(resolution) = &command.resolution {
        let resolves = resolved_case(&contact, contact.case, ended.resolves, "resolution")?;
        let confirmed = confirmed_of(&ended, resolves);
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
        let what =
            "must be empty: a note is for the timeline of a case, and the contact has no case";
        return Err(Refusal::Faulty(Faults::one("note", what)).into());
    }
    for (place, (sent, matter)) in command.matters.iter().zip(&ended.matters).enumerate() {
        let Some(resolution) = &sent.resolution else {
            continue;
        };
        if !sent.resolved {
            let what = "must be true, because the matter has a `resolution`";
            let field = format!("matters[{place}].resolved");
            return Err(Refusal::Faulty(Faults::one(field, what)).into());
        }
        let field = format!("matters[{place}].resolution");
        let resolves = resolved_case(&contact, Some(matter.case), matter.resolves, &field)?;
        let confirmed = confirmed_of(&ended, resolves);
        let field = format!("{field}.outcome");
        may_come_of(state, (resolves, confirmed), resolution, &field)?;
    }
    let mut resolved: Vec<CaseId> = ended.resolves.into_iter().collect();
    for (sent, matter) in command.matters.iter().zip(&mut ended.matters) {
        matter.resolves = matter.resolves.filter(|id| !resolved.contains(id));
        resolved.extend(matter.resolves);
        let resolution = sent.resolution.clone();
        matter.resolution = resolution.filter(|_| matter.resolves.is_some());
    }
    Ok(Event::ContactEnded(Box::new(ended)))
}

/// The outcomes of the contact's other matters, each as if it were the only one. How their cases are resolved is left
/// out.
fn matters(
    state: &State,
    contact: &Contact,
    command: &EndContact,
) -> Result<Vec<MatterEnded>, DecideError> {
    let cases = cases_of(state, contact)?;
    let mut matters = Vec::with_capacity(command.matters.len());
    for (place, sent) in command.matters.iter().enumerate() {
        let at = |field: &str| format!("matters[{place}].{field}");
        let no_matter = |what: &str| Refusal::Faulty(Faults::one(at("matter_id"), what));
        if contact.leading.as_ref() == Some(&sent.matter) {
            let what = "is the matter that the contact was routed for: send its result in `outcome`, `resolution` and \
                        `confirmed_reason` of the request";
            return Err(no_matter(what).into());
        }
        let additional = contact.additional.iter().rev();
        let mut additional = additional.filter(|it| it.matter.as_ref() == Some(&sent.matter));
        let Some(additional) = additional.next() else {
            let what = "must be one of the other matters of the contact, and the matter must have a case already";
            return Err(no_matter(what).into());
        };
        let case = cases.iter().find(|case| case.id == additional.case);
        let facts = case.map_or(&contact.context.facts, |case| &case.facts);
        let goes_on = continuing_case(state, case)?;
        let last = goes_on.filter(|case| case.state.is_open() && is_last(&cases, case));
        let reason = sent.confirmed.as_ref();
        matters.push(MatterEnded {
            matter: sent.matter.clone(),
            case: additional.case,
            resolves: last.filter(|_| sent.resolved).map(|case| case.id),
            resolution: None,
            confirmed: confirmed(state, facts, reason, &at("confirmed_reason"))?,
        });
    }
    Ok(matters)
}

/// Looks up the rows that ending a contact needs, without a decision.
pub(in crate::flow) fn seek(state: &State, command: &EndContact) -> Result<(), DecideError> {
    let contact = live_contact(state, &command.contact)?;
    cases_of(state, &contact)
        .map(drop)
        .map_err(DecideError::from)
}

/// The event for the end of a contact. If the outcome is `Resolved`, the event resolves the contact's own case, or the
/// case that it was merged into, if that case is open and no other contact of it is live. Additional cases are not
/// resolved.
pub(in crate::flow) fn over(
    state: &State,
    contact: &Contact,
    outcome: ContactOutcome,
    confirmed: Option<ReasonId>,
) -> Result<ContactEnded, DecideError> {
    let cases = cases_of(state, contact)?;
    let own = cases.iter().find(|case| Some(case.id) == contact.case);
    let goes_on = continuing_case(state, own)?;
    let last = goes_on.filter(|case| case.state.is_open() && is_last(&cases, case));
    Ok(ContactEnded {
        contact: contact.id.clone(),
        case: contact.case,
        additional: contact.additional_cases().collect(),
        outcome,
        confirmed,
        resolves: last
            .filter(|_| outcome == ContactOutcome::Resolved)
            .map(|case| case.id),
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    })
}

/// The case, or the case that it was merged into.
fn continuing_case<'a>(
    state: &'a State,
    case: Option<&'a Arc<Case>>,
) -> Result<Option<&'a Arc<Case>>, DecideError> {
    match case.and_then(|case| case.merged_into) {
        Some(survivor) => Ok(state.case(&survivor)?),
        None => Ok(case),
    }
}

/// Whether no other contact of the case is live. A contact counts as live once for each of its cases, and several of
/// these cases may be merged by now.
fn is_last(cases: &[Arc<Case>], one: &Case) -> bool {
    let here = cases.iter().filter(|case| case.is_part_of(one.id)).count();
    one.live_in_all() as usize == here
}

/// The case that is resolved. Refused if there is none, because the caller said how a case is resolved.
fn resolved_case(
    contact: &Contact,
    case: Option<CaseId>,
    resolves: Option<CaseId>,
    field: &str,
) -> Result<CaseId, DecideError> {
    resolves.ok_or_else(|| {
        let what = match case {
            None => format!("must be left out: contact {} has no case", contact.id),
            Some(case) => format!(
                "must be left out: this call does not resolve {case}; it does with the outcome resolved (a matter: \
                 with `resolved`), if the case is open and no other contact of it is live"
            ),
        };
        Refusal::Faulty(Faults::one(field, what)).into()
    })
}

/// The reason that this end confirms for a case: that of the contact's own case, or that of another matter.
fn confirmed_of(ended: &ContactEnded, case: CaseId) -> Option<&ReasonId> {
    let mut matters = ended.matters.iter();
    match ended.case == Some(case) {
        true => ended.confirmed.as_ref(),
        false => matters.find_map(|it| it.confirmed.as_ref().filter(|_| it.case == case)),
    }
}

/// Refused unless the live playbook has this outcome for the case, by the reason that is confirmed now.
fn may_come_of(
    state: &State,
    (case, confirmed): (CaseId, Option<&ReasonId>),
    resolution: &Resolution,
    field: &str,
) -> Result<(), DecideError> {
    let (Some(playbook), Some(case)) = (state.live(), state.case(&case)?) else {
        return Ok(());
    };
    let may = playbook.may_come_of(case, confirmed, &resolution.outcome);
    may.map_err(|what| Refusal::Faulty(Faults::one(field, what)).into())
}

/// A confirmed reason, as the live playbook has it.
fn confirmed(
    state: &State,
    facts: &Facts,
    reason: Option<&ReasonId>,
    field: &str,
) -> Result<Option<ReasonId>, Refusal> {
    let Some(reason) = reason else {
        return Ok(None);
    };
    let playbook = live(state)?;
    match playbook.reason_now(reason, facts) {
        Some(index) => Ok(Some(playbook.reason(index).id.clone())),
        None => Err(Refusal::Faulty(Faults::one(
            field,
            "is not a secondary reason of the live playbook; GetReasonMenu lists them",
        ))),
    }
}
