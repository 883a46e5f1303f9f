//! Loads the contact that a command names, and its cases.

use crate::case::Case;
use crate::contact::Contact;
use crate::event::CaseJoin;
use crate::flow::result::DecideError;
use crate::ids::{CaseId, ContactId};
use crate::refusal::{Kind, Refusal};
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// The contact with this id. Refused if there is none, or if it is over.
pub(super) fn live_contact(state: &State, id: &ContactId) -> Result<Arc<Contact>, DecideError> {
    let contact = state.contact(id)?.cloned();
    let contact = contact.ok_or_else(|| Refusal::NotFound {
        kind: Kind::Contact,
        id: id.to_string(),
    })?;
    if contact.state.is_live() {
        Ok(contact)
    } else {
        Err(Refusal::ContactEnded(id.clone()).into())
    }
}

/// All cases of a contact, its own case first. If a case was merged, the case that it was merged into
/// is loaded too.
pub(super) fn cases_of(state: &State, contact: &Contact) -> Result<Vec<Arc<Case>>, RowNotLoaded> {
    let cases = contact
        .cases()
        .map(|id| Ok(state.case_with_survivor(&id)?.cloned()));
    Ok(RowNotLoaded::gather(cases)?.into_iter().flatten().collect())
}

/// The additional cases of a contact after a decision. If the contact joins one of them as its own case, that case is
/// no longer additional.
pub(super) fn additional_of(before: Option<&Contact>, join: Option<&CaseJoin>) -> Vec<CaseId> {
    let own = join.map(|join| join.case);
    let additional = before.into_iter().flat_map(Contact::additional_cases);
    additional.filter(|id| Some(*id) != own).collect()
}
