//! The stored form of the events of the log.

mod added;
mod case_action;
mod case_join;
mod contact;
mod corrected;
mod customer;
mod decision;
mod finding;
mod routed;
mod token;

use super::actor::{actor, actor_to_wire};
use super::context::{all_queue_stats, all_queue_stats_to_wire};
use super::number::{Numbered, known};
use super::text::{
    after, at, borrowed, case, case_seq, hash, name, name_or_none, version, version_cow,
    version_or_none,
};
use super::write::{Encodable, Whose};
use super::{CodecError, FORMAT, message, required, seal, wire, written};
use crate::keys::{KeyError, KeyNumber, KeyOf, Keys};
use added::{added, added_to_wire};
use corrected::{corrected, corrected_to_wire};
use routed::{routed, routed_to_wire};
use signpost_domain::event::{Cause, Envelope, Event, IdempotencyKey, PlaybookPublished, Recorded};
use signpost_domain::ids::{CustomerId, RequestId, Seq, TokenId};
use signpost_domain::time::UnixMs;
use std::borrow::Cow;

/// The bytes of an event. The same event always has the same bytes.
pub fn encode(recorded: &Recorded) -> Vec<u8> {
    recorded_to_wire(recorded).to_bytes()
}

/// The bytes of an event, with what is personal sealed. `contact` is the event by which its contact came in, if it is
/// about one.
///
/// # Errors
/// When a key cannot be had.
pub fn sealed(recorded: &Recorded, contact: Option<Seq>, keys: &Keys) -> Result<Vec<u8>, KeyError> {
    let seq = recorded.envelope.seq;
    keys.reach(seq.0)?;
    let whose = whose(recorded, contact);
    let message = recorded_to_wire(recorded);
    seal::sealed(&message, whose, (seal::SealedAs::Event, seq.0), keys)
}

/// The bytes that [`encode`] writes, of those that [`sealed`] wrote, without what was erased.
///
/// # Errors
/// When a key cannot be had or does not fit.
pub fn opened(bytes: Vec<u8>, keys: &Keys) -> Result<Vec<u8>, CodecError> {
    let (bytes, is_whole) = seal::opened_how(bytes, seal::SealedAs::Event, keys)?;
    match is_whole {
        true => Ok(bytes),
        // Nothing of the gaps that erasing left.
        false => Ok(encode(&decode(&bytes)?)),
    }
}

/// Whether something of a stored event is sealed.
pub fn is_sealed(bytes: &[u8]) -> bool {
    seal::is_sealed(bytes)
}

fn whose(Recorded { event, .. }: &Recorded, contact: Option<Seq>) -> Whose {
    let of_contact = contact.map(|opened| KeyNumber::new(KeyOf::Contact, opened.0));
    let of_customer = |id: &CustomerId| {
        let record = id.record();
        record.map(|record| KeyNumber::new(KeyOf::Customer, record.0))
    };
    let (subject, customer) = match event {
        Event::CustomerUpserted(saved) => (None, of_customer(&saved.customer.id)),
        Event::CustomerActionTaken(worked) => (None, of_customer(&worked.customer)),
        Event::ContactRouted(routed) => {
            let join = routed.customer.as_ref();
            (of_contact, join.and_then(|join| of_customer(&join.id)))
        }
        Event::CaseAddedToContact(added) => (of_contact, of_customer(&added.customer)),
        Event::RouteSelected(_)
        | Event::ContactEnded(_)
        | Event::ContactUpdated(_)
        | Event::ContactCustomerCorrected(_) => (of_contact, None),
        Event::CaseActionTaken(worked) => {
            let case = KeyNumber::new(KeyOf::Case, case_seq(worked.case));
            (Some(case), None)
        }
        // It has the ids of those whose keys are destroyed by it.
        Event::CustomerErased(_)
        | Event::PlaybookPublished(_)
        | Event::CaseLapsed(_)
        | Event::QueueStatsReported(_)
        | Event::TokenCreated(_)
        | Event::TokenRevoked(_) => (None, None),
    };
    Whose { subject, customer }
}

/// Reads an event.
///
/// # Errors
/// When a newer program wrote the event or it was damaged. Later events must then not be read either.
pub fn decode(bytes: &[u8]) -> Result<Recorded, CodecError> {
    recorded(message(bytes)?)
}

/// What an erased id of a request reads as.
const ERASED_REQUEST: &str = "erased";

fn recorded_to_wire(recorded: &Recorded) -> written::Recorded<'_> {
    let Recorded {
        envelope:
            Envelope {
                seq,
                record_time,
                event_time,
                actor,
                on_behalf_of,
                cause,
                playbook,
            },
        event,
    } = recorded;
    written::Recorded {
        format: FORMAT,
        seq: seq.0,
        record_unix_ms: record_time.0,
        event_after_ms: after(*event_time, *record_time),
        actor: Some(actor_to_wire(actor)),
        cause: Some(cause_to_wire(cause)),
        playbook_version: version_cow(playbook.as_ref()),
        event: Some(event_to_wire(event, *record_time)),
        on_behalf_of: on_behalf_of.as_ref().map(actor_to_wire),
    }
}

fn recorded(message: wire::Recorded) -> Result<Recorded, CodecError> {
    let wire::Recorded {
        format: _,
        seq,
        record_unix_ms,
        event_after_ms,
        actor: actor_message,
        on_behalf_of,
        playbook_version,
        cause: cause_message,
        event: event_message,
    } = message;
    let record_time = UnixMs(record_unix_ms);
    let envelope = Envelope {
        seq: Seq(seq),
        record_time,
        event_time: at(record_time, event_after_ms),
        actor: actor(required(actor_message, "actor")?)?,
        on_behalf_of: on_behalf_of.map(actor).transpose()?,
        cause: cause(required(cause_message, "cause")?)?,
        playbook: version_or_none(&playbook_version, "playbook_version")?,
    };
    let event = event(required(event_message, "event")?, record_time)?;
    Ok(Recorded { envelope, event })
}

fn cause_to_wire(cause: &Cause) -> written::recorded::Cause<'_> {
    match cause {
        Cause::Request(IdempotencyKey {
            id,
            method,
            fingerprint,
        }) => written::recorded::Cause::Request(written::IdempotencyKey {
            id: id.as_str().into(),
            method: method.number(),
            fingerprint: Cow::Borrowed(fingerprint),
        }),
        Cause::Timer => written::recorded::Cause::Timer(written::Timer {}),
    }
}

fn cause(message: wire::recorded::Cause) -> Result<Cause, CodecError> {
    match message {
        wire::recorded::Cause::Request(wire::IdempotencyKey {
            id,
            method,
            fingerprint,
        }) => Ok(Cause::Request(IdempotencyKey {
            id: name_or_none(id).unwrap_or_else(|| RequestId::stored(ERASED_REQUEST)),
            method: known(method, "request.method")?,
            fingerprint: hash(&fingerprint, "request.fingerprint")?,
        })),
        wire::recorded::Cause::Timer(wire::Timer {}) => Ok(Cause::Timer),
    }
}

fn event_to_wire(event: &Event, base: UnixMs) -> written::recorded::Event<'_> {
    use written::recorded::Event as Wire;
    match event {
        Event::PlaybookPublished(event) => Wire::PlaybookPublished(published_to_wire(event)),
        Event::CustomerUpserted(event) => Wire::CustomerUpserted(customer::upserted_to_wire(event)),
        Event::ContactRouted(event) => Wire::ContactRouted(routed_to_wire(event, base)),
        Event::RouteSelected(event) => Wire::RouteSelected(contact::selected_to_wire(event)),
        Event::ContactEnded(event) => Wire::ContactEnded(contact::ended_to_wire(event)),
        Event::CaseLapsed(case) => Wire::CaseLapsed(written::CaseLapsed {
            case_seq: case_seq(*case),
        }),
        Event::CaseActionTaken(event) => Wire::CaseActionTaken(case_action::action_to_wire(event)),
        Event::CustomerActionTaken(event) => {
            Wire::CustomerActionTaken(customer::action_to_wire(event))
        }
        Event::CaseAddedToContact(event) => Wire::CaseAddedToContact(added_to_wire(event, base)),
        Event::QueueStatsReported(stats) => Wire::QueueStatsReported(written::QueueStatsReported {
            queue_stats: all_queue_stats_to_wire(stats),
        }),
        Event::ContactUpdated(event) => Wire::ContactUpdated(contact::updated_to_wire(event)),
        Event::ContactCustomerCorrected(event) => {
            Wire::ContactCustomerCorrected(corrected_to_wire(event, base))
        }
        Event::CustomerErased(event) => Wire::CustomerErased(customer::erased_to_wire(event)),
        Event::TokenCreated(event) => Wire::TokenCreated(token::created_to_wire(event)),
        Event::TokenRevoked(id) => Wire::TokenRevoked(written::TokenRevoked { token_seq: id.0.0 }),
    }
}

fn event(message: wire::recorded::Event, base: UnixMs) -> Result<Event, CodecError> {
    use wire::recorded::Event as Wire;
    Ok(match message {
        Wire::PlaybookPublished(message) => Event::PlaybookPublished(published(message)?),
        Wire::CustomerUpserted(message) => {
            Event::CustomerUpserted(Box::new(customer::upserted(message)?))
        }
        Wire::ContactRouted(message) => Event::ContactRouted(Box::new(routed(message, base)?)),
        Wire::RouteSelected(message) => Event::RouteSelected(contact::selected(message)?),
        Wire::ContactEnded(message) => Event::ContactEnded(Box::new(contact::ended(message)?)),
        Wire::CaseLapsed(wire::CaseLapsed { case_seq }) => Event::CaseLapsed(case(case_seq)),
        Wire::CaseActionTaken(message) => {
            Event::CaseActionTaken(Box::new(case_action::action(message)?))
        }
        Wire::CustomerActionTaken(message) => {
            Event::CustomerActionTaken(Box::new(customer::action(message)?))
        }
        Wire::CaseAddedToContact(message) => {
            Event::CaseAddedToContact(Box::new(added(message, base)?))
        }
        Wire::QueueStatsReported(wire::QueueStatsReported { queue_stats }) => {
            Event::QueueStatsReported(all_queue_stats(queue_stats)?)
        }
        Wire::ContactUpdated(message) => {
            Event::ContactUpdated(Box::new(contact::updated(message)?))
        }
        Wire::ContactCustomerCorrected(message) => {
            Event::ContactCustomerCorrected(Box::new(corrected(message, base)?))
        }
        Wire::CustomerErased(message) => {
            Event::CustomerErased(Box::new(customer::erased(message)?))
        }
        Wire::TokenCreated(message) => Event::TokenCreated(Box::new(token::created(message)?)),
        Wire::TokenRevoked(wire::TokenRevoked { token_seq }) => {
            Event::TokenRevoked(TokenId(Seq(token_seq)))
        }
    })
}

fn published_to_wire(published: &PlaybookPublished) -> written::PlaybookPublished<'_> {
    let PlaybookPublished {
        version,
        name,
        source,
        note,
        rolled_back,
    } = published;
    written::PlaybookPublished {
        version: version_cow(Some(version)),
        name: name.as_str().into(),
        source: borrowed(source),
        note: borrowed(note),
        rolled_back: *rolled_back,
    }
}

fn published(message: wire::PlaybookPublished) -> Result<PlaybookPublished, CodecError> {
    let wire::PlaybookPublished {
        version: version_bytes,
        name: playbook_name,
        source,
        note,
        rolled_back,
    } = message;
    Ok(PlaybookPublished {
        version: version(&version_bytes, "published.version")?,
        name: name(playbook_name, "published.name")?,
        source: source.into(),
        note: note.into(),
        rolled_back,
    })
}
