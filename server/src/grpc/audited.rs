//! The layer that records calls in the audit file: administrative acts, and reads of personal data.
//!
//! Which calls are recorded, and as what, is in the table of [`super::access`]. An act is recorded before it is carried
//! out, and again with what came of it. A read is recorded when its answer is known, and the answer leaves when the
//! record is on disk. While the file cannot be written, acts are refused, and answers leave with their personal fields
//! masked (`to_proto::masked`).

mod answer;
mod caller;
mod contract;
mod request;
mod stream;
mod touched;

use super::access::{Audited, Call, Identity, call_at};
use super::status::{audit as refusals, code_name};
use crate::audit::Audit;
use answer::Unary;
use caller::AuditedCaller;
use contract::{AuditedContract, CallMessages};
use http::{Request, Response};
use prost_reflect::DescriptorError;
use signpost_audit::{AuditRecord, RecordKind};
use std::sync::Arc;
use std::task::{Context, Poll};
use stream::AuditedStream;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;

/// What an answer whose personal fields are masked has in its metadata.
pub const MASKED_KEY: &str = "signpost-personal-data";
/// Its value.
pub const MASKED: &str = "masked";

/// Records calls.
#[derive(Clone)]
pub(super) struct AuditLayer {
    audit: Option<Audit>,
    contract: Arc<AuditedContract>,
}

impl AuditLayer {
    /// Records calls in this file; in none if there is none.
    pub(super) fn new(audit: Option<Audit>) -> Result<AuditLayer, DescriptorError> {
        Ok(AuditLayer {
            audit,
            contract: Arc::new(AuditedContract::new()?),
        })
    }
}

impl<S> Layer<S> for AuditLayer {
    type Service = AuditedCalls<S>;

    fn layer(&self, next: S) -> AuditedCalls<S> {
        let layer = self.clone();
        AuditedCalls { layer, next }
    }
}

/// Services behind an [`AuditLayer`].
#[derive(Clone)]
pub(super) struct AuditedCalls<S> {
    layer: AuditLayer,
    next: S,
}

impl<S> Service<Request<Body>> for AuditedCalls<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Response<Body>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        let call = call_at(path).filter(|call| call.audited != Audited::Never);
        let (Some(call), Some(audit)) = (call, &self.layer.audit) else {
            return Box::pin(self.next.call(request));
        };
        let recorded = RecordedCall {
            call,
            audit: audit.clone(),
            contract: self.layer.contract.clone(),
        };
        // The one that is ready answers; the clone takes its place.
        let next = self.next.clone();
        let ready = std::mem::replace(&mut self.next, next);
        Box::pin(recorded.answered(request, ready))
    }
}

/// A call that may be recorded.
struct RecordedCall {
    call: &'static Call,
    audit: Audit,
    contract: Arc<AuditedContract>,
}

impl RecordedCall {
    async fn answered<S>(
        self,
        request: Request<Body>,
        mut next: S,
    ) -> Result<Response<Body>, S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
    {
        let Some(messages) = self.contract.of(self.call.name) else {
            return Ok(super::status::internal().into_http());
        };
        let caller = AuditedCaller::of(&request);
        let (request, asked) = request::read(request, &messages.input).await;
        let asks = match self.call.audited {
            Audited::Never => return next.call(request).await,
            Audited::LegalHold if !asked.sets_legal_hold => return next.call(request).await,
            Audited::LegalHold | Audited::Act => Asks::Act,
            Audited::Read => Asks::Read,
            // Who routes does not wait for the disk a second time. A person does.
            Audited::RoutingRead if caller.is_machine() => Asks::ReadLater,
            Audited::RoutingRead => Asks::Read,
        };
        let mut record = caller.record(self.call.name, RecordKind::Read);
        record.asked = asked.fields;
        record.touched = asked.touched;
        match asks {
            Asks::Act => {
                let begin = AuditRecord {
                    kind: RecordKind::Begin,
                    ..record.clone()
                };
                if !self.audit.is_written() || !self.audit.write(begin).await {
                    return Ok(refusals::not_written().into_http());
                }
                let response = next.call(request).await?;
                Ok(self.acted(response, record, messages).await)
            }
            Asks::Read | Asks::ReadLater => {
                let response = next.call(request).await?;
                if let Some(code) = answer::code(response.headers()) {
                    self.kept_out(&caller, code);
                    return Ok(response);
                }
                match messages.streams {
                    true => Ok(self.streamed(response, record, messages).await),
                    false => Ok(self.read(response, record, messages, asks).await),
                }
            }
        }
    }

    /// Records what came of an act. It was carried out, whether or not that can be recorded.
    async fn acted(
        &self,
        response: Response<Body>,
        record: AuditRecord,
        messages: &CallMessages,
    ) -> Response<Body> {
        let mut record = AuditRecord {
            kind: RecordKind::Act,
            time: AuditRecord::now(RecordKind::Act).time,
            ..record
        };
        if let Some(code) = answer::code(response.headers()) {
            record.code = code_name::of(code).to_owned();
            self.audit.write(record).await;
            return response;
        }
        if messages.streams {
            return self.stream(response, record, messages, true);
        }
        let unary = Unary::of(response).await;
        record.code = unary.code_name();
        if let Some(told) = unary.told(&messages.output) {
            touched::add(&mut record, told);
        }
        self.audit.write(record).await;
        unary.into_response()
    }

    /// Records a read, and gives its answer once that is on disk; else with its personal fields masked.
    async fn read(
        &self,
        response: Response<Body>,
        mut record: AuditRecord,
        messages: &CallMessages,
        asks: Asks,
    ) -> Response<Body> {
        let unary = Unary::of(response).await;
        record.code = unary.code_name();
        let is_ok = record.code == "OK";
        let is_durable = if !self.audit.is_written() {
            self.audit.not_written();
            false
        } else {
            if let Some(told) = unary.told(&messages.output) {
                touched::add(&mut record, told);
            }
            match asks {
                Asks::ReadLater => {
                    self.audit.write_later(record).await;
                    true
                }
                Asks::Read | Asks::Act => self.audit.write(record).await,
            }
        };
        match is_durable || !is_ok {
            true => unary.into_response(),
            false => unary.masked(&messages.output),
        }
    }

    /// Records that a stream of personal data begins. It goes on masked while the file cannot be written.
    async fn streamed(
        &self,
        response: Response<Body>,
        record: AuditRecord,
        messages: &CallMessages,
    ) -> Response<Body> {
        let begin = AuditRecord {
            kind: RecordKind::Begin,
            ..record.clone()
        };
        let is_recorded = match self.audit.is_written() {
            true => self.audit.write(begin).await,
            false => {
                self.audit.not_written();
                false
            }
        };
        let mut response = self.stream(response, record, messages, is_recorded);
        if !is_recorded {
            answer::mark_masked(response.headers_mut());
        }
        response
    }

    fn stream(
        &self,
        response: Response<Body>,
        record: AuditRecord,
        messages: &CallMessages,
        is_recorded: bool,
    ) -> Response<Body> {
        let end = AuditRecord {
            kind: RecordKind::End,
            ..record
        };
        let is_act = self.call.audited == Audited::Act;
        let stream = AuditedStream::new(self.audit.clone(), end, messages.output.clone());
        let stream = match (is_act, is_recorded) {
            (true, _) => stream.ending_unwritten(),
            (false, true) => stream,
            (false, false) => stream.masked(),
        };
        response.map(|inner| Body::new(stream.of(inner)))
    }

    /// Counts a call that a handler kept out.
    fn kept_out(&self, caller: &AuditedCaller, code: i32) {
        if code_name::is_kept_out(code) {
            caller.refused(&self.audit, self.call.name, code);
        }
    }
}

/// How a call is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Act,
    Read,
    /// A read whose answer does not wait.
    ReadLater,
}

/// Counts a call that was kept out as it came in.
pub(super) fn kept_out(
    audit: &Audit,
    call: &'static Call,
    parts: &http::request::Parts,
    identity: Option<Identity>,
    status: &Status,
) {
    if call.audited != Audited::Never {
        let caller = AuditedCaller::of_parts(&parts.headers, &parts.extensions, identity.as_ref());
        caller.refused(audit, call.name, status.code().into());
    }
}
