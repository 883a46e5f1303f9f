//! Handles a failed attempt: another decision is made for the contact.

use super::cases::live_contact;
use super::matters;
use super::start::Start;
use crate::actor::Actor;
use crate::command::{RerouteContact, Rerouted, UnknownReason};
use crate::contact::ContactContext;
use crate::event::{Event, RoutingTrigger};
use crate::flow::result::DecideError;
use crate::refusal::Refusal;
use crate::state::State;
use crate::time::UnixMs;

/// Decides again after an attempt.
pub(in crate::flow) fn reroute(
    state: &State,
    command: &RerouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let (start, sent) = start(state, command, actor, now)?;
    matters::routed(state, start, &sent, now)
}

/// Looks up the rows that another decision needs, without a decision.
pub(in crate::flow) fn seek(
    state: &State,
    command: &RerouteContact,
    actor: &Actor,
) -> Result<(), DecideError> {
    let (start, sent) = start(state, command, actor, state.now())?;
    matters::seek(state, &start, &sent, state.now())
}

fn start(
    state: &State,
    command: &RerouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<(Start, ContactContext), DecideError> {
    let contact = live_contact(state, &command.contact)?;
    let sent = match &command.context {
        Some(context) => context.heard_at(now).into_owned(),
        // The call sends nothing new, so the known context is used and does not change.
        None => ContactContext {
            case: None,
            previous_contact: None,
            matters: Vec::new(),
            ..contact.context.cleared(&command.clear)
        },
    };
    let start = Start::of(
        state,
        (command.contact.clone(), Some(contact.clone())),
        actor,
        (&sent, &command.clear),
        match &command.context {
            Some(_) => command.unknown_reason,
            None => UnknownReason::LastResort,
        },
    )?;
    if start.context.reason.is_none() && start.context.matters.is_empty() {
        return Err(Refusal::NoReason(contact.id.clone()).into());
    }
    let start = Start {
        step: match command.outcome {
            Rerouted::AskedForPerson => RoutingTrigger::AskedForPerson,
            Rerouted::GaveUp => RoutingTrigger::GaveUp,
            Rerouted::NoAnswer => RoutingTrigger::NoAnswer,
            Rerouted::Failed => RoutingTrigger::Failed,
        },
        select_first: command.select_first,
        note: command.note.clone(),
        ..start
    };
    Ok((start, sent))
}
