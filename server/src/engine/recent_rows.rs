//! Which contacts and cases the deciding thread has in memory because they changed lately, as far as other threads can
//! tell. A step on such a contact is sent to the deciding thread at once, without reading rows.
//!
//! It is a table of counters by the hash of a key. Two keys may share a counter, so the answer may be wrong; then the
//! deciding thread asks for the rows, and they are read.

use signpost_domain::state::RowKey;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

/// The number of counters: many more than the rows that are retained ([`super::decider`]), so that few keys share one.
/// In tests of this crate many keys share one.
pub(super) const COUNTERS: usize = if cfg!(test) { 4 } else { 256 * 1024 };

/// Counts, for each hash of a key, the changes whose row is in memory. The deciding thread alone writes.
pub(super) struct RecentRows {
    /// It has a secret of this process, so that nobody can choose ids that collide.
    hasher: RandomState,
    counters: Box<[AtomicU32]>,
}

impl RecentRows {
    /// Counters at 0.
    pub(super) fn new(counters: usize) -> RecentRows {
        RecentRows {
            hasher: RandomState::new(),
            counters: (0..counters).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// Notes a change whose row stays in memory.
    pub(super) fn add(&self, key: &RowKey) {
        if let Some(counter) = self.counter(key) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Undoes one [`RecentRows::add`].
    pub(super) fn remove(&self, key: &RowKey) {
        if let Some(counter) = self.counter(key) {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether the row is probably in memory. Always false for rows other than contacts and cases.
    pub(super) fn has(&self, key: &RowKey) -> bool {
        let counter = self.counter(key);
        counter.is_some_and(|counter| counter.load(Ordering::Relaxed) > 0)
    }

    fn counter(&self, key: &RowKey) -> Option<&AtomicU32> {
        if !matches!(key, RowKey::Contact(_) | RowKey::Case(_)) {
            return None;
        }
        let hash = self.hasher.hash_one(key) as usize;
        self.counters.get(hash.checked_rem(self.counters.len())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_domain::ids::{ContactId, CustomerId};

    #[test]
    fn a_contact_is_recent_while_one_of_its_changes_is_in_memory() {
        let recent = RecentRows::new(1 << 20);
        let [one, other] = ["one", "other"].map(|id| RowKey::Contact(ContactId::stored(id)));
        recent.add(&one);
        recent.add(&one);
        recent.remove(&one);
        assert!(recent.has(&one));
        recent.remove(&one);
        assert!(!recent.has(&one) && !recent.has(&other));
        let customer = RowKey::Customer(CustomerId::stored("one"));
        recent.add(&customer);
        assert!(!recent.has(&customer));
    }
}
