//! Samples of tokens.

use super::{NOW, actor, person, slug};
use signpost_domain::access::{Role, Token, TokenHash, TokenScope};
use signpost_domain::contact::Contact;
use signpost_domain::event::{Event, TokenCreated};
use signpost_domain::ids::{ActorId, Seq, TokenId};
use signpost_domain::time::Millis;

fn scope() -> TokenScope {
    TokenScope {
        channels: vec![slug("web_chat"), slug("app")],
        brands: vec![slug("blue")],
        reasons: vec![slug("baggage")],
    }
}

pub(super) fn events() -> Vec<(&'static str, Event)> {
    let created = TokenCreated {
        slot: 3,
        role: Role::Chatbot,
        actor: ActorId::stored("webbot"),
        label: "the bot of the site".into(),
        scope: scope(),
        hash: TokenHash([0xab; 32]),
        expires: NOW + Millis::DAY,
    };
    vec![
        ("token created", Event::TokenCreated(Box::new(created))),
        ("token revoked", Event::TokenRevoked(TokenId(Seq(190)))),
    ]
}

/// A token that counts, and one that was revoked.
pub(super) fn rows() -> [(&'static str, Token); 2] {
    let token = Token {
        id: TokenId(Seq(190)),
        slot: 3,
        role: Role::Chatbot,
        actor: ActorId::stored("webbot"),
        label: "the bot of the site".into(),
        scope: scope(),
        hash: TokenHash([0xab; 32]),
        created: NOW,
        created_by: actor(),
        expires: NOW + Millis::DAY,
        revoked: None,
    };
    let revoked = Token {
        role: Role::Auditor,
        label: "".into(),
        scope: TokenScope::default(),
        revoked: Some((NOW + Millis::HOUR, person())),
        ..token.clone()
    };
    [("a token", token), ("a token that was revoked", revoked)]
}

/// The contact as a chatbot holds it.
pub(super) fn held(contact: Contact) -> Contact {
    Contact {
        held_by: Some(ActorId::stored("webbot")),
        ..contact
    }
}
