//! Events of the log as bytes.

pub(super) mod added;
pub(super) mod decision;
pub(super) mod handover;
pub(super) mod memory;
pub(super) mod routed;
pub(super) mod work;
use super::context::{all_queue_stats, offered, write_offered, write_queue_stats};
use super::events::added::{added, write_added};
use super::events::handover::{handover, write_handover};
use super::events::routed::{routed, write_routed};
use super::events::work::{resolution, worked, write_resolution, write_worked};
use super::number::{known, routes};
use super::rows::customer;
use super::tags::{contact_updated, write_contact_updated};
use super::text::{
    after, at, case, case_seq, case_seqs, cases, hash, name, name_or_none, reason_or_none, version,
    version_or_none,
};
use super::write::MessageWriter;
use super::{CodecError, FORMAT, message, required, wire};
use signpost_domain::actor::Actor;
use signpost_domain::event::{
    Cause, ContactEnded, Envelope, Event, IdempotencyKey, MatterEnded, PlaybookPublished, Recorded,
    RouteSelected,
};
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;

/// The bytes of an event: the same for the same event, always.
pub fn encode(recorded: &Recorded) -> Vec<u8> {
    let mut w = MessageWriter::new();
    write_recorded(&mut w, recorded);
    w.into_bytes()
}

/// Reads an event.
///
/// # Errors
/// When a newer program wrote it, or it was damaged; then nothing behind it may be read either.
pub fn decode(bytes: &[u8]) -> Result<Recorded, CodecError> {
    recorded(message(bytes)?)
}

fn write_recorded(w: &mut MessageWriter, recorded: &Recorded) {
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
    w.number(1, FORMAT);
    w.number(2, seq.0);
    w.number(3, record_time.0);
    w.signed(4, after(*event_time, *record_time));
    w.message(5, |w| write_actor(w, actor));
    match cause {
        Cause::Request(stamp) => w.message(6, |w| write_stamp(w, stamp)),
        Cause::Timer => w.message(7, |_| ()),
    }
    w.version_or_none(8, playbook.as_ref());
    match event {
        Event::PlaybookPublished(event) => w.message(9, |w| write_published(w, event)),
        Event::CustomerUpserted(saved) => w.message(10, |w| customer::write_saved(w, saved)),
        Event::ContactRouted(event) => w.message(11, |w| write_routed(w, event, *record_time)),
        Event::RouteSelected(event) => w.message(12, |w| write_taken(w, event)),
        Event::ContactEnded(event) => w.message(13, |w| write_ended(w, event)),
        Event::CaseLapsed(case) => w.message(14, |w| w.number(1, case_seq(*case))),
        Event::CaseActionTaken(event) => w.message(15, |w| write_worked(w, event)),
        Event::CustomerActionTaken(event) => w.message(16, |w| customer::write_worked(w, event)),
        Event::CaseAddedToContact(event) => w.message(17, |w| write_added(w, event, *record_time)),
        Event::QueueStatsReported(stats) => {
            w.message(34, |w| w.messages(1, stats, write_queue_stats));
        }
        Event::ContactUpdated(event) => w.message(33, |w| write_contact_updated(w, event)),
    }
    write_actor_or_none(w, 35, on_behalf_of.as_ref());
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

pub(super) fn write_actor(w: &mut MessageWriter, Actor { kind, id }: &Actor) {
    w.known(1, kind);
    w.text(2, id.as_str());
}

pub(super) fn write_actor_or_none(w: &mut MessageWriter, field: u32, told: Option<&Actor>) {
    if let Some(told) = told {
        w.message(field, |w| write_actor(w, told));
    }
}

pub(super) fn actor(message: wire::Actor) -> Result<Actor, CodecError> {
    let wire::Actor { kind, id } = message;
    Ok(Actor {
        kind: known(kind, "actor.kind")?,
        id: name(id, "actor.id")?,
    })
}

fn write_stamp(w: &mut MessageWriter, stamp: &IdempotencyKey) {
    let IdempotencyKey {
        id,
        method,
        fingerprint,
    } = stamp;
    w.text(1, id.as_str());
    w.known(2, method);
    w.bytes(3, fingerprint);
}

fn cause(message: wire::recorded::Cause) -> Result<Cause, CodecError> {
    match message {
        wire::recorded::Cause::Request(wire::IdempotencyKey {
            id,
            method,
            fingerprint,
        }) => Ok(Cause::Request(IdempotencyKey {
            id: name(id, "request.id")?,
            method: known(method, "request.method")?,
            fingerprint: hash(&fingerprint, "request.fingerprint")?,
        })),
        wire::recorded::Cause::Timer(wire::Timer {}) => Ok(Cause::Timer),
    }
}

fn event(message: wire::recorded::Event, base: UnixMs) -> Result<Event, CodecError> {
    use wire::recorded::Event as Wire;
    Ok(match message {
        Wire::PlaybookPublished(message) => Event::PlaybookPublished(published(message)?),
        Wire::CustomerUpserted(message) => {
            Event::CustomerUpserted(Box::new(customer::saved(message)?))
        }
        Wire::ContactRouted(message) => Event::ContactRouted(Box::new(routed(message, base)?)),
        Wire::RouteSelected(message) => Event::RouteSelected(taken(message)?),
        Wire::ContactEnded(message) => Event::ContactEnded(Box::new(ended(message)?)),
        Wire::CaseLapsed(wire::CaseLapsed { case_seq }) => Event::CaseLapsed(case(case_seq)),
        Wire::CaseActionTaken(message) => Event::CaseActionTaken(Box::new(worked(message)?)),
        Wire::CustomerActionTaken(message) => {
            Event::CustomerActionTaken(Box::new(customer::worked(message)?))
        }
        Wire::CaseAddedToContact(message) => {
            Event::CaseAddedToContact(Box::new(added(message, base)?))
        }
        Wire::QueueStatsReported(wire::QueueStatsReported { queue_stats }) => {
            Event::QueueStatsReported(all_queue_stats(queue_stats)?)
        }
        Wire::ContactUpdated(message) => Event::ContactUpdated(Box::new(contact_updated(message)?)),
    })
}

fn write_published(w: &mut MessageWriter, published: &PlaybookPublished) {
    let PlaybookPublished {
        version,
        name,
        source,
        note,
        rolled_back,
    } = published;
    w.version_or_none(1, Some(version));
    w.text(2, name.as_str());
    w.text(3, source);
    w.text(4, note);
    w.number(5, *rolled_back);
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

fn write_taken(w: &mut MessageWriter, taken: &RouteSelected) {
    let RouteSelected {
        contact,
        case,
        additional,
        taken,
        declined,
        tier,
        handover,
    } = taken;
    w.text(1, contact.as_str());
    w.number_or_none(2, case.map(case_seq));
    w.message(3, |w| write_offered(w, taken));
    w.all_known(4, declined);
    w.numbers(5, case_seqs(additional));
    w.name_or_none(6, tier.as_ref());
    w.messages(7, handover.as_deref(), write_handover);
}

fn taken(message: wire::RouteSelected) -> Result<RouteSelected, CodecError> {
    let wire::RouteSelected {
        contact,
        case_seq,
        taken: taken_message,
        declined,
        additional_seqs,
        tier,
        handover: handover_message,
    } = message;
    Ok(RouteSelected {
        contact: name(contact, "taken.contact")?,
        case: case_seq.map(case),
        additional: cases(additional_seqs),
        taken: offered(required(taken_message, "taken.taken")?)?,
        declined: routes(&declined, "taken.declined")?,
        tier: name_or_none(tier),
        handover: handover_message.map(handover).transpose()?.map(Box::new),
    })
}

fn write_ended(w: &mut MessageWriter, ended: &ContactEnded) {
    let ContactEnded {
        contact,
        case,
        additional,
        outcome,
        confirmed,
        resolves,
        resolution,
        note,
        matters,
    } = ended;
    w.text(1, contact.as_str());
    w.number_or_none(2, case.map(case_seq));
    w.known(3, outcome);
    w.reason_or_none(4, confirmed.as_ref());
    let own = resolves.is_some() && resolves == case;
    w.number(5, own);
    w.number_or_none(6, resolves.filter(|_| !own).map(case_seq));
    w.numbers(7, case_seqs(additional));
    w.messages(8, resolution, write_resolution);
    w.text(9, note);
    w.messages(10, matters, write_matter_ended);
}

fn write_matter_ended(w: &mut MessageWriter, ended: &MatterEnded) {
    let MatterEnded {
        matter,
        case,
        resolves,
        resolution,
        confirmed,
    } = ended;
    w.text(1, matter.as_str());
    w.number(2, case_seq(*case));
    w.number_or_none(3, resolves.map(case_seq));
    w.messages(4, resolution, write_resolution);
    w.reason_or_none(5, confirmed.as_ref());
}

fn matter_ended(message: wire::MatterEnded) -> Result<MatterEnded, CodecError> {
    let wire::MatterEnded {
        matter,
        case_seq,
        resolves_seq,
        resolution: resolution_message,
        confirmed_reason,
    } = message;
    Ok(MatterEnded {
        matter: name(matter, "matter_ended.matter")?,
        case: case(case_seq),
        resolves: resolves_seq.map(case),
        resolution: resolution_message.map(resolution).transpose()?,
        confirmed: reason_or_none(&confirmed_reason, "matter_ended.confirmed_reason")?,
    })
}

fn ended(message: wire::ContactEnded) -> Result<ContactEnded, CodecError> {
    let wire::ContactEnded {
        contact,
        case_seq,
        outcome,
        confirmed_reason,
        resolves_case,
        resolves_seq,
        additional_seqs,
        resolution: resolution_message,
        note,
        matters,
    } = message;
    let matters = matters.into_iter().map(matter_ended);
    let own = case_seq.filter(|_| resolves_case);
    Ok(ContactEnded {
        contact: name(contact, "ended.contact")?,
        case: case_seq.map(case),
        additional: cases(additional_seqs),
        outcome: known(outcome, "ended.outcome")?,
        confirmed: reason_or_none(&confirmed_reason, "ended.confirmed_reason")?,
        resolves: own.or(resolves_seq).map(case),
        resolution: resolution_message.map(resolution).transpose()?,
        note: note.into(),
        matters: matters.collect::<Result<_, _>>()?,
    })
}
