//! Who makes a call, as a record has it.

use crate::audit::{Audit, RefusedCaller};
use crate::grpc::access::{Identity, actor};
use crate::grpc::status::code_name;
use crate::grpc::{call, from_proto};
use crate::port::Peer;
use http::{Extensions, HeaderMap, Request};
use signpost_audit::{AuditRecord, RecordKind};
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::ids::TokenId;
use std::net::SocketAddr;
use tonic::metadata::MetadataMap;

/// What a record says of a caller who shows no credential that counts.
const NO_CREDENTIAL: &str = "none";

/// Who makes a call.
pub(super) struct AuditedCaller {
    actor: Option<Actor>,
    on_behalf_of: Option<Actor>,
    role: &'static str,
    credential: &'static str,
    token: Option<TokenId>,
    from: Option<SocketAddr>,
}

impl AuditedCaller {
    pub(super) fn of<B>(request: &Request<B>) -> AuditedCaller {
        let identity = request.extensions().get();
        AuditedCaller::of_parts(request.headers(), request.extensions(), identity)
    }

    /// The caller with these headers. One without an identity showed no credential that counts: then nobody knows.
    pub(super) fn of_parts(
        headers: &HeaderMap,
        extensions: &Extensions,
        identity: Option<&Identity>,
    ) -> AuditedCaller {
        let from = extensions.get().and_then(|peer: &Peer| peer.address);
        let Some(identity) = identity else {
            return AuditedCaller {
                actor: None,
                on_behalf_of: None,
                role: "",
                credential: NO_CREDENTIAL,
                token: None,
                from,
            };
        };
        let who = from_proto::caller::who(&MetadataMap::from_headers(headers.clone()));
        let (named, on_behalf_of) = who.unwrap_or_default();
        let who = actor::actor(identity, named, on_behalf_of);
        // What is not allowed counts for nothing.
        let who = who.or_else(|_| actor::actor(identity, None, None));
        let (actor, on_behalf_of) = who.map_or((None, None), |(actor, of)| (Some(actor), of));
        let (role, credential, token) = match identity {
            Identity::Open => ("", NO_CREDENTIAL, None),
            Identity::Token(token) => (token.role.as_str(), "token", Some(token.id)),
            Identity::Jwt(jwt, _) => (jwt.role.as_str(), "jwt", None),
        };
        AuditedCaller {
            actor,
            on_behalf_of,
            role,
            credential,
            token,
            from,
        }
    }

    /// Whether a machine that routes calls, for no person.
    pub(super) fn is_machine(&self) -> bool {
        let kind = self.actor.as_ref().map(|actor| actor.kind);
        self.on_behalf_of.is_none()
            && matches!(kind, Some(ActorKind::Platform | ActorKind::Chatbot))
    }

    /// A record of a call by this caller.
    pub(super) fn record(&self, call: &str, kind: RecordKind) -> AuditRecord {
        let text = |actor: &Option<Actor>| actor.as_ref().map(Actor::to_string).unwrap_or_default();
        AuditRecord {
            call: call.to_owned(),
            actor: text(&self.actor),
            on_behalf_of: text(&self.on_behalf_of),
            role: self.role.to_owned(),
            credential: self.credential.to_owned(),
            token_id: self.token.map(|id| id.to_string()).unwrap_or_default(),
            from: self.from.map(|from| from.to_string()).unwrap_or_default(),
            call_id: call::id().map(|id| id.to_string()).unwrap_or_default(),
            ..AuditRecord::now(kind)
        }
    }

    /// Counts that a call of this caller was refused.
    pub(super) fn refused(&self, audit: &Audit, call: &'static str, code: i32) {
        let from = self.from.map(|from| from.ip());
        let of = RefusedCaller {
            call,
            code,
            token: self.token,
            from,
        };
        audit.refused(of, || AuditRecord {
            from: from.map(|from| from.to_string()).unwrap_or_default(),
            code: code_name::of(code).to_owned(),
            ..self.record(call, RecordKind::Refused)
        });
    }
}
