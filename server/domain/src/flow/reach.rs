//! Checks that what a command or a preview names is within the reach of its sender, before anything is decided.
//!
//! What the sender may not know of is refused in the words for what does not exist.

use super::result::DecideError;
use crate::access::{OutsideReach, Reach};
use crate::case::Case;
use crate::command::{Command, CommandBody, PreviewRoute, Query, WorkStep};
use crate::contact::{Contact, ContactContext};
use crate::ids::{CaseId, ContactId};
use crate::refusal::{ContactCause, Kind, Refusal};
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// Refused if the command names what its sender does not reach.
pub(super) fn check(state: &State, command: &Command) -> Result<(), DecideError> {
    let reach = &command.reach;
    if reach.is_everything() {
        return Ok(());
    }
    match &command.body {
        CommandBody::Route(body) => told(state, reach, &body.contact, &body.context),
        CommandBody::Select(body) => named(state, reach, &body.contact),
        CommandBody::Reroute(body) => match &body.context {
            Some(context) => {
                named(state, reach, &body.contact)?;
                told(state, reach, &body.contact, context)
            }
            None => named(state, reach, &body.contact),
        },
        CommandBody::End(body) => named(state, reach, &body.contact),
        CommandBody::AddCase(body) => {
            named(state, reach, &body.contact)?;
            let found = reach.reason(&body.reason);
            found.map_err(|why| outside(&of_contact(&body.contact), why))
        }
        CommandBody::UpdateContact(body) => named(state, reach, &body.contact),
        CommandBody::CorrectCustomer(body) => named(state, reach, &body.contact),
        CommandBody::Case(body) => {
            case(state, reach, body.case)?;
            match &body.step {
                WorkStep::Merge(other, _) => case(state, reach, *other),
                WorkStep::Link(link) | WorkStep::Unlink(link) => case(state, reach, link.case),
                WorkStep::Note(..)
                | WorkStep::Update(_)
                | WorkStep::Resolve(..)
                | WorkStep::Reopen(_)
                | WorkStep::Unmerge => Ok(()),
            }
        }
        // The table of calls lets nobody with limits send these. A faulty command is refused anyway.
        CommandBody::Upsert(_)
        | CommandBody::Customer(_)
        | CommandBody::EraseCustomer(_)
        | CommandBody::Publish(_)
        | CommandBody::RollBack(_)
        | CommandBody::ReportQueues(_)
        | CommandBody::CreateToken(_)
        | CommandBody::RevokeToken(_)
        | CommandBody::Faulty(..) => Ok(()),
    }
}

/// Refused if a read names what its sender does not reach.
pub(super) fn check_read(state: &State, reach: &Reach, query: &Query) -> Result<(), DecideError> {
    match query {
        _ if reach.is_everything() => Ok(()),
        Query::Contact(id) => named(state, reach, id),
        Query::Case(id) => case(state, reach, *id),
        // A preview is checked by itself. The table of calls lets nobody with limits send the others.
        Query::Within(..)
        | Query::Preview(_)
        | Query::Customer(_)
        | Query::Holder(_)
        | Query::Publications
        | Query::Counts
        | Query::Tokens => Ok(()),
    }
}

/// Refused if a preview names what its sender does not reach.
pub(super) fn check_preview(state: &State, preview: &PreviewRoute) -> Result<(), DecideError> {
    let reach = &preview.reach;
    match &preview.contact {
        _ if reach.is_everything() => Ok(()),
        Some(id) => told(state, reach, id, &preview.context),
        None => {
            let found = reach.context(&preview.context, None);
            found.map_err(|why| outside("the contact", why))
        }
    }
}

/// Checks what is told of a contact, which may be new. Who may not know of a contact learns only that its id is taken.
fn told(
    state: &State,
    reach: &Reach,
    id: &ContactId,
    context: &ContactContext,
) -> Result<(), DecideError> {
    let before = state.contact(id)?;
    if before.is_some_and(|contact| !reach.holds(contact)) {
        let (contact, why) = (id.clone(), ContactCause::Exists);
        return Err(Refusal::ContactStep { contact, why }.into());
    }
    if let Some(before) = before {
        within(reach, before)?;
    }
    let before = before.map(|contact| &*contact.context);
    let found = reach.context(context, before);
    found.map_err(|why| outside(&of_contact(id), why))
}

/// Checks a contact that must exist. If it does not, the step itself says so.
fn named(state: &State, reach: &Reach, id: &ContactId) -> Result<(), DecideError> {
    match state.contact(id)? {
        None => Ok(()),
        Some(contact) if reach.holds(contact) => within(reach, contact),
        Some(_) => Err(Refusal::NotFound {
            kind: Kind::Contact,
            id: id.to_string(),
        }
        .into()),
    }
}

fn within(reach: &Reach, contact: &Contact) -> Result<(), DecideError> {
    let found = reach.contact(contact);
    found.map_err(|why| outside(&of_contact(&contact.id), why))
}

/// Checks a case that must exist. If it does not, the step itself says so.
fn case(state: &State, reach: &Reach, id: CaseId) -> Result<(), DecideError> {
    let Some(case) = state.case(&id)? else {
        return Ok(());
    };
    let contacts = contacts_of(state, case)?;
    if !reach.holds_case(&contacts) {
        let (kind, id) = (Kind::Case, id.to_string());
        return Err(Refusal::NotFound { kind, id }.into());
    }
    let found = reach.case(case, &contacts);
    found.map_err(|why| outside(&format!("case {id}"), why))
}

/// The contacts that a case lists, the newest last.
fn contacts_of(state: &State, case: &Case) -> Result<Vec<Arc<Contact>>, RowNotLoaded> {
    let listed = case.contacts.iter();
    let found = RowNotLoaded::gather(listed.map(|listed| state.contact(&listed.contact)))?;
    Ok(found.into_iter().flatten().cloned().collect())
}

fn of_contact(id: &ContactId) -> String {
    format!("contact {id}")
}

fn outside(what: &str, why: OutsideReach) -> DecideError {
    let what = what.to_owned();
    Refusal::OutOfReach { what, why }.into()
}
