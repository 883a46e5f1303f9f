//! The segments of the log: the list of them, and reading from them.
//!
//! A segment is a database of its own in the folder `log/FIRST`. FIRST is its first sequence with 20 digits. The
//! segment holds its events under their sequences. Under a key that sorts before all sequences it holds a label: one
//! row that names the store and the segment. The label is written with the first group.
//!
//! Only the newest segment is written. The others are opened when they are read, a few at a time, without the engine:
//! nothing in their folder changes. In a folder that is only read, the newest is opened like that, too.

use super::damaged_segments::{DamagedSegment, DamagedSegments};
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

/// The maximum number of rows in a leaf. Each flush writes the last leaf again, so small leaves make small groups
/// cheaper. Measured with events of 1.5 KB, one in a group: 32 takes a quarter of the bytes and two thirds of the time
/// that 128 takes.
pub(super) const LOG_FAN_OUT: usize = 32;
/// The most closed segments that are kept open for reading, besides the one that is written. If more threads than this
/// read different segments at the same time, each keeps its own segment open.
pub const SEGMENTS_OPEN_MAX: usize = 4;

/// The key of the label. It sorts before every sequence.
pub(super) const LABEL_KEY: &[u8] = &[0];
const NAME_DIGITS: usize = 20;

/// The state that the writer and the readers of a log share.
pub(super) struct Segments {
    folder: PathBuf,
    store_id: StoreId,
    cache_bytes: usize,
    by_first: RwLock<BTreeMap<u64, Arc<Segment>>>,
    /// The segments opened for reading. The one that was opened longest ago is in front.
    opened: Mutex<VecDeque<Arc<Segment>>>,
    /// The sequence of the last event on disk. Readers see no event after it.
    last: AtomicU64,
    failure: OnceLock<String>,
    /// Where reads found damage.
    damaged: DamagedSegments,
    /// Whether the folder is only read.
    is_sealed: bool,
    /// Keeps other servers out of the folder for as long as anybody reads or writes.
    lock: Arc<FolderLock>,
}

impl Segments {
    /// Finds the segments in the log folder. Deletes segments that a crash left empty or half deleted.
    pub(super) fn find(folder: &DataFolder, cache_bytes: usize) -> Result<Segments, StoreError> {
        let path = folder.log_path();
        let is_sealed = folder.sealed().is_some();
        if !is_sealed {
            disk::sweep(&path).map_err(|error| refused("could not tidy", &path, error))?;
        }
        let mut by_first = BTreeMap::new();
        let unread = |error| refused("could not read", &path, error);
        for entry in fs::read_dir(&path).map_err(unread)? {
            let name = entry.map_err(unread)?.file_name();
            let name = name.to_string_lossy();
            if is_sealed && disk::is_gone(&name) {
                continue;
            }
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
            // It was created just before a crash, and no event in it was ever acknowledged.
            let blank = newest.remove();
            if !is_sealed {
                disk::discard(&blank.path)
                    .map_err(|error| refused("could not delete", &blank.path, error))?;
            }
        }
        Ok(Segments {
            folder: path,
            store_id: folder.store_id(),
            cache_bytes,
            by_first: RwLock::new(by_first),
            opened: Mutex::default(),
            last: AtomicU64::new(0),
            failure: OnceLock::new(),
            damaged: DamagedSegments::default(),
            is_sealed,
            lock: folder.lock(),
        })
    }

    /// The sequence of the oldest event that is kept. If there is no segment, 1.
    pub(super) fn first(&self) -> u64 {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        by_first.keys().next().copied().unwrap_or(1)
    }

    /// The sequence of the last event on disk; 0 if there is none.
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

    /// The segment that holds the event `sequence`. `None` if the event is older than all segments.
    pub(super) fn around(&self, sequence: u64) -> Option<Arc<Segment>> {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        let (_, segment) = by_first.range(..=sequence).next_back()?;
        Some(segment.clone())
    }

    /// The sequence after the last event of `segment`. For the newest segment, the sequence after the last event on
    /// disk.
    pub(super) fn end(&self, segment: &Segment) -> u64 {
        // The order matters: a new segment is in the map before its first event is published.
        let last = self.last();
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        let next = by_first.range(segment.first + 1..).next();
        next.map_or(last + 1, |(first, _)| *first)
    }

    /// Opens `segment` for writing, or to be read alone in a folder that is only read. Also returns the sequence of its
    /// last event; `None` if it has none.
    pub(super) fn open_to_write(
        &self,
        segment: &Segment,
    ) -> Result<(Database<LOG_FAN_OUT>, Option<u64>), StoreError> {
        let database = match self.is_sealed {
            true => Database::sealed(&segment.path, self.cache_bytes)?,
            false => Database::open_checked(&segment.path, self.cache_bytes)?,
        };
        let handle = database.handle()?;
        let last = self.check_label(segment, &handle)?;
        segment.is_written(handle);
        Ok((database, last))
    }

    /// Creates the segment that begins with the event `first`, and opens it for writing. Its name is durable on return.
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

    /// Checks that the data just written to `segment` can be found again: neither the segment nor the data folder was
    /// deleted, moved or replaced in the meantime.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]. The data is then lost, or in an unknown place.
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

    /// Ends the writing of `segment`. From now on it is opened when it is read.
    pub(super) fn close_written(
        &self,
        segment: &Segment,
        database: Database<LOG_FAN_OUT>,
    ) -> Result<(), StoreError> {
        segment.close_by(|| database.close())
    }

    /// Ends the writing of `segment` and writes nothing more.
    pub(super) fn abandon_written(&self, segment: &Segment, database: Database<LOG_FAN_OUT>) {
        segment.close_by(|| database.abandon());
    }

    /// The label of `segment`: the key and the value, ready to be stored.
    pub(super) fn label(&self, segment: &Segment) -> (Vec<u8>, Vec<u8>) {
        let label = Segments::label_of(self.store_id, segment.first);
        (LABEL_KEY.to_vec(), label)
    }

    /// The value of the label of the segment that begins with the event `first`.
    pub(super) fn label_of(store_id: StoreId, first: u64) -> Vec<u8> {
        let payload = [store_id.0.as_slice(), &key::sequence(first)].concat();
        frame::wrap(LABEL_KEY, &payload)
    }

    /// The first sequence and the folder of every segment, in their order.
    pub(super) fn all(&self) -> Vec<(u64, PathBuf)> {
        let by_first = self.by_first.read().unwrap_or_else(PoisonError::into_inner);
        let all = by_first.values();
        all.map(|segment| (segment.first, segment.path.clone()))
            .collect()
    }

    /// Reads from `segment`. Opens the segment if it is closed. Damage is noted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Trimmed`] if the segment was deleted in the meantime; otherwise the error of opening or of `read`.
    pub(super) fn read<T>(
        &self,
        segment: &Arc<Segment>,
        read: impl FnOnce(&Handle<LOG_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read_lent(segment, read).inspect_err(|error| {
            self.damaged.note(error, |what| DamagedSegment {
                folder: segment.name(),
                first: segment.first,
                last: self.last().min(self.end(segment) - 1),
                what,
            });
        })
    }

    /// The segments in which reads found damage.
    pub(super) fn damaged(&self) -> Vec<DamagedSegment> {
        self.damaged.all()
    }

    fn read_lent<T>(
        &self,
        segment: &Arc<Segment>,
        read: impl FnOnce(&Handle<LOG_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lending = segment.lend(|path| {
            let database = Database::sealed(path, self.cache_bytes)?;
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

    /// Deletes the closed segments that hold only events before `before`.
    pub(super) fn trim(&self, before: u64) -> Result<(), StoreError> {
        loop {
            let oldest = {
                let mut by_first = self
                    .by_first
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                let mut firsts = by_first.keys().copied();
                // The newest segment stays even if it is empty: its name keeps the place in the sequence.
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

    /// The sequence of the last event of a segment; `None` if the segment is empty. An error if the segment belongs to
    /// another store or to another place.
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

    /// Closes the segments that were opened longest ago, until at most [`SEGMENTS_OPEN_MAX`] are open. A segment that
    /// is being read stays open and is checked again the next time.
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

/// The bytes that the events of a segment take on disk.
pub(super) fn stored_bytes(segment: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(segment.join("slabs"))? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// Whether a segment is blank: no event was ever written to it.
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
