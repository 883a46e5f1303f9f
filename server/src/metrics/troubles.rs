//! What is wrong with a server, from its figures. Pure: figures and a time in, troubles out.

use super::observed::ServerFigures;
use crate::audit::AuditFigures;
use crate::engine::{EngineFigures, NO_PROGRESS_MAX, QUEUE_TASKS_MAX, ROWS_BEHIND_MAX};
use crate::oidc::IssuerFigures;
use crate::store::Room;
use crate::tls::EXPIRY_WARNED_DAYS;
use signpost_domain::time::UnixMs;
use std::time::Duration;

/// How late a timer may be before it is worth a word. A disk that was full for a minute makes timers late.
pub const TIMER_DELAY_MAX: Duration = Duration::from_secs(60);
/// How many events the rows may be behind before it is worth a word. They gather for half a second.
pub const ROWS_BEHIND_EVENTS_MAX: u64 = 100_000;
/// Free space is worth a word below this many times the floor.
const FREE_FLOORS_MIN: u64 = 2;
/// The queue is worth a word when it is fuller than this part of a hundred.
const QUEUE_PERCENT_MAX: usize = 50;
const S_PER_DAY: i64 = 24 * 60 * 60;
const MS_PER_S: i64 = 1_000;

/// Something that is wrong, or soon will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is, for programs. docs/operating.md has a section for each.
    pub kind: &'static str,
    /// Whether callers notice it.
    pub is_fault: bool,
    /// What is wrong and what to do.
    pub message: String,
}

fn fault(kind: &'static str, message: String) -> Trouble {
    Trouble {
        kind,
        is_fault: true,
        message,
    }
}

fn warning(kind: &'static str, message: String) -> Trouble {
    Trouble {
        is_fault: false,
        ..fault(kind, message)
    }
}

/// Every trouble of a server at this time, the worst first.
pub(crate) fn troubles(figures: &ServerFigures, now: UnixMs) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = figures.engine.iter().flat_map(of_engine).collect();
    found.extend(of_certificate(figures.certificate_expires, now));
    found.extend(figures.audit.iter().flat_map(of_audit));
    found.extend(figures.issuer.as_ref().and_then(|of| of_issuer(of, now)));
    found.sort_by_key(|trouble| !trouble.is_fault);
    found
}

fn of_engine(engine: &EngineFigures) -> Vec<Trouble> {
    let mut found = Vec::new();
    if engine.slowest.since >= NO_PROGRESS_MAX {
        let message = format!(
            "{}: start the server again, and look at the disk",
            engine.slowest
        );
        found.push(fault("engine_stalled", message));
    }
    let free = engine.free_bytes;
    match &engine.room {
        Room::Enough if engine.floor_bytes > 0 && free < FREE_FLOORS_MIN * engine.floor_bytes => {
            let message = format!(
                "{free} bytes are free on the disk; with less than {} writes are refused: make room",
                engine.floor_bytes
            );
            found.push(warning("disk_nearly_full", message));
        }
        Room::Enough => {}
        room => {
            let message = format!("writes are refused, reads are answered: {room}");
            found.push(fault("writes_refused", message));
        }
    }
    for segment in &engine.damaged {
        let message = format!(
            "the segment {} of the log, with the events {} to {}, does not read, so what needs these events is not \
             answered: stop the server when you can, run signpost doctor, and restore the segment. {}",
            segment.folder, segment.first, segment.last, segment.what
        );
        found.push(fault("log_damaged", message));
    }
    let delay = engine.timer_delay();
    if delay >= TIMER_DELAY_MAX {
        let message = format!(
            "{} timers are due and have not fired, the oldest for {} s",
            engine.timers.due,
            delay.as_secs()
        );
        found.push(fault("timers_late", message));
    }
    if engine.queue_tasks * 100 >= QUEUE_TASKS_MAX * QUEUE_PERCENT_MAX {
        let message = format!(
            "{} of at most {QUEUE_TASKS_MAX} commands and reads wait to be decided: callers send faster than the \
             server decides",
            engine.queue_tasks
        );
        found.push(fault("queue_full", message));
    }
    if engine.rows_behind() > ROWS_BEHIND_EVENTS_MAX {
        let message = format!(
            "the rows are {} events behind the log: lists may be refused after {} s",
            engine.rows_behind(),
            ROWS_BEHIND_MAX.as_secs()
        );
        found.push(warning("rows_behind", message));
    }
    if engine.live.is_none() {
        let message = "no playbook is live: nothing is routed until one is published".to_owned();
        found.push(fault("no_playbook", message));
    }
    found
}

fn of_audit(audit: &AuditFigures) -> Vec<Trouble> {
    let mut found = Vec::new();
    if let Some(why) = &audit.failed {
        let message = format!(
            "the audit file cannot be written, so personal fields are masked and administrative acts are refused: {why}"
        );
        found.push(fault("audit_not_written", message));
    }
    if let Some(damage) = &audit.damage {
        let message = format!(
            "the end of the audit file did not hold at the start, and a new file goes on: run signpost audit verify. \
             {damage}"
        );
        found.push(warning("audit_damaged", message));
    }
    found
}

fn of_certificate(expires: Option<i64>, now: UnixMs) -> Option<Trouble> {
    let left = expires? - now.0.div_euclid(MS_PER_S);
    match left {
        ..0 => {
            let message = "a certificate has expired: clients refuse it; renew it".to_owned();
            Some(fault("certificate_expired", message))
        }
        left if left < EXPIRY_WARNED_DAYS * S_PER_DAY => {
            let message = format!(
                "a certificate expires in {} days: renew it",
                left / S_PER_DAY
            );
            Some(warning("certificate_expires", message))
        }
        _ => None,
    }
}

/// An identity provider whose keys cannot be got.
fn of_issuer(issuer: &IssuerFigures, now: UnixMs) -> Option<Trouble> {
    let what = issuer.fault.as_ref()?;
    let source = &issuer.source;
    Some(match issuer.age(now) {
        Some(age) => {
            let message = format!(
                "the keys of the identity provider could not be got again from {source}, last {} s ago: {what}. The {} \
                 keys of before stay in force: tokens with newer keys are refused",
                age.as_secs(),
                issuer.keys
            );
            warning("issuer_keys_old", message)
        }
        None => {
            let message = format!(
                "there are no keys of the identity provider, so its tokens are refused: {source} {what}"
            );
            fault("issuer_keys_missing", message)
        }
    })
}

#[cfg(test)]
mod tests;
