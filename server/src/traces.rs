//! Traces by OTLP: a span for each call, sent to a collector over gRPC. Off unless an endpoint is named.
//!
//! A span has the id of its call, its method, how it ended and how long it took, and nothing of what was asked or
//! answered. Whoever ends a call puts it into a bounded queue and never waits: what finds no room is dropped and
//! counted. So a collector that is slow or gone costs calls nothing.

mod export;
mod parent;
mod span;

pub(crate) use parent::{Parent, TRACE_PARENT};
pub(crate) use span::EndedCall;

use crate::metrics::Metrics;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::transport::{ClientTlsConfig, Endpoint, Uri};

/// The maximum number of spans that wait to be sent; with each of at most 300 bytes, 2.5 MB.
pub const SPANS_WAITING_MAX: usize = 8_192;
/// How long a server that stops waits until the spans that wait are sent.
pub const SPANS_STOP_TIME_MAX: Duration = Duration::from_secs(2);

/// The collector that spans are sent to.
#[derive(Clone)]
pub struct TraceEndpoint {
    url: String,
    endpoint: Endpoint,
}

impl TraceEndpoint {
    /// Reads a URL.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(url: &str) -> Result<TraceEndpoint, String> {
        let wrong = || {
            "must be a URL such as http://127.0.0.1:4317 or https://otel.example.com:4317"
                .to_owned()
        };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        if !uri.path().trim_end_matches('/').is_empty() {
            return Err(format!("{}; OTLP over gRPC has no path", wrong()));
        }
        let mut endpoint = Endpoint::from(uri)
            .connect_timeout(export::CONNECT_TIME_MAX)
            .timeout(export::SEND_TIME_MAX);
        if is_secure {
            let tls = ClientTlsConfig::new().with_native_roots();
            endpoint = endpoint
                .tls_config(tls)
                .map_err(|error| error.to_string())?;
        }
        Ok(TraceEndpoint {
            url: url.to_owned(),
            endpoint,
        })
    }
}

impl fmt::Debug for TraceEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for TraceEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// Takes spans.
#[derive(Clone, Debug)]
pub struct Traces {
    queue: Sender<EndedCall>,
    metrics: Arc<Metrics>,
}

/// What sends spans. It ends when the last [`Traces`] is dropped.
#[derive(Debug)]
pub struct TracesGuard(JoinHandle<()>);

impl Traces {
    /// Begins to send to a collector, which need not be there.
    pub fn start(endpoint: &TraceEndpoint, metrics: Arc<Metrics>) -> (Traces, TracesGuard) {
        let (queue, coming) = channel(SPANS_WAITING_MAX);
        let sending = export::send(endpoint.clone(), coming, metrics.clone());
        let guard = TracesGuard(tokio::spawn(sending));
        (Traces { queue, metrics }, guard)
    }

    /// Takes a call that ended. Never waits.
    pub(crate) fn take(&self, ended: EndedCall) {
        if self.queue.try_send(ended).is_err() {
            self.metrics.spans.dropped(1);
        }
    }
}

impl TracesGuard {
    /// Waits until what waits is sent, for at most [`SPANS_STOP_TIME_MAX`]. No [`Traces`] may be left.
    pub async fn stop(mut self) {
        if timeout(SPANS_STOP_TIME_MAX, &mut self.0).await.is_err() {
            self.0.abort();
        }
    }
}
