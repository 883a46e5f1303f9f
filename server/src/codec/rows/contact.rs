//! The stored form of the row of a contact.

use crate::codec::context::{context, context_to_wire, offered, offered_to_wire};
use crate::codec::customer::{tier_found, tier_found_to_wire};
use crate::codec::handover::{handover, handover_to_wire};
use crate::codec::number::{
    Numbered, known, known_or_none, nonsense, number_or_none, numbers, routes,
};
use crate::codec::tags::{contact_links, contact_links_to_wire};
use crate::codec::text::{
    after, at, case, case_seq, customer_or_none, customer_text, name, name_or_none, name_text,
    reason, reason_or_none, reason_text, reason_text_or_none, record_seq,
};
use crate::codec::{CodecError, message, required, wire, written};
use signpost_domain::contact::{
    AdditionalCase, Contact, ContactState, CustomerCorrection, JoinBefore,
};
use signpost_domain::ids::{CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::ContactStateKind;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(super) fn contact_to_wire(contact: &Contact) -> written::Contact<'_> {
    let Contact {
        id,
        context,
        customer,
        case,
        additional,
        state,
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
        correction,
        arrived,
        recorded,
        last_activity,
        ended,
        amendments,
        held_by,
        opened,
        decided,
        changed,
    } = contact;
    let base = *recorded;
    let (state_route, outcome) = match state {
        ContactState::AwaitingCustomer | ContactState::SelfService => (None, None),
        ContactState::Routed(route) => (Some(route), None),
        ContactState::Ended(outcome) => (None, Some(outcome)),
    };
    written::Contact {
        id: id.as_str().into(),
        context: Some(context_to_wire(context, base)),
        customer: customer_text(customer.as_ref()),
        customer_seq: record_seq(customer.as_ref()),
        case_seq: case.map(case_seq),
        state: state_kind_to_wire(ContactStateKind::of(*state)).into(),
        state_route: number_or_none(state_route),
        outcome: number_or_none(outcome),
        route: number_or_none(route.as_ref()),
        offered: offered.iter().map(offered_to_wire).collect(),
        declined: numbers(declined),
        confirmed_reason: reason_text_or_none(confirmed.as_ref()),
        needs_person: *needs_person,
        recorded_unix_ms: base.0,
        arrived_after_ms: after(*arrived, base),
        last_activity_after_ms: after(*last_activity, base),
        ended_after_ms: ended.map(|ended| after(ended, base)),
        amendments: *amendments,
        opened_seq: opened.0,
        decided_seq: decided.0,
        changed_seq: changed.0,
        tier: name_text(tier.as_ref()),
        tier_found: tier_found.as_ref().map(tier_found_to_wire),
        case_owner: customer_text(case_owner.as_ref()),
        case_owner_seq: record_seq(case_owner.as_ref()),
        additional: additional.iter().map(additional_to_wire).collect(),
        handover: handover.as_deref().map(handover_to_wire),
        leading_matter: name_text(leading.as_ref()),
        due_after_ms: due.map(|due| after(due, base)),
        away: *away,
        links: contact_links_to_wire(links),
        correction: correction.as_deref().map(correction_to_wire),
        held_by: name_text(held_by.as_ref()),
    }
}

pub(super) fn contact(message: wire::Contact) -> Result<Contact, CodecError> {
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
        correction: correction_message,
        held_by,
        customer_seq,
        case_owner_seq,
    } = message;
    let recorded = UnixMs(recorded_unix_ms);
    let context = context(required(context_message, "contact.context")?, recorded)?;
    let offered = offered_messages.into_iter().map(offered);
    let additional = additional_messages.into_iter().map(additional_case);
    Ok(Contact {
        id: name(id, "contact.id")?,
        context: Arc::new(context),
        customer: customer_or_none(customer, customer_seq),
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
        case_owner: customer_or_none(case_owner, case_owner_seq),
        needs_person,
        away,
        leading: name_or_none(leading_matter),
        due: due_after_ms.map(|after_ms| at(recorded, after_ms)),
        links: contact_links(links)?,
        correction: correction_message
            .map(correction)
            .transpose()?
            .map(Box::new),
        arrived: at(recorded, arrived_after_ms),
        recorded,
        last_activity: at(recorded, last_activity_after_ms),
        ended: ended_after_ms.map(|after_ms| at(recorded, after_ms)),
        amendments,
        held_by: name_or_none(held_by),
        opened: Seq(opened_seq),
        decided: Seq(decided_seq),
        changed: Seq(changed_seq),
    })
}

/// The part of a contact that feeds filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialContact {
    /// The kind of its state.
    pub place: ContactStateKind,
    /// Its channel.
    pub channel: Slug,
    /// The stated reason; `None` if there is none.
    pub reason: Option<ReasonId>,
    /// The confirmed reason; `None` if there is none.
    pub confirmed: Option<ReasonId>,
    /// The customer; `None` if not known.
    pub customer: Option<CustomerId>,
    /// The tier; `None` if there is none.
    pub tier: Option<Slug>,
}

/// Reads only the part of the row of a contact that feeds filter by. This costs a small part of reading the whole row.
///
/// # Errors
/// When the bytes are not the row of a contact, are damaged, or come from a newer program.
pub fn decode_partial(bytes: &[u8]) -> Result<PartialContact, CodecError> {
    let wire::GlancedRow { format: _, contact } = message(bytes)?;
    let wire::GlancedContact {
        context,
        customer,
        state: place,
        confirmed_reason,
        tier,
        customer_seq,
    } = required(contact, "row")?;
    let wire::GlancedContext { channel, reason } = required(context, "contact.context")?;
    Ok(PartialContact {
        place: state_kind(place)?,
        channel: name(channel, "context.channel")?,
        reason: reason_or_none(&reason, "context.reason")?,
        confirmed: reason_or_none(&confirmed_reason, "contact.confirmed_reason")?,
        customer: customer_or_none(customer, customer_seq),
        tier: name_or_none(tier),
    })
}

fn additional_to_wire(additional: &AdditionalCase) -> written::AdditionalCase<'_> {
    let AdditionalCase {
        case,
        reason,
        case_match,
        matter,
        owner,
    } = additional;
    written::AdditionalCase {
        case_seq: case_seq(*case),
        reason: reason_text(reason),
        case_match: case_match.number(),
        owner: customer_text(owner.as_ref()),
        owner_seq: record_seq(owner.as_ref()),
        matter: name_text(matter.as_ref()),
    }
}

fn additional_case(message: wire::AdditionalCase) -> Result<AdditionalCase, CodecError> {
    let wire::AdditionalCase {
        case_seq,
        reason: reason_text,
        case_match,
        owner,
        matter,
        owner_seq,
    } = message;
    Ok(AdditionalCase {
        case: case(case_seq),
        reason: reason(&reason_text, "additional_case.reason")?,
        case_match: known(case_match, "additional_case.joined")?,
        matter: name_or_none(matter),
        owner: customer_or_none(owner, owner_seq),
    })
}

fn correction_to_wire(correction: &CustomerCorrection) -> written::CustomerCorrection<'_> {
    let CustomerCorrection {
        first,
        decided_for,
        left,
    } = correction;
    written::CustomerCorrection {
        first: customer_text(first.as_ref()),
        first_seq: record_seq(first.as_ref()),
        decided_for: customer_text(decided_for.as_ref()),
        decided_for_seq: record_seq(decided_for.as_ref()),
        left: left.iter().map(join_before_to_wire).collect(),
    }
}

fn correction(message: wire::CustomerCorrection) -> Result<CustomerCorrection, CodecError> {
    let wire::CustomerCorrection {
        first,
        decided_for,
        left,
        first_seq,
        decided_for_seq,
    } = message;
    Ok(CustomerCorrection {
        first: customer_or_none(first, first_seq),
        decided_for: customer_or_none(decided_for, decided_for_seq),
        left: left
            .into_iter()
            .map(join_before)
            .collect::<Result<_, _>>()?,
    })
}

fn join_before_to_wire(before: &JoinBefore) -> written::JoinBefore<'_> {
    let JoinBefore {
        case,
        is_own,
        reason,
        matter,
        instead,
        case_match,
        repeat,
        presumed,
    } = before;
    written::JoinBefore {
        case_seq: case_seq(*case),
        own: *is_own,
        reason: reason_text(reason),
        matter: name_text(matter.as_ref()),
        instead_seq: instead.map(case_seq),
        case_match: case_match.number(),
        repeat: *repeat,
        presumed: *presumed,
    }
}

fn join_before(message: wire::JoinBefore) -> Result<JoinBefore, CodecError> {
    let wire::JoinBefore {
        case_seq,
        own,
        reason: reason_text,
        matter,
        instead_seq,
        case_match,
        repeat,
        presumed,
    } = message;
    Ok(JoinBefore {
        case: case(case_seq),
        is_own: own,
        reason: reason(&reason_text, "join_before.reason")?,
        matter: name_or_none(matter),
        instead: instead_seq.map(case),
        case_match: known(case_match, "join_before.case_match")?,
        repeat,
        presumed,
    })
}

pub(in crate::codec) fn state_kind_to_wire(kind: ContactStateKind) -> wire::ContactStateKind {
    match kind {
        ContactStateKind::AwaitingCustomer => wire::ContactStateKind::AwaitingCustomer,
        ContactStateKind::SelfService => wire::ContactStateKind::SelfService,
        ContactStateKind::Routed => wire::ContactStateKind::Routed,
        ContactStateKind::Ended => wire::ContactStateKind::Ended,
    }
}

pub(in crate::codec) fn state_kind(kind: i32) -> Result<ContactStateKind, CodecError> {
    const FIELD: &str = "contact_mark.place";
    match wire::ContactStateKind::try_from(kind).map_err(|_| nonsense(FIELD, kind))? {
        wire::ContactStateKind::Unspecified => Err(CodecError::Missing(FIELD)),
        wire::ContactStateKind::AwaitingCustomer => Ok(ContactStateKind::AwaitingCustomer),
        wire::ContactStateKind::SelfService => Ok(ContactStateKind::SelfService),
        wire::ContactStateKind::Routed => Ok(ContactStateKind::Routed),
        wire::ContactStateKind::Ended => Ok(ContactStateKind::Ended),
    }
}

pub(super) fn place(kind: i32, route: i32, outcome: i32) -> Result<ContactState, CodecError> {
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
