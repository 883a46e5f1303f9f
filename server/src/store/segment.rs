//! The segments of the log: which there are, and reading them.
//!
//! A segment is a database of its own in the folder `log/FIRST`, FIRST being its first sequence with
//! 20 digits. It holds its events under their sequences and, under a key that sorts before them, one
//! row that says which store and which segment it is; that row comes with the first group.
//!
//! Only the newest segment is written. The others are opened when somebody reads them, a few at a
//! time; that rewrites the engine's own bookkeeping in their folder, never an event.

use super::database::{Database, Handle};
use super::disk;
use super::error::StoreError;
use super::format::{DataFolder, FolderLock};
use super::open_segment::{Lending, Segment};
use super::store_id::StoreId;
use super::{frame, key};
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// Rows a leaf holds. A flush writes the last leaf anew, so a small leaf costs a small group less:
/// a quarter of the bytes and two thirds of the time of 128, with events of 1.5 KB one by one.
pub(super) const LOG_FAN_OUT: usize = 32;
/// How many closed segments are kept open for reading, besides the one that is written. While more
/// threads than this read different segments, each keeps its own open.
pub const SEGMENTS_OPEN_MAX: usize = 4;

/// Sorts before every sequence.
pub(super) const LABEL_KEY: &[u8] = &[0];
const NAME_DIGITS: usize = 20;

/// What the writer and the readers of a log share.
pub(super) struct Segments {
    folder: PathBuf,
    store_id: StoreId,
    cache_bytes: usize,
    by_first: RwLock<BTreeMap<u64, Arc<Segment>>>,
    /// Those opened for reading, the one opened longest ago in front.
    opened: Mutex<VecDeque<Arc<Segment>>>,
    /// The last event that is on disk; readers see none after it.
    last: AtomicU64,
    failure: OnceLock<String>,
    /// Keeps other servers away for as long as anybody reads or writes.
    lock: Arc<FolderLock>,
}

impl Segments {
    /// The segments in the log folder; deletes those that a crash left blank or half deleted.
    pub(super) fn find(folder: &DataFolder, cache_bytes: usize) -> Result<Segments, StoreError> {
        let path = folder.log_path();
        disk::sweep(&path).map_err(|error| refused("could not tidy", &path, error))?;
        let mut by_first = BTreeMap::new();
        let unread = |error| refused("could not read", &path, error);
        for entry in fs::read_dir(&path).map_err(unread)? {
            let name = entry.map_err(unread)?.file_name();
            let name = name.to_string_lossy();
            let Some(first) = first_of_name(&name) else {
                return Err(StoreError::Damaged {
                    what: format!("`{name}` is not the name of a segment; move it elsewhere"),
                    path,
                });
            };
            let segment = Segment::new(segment_path(&path, first), first);
            by_first.insert(first, Arc::new(segment));
        }
        if let Some(newest) = by_first.last_entry()
            && is_blank(&newest.get().path).map_err(unread)?
        {
            // Created just before a crash: nothing in it was ever answered.
            let blank = newest.remove();
            disk::discard(&blank.path)
                .map_err(|error| refused("could not delete", &blank.path, error))?;
        }
        Ok(Segments {
            folder: path,
            store_id: folder.store_id(),
            cache_bytes,
            by_first: RwLock::new(by_first),
            opened: Mutex::default(),
            last: AtomicU64::new(0),
            failure: OnceLock::new(),
            lock: folder.lock(),
        })
    }

    /// The oldest event kept, or the one that will be the first.
    pub(super) fn first(&self) -> u64 {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        by_first.keys().next().copied().unwrap_or(1)
    }

    /// The last event on disk; 0 if there is none.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Lets readers see the events up to `last`, which must be on disk.
    pub(super) fn publish(&self, last: u64) {
        self.last.store(last, Ordering::Release);
    }

    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    pub(super) fn fail(&self, why: String) {
        // The first failure is the one to report.
        let _ = self.failure.set(why);
    }

    pub(super) fn newest(&self) -> Option<Arc<Segment>> {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        by_first.values().next_back().cloned()
    }

    /// The segment that holds event `sequence`.
    pub(super) fn around(&self, sequence: u64) -> Option<Arc<Segment>> {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        let (_, segment) = by_first.range(..=sequence).next_back()?;
        Some(segment.clone())
    }

    /// The first event after those of `segment`, as far as there are any.
    pub(super) fn end(&self, segment: &Segment) -> u64 {
        // In this order: a new segment is in the map before its first event is published.
        let last = self.last();
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        let next = by_first.range(segment.first + 1..).next();
        next.map_or(last + 1, |(first, _)| *first)
    }

    /// Opens `segment` for writing; also gives its last event, if it has one.
    pub(super) fn open_to_write(
        &self,
        segment: &Segment,
    ) -> Result<(Database<LOG_FAN_OUT>, Option<u64>), StoreError> {
        let database = Database::open(&segment.path, self.cache_bytes)?;
        let handle = database.handle()?;
        let last = self.check_label(segment, &handle)?;
        segment.is_written(handle);
        Ok((database, last))
    }

    /// Creates the segment that begins with event `first`, open for writing. Its name is durable.
    pub(super) fn create(
        &self,
        first: u64,
    ) -> Result<(Arc<Segment>, Database<LOG_FAN_OUT>), StoreError> {
        let segment = Arc::new(Segment::new(segment_path(&self.folder, first), first));
        let (database, _) = self.open_to_write(&segment)?;
        self.by_first
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(first, segment.clone());
        Ok((segment, database))
    }

    /// Proves that what was just written to `segment` can be found again: that neither it nor the data folder was
    /// deleted, moved or replaced under way.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]; what was written is lost, or in a place of which nobody knows.
    pub(super) fn check_in_place(&self, segment: &Segment) -> Result<(), StoreError> {
        let lost = |path: &Path, source| refused("could not find again", path, source);
        let data = disk::parent(&self.folder);
        let is_ours = self.lock.is_at(data).map_err(|error| lost(data, error))?;
        if !is_ours {
            let what = "the data folder was deleted, moved or replaced";
            return Err(lost(data, io::Error::new(io::ErrorKind::NotFound, what)));
        }
        fs::metadata(&segment.path)
            .map(drop)
            .map_err(|error| lost(&segment.path, error))
    }

    /// Ends the writing of `segment`; from now on it is opened when it is read.
    pub(super) fn close_written(
        &self,
        segment: &Segment,
        database: Database<LOG_FAN_OUT>,
    ) -> Result<(), StoreError> {
        segment.close_by(|| database.close())
    }

    /// The row that says what `segment` is, ready to be stored.
    pub(super) fn label(&self, segment: &Segment) -> (Vec<u8>, Vec<u8>) {
        let payload = [self.store_id.0.as_slice(), &key::sequence(segment.first)].concat();
        (LABEL_KEY.to_vec(), frame::wrap(LABEL_KEY, &payload))
    }

    /// Reads from `segment`, which is opened if it is closed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Trimmed`] if the segment was deleted meanwhile, else what opening or `read` says.
    pub(super) fn read<T>(
        &self,
        segment: &Arc<Segment>,
        read: impl FnOnce(&Handle<LOG_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lending = segment.lend(|path| {
            let database = Database::open(path, self.cache_bytes)?;
            let handle = database.handle()?;
            self.check_whole(segment, &handle)?;
            Ok((handle, database))
        })?;
        let (lent, was_opened) = match lending {
            Lending::Lent(lent, was_opened) => (lent, was_opened),
            Lending::Gone => {
                return Err(StoreError::Trimmed {
                    asked: segment.first,
                    first: self.first(),
                });
            }
        };
        let result = match lent.handle() {
            Some(handle) => read(handle),
            None => Err(StoreError::Closed),
        };
        drop(lent);
        if was_opened {
            self.close_those_too_many(segment);
        }
        result
    }

    /// Deletes the closed segments all of whose events come before `before`.
    pub(super) fn trim(&self, before: u64) -> Result<(), StoreError> {
        loop {
            let oldest = {
                let mut by_first = self
                    .by_first
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                let mut firsts = by_first.keys().copied();
                // The newest stays, whatever is in it: its name keeps the place in the sequence.
                let (Some(oldest), Some(next)) = (firsts.next(), firsts.next()) else {
                    return Ok(());
                };
                if next > before {
                    return Ok(());
                }
                by_first.remove(&oldest)
            };
            if let Some(segment) = oldest {
                segment.remove();
                disk::discard(&segment.path)
                    .map_err(|error| refused("could not delete", &segment.path, error))?;
            }
        }
    }

    /// The last event of a segment; an error if it is another store's or another segment.
    fn check_label(
        &self,
        segment: &Segment,
        handle: &Handle<LOG_FAN_OUT>,
    ) -> Result<Option<u64>, StoreError> {
        let Some(last) = handle.last_key()? else {
            return Ok(None);
        };
        let damaged = |what: &str| StoreError::Damaged {
            path: segment.path.clone(),
            what: what.to_owned(),
        };
        let found = handle.get(LABEL_KEY)?;
        let (_, expected) = self.label(segment);
        if found.as_deref() != Some(expected.as_slice()) {
            return Err(damaged("it belongs to another store or to another place"));
        }
        match key::decode_sequence(&last) {
            Some(last) if last >= segment.first => Ok(Some(last)),
            _ => Err(damaged("its last key is not one of its events")),
        }
    }

    fn check_whole(
        &self,
        segment: &Segment,
        handle: &Handle<LOG_FAN_OUT>,
    ) -> Result<(), StoreError> {
        let last = self.check_label(segment, handle)?;
        let found = last.map_or(segment.first, |last| last + 1);
        let expected = self.end(segment);
        if found == expected {
            return Ok(());
        }
        Err(StoreError::Corrupt {
            sequence: found.min(expected),
            what: format!(
                "{} ends before event {found}, event {expected} should follow it",
                segment.path.display()
            ),
        })
    }

    /// Closes those opened longest ago, but for what is being read right now: that is looked at the next time.
    fn close_those_too_many(&self, just_opened: &Arc<Segment>) {
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let eldest: Vec<Arc<Segment>> = {
            let mut opened = opened();
            opened.push_back(just_opened.clone());
            let over = opened.len().saturating_sub(SEGMENTS_OPEN_MAX);
            opened.drain(..over).collect()
        };
        for segment in eldest {
            if !segment.close_if_idle() {
                opened().push_front(segment);
            }
        }
    }
}

/// How many bytes the events of a segment take on disk.
pub(super) fn stored_bytes(segment: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(segment.join("slabs"))? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// Whether no event was ever written to a segment.
fn is_blank(segment: &Path) -> io::Result<bool> {
    match stored_bytes(segment) {
        Ok(bytes) => Ok(bytes == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:0NAME_DIGITS$}"))
}

fn first_of_name(name: &str) -> Option<u64> {
    let digits = name.len() == NAME_DIGITS && name.bytes().all(|byte| byte.is_ascii_digit());
    let first = digits.then(|| name.parse().ok())?;
    first.filter(|first| *first > 0)
}

fn refused(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
