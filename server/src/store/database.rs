//! One sled database in one folder: the only file that names sled.
//!
//! What sled 1.0.0-alpha.124 does that this file is built around (all of it read in its source, the
//! first two also seen happening):
//!
//! - **Opening can lose everything.** A start writes `metadata/snapshot_N`, deletes the logs it
//!   covers and only then creates the empty `metadata/log_N+1`. If a crash leaves the snapshot but
//!   not that log, the next start writes `snapshot_N` again and then deletes it as "the old one";
//!   the start after that finds an empty database. [`restore_missing_log`] runs before every open.
//! - **A failed flush is never completed**: every later flush of that database, those of `Drop`
//!   included, waits for it for ever. So a failed database is leaked, not dropped.
//! - With `flush_every_ms(None)` each dropped handle and each dropped iterator flushes, on the
//!   thread that drops it, and a failure there is only logged: the owner's next flush would report
//!   what is not on disk. So the flush interval is set to never, and only the owner flushes. The
//!   last handle to go flushes once more and aborts the process if that fails, so [`Database::close`]
//!   flushes until there is nothing left to write.
//! - The last of the names inside the folder are not synced, `durability_cookie` not at all (an
//!   empty one cannot be opened). They are synced here before `open` returns.
//! - Opening rewrites `metadata/` (never `slabs/`) and runs the program `sync` twice, so it takes as
//!   long as the machine needs to write out all that is dirty.
//! - A child process has all our files open for the moment between its fork and its exec, and with
//!   them the lock of a database that was closed meanwhile. Opening tries again for two seconds.
//! - Damage can panic; every call is caught and becomes an error. (A short read also prints a line on
//!   the standard output, which cannot be helped.)
//! - An open database holds about 85 files open.
//! - An iterator does not stop reading at the end of its range; [`Handle::scan`] stops by itself.

use super::disk;
use super::error::StoreError;
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The engine and its version, as FORMAT names them. An alpha may change its format on disk.
pub(super) const ENGINE: &str = "sled 1.0.0-alpha.124";

/// The fastest of the positive levels; measured, others save too little.
const COMPRESSION_LEVEL: i32 = 1;
/// The longest interval that can be said: nobody flushes but the owner.
const FLUSH_NEVER_MS: usize = usize::MAX;
/// How often a closing database is flushed before its compaction must have come to rest.
const CLOSING_FLUSHES_MAX: usize = 64;
/// How often opening is tried while the folder is locked.
const OPEN_ATTEMPTS_MAX: u32 = 200;
/// The wait between two of them.
const OPEN_RETRY: Duration = Duration::from_millis(10);

/// A database, owned by the one thread that writes it. (Boxed, as is the handle: they are large.)
pub(super) struct Database<const FAN_OUT: usize> {
    /// `None` once it was closed or leaked.
    sled: Option<Box<sled::Db<FAN_OUT>>>,
    path: PathBuf,
}

/// A way to read a database. Must be gone before its [`Database`] is closed.
pub(super) struct Handle<const FAN_OUT: usize> {
    tree: Box<sled::Tree<FAN_OUT>>,
    path: PathBuf,
}

impl<const FAN_OUT: usize> Database<FAN_OUT> {
    /// Opens or creates the database in `path`; the folder above must be there. Its names are
    /// durable on return.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the folder holds something that cannot be opened,
    /// [`StoreError::Io`] if the disk refuses or another handle has it open.
    pub(super) fn open(path: &Path, cache_bytes: usize) -> Result<Database<FAN_OUT>, StoreError> {
        let mut attempt = 1;
        loop {
            match caught(io::ErrorKind::InvalidData, || {
                open_elsewhere(path, cache_bytes)
            }) {
                Ok(sled) => {
                    return Ok(Database {
                        sled: Some(sled),
                        path: path.to_owned(),
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

    /// Another way to read what this database holds.
    pub(super) fn handle(&self) -> Result<Handle<FAN_OUT>, StoreError> {
        let sled = self.sled("could not read")?;
        Ok(Handle {
            tree: Box::new((**sled).clone()),
            path: self.path.clone(),
        })
    }

    /// Puts all of `rows` at once; in memory until [`Database::flush`].
    pub(super) fn put_all(
        &mut self,
        rows: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in rows {
            batch.insert(key, value);
        }
        self.write("could not write", |sled| sled.apply_batch(batch))
    }

    /// Removes one row, and the leaf that it leaves empty. (A batch would leave the empty leaf in
    /// place for ever.) What is removed and put between two flushes is on disk together or not.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.write("could not write", |sled| sled.remove(key).map(|_| ()))
    }

    /// Makes durable what was written so far.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        self.write("could not flush", |sled| sled.flush().map(|_| ()))
    }

    /// Leaves read from disk since the database was opened. One that was then written stays in memory.
    pub(super) fn page_ins(&self) -> u64 {
        self.sled
            .as_ref()
            .map_or(0, |sled| sled.stats().cache.cache_misses)
    }

    /// Flushes and closes. Every [`Handle`] must be gone; the folder can then be opened again.
    pub(super) fn close(mut self) -> Result<(), StoreError> {
        self.settle()
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        if self.sled.is_none() {
            return Ok(());
        }
        self.write("could not close", |sled| {
            for _ in 0..CLOSING_FLUSHES_MAX {
                if sled.flush()?.objects_flushed == 0 {
                    break;
                }
            }
            Ok(())
        })?;
        let sled = self.sled.take();
        caught(io::ErrorKind::Other, || {
            drop(sled);
            Ok(())
        })
        .map_err(|error| fault("could not close", &self.path, error))
    }

    fn sled(&self, doing: &'static str) -> Result<&sled::Db<FAN_OUT>, StoreError> {
        self.sled.as_deref().ok_or_else(|| StoreError::Io {
            doing,
            path: self.path.clone(),
            source: io::Error::other("the database failed before"),
        })
    }

    /// After a failure the database is leaked: its own `Drop` would wait for ever.
    fn write(
        &mut self,
        doing: &'static str,
        change: impl FnOnce(&sled::Db<FAN_OUT>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let sled = self.sled(doing)?;
        caught(io::ErrorKind::Other, || change(sled)).map_err(|error| {
            std::mem::forget(self.sled.take());
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
    /// The value under `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|tree| Ok(tree.get(key)?.map(|value| value.to_vec())))
    }

    /// The last key there is.
    pub(super) fn last_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|tree| Ok(tree.last()?.map(|(key, _)| key.to_vec())))
    }

    /// Hands the rows from key `from` on, in the order of their keys, to `visit` until it breaks.
    pub(super) fn scan(
        &self,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|tree| {
            for row in tree.range(from..) {
                let (key, value) = row?;
                if visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// As [`Handle::scan`], from key `from` down.
    pub(super) fn scan_down(
        &self,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|tree| {
            for row in tree.range(..=from).rev() {
                let (key, value) = row?;
                if visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The error for something found in here that makes no sense.
    pub(super) fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what,
        }
    }

    /// A second handle on the same database.
    pub(super) fn again(&self) -> Handle<FAN_OUT> {
        Handle {
            tree: self.tree.clone(),
            path: self.path.clone(),
        }
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&sled::Tree<FAN_OUT>) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        caught(io::ErrorKind::InvalidData, || read(&self.tree))
            .map_err(|error| fault("could not read", &self.path, error))
    }
}

/// As long as this is kept, its thread does alone what sled otherwise spreads over a pool of threads: for a few leaves,
/// waking those costs more than what they do.
pub struct SingleThreadedRayon {
    _pool: Option<rayon::ThreadPool>,
}

impl SingleThreadedRayon {
    /// The calling thread, if it can be.
    pub fn here() -> SingleThreadedRayon {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        SingleThreadedRayon {
            _pool: pool.use_current_thread().build().ok(),
        }
    }
}

/// Opens on a thread of its own: opening hands work to sled's pool and waits for it, which a thread that works alone
/// ([`Alone`]) would for ever.
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
    restore_missing_log(&path.join("metadata"))?;
    let sled = sled::Config::new()
        .path(path)
        .cache_capacity_bytes(cache_bytes)
        .zstd_compression_level(COMPRESSION_LEVEL)
        .flush_every_ms(Some(FLUSH_NEVER_MS))
        .open()?;
    sync_names(path)?;
    Ok(Box::new(sled))
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

/// Tells bytes that make no sense from a disk that refuses.
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

/// The error without the places in sled's source that it passed, which sled puts in front.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.rsplit_once(" -> ") {
        Some((_, what)) => io::Error::new(error.kind(), what.to_owned()),
        None => error,
    }
}

/// Creates the empty log that must follow the newest snapshot in `metadata` if a crash lost it.
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
