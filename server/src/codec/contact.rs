//! The rows of contacts and cases.

use super::context::{context, facts, offered, write_context, write_facts, write_offered};
use super::number::{known, known_or_none, nonsense, routes};
use super::text::{
    after, at, case, case_seq, matter_bytes, matter_or_none, name, name_or_none, reason,
    reason_or_none, version_or_none,
};
use super::write::Writer;
use super::{CodecError, required, wire};
use signpost_domain::case::{Case, CaseContact};
use signpost_domain::contact::{Contact, Place};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::list::PlaceKind;
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

pub(super) fn write_contact(w: &mut Writer, contact: &Contact) {
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
        tier,
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
    w.text(1, id.as_str());
    w.message(2, |w| write_context(w, context, *recorded));
    w.name_or_none(3, customer.as_ref());
    w.number_or_none(4, case.map(case_seq));
    match place {
        Place::Deciding => w.number(5, wire::PlaceKind::Deciding as u32),
        Place::SelfService => w.number(5, wire::PlaceKind::SelfService as u32),
        Place::Routed(route) => {
            w.number(5, wire::PlaceKind::Routed as u32);
            w.known(6, route);
        }
        Place::Ended(outcome) => {
            w.number(5, wire::PlaceKind::Ended as u32);
            w.known(7, outcome);
        }
    }
    if let Some(route) = route {
        w.known(8, route);
    }
    w.messages(9, offered, write_offered);
    w.all_known(10, declined);
    w.reason_or_none(11, confirmed.as_ref());
    w.number(12, *needs_person);
    w.number(13, recorded.0);
    w.signed(14, after(*arrived, *recorded));
    w.signed(15, after(*heard, *recorded));
    w.signed_or_none(16, ended.map(|ended| after(ended, *recorded)));
    w.number(17, *amendments);
    w.number(18, opened.0);
    w.number(19, decided.0);
    w.number(20, changed.0);
    w.name_or_none(21, tier.as_ref());
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
        tier,
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
        tier: name_or_none(tier),
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

pub(super) fn write_place_kind(w: &mut Writer, field: u32, place: PlaceKind) {
    let kind = match place {
        PlaceKind::Deciding => wire::PlaceKind::Deciding,
        PlaceKind::SelfService => wire::PlaceKind::SelfService,
        PlaceKind::Routed => wire::PlaceKind::Routed,
        PlaceKind::Ended => wire::PlaceKind::Ended,
    };
    w.number(field, kind as u32);
}

pub(super) fn place_kind(kind: i32) -> Result<PlaceKind, CodecError> {
    const FIELD: &str = "contact_mark.place";
    match wire::PlaceKind::try_from(kind).map_err(|_| nonsense(FIELD, kind))? {
        wire::PlaceKind::Unspecified => Err(CodecError::Missing(FIELD)),
        wire::PlaceKind::Deciding => Ok(PlaceKind::Deciding),
        wire::PlaceKind::SelfService => Ok(PlaceKind::SelfService),
        wire::PlaceKind::Routed => Ok(PlaceKind::Routed),
        wire::PlaceKind::Ended => Ok(PlaceKind::Ended),
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

pub(super) fn write_case(w: &mut Writer, row: &Case) {
    let Case {
        id,
        state,
        customer,
        matter,
        reason,
        confirmed,
        tier,
        queue,
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
    w.number(1, case_seq(*id));
    w.known(2, state);
    w.name_or_none(3, customer.as_ref());
    w.bytes(4, matter_bytes(matter.as_ref()));
    w.reason(5, reason);
    w.reason_or_none(6, confirmed.as_ref());
    w.text(7, tier.as_str());
    write_facts(w, 8, facts, base);
    w.messages(9, contacts, |w, row| write_case_contact(w, row, base));
    w.number(10, *contact_count);
    w.number(11, *live_contacts);
    w.number(12, *owed_contacts);
    w.number(13, *repeats);
    w.number(14, *channel_switches);
    w.number(15, *reopens);
    w.number_or_none(16, previous.map(case_seq));
    w.number(17, base.0);
    w.signed(18, after(*heard, base));
    w.signed_or_none(19, closed.map(|closed| after(closed, base)));
    w.number(20, continues_for.0);
    w.number(21, reopens_within.0);
    w.version_or_none(22, Some(playbook));
    w.number(23, changed.0);
    w.name_or_none(24, queue.as_ref());
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
        queue,
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
        queue: name_or_none(queue),
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

fn write_case_contact(w: &mut Writer, row: &CaseContact, base: UnixMs) {
    let CaseContact {
        contact,
        channel,
        joined,
        arrived,
        repeat,
        live,
    } = row;
    w.text(1, contact.as_str());
    w.text(2, channel.as_str());
    w.known(3, joined);
    w.signed(4, after(*arrived, base));
    w.number(5, *repeat);
    w.number(6, *live);
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
