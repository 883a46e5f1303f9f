//! How far a start has come, for whoever waits until the server is ready.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many events of the log a start folds, and how many it has folded.
#[derive(Debug, Default)]
pub struct RecoveryProgress {
    folded: AtomicU64,
    to_fold: AtomicU64,
}

impl RecoveryProgress {
    /// Notes how far the start is.
    pub(crate) fn note(&self, folded: u64, to_fold: u64) {
        self.folded.store(folded, Ordering::Relaxed);
        self.to_fold.store(to_fold, Ordering::Relaxed);
    }

    /// The events that were folded, and those that are to be folded in all.
    pub fn so_far(&self) -> (u64, u64) {
        let folded = self.folded.load(Ordering::Relaxed);
        (folded, self.to_fold.load(Ordering::Relaxed))
    }
}
