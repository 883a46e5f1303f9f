//! The catalogue of all metrics: the only place that names one. docs/operating.md shows it; a test makes the page of
//! it.

use prometheus_client::registry::{Metric, Registry};

/// What the name of every metric begins with.
pub const PREFIX: &str = "signpost";

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It grows until the process ends. Its sample has the name with `_total`.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It counts measures by size. Its samples have the name with `_bucket`, `_sum` and `_count`.
    Histogram,
    /// It is 1, and its labels say something. Its sample has the name with `_info`.
    Info,
}

/// A metric.
#[derive(Debug)]
pub struct MetricEntry {
    name: &'static str,
    /// How it behaves.
    pub kind: MetricKind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

use MetricKind::{Counter, Gauge, Histogram, Info};

const fn entry(
    name: &'static str,
    kind: MetricKind,
    labels: &'static [&'static str],
    help: &'static str,
) -> MetricEntry {
    MetricEntry {
        name,
        kind,
        labels,
        help,
    }
}

macro_rules! catalogue {
    ($($constant:ident = $entry:expr;)*) => {
        $(pub(super) static $constant: MetricEntry = $entry;)*

        /// Every metric, in the order of the documentation.
        pub static ALL: &[&MetricEntry] = &[$(&$constant),*];
    };
}

catalogue! {
    // What comes in.
    CALLS = entry("calls", Counter, &["method", "code"],
        "Calls that ended, by method of the contract and gRPC code. CANCELLED also counts callers that went away");
    CALL_SECONDS = entry("call_seconds", Histogram, &["method"],
        "How long calls took, in seconds, from the headers of the request to the end of the answer. A watch takes as long as it is open");
    CALLS_RUNNING = entry("calls_running", Gauge, &[],
        "Calls under way, open watches among them");
    REFUSED = entry("refused", Counter, &["class", "reason"],
        "Calls that were refused or failed, by ErrorReason and by what they are worth under overload: report, watch, route, live. What was shed is among them: OVERLOADED, BUSY; what was over a limit: RATE_LIMITED, TOO_MANY_CALLS, TOO_MANY_WATCHERS, DISK_FULL");
    CONNECTIONS = entry("connections", Gauge, &[],
        "Open connections to the port of the contract");
    CONNECTIONS_ACCEPTED = entry("connections_accepted", Counter, &[],
        "Connections that were accepted");
    HANDSHAKES_FAILED = entry("tls_handshakes_failed", Counter, &[],
        "Handshakes of TLS that failed or took too long");
    CONNECTIONS_TURNED_AWAY = entry("connections_turned_away", Counter, &[],
        "Connections that were closed at once, for too many were open, from their address or in all");
    WATCHES = entry("watches", Gauge, &[],
        "Open watches of events, cases and contacts");
    SPANS_SENT = entry("spans_sent", Counter, &[],
        "Spans of calls that the collector took; 0 without otlp-endpoint");
    SPANS_DROPPED = entry("spans_dropped", Counter, &[],
        "Spans of calls that were dropped: 8192 waited already, or the collector was away or refused them");
    // What is decided.
    CONTACTS = entry("contacts", Counter, &["channel"],
        "New contacts that are on disk, by channel. Above 64 channels the rest counts as (other)");
    DECISIONS = entry("decisions", Counter, &["channel", "route"],
        "Decisions for contacts, new or amended, by channel and best route; none: the customer is asked for a reason or a fact first");
    TOLD_WAIT_SECONDS = entry("told_wait_seconds", Histogram, &["route"],
        "The expected wait on the best route of each decision, in seconds");
    EVENTS = entry("events", Counter, &["kind"],
        "Events that are on disk, by kind, as in docs/events.md");
    PLAYBOOK = entry("playbook", Info, &["name", "version"],
        "The live playbook");
    // The engine.
    UP_TO_EVENT = entry("log_last_event", Gauge, &[],
        "The sequence of the last event that is on disk");
    QUEUE_TASKS = entry("queue_tasks", Gauge, &[],
        "Commands and reads that wait for the deciding thread; at most 4096");
    QUEUE_SECONDS = entry("queue_seconds", Histogram, &[],
        "How long commands and reads waited for the deciding thread, in seconds");
    GROUP_EVENTS = entry("group_events", Histogram, &[],
        "Events that became durable together");
    GROUP_ANSWERS = entry("group_answers", Histogram, &[],
        "Answers that left together, with those of reads");
    COMMIT_SECONDS = entry("commit_seconds", Histogram, &[],
        "How long a group took to be on disk, in seconds, the sync included");
    SYNC_SECONDS = entry("sync_seconds", Histogram, &[],
        "How long the disk took to sync a group, in seconds");
    ROWS_BEHIND = entry("rows_behind_events", Gauge, &[],
        "Events that are in the log and not yet in the rows that lists read");
    TIMERS = entry("timers", Gauge, &[],
        "Timers that are set, of contacts and cases");
    TIMERS_DUE = entry("timers_due", Gauge, &[],
        "Timers that are due and have not fired; counted up to 10000");
    TIMER_DELAY_SECONDS = entry("timer_delay_seconds", Gauge, &[],
        "How long the oldest timer that has not fired is due, in seconds; 0: none is");
    ENGINE_STALLED_SECONDS = entry("engine_stalled_seconds", Gauge, &[],
        "How long the thread of the engine that is furthest behind has made no step, in seconds");
    // The disk.
    LOG_BYTES = entry("log_bytes", Gauge, &[],
        "What the log takes on disk, in bytes");
    LOG_SEGMENTS = entry("log_segments", Gauge, &[],
        "The segments of the log");
    LOG_SEGMENTS_DAMAGED = entry("log_segments_damaged", Gauge, &[],
        "The segments of the log in which a read found damage since the server started");
    ROWS_BYTES = entry("rows_bytes", Gauge, &[],
        "What the rows take on disk, in bytes");
    DISK_FREE_BYTES = entry("disk_free_bytes", Gauge, &[],
        "What is free on the disk of the store, in bytes");
    DISK_FLOOR_BYTES = entry("disk_floor_bytes", Gauge, &[],
        "What must be free so that writes are taken, in bytes");
    WRITES_TAKEN = entry("writes_taken", Gauge, &[],
        "1: writes are taken; 0: they are refused, and reads are answered");
    // The memory.
    AUDIT_WRITTEN = entry("audit_written", Gauge, &[],
        "1: the audit file is written; 0: it cannot be, so personal fields are masked and administrative acts are refused");
    AUDIT_LAST_RECORD = entry("audit_last_record", Gauge, &[],
        "The number of the last record of the audit file");
    AUDIT_RECORDS_LOST = entry("audit_records_lost", Gauge, &[],
        "Records that could not be written to the audit file since the server started");
    AUDIT_HEAD = entry("audit_head", Info, &["record", "hash"],
        "A head of the audit file, by which a cut shows: another one every ten minutes");
    MEMORY_BYTES = entry("memory_bytes", Gauge, &["part"],
        "Memory in bytes. resident: all of the process; tail: events for watchers; filters: which keys are not stored; rows: an estimate of what the store of the rows holds");
    ROWS_IN_MEMORY = entry("rows_in_memory", Gauge, &[],
        "Rows that the deciding thread has in memory");
    // The server.
    READY = entry("ready", Gauge, &[],
        "1: calls are answered; 0: the server starts, or stops");
    UPTIME_SECONDS = entry("uptime_seconds", Gauge, &[],
        "How long the process runs, in seconds");
    CERTIFICATE_EXPIRY = entry("certificate_expiry_timestamp_seconds", Gauge, &[],
        "When the first certificate in force expires, in seconds since 1970; absent without TLS");
    ISSUER_KEYS = entry("issuer_keys", Gauge, &[],
        "The keys of the identity provider that are in force; absent without one");
    ISSUER_KEYS_AGE_SECONDS = entry("issuer_keys_age_seconds", Gauge, &[],
        "How long ago the keys of the identity provider were last got, in seconds; absent until then");
    ISSUER_FETCHES = entry("issuer_fetches", Counter, &["outcome"],
        "How often the keys of the identity provider were got (got) and could not be got (failed), from its URL or its file; of a file, only when it changed");
    BUILD = entry("build", Info, &["version"],
        "The version of the program");
}

impl MetricEntry {
    /// The name, with the prefix and without what its samples have at their ends.
    pub fn full_name(&self) -> String {
        format!("{PREFIX}_{}", self.name)
    }

    /// The names of its samples.
    pub fn samples(&self) -> Vec<String> {
        let name = self.full_name();
        let ends: &[&str] = match self.kind {
            Counter => &["_total"],
            Gauge => &[""],
            Histogram => &["_bucket", "_sum", "_count"],
            Info => &["_info"],
        };
        ends.iter().map(|end| format!("{name}{end}")).collect()
    }

    /// Registers the metric under this entry.
    pub(super) fn register(&self, registry: &mut Registry, metric: impl Metric) {
        registry.register(self.name, self.help, metric);
    }
}

impl MetricKind {
    /// The word for it in the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Counter => "counter",
            Gauge => "gauge",
            Histogram => "histogram",
            Info => "info",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::with_part;
    use expect_test::expect_file;

    /// The part of docs/operating.md that is made of the catalogue: a metric without an entry there, or an entry
    /// without a metric, fails here.
    #[test]
    fn the_documentation_shows_the_catalogue() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md");
        let text = std::fs::read_to_string(page).unwrap_or_default();
        let mut lines = String::from("| metric | kind | labels | what |\n|---|---|---|---|\n");
        for entry in ALL {
            let labels: Vec<String> = entry.labels.iter().map(|it| format!("`{it}`")).collect();
            let (name, kind) = (entry.full_name(), entry.kind.as_str());
            let total = if entry.kind == Counter { "_total" } else { "" };
            let total = if entry.kind == Info { "_info" } else { total };
            lines += &format!(
                "| `{name}{total}` | {kind} | {} | {} |\n",
                labels.join(", "),
                entry.help
            );
        }
        let made = with_part(&text, "server/src/metrics/catalogue.rs", &lines);
        expect_file![page].assert_eq(&made);
    }

    #[test]
    fn no_name_stands_twice_and_none_ends_as_a_sample_does() {
        let mut names: Vec<&str> = ALL.iter().map(|entry| entry.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in names {
            for end in ["_total", "_bucket", "_sum", "_count", "_info"] {
                assert!(!name.ends_with(end), "{name}");
            }
        }
    }
}
