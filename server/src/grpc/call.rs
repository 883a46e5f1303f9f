//! Each call: its id, how it ended, and how long it took.
//!
//! [`CallLayer`] begins a [`CallNote`] before anything else of a call happens, and whatever runs for the call finds the
//! note in its task. Every error has the id of its call, and so has every log line. The note is counted when the last
//! of the call is gone: the answer was sent, or the caller went away. A call that is refused as it comes in has no span
//! unless something is logged of it: under overload there are too many of them.

mod body;
mod call_id;

pub(super) use body::noted;
pub(crate) use call_id::CallId;

use super::access::{call_at, is_for_everybody};
use super::status::code_name;
use crate::metrics::{Metrics, OTHER_LABEL};
use crate::traces::{EndedCall, Parent, Traces};
use http::{HeaderMap, Request, Response};
use signpost_proto::v1::ErrorReason;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::task::futures::TaskLocalFuture;
use tonic::body::Body;
use tonic::codegen::Service;
use tower::Layer;
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span};

tokio::task_local! {
    static CALL: Arc<CallNote>;
}

/// The number of no code.
const NONE: i32 = -1;

/// What is noted of a call while it runs.
#[derive(Debug)]
pub(crate) struct CallNote {
    id: CallId,
    method: &'static str,
    /// What it is worth under overload.
    class: &'static str,
    begun: Instant,
    span: OnceLock<Span>,
    metrics: Arc<Metrics>,
    /// Who takes the span of the call, and the span of the caller; `None` if nobody does.
    traces: Option<(Traces, Option<Parent>)>,
    /// The code that the caller gets; [`NONE`] until it is known.
    code: AtomicI32,
    /// The code and the reason of the last error that was made. The caller need not get it: a batch has an error for
    /// each of its items.
    made: AtomicI32,
    made_reason: AtomicI32,
}

impl CallNote {
    fn begin(
        metrics: &Arc<Metrics>,
        traces: Option<&Traces>,
        path: &str,
        headers: &HeaderMap,
    ) -> CallNote {
        let traces = traces.map(|traces| (traces, Parent::of(headers)));
        // Where the caller records nothing, neither do we.
        let traces = traces.filter(|(_, parent)| parent.is_none_or(|it| it.is_sampled));
        let id = CallId::of(headers);
        let (method, class) = kind(path);
        metrics.call_began();
        CallNote {
            id,
            method,
            class,
            begun: Instant::now(),
            span: OnceLock::new(),
            metrics: metrics.clone(),
            traces: traces.map(|(traces, parent)| (traces.clone(), parent)),
            code: AtomicI32::new(NONE),
            made: AtomicI32::new(NONE),
            made_reason: AtomicI32::new(0),
        }
    }

    /// The span of what is logged of the call.
    fn span(&self) -> &Span {
        let CallNote { id, method, .. } = self;
        self.span
            .get_or_init(|| tracing::info_span!("call", %id, method))
    }

    /// Notes the code that the caller gets.
    fn ended(&self, code: i32) {
        self.code.store(code, Ordering::Relaxed);
    }

    /// The code that counts, and the reason if it is one of ours.
    fn outcome(&self) -> (i32, Option<ErrorReason>) {
        let sent = self.code.load(Ordering::Relaxed);
        let made = self.made.load(Ordering::Relaxed);
        let code = match (sent, made) {
            // The caller went away before anything went wrong.
            (NONE, NONE) => code_name::CANCELLED,
            // Not a call of gRPC: the Connect protocol has errors of its own form.
            (NONE, made) => made,
            (sent, _) => sent,
        };
        let reason = ErrorReason::try_from(self.made_reason.load(Ordering::Relaxed));
        (code, reason.ok().filter(|_| made == code))
    }
}

impl Drop for CallNote {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let (code, reason) = self.outcome();
        let name = code_name::of(code);
        let of = (self.method, self.class);
        self.metrics.call_ended(of, name, reason, took);
        let reason = reason.map(|reason| reason.as_str_name());
        let is_our_fault = code_name::is_our_fault(code);
        if let Some((traces, parent)) = &self.traces {
            traces.take(EndedCall {
                id: self.id.clone(),
                parent: *parent,
                method: self.method,
                class: self.class,
                code,
                is_our_fault,
                reason,
                begun: self.begun,
                took,
            });
        }
        match is_our_fault {
            true => {
                tracing::warn!(parent: self.span(), code = name, reason, ?took, "a call failed")
            }
            false => {
                tracing::debug!(parent: self.span(), code = name, reason, ?took, "a call ended")
            }
        }
    }
}

/// Runs what makes the answer to the call of this task, and the answer itself, in the span of the call.
pub(super) fn traced<F>(answering: impl FnOnce() -> F) -> Instrumented<F> {
    let span = CALL.try_with(|note| note.span().clone());
    let span = span.unwrap_or_else(|_| Span::none());
    span.in_scope(answering).instrument(span)
}

/// The id of the call of this task. `None` outside of a call.
pub(crate) fn id() -> Option<CallId> {
    CALL.try_with(|note| note.id.clone()).ok()
}

/// Notes that an error was made for the call of this task.
pub(crate) fn error_made(code: i32, reason: ErrorReason) {
    // Outside of a call there is nothing to note.
    let _noted = CALL.try_with(|note| {
        note.made.store(code, Ordering::Relaxed);
        note.made_reason.store(reason.into(), Ordering::Relaxed);
    });
}

/// The labels of a path: a method of the contract, of health or of reflection; and its class if it is of the contract.
fn kind(path: &str) -> (&'static str, &'static str) {
    match call_at(path) {
        Some(call) => (call.name, call.class.as_str()),
        None if path.starts_with("/grpc.health.v1.Health/") => ("Health", OTHER_LABEL),
        None if is_for_everybody(path) => ("ServerReflection", OTHER_LABEL),
        None => (OTHER_LABEL, OTHER_LABEL),
    }
}

/// Begins the note of each call.
#[derive(Clone)]
pub(super) struct CallLayer {
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
}

impl CallLayer {
    pub(super) fn new(metrics: Arc<Metrics>, traces: Option<Traces>) -> CallLayer {
        CallLayer { metrics, traces }
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = Calls<S>;

    fn layer(&self, next: S) -> Calls<S> {
        Calls {
            metrics: self.metrics.clone(),
            traces: self.traces.clone(),
            next,
        }
    }
}

/// Services behind a [`CallLayer`].
#[derive(Clone)]
pub(super) struct Calls<S> {
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
    next: S,
}

impl<S> Service<Request<Body>> for Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = TaskLocalFuture<Arc<CallNote>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (path, headers) = (request.uri().path(), request.headers());
        let note = CallNote::begin(&self.metrics, self.traces.as_ref(), path, headers);
        let note = Arc::new(note);
        // What is judged at once belongs to the call, too.
        let answer = CALL.sync_scope(note.clone(), || self.next.call(request));
        CALL.scope(note, answer)
    }
}
