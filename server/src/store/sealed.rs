//! Reads a closed database of the storage engine without the engine, and changes nothing in its folder.
//!
//! The engine cannot read without writing: opening writes its bookkeeping again. So it opens nothing on a full disk, in
//! a folder that cannot be written, or in a folder that somebody only wants to look at. This reader knows the files of
//! the version that [`ENGINE`](super::database::ENGINE) names:
//!
//! - `metadata/snapshot_N` is one frame, and `metadata/log_M` are frames after it. They say where each leaf is.
//! - `slabs/SIZE` has slots of SIZE bytes, each with a checksum. A leaf is in one slot.
//!
//! Every byte that it believes is under a checksum. Rows that are put here stay in memory, over those on disk.

mod cache;
mod leaf;
pub(super) mod metadata;
pub(super) mod settings;
#[cfg(test)]
mod tests;

use cache::LeafCache;
use leaf::{Leaf, Slabs};
use metadata::{Catalog, Place};
use std::collections::BTreeMap;
use std::io;
use std::iter::Peekable;
use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// The maximum number of bytes of rows that are kept in memory because they cannot be written.
pub const ROWS_IN_MEMORY_MAX: usize = 512 * 1024 * 1024;

/// The maximum number of leaves of a database that is read whole before the engine opens it.
const LEAVES_CHECKED_MAX: usize = 1_024;

/// Called with the key and the value of each row, until it breaks.
type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// A database that is only read. It is cheap to clone, and every clone sees the same.
#[derive(Clone)]
pub(super) struct Sealed(Arc<Inner>);

struct Inner {
    catalog: Catalog,
    slabs: Slabs,
    cache: LeafCache,
    over: RwLock<Over>,
}

/// Rows in memory over those on disk. `None` for a row that is removed.
#[derive(Default)]
struct Over {
    rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
}

impl Sealed {
    /// Reads where everything is in the database at `path`. A database that does not exist is empty.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] names the file that does not read; any other error is one of the disk.
    pub(super) fn open(path: &Path, cache_bytes: usize) -> io::Result<Sealed> {
        Ok(Sealed(Arc::new(Inner {
            catalog: Catalog::read(&path.join("metadata"))?,
            slabs: Slabs::new(path.join("slabs")),
            cache: LeafCache::new(cache_bytes),
            over: RwLock::default(),
        })))
    }

    /// Reads the leaves that were written last, and those of a small database all, before the engine opens it: where
    /// one is not the leaf that it should be, the engine would look for it, or for the one after it, for ever. That can
    /// be so after a power cut on a disk that does not sync what it says is synced.
    ///
    /// # Errors
    /// When one of them does not read.
    pub(super) fn check_recent(path: &Path) -> io::Result<()> {
        let sealed = Sealed::open(path, 0)?;
        let places = &sealed.0.catalog.places;
        let is_small = places.len() <= LEAVES_CHECKED_MAX;
        let mut checked = (0..places.len()).filter(|index| is_small || places[*index].is_recent);
        checked.try_for_each(|index| sealed.0.read(index).map(drop))
    }

    /// The number of leaves.
    pub(super) fn leaf_count(&self) -> usize {
        self.0.catalog.places.len()
    }

    /// The rows of a leaf, which count from 0.
    ///
    /// # Errors
    /// When the leaf does not read. The rest of the database may read all the same.
    pub(super) fn leaf_rows(&self, index: usize) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        Ok(self.leaf(index)?.rows.clone())
    }

    /// The first key that a leaf can hold.
    pub(super) fn leaf_from(&self, index: usize) -> &[u8] {
        self.0
            .catalog
            .places
            .get(index)
            .map_or(&[], |place| &place.low_key)
    }

    /// The first keys of the leaves that are in these slots of so many bytes.
    pub(super) fn leaves_in(&self, slot_bytes: u64, slots: &[u64]) -> Vec<Vec<u8>> {
        let places = self.0.catalog.places.iter();
        let inside = places.filter(|Place { location, .. }| {
            leaf::slot_size(location.slab) == Some(slot_bytes) && slots.contains(&location.slot)
        });
        inside.map(|place| place.low_key.clone()).collect()
    }

    /// Why the end of the newest part of the bookkeeping does not read; `None` if it does.
    pub(super) fn torn(&self) -> Option<&str> {
        self.0.catalog.torn.as_deref()
    }

    /// Puts rows over those on disk; `None` removes a row.
    ///
    /// # Errors
    /// When more than [`ROWS_IN_MEMORY_MAX`] bytes would be in memory.
    pub(super) fn put_over(
        &self,
        rows: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
    ) -> io::Result<()> {
        let mut over = self.0.over.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in rows {
            let size = |value: &Option<Vec<u8>>| value.as_ref().map_or(0, Vec::len);
            over.bytes += key.len() + size(&value);
            let key_bytes = key.len();
            if let Some(before) = over.rows.insert(key, value) {
                over.bytes -= key_bytes + size(&before);
            }
            if over.bytes > ROWS_IN_MEMORY_MAX {
                let what = format!(
                    "it cannot be written, and the rows that follow from the log need more than {ROWS_IN_MEMORY_MAX} \
                     bytes of memory: make room on the disk, or make the folder writable"
                );
                return Err(io::Error::new(io::ErrorKind::StorageFull, what));
            }
        }
        Ok(())
    }

    /// The value under `key`; `None` if there is none.
    ///
    /// # Errors
    /// When the leaf does not read.
    pub(super) fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let over = self.0.over.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = over.rows.get(key) {
            return Ok(value.clone());
        }
        drop(over);
        let Some(index) = self.0.catalog.around(key) else {
            return Ok(None);
        };
        Ok(self.leaf(index)?.get(key).map(<[u8]>::to_vec))
    }

    /// The last key; `None` if there is none.
    ///
    /// # Errors
    /// When a leaf does not read.
    pub(super) fn last_key(&self) -> io::Result<Option<Vec<u8>>> {
        let mut last = None;
        self.scan_down(Bound::Unbounded, &mut |key, _| {
            last = Some(key.to_vec());
            ControlFlow::Break(())
        })?;
        Ok(last)
    }

    /// Calls `visit` with the rows from key `from` on, in the order of their keys, until `visit` breaks.
    ///
    /// # Errors
    /// When a leaf does not read.
    pub(super) fn scan(&self, from: &[u8], visit: &mut Visit<'_>) -> io::Result<()> {
        let over = self.0.over.read().unwrap_or_else(PoisonError::into_inner);
        let over = (over.rows).range::<[u8], _>((Bound::Included(from), Bound::Unbounded));
        let mut merge = Merge::new(over, visit, |put, key| put < key);
        for index in self.0.catalog.around(from).unwrap_or(0)..self.leaf_count() {
            let leaf = self.leaf(index)?;
            let begin = leaf.rows.partition_point(|(key, _)| key.as_slice() < from);
            if merge.show(&leaf.rows[begin..]).is_break() {
                return Ok(());
            }
        }
        merge.rest();
        Ok(())
    }

    /// Like [`Sealed::scan`], but from the key `from` down to smaller keys.
    ///
    /// # Errors
    /// When a leaf does not read.
    pub(super) fn scan_down(&self, from: Bound<&[u8]>, visit: &mut Visit<'_>) -> io::Result<()> {
        let over = self.0.over.read().unwrap_or_else(PoisonError::into_inner);
        let over = (over.rows).range::<[u8], _>((Bound::Unbounded, from)).rev();
        let mut merge = Merge::new(over, visit, |put, key| put > key);
        let is_within = |key: &[u8]| match from {
            Bound::Included(from) => key <= from,
            Bound::Excluded(from) => key < from,
            Bound::Unbounded => true,
        };
        let end = match from {
            Bound::Included(from) | Bound::Excluded(from) => {
                self.0.catalog.around(from).map_or(0, |index| index + 1)
            }
            Bound::Unbounded => self.leaf_count(),
        };
        for index in (0..end).rev() {
            let leaf = self.leaf(index)?;
            let stop = leaf.rows.partition_point(|(key, _)| is_within(key));
            if merge.show(leaf.rows[..stop].iter().rev()).is_break() {
                return Ok(());
            }
        }
        merge.rest();
        Ok(())
    }

    fn leaf(&self, index: usize) -> io::Result<Arc<Leaf>> {
        let inner = &self.0;
        if let Some(leaf) = inner.cache.get(index) {
            return Ok(leaf);
        }
        let leaf = Arc::new(inner.read(index)?);
        inner.cache.put(index, &leaf);
        Ok(leaf)
    }
}

impl Inner {
    /// Reads a leaf from disk; one without rows if there is none with this number.
    fn read(&self, index: usize) -> io::Result<Leaf> {
        let Some(Place {
            low_key, location, ..
        }) = self.catalog.places.get(index)
        else {
            return Ok(Leaf::default());
        };
        let next = self.catalog.places.get(index + 1);
        let next_low_key = next.map(|place| place.low_key.as_slice());
        self.slabs.read(*location, low_key, next_low_key)
    }
}

/// Shows rows on disk together with those in memory over them, in one order.
struct Merge<'v, 'f, I: Iterator> {
    over: Peekable<I>,
    visit: &'v mut Visit<'f>,
    /// Whether the first key comes before the second.
    is_before: fn(&[u8], &[u8]) -> bool,
}

impl<'v, 'f, 'o, I> Merge<'v, 'f, I>
where
    I: Iterator<Item = (&'o Vec<u8>, &'o Option<Vec<u8>>)>,
{
    fn new(
        over: I,
        visit: &'v mut Visit<'f>,
        is_before: fn(&[u8], &[u8]) -> bool,
    ) -> Merge<'v, 'f, I> {
        Merge {
            over: over.peekable(),
            visit,
            is_before,
        }
    }

    /// Shows these rows on disk, with those in memory before each of them.
    fn show<'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r (Vec<u8>, Vec<u8>)>,
    ) -> ControlFlow<()> {
        for (key, value) in rows {
            while let Some((first, put)) = self.over.next_if(|(put, _)| (self.is_before)(put, key))
            {
                shown(first, put, self.visit)?;
            }
            match self.over.next_if(|(put, _)| *put == key) {
                Some((_, put)) => shown(key, put, self.visit)?,
                None => (self.visit)(key, value)?,
            }
        }
        ControlFlow::Continue(())
    }

    /// Shows the rows in memory that are left.
    fn rest(mut self) {
        for (key, put) in self.over.by_ref() {
            if shown(key, put, self.visit).is_break() {
                break;
            }
        }
    }
}

/// Shows a row of those in memory, unless it is removed.
fn shown(key: &[u8], put: &Option<Vec<u8>>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match put {
        Some(value) => visit(key, value),
        None => ControlFlow::Continue(()),
    }
}
