//! Reads of the state, without any effect.

use crate::access::Tokens;
use crate::case::Case;
use crate::command::{PreviewRoute, Query};
use crate::contact::Contact;
use crate::customer::Customer;
use crate::event::{CaseAddedToContact, ContactRouted};
use crate::flow::contact::matters;
use crate::flow::contact::start::{Start, Started};
use crate::flow::customer::merge_group::{IdentityOwner, identity_owner, survivor};
use crate::flow::reach;
use crate::flow::result::{DecideError, not_loaded};
use crate::ids::{ContactId, CustomerId};
use crate::list::OfCustomer;
use crate::refusal::{Faults, Kind, Refusal};
use crate::state::{Counts, Publication, RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// The answer to a read, one variant for each kind of answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The answer to [`Query::Preview`]: the contact, and its other matters.
    Preview(Box<ContactRouted>, Vec<CaseAddedToContact>),
    /// The answer to [`Query::Contact`].
    Contact(Arc<Contact>),
    /// The answer to [`Query::Case`].
    Case(Arc<Case>),
    /// The answer to [`Query::Customer`] and [`Query::Holder`]. For a merged customer, it is the
    /// survivor.
    Customer(Arc<Customer>),
    /// The answer to [`Query::Publications`]: the oldest first.
    Publications(Vec<Arc<Publication>>),
    /// The answer to [`Query::Counts`]: by the reasons of the live playbook, then by tier.
    Counts(Vec<Counts>),
    /// The answer to [`Query::Tokens`].
    Tokens(Arc<Tokens>),
}

/// Answers a read at log time `now`.
///
/// # Errors
/// The same errors as [`super::decide`].
pub fn look(state: &State, query: &Query, now: UnixMs) -> Result<Answer, DecideError> {
    match query {
        Query::Preview(preview) => preview_route(state, preview, now),
        Query::Within(reach, query) => {
            reach::check_read(state, reach, query)?;
            look(state, query, now)
        }
        Query::Contact(id) => {
            let row = state.contact(id)?.cloned();
            row.map(Answer::Contact)
                .ok_or_else(|| not_found(Kind::Contact, id))
        }
        Query::Case(id) => state
            .case(id)?
            .cloned()
            .map(Answer::Case)
            .ok_or_else(|| not_found(Kind::Case, id)),
        Query::Customer(id) => customer(state, id),
        Query::Holder(key) => match identity_owner(state, key, None)? {
            IdentityOwner::One(id) => customer(state, &id),
            IdentityOwner::Shared(_) | IdentityOwner::Nobody => {
                Err(Refusal::no_customer(&OfCustomer::Holder(key.clone())).into())
            }
        },
        Query::Publications => Ok(Answer::Publications(state.publications().to_vec())),
        Query::Counts => Ok(Answer::Counts(counts(state))),
        Query::Tokens => Ok(Answer::Tokens(state.tokens().clone())),
    }
}

/// Checks that everything that a read needs is in memory. Looks up the rows, without an answer.
///
/// # Errors
/// The first row that is not in memory.
pub fn seek_read(state: &State, query: &Query) -> Result<(), RowNotLoaded> {
    let found = match query {
        Query::Preview(preview) => preview_start(state, preview, state.now())
            .and_then(|started| matters::seek(state, started)),
        Query::Publications | Query::Counts | Query::Tokens => return Ok(()),
        Query::Within(..)
        | Query::Contact(_)
        | Query::Case(_)
        | Query::Customer(_)
        | Query::Holder(_) => look(state, query, state.now()).map(drop),
    };
    not_loaded(found)
}

fn counts(state: &State) -> Vec<Counts> {
    let counted = state.counts().values();
    match state.live() {
        Some(playbook) => Counts::under(playbook, counted),
        None => counted.cloned().collect(),
    }
}

/// The customer, or its survivor if it is merged. Refused if there is none.
fn customer(state: &State, id: &CustomerId) -> Result<Answer, DecideError> {
    let row = state.customer(&survivor(state, id)?)?.cloned();
    row.map(Answer::Customer)
        .ok_or_else(|| Refusal::no_customer(&OfCustomer::Id(id.clone())).into())
}

fn not_found(kind: Kind, id: &impl ToString) -> DecideError {
    Refusal::NotFound {
        kind,
        id: id.to_string(),
    }
    .into()
}

fn preview_route(
    state: &State,
    preview: &PreviewRoute,
    now: UnixMs,
) -> Result<Answer, DecideError> {
    let now = match preview.at {
        None => now,
        Some(at) if at >= state.now() => at,
        Some(_) => {
            let faults = Faults::one("at_time", "must not be before the last event");
            return Err(Refusal::Faulty(faults).into());
        }
    };
    let started = preview_start(state, preview, now)?;
    let (routed, added) = matters::decided(state, started, now)?;
    Ok(Answer::Preview(Box::new(routed), added))
}

fn preview_start<'a>(
    state: &State,
    preview: &'a PreviewRoute,
    now: UnixMs,
) -> Result<Started<'a>, DecideError> {
    reach::check_preview(state, preview)?;
    let (contact, before) = match &preview.contact {
        None => (ContactId::stored("preview"), None),
        Some(id) => (id.clone(), state.contact(id)?.cloned()),
    };
    let sent = preview.context.heard_at(now);
    let start = Start::of(
        state,
        (contact, before),
        &preview.actor,
        (&*sent, &preview.clear),
        preview.unknown_reason,
    )?;
    Ok((start, sent))
}
