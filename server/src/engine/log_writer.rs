//! The thread that appends to the log. For each group, in this order: the group becomes durable, its playbook becomes
//! live, its callers get their answers, watchers get the events, and its changes go to the rows.

use super::EngineHealth;
use super::batch::{Batch, Changes, Live};
use super::pressure::Pressure;
use super::progress::{EngineStep, Progress};
use crate::keys::{KeyNumber, Keys};
use crate::metrics::Metrics;
use crate::store::Log;
use crate::tail::Tail;
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;
use tokio::sync::watch;

/// Appends groups until there are no more. After a failure nothing is appended, undone or tried again, and every caller
/// gets [`super::EngineError::Failed`]: the outcome is unknown.
pub(super) fn run(
    (mut log, keys): (Log, Option<&Keys>),
    groups: Receiver<Batch>,
    changes: Sender<Changes>,
    tail: &Tail,
    (live, log_time): (watch::Sender<Live>, Arc<AtomicI64>),
    health: watch::Sender<EngineHealth>,
    (metrics, progress, pressure): (&Metrics, &Progress, &Pressure),
) {
    for group in groups {
        progress.at(EngineStep::Commit);
        let begun = Instant::now();
        let size = (group.events.len(), group.pending.len());
        let failed = *health.borrow() == EngineHealth::Failed;
        // The events first: a start destroys the keys that a crash left.
        if failed || !append(&mut log, group.after.0, group.events) || !destroy(keys, &group.erased)
        {
            health.send_replace(EngineHealth::Failed);
            group
                .pending
                .into_iter()
                .for_each(super::batch::Pending::fail);
            progress.rests(EngineStep::Commit);
            continue;
        }
        let took = begun.elapsed();
        pressure.committed(took);
        log_time.store(group.changes.now.0, Ordering::Relaxed);
        // Before the answers: a caller that gets the answer to a publication must find the playbook live.
        if let Some(now) = group.live {
            live.send_replace(now);
        }
        group
            .pending
            .into_iter()
            .for_each(super::batch::Pending::answer);
        if !group.watched.is_empty() {
            // Watchers read from the log again, where what was erased is not.
            let watched = match group.erased.is_empty() {
                true => group.watched,
                false => vec![None],
            };
            tail.grow(group.changes.last, watched);
        }
        if !group.changes.rows.is_empty() && changes.send(group.changes).is_err() {
            health.send_replace(EngineHealth::Failed);
        }
        metrics.engine.committed(size, took, log.last_sync());
        for recorded in &group.recorded {
            metrics.decisions.count(&recorded.event);
        }
        progress.rests(EngineStep::Commit);
    }
}

fn destroy(keys: Option<&Keys>, numbers: &[KeyNumber]) -> bool {
    let destroyed = match keys.filter(|_| !numbers.is_empty()) {
        Some(keys) => keys.destroy(numbers),
        None => Ok(()),
    };
    if let Err(error) = &destroyed {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "keys could not be destroyed; taking no more work, the next start destroys them"
        );
    }
    destroyed.is_ok()
}

fn append(log: &mut Log, after: u64, events: Vec<Vec<u8>>) -> bool {
    if events.is_empty() {
        return true;
    }
    match log.append(after, events) {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the log could not be written; taking no more work"
            );
            false
        }
    }
}
