//! Any token, and any event about one.

use super::{actor, actor_id, seq, slug, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use signpost_domain::access::{Role, Token, TokenHash, TokenScope};
use signpost_domain::event::{Event, TokenCreated};
use signpost_domain::ids::TokenId;
use std::sync::Arc;

fn role() -> impl Strategy<Value = Role> {
    (0..Role::ALL.len()).prop_map(|index| Role::ALL[index])
}

fn scope() -> impl Strategy<Value = TokenScope> {
    let some = (vec(slug(), 0..3), vec(slug(), 0..3), vec(slug(), 0..3));
    prop_oneof![
        Just(TokenScope::default()),
        some.prop_map(|(channels, brands, reasons)| TokenScope {
            channels,
            brands,
            reasons,
        }),
    ]
}

fn hash() -> impl Strategy<Value = TokenHash> {
    any::<[u8; 32]>().prop_map(TokenHash)
}

pub(in crate::codec::tests) fn token() -> impl Strategy<Value = Token> {
    let who = (seq(), any::<u32>(), role(), actor_id(), text());
    let rest = (scope(), hash(), time(), actor(), time());
    (who, rest, of((time(), actor()))).prop_map(|(who, rest, revoked)| {
        let (seq, slot, role, actor, label) = who;
        let (scope, hash, created, created_by, expires) = rest;
        Token {
            id: TokenId(seq),
            slot,
            role,
            actor,
            label: Arc::from(&*label),
            scope,
            hash,
            created,
            created_by,
            expires,
            revoked,
        }
    })
}

pub(in crate::codec::tests) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        seq().prop_map(|seq| Event::TokenRevoked(TokenId(seq))),
        token().prop_map(|token| {
            let Token {
                slot,
                role,
                actor,
                label,
                scope,
                hash,
                expires,
                ..
            } = token;
            Event::TokenCreated(Box::new(TokenCreated {
                slot,
                role,
                actor,
                label,
                scope,
                hash,
                expires,
            }))
        }),
    ]
}
