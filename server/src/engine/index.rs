//! The rows that lists are read by, written together with the rows that they follow from.
//!
//! What follows from a row mostly was there before: it is then not put again, which would write a leaf far behind the
//! tail. What was put lately is remembered; of anything else the store is asked.

use crate::codec::index::{Entry, entries};
use crate::store::{RowReader, StoreError};
use signpost_domain::state::{Row, RowKey};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Entries and marks that are remembered.
const RECENT_MAX: usize = 32_768;

/// Knows which entries and marks are there already.
pub(super) struct Indexer {
    reader: RowReader,
    recent: HashMap<Vec<u8>, Vec<u8>>,
    /// The keys of `recent`, the oldest first.
    ages: VecDeque<Vec<u8>>,
}

impl Indexer {
    pub(super) fn new(reader: RowReader) -> Indexer {
        Indexer {
            reader,
            recent: HashMap::new(),
            ages: VecDeque::new(),
        }
    }

    /// What is to be put for these rows, which are in the order of their changes. Every state of a row counts, not the
    /// last alone: so it depends on the log only, not on what was taken together.
    ///
    /// # Errors
    /// When the rows do not read.
    pub(super) fn puts(
        &mut self,
        rows: &[(RowKey, Row)],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, StoreError> {
        let mut puts = BTreeMap::new();
        for (_, row) in rows {
            let (entries, is_new) = entries(row);
            for entry in entries {
                if !self.is_there(&entry, is_new)? {
                    let (key, value) = entry;
                    self.remember(&key, &value);
                    puts.insert(key, value);
                }
            }
        }
        Ok(puts)
    }

    fn is_there(&self, (key, value): &Entry, is_new: bool) -> Result<bool, StoreError> {
        match self.recent.get(key) {
            Some(known) => Ok(known == value),
            None if is_new => Ok(false),
            None => {
                let (stored, _) = self.reader.get_many_blocking(std::slice::from_ref(key))?;
                Ok(stored.into_iter().flatten().next().as_ref() == Some(value))
            }
        }
    }

    fn remember(&mut self, key: &[u8], value: &[u8]) {
        if self.recent.insert(key.to_vec(), value.to_vec()).is_none() {
            self.ages.push_back(key.to_vec());
        }
        if self.ages.len() > RECENT_MAX
            && let Some(oldest) = self.ages.pop_front()
        {
            self.recent.remove(&oldest);
        }
    }
}
