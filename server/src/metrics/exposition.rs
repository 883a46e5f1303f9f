//! The text that a scrape gets, in the format of OpenMetrics 1.0.

use super::catalogue::{self as names, MetricEntry};
use super::labels::{AuditHeadLabels, BuildLabels, OutcomeLabels, PartLabels, PlaybookLabels};
use super::observed::{Observed, ServerFigures};
use super::process::resident_bytes;
use crate::audit::AuditFigures;
use crate::engine::{Clock, EngineFigures};
use crate::oidc::IssuerFigures;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::fmt;

/// The content type of the text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that the catalogue names and that is known now. Blocks for a look at the disk.
///
/// # Errors
/// Never: a text takes what is written to it.
pub fn written(observed: &Observed) -> Result<String, fmt::Error> {
    let figures = observed.figures();
    let mut now = Present(Registry::with_prefix(names::PREFIX));
    now.of_server(&figures);
    if let Some(engine) = &figures.engine {
        now.of_engine(engine);
    }
    if let Some(audit) = &figures.audit {
        now.of_audit(audit);
    }
    now.memory(&figures);
    let mut text = String::new();
    encode_registry(&mut text, &observed.metrics().registry)?;
    encode_registry(&mut text, &now.0)?;
    encode_eof(&mut text)?;
    Ok(text)
}

/// What is so at the moment of the scrape.
struct Present(Registry);

impl Present {
    fn put(&mut self, entry: &MetricEntry, value: u64) {
        entry.register(
            &mut self.0,
            ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)),
        );
    }

    fn seconds(&mut self, entry: &MetricEntry, value: f64) {
        entry.register(&mut self.0, ConstGauge::new(value));
    }

    fn of_server(&mut self, figures: &ServerFigures) {
        self.put(&names::READY, u64::from(figures.is_ready));
        self.seconds(&names::UPTIME_SECONDS, figures.uptime.as_secs_f64());
        if let Some(expires) = figures.certificate_expires {
            self.seconds(&names::CERTIFICATE_EXPIRY, expires as f64);
        }
        if let Some(issuer) = &figures.issuer {
            self.of_issuer(issuer);
        }
        let version = env!("CARGO_PKG_VERSION");
        names::BUILD.register(&mut self.0, Info::new(BuildLabels { version }));
    }

    fn of_issuer(&mut self, issuer: &IssuerFigures) {
        self.put(&names::ISSUER_KEYS, issuer.keys as u64);
        if let Some(age) = issuer.age(Clock::machine()) {
            self.seconds(&names::ISSUER_KEYS_AGE_SECONDS, age.as_secs_f64());
        }
        let fetches = Family::<OutcomeLabels, Counter>::default();
        for (outcome, count) in [("got", issuer.got), ("failed", issuer.failed)] {
            let counter = fetches.get_or_create_owned(&OutcomeLabels { outcome });
            counter.inc_by(count);
        }
        names::ISSUER_FETCHES.register(&mut self.0, fetches);
    }

    fn of_engine(&mut self, engine: &EngineFigures) {
        self.put(&names::WATCHES, engine.watchers as u64);
        if let Some(live) = &engine.live {
            let (name, version) = (live.name.to_string(), live.version.to_string());
            names::PLAYBOOK.register(&mut self.0, Info::new(PlaybookLabels { name, version }));
        }
        self.put(&names::UP_TO_EVENT, engine.durable.0);
        self.put(&names::QUEUE_TASKS, engine.queue_tasks as u64);
        self.put(&names::ROWS_BEHIND, engine.rows_behind());
        self.put(&names::TIMERS, engine.timers.count as u64);
        self.put(&names::TIMERS_DUE, engine.timers.due as u64);
        self.seconds(
            &names::TIMER_DELAY_SECONDS,
            engine.timer_delay().as_secs_f64(),
        );
        self.seconds(
            &names::ENGINE_STALLED_SECONDS,
            engine.slowest.since.as_secs_f64(),
        );
        self.put(&names::LOG_BYTES, engine.stored.log_bytes);
        self.put(&names::LOG_SEGMENTS, engine.stored.segments);
        self.put(&names::LOG_SEGMENTS_DAMAGED, engine.damaged.len() as u64);
        self.put(&names::ROWS_BYTES, engine.stored.rows_bytes);
        self.put(&names::DISK_FREE_BYTES, engine.free_bytes);
        self.put(&names::DISK_FLOOR_BYTES, engine.floor_bytes);
        self.put(&names::WRITES_TAKEN, u64::from(engine.takes_writes()));
        self.put(&names::ROWS_IN_MEMORY, engine.rows_held as u64);
    }

    fn of_audit(&mut self, audit: &AuditFigures) {
        self.put(&names::AUDIT_WRITTEN, u64::from(audit.failed.is_none()));
        self.put(&names::AUDIT_LAST_RECORD, audit.head.number);
        self.put(&names::AUDIT_RECORDS_LOST, audit.lost);
        let record = audit.told.number;
        let hash = audit.told.hash_text();
        names::AUDIT_HEAD.register(&mut self.0, Info::new(AuditHeadLabels { record, hash }));
    }

    fn memory(&mut self, figures: &ServerFigures) {
        let parts = Family::<PartLabels, Gauge>::default();
        let put = |part, bytes: u64| {
            let gauge = parts.get_or_create_owned(&PartLabels { part });
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        };
        if let Some(bytes) = resident_bytes() {
            put("resident", bytes);
        }
        if let Some(engine) = &figures.engine {
            put("tail", engine.memory.tail);
            put("filters", engine.memory.filters);
            put("rows", engine.memory.rows);
        }
        names::MEMORY_BYTES.register(&mut self.0, parts);
    }
}
