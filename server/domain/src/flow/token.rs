//! Creates and revokes tokens.

use crate::access::{LIFETIME_DEFAULT, LIFETIME_MAX};
use crate::command::CreateToken;
use crate::event::{Event, TokenCreated};
use crate::flow::result::{DecideError, next_seq};
use crate::ids::{ActorId, TokenId};
use crate::refusal::{Faults, Kind, Refusal};
use crate::state::State;
use crate::time::UnixMs;

/// The event that creates a token. Refused if it would never count or for too long, and if too many count already.
pub(super) fn create(state: &State, body: &CreateToken, now: UnixMs) -> Result<Event, DecideError> {
    let expires = body.expires.unwrap_or(now + LIFETIME_DEFAULT);
    if expires <= now || expires > now + LIFETIME_MAX {
        let what = format!("must be after the server's time, and at most {LIFETIME_MAX} after it");
        return Err(Refusal::Faulty(Faults::one("expire_time", what)).into());
    }
    let slot = state
        .tokens()
        .free_slot(now)
        .ok_or(Refusal::TooManyTokens)?;
    let CreateToken {
        role,
        actor,
        label,
        scope,
        hash,
        expires: _,
    } = body;
    let itself = || ActorId::stored(TokenId(next_seq(state)).to_string());
    Ok(Event::TokenCreated(Box::new(TokenCreated {
        slot,
        role: *role,
        actor: actor.clone().unwrap_or_else(itself),
        label: label.clone(),
        scope: scope.clone(),
        hash: *hash,
        expires,
    })))
}

/// The event that revokes a token. Refused if there is no such token, or if it was revoked before.
pub(super) fn revoke(state: &State, id: TokenId) -> Result<Event, DecideError> {
    let token = state.tokens().get(id).ok_or_else(|| Refusal::NotFound {
        kind: Kind::Token,
        id: id.to_string(),
    })?;
    match token.revoked {
        Some(_) => Err(Refusal::RevokedBefore(id).into()),
        None => Ok(Event::TokenRevoked(id)),
    }
}
