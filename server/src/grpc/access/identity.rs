//! Who calls, as the credential of the call says.

use super::secret::{self, Secret};
use crate::engine::Engine;
use crate::grpc::status::access as refusals;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use signpost_domain::access::{Reach, Role, Token, TokenHash, TokenState};
use signpost_domain::ids::TokenId;
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
}

impl Identity {
    /// Reads the credential of a call.
    ///
    /// # Errors
    /// UNAUTHENTICATED, if there is none that counts.
    pub(super) fn of(headers: &HeaderMap, engine: &Engine) -> Result<Identity, Status> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or_else(refusals::no_credential)?;
        let text = value.to_str().ok().filter(|_| values.next().is_none());
        let (scheme, token) = text
            .and_then(|text| text.split_once(' '))
            .ok_or_else(refusals::malformed)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(refusals::malformed());
        }
        let (id, secret) = Secret::read(token.trim_matches(' ')).ok_or_else(refusals::malformed)?;
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
        }
    }

    /// Whether the caller is limited to some channels, brands or primary reasons.
    pub(super) fn is_limited(&self) -> bool {
        match self {
            Identity::Open => false,
            Identity::Token(token) => !token.scope.is_everything(),
        }
    }

    /// What the caller reaches.
    pub(crate) fn reach(&self) -> Reach {
        let Identity::Token(token) = self else {
            return Reach::default();
        };
        Reach {
            held_by: (token.role == Role::Chatbot).then(|| token.actor.clone()),
            scope: self.is_limited().then(|| Arc::new(token.scope.clone())),
        }
    }
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
    token: TokenId,
    ticks: Interval,
}

impl WatchGuard {
    /// The guard of a watch of this caller; `None` if the server asks for no credentials.
    pub(in crate::grpc) fn of(identity: &Identity, engine: &Engine) -> Option<WatchGuard> {
        let Identity::Token(token) = identity else {
            return None;
        };
        let mut ticks = interval(WATCH_CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(WatchGuard {
            engine: engine.clone(),
            token: token.id,
            ticks,
        })
    }

    /// Ready with the status that ends the watch.
    pub(in crate::grpc) fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        while self.ticks.poll_tick(context).is_ready() {
            let tokens = self.engine.tokens();
            let known = tokens.get(self.token).ok_or_else(refusals::unknown);
            if let Err(status) = known.and_then(|token| counts(token, &self.engine)) {
                return Poll::Ready(status);
            }
        }
        Poll::Pending
    }
}
