//! The stored form of actors.

use super::number::{Numbered, known};
use super::text::name;
use super::{CodecError, wire, written};
use signpost_domain::actor::Actor;

pub(super) fn actor_to_wire(Actor { kind, id }: &Actor) -> written::Actor<'_> {
    written::Actor {
        kind: kind.number(),
        id: id.as_str().into(),
    }
}

pub(super) fn actor(message: wire::Actor) -> Result<Actor, CodecError> {
    let wire::Actor { kind, id } = message;
    Ok(Actor {
        kind: known(kind, "actor.kind")?,
        id: name(id, "actor.id")?,
    })
}
