//! A piece of the log for one watcher: from the tail, or from disk where the tail does not reach so far back.

use super::tail_batch::TailBatch;
use super::{Feeds, WatchEnd};
use crate::engine::{EngineError, decoded, unreadable};
use crate::store::StoreError;
use signpost_domain::event::Recorded;
use signpost_domain::ids::Seq;
use std::sync::Arc;

/// Most events of a piece.
const PIECE_EVENTS_MAX: usize = 512;
/// Bytes of events that are read from disk at once.
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// Events in order, without gaps.
pub(super) enum LogChunk {
    /// Of the tail.
    Tail(Arc<TailBatch>),
    /// From disk.
    Log(Vec<Recorded>),
    /// The log keeps nothing so old.
    TooOld,
}

impl Feeds {
    /// The events behind `at`, of which the last is told by now: `last`, or as many as a piece holds.
    pub(super) async fn piece(&self, at: Seq, last: Seq) -> Result<LogChunk, WatchEnd> {
        let from = Seq(at.0 + 1);
        let whole = Seq(at.0 + PIECE_EVENTS_MAX as u64).min(last);
        let read = || self.engine.tail().range(from, PIECE_EVENTS_MAX);
        if let Some(digest) = self.digests.get(from, whole, read) {
            return Ok(LogChunk::Tail(digest));
        }
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|_| WatchEnd::Halted(EngineError::Stopping))?;
        let log = self.engine.log().clone();
        let read = tokio::task::spawn_blocking(move || {
            if from.0 < log.first() {
                return Ok(LogChunk::TooOld);
            }
            match log.range(from.0, PIECE_EVENTS_MAX, PIECE_BYTES_MAX) {
                Ok(events) => {
                    let events = events.iter().map(|(seq, bytes)| decoded(*seq, bytes));
                    events.collect::<Result<_, _>>().map(LogChunk::Log)
                }
                Err(StoreError::Trimmed { .. }) => Ok(LogChunk::TooOld),
                Err(error) => Err(unreadable(error)),
            }
        });
        let read = read
            .await
            .map_err(|_| WatchEnd::Halted(EngineError::Stopping))?;
        Ok(read?)
    }
}
