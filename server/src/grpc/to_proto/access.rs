//! Tokens, without their secrets.

use super::{time, wire_enum};
use signpost_domain::access::{Token, TokenState};
use signpost_domain::actor::Actor;
use signpost_domain::event::{Envelope, TokenCreated};
use signpost_domain::ids::{Slug, TokenId};
use signpost_domain::time::UnixMs;
use signpost_proto::v1;

/// A token as it is at `now`.
pub(crate) fn token(token: &Token, now: UnixMs) -> v1::Token {
    let Token {
        id,
        slot: _,
        role,
        actor: _,
        label,
        scope,
        hash: _,
        created,
        created_by,
        expires,
        revoked,
    } = token;
    let revoked_by = revoked.as_ref().map(|(_, by)| by.to_string());
    v1::Token {
        token_id: id.to_string(),
        role: wire_enum::role(*role),
        actor: token.shown_by().to_string(),
        label: label.to_string(),
        channels: names(&scope.channels),
        brands: names(&scope.brands),
        primary_reasons: names(&scope.reasons),
        create_time: Some(time::timestamp(*created)),
        created_by: created_by.to_string(),
        expire_time: Some(time::timestamp(*expires)),
        revoke_time: revoked.as_ref().map(|(at, _)| time::timestamp(*at)),
        revoked_by: revoked_by.unwrap_or_default(),
        state: wire_enum::token_state(token.state(now)),
    }
}

/// The token that an event created, as of the event.
pub(crate) fn created(envelope: &Envelope, created: &TokenCreated) -> v1::Token {
    let TokenCreated {
        slot: _,
        role,
        actor,
        label,
        scope,
        hash: _,
        expires,
    } = created;
    let actor = Actor {
        kind: role.actor_kind(),
        id: actor.clone(),
    };
    v1::Token {
        token_id: TokenId(envelope.seq).to_string(),
        role: wire_enum::role(*role),
        actor: actor.to_string(),
        label: label.to_string(),
        channels: names(&scope.channels),
        brands: names(&scope.brands),
        primary_reasons: names(&scope.reasons),
        create_time: Some(time::timestamp(envelope.record_time)),
        created_by: envelope.actor.to_string(),
        expire_time: Some(time::timestamp(*expires)),
        revoke_time: None,
        revoked_by: String::new(),
        state: wire_enum::token_state(TokenState::Active),
    }
}

fn names(names: &[Slug]) -> Vec<String> {
    names.iter().map(Slug::to_string).collect()
}
