//! The reading end of the rows, which are folded from the log. It may be cloned any number of times and used on any
//! thread.
//!
//! Readers see rows that are applied but not flushed. A crash may undo them, but the next start folds them again from
//! the log, where their events are on disk. While the database is closed and opened again (20 to 500 ms, seldom),
//! readers wait; asynchronous readers do not block their thread. A read of a leaf that is not in memory blocks for a
//! read of the disk.

use super::database::Handle;
use super::error::StoreError;
use super::frame;
use super::rows::{STATE_FAN_OUT, condemn};
use super::veil::{MaybeVeil, moved};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use tokio::sync::Notify;

/// The maximum number of rows of one [`RowReader::scan`].
pub const SCAN_ROWS_MAX: usize = 10_000;
/// The most idle handles that are kept for the next readers.
const IDLE_HANDLES_MAX: usize = 16;

/// The values under some keys, in the order of the keys; `None` for a key without a row.
pub type Values = Vec<Option<Vec<u8>>>;
/// The key and the value of a row.
pub type StoredRow = (Vec<u8>, Vec<u8>);

/// The direction of a run of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// From smaller keys to greater ones.
    Greater,
    /// From greater keys to smaller ones.
    Smaller,
}

/// Reads the rows.
#[derive(Clone)]
pub struct RowReader {
    shared: Arc<Shared>,
}

/// The state that the writer and the readers share.
pub(super) struct Shared {
    path: PathBuf,
    veil: MaybeVeil,
    applied: AtomicU64,
    /// An estimate of the bytes that only opening again would free.
    held_bytes: AtomicU64,
    /// Locked for writing only while the database is opened again or closed. `None` after it was closed for good.
    open: RwLock<Option<Handles>>,
    reopened: Notify,
    advanced: Notify,
}

/// The handles of the readers. Only one thread at a time can use a handle, so each reader takes one and gives it back.
struct Handles {
    seed: Mutex<Handle<STATE_FAN_OUT>>,
    idle: Mutex<Vec<Handle<STATE_FAN_OUT>>>,
}

impl RowReader {
    pub(super) fn new(shared: Arc<Shared>) -> RowReader {
        RowReader { shared }
    }

    /// The sequence up to which the rows are folded; 0 if no event was folded.
    pub fn applied(&self) -> u64 {
        self.shared.applied()
    }

    /// The bytes that the rows hold in memory until they are opened again: an estimate.
    pub fn held_bytes(&self) -> u64 {
        self.shared.held_bytes.load(Ordering::Relaxed)
    }

    /// The rows under `keys`, in the order of `keys`, and a sequence. Each row is as of that sequence or later.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`]: restart the server, which then folds the rows again. [`StoreError::Closed`] after the
    /// rows were closed.
    pub async fn get_many(&self, keys: &[Vec<u8>]) -> Result<(Values, u64), StoreError> {
        self.read(|handle| get_many(handle, &self.shared.veil, keys))
            .await
    }

    /// The same as [`RowReader::get_many`], for threads: it blocks.
    ///
    /// # Errors
    ///
    /// The same as [`RowReader::get_many`].
    pub fn get_many_blocking(&self, keys: &[Vec<u8>]) -> Result<(Values, u64), StoreError> {
        self.read_blocking(|handle| get_many(handle, &self.shared.veil, keys))
    }

    /// The rows whose keys begin with `prefix` and come after `after`, in the order of their keys: at most `max`, and
    /// at most [`SCAN_ROWS_MAX`]. Also returns a sequence: each row is as of that sequence or later.
    ///
    /// A row that is written while the scan runs may be in the result or not. This holds for each row separately.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`]: restart the server, which then folds the rows again. [`StoreError::Closed`] after the
    /// rows were closed.
    pub async fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        max: usize,
    ) -> Result<(Vec<StoredRow>, u64), StoreError> {
        self.read(|handle| scan(handle, &self.shared.veil, prefix, after, max))
            .await
    }

    /// The same as [`RowReader::scan`], for threads: it blocks.
    ///
    /// # Errors
    ///
    /// The same as [`RowReader::scan`].
    pub fn scan_blocking(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        max: usize,
    ) -> Result<(Vec<StoredRow>, u64), StoreError> {
        self.read_blocking(|handle| scan(handle, &self.shared.veil, prefix, after, max))
    }

    /// The same as [`RowReader::scan_blocking`], with the rows as they are stored: what is sealed stays sealed, and
    /// needs no key. For a prefix that is not hidden.
    ///
    /// # Errors
    ///
    /// The same as [`RowReader::scan`].
    pub fn scan_sealed_blocking(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        max: usize,
    ) -> Result<(Vec<StoredRow>, u64), StoreError> {
        let none = MaybeVeil::default();
        self.read_blocking(|handle| scan(handle, &none, prefix, after, max))
    }

    /// The rows whose keys begin with `prefix`, from key `from` on in the direction `towards`, in that order. The row
    /// at `from` is included. At most `max` rows, and at most [`SCAN_ROWS_MAX`].
    ///
    /// # Errors
    ///
    /// The same as [`RowReader::scan`].
    pub fn run_blocking(
        &self,
        prefix: &[u8],
        from: &[u8],
        towards: Towards,
        max: usize,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let veil = &self.shared.veil;
        let read = |handle: &Handle<STATE_FAN_OUT>| run(handle, veil, prefix, from, towards, max);
        self.read_blocking(read).map(|(rows, _)| rows)
    }

    /// Waits until the rows hold every event up to `seq`.
    pub async fn reached(&self, seq: u64) {
        loop {
            let applied = self.shared.advanced.notified();
            if self.applied() >= seq {
                return;
            }
            applied.await;
        }
    }

    async fn read<T>(
        &self,
        read: impl Fn(&Handle<STATE_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<(T, u64), StoreError> {
        loop {
            // Subscribe before the look at the lock, so that no notice is missed.
            let reopened = self.shared.reopened.notified();
            if let Some(result) = self.try_read(&read) {
                return result;
            }
            reopened.await;
        }
    }

    /// Reads without waiting. `None` while the database is being opened again.
    fn try_read<T>(
        &self,
        read: impl Fn(&Handle<STATE_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Option<Result<(T, u64), StoreError>> {
        let open = match self.shared.open.try_read() {
            Ok(open) => open,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(self.read_open(&open, read))
    }

    fn read_blocking<T>(
        &self,
        read: impl Fn(&Handle<STATE_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<(T, u64), StoreError> {
        let open = self
            .shared
            .open
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        self.read_open(&open, read)
    }

    fn read_open<T>(
        &self,
        open: &RwLockReadGuard<'_, Option<Handles>>,
        read: impl Fn(&Handle<STATE_FAN_OUT>) -> Result<T, StoreError>,
    ) -> Result<(T, u64), StoreError> {
        let handles = open.as_ref().ok_or(StoreError::Closed)?;
        // Read the sequence first: changes that are applied afterwards may or may not be seen.
        let as_of = self.applied();
        let handle = handles.take();
        let result = read(&handle);
        handles.give_back(handle);
        if let Err(StoreError::Damaged { .. }) = result {
            self.shared.mark_damaged();
        }
        Ok((result?, as_of))
    }
}

impl Shared {
    pub(super) fn new(
        path: PathBuf,
        applied: u64,
        handle: Handle<STATE_FAN_OUT>,
        veil: MaybeVeil,
    ) -> Shared {
        Shared {
            path,
            veil,
            applied: AtomicU64::new(applied),
            held_bytes: AtomicU64::new(0),
            open: RwLock::new(Some(Handles::new(handle))),
            reopened: Notify::new(),
            advanced: Notify::new(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn veil(&self) -> &MaybeVeil {
        &self.veil
    }

    pub(super) fn applied(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    /// Notes how many bytes only opening again would free.
    pub(super) fn note_held(&self, bytes: u64) {
        self.held_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Makes the next start fold the rows again.
    pub(super) fn mark_damaged(&self) {
        if let Err(error) = condemn(&self.path) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "could not write the marker of damaged rows"
            );
        }
    }

    /// Publishes that the rows are folded up to `applied`, and wakes the readers that wait for it.
    pub(super) fn publish(&self, applied: u64) {
        self.applied.store(applied, Ordering::Release);
        self.advanced.notify_waiters();
    }

    /// Drops every handle and runs `reopen`, which makes a new one. Readers wait in the meantime.
    pub(super) fn replace<T>(
        &self,
        reopen: impl FnOnce(&Path) -> Result<(Handle<STATE_FAN_OUT>, T), StoreError>,
    ) -> Result<T, StoreError> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        *open = None;
        let reopened = reopen(&self.path).map(|(handle, rest)| {
            *open = Some(Handles::new(handle));
            rest
        });
        drop(open);
        self.reopened.notify_waiters();
        reopened
    }

    /// Drops every handle for good and runs `close`. Readers wait in the meantime.
    pub(super) fn end(&self, close: impl FnOnce()) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        *open = None;
        close();
        drop(open);
        self.reopened.notify_waiters();
    }
}

impl Handles {
    fn new(handle: Handle<STATE_FAN_OUT>) -> Handles {
        Handles {
            seed: Mutex::new(handle),
            idle: Mutex::default(),
        }
    }

    fn take(&self) -> Handle<STATE_FAN_OUT> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.unwrap_or_else(|| {
            let seed = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
            seed.again()
        })
    }

    fn give_back(&self, handle: Handle<STATE_FAN_OUT>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_HANDLES_MAX {
            idle.push(handle);
        }
    }
}

fn get_many(
    handle: &Handle<STATE_FAN_OUT>,
    veil: &MaybeVeil,
    keys: &[Vec<u8>],
) -> Result<Values, StoreError> {
    keys.iter()
        .map(|key| {
            let key = veil.hidden(key);
            let stored = handle.get(&key)?;
            let unwrap = |stored: Vec<u8>| handle.unwrap(veil, &key, &stored);
            stored.map(unwrap).transpose()
        })
        .collect()
}

fn scan(
    handle: &Handle<STATE_FAN_OUT>,
    veil: &MaybeVeil,
    plain: &[u8],
    after: Option<&[u8]>,
    max: usize,
) -> Result<Vec<StoredRow>, StoreError> {
    /// The first key that does not belong to the store.
    const FIRST_KEY: &[u8] = &[1];
    let max = max.min(SCAN_ROWS_MAX);
    let prefix = &*veil.hidden(plain);
    let after = after.map(|after| moved(after, plain, prefix));
    let after = after.as_deref();
    let from = prefix.max(FIRST_KEY).max(after.unwrap_or_default());
    let mut rows = Vec::new();
    let mut damage = Ok(());
    if max == 0 {
        return Ok(rows);
    }
    handle.scan(from, |key, stored| {
        if !key.starts_with(prefix) {
            return ControlFlow::Break(());
        }
        if Some(key) == after {
            return ControlFlow::Continue(());
        }
        match handle.unwrap(veil, key, stored) {
            Ok(value) => rows.push((moved(key, prefix, plain).into_owned(), value)),
            Err(error) => {
                damage = Err(error);
                return ControlFlow::Break(());
            }
        }
        if rows.len() == max {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    damage.map(|()| rows)
}

fn run(
    handle: &Handle<STATE_FAN_OUT>,
    veil: &MaybeVeil,
    plain: &[u8],
    from: &[u8],
    towards: Towards,
    max: usize,
) -> Result<Vec<StoredRow>, StoreError> {
    let max = max.min(SCAN_ROWS_MAX);
    let prefix = &*veil.hidden(plain);
    let from = &*moved(from, plain, prefix);
    let mut rows = Vec::new();
    let mut damage = Ok(());
    let visit = |key: &[u8], stored: &[u8]| {
        if rows.len() == max || !key.starts_with(prefix) {
            return ControlFlow::Break(());
        }
        match handle.unwrap(veil, key, stored) {
            Ok(value) => rows.push((moved(key, prefix, plain).into_owned(), value)),
            Err(error) => damage = Err(error),
        }
        match damage.is_ok() && rows.len() < max {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    };
    match towards {
        Towards::Greater => handle.scan(from.max(prefix), visit)?,
        Towards::Smaller => handle.scan_down(from, visit)?,
    }
    damage.map(|()| rows)
}

impl Handle<STATE_FAN_OUT> {
    /// The payload stored under `key`, opened.
    fn unwrap(&self, veil: &MaybeVeil, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        let payload = frame::unwrap(key, stored).map_err(|error| error.to_string());
        let opened = payload.and_then(|payload| veil.row(key, payload.to_vec()));
        opened.map_err(|error| self.damaged(format!("the row {key:02x?}: {error}")))
    }
}
