//! Handles a new or an amended contact: finds the customer, the reason and the case, decides, and returns the next
//! step.

use super::matters;
use super::start::Start;
use crate::actor::Actor;
use crate::command::RouteContact;
use crate::contact::ContactContext;
use crate::event::Event;
use crate::flow::result::DecideError;
use crate::state::State;
use crate::time::UnixMs;
use std::borrow::Cow;

/// Routes a new or an amended contact. Gives one event, and one more for each other matter.
pub(in crate::flow) fn route(
    state: &State,
    command: &RouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let (start, sent) = start(state, command, actor, now)?;
    matters::routed(state, start, &sent, now)
}

/// Looks up the rows that routing needs, without a decision.
pub(in crate::flow) fn seek(
    state: &State,
    command: &RouteContact,
    actor: &Actor,
) -> Result<(), DecideError> {
    let (start, sent) = start(state, command, actor, state.now())?;
    matters::seek(state, &start, &sent, state.now())
}

fn start<'a>(
    state: &State,
    command: &'a RouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<(Start, Cow<'a, ContactContext>), DecideError> {
    let sent = command.context.heard_at(now);
    let before = state.contact(&command.contact)?.cloned();
    let start = Start::of(
        state,
        (command.contact.clone(), before),
        actor,
        (&*sent, &command.clear),
        command.unknown_reason,
    )?;
    let start = Start {
        select_first: command.select_first,
        ..start
    };
    Ok((start, sent))
}
