//! The index entries that lists are read from. They are written together with the rows that they are derived from.
//!
//! Blocks that were changed lately are kept in memory: most cases are new and go to the newest block of each name. An
//! entry that hardly ever changes is not put again, because that would write a leaf far behind the tail.

use super::row_write_error::RowWriteError;
use crate::codec::index::seq_bitmap::SeqBitmap;
use crate::codec::index::{Entry, IndexEntries, block_of, follows, writes};
use crate::store::{RowReader, StoreError};
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey};
use std::collections::{BTreeMap, HashMap};

/// The maximum number of blocks that are kept in memory. Above this, all are dropped and read again.
const BLOCKS_MAX: usize = 2_048;
/// The most static entries that are remembered. Above this, all are dropped and looked up again.
const STEADY_MAX: usize = 32_768;

/// Makes the index entries of rows, and remembers which entries exist already.
pub(super) struct Indexer {
    reader: RowReader,
    blocks: HashMap<Vec<u8>, SeqBitmap>,
    static_entries: HashMap<Vec<u8>, Vec<u8>>,
}

impl Indexer {
    pub(super) fn new(reader: RowReader) -> Indexer {
        Indexer {
            reader,
            blocks: HashMap::new(),
            static_entries: HashMap::new(),
        }
    }

    /// The entries to put for these rows. The rows are in the order of their changes; each entry is returned once per
    /// key. Every state of a row counts, not only the last one. So the entries depend only on the log, and not on which
    /// rows are written together.
    ///
    /// # Errors
    /// When an existing entry cannot be read or decoded.
    pub(super) fn puts<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a (RowKey, Row)>,
    ) -> Result<Vec<Entry>, RowWriteError> {
        let mut puts: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let mut changed: Vec<Vec<u8>> = Vec::new();
        for (_, row) in rows {
            let IndexEntries {
                is_new,
                entries,
                static_entries: steady,
                mark,
                blocks,
                opened,
            } = follows(row);
            let follow = entries.len() + steady.len() + mark.iter().len() + blocks.len();
            debug_assert!(2 + follow <= writes(row), "{follow} follow from {row:?}");
            puts.extend(entries);
            if let Some(mark) = mark
                && (is_new || !self.is_there(&mark)?)
            {
                puts.extend(steady);
                puts.extend([mark]);
            }
            for prefix in blocks {
                let key = block_of(&prefix, opened);
                if self.take_in(&key, opened)? {
                    changed.push(key);
                }
            }
        }
        changed.sort_unstable();
        changed.dedup();
        for key in changed {
            let block = self.blocks.get(&key).map(SeqBitmap::encode);
            puts.extend(block.map(|value| (key, value)));
        }
        if self.blocks.len() > BLOCKS_MAX {
            self.blocks.clear();
        }
        if self.static_entries.len() > STEADY_MAX {
            self.static_entries.clear();
        }
        Ok(puts.into_iter().collect())
    }

    /// Adds a sequence to a block. Returns whether the sequence is new there.
    fn take_in(&mut self, key: &[u8], seq: Seq) -> Result<bool, RowWriteError> {
        if let Some(block) = self.blocks.get_mut(key) {
            return Ok(block.insert(seq));
        }
        let stored = self.stored(key)?;
        let mut block = match stored {
            Some(bytes) => SeqBitmap::decode(&bytes)?,
            None => SeqBitmap::default(),
        };
        let is_new = block.insert(seq);
        self.blocks.insert(key.to_vec(), block);
        Ok(is_new)
    }

    /// Whether the entry is stored with this value. If not, it is remembered as stored, because the caller puts it
    /// next.
    fn is_there(&mut self, (key, value): &Entry) -> Result<bool, RowWriteError> {
        let is_there = match self.static_entries.get(key) {
            Some(known) => known == value,
            None => self.stored(key)?.as_ref() == Some(value),
        };
        self.static_entries.insert(key.clone(), value.clone());
        Ok(is_there)
    }

    fn stored(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let (values, _) = self.reader.get_many_blocking(&[key.to_vec()])?;
        Ok(values.into_iter().flatten().next())
    }
}
