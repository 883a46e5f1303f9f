//! Reads: what is asked of the state, without any effect.

use super::Stop;
use super::route::{Start, amend, found, routed};
use crate::case::Case;
use crate::command::{PreviewRoute, Query};
use crate::contact::Contact;
use crate::customer::Customer;
use crate::event::{ContactRouted, RouteStep};
use crate::ids::{ContactId, CustomerId, Seq};
use crate::refusal::{Faults, Kind, Refusal};
use crate::state::{Counts, Elsewhere, Publication, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// The answer to a read.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To [`Query::Preview`].
    Preview(Box<ContactRouted>),
    /// To [`Query::Contact`].
    Contact(Arc<Contact>),
    /// To [`Query::Case`].
    Case(Arc<Case>),
    /// To [`Query::Customer`] and [`Query::Holder`].
    Customer(Arc<Customer>),
    /// To [`Query::Publications`]: the oldest first.
    Publications(Vec<Arc<Publication>>),
    /// To [`Query::Counts`]: by reason, then by tier.
    Counts(Vec<Counts>),
    /// To [`Query::Answered`]: the event that holds the answer, if there is one.
    Answered(Option<Seq>),
}

/// Answers a read at log time `now`.
///
/// # Errors
/// As [`super::decide`].
pub fn look(state: &State, query: &Query, now: UnixMs) -> Result<Answer, Stop> {
    match query {
        Query::Preview(preview) => preview_route(state, preview, now),
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
        Query::Holder(key) => match state.holder(key)?.cloned() {
            Some(id) => customer(state, &id),
            None => Err(not_found(
                Kind::Customer,
                &format!("with this verified {}", key.kind),
            )),
        },
        Query::Publications => Ok(Answer::Publications(state.publications().to_vec())),
        Query::Counts => Ok(Answer::Counts(state.counts().values().cloned().collect())),
        Query::Answered(asked) => {
            let (actor, stamp) = asked.as_ref();
            let answered = state.request(&stamp.key(actor))?;
            let answered = answered.filter(|answered| answered.content == stamp.content);
            Ok(Answer::Answered(answered.map(|answered| answered.seq)))
        }
    }
}

/// Whether everything that a read needs is in memory: finds its rows without deciding.
///
/// # Errors
/// The first row that is not in memory.
pub fn seek_read(state: &State, query: &Query) -> Result<(), Elsewhere> {
    let found = match query {
        Query::Preview(preview) => preview_start(state, preview, state.now())
            .and_then(|start| found(state, &start, state.now()).map(drop)),
        Query::Publications | Query::Counts => return Ok(()),
        Query::Contact(_)
        | Query::Case(_)
        | Query::Customer(_)
        | Query::Holder(_)
        | Query::Answered(_) => look(state, query, state.now()).map(drop),
    };
    match found {
        Err(Stop::Elsewhere(elsewhere)) => Err(elsewhere),
        Err(Stop::Refused(_)) | Ok(()) => Ok(()),
    }
}

fn customer(state: &State, id: &CustomerId) -> Result<Answer, Stop> {
    let row = state.customer(id)?.cloned();
    row.map(Answer::Customer)
        .ok_or_else(|| not_found(Kind::Customer, id))
}

fn not_found(kind: Kind, id: &impl ToString) -> Stop {
    Refusal::NotFound {
        kind,
        id: id.to_string(),
    }
    .into()
}

fn preview_route(state: &State, preview: &PreviewRoute, now: UnixMs) -> Result<Answer, Stop> {
    let now = match preview.at {
        None => now,
        Some(at) if at >= state.now() => at,
        Some(_) => {
            let faults = Faults::one("at_time", "must not be before the last event");
            return Err(Refusal::Faulty(faults).into());
        }
    };
    let start = preview_start(state, preview, now)?;
    Ok(Answer::Preview(Box::new(routed(state, start, now)?)))
}

fn preview_start(state: &State, preview: &PreviewRoute, now: UnixMs) -> Result<Start, Stop> {
    let before = match &preview.contact {
        None => None,
        Some(id) => state.contact(id)?.cloned(),
    };
    let told = preview.context.told_at(now);
    let (context, step) = match &before {
        None => (told, RouteStep::Opened),
        Some(contact) => (amend(contact, &told)?, RouteStep::Amended),
    };
    Ok(Start {
        contact: preview
            .contact
            .clone()
            .unwrap_or_else(|| ContactId::stored("preview")),
        before,
        context: Arc::new(context),
        step,
        take_first: true,
        unknown_reason: preview.unknown_reason,
    })
}
