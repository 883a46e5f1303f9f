//! A piece of the log for one watcher: from the tail, or from disk if the tail does not reach back far enough.

use super::tail_batch::TailBatch;
use super::{Feeds, WatchEnd};
use crate::engine::{EngineError, decoded, unreadable};
use crate::store::StoreError;
use signpost_domain::event::Recorded;
use signpost_domain::ids::Seq;
use std::sync::Arc;

/// The maximum number of events of a piece.
const PIECE_EVENTS_MAX: usize = 512;
/// The bytes of events that are read from disk at once.
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// Events in order, without gaps, or that they are gone.
pub(super) enum LogChunk {
    /// Events of the tail.
    Tail(Arc<TailBatch>),
    /// Events read from disk.
    Log(Vec<Recorded>),
    /// The events were deleted from the log.
    TooOld,
}

impl Feeds {
    /// The events after `at`. Watchers may be sent events up to `last`; the piece has the events up to `last`, or as
    /// many as fit.
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
