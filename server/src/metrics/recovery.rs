//! How far a start has come, for whoever waits until the server is ready, and whether it is to go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many events of the log a start folds, and how many it has folded.
#[derive(Debug, Default)]
pub struct RecoveryProgress {
    folded: AtomicU64,
    to_fold: AtomicU64,
    /// Whether the server is to stop before it has started.
    is_to_stop: AtomicBool,
}

impl RecoveryProgress {
    /// Notes how far the start is.
    pub(crate) fn note(&self, folded: u64, to_fold: u64) {
        self.folded.store(folded, Ordering::Relaxed);
        self.to_fold.store(to_fold, Ordering::Relaxed);
    }

    /// Asks the start to stop where it is. The next one goes on from there.
    pub(crate) fn ask_to_stop(&self) {
        self.is_to_stop.store(true, Ordering::Relaxed);
    }

    /// Whether the start is to stop.
    pub(crate) fn is_to_stop(&self) -> bool {
        self.is_to_stop.load(Ordering::Relaxed)
    }

    /// The events that were folded, and those that are to be folded in all.
    pub fn so_far(&self) -> (u64, u64) {
        let folded = self.folded.load(Ordering::Relaxed);
        (folded, self.to_fold.load(Ordering::Relaxed))
    }
}
