//! Handles a failed attempt: another decision is made for the contact.

use super::cases::live_contact;
use super::start::{Start, Started};
use crate::actor::Actor;
use crate::command::{RerouteContact, Rerouted, UnknownReason};
use crate::contact::ContactContext;
use crate::event::RoutingTrigger;
use crate::flow::result::DecideError;
use crate::refusal::Refusal;
use crate::state::State;
use crate::time::UnixMs;
use std::borrow::Cow;

/// What another decision after an attempt starts from.
pub(in crate::flow) fn start<'a>(
    state: &State,
    command: &'a RerouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<Started<'a>, DecideError> {
    let contact = live_contact(state, &command.contact)?;
    let sent = match &command.context {
        Some(context) => context.heard_at(now),
        // The call sends nothing new, so the known context is used and does not change.
        None => Cow::Owned(ContactContext {
            case: None,
            previous_contact: None,
            matters: Vec::new(),
            ..contact.context.cleared(&command.clear)
        }),
    };
    let start = Start::of(
        state,
        (command.contact.clone(), Some(contact.clone())),
        actor,
        (&*sent, &command.clear),
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
