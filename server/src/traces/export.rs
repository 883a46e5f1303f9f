//! Sends spans to the collector, many at once.

use super::TraceEndpoint;
use super::span::{EndedCall, Moment, text};
use crate::engine::Clock;
use crate::metrics::Metrics;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep, timeout};
use tonic::transport::Channel;

/// How long it may take to connect.
pub(super) const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// How long the collector may take to answer.
pub(super) const SEND_TIME_MAX: Duration = Duration::from_secs(10);
/// The maximum number of spans that are sent at once.
const SENT_SPANS_MAX: usize = 512;
/// How long spans wait for others, so that few requests carry many.
const GATHER_TIME: Duration = Duration::from_secs(1);
/// After how many tries spans are dropped, and how long to wait before the second; each later wait is twice as long.
const TRIES_MAX: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The resource that spans are of.
const SERVICE: &str = "signpost";

/// Sends what comes, until nobody can send any more.
pub(super) async fn send(
    endpoint: TraceEndpoint,
    mut coming: Receiver<EndedCall>,
    metrics: Arc<Metrics>,
) {
    let mut client = TraceServiceClient::new(endpoint.endpoint.connect_lazy());
    let mut is_well = true;
    let mut ended = Vec::with_capacity(SENT_SPANS_MAX);
    loop {
        if !gather(&mut coming, &mut ended).await {
            return;
        }
        let count = ended.len() as u64;
        let request = request(&ended);
        ended.clear();
        match deliver(&mut client, request, &coming).await {
            Ok(refused) => {
                metrics.spans.sent(count.saturating_sub(refused));
                metrics.spans.dropped(refused.min(count));
                if !is_well {
                    tracing::info!(%endpoint, "spans are taken again");
                }
                is_well = true;
            }
            Err(why) => {
                metrics.spans.dropped(count);
                if is_well {
                    tracing::warn!(%endpoint, why, "spans are not taken, and dropped");
                }
                is_well = false;
            }
        }
    }
}

/// Gathers spans. False if none will come any more.
async fn gather(coming: &mut Receiver<EndedCall>, ended: &mut Vec<EndedCall>) -> bool {
    if coming.recv_many(ended, SENT_SPANS_MAX).await == 0 {
        return false;
    }
    let more = async {
        while ended.len() < SENT_SPANS_MAX {
            let room = SENT_SPANS_MAX - ended.len();
            if coming.recv_many(ended, room).await == 0 {
                return;
            }
        }
    };
    // What was gathered when the time is over is kept.
    drop(timeout(GATHER_TIME, more).await);
    true
}

/// Sends, a few times if need be. Gives the number of spans that the collector does not take.
async fn deliver(
    client: &mut TraceServiceClient<Channel>,
    request: ExportTraceServiceRequest,
    coming: &Receiver<EndedCall>,
) -> Result<u64, String> {
    let mut pause = FIRST_PAUSE;
    for number in 1.. {
        let sent = timeout(SEND_TIME_MAX, client.export(request.clone())).await;
        let why = match sent {
            Ok(Ok(answer)) => {
                let partial = answer.into_inner().partial_success;
                let refused = partial.map_or(0, |it| it.rejected_spans);
                return Ok(u64::try_from(refused).unwrap_or(0));
            }
            Ok(Err(status)) => status.to_string(),
            Err(_) => format!("no answer within {} s", SEND_TIME_MAX.as_secs()),
        };
        // A server that stops does not try again.
        if number == TRIES_MAX || coming.is_closed() {
            return Err(why);
        }
        sleep(pause).await;
        pause *= 2;
    }
    Ok(0)
}

fn request(ended: &[EndedCall]) -> ExportTraceServiceRequest {
    let now = Moment {
        instant: Instant::now(),
        since: Duration::from_millis(u64::try_from(Clock::machine().0).unwrap_or(0)),
    };
    let spans = ended.iter().filter_map(|ended| {
        let mut random = [0; 24];
        getrandom::fill(&mut random).ok()?;
        Some(ended.span(random, now))
    });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![
                    text("service.name", SERVICE),
                    text("service.version", env!("CARGO_PKG_VERSION")),
                ],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(InstrumentationScope {
                    name: SERVICE.to_owned(),
                    ..InstrumentationScope::default()
                }),
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}
