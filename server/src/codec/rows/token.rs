//! The stored form of the row of a token.

use crate::codec::actor::{actor, actor_to_wire, scope, scope_to_wire};
use crate::codec::number::{Numbered, known};
use crate::codec::text::{borrowed, name};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::access::{Token, TokenHash};
use signpost_domain::ids::{Seq, TokenId};
use signpost_domain::time::UnixMs;
use std::borrow::Cow;
use std::sync::Arc;

pub(super) fn to_wire(token: &Token) -> written::Token<'_> {
    let Token {
        id: TokenId(seq),
        slot,
        role,
        actor,
        label,
        scope,
        hash: TokenHash(hash),
        created,
        created_by,
        expires,
        revoked,
    } = token;
    let revoked = revoked.as_ref().map(|(at, by)| written::TokenRevocation {
        at_unix_ms: at.0,
        by: Some(actor_to_wire(by)),
    });
    written::Token {
        seq: seq.0,
        slot: *slot,
        role: role.number(),
        actor: actor.as_str().into(),
        label: borrowed(label),
        scope: scope_to_wire(scope),
        hash: Cow::Borrowed(hash),
        created_unix_ms: created.0,
        created_by: Some(actor_to_wire(created_by)),
        expires_unix_ms: expires.0,
        revoked,
    }
}

pub(super) fn read(message: wire::Token) -> Result<Token, CodecError> {
    let wire::Token {
        seq,
        slot,
        role,
        actor: actor_id,
        label,
        scope: scope_message,
        hash,
        created_unix_ms,
        created_by,
        expires_unix_ms,
        revoked,
    } = message;
    let hash = hash.as_slice().try_into();
    let revoked = revoked.map(|wire::TokenRevocation { at_unix_ms, by }| {
        let by = actor(required(by, "token.revoked.by")?)?;
        Ok::<_, CodecError>((UnixMs(at_unix_ms), by))
    });
    Ok(Token {
        id: TokenId(Seq(seq)),
        slot,
        role: known(role, "token.role")?,
        actor: name(actor_id, "token.actor")?,
        label: Arc::from(label),
        scope: scope(scope_message)?,
        hash: TokenHash(hash.map_err(|_| CodecError::Shape("token.hash"))?),
        created: UnixMs(created_unix_ms),
        created_by: actor(required(created_by, "token.created_by")?)?,
        expires: UnixMs(expires_unix_ms),
        revoked: revoked.transpose()?,
    })
}
