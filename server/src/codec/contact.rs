//! The rows of contacts and cases.

use super::context::{context, context_message, facts, facts_message, offered, offered_message};
use super::number::{
    Numbered, known, known_or_none, nonsense, number_or_zero, route_numbers, routes,
};
use super::text::{
    after, at, case, case_seq, matter_or_empty, matter_or_none, name, name_or_empty, name_or_none,
    name_text, reason, reason_or_empty, reason_or_none, reason_text, version_bytes,
    version_or_none,
};
use super::{CodecError, required, wire};
use signpost_domain::case::{Case, CaseContact};
use signpost_domain::contact::{Contact, Place};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

pub(super) fn contact_message(contact: &Contact) -> wire::Contact {
    let Contact {
        id,
        context,
        customer,
        case,
        place,
        route,
        offered,
        declined,
        confirmed,
        needs_person,
        arrived,
        recorded,
        heard,
        ended,
        amendments,
        opened,
        decided,
        changed,
    } = contact;
    let (kind, place_route, outcome) = place_numbers(*place);
    wire::Contact {
        id: name_text(id),
        context: Some(context_message(context, *recorded)),
        customer: name_or_empty(customer.as_ref()),
        case_seq: case.map(case_seq),
        place: kind.into(),
        place_route,
        outcome,
        route: number_or_zero(route.as_ref()),
        offered: offered.iter().map(offered_message).collect(),
        declined: route_numbers(declined),
        confirmed_reason: reason_or_empty(confirmed.as_ref()),
        needs_person: *needs_person,
        recorded_unix_ms: recorded.0,
        arrived_after_ms: after(*arrived, *recorded),
        heard_after_ms: after(*heard, *recorded),
        ended_after_ms: ended.map(|ended| after(ended, *recorded)),
        amendments: *amendments,
        opened_seq: opened.0,
        decided_seq: decided.0,
        changed_seq: changed.0,
    }
}

pub(super) fn contact(message: wire::Contact) -> Result<Contact, CodecError> {
    let wire::Contact {
        id,
        context: context_message,
        customer,
        case_seq,
        place: kind,
        place_route,
        outcome,
        route,
        offered: offered_messages,
        declined,
        confirmed_reason,
        needs_person,
        recorded_unix_ms,
        arrived_after_ms,
        heard_after_ms,
        ended_after_ms,
        amendments,
        opened_seq,
        decided_seq,
        changed_seq,
    } = message;
    let recorded = UnixMs(recorded_unix_ms);
    let context = context(required(context_message, "contact.context")?, recorded)?;
    let offered = offered_messages.into_iter().map(offered);
    Ok(Contact {
        id: name(id, "contact.id")?,
        context: Arc::new(context),
        customer: name_or_none(customer),
        case: case_seq.map(case),
        place: place(kind, place_route, outcome)?,
        route: known_or_none(route, "contact.route")?,
        offered: offered.collect::<Result<_, _>>()?,
        declined: routes(&declined, "contact.declined")?,
        confirmed: reason_or_none(&confirmed_reason, "contact.confirmed_reason")?,
        needs_person,
        arrived: at(recorded, arrived_after_ms),
        recorded,
        heard: at(recorded, heard_after_ms),
        ended: ended_after_ms.map(|after_ms| at(recorded, after_ms)),
        amendments,
        opened: Seq(opened_seq),
        decided: Seq(decided_seq),
        changed: Seq(changed_seq),
    })
}

/// The kind, the route and the outcome.
fn place_numbers(place: Place) -> (wire::PlaceKind, i32, i32) {
    match place {
        Place::Deciding => (wire::PlaceKind::Deciding, 0, 0),
        Place::SelfService => (wire::PlaceKind::SelfService, 0, 0),
        Place::Routed(route) => (wire::PlaceKind::Routed, route.number(), 0),
        Place::Ended(outcome) => (wire::PlaceKind::Ended, 0, outcome.number()),
    }
}

fn place(kind: i32, route: i32, outcome: i32) -> Result<Place, CodecError> {
    const FIELD: &str = "contact.place";
    match wire::PlaceKind::try_from(kind).map_err(|_| nonsense(FIELD, kind))? {
        wire::PlaceKind::Unspecified => Err(CodecError::Missing(FIELD)),
        wire::PlaceKind::Deciding => Ok(Place::Deciding),
        wire::PlaceKind::SelfService => Ok(Place::SelfService),
        wire::PlaceKind::Routed => Ok(Place::Routed(known(route, "contact.place_route")?)),
        wire::PlaceKind::Ended => Ok(Place::Ended(known(outcome, "contact.outcome")?)),
    }
}

pub(super) fn case_message(row: &Case) -> wire::Case {
    let Case {
        id,
        state,
        customer,
        matter,
        reason,
        confirmed,
        tier,
        facts,
        contacts,
        contact_count,
        live_contacts,
        owed_contacts,
        repeats,
        channel_switches,
        reopens,
        previous,
        opened,
        heard,
        closed,
        continues_for,
        reopens_within,
        playbook,
        changed,
    } = row;
    let base = *opened;
    let contacts = contacts.iter().map(|row| case_contact_message(row, base));
    wire::Case {
        seq: case_seq(*id),
        state: state.number(),
        customer: name_or_empty(customer.as_ref()),
        matter: matter_or_empty(matter.as_ref()),
        reason: reason_text(reason),
        confirmed_reason: reason_or_empty(confirmed.as_ref()),
        tier: name_text(tier),
        facts: facts_message(facts, base),
        contacts: contacts.collect(),
        contact_count: *contact_count,
        live_contacts: *live_contacts,
        owed_contacts: *owed_contacts,
        repeats: *repeats,
        channel_switches: *channel_switches,
        reopens: *reopens,
        previous_seq: previous.map(case_seq),
        opened_unix_ms: base.0,
        heard_after_ms: after(*heard, base),
        closed_after_ms: closed.map(|closed| after(closed, base)),
        continues_for_ms: continues_for.0,
        reopens_within_ms: reopens_within.0,
        playbook_version: version_bytes(playbook),
        changed_seq: changed.0,
    }
}

pub(super) fn case_row(message: wire::Case) -> Result<Case, CodecError> {
    let wire::Case {
        seq,
        state,
        customer,
        matter,
        reason: reason_text,
        confirmed_reason,
        tier,
        facts: fact_messages,
        contacts,
        contact_count,
        live_contacts,
        owed_contacts,
        repeats,
        channel_switches,
        reopens,
        previous_seq,
        opened_unix_ms,
        heard_after_ms,
        closed_after_ms,
        continues_for_ms,
        reopens_within_ms,
        playbook_version,
        changed_seq,
    } = message;
    let opened = UnixMs(opened_unix_ms);
    let contacts = contacts.into_iter().map(|row| case_contact(row, opened));
    let playbook = version_or_none(&playbook_version, "case.playbook_version")?;
    Ok(Case {
        id: case(seq),
        state: known(state, "case.state")?,
        customer: name_or_none(customer),
        matter: matter_or_none(&matter, "case.matter")?,
        reason: reason(&reason_text, "case.reason")?,
        confirmed: reason_or_none(&confirmed_reason, "case.confirmed_reason")?,
        tier: name(tier, "case.tier")?,
        facts: facts(fact_messages, opened)?,
        contacts: contacts.collect::<Result<_, _>>()?,
        contact_count,
        live_contacts,
        owed_contacts,
        repeats,
        channel_switches,
        reopens,
        previous: previous_seq.map(case),
        opened,
        heard: at(opened, heard_after_ms),
        closed: closed_after_ms.map(|after_ms| at(opened, after_ms)),
        continues_for: Millis(continues_for_ms),
        reopens_within: Millis(reopens_within_ms),
        playbook: playbook.unwrap_or_else(|| PlaybookVersion::stored("")),
        changed: Seq(changed_seq),
    })
}

fn case_contact_message(row: &CaseContact, base: UnixMs) -> wire::CaseContact {
    let CaseContact {
        contact,
        channel,
        joined,
        arrived,
        repeat,
        live,
    } = row;
    wire::CaseContact {
        contact: name_text(contact),
        channel: name_text(channel),
        joined: joined.number(),
        arrived_after_ms: after(*arrived, base),
        repeat: *repeat,
        live: *live,
    }
}

fn case_contact(message: wire::CaseContact, base: UnixMs) -> Result<CaseContact, CodecError> {
    let wire::CaseContact {
        contact,
        channel,
        joined,
        arrived_after_ms,
        repeat,
        live,
    } = message;
    Ok(CaseContact {
        contact: name(contact, "case_contact.contact")?,
        channel: name(channel, "case_contact.channel")?,
        joined: known(joined, "case_contact.joined")?,
        arrived: at(base, arrived_after_ms),
        repeat,
        live,
    })
}
