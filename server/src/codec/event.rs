//! Events of the log as bytes.

use super::context::{customer, customer_message, offered, offered_message};
use super::number::{Numbered, known, route_numbers, routes};
use super::routed::{routed, routed_message};
use super::text::{
    after, at, case, case_seq, hash, name, name_text, reason_or_empty, reason_or_none, version,
    version_bytes, version_or_none,
};
use super::{CodecError, FORMAT, message, required, wire};
use prost::Message;
use signpost_domain::actor::Actor;
use signpost_domain::event::{
    Cause, ContactEnded, Envelope, Event, PlaybookPublished, Recorded, RequestStamp, RouteTaken,
};
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;

/// The bytes of an event: the same for the same event, always.
pub fn encode(recorded: &Recorded) -> Vec<u8> {
    recorded_message(recorded).encode_to_vec()
}

/// Reads an event.
///
/// # Errors
/// When a newer program wrote it, or it was damaged; then nothing behind it may be read either.
pub fn decode(bytes: &[u8]) -> Result<Recorded, CodecError> {
    recorded(message(bytes)?)
}

fn recorded_message(recorded: &Recorded) -> wire::Recorded {
    let Recorded {
        envelope:
            Envelope {
                seq,
                record_time,
                arrive_time,
                actor,
                cause,
                playbook,
            },
        event,
    } = recorded;
    wire::Recorded {
        format: FORMAT,
        seq: seq.0,
        record_unix_ms: record_time.0,
        arrive_after_ms: after(*arrive_time, *record_time),
        actor: Some(actor_message(actor)),
        playbook_version: playbook.as_ref().map(version_bytes).unwrap_or_default(),
        cause: Some(cause_message(cause)),
        event: Some(event_message(event, *record_time)),
    }
}

fn recorded(message: wire::Recorded) -> Result<Recorded, CodecError> {
    let wire::Recorded {
        format: _,
        seq,
        record_unix_ms,
        arrive_after_ms,
        actor: actor_message,
        playbook_version,
        cause: cause_message,
        event: event_message,
    } = message;
    let record_time = UnixMs(record_unix_ms);
    let envelope = Envelope {
        seq: Seq(seq),
        record_time,
        arrive_time: at(record_time, arrive_after_ms),
        actor: actor(required(actor_message, "actor")?)?,
        cause: cause(required(cause_message, "cause")?)?,
        playbook: version_or_none(&playbook_version, "playbook_version")?,
    };
    let event = event(required(event_message, "event")?, record_time)?;
    Ok(Recorded { envelope, event })
}

pub(super) fn actor_message(Actor { kind, id }: &Actor) -> wire::Actor {
    wire::Actor {
        kind: kind.number(),
        id: name_text(id),
    }
}

pub(super) fn actor(message: wire::Actor) -> Result<Actor, CodecError> {
    let wire::Actor { kind, id } = message;
    Ok(Actor {
        kind: known(kind, "actor.kind")?,
        id: name(id, "actor.id")?,
    })
}

fn cause_message(cause: &Cause) -> wire::recorded::Cause {
    match cause {
        Cause::Request(RequestStamp {
            id,
            method,
            content,
        }) => wire::recorded::Cause::Request(wire::RequestStamp {
            id: name_text(id),
            method: method.number(),
            content: content.to_vec(),
        }),
        Cause::Timer => wire::recorded::Cause::Timer(wire::Timer {}),
    }
}

fn cause(message: wire::recorded::Cause) -> Result<Cause, CodecError> {
    match message {
        wire::recorded::Cause::Request(wire::RequestStamp {
            id,
            method,
            content,
        }) => Ok(Cause::Request(RequestStamp {
            id: name(id, "request.id")?,
            method: known(method, "request.method")?,
            content: hash(&content, "request.content")?,
        })),
        wire::recorded::Cause::Timer(wire::Timer {}) => Ok(Cause::Timer),
    }
}

fn event_message(event: &Event, base: UnixMs) -> wire::recorded::Event {
    use wire::recorded::Event as Wire;
    match event {
        Event::PlaybookPublished(published) => {
            Wire::PlaybookPublished(published_message(published))
        }
        Event::CustomerSaved(customer) => Wire::CustomerSaved(customer_message(customer)),
        Event::ContactRouted(routed) => Wire::ContactRouted(routed_message(routed, base)),
        Event::RouteTaken(taken) => Wire::RouteTaken(taken_message(taken)),
        Event::ContactEnded(ended) => Wire::ContactEnded(ended_message(ended)),
        Event::CaseLapsed(case) => Wire::CaseLapsed(wire::CaseLapsed {
            case_seq: case_seq(*case),
        }),
    }
}

fn event(message: wire::recorded::Event, base: UnixMs) -> Result<Event, CodecError> {
    use wire::recorded::Event as Wire;
    Ok(match message {
        Wire::PlaybookPublished(message) => Event::PlaybookPublished(published(message)?),
        Wire::CustomerSaved(message) => Event::CustomerSaved(Box::new(customer(message)?)),
        Wire::ContactRouted(message) => Event::ContactRouted(Box::new(routed(message, base)?)),
        Wire::RouteTaken(message) => Event::RouteTaken(taken(message)?),
        Wire::ContactEnded(message) => Event::ContactEnded(ended(message)?),
        Wire::CaseLapsed(wire::CaseLapsed { case_seq }) => Event::CaseLapsed(case(case_seq)),
    })
}

fn published_message(published: &PlaybookPublished) -> wire::PlaybookPublished {
    let PlaybookPublished {
        version,
        name,
        source,
        note,
        rolled_back,
    } = published;
    wire::PlaybookPublished {
        version: version_bytes(version),
        name: name_text(name),
        source: source.as_ref().to_owned(),
        note: note.as_ref().to_owned(),
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

fn taken_message(taken: &RouteTaken) -> wire::RouteTaken {
    let RouteTaken {
        contact,
        case,
        taken,
        declined,
    } = taken;
    wire::RouteTaken {
        contact: name_text(contact),
        case_seq: case.map(case_seq),
        taken: Some(offered_message(taken)),
        declined: route_numbers(declined),
    }
}

fn taken(message: wire::RouteTaken) -> Result<RouteTaken, CodecError> {
    let wire::RouteTaken {
        contact,
        case_seq,
        taken: taken_message,
        declined,
    } = message;
    Ok(RouteTaken {
        contact: name(contact, "taken.contact")?,
        case: case_seq.map(case),
        taken: offered(required(taken_message, "taken.taken")?)?,
        declined: routes(&declined, "taken.declined")?,
    })
}

fn ended_message(ended: &ContactEnded) -> wire::ContactEnded {
    let ContactEnded {
        contact,
        case,
        outcome,
        confirmed,
        resolves_case,
    } = ended;
    wire::ContactEnded {
        contact: name_text(contact),
        case_seq: case.map(case_seq),
        outcome: outcome.number(),
        confirmed_reason: reason_or_empty(confirmed.as_ref()),
        resolves_case: *resolves_case,
    }
}

fn ended(message: wire::ContactEnded) -> Result<ContactEnded, CodecError> {
    let wire::ContactEnded {
        contact,
        case_seq,
        outcome,
        confirmed_reason,
        resolves_case,
    } = message;
    Ok(ContactEnded {
        contact: name(contact, "ended.contact")?,
        case: case_seq.map(case),
        outcome: known(outcome, "ended.outcome")?,
        confirmed: reason_or_none(&confirmed_reason, "ended.confirmed_reason")?,
        resolves_case,
    })
}
