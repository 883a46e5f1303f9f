//! Lists take turns, for they read from disk. When the wait would be long, those who can come again later are sent
//! away.

use crate::engine::{CallClass, CallTimes, EngineError};
use crate::grpc::status;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};
use tonic::Status;

/// The maximum number of pages of lists that are read at the same time.
const LISTING_MAX: usize = 8;
/// The longest wait for a turn that a list or a report is let into.
pub(super) const LIST_WAIT_MAX: Duration = Duration::from_millis(500);
/// The weight of a new list in their mean time: one in so many.
const MEAN_WEIGHT: u64 = 8;

/// Who waits for a turn.
#[derive(Debug)]
pub(super) struct ListQueue {
    turns: Semaphore,
    waiting: AtomicUsize,
    mean_nanos: AtomicU64,
}

/// A turn, until this is dropped.
#[derive(Debug)]
pub(super) struct ListTurn<'a> {
    of: &'a ListQueue,
    began: Instant,
    _turn: SemaphorePermit<'a>,
}

impl ListQueue {
    pub(super) fn new() -> ListQueue {
        ListQueue {
            turns: Semaphore::new(LISTING_MAX),
            waiting: AtomicUsize::new(0),
            mean_nanos: AtomicU64::new(0),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED, if a list or a report would wait for longer than [`LIST_WAIT_MAX`].
    pub(super) async fn turn(&self) -> Result<ListTurn<'_>, Status> {
        let class = CallTimes::current().class;
        if class == CallClass::Report && self.wait() > LIST_WAIT_MAX {
            return Err(status::halted(EngineError::Overloaded(class)));
        }
        let waiting = Waiting::begin(&self.waiting);
        let turn = self.turns.acquire().await;
        drop(waiting);
        Ok(ListTurn {
            of: self,
            began: Instant::now(),
            _turn: turn.map_err(|_| status::internal())?,
        })
    }

    /// How long one more would wait.
    fn wait(&self) -> Duration {
        let waiting = self.waiting.load(Ordering::Relaxed) as u64;
        let each = self.mean_nanos.load(Ordering::Relaxed) / LISTING_MAX as u64;
        Duration::from_nanos(waiting.saturating_mul(each))
    }
}

impl Drop for ListTurn<'_> {
    fn drop(&mut self) {
        let took = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX / MEAN_WEIGHT);
        let mean = &self.of.mean_nanos;
        // Two at once may lose one of them: it is a mean.
        let before = mean.load(Ordering::Relaxed);
        let next = before - before / MEAN_WEIGHT + took / MEAN_WEIGHT;
        mean.store(next, Ordering::Relaxed);
    }
}

/// Counts one who waits, until this is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Waiting<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
