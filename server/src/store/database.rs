//! One sled database in one folder: the only file that names sled.
//!
//! This file is built around the following behaviour of sled 1.0.0-alpha.124. All of it was read in the source of sled;
//! the first two points were also seen to happen:
//!
//! - **Opening can lose everything.** A start writes `metadata/snapshot_N`, deletes the logs it
//!   covers and only then creates the empty `metadata/log_N+1`. If a crash leaves the snapshot but
//!   not that log, the next start writes `snapshot_N` again and then deletes it as "the old one";
//!   the start after that finds an empty database. [`restore_missing_log`] runs before every open.
//! - **A failed flush is never completed.** Every later flush of the database waits for it for ever, and so do the
//!   flushes in `Drop`. So a failed database is leaked, not dropped.
//! - With `flush_every_ms(None)`, every dropped handle and every dropped iterator flushes on the thread that drops it.
//!   A failure there is only logged, and the next flush by the owner would report success although data is not on disk.
//!   So the flush interval is set to never, and only the owner flushes. The last dropped handle flushes once more, and
//!   aborts the process if the flush fails. So [`Database::close`] flushes until nothing is left to write.
//! - sled does not sync the last names that it creates inside the folder, and it never syncs `durability_cookie` (a
//!   database with an empty one cannot be opened). They are synced here before `open` returns.
//! - Opening rewrites `metadata/` (never `slabs/`) and runs the program `sync` twice. So opening takes as long as the
//!   machine needs to write all unwritten data to disk.
//! - Between its fork and its exec, a child process has all our files open. Among them can be the lock of a database
//!   that was closed in the meantime. So opening tries again for two seconds.
//! - Damage can make sled panic. Every call catches the panic and returns an error. (A short read also prints a line on
//!   the standard output; we cannot prevent it.)
//! - An open database has about 85 open files.
//! - An iterator does not stop reading at the end of its range. The caller of [`Handle::scan`] must stop it.
//! - When a log of its bookkeeping does not read, it opens without the rest of that log. So `metadata::check` runs
//!   first.
//! - A leaf that is not the one that it should be, or that ends before the next begins, it reads again and again, for
//!   ever. So a start reads the leaves that were written last before it: see [`Database::open_checked`].
//! - A leaf of 65,529 packed bytes it stores without the last one, and cannot read it again. See [`lost_byte`].
//! - It cannot open what it may not write. Then, and for what is only read, there is [`Sealed`].

use super::disk;
use super::error::StoreError;
use super::lost_byte::{self, Left, PADDING};
use super::sealed::{Sealed, metadata};
use std::fs::{self, File};
use std::io;
use std::ops::{Bound, ControlFlow};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The engine and its version, as written in FORMAT. An alpha version may change its format on disk.
pub(super) const ENGINE: &str = "sled 1.0.0-alpha.124";

/// The fastest of the positive levels. Measured: other levels save too little space.
const COMPRESSION_LEVEL: i32 = 1;
/// The longest interval that sled accepts. Only the owner flushes.
const FLUSH_NEVER_MS: usize = usize::MAX;
/// The maximum number of flushes of a database that is closed. Its compaction must have ended by then.
const CLOSING_FLUSHES_MAX: usize = 64;
/// The number of flushes in a row that write nothing before a database is closed. What a flush frees can be moved only
/// by a later one.
const CLOSING_QUIET_FLUSHES: usize = 4;
/// The maximum number of rows of padding for one leaf.
const PADDING_MAX: usize = 16;
/// The maximum number of attempts to open a database while its folder is locked.
const OPEN_ATTEMPTS_MAX: u32 = 200;
/// The wait between two attempts to open.
const OPEN_RETRY: Duration = Duration::from_millis(10);

/// A database, owned by the one thread that writes to it. (It is boxed, as is the handle: both are large.)
pub(super) struct Database<const FAN_OUT: usize> {
    /// `None` after the database was closed or leaked.
    opened: Option<Opened<FAN_OUT>>,
    path: PathBuf,
    /// The slots that leaves without their last byte left.
    left: Box<Left>,
    /// Whether nothing was written since everything was flushed.
    is_flushed: bool,
}

/// Reads a database. Every handle must be dropped before its [`Database`] is closed.
pub(super) struct Handle<const FAN_OUT: usize> {
    reads: Reads<FAN_OUT>,
    path: PathBuf,
}

enum Opened<const FAN_OUT: usize> {
    Sled(Box<sled::Db<FAN_OUT>>),
    Sealed(Sealed),
}

enum Reads<const FAN_OUT: usize> {
    Sled(Box<sled::Tree<FAN_OUT>>),
    Sealed(Sealed),
}

impl<const FAN_OUT: usize> Database<FAN_OUT> {
    /// Opens or creates the database in `path`. The folder above `path` must exist. On return, the names of its files
    /// are durable.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the folder holds something that cannot be opened, [`StoreError::Io`] if the disk
    /// refuses or another owner has the database open.
    pub(super) fn open(path: &Path, cache_bytes: usize) -> Result<Database<FAN_OUT>, StoreError> {
        let mut attempt = 1;
        loop {
            match caught(io::ErrorKind::InvalidData, || {
                open_elsewhere(path, cache_bytes)
            }) {
                Ok(sled) => {
                    return Ok(Database {
                        opened: Some(Opened::Sled(sled)),
                        path: path.to_owned(),
                        left: Box::default(),
                        is_flushed: false,
                    });
                }
                Err(error) => {
                    let locked = error.kind() == io::ErrorKind::WouldBlock;
                    if !locked || attempt == OPEN_ATTEMPTS_MAX {
                        return Err(fault("could not open", path, error));
                    }
                }
            }
            attempt += 1;
            thread::sleep(OPEN_RETRY);
        }
    }

    /// The same as [`Database::open`], but first reads what was written last. For the first opening of a process.
    ///
    /// # Errors
    ///
    /// The same as [`Database::open`].
    pub(super) fn open_checked(
        path: &Path,
        cache_bytes: usize,
    ) -> Result<Database<FAN_OUT>, StoreError> {
        let checked = Sealed::check_recent(path);
        checked.map_err(|error| fault("could not read", path, error))?;
        Database::open(path, cache_bytes)
    }

    /// Opens the database in `path` to read it alone: nothing in the folder changes. Nobody may have it open to write.
    /// What is put into it stays in memory.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] names what does not read.
    pub(super) fn sealed(path: &Path, cache_bytes: usize) -> Result<Database<FAN_OUT>, StoreError> {
        let sealed = Sealed::open(path, cache_bytes);
        let sealed = sealed.map_err(|error| fault("could not read", path, error))?;
        Ok(Database {
            opened: Some(Opened::Sealed(sealed)),
            path: path.to_owned(),
            left: Box::default(),
            is_flushed: false,
        })
    }

    /// A handle that reads this database.
    pub(super) fn handle(&self) -> Result<Handle<FAN_OUT>, StoreError> {
        let reads = match self.opened("could not read")? {
            Opened::Sled(sled) => Reads::Sled(Box::new((***sled).clone())),
            Opened::Sealed(sealed) => Reads::Sealed(sealed.clone()),
        };
        Ok(Handle {
            reads,
            path: self.path.clone(),
        })
    }

    /// Puts all of `rows` at once. They are only in memory until [`Database::flush`].
    pub(super) fn put_all(
        &mut self,
        rows: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        if let Some(Opened::Sealed(sealed)) = &self.opened {
            let rows = rows.into_iter().map(|(key, value)| (key, Some(value)));
            let put = sealed.put_over(rows);
            return put.map_err(|error| fault("could not bring up to date", &self.path, error));
        }
        let mut batch = sled::Batch::default();
        for (key, value) in rows {
            batch.insert(key, value);
        }
        self.write("could not write", |sled| sled.apply_batch(batch))
    }

    /// Removes one row. If its leaf is then empty, the leaf is removed, too. (A batch would leave the empty leaf in
    /// place for ever.) All removals and writes between two flushes reach the disk together or not at all.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<(), StoreError> {
        if let Some(Opened::Sealed(sealed)) = &self.opened {
            let put = sealed.put_over([(key.to_vec(), None)]);
            return put.map_err(|error| fault("could not bring up to date", &self.path, error));
        }
        self.write("could not write", |sled| sled.remove(key).map(|_| ()))
    }

    /// Makes durable everything that was written so far, in leaves that read. It has to look at every larger leaf that
    /// there is.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        let doing = "could not flush";
        for _ in 0..=PADDING_MAX {
            let flushed = self.write(doing, |sled| sled.flush())?;
            let written = flushed.write_batch.heap_bytes_written;
            if written < lost_byte::LEAF_BYTES || !self.pad(doing)? {
                return Ok(());
            }
        }
        self.write(doing, |_| {
            Err(io::Error::other("a leaf keeps losing its last byte"))
        })
    }

    /// Makes durable everything that was written so far. A leaf may not read, which only [`Database::flush_all`] mends:
    /// it is for rows that follow from elsewhere.
    pub(super) fn flush_unchecked(&mut self) -> Result<(), StoreError> {
        self.write("could not flush", |sled| sled.flush().map(|_| ()))
    }

    /// The number of leaves read from disk since the database was opened. A leaf that is read and then written stays in
    /// memory.
    pub(super) fn page_ins(&self) -> u64 {
        match &self.opened {
            Some(Opened::Sled(sled)) => sled.stats().cache.cache_misses,
            Some(Opened::Sealed(_)) | None => 0,
        }
    }

    /// Lets the database go without writing anything more: what was not flushed is not on disk. Its folder cannot be
    /// opened again by this process.
    pub(super) fn abandon(mut self) {
        match self.opened.take() {
            Some(Opened::Sled(sled)) => std::mem::forget(sled),
            Some(Opened::Sealed(_)) | None => {}
        }
    }

    /// Flushes and closes the database. Every [`Handle`] must be dropped before. Afterwards the folder can be opened
    /// again.
    pub(super) fn close(mut self) -> Result<(), StoreError> {
        self.settle()
    }

    /// Flushes until nothing is left to write, in leaves that read, so that closing takes little time. Handles may be
    /// in use.
    pub(super) fn flush_all(&mut self) -> Result<(), StoreError> {
        if self.is_flushed {
            return Ok(());
        }
        let doing = "could not close";
        let (mut quiet, mut padded) = (0, 0);
        for _ in 0..CLOSING_FLUSHES_MAX {
            quiet = match self.write(doing, |sled| sled.flush())?.objects_flushed {
                0 => quiet + 1,
                _ => 0,
            };
            if quiet == CLOSING_QUIET_FLUSHES {
                if padded == PADDING_MAX || !self.pad(doing)? {
                    break;
                }
                (quiet, padded) = (0, padded + 1);
            }
        }
        self.is_flushed = true;
        Ok(())
    }

    /// The same as the function [`pad`].
    fn pad(&mut self, doing: &'static str) -> Result<bool, StoreError> {
        let (path, mut left) = (self.path.clone(), std::mem::take(&mut self.left));
        let padded = self.write(doing, |sled| pad(sled, &path, &mut left))?;
        self.left = left;
        Ok(padded)
    }

    /// The slots that leaves without their last byte left in this folder, for when it is opened again.
    pub(super) fn take_left(&mut self) -> Box<Left> {
        std::mem::take(&mut self.left)
    }

    /// The same database, which knows the slots that leaves without their last byte left.
    pub(super) fn knowing(mut self, left: Box<Left>) -> Database<FAN_OUT> {
        self.left = left;
        self
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        if !matches!(self.opened, Some(Opened::Sled(_))) {
            return Ok(());
        }
        self.flush_all()?;
        let sled = self.opened.take();
        caught(io::ErrorKind::Other, || {
            drop(sled);
            Ok(())
        })
        .map_err(|error| fault("could not close", &self.path, error))
    }

    fn opened(&self, doing: &'static str) -> Result<&Opened<FAN_OUT>, StoreError> {
        self.opened.as_ref().ok_or_else(|| StoreError::Io {
            doing,
            path: self.path.clone(),
            source: io::Error::other("the database failed before"),
        })
    }

    /// Runs a change, unless the database is only read: then nothing changes. If it fails, the database is leaked,
    /// because its own `Drop` would wait for ever.
    fn write<T: Default>(
        &mut self,
        doing: &'static str,
        change: impl FnOnce(&sled::Db<FAN_OUT>) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        self.is_flushed = false;
        let Opened::Sled(sled) = self.opened(doing)? else {
            return Ok(T::default());
        };
        caught(io::ErrorKind::Other, || change(sled)).map_err(|error| {
            std::mem::forget(self.opened.take());
            fault(doing, &self.path, error)
        })
    }
}

impl<const FAN_OUT: usize> Drop for Database<FAN_OUT> {
    fn drop(&mut self) {
        if let Err(error) = self.settle() {
            tracing::error!(error = &error as &dyn std::error::Error, "closing failed");
        }
    }
}

impl<const FAN_OUT: usize> Handle<FAN_OUT> {
    /// The value under `key`; `None` if there is none.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|reads| match reads {
            Reads::Sled(tree) => {
                let found = tree.get(key)?.filter(|value| *value != PADDING);
                Ok(found.map(|value| value.to_vec()))
            }
            Reads::Sealed(sealed) => sealed.get(key),
        })
    }

    /// The last key; `None` if the database is empty.
    pub(super) fn last_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|reads| match reads {
            Reads::Sled(tree) => {
                let mut rows = tree.iter().rev();
                let last = rows.find(|row| !matches!(row, Ok((_, value)) if *value == PADDING));
                Ok(last.transpose()?.map(|(key, _)| key.to_vec()))
            }
            Reads::Sealed(sealed) => sealed.last_key(),
        })
    }

    /// Calls `visit` with the rows from key `from` on, in the order of their keys, until `visit` breaks.
    pub(super) fn scan(
        &self,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|reads| {
            let tree = match reads {
                Reads::Sled(tree) => tree,
                Reads::Sealed(sealed) => return sealed.scan(from, &mut visit),
            };
            for row in tree.range(from..) {
                let (key, value) = row?;
                if value != PADDING && visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Like [`Handle::scan`], but from key `from` down to smaller keys.
    pub(super) fn scan_down(
        &self,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|reads| {
            let tree = match reads {
                Reads::Sled(tree) => tree,
                Reads::Sealed(sealed) => {
                    return sealed.scan_down(Bound::Included(from), &mut visit);
                }
            };
            for row in tree.range(..=from).rev() {
                let (key, value) = row?;
                if value != PADDING && visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The error for stored bytes that make no sense.
    pub(super) fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what,
        }
    }

    /// A second handle on the same database.
    pub(super) fn again(&self) -> Handle<FAN_OUT> {
        Handle {
            reads: match &self.reads {
                Reads::Sled(tree) => Reads::Sled(tree.clone()),
                Reads::Sealed(sealed) => Reads::Sealed(sealed.clone()),
            },
            path: self.path.clone(),
        }
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Reads<FAN_OUT>) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        caught(io::ErrorKind::InvalidData, || read(&self.reads))
            .map_err(|error| fault("could not read", &self.path, error))
    }
}

/// Puts a row of padding into each leaf that was stored without its last byte, so that it is stored again in another
/// size. Returns whether there was one. The leaves were written lately, so they are in memory.
fn pad<const FAN_OUT: usize>(
    sled: &sled::Db<FAN_OUT>,
    path: &Path,
    left: &mut Left,
) -> io::Result<bool> {
    let cut = lost_byte::leaves(path, left)?;
    for low_key in &cut {
        let Some((first, _)) = sled.range(low_key.as_slice()..).next().transpose()? else {
            continue;
        };
        // What sorts next after the first row of the leaf, and is not there yet.
        let mut beside = first.to_vec();
        beside.push(0);
        while sled.get(&beside)?.is_some() {
            beside.push(0);
        }
        let mut padding = sled::Batch::default();
        padding.insert(beside, PADDING);
        sled.apply_batch(padding)?;
        tracing::info!(database = %path.display(), "a leaf got padding, for it lost its last byte");
    }
    Ok(!cut.is_empty())
}

/// While this value lives, its thread alone does the work that sled otherwise spreads over a pool of threads. For a few
/// leaves, waking the other threads costs more than the work itself.
pub struct SingleThreadedRayon {
    _pool: Option<rayon::ThreadPool>,
}

impl SingleThreadedRayon {
    /// Takes the calling thread. If that is not possible, the value has no effect.
    pub fn here() -> SingleThreadedRayon {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        SingleThreadedRayon {
            _pool: pool.use_current_thread().build().ok(),
        }
    }
}

/// Opens the database on a separate thread. Opening gives work to sled's pool and waits for it. A thread that works
/// alone ([`SingleThreadedRayon`]) would wait for ever.
fn open_elsewhere<const FAN_OUT: usize>(
    path: &Path,
    cache_bytes: usize,
) -> io::Result<Box<sled::Db<FAN_OUT>>> {
    thread::scope(|scope| {
        let opening = scope.spawn(|| open(path, cache_bytes));
        opening
            .join()
            .unwrap_or_else(|panic| panic::resume_unwind(panic))
    })
}

fn open<const FAN_OUT: usize>(
    path: &Path,
    cache_bytes: usize,
) -> io::Result<Box<sled::Db<FAN_OUT>>> {
    metadata::check(&path.join("metadata"))?;
    restore_missing_log(&path.join("metadata"))?;
    let sled = sled::Config::new()
        .path(path)
        .cache_capacity_bytes(cache_bytes)
        .zstd_compression_level(COMPRESSION_LEVEL)
        .flush_every_ms(Some(FLUSH_NEVER_MS))
        .open()?;
    match sync_names(path) {
        Ok(()) => Ok(Box::new(sled)),
        Err(error) => {
            // Dropped, it would flush, and abort the process if that fails, too.
            std::mem::forget(sled);
            Err(error)
        }
    }
}

/// Runs `work`; a panic becomes an error of `kind`.
fn caught<T>(kind: io::ErrorKind, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let what = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(io::Error::new(kind, format!("the engine panicked: {what}")))
    })
}

/// Converts an error of sled: stored bytes that make no sense give [`StoreError::Damaged`], a disk that refuses gives
/// [`StoreError::Io`].
fn fault(doing: &'static str, path: &Path, error: io::Error) -> StoreError {
    let path = path.to_owned();
    let error = plain(error);
    match error.kind() {
        io::ErrorKind::InvalidData
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Unsupported
        | io::ErrorKind::NotADirectory => StoreError::Damaged {
            path,
            what: error.to_string(),
        },
        _ => StoreError::Io {
            doing,
            path,
            source: error,
        },
    }
}

/// The error without the places in sled's source that sled puts in front of the text.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.rsplit_once(" -> ") {
        Some((_, what)) => io::Error::new(error.kind(), what.to_owned()),
        None => error,
    }
}

/// Creates the empty log that must follow the newest snapshot in `metadata`, if a crash lost that log.
fn restore_missing_log(metadata: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(metadata) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut snapshot_newest = None;
    let mut log_newest = None;
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        snapshot_newest = snapshot_newest.max(number_after("snapshot_", &name));
        log_newest = log_newest.max(number_after("log_", &name));
    }
    let Some(snapshot) = snapshot_newest else {
        return Ok(());
    };
    if log_newest > Some(snapshot) {
        return Ok(());
    }
    let missing = format!("log_{:016x}", snapshot + 1);
    File::create_new(metadata.join(missing))?.sync_all()?;
    disk::sync_folder(metadata)
}

/// The number in a file name such as `log_000000000000002a`; `None` for any other name.
fn number_after(prefix: &str, name: &str) -> Option<u64> {
    let digits = name.strip_prefix(prefix)?;
    u64::from_str_radix(digits, 16).ok()
}

fn sync_names(path: &Path) -> io::Result<()> {
    File::open(path.join("durability_cookie"))?.sync_all()?;
    disk::sync_folder(&path.join("metadata"))?;
    disk::sync_folder(&path.join("slabs"))?;
    disk::sync_folder(path)?;
    disk::sync_folder(disk::parent(path))
}
