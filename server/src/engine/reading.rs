//! Reading events off the threads that serve.
//!
//! Looking an event up may wait for the disk, and opening a closed segment takes 20 ms to 2 s. Both are done on threads
//! that tokio keeps for what blocks, in lanes of their own: a few events never wait behind long pages, nor what is open
//! behind what must be opened.

use super::{EngineError, unreadable};
use crate::codec;
use crate::store::LogReader;
use signpost_domain::event::Recorded;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Events that count as few: a contact with all its matters.
const FEW_EVENTS_MAX: usize = 16;
/// Readers of few events at once.
const FEW_READERS_MAX: usize = 4;
/// Readers of more events at once: each fills a core while it reads.
const MANY_READERS_MAX: usize = 1;
/// Readers for whom closed segments are opened at once, of few events and of more.
const OPENERS_MAX: usize = 1;

/// Reads events for tasks.
pub(super) struct Reading {
    log: LogReader,
    few: Lanes,
    many: Lanes,
}

/// Turns to read.
struct Lanes {
    open: Arc<Semaphore>,
    closed: Arc<Semaphore>,
}

impl Lanes {
    fn new(readers: usize) -> Lanes {
        Lanes {
            open: Arc::new(Semaphore::new(readers)),
            closed: Arc::new(Semaphore::new(OPENERS_MAX)),
        }
    }
}

impl Reading {
    pub(super) fn new(log: LogReader) -> Reading {
        Reading {
            log,
            few: Lanes::new(FEW_READERS_MAX),
            many: Lanes::new(MANY_READERS_MAX),
        }
    }

    /// What `make` makes of these events, in their order, on the thread that read them. A caller that leaves does not
    /// end a read, nor does a server that stops: it is waited for.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when one does not read.
    pub(super) async fn events<T: Send + 'static>(
        &self,
        sequences: Vec<u64>,
        make: impl FnOnce(Vec<Arc<Recorded>>) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let lanes = match sequences.len() <= FEW_EVENTS_MAX {
            true => &self.few,
            false => &self.many,
        };
        let lane = match self.log.are_open(&sequences) {
            true => &lanes.open,
            false => &lanes.closed,
        };
        let turn = lane.clone().acquire_owned().await;
        let turn = turn.map_err(|_| EngineError::Stopping)?;
        let log = self.log.clone();
        let read = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let events = log.get_all(&sequences).map_err(unreadable)?.into_iter();
            let events = sequences.iter().zip(events);
            let events = events.map(|(seq, bytes)| {
                let bytes = bytes.ok_or(EngineError::Corrupt)?;
                decoded(*seq, &bytes).map(Arc::new)
            });
            Ok(make(events.collect::<Result<_, EngineError>>()?))
        });
        read.await.map_err(|_| EngineError::Stopping)?
    }
}

/// An event of the log as it is stored.
///
/// # Errors
/// [`EngineError::Corrupt`] when it does not read, which is logged.
pub(crate) fn decoded(seq: u64, bytes: &[u8]) -> Result<Recorded, EngineError> {
    codec::events::decode(bytes).map_err(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, seq, "an event does not read");
        EngineError::Corrupt
    })
}
