//! The stored form of events about tokens.

use crate::codec::actor::{scope, scope_to_wire};
use crate::codec::number::{Numbered, known};
use crate::codec::text::{borrowed, name};
use crate::codec::{CodecError, wire, written};
use signpost_domain::access::TokenHash;
use signpost_domain::event::TokenCreated;
use signpost_domain::time::UnixMs;
use std::borrow::Cow;

pub(super) fn created_to_wire(created: &TokenCreated) -> written::TokenCreated<'_> {
    let TokenCreated {
        slot,
        role,
        actor,
        label,
        scope,
        hash: TokenHash(hash),
        expires,
    } = created;
    written::TokenCreated {
        slot: *slot,
        role: role.number(),
        actor: actor.as_str().into(),
        label: borrowed(label),
        scope: scope_to_wire(scope),
        hash: Cow::Borrowed(hash),
        expires_unix_ms: expires.0,
    }
}

pub(super) fn created(message: wire::TokenCreated) -> Result<TokenCreated, CodecError> {
    let wire::TokenCreated {
        slot,
        role,
        actor,
        label,
        scope: scope_message,
        hash,
        expires_unix_ms,
    } = message;
    let hash = hash.as_slice().try_into();
    Ok(TokenCreated {
        slot,
        role: known(role, "token_created.role")?,
        actor: name(actor, "token_created.actor")?,
        label: label.into(),
        scope: scope(scope_message)?,
        hash: TokenHash(hash.map_err(|_| CodecError::Shape("token_created.hash"))?),
        expires: UnixMs(expires_unix_ms),
    })
}
