//! Tokens: what a caller shows to prove its role. Only a hash of the secret is known here.

use super::Role;
use crate::actor::Actor;
use crate::ids::{ActorId, Slug, TokenId};
use crate::time::{Millis, UnixMs};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The largest number of tokens that are kept. When there are as many, a new token takes the place of the one that
/// ended first. If none has ended, no more are created.
pub const TOKENS_MAX: usize = 10_000;
/// The largest number of bytes of the label of a token.
pub const TOKEN_LABEL_BYTES_MAX: usize = 256;
/// The largest number of channels, of brands and of primary reasons that one token names.
pub const SCOPE_NAMES_MAX: usize = 32;
/// How long a token lives if nobody says when it expires.
pub const LIFETIME_DEFAULT: Millis = Millis(365 * Millis::DAY.0);
/// The longest time that a token can live: five years.
pub const LIFETIME_MAX: Millis = Millis(1_826 * Millis::DAY.0);

/// A hash of the secret of a token. Whoever knows the hash does not know the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    /// Writes no byte of it, for what is printed may be kept where everybody reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// The contacts that a token is limited to. Names of one kind are alternatives; a contact must fit every kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenScope {
    /// The channels; empty for all.
    pub channels: Vec<Slug>,
    /// The brands; empty for all. A contact without a brand is of none of them.
    pub brands: Vec<Slug>,
    /// The primary reasons; empty for all. A contact whose reason is not known yet fits.
    pub reasons: Vec<Slug>,
}

impl TokenScope {
    /// Whether the token is not limited.
    pub fn is_everything(&self) -> bool {
        let TokenScope {
            channels,
            brands,
            reasons,
        } = self;
        channels.is_empty() && brands.is_empty() && reasons.is_empty()
    }
}

/// A token as Signpost stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The id: the sequence of the event that created it.
    pub id: TokenId,
    /// The place of its row. A later token may take the place after this one ended.
    pub slot: u32,
    /// The role of whoever shows it.
    pub role: Role,
    /// Who that is, in events. Several tokens may be of one actor, so that one can replace another.
    pub actor: ActorId,
    /// What people call it; may be empty.
    pub label: Arc<str>,
    /// What it is limited to.
    pub scope: TokenScope,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// When it was created, in log time.
    pub created: UnixMs,
    /// Who created it.
    pub created_by: Actor,
    /// From when on it counts no more, unless it is revoked before.
    pub expires: UnixMs,
    /// When and by whom it was revoked; `None` if it was not.
    pub revoked: Option<(UnixMs, Actor)>,
}

/// Whether a token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It counts.
    Active,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
}

impl Token {
    /// Whether the token counts at `now`.
    pub fn state(&self, now: UnixMs) -> TokenState {
        match &self.revoked {
            Some(_) => TokenState::Revoked,
            None if now >= self.expires => TokenState::Expired,
            None => TokenState::Active,
        }
    }

    /// When the token ended; `None` if it counts at `now`.
    fn ended(&self, now: UnixMs) -> Option<UnixMs> {
        match &self.revoked {
            Some((at, _)) => Some((*at).min(self.expires)),
            None => Some(self.expires).filter(|expires| now >= *expires),
        }
    }

    /// The actor of whoever shows the token.
    pub fn shown_by(&self) -> Actor {
        Actor {
            kind: self.role.actor_kind(),
            id: self.actor.clone(),
        }
    }
}

/// The tokens that are kept: those that count, and the latest that ended. They are always in memory, for every call
/// looks one up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(BTreeMap<TokenId, Arc<Token>>);

impl Tokens {
    /// The token with this id; `None` if there is none.
    pub fn get(&self, id: TokenId) -> Option<&Arc<Token>> {
        self.0.get(&id)
    }

    /// The token in this place; `None` if there is none.
    pub fn in_slot(&self, slot: u32) -> Option<&Arc<Token>> {
        self.0.values().find(|token| token.slot == slot)
    }

    /// All tokens, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Token>> {
        self.0.values()
    }

    /// The place for one more token at `now`; `None` if all places are taken by tokens that count.
    pub fn free_slot(&self, now: UnixMs) -> Option<u32> {
        let next = u32::try_from(self.0.len()).ok()?;
        if self.0.len() < TOKENS_MAX {
            return Some(next);
        }
        let ended = self.0.values().filter_map(|token| {
            let ended = token.ended(now)?;
            Some((ended, token.id, token.slot))
        });
        ended.min().map(|(_, _, slot)| slot)
    }

    /// Keeps a token, in the place of the one that was there before.
    pub(crate) fn put(&mut self, token: Arc<Token>) {
        // A new token has a place after all others, unless it takes that of another.
        let is_next = usize::try_from(token.slot).is_ok_and(|slot| slot >= self.0.len());
        if !is_next && !self.0.contains_key(&token.id) {
            self.0.retain(|_, kept| kept.slot != token.slot);
        }
        self.0.insert(token.id, token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Seq;

    fn token(seq: u64, slot: u32, expires: i64) -> Arc<Token> {
        Arc::new(Token {
            id: TokenId(Seq(seq)),
            slot,
            role: Role::Agent,
            actor: ActorId::stored("ann"),
            label: "".into(),
            scope: TokenScope::default(),
            hash: TokenHash([7; 32]),
            created: UnixMs(0),
            created_by: Actor::system(),
            expires: UnixMs(expires),
            revoked: None,
        })
    }

    #[test]
    fn a_new_token_takes_the_place_of_the_one_that_ended_first() {
        let mut tokens = Tokens::default();
        for seq in 0..TOKENS_MAX as u64 {
            let slot = tokens.free_slot(UnixMs(0));
            assert_eq!(slot, u32::try_from(seq).ok());
            tokens.put(token(
                seq,
                slot.unwrap_or_default(),
                1_000 - (seq as i64 % 3),
            ));
        }
        assert_eq!(tokens.free_slot(UnixMs(997)), None, "all count");
        // The first of those that end at 998.
        assert_eq!(tokens.free_slot(UnixMs(2_000)), Some(2));
        tokens.put(token(1 << 20, 2, 9_000));
        assert_eq!(tokens.all().count(), TOKENS_MAX);
        assert!(tokens.get(TokenId(Seq(2))).is_none());
        assert!(tokens.get(TokenId(Seq(1 << 20))).is_some());
        assert_eq!(tokens.free_slot(UnixMs(2_000)), Some(5));
    }

    #[test]
    fn a_token_ends_at_its_time_and_when_it_is_revoked() {
        let mut token = Token::clone(&token(1, 0, 50));
        assert_eq!(token.state(UnixMs(49)), TokenState::Active);
        assert_eq!(token.state(UnixMs(50)), TokenState::Expired);
        token.revoked = Some((UnixMs(10), Actor::system()));
        assert_eq!(token.state(UnixMs(11)), TokenState::Revoked);
        assert_eq!(token.ended(UnixMs(11)), Some(UnixMs(10)));
        assert!(!format!("{token:?}").contains("7, 7"), "{token:?}");
    }
}
