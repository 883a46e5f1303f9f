//! Whether a store has the state that a cursor or a revision names.

use super::cursor::StoreIdPrefix;
use crate::engine::Engine;
use signpost_domain::ids::Seq;

/// Where a state belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// To this store, or to one that it was restored of, before the restore.
    Ours,
    /// To a store that this one was restored of, after the last event that was restored.
    Lost {
        /// The sequence of that event.
        restored: u64,
    },
    /// To another store.
    Other,
}

impl History {
    /// Where the state of `store` after its event `seq` belongs.
    pub(crate) fn of(engine: &Engine, store: StoreIdPrefix, seq: Seq) -> History {
        if store == StoreIdPrefix::of(engine.store_id()) {
            return History::Ours;
        }
        let mut ancestors = engine.lineage().ancestors().iter();
        match ancestors.find(|it| StoreIdPrefix::of(it.store_id) == store) {
            Some(ancestor) if seq.0 <= ancestor.last => History::Ours,
            Some(ancestor) => History::Lost {
                restored: ancestor.last,
            },
            None => History::Other,
        }
    }
}
