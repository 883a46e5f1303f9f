//! What the server counts and measures of itself, for Prometheus: every figure by its name in the [`catalogue`].
//!
//! Figures that grow are counted where they happen ([`Metrics`]). What is so at one moment is read when somebody asks
//! (`exposition`). No label holds anything of a customer, and no label takes more than a fixed number of values: the
//! words of the contract, and the channels of playbooks up to [`CHANNELS_MAX`].

pub mod catalogue;
mod counted;
mod exposition;
mod http;
mod labels;
mod observed;
mod process;
mod recovery;
mod spans;
mod troubles;

pub use catalogue::{MetricEntry, MetricKind};
pub use counted::{CHANNELS_MAX, DecisionCounts};
pub use exposition::{CONTENT_TYPE, written};
pub use http::{METRICS_CONNECTIONS_MAX, METRICS_TIME_MAX, serve};
pub(crate) use observed::ServerFigures;
pub use observed::{Observed, Readiness};
pub use process::resident_bytes;
pub use recovery::RecoveryProgress;
pub(crate) use troubles::troubles;
pub use troubles::{ROWS_BEHIND_EVENTS_MAX, TIMER_DELAY_MAX, Trouble};

pub(crate) use labels::OTHER as OTHER_LABEL;

use catalogue as names;
use labels::{CallLabels, MethodLabels, ReasonLabels};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use signpost_proto::v1::ErrorReason;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Everything that the server counts, from the start of the process on. It outlives an engine that is opened anew.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    begun: Instant,
    /// The calls that ended.
    calls: Family<CallLabels, Counter>,
    call_seconds: Family<MethodLabels, Histogram>,
    calls_running: Gauge,
    refused: Family<ReasonLabels, Counter>,
    /// The connections to the port of the contract.
    pub(crate) connections: ConnectionCounts,
    /// The spans of calls.
    pub(crate) spans: SpanCounts,
    /// What was decided and recorded.
    pub(crate) decisions: DecisionCounts,
    /// What the engine does.
    pub(crate) engine: EngineMeasures,
    /// How far a start has come.
    pub(crate) recovery: RecoveryProgress,
}

/// The connections of the port.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionCounts {
    open: Gauge,
    accepted: Counter,
    /// Handshakes of TLS that came to nothing.
    pub(crate) handshakes_failed: Counter,
    /// Connections that were turned away, for there were too many.
    pub(crate) turned_away: Counter,
}

/// The spans of calls that are to be sent to a collector.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpanCounts {
    sent: Counter,
    dropped: Counter,
}

impl SpanCounts {
    /// Counts spans that the collector took.
    pub(crate) fn sent(&self, count: u64) {
        self.sent.inc_by(count);
    }

    /// Counts spans that found no room in the queue, or were not taken.
    pub(crate) fn dropped(&self, count: u64) {
        self.dropped.inc_by(count);
    }
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnection(Gauge);

/// The measures of the engine's threads.
#[derive(Clone, Debug)]
pub(crate) struct EngineMeasures {
    queue_seconds: Histogram,
    group_events: Histogram,
    group_answers: Histogram,
    commit_seconds: Histogram,
    sync_seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix(catalogue::PREFIX);
        let calls = Family::default();
        let call_seconds = Family::new_with_constructor(spans::call as fn() -> Histogram);
        let calls_running = Gauge::default();
        let refused = Family::default();
        let connections = ConnectionCounts::default();
        let of_traces = SpanCounts::default();
        let decisions = DecisionCounts::default();
        let engine = EngineMeasures {
            queue_seconds: spans::short(),
            group_events: spans::counts(),
            group_answers: spans::counts(),
            commit_seconds: spans::short(),
            sync_seconds: spans::short(),
        };
        names::CALLS.register(&mut registry, calls.clone());
        names::CALL_SECONDS.register(&mut registry, call_seconds.clone());
        names::CALLS_RUNNING.register(&mut registry, calls_running.clone());
        names::REFUSED.register(&mut registry, refused.clone());
        names::CONNECTIONS.register(&mut registry, connections.open.clone());
        names::CONNECTIONS_ACCEPTED.register(&mut registry, connections.accepted.clone());
        let failed = connections.handshakes_failed.clone();
        names::HANDSHAKES_FAILED.register(&mut registry, failed);
        let turned_away = connections.turned_away.clone();
        names::CONNECTIONS_TURNED_AWAY.register(&mut registry, turned_away);
        names::SPANS_SENT.register(&mut registry, of_traces.sent.clone());
        names::SPANS_DROPPED.register(&mut registry, of_traces.dropped.clone());
        decisions.register(&mut registry);
        names::QUEUE_SECONDS.register(&mut registry, engine.queue_seconds.clone());
        names::GROUP_EVENTS.register(&mut registry, engine.group_events.clone());
        names::GROUP_ANSWERS.register(&mut registry, engine.group_answers.clone());
        names::COMMIT_SECONDS.register(&mut registry, engine.commit_seconds.clone());
        names::SYNC_SECONDS.register(&mut registry, engine.sync_seconds.clone());
        Metrics {
            registry,
            begun: Instant::now(),
            calls,
            call_seconds,
            calls_running,
            refused,
            connections,
            spans: of_traces,
            decisions,
            engine,
            recovery: RecoveryProgress::default(),
        }
    }
}

impl Metrics {
    /// Metrics at 0, which many threads share.
    pub fn shared() -> Arc<Metrics> {
        Arc::default()
    }

    /// How long the process counts.
    pub(crate) fn uptime(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Notes that a call began.
    pub(crate) fn call_began(&self) {
        self.calls_running.inc();
    }

    /// Notes that a call ended. The method is of the contract and has a class, or both are [`labels::OTHER`].
    pub(crate) fn call_ended(
        &self,
        (method, class): (&'static str, &'static str),
        code: &'static str,
        refused: Option<ErrorReason>,
        took: Duration,
    ) {
        self.calls_running.dec();
        self.calls.get_or_create(&CallLabels { method, code }).inc();
        self.call_seconds
            .get_or_create(&MethodLabels { method })
            .observe(took.as_secs_f64());
        if let Some(reason) = refused {
            let labels = ReasonLabels::of(class, reason);
            self.refused.get_or_create(&labels).inc();
        }
    }
}

impl ConnectionCounts {
    /// Counts a connection that was accepted.
    pub(crate) fn accept(&self) -> OpenConnection {
        self.accepted.inc();
        self.open.inc();
        OpenConnection(self.open.clone())
    }

    /// How many are open.
    pub(crate) fn open(&self) -> u64 {
        u64::try_from(self.open.get()).unwrap_or(0)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl EngineMeasures {
    /// A task waited so long for the deciding thread.
    pub(crate) fn waited(&self, queued: Duration) {
        self.queue_seconds.observe(queued.as_secs_f64());
    }

    /// A group of so many events and answers was appended in so much time, of which `sync` was for the disk to have it.
    pub(crate) fn committed(
        &self,
        (events, answers): (usize, usize),
        took: Duration,
        sync: Duration,
    ) {
        self.group_events.observe(events as f64);
        self.group_answers.observe(answers as f64);
        if events > 0 {
            self.commit_seconds.observe(took.as_secs_f64());
            self.sync_seconds.observe(sync.as_secs_f64());
        }
    }
}
