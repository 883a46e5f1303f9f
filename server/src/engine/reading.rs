//! Reads events off the threads that serve.
//!
//! A read of an event may wait for the disk, and opening a closed segment takes 20 ms to 2 s. Both run on tokio's
//! threads for blocking work, in separate lanes: reads of few events never wait behind long pages, and reads of open
//! segments never wait behind the opening of closed ones. These threads have a lower priority than those that serve, so
//! that whoever reads much does not make others wait for a core.

use super::{EngineError, unreadable};
use crate::codec;
use crate::store::LogReader;
use signpost_domain::event::Recorded;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The maximum number of events of a read that counts as small: a contact with all its matters.
const FEW_EVENTS_MAX: usize = 16;
/// The maximum number of reads of few events at the same time.
const FEW_READERS_MAX: usize = 4;
/// The maximum number of reads of more events at the same time. Each fills one core while it reads.
const MANY_READERS_MAX: usize = 1;
/// Maximum number of reads at the same time for which closed segments are opened. Reads of few events and reads of more
/// events are counted separately.
const OPENERS_MAX: usize = 1;

/// The niceness of threads that read, from 0 (as the threads that serve) to 19 (the lowest priority).
pub const READING_NICENESS: i32 = 10;

/// Reads events for tasks.
pub(super) struct Reading {
    log: LogReader,
    few: Lanes,
    many: Lanes,
}

/// The turns of reads: one lane for open segments, one for closed segments.
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

    /// Reads these events in the order of `sequences`, and returns the result of `make`, which runs on the thread that
    /// read them. If the caller goes away, the read still runs to its end. A server that stops waits for this.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when an event cannot be read. [`EngineError::Stopping`] when
    /// the server stops.
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
            lower_priority();
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

/// Lowers the priority of the calling thread, for good: it is one of tokio's threads for blocking work. Elsewhere than
/// on Linux, the priority would be that of the whole process, and nothing happens.
pub(crate) fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, READING_NICENESS) {
        tracing::debug!(%error, "the priority of a reading thread could not be lowered");
    }
}

/// Decodes an event of the log.
///
/// # Errors
/// [`EngineError::Corrupt`] when the event cannot be decoded; the reason is logged.
pub(crate) fn decoded(seq: u64, bytes: &[u8]) -> Result<Recorded, EngineError> {
    codec::events::decode(bytes).map_err(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, seq, "an event does not read");
        EngineError::Corrupt
    })
}
