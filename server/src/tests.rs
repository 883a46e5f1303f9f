//! What tests of several modules share: commands for an engine, an event of the tail.

use crate::tail::{EncodedOnce, TailEvent};
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::command::{
    Command, CommandBody, EndContact, PublishPlaybook, RouteContact, UnknownReason,
};
use signpost_domain::contact::{ContactContext, ContactOutcome, CustomerRef};
use signpost_domain::event::{Cause, Envelope, Event, IdempotencyKey, Recorded};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::{ActorId, CaseId, ContactId, ReasonId, RequestId, Seq, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::time::UnixMs;
use std::error::Error;
use std::sync::Arc;

pub(crate) const MONDAY: UnixMs = UnixMs(1_792_000_000_000);
pub(crate) const AIRLINE: &str = include_str!("../../playbooks/airline.yaml");

/// A page of the documentation with what it must have between two comments that say of which file it is made.
pub(crate) fn with_part(page: &str, file: &str, part: &str) -> String {
    let [begin, end] = ["begin", "end"].map(|which| format!("<!-- made of {file}: {which} -->"));
    let (before, rest) = page.split_once(&begin).unwrap_or((page, &end));
    let (_, after) = rest.split_once(&end).unwrap_or(("", ""));
    format!("{before}{begin}\n\n{part}\n{end}{after}")
}

pub(crate) fn command(id: &str, at: UnixMs, body: CommandBody) -> Command {
    let content: [u8; 32] = *blake3::hash(format!("{body:?}").as_bytes()).as_bytes();
    let mut short = [0; 16];
    short.copy_from_slice(&content[..16]);
    Command {
        actor: Actor {
            kind: ActorKind::Platform,
            id: ActorId::stored("test"),
        },
        on_behalf_of: None,
        request: IdempotencyKey {
            id: RequestId::stored(id),
            method: body.method(),
            fingerprint: short,
        },
        event_time: Some(at),
        may_step_clock: false,
        reach: signpost_domain::access::Reach::default(),
        body,
    }
}

/// Publishes the playbook of the airline.
pub(crate) fn publish() -> Result<CommandBody, Box<dyn Error>> {
    let playbook = Arc::new(Playbook::stored(AIRLINE).map_err(|faults| faults.to_string())?);
    Ok(CommandBody::Publish(PublishPlaybook {
        playbook,
        note: "first".into(),
        in_use: Vec::new(),
    }))
}

/// Routes a contact with this reason, such as `existing_flight/change_date`, and with a booking reference.
pub(crate) fn route(
    contact: &str,
    customer: CustomerRef,
    (reason, channel): (&str, &str),
    at: UnixMs,
) -> CommandBody {
    let (primary, secondary) = reason.split_once('/').unwrap_or((reason, ""));
    let reference = Fact {
        id: Slug::stored("booking_reference"),
        knowledge: Knowledge::Known(FactValue::Text("ABC123".into())),
        source: FactSource::Customer,
        learnt_at: at,
        currency: None,
    };
    let context = ContactContext {
        customer,
        reason: Some(ReasonId {
            primary: Slug::stored(primary),
            secondary: Some(Slug::stored(secondary)),
        }),
        facts: Facts::from_facts([reference]),
        ..ContactContext::on(Slug::stored(channel))
    };
    CommandBody::Route(Box::new(RouteContact {
        contact: ContactId::stored(contact),
        context,
        clear: Vec::new(),
        select_first: true,
        unknown_reason: UnknownReason::Refuse,
        only_new: false,
    }))
}

/// Ends a contact.
pub(crate) fn end(contact: &str) -> CommandBody {
    CommandBody::End(Box::new(EndContact {
        contact: ContactId::stored(contact),
        outcome: ContactOutcome::Resolved,
        confirmed: None,
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    }))
}

/// The event with this sequence in the tail. It changed nothing.
pub(crate) fn tail_event(seq: u64) -> TailEvent {
    let envelope = Envelope {
        seq: Seq(seq),
        record_time: UnixMs(0),
        event_time: UnixMs(0),
        actor: Actor::system(),
        on_behalf_of: None,
        cause: Cause::Timer,
        playbook: None,
    };
    let event = Event::CaseLapsed(CaseId(Seq(1)));
    TailEvent {
        recorded: Arc::new(Recorded { envelope, event }),
        changes: Vec::new(),
        made: EncodedOnce::default(),
    }
}
