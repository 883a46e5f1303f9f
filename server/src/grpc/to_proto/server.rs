//! How the server is.

use super::time::timestamp;
use crate::engine::EngineFigures;
use crate::metrics::{ServerFigures, Trouble, resident_bytes, troubles};
use prost_types::Timestamp;
use signpost_domain::time::{Millis, UnixMs};
use signpost_proto::v1;

/// The answer to GetServerStatus, without what only the port knows. Figures of an engine that is not there are 0.
pub(crate) fn status(figures: &ServerFigures, now: UnixMs) -> v1::GetServerStatusResponse {
    let uptime = Millis(i64::try_from(figures.uptime.as_millis()).unwrap_or(i64::MAX));
    let expires = |seconds| Timestamp { seconds, nanos: 0 };
    let engine = figures.engine.as_ref();
    v1::GetServerStatusResponse {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        start_time: Some(timestamp(now - uptime)),
        server_time: Some(timestamp(now)),
        troubles: troubles(figures, now).into_iter().map(trouble).collect(),
        resident_memory_bytes: resident_bytes().unwrap_or(0),
        certificate_expire_time: figures.certificate_expires.map(expires),
        connection_count: u32::try_from(figures.connections).unwrap_or(u32::MAX),
        ..engine.map(of_engine).unwrap_or_default()
    }
}

fn of_engine(engine: &EngineFigures) -> v1::GetServerStatusResponse {
    let live = engine.live.as_ref();
    v1::GetServerStatusResponse {
        takes_writes: engine.takes_writes(),
        rows_behind_event_count: engine.rows_behind(),
        queued_task_count: count(engine.queue_tasks),
        timer_count: engine.timers.count as u64,
        next_due_time: engine.timers.next_due.map(timestamp),
        disk_free_bytes: engine.free_bytes,
        disk_floor_bytes: engine.floor_bytes,
        log_bytes: engine.stored.log_bytes,
        rows_bytes: engine.stored.rows_bytes,
        playbook_name: live.map_or_else(String::new, |live| live.name.to_string()),
        playbook_version: live.map_or_else(String::new, |live| live.version.to_string()),
        watch_count: count(engine.watchers),
        ..v1::GetServerStatusResponse::default()
    }
}

fn trouble(trouble: Trouble) -> v1::ServerTrouble {
    let severity = match trouble.is_fault {
        true => v1::TroubleSeverity::Fault,
        false => v1::TroubleSeverity::Warning,
    };
    v1::ServerTrouble {
        severity: severity.into(),
        kind: trouble.kind.to_owned(),
        message: trouble.message,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
