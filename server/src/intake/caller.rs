//! Who calls: the actor of a request's metadata, and how the server keeps time.

use super::Finder;
use super::at::At;
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::ids::ActorId;
use signpost_domain::refusal::Faults;
use tonic::metadata::MetadataMap;

/// The metadata key of the actor, written `kind/id`.
pub(crate) const ACTOR_KEY: &str = "signpost-actor";

/// Whether writes must name their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventTime {
    /// Absent means now.
    Optional,
    /// The server has no clock of its own.
    Required,
}

/// What is known of a call apart from its message.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Who asks.
    pub(crate) actor: Actor,
    /// Whether writes must name their time.
    pub(crate) event_time: EventTime,
}

/// Reads the actor. One that does not say who it is counts as `platform/anonymous`.
pub(crate) fn actor(metadata: &MetadataMap) -> Result<Actor, Faults> {
    let Some(told) = metadata.get(ACTOR_KEY) else {
        return Ok(Actor {
            kind: ActorKind::Platform,
            id: ActorId::stored(Actor::ANONYMOUS),
        });
    };
    let actor = told.to_str().ok().and_then(Actor::parse);
    let mut finder = Finder::default();
    if actor.is_none() {
        finder.fault(
            At::top(ACTOR_KEY),
            "must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes",
        );
    }
    finder.done(actor)
}
