//! Leaves that were read lately.

use super::leaf::Leaf;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Leaves in memory: those of the present round and those of the round before. When the present round is full, the
/// older one is dropped.
pub(super) struct LeafCache {
    round_bytes_max: usize,
    rounds: Mutex<Rounds>,
}

#[derive(Default)]
struct Rounds {
    present: HashMap<usize, Arc<Leaf>>,
    before: HashMap<usize, Arc<Leaf>>,
    present_bytes: usize,
}

impl LeafCache {
    /// A cache of at most `bytes_max` bytes, and of at least two leaves.
    pub(super) fn new(bytes_max: usize) -> LeafCache {
        LeafCache {
            round_bytes_max: bytes_max / 2,
            rounds: Mutex::default(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Arc<Leaf>> {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = rounds.present.get(&index) {
            return Some(leaf.clone());
        }
        let leaf = rounds.before.remove(&index)?;
        rounds.add(index, &leaf, self.round_bytes_max);
        Some(leaf)
    }

    pub(super) fn put(&self, index: usize, leaf: &Arc<Leaf>) {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.add(index, leaf, self.round_bytes_max);
    }
}

impl Rounds {
    fn add(&mut self, index: usize, leaf: &Arc<Leaf>, bytes_max: usize) {
        if self.present_bytes + leaf.bytes > bytes_max {
            self.before = std::mem::take(&mut self.present);
            self.present_bytes = 0;
        }
        self.present_bytes += leaf.bytes;
        self.present.insert(index, leaf.clone());
    }
}
