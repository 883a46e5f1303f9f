//! The stored form of actors, and of what their tokens are limited to.

use super::number::{Numbered, known};
use super::text::{name, name_texts, slugs};
use super::{CodecError, wire, written};
use signpost_domain::access::TokenScope;
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

/// `None` for a token without limits.
pub(super) fn scope_to_wire(scope: &TokenScope) -> Option<written::TokenScope<'_>> {
    let TokenScope {
        channels,
        brands,
        reasons,
    } = scope;
    (!scope.is_everything()).then(|| written::TokenScope {
        channels: name_texts(channels),
        brands: name_texts(brands),
        reasons: name_texts(reasons),
    })
}

pub(super) fn scope(message: Option<wire::TokenScope>) -> Result<TokenScope, CodecError> {
    let Some(message) = message else {
        return Ok(TokenScope::default());
    };
    let wire::TokenScope {
        channels,
        brands,
        reasons,
    } = message;
    Ok(TokenScope {
        channels: slugs(channels, "scope.channels")?,
        brands: slugs(brands, "scope.brands")?,
        reasons: slugs(reasons, "scope.reasons")?,
    })
}
