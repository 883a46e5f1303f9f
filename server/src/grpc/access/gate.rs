//! The two layers that let calls in or keep them out.

use super::table::{self, Limited};
use super::{AccessMode, Identity};
use crate::engine::Engine;
use crate::grpc::status;
use crate::grpc::status::access as refusals;
use http::request::Parts;
use http::{Request, Response};
use std::future::ready;
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;

/// Why a call is kept out, in the extensions of its request.
#[derive(Clone)]
pub(in crate::grpc) struct Refused(pub(in crate::grpc) Status);

/// Judges each call, and notes in its extensions who calls, or that it is refused.
#[derive(Clone)]
pub(in crate::grpc) struct JudgeLayer {
    mode: AccessMode,
    engine: Engine,
}

impl JudgeLayer {
    pub(in crate::grpc) fn new(mode: AccessMode, engine: Engine) -> JudgeLayer {
        JudgeLayer { mode, engine }
    }

    /// Who calls.
    ///
    /// # Errors
    /// The refusal of a caller that may not make this call.
    fn judge(&self, path: &str, parts: &http::HeaderMap) -> Result<Identity, Status> {
        if table::is_for_everybody(path) {
            return Ok(Identity::Open);
        }
        let identity = match self.mode {
            AccessMode::Open => Identity::Open,
            AccessMode::Credentials => Identity::of(parts, &self.engine)?,
        };
        let Some(call) = table::call_at(path) else {
            // A call of the contract that is missing in the table is as one that does not exist: it lets nobody in.
            return match table::is_of_the_contract(path) {
                true => Err(status::no_such_method()),
                false => Ok(identity),
            };
        };
        let role = identity.role();
        if !call.roles.contains(&role) {
            return Err(refusals::not_for(role, call.name, call.roles));
        }
        if identity.is_limited() && call.limited == Limited::Refused {
            return Err(refusals::not_with_limits(role, call.name));
        }
        Ok(identity)
    }
}

impl<S> Layer<S> for JudgeLayer {
    type Service = Judge<S>;

    fn layer(&self, next: S) -> Judge<S> {
        let judge = self.clone();
        Judge { judge, next }
    }
}

/// Services behind a [`JudgeLayer`].
#[derive(Clone)]
pub(in crate::grpc) struct Judge<S> {
    judge: JudgeLayer,
    next: S,
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for Judge<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> S::Future {
        let (mut parts, body) = request.into_parts();
        let Parts {
            uri,
            headers,
            extensions,
            ..
        } = &mut parts;
        match self.judge.judge(uri.path(), headers) {
            Ok(identity) => drop(extensions.insert(identity)),
            Err(refused) => drop(extensions.insert(Refused(refused))),
        }
        self.next.call(Request::from_parts(parts, body))
    }
}

/// Answers the calls that [`JudgeLayer`] refused.
#[derive(Clone)]
pub(in crate::grpc) struct GateLayer;

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, next: S) -> Gate<S> {
        Gate(next)
    }
}

/// Services behind a [`GateLayer`].
#[derive(Clone)]
pub(in crate::grpc) struct Gate<S>(S);

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Response<Body>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match request.extensions().get::<Refused>() {
            Some(Refused(status)) => Box::pin(ready(Ok(status.clone().into_http()))),
            None => Box::pin(self.0.call(request)),
        }
    }
}
