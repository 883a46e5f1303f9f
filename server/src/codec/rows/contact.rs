//! The row of a contact.

use super::customer::{tier_found, write_tier_found};
use crate::codec::context::{context, offered, write_context, write_offered};
use crate::codec::events::handover::{handover, write_handover};
use crate::codec::number::{known, known_or_none, nonsense, routes};
use crate::codec::tags::{contact_links, write_contact_links};
use crate::codec::text::{after, at, case, case_seq, name, name_or_none, reason, reason_or_none};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, message, required, wire};
use signpost_domain::contact::{AdditionalCase, Contact, ContactState};
use signpost_domain::ids::{CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::ContactStateKind;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(in crate::codec) fn write_contact(w: &mut MessageWriter, contact: &Contact) {
    let Contact {
        id,
        context,
        customer,
        case,
        additional,
        state: place,
        route,
        offered,
        handover,
        declined,
        confirmed,
        tier,
        tier_found,
        case_owner,
        needs_person,
        away,
        leading,
        due,
        links,
        arrived,
        recorded,
        last_activity: heard,
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
        ContactState::AwaitingCustomer => {
            w.number(5, wire::ContactStateKind::AwaitingCustomer as u32)
        }
        ContactState::SelfService => w.number(5, wire::ContactStateKind::SelfService as u32),
        ContactState::Routed(route) => {
            w.number(5, wire::ContactStateKind::Routed as u32);
            w.known(6, route);
        }
        ContactState::Ended(outcome) => {
            w.number(5, wire::ContactStateKind::Ended as u32);
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
    w.messages(22, tier_found, write_tier_found);
    w.name_or_none(23, case_owner.as_ref());
    w.messages(24, additional, write_additional);
    w.messages(25, handover.as_deref(), write_handover);
    w.name_or_none(26, leading.as_ref());
    w.signed_or_none(27, due.map(|due| after(due, *recorded)));
    w.number(28, *away);
    write_contact_links(w, 40, links);
}

pub(in crate::codec) fn contact(message: wire::Contact) -> Result<Contact, CodecError> {
    let wire::Contact {
        id,
        context: context_message,
        customer,
        case_seq,
        state: kind,
        state_route: place_route,
        outcome,
        route,
        offered: offered_messages,
        declined,
        confirmed_reason,
        needs_person,
        recorded_unix_ms,
        arrived_after_ms,
        last_activity_after_ms,
        ended_after_ms,
        amendments,
        opened_seq,
        decided_seq,
        changed_seq,
        tier,
        tier_found: tier_message,
        case_owner,
        additional: additional_messages,
        leading_matter,
        due_after_ms,
        handover: handover_message,
        away,
        links,
    } = message;
    let recorded = UnixMs(recorded_unix_ms);
    let context = context(required(context_message, "contact.context")?, recorded)?;
    let offered = offered_messages.into_iter().map(offered);
    let additional = additional_messages.into_iter().map(additional_case);
    Ok(Contact {
        id: name(id, "contact.id")?,
        context: Arc::new(context),
        customer: name_or_none(customer),
        case: case_seq.map(case),
        additional: additional.collect::<Result<_, _>>()?,
        state: place(kind, place_route, outcome)?,
        route: known_or_none(route, "contact.route")?,
        offered: offered.collect::<Result<_, _>>()?,
        handover: handover_message.map(handover).transpose()?.map(Box::new),
        declined: routes(&declined, "contact.declined")?,
        confirmed: reason_or_none(&confirmed_reason, "contact.confirmed_reason")?,
        tier: name_or_none(tier),
        tier_found: tier_message.map(tier_found).transpose()?,
        case_owner: name_or_none(case_owner),
        needs_person,
        away,
        leading: name_or_none(leading_matter),
        due: due_after_ms.map(|after_ms| at(recorded, after_ms)),
        links: contact_links(links)?,
        arrived: at(recorded, arrived_after_ms),
        recorded,
        last_activity: at(recorded, last_activity_after_ms),
        ended: ended_after_ms.map(|after_ms| at(recorded, after_ms)),
        amendments,
        opened: Seq(opened_seq),
        decided: Seq(decided_seq),
        changed: Seq(changed_seq),
    })
}

/// Of a contact, what feeds filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialContact {
    /// Where it is.
    pub place: ContactStateKind,
    /// Its channel.
    pub channel: Slug,
    /// The reason as it was stated.
    pub reason: Option<ReasonId>,
    /// The reason as it was confirmed.
    pub confirmed: Option<ReasonId>,
    /// Who it is, if known.
    pub customer: Option<CustomerId>,
    /// Its tier.
    pub tier: Option<Slug>,
}

/// Reads of the row of a contact what feeds filter by, and passes over the rest: a small part of what it costs to read
/// the row.
///
/// # Errors
/// When it is no such row.
pub fn decode_partial(bytes: &[u8]) -> Result<PartialContact, CodecError> {
    let wire::GlancedRow { format: _, contact } = message(bytes)?;
    let wire::GlancedContact {
        context,
        customer,
        state: place,
        confirmed_reason,
        tier,
    } = required(contact, "row")?;
    let wire::GlancedContext { channel, reason } = required(context, "contact.context")?;
    Ok(PartialContact {
        place: place_kind(place)?,
        channel: name(channel, "context.channel")?,
        reason: reason_or_none(&reason, "context.reason")?,
        confirmed: reason_or_none(&confirmed_reason, "contact.confirmed_reason")?,
        customer: name_or_none(customer),
        tier: name_or_none(tier),
    })
}

fn write_additional(w: &mut MessageWriter, additional: &AdditionalCase) {
    let AdditionalCase {
        case,
        reason,
        case_match: joined,
        matter,
        owner,
    } = additional;
    w.number(1, case_seq(*case));
    w.reason(2, reason);
    w.known(3, joined);
    w.name_or_none(4, owner.as_ref());
    w.name_or_none(5, matter.as_ref());
}

fn additional_case(message: wire::AdditionalCase) -> Result<AdditionalCase, CodecError> {
    let wire::AdditionalCase {
        case_seq,
        reason: reason_text,
        case_match: joined,
        owner,
        matter,
    } = message;
    Ok(AdditionalCase {
        case: case(case_seq),
        reason: reason(&reason_text, "additional_case.reason")?,
        case_match: known(joined, "additional_case.joined")?,
        matter: name_or_none(matter),
        owner: name_or_none(owner),
    })
}

pub(in crate::codec) fn write_place_kind(
    w: &mut MessageWriter,
    field: u32,
    place: ContactStateKind,
) {
    let kind = match place {
        ContactStateKind::AwaitingCustomer => wire::ContactStateKind::AwaitingCustomer,
        ContactStateKind::SelfService => wire::ContactStateKind::SelfService,
        ContactStateKind::Routed => wire::ContactStateKind::Routed,
        ContactStateKind::Ended => wire::ContactStateKind::Ended,
    };
    w.number(field, kind as u32);
}

pub(in crate::codec) fn place_kind(kind: i32) -> Result<ContactStateKind, CodecError> {
    const FIELD: &str = "contact_mark.place";
    match wire::ContactStateKind::try_from(kind).map_err(|_| nonsense(FIELD, kind))? {
        wire::ContactStateKind::Unspecified => Err(CodecError::Missing(FIELD)),
        wire::ContactStateKind::AwaitingCustomer => Ok(ContactStateKind::AwaitingCustomer),
        wire::ContactStateKind::SelfService => Ok(ContactStateKind::SelfService),
        wire::ContactStateKind::Routed => Ok(ContactStateKind::Routed),
        wire::ContactStateKind::Ended => Ok(ContactStateKind::Ended),
    }
}

fn place(kind: i32, route: i32, outcome: i32) -> Result<ContactState, CodecError> {
    const FIELD: &str = "contact.place";
    match wire::ContactStateKind::try_from(kind).map_err(|_| nonsense(FIELD, kind))? {
        wire::ContactStateKind::Unspecified => Err(CodecError::Missing(FIELD)),
        wire::ContactStateKind::AwaitingCustomer => Ok(ContactState::AwaitingCustomer),
        wire::ContactStateKind::SelfService => Ok(ContactState::SelfService),
        wire::ContactStateKind::Routed => {
            Ok(ContactState::Routed(known(route, "contact.place_route")?))
        }
        wire::ContactStateKind::Ended => {
            Ok(ContactState::Ended(known(outcome, "contact.outcome")?))
        }
    }
}
