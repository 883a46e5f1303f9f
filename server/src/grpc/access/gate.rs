//! The two layers that let calls in or keep them out.

use super::deadline;
use super::refused_call::RefusedCall;
use super::table::{self, Call, Limited};
use super::{AccessMode, Identity};
use crate::audit::Audit;
use crate::engine::{CallClass, CallTimes, Engine, EngineError, InFlight};
use crate::grpc::PortOptions;
use crate::grpc::status::access as refusals;
use crate::grpc::status::code_name;
use crate::grpc::status::limits as over_limits;
use crate::grpc::status::shed::ShedAnswers;
use crate::grpc::{audited, call, status};
use crate::limits::{CallPermit, CallerKey, Callers, Limits, PermitKind};
use crate::oidc::{Issuer, JwtFault};
use crate::port::{Peer, will_answer_at_once};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::time::timeout_at;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;
use tracing::instrument::Instrumented;

/// What HTTP/2 counts for an entry of the metadata besides its name and its value.
const ENTRY_BYTES: usize = 32;

/// Why a call is kept out, in the extensions of its request.
#[derive(Clone)]
pub(in crate::grpc) struct Refused(pub(in crate::grpc) Status);

/// A call that is let in, in the extensions of its request until it begins.
struct Admission {
    times: CallTimes,
    permit: CallPermit,
    _in_flight: Option<InFlight>,
}

/// Why a call is kept out.
pub(super) enum KeptOut {
    /// There is too much to do.
    Shed(CallClass),
    /// For this reason.
    Refused(Status),
    /// For this reason, which may be gone when the keys of the issuer were looked up more often than so.
    KeyUnknown(Status, u64),
}

impl KeptOut {
    /// The status that the caller gets.
    pub(super) fn status(&self) -> Status {
        match self {
            KeptOut::Shed(class) => over_limits::overloaded(*class),
            KeptOut::Refused(status) | KeptOut::KeyUnknown(status, _) => status.clone(),
        }
    }

    /// For what is wrong with a JSON Web Token.
    pub(super) fn of_jwt(fault: &JwtFault) -> KeptOut {
        let status = refusals::of_jwt(fault);
        match fault {
            JwtFault::UnknownKey {
                before_look: Some(before),
                ..
            } => KeptOut::KeyUnknown(status, *before),
            _ => KeptOut::Refused(status),
        }
    }
}

impl From<Status> for KeptOut {
    fn from(status: Status) -> KeptOut {
        KeptOut::Refused(status)
    }
}

/// Judges each call, and notes in its extensions who calls, or that it is refused.
#[derive(Clone)]
pub(in crate::grpc) struct JudgeLayer {
    mode: AccessMode,
    engine: Engine,
    issuer: Option<Issuer>,
    limits: Limits,
    callers: Arc<Callers>,
    shed: ShedAnswers,
    audit: Option<Audit>,
}

impl JudgeLayer {
    pub(in crate::grpc) fn new(engine: Engine, options: &PortOptions) -> JudgeLayer {
        let limits = options.limits;
        JudgeLayer {
            mode: options.access,
            engine,
            issuer: options.issuer.clone(),
            limits,
            callers: Arc::new(Callers::new(limits)),
            shed: ShedAnswers::new(),
            audit: options.audit.clone(),
        }
    }

    /// Counts a call that is refused for who makes it, if the audit file is to have it.
    fn note_refused(&self, parts: &Parts, status: &Status) {
        let (Some(audit), Some(call)) = (&self.audit, table::call_at(parts.uri.path())) else {
            return;
        };
        let code = status.code().into();
        if code_name::is_kept_out(code) {
            // Who is known may not make this call. Whose credential does not count is not looked up once more: that may
            // cost the check of a signature.
            let known = || Identity::of(&parts.headers, &self.engine, self.issuer.as_ref()).ok();
            let identity = (!code_name::is_of_nobody(code)).then(known).flatten();
            audited::kept_out(audit, call, parts, identity, status);
        }
    }

    /// Who makes a call that came at `arrived`, and that it is let in. What costs least is asked first.
    ///
    /// # Errors
    /// Why the call is kept out.
    fn admit(&self, parts: &Parts, arrived: Instant) -> Result<(Identity, Admission), KeptOut> {
        let path = parts.uri.path();
        let call = table::call_at(path);
        // Health and reflection answer also when there is much to do.
        let class = call.map_or(CallClass::Live, |call| call.class);
        let in_flight = match self.engine.let_in(class, arrived) {
            Ok(in_flight) => in_flight.filter(|_| call.is_some()),
            Err(EngineError::Overloaded(class)) => return Err(KeptOut::Shed(class)),
            Err(halt) => return Err(status::halted(halt).into()),
        };
        let metadata = metadata_bytes(&parts.headers);
        if metadata > self.limits.metadata_bytes {
            let limit = self.limits.metadata_bytes;
            return Err(over_limits::metadata_too_large(metadata, limit).into());
        }
        let kind = match call {
            Some(_) if class == CallClass::Watch => PermitKind::Watch,
            Some(call) if !table::STREAMS.contains(&call.name) => PermitKind::Call,
            Some(_) | None => PermitKind::Stream,
        };
        let permit = |key| {
            let permit = self.callers.permit(key, kind, arrived);
            permit.map_err(over_limits::over)
        };
        let address = parts.extensions.get().and_then(|peer: &Peer| peer.address);
        let address = CallerKey::at(address.map(|address| address.ip()));
        let (identity, permit) = match self.judge(path, call, &parts.headers) {
            Ok(identity) => {
                let permit = permit(identity.limited_as().unwrap_or(address))?;
                (identity, permit)
            }
            Err(refused) => {
                // Who guesses credentials is slowed down, too.
                permit(address)?;
                return Err(refused);
            }
        };
        let given = deadline::asked(&parts.headers);
        let time = match kind {
            PermitKind::Call => {
                let most = self.limits.call_time;
                Some(given.map_or(most, |given| given.min(most)))
            }
            PermitKind::Watch | PermitKind::Stream => given,
        };
        let times = CallTimes {
            class,
            arrived,
            deadline: time.and_then(|time| arrived.checked_add(time)),
        };
        let admission = Admission {
            times,
            permit,
            _in_flight: in_flight,
        };
        Ok((identity, admission))
    }

    /// Who calls.
    ///
    /// # Errors
    /// The refusal of a caller that may not make this call.
    fn judge(
        &self,
        path: &str,
        call: Option<&Call>,
        headers: &HeaderMap,
    ) -> Result<Identity, KeptOut> {
        if table::is_for_everybody(path) {
            return Ok(Identity::Open);
        }
        let identity = match self.mode {
            AccessMode::Open => Identity::Open,
            AccessMode::Credentials => Identity::of(headers, &self.engine, self.issuer.as_ref())?,
        };
        let Some(call) = call else {
            // A call of the contract that is missing in the table is as one that does not exist: it lets nobody in.
            return match table::is_of_the_contract(path) {
                true => Err(status::no_such_method().into()),
                false => Ok(identity),
            };
        };
        let role = identity.role();
        if !call.roles.contains(&role) {
            return Err(refusals::not_for(role, call.name, call.roles).into());
        }
        if identity.is_limited() && call.limited == Limited::Refused {
            return Err(refusals::not_with_limits(role, call.name).into());
        }
        Ok(identity)
    }
}

/// The size of the metadata of a call.
fn metadata_bytes(headers: &HeaderMap) -> usize {
    let entries = headers.iter();
    entries
        .map(|(name, value)| name.as_str().len() + value.len() + ENTRY_BYTES)
        .sum()
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

impl<S> Judge<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Unpin + Send,
{
    /// Judges a call. With `may_wait`, one whose key is not known waits until the keys were looked up.
    fn judged(&mut self, mut parts: Parts, body: Body, may_wait: bool) -> Judged<S::Future> {
        let kept_out = match self.judge.admit(&parts, Instant::now()) {
            Ok((identity, admission)) => {
                parts.extensions.insert(identity);
                parts.extensions.insert(Arc::new(admission));
                let request = Request::from_parts(parts, body);
                return Judged::Next(call::traced(|| self.next.call(request)));
            }
            Err(kept_out) => kept_out,
        };
        if let KeptOut::KeyUnknown(_, before) = &kept_out {
            let issuer = self.judge.issuer.as_ref().filter(|_| may_wait);
            if let Some(looked) = issuer.and_then(|issuer| issuer.next_look(*before)) {
                let mut again = self.clone();
                return Judged::Later(Box::pin(async move {
                    looked.await;
                    poll_fn(|context| again.next.poll_ready(context)).await?;
                    again.judged(parts, body, false).await
                }));
            }
        }
        if let KeptOut::Refused(status) | KeptOut::KeyUnknown(status, _) = &kept_out {
            self.judge.note_refused(&parts, status);
        }
        // Refusals must cost little when there are many, so they take no part of the way in.
        if is_grpc(&parts.headers) {
            if may_wait {
                will_answer_at_once();
            }
            let answer = match kept_out {
                KeptOut::Shed(class) => self.judge.shed.answer(class),
                other => other.status().into_http(),
            };
            return Judged::Refused(RefusedCall::new(body, answer));
        }
        parts.extensions.insert(Refused(kept_out.status()));
        let request = Request::from_parts(parts, body);
        Judged::Next(call::traced(|| self.next.call(request)))
    }
}

impl<S> Service<Request<Body>> for Judge<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Unpin + Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Judged<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, body) = request.into_parts();
        self.judged(parts, body, true)
    }
}

/// The answer to a call that was judged.
pub(in crate::grpc) enum Judged<F: Future> {
    /// The call is refused.
    Refused(RefusedCall),
    /// The call waits, and is judged once more.
    Later(Pin<Box<dyn Future<Output = F::Output> + Send>>),
    /// What the services inside answer.
    Next(Instrumented<F>),
}

impl<F, E> Future for Judged<F>
where
    F: Future<Output = Result<Response<Body>, E>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match &mut *self {
            Judged::Refused(refused) => Pin::new(refused).poll(context).map(Ok),
            Judged::Later(later) => later.as_mut().poll(context),
            Judged::Next(next) => Pin::new(next).poll(context),
        }
    }
}

/// Whether a call is gRPC itself, so that a refusal needs no other form.
fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| kind == b"application/grpc" || kind.starts_with(b"application/grpc+"))
}

/// Answers the calls that [`JudgeLayer`] refused, and gives the others their time.
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

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(Refused(status)) = request.extensions().get() {
            return Box::pin(ready(Ok(status.clone().into_http())));
        }
        let admission: Option<Arc<Admission>> = request.extensions_mut().remove();
        let Some(admission) = admission else {
            return Box::pin(self.0.call(request));
        };
        let answered = admission.times.scope(self.0.call(request));
        Box::pin(async move {
            let mut response = match admission.times.deadline {
                Some(at) => match timeout_at(at.into(), answered).await {
                    Ok(answered) => answered?,
                    Err(_) => over_limits::out_of_time().into_http(),
                },
                None => answered.await?,
            };
            // It counts until it is read.
            response.extensions_mut().insert(admission.permit.clone());
            Ok(response)
        })
    }
}
