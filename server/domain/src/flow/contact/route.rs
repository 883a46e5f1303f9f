//! Handles a new or an amended contact.

use super::start::{Start, Started};
use crate::actor::Actor;
use crate::command::RouteContact;
use crate::flow::result::DecideError;
use crate::refusal::{ContactCause, Refusal};
use crate::state::State;
use crate::time::UnixMs;

/// What the routing of a new or an amended contact starts from.
pub(in crate::flow) fn start<'a>(
    state: &State,
    command: &'a RouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<Started<'a>, DecideError> {
    let sent = command.context.heard_at(now);
    let before = state.contact(&command.contact)?.cloned();
    if command.only_new && before.is_some() {
        return Err(Refusal::ContactStep {
            contact: command.contact.clone(),
            why: ContactCause::Exists,
        }
        .into());
    }
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
