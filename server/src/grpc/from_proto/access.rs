//! Tokens: create, list, revoke.

use super::field_path::FieldPath;
use super::{Caller, Fresh, Validator, values, wire_enum};
use crate::grpc::tokens::page::{List, Page, TokenScope as PageScope};
use signpost_domain::access::{SCOPE_NAMES_MAX, TOKEN_LABEL_BYTES_MAX, TokenHash, TokenScope};
use signpost_domain::command::{Command, CommandBody, CreateToken};
use signpost_domain::event::Method;
use signpost_domain::ids::{ActorId, Slug, TokenId};
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// The command to create a token whose secret has this hash.
pub(crate) fn create(
    mut request: v1::CreateTokenRequest,
    caller: Caller,
    hash: TokenHash,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::CreateToken, &request_id, &request);
    let v1::CreateTokenRequest {
        request_id: _,
        role,
        actor_id,
        label,
        channels,
        brands,
        primary_reasons,
        expire_time,
        event_time,
    } = request;
    let role = validator.check(FieldPath::top("role"), wire_enum::role(role));
    let actor = validator.optional(FieldPath::top("actor_id"), &actor_id, ActorId::new);
    let label = validator.label(label);
    let scope = TokenScope {
        channels: validator.limits("channels", channels),
        brands: validator.limits("brands", brands),
        reasons: validator.limits("primary_reasons", primary_reasons),
    };
    let expires = expire_time.map(values::instant).transpose();
    let expires = validator.check(FieldPath::top("expire_time"), expires);
    let event_time = validator.event_time(event_time, &caller);
    let body = role.zip(label).zip(expires);
    let body = body.map(|((role, label), expires)| {
        CommandBody::CreateToken(Box::new(CreateToken {
            role,
            actor,
            label,
            scope,
            hash,
            expires,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

/// The command to revoke a token.
pub(crate) fn revoke(
    mut request: v1::RevokeTokenRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::RevokeToken, &request_id, &request);
    let v1::RevokeTokenRequest {
        request_id: _,
        token_id,
        event_time,
    } = request;
    let token = validator.check(FieldPath::top("token_id"), TokenId::parse(&token_id));
    let event_time = validator.event_time(event_time, &caller);
    let body = token.map(CommandBody::RevokeToken);
    validator.command(caller, stamp, event_time, body)
}

/// The page of tokens that is asked for.
pub(crate) fn list(
    mut request: v1::ListTokensRequest,
    store: [u8; 16],
) -> Result<Fresh<Page>, Faults> {
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = PageScope::new(List::Tokens, store, &request);
    let v1::ListTokensRequest {
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let mut validator = Validator::default();
    let page = validator.page(bound, page_size, &page_token);
    validator.fresh(page, &min_revision)
}

impl Validator {
    fn label(&mut self, label: String) -> Option<Arc<str>> {
        let len = label.len();
        if len > TOKEN_LABEL_BYTES_MAX {
            let what = format_args!("must be at most {TOKEN_LABEL_BYTES_MAX} bytes, is {len}");
            self.fault(FieldPath::top("label"), what);
            return None;
        }
        Some(label.into())
    }

    /// Names that a token is limited to, each once.
    fn limits(&mut self, field: &'static str, names: Vec<String>) -> Vec<Slug> {
        self.each_once(
            FieldPath::top(field),
            (names, SCOPE_NAMES_MAX),
            |validator, at, name| validator.check(at, Slug::new(name)),
            None,
            |one, other| one == other,
        )
    }
}
