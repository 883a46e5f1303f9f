//! Who calls, as the credential of the call says.

use super::gate::KeptOut;
use super::secret::{self, Secret};
use crate::engine::Engine;
use crate::grpc::status::access as refusals;
use crate::limits::CallerKey;
use crate::oidc::{Issuer, Jwt};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use signpost_domain::access::{Reach, Role, Token, TokenHash, TokenScope, TokenState};
use signpost_domain::actor::Actor;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tonic::Status;

/// How often an open watch looks whether its credential still counts. A watch ends at most this long, and a little
/// more, after its token was revoked or expired.
pub(crate) const WATCH_CHECK_EVERY: Duration = Duration::from_secs(2);

/// The scheme of credentials in the metadata `authorization`, as HTTP writes it: in any case.
const SCHEME: &str = "bearer";
/// The hash that the secret of an unknown token is compared with, so that it takes as long as that of a known one.
const NO_HASH: TokenHash = TokenHash([0; 32]);

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// The server asks for no credentials: the caller may do everything, and is who it says.
    Open,
    /// The owner of this token.
    Token(Arc<Token>),
    /// Whom this issuer gave this token to.
    Jwt(Arc<Jwt>, Issuer),
}

impl Identity {
    /// Reads the credential of a call. With an issuer, its tokens are taken, too.
    ///
    /// # Errors
    /// UNAUTHENTICATED, if there is none that counts.
    pub(super) fn of(
        headers: &HeaderMap,
        engine: &Engine,
        issuer: Option<&Issuer>,
    ) -> Result<Identity, KeptOut> {
        let malformed = || refusals::malformed(issuer);
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or_else(refusals::no_credential)?;
        let text = value.to_str().ok().filter(|_| values.next().is_none());
        let (scheme, token) = text
            .and_then(|text| text.split_once(' '))
            .ok_or_else(malformed)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(malformed().into());
        }
        let token = token.trim_matches(' ');
        if let Some(issuer) = issuer.filter(|_| is_jwt(token)) {
            return match issuer.judge(token, engine.token_time()) {
                Ok(jwt) => Ok(Identity::Jwt(jwt, issuer.clone())),
                Err(fault) => Err(KeptOut::of_jwt(&fault)),
            };
        }
        let (id, secret) = Secret::read(token).ok_or_else(malformed)?;
        let tokens = engine.tokens();
        let known = tokens.get(id);
        let hash = known.map_or(NO_HASH, |token| token.hash);
        let is_right = secret::is_same(secret.hash(), hash);
        // An unknown id and a wrong secret are told apart in no way.
        let token = known.filter(|_| is_right).ok_or_else(refusals::unknown)?;
        counts(token, engine)?;
        Ok(Identity::Token(token.clone()))
    }

    /// The role of the caller. Whoever calls an open server is an administrator.
    pub(crate) fn role(&self) -> Role {
        match self {
            Identity::Open => Role::Admin,
            Identity::Token(token) => token.role,
            Identity::Jwt(jwt, _) => jwt.role,
        }
    }

    /// The actor that the credential shows. `None` if the server asks for no credentials.
    pub(super) fn shown(&self) -> Option<Actor> {
        match self {
            Identity::Open => None,
            Identity::Token(token) => Some(token.shown_by()),
            Identity::Jwt(jwt, _) => Some(jwt.shown_by()),
        }
    }

    /// Whose limits count for the call. `None` for the address that it comes from.
    pub(super) fn limited_as(&self) -> Option<CallerKey> {
        match self {
            Identity::Open => None,
            Identity::Token(token) => Some(CallerKey::Token(token.id)),
            Identity::Jwt(jwt, _) => Some(CallerKey::Actor(jwt.caller)),
        }
    }

    /// What the caller is limited to: some channels, brands or primary reasons. `None` if it is not limited.
    fn scope(&self) -> Option<Arc<TokenScope>> {
        match self {
            _ if !self.is_limited() => None,
            Identity::Open => None,
            Identity::Token(token) => Some(Arc::new(token.scope.clone())),
            Identity::Jwt(jwt, _) => Some(jwt.scope.clone()),
        }
    }

    /// Whether the caller is limited to some channels, brands or primary reasons.
    pub(super) fn is_limited(&self) -> bool {
        match self {
            Identity::Open => false,
            Identity::Token(token) => !token.scope.is_everything(),
            Identity::Jwt(jwt, _) => !jwt.scope.is_everything(),
        }
    }

    /// What the caller reaches.
    pub(crate) fn reach(&self) -> Reach {
        let Some(actor) = self.shown() else {
            return Reach::default();
        };
        Reach {
            held_by: (self.role() == Role::Chatbot).then_some(actor.id),
            scope: self.scope(),
        }
    }
}

/// Whether a credential has the form of a JSON Web Token: three parts with points between them.
fn is_jwt(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// Checks that a token counts now.
fn counts(token: &Token, engine: &Engine) -> Result<(), Status> {
    match token.state(engine.token_time()) {
        TokenState::Active => Ok(()),
        TokenState::Revoked => Err(refusals::revoked(token.id)),
        TokenState::Expired => Err(refusals::expired(token.id)),
    }
}

/// Ends a watch when the token of its caller counts no more.
pub(in crate::grpc) struct WatchGuard {
    engine: Engine,
    identity: Identity,
    ticks: Interval,
}

impl WatchGuard {
    /// The guard of a watch of this caller; `None` if the server asks for no credentials.
    pub(in crate::grpc) fn of(identity: &Identity, engine: &Engine) -> Option<WatchGuard> {
        if matches!(identity, Identity::Open) {
            return None;
        }
        let mut ticks = interval(WATCH_CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(WatchGuard {
            engine: engine.clone(),
            identity: identity.clone(),
            ticks,
        })
    }

    /// Checks that the credential counts now.
    fn check(&self) -> Result<(), Status> {
        match &self.identity {
            Identity::Open => Ok(()),
            Identity::Token(token) => {
                let tokens = self.engine.tokens();
                let known = tokens.get(token.id).ok_or_else(refusals::unknown)?;
                counts(known, &self.engine)
            }
            Identity::Jwt(jwt, issuer) => {
                let counts = issuer.counts(jwt, self.engine.token_time());
                counts.map_err(|fault| refusals::of_jwt(&fault))
            }
        }
    }

    /// Ready with the status that ends the watch.
    pub(in crate::grpc) fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        while self.ticks.poll_tick(context).is_ready() {
            if let Err(status) = self.check() {
                return Poll::Ready(status);
            }
        }
        Poll::Pending
    }
}
