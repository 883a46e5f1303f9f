//! Handles a further matter of a customer: a contact gets an additional case.

use super::cases::cases_of;
use super::find::found;
use super::start::Start;
use super::weigh::weigh;
use crate::actor::Actor;
use crate::command::{AddCase, UnknownReason};
use crate::contact::{
    ADDITIONAL_CASE_AFTER_END_MAX, ADDITIONAL_CASES_MAX, Contact, ContactContext,
};
use crate::event::{CaseAddedToContact, Event, RoutingTrigger};
use crate::fact::{FACTS_MAX, Facts};
use crate::flow::case::find::FoundCase;
use crate::flow::result::{DecideError, live, next_seq};
use crate::ids::CustomerId;
use crate::playbook::{Playbook, ReasonIndex};
use crate::refusal::{ContactCause, FaultKind, Faults, Kind, Refusal};
use crate::state::State;
use crate::tags::Tags;
use crate::time::UnixMs;
use std::sync::Arc;

/// Finds the case of a further matter in the same way as routing does, and adds it to the contact. The route of the
/// contact and its own case do not change.
pub(in crate::flow) fn add(
    state: &State,
    command: &AddCase,
    actor: &Actor,
    now: UnixMs,
) -> Result<Event, DecideError> {
    let playbook = live(state)?;
    let contact = state.contact(&command.contact)?.cloned();
    let contact = contact.ok_or_else(|| Refusal::NotFound {
        kind: Kind::Contact,
        id: command.contact.to_string(),
    })?;
    let cases = cases_of(state, &contact)?;
    let customer = customer_for_additional(&contact, now)?;
    let given = command.facts.clone().learnt_at(now);
    let reason = reason(playbook, command, &contact.context.facts.with(&given))?;
    let facts = facts(playbook, reason, &contact.context.facts, &given)?;
    let context = ContactContext {
        case: None,
        previous_contact: None,
        reason: Some(playbook.reason(reason).id.clone()),
        facts,
        stage: None,
        matters: Vec::new(),
        tags: Tags::default(),
        ..contact.context.as_ref().clone()
    };
    // The customer of the contact is known. The case of this matter is not known yet.
    let before = Contact {
        context: Arc::new(ContactContext {
            reason: None,
            ..context.clone()
        }),
        case: None,
        case_owner: None,
        additional: Vec::new(),
        ..Contact::clone(&contact)
    };
    let mut start = Start {
        contact: contact.id.clone(),
        actor: actor.clone(),
        known: Some(contact.clone()),
        before: Some(Arc::new(before)),
        context: Arc::new(context),
        matter: None,
        step: RoutingTrigger::Amended,
        select_first: false,
        unknown_reason: UnknownReason::Refuse,
        may_presume: false,
        names_case: false,
        note: command.note.clone(),
    };
    let mut found = found(state, &mut start, now)?;
    let mut weighed = weigh(state, &start, &mut found, (next_seq(state), now))?;
    let Some(join) = weighed.join.take() else {
        return Err(key_missing(playbook, reason, &start.context.facts));
    };
    if let Some(has) = cases.iter().find(|case| case.is_part_of(join.case)) {
        let why = match has.id == join.case {
            true => ContactCause::HasCase { case: has.id },
            false => ContactCause::HasMergedCase {
                case: has.id,
                into: join.case,
            },
        };
        return Err(refused(&contact, why));
    }
    Ok(Event::CaseAddedToContact(Box::new(CaseAddedToContact {
        contact: contact.id.clone(),
        channel: contact.context.channel.clone(),
        customer: customer.clone(),
        own: contact.case,
        additional: contact.additional_cases().collect(),
        reason: playbook.reason(reason).id.clone(),
        facts: start.context.facts.clone(),
        join,
        note: command.note.clone(),
        matter: None,
        decided: weighed.matter_decided(start.context, found.noticed),
    })))
}

fn refused(contact: &Contact, why: ContactCause) -> DecideError {
    let contact = contact.id.clone();
    Refusal::ContactStep { contact, why }.into()
}

/// The customer of the contact. Refused if the contact cannot have an additional case.
fn customer_for_additional(contact: &Contact, now: UnixMs) -> Result<&CustomerId, DecideError> {
    if let Some(ended) = contact.ended
        && now > ended + ADDITIONAL_CASE_AFTER_END_MAX
    {
        return Err(refused(contact, ContactCause::EndedLongAgo));
    }
    // What is told of who was erased could not be erased any more.
    let customer = contact.customer.as_ref().filter(|id| !id.is_erased());
    let Some(customer) = customer else {
        return Err(refused(contact, ContactCause::OfNobody));
    };
    if contact.additional.len() == ADDITIONAL_CASES_MAX {
        return Err(refused(contact, ContactCause::AdditionalCasesMax));
    }
    Ok(customer)
}

/// The facts sent with the case, and those facts of the contact that the reason needs. So these facts are not asked
/// twice.
fn facts(
    playbook: &Playbook,
    reason: ReasonIndex,
    of_contact: &Facts,
    given: &Facts,
) -> Result<Facts, DecideError> {
    let reason = playbook.reason(reason);
    let asked = reason.facts.iter().chain(&reason.case_key);
    let asked = asked.filter_map(|&fact| of_contact.get(playbook.fact(fact).id.as_str()));
    let facts = Facts::from_facts(asked.cloned()).with(given);
    if facts.len() > FACTS_MAX {
        let what = format!(
            "must be at most {FACTS_MAX} together with the facts of the contact, are {}",
            facts.len()
        );
        return Err(Refusal::Faulty(Faults::one("facts", what)).into());
    }
    Ok(facts)
}

fn reason(
    playbook: &Playbook,
    command: &AddCase,
    facts: &Facts,
) -> Result<ReasonIndex, DecideError> {
    let index = playbook.reason_now(&command.reason, facts);
    index.ok_or_else(|| {
        let what = "is not a secondary reason of the live playbook; GetReasonMenu lists them";
        Refusal::Faulty(Faults::of(FaultKind::UnknownReason, "stated_reason", what)).into()
    })
}

/// The refusal if a key fact is missing that distinguishes one matter of a reason from another.
fn key_missing(playbook: &Playbook, reason: ReasonIndex, facts: &Facts) -> DecideError {
    let missing = FoundCase::key_of(playbook, reason);
    let missing = missing.filter(|id| facts.get(id.as_str()).is_none());
    let missing: Vec<String> = missing.map(|id| id.to_string()).collect();
    let what = format!(
        "must have {}, the key of a matter of {}; if the customer does not tell it, send it as declined",
        missing.join(", "),
        playbook.reason(reason).id
    );
    Refusal::Faulty(Faults::of(FaultKind::KeyFactMissing, "facts", what)).into()
}
