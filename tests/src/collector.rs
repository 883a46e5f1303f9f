//! A collector of traces: what takes spans by OTLP over gRPC.

use crate::Outcome;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// A collector. It ends when this is dropped.
#[derive(Debug)]
pub struct Collector {
    url: String,
    taken: Taken,
    serving: JoinHandle<()>,
}

#[derive(Clone, Debug, Default)]
struct Taken(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collector {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start() -> Outcome<Collector> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let taken = Taken::default();
        let service = TraceServiceServer::new(taken.clone());
        let served = Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpIncoming::from(listener));
        let serving = tokio::spawn(async move { drop(served.await) });
        Ok(Collector {
            url,
            taken,
            serving,
        })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it got so far.
    pub fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let taken = self.taken.0.lock();
        taken.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The spans that it got so far.
    pub fn spans(&self) -> Vec<Span> {
        let of_resources = self.requests().into_iter().flat_map(|it| it.resource_spans);
        let of_scopes = of_resources.flat_map(|it| it.scope_spans);
        of_scopes.flat_map(|it| it.spans).collect()
    }
}

/// An attribute of a span, as text.
pub fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tonic::async_trait]
impl TraceService for Taken {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
