//! The writing end of the rows, which are folded from the log into one database. The log is the source of truth. After
//! any damage here, call [`Rows::reset`] and fold again.
//!
//! The caller chooses keys and values. Only keys that begin with the byte 0 belong to the store: there it notes to
//! which store the rows belong and up to which sequence they are folded.

#[cfg(test)]
pub(super) mod tests;
use super::database::{Database, Handle};
use super::disk;
use super::error::{ApplyError, StoreError};
use super::format::{DataFolder, FolderLock};
use super::rows_reader::{RowReader, Shared};
use super::sealed::metadata;
use super::space::Space;
use super::store_id::StoreId;
use super::{frame, key};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The maximum number of bytes of the key of a row.
pub const ROW_KEY_BYTES_MAX: usize = 1024;
/// The maximum number of bytes of the value of a row.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;
/// The maximum number of changes of one [`Rows::apply`].
pub const CHANGES_MAX: usize = 128 * 1024;
/// The bytes held in memory after which the database is closed and opened again, which frees them. The count includes
/// the rows that were put and an estimate of the leaves that were read by anyone in the meantime. A row that is looked
/// up is usually written next, and a written leaf stays in memory.
pub const REOPEN_BYTES: u64 = 40 * 1024 * 1024;
/// At most so many times as much may be held where the database has many leaves, because opening takes longer then.
const REOPEN_TIMES_MAX: u64 = 4;
/// So many times as long as the last opening took must have passed before the next one, unless that is too much to
/// hold.
const REOPEN_REST: u32 = 5;
/// The bytes put since the last flush after which the owner flushes. A flush holds a copy of all leaves that were
/// changed since the last one.
const FLUSH_BYTES: u64 = 8 * 1024 * 1024;
/// What the database takes in memory for a row beside its key and value: their headers and their places in the leaf, of
/// which about half are free. Measured with rows of 100 bytes.
const ROW_BYTES_BESIDE: u64 = 100;
/// The maximum number of bytes of leaves that reading may keep in memory.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Maximum number of rows that are put in one step. Readers of the same leaves wait during a step. (All
/// removals and writes between two flushes reach the disk together or not at all, whatever the number of steps.)
const PUTS_AT_ONCE: usize = 256;

/// Maximum number of rows of a leaf. The database has about 250 bytes in memory for each leaf that is stored, and reads
/// something of each when it is opened. With 128 instead of 64 both are half, at 1,000,000 contacts 40 MB. A flush
/// writes every leaf that was changed and holds it in memory from then on: random rows cost twice as much.
pub(super) const STATE_FAN_OUT: usize = 128;
/// The key of the note of the store. It sorts before every key of the caller.
pub(super) const POSITION_KEY: &[u8] = &[0];
/// The name of the file next to the database that says how its bookkeeping was when a server closed it. It is gone
/// while a server has the database open, and after a crash.
const CLOSED: &str = "CLOSED";
const CLOSED_TEMPORARY: &str = "CLOSED.new";
/// The name of a marker file next to the database. The thread that finds damage writes it, and the next open reports
/// the damage.
pub(super) const DAMAGED: &str = "DAMAGED";

/// The limits of the rows. Tests make them small.
#[derive(Clone, Copy, Debug)]
pub struct RowLimits {
    /// The bytes held in memory after which the database is closed and opened again. See [`REOPEN_BYTES`].
    pub reopen_bytes: u64,
    /// The maximum number of bytes of leaves that reading may keep in memory.
    pub cache_bytes: usize,
}

/// The result of [`Rows::open`].
pub enum Opened {
    /// The rows and their reader. They are folded up to [`Rows::applied`], which is 0 for an empty database.
    Ready(Rows, RowReader),
    /// The rows cannot be used. Call [`Rows::reset`], open again, and fold the whole log.
    Damaged {
        /// The damage that was found.
        what: String,
    },
}

/// The writing end of the rows. Its owner is the one thread that applies.
pub struct Rows {
    /// `None` after a failure.
    database: Option<Database<STATE_FAN_OUT>>,
    shared: Arc<Shared>,
    store_id: StoreId,
    limits: RowLimits,
    /// An estimate of the bytes that only opening again would free.
    held_bytes: u64,
    /// An estimate of the bytes that were put since the last flush.
    unflushed_bytes: u64,
    /// The number of leaves read since the database was opened that are already counted in `held_bytes`.
    page_ins_held: u64,
    /// When the database was opened, and how long closing and opening it took; 0 for the first time.
    reopened: (Instant, Duration),
    failure: Option<String>,
    /// Whether the folder is only read: then the rows since the last flush are in memory alone.
    is_sealed: bool,
    space: Option<Arc<Space>>,
    /// Keeps other servers out of the folder.
    _lock: Arc<FolderLock>,
}

impl Default for RowLimits {
    fn default() -> RowLimits {
        RowLimits {
            reopen_bytes: REOPEN_BYTES,
            cache_bytes: CACHE_BYTES,
        }
    }
}

impl Rows {
    /// Opens the rows of `folder`. A folder must have at most one open [`Rows`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if the disk refuses. Damage is not an error but gives [`Opened::Damaged`].
    pub fn open(folder: &DataFolder, limits: RowLimits) -> Result<Opened, StoreError> {
        Rows::ready(Rows::open_whole(folder, &folder.state_path(), limits))
    }

    /// Opens no rows at all, in a folder that is only read: they are folded again from the log, and stay in memory.
    ///
    /// # Errors
    ///
    /// Never in practice: nothing is read.
    pub fn open_in_memory(folder: &DataFolder, limits: RowLimits) -> Result<Opened, StoreError> {
        let none = folder.state_path().join("none");
        Rows::ready(Rows::open_whole(folder, &none, limits))
    }

    fn ready(opened: Result<Rows, StoreError>) -> Result<Opened, StoreError> {
        match opened {
            Ok(rows) => {
                let reader = RowReader::new(rows.shared.clone());
                Ok(Opened::Ready(rows, reader))
            }
            Err(StoreError::Damaged { what, .. }) => Ok(Opened::Damaged { what }),
            Err(error) => Err(error),
        }
    }

    /// Deletes all rows. No [`Rows`] and no [`RowReader`] of the folder may be in use.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]. The next open still reports rows that could not be deleted as damaged.
    pub fn reset(folder: &DataFolder) -> Result<(), StoreError> {
        let path = folder.state_path();
        disk::discard(&path)
            .and_then(|()| fs::create_dir(&path))
            .and_then(|()| disk::sync_folder(disk::parent(&path)))
            .map_err(|source| StoreError::Io {
                doing: "could not reset",
                path,
                source,
            })
    }

    /// Applies `changes` and notes that the rows are folded up to sequence `applied`. A change has a key and the value
    /// to put; `None` deletes the row. Of two changes of one key, the later one counts. Readers see the new rows from
    /// now on. They are on disk after the next [`Rows::flush`]: a flush writes all changes since the one before, or
    /// none of them.
    ///
    /// # Errors
    ///
    /// After [`ApplyError::Failed`] and [`ApplyError::Poisoned`] the rows accept no more changes. After any other error
    /// nothing has changed.
    pub fn apply(
        &mut self,
        changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        applied: u64,
    ) -> Result<(), ApplyError> {
        if applied <= self.applied() {
            let (asked, applied) = (applied, self.applied());
            return Err(ApplyError::OutOfTurn { asked, applied });
        }
        check_limits(&changes)?;
        self.unless_poisoned(|rows| {
            rows.write(changes, applied)?;
            if rows.should_reopen() && rows.has_reserve() {
                rows.reopen()?;
            }
            Ok(())
        })
    }

    /// Makes durable everything that was applied. Every ten seconds is enough: after a crash, the next start folds the
    /// missing events again.
    ///
    /// # Errors
    ///
    /// [`ApplyError::Failed`] and [`ApplyError::Poisoned`]: the rows accept no more changes.
    pub fn flush(&mut self) -> Result<(), ApplyError> {
        self.unless_poisoned(|rows| {
            rows.unflushed_bytes = 0;
            rows.database()?.flush_unchecked()
        })
    }

    /// Whether so much was put since the last flush, 16 MiB in memory, that the next one should not wait.
    pub fn should_flush(&self) -> bool {
        self.unflushed_bytes >= FLUSH_BYTES
    }

    /// Lets `space` say when there is room to flush. Without it there always is.
    pub fn watched_by(&mut self, space: &Arc<Space>) {
        self.space = Some(space.clone());
    }

    /// Whether there is room to flush. Where there is none, do not: the rows are in memory and follow from the log, and
    /// a flush that fails is the end of these rows.
    pub fn has_reserve(&self) -> bool {
        let mut space = self.space.iter();
        !self.is_sealed && space.all(|space| space.has_reserve())
    }

    /// The sequence up to which the rows are folded; 0 if no event was folded.
    pub fn applied(&self) -> u64 {
        self.shared.applied()
    }

    fn open_whole(folder: &DataFolder, path: &Path, limits: RowLimits) -> Result<Rows, StoreError> {
        let damaged = |what: String| StoreError::Damaged {
            path: path.to_owned(),
            what,
        };
        if path.join(DAMAGED).exists() {
            return Err(damaged("it was found damaged while it was read".to_owned()));
        }
        check_closed(path)?;
        let is_sealed = folder.sealed().is_some();
        if !is_sealed {
            forget_closed(path)?;
        }
        let database = match is_sealed {
            true => Database::sealed(path, limits.cache_bytes)?,
            false => Database::open_checked(path, limits.cache_bytes)?,
        };
        let handle = database.handle()?;
        let applied = match handle.get(POSITION_KEY)? {
            Some(stored) => read_position(&stored, folder.store_id()).map_err(damaged)?,
            None if handle.last_key()?.is_none() => 0,
            None => return Err(damaged("it does not say how far it is folded".to_owned())),
        };
        Ok(Rows {
            database: Some(database),
            shared: Arc::new(Shared::new(
                path.to_owned(),
                applied,
                handle,
                folder.veil().clone(),
            )),
            store_id: folder.store_id(),
            limits,
            held_bytes: 0,
            unflushed_bytes: 0,
            page_ins_held: 0,
            reopened: (Instant::now(), Duration::ZERO),
            failure: None,
            is_sealed,
            space: None,
            _lock: folder.lock(),
        })
    }

    fn write(
        &mut self,
        changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        applied: u64,
    ) -> Result<(), StoreError> {
        let position = position(self.store_id, applied);
        let veil = self.shared.veil().clone();
        let changes = changes.into_iter();
        let changes = changes.map(|(key, value)| (veil.hidden(&key).into_owned(), value));
        let changes = latest(changes.collect());
        let count = changes.len() as u64;
        let database = self.database()?;
        let mut puts = Vec::with_capacity(changes.len());
        let mut gone = Vec::new();
        for (key, value) in changes {
            match value {
                Some(value) => {
                    let stored = frame::wrap(&key, &value);
                    puts.push((key, stored));
                }
                None => gone.push(key),
            }
        }
        let bytes: u64 = puts
            .iter()
            .map(|(key, value)| (key.len() + value.len()) as u64 + ROW_BYTES_BESIDE)
            .sum();
        for puts in in_two_passes(puts) {
            let mut puts = puts.into_iter();
            while puts.len() > 0 {
                database.put_all(puts.by_ref().take(PUTS_AT_ONCE))?;
            }
        }
        // Remove after the puts: so a row that moves from one key to another is always under at least one of them.
        for key in gone {
            database.remove(&key)?;
        }
        database.put_all([(POSITION_KEY.to_vec(), position)])?;
        let page_ins = database.page_ins();
        // Leaves are about half full.
        let leaf_bytes = bytes / (count + 1) * STATE_FAN_OUT as u64 / 2;
        self.unflushed_bytes += bytes;
        self.held_bytes += bytes + (page_ins - self.page_ins_held) * leaf_bytes;
        self.page_ins_held = page_ins;
        self.shared.note_held(self.held_bytes);
        self.shared.publish(applied);
        Ok(())
    }

    /// Closes the database and opens it again. Readers wait in the meantime, but not while it writes what is left.
    fn reopen(&mut self) -> Result<(), StoreError> {
        let limits = self.limits;
        self.database()?.flush_all()?;
        let left = self.database()?.take_left();
        let begun = Instant::now();
        let database = self.database.take();
        let (database, page_ins) = self.shared.replace(|path| {
            if let Some(database) = database {
                database.close()?;
            }
            let database = Database::open(path, limits.cache_bytes)?.knowing(left);
            let handle: Handle<STATE_FAN_OUT> = database.handle()?;
            let page_ins = database.page_ins();
            Ok((handle, (database, page_ins)))
        })?;
        self.database = Some(database);
        (self.held_bytes, self.page_ins_held) = (0, page_ins);
        self.unflushed_bytes = 0;
        self.reopened = (Instant::now(), begun.elapsed());
        self.shared.note_held(0);
        Ok(())
    }

    /// Whether so much is held in memory that the database should be opened again.
    fn should_reopen(&self) -> bool {
        let least = self.limits.reopen_bytes;
        let (at, took) = self.reopened;
        self.held_bytes >= least.saturating_mul(REOPEN_TIMES_MAX)
            || self.held_bytes >= least && at.elapsed() >= took * REOPEN_REST
    }

    fn database(&mut self) -> Result<&mut Database<STATE_FAN_OUT>, StoreError> {
        self.database.as_mut().ok_or(StoreError::Closed)
    }

    fn unless_poisoned(
        &mut self,
        work: impl FnOnce(&mut Rows) -> Result<(), StoreError>,
    ) -> Result<(), ApplyError> {
        if let Some(why) = &self.failure {
            let why = why.clone();
            return Err(ApplyError::Poisoned { why });
        }
        work(self).map_err(|error| {
            self.failure = Some(error.to_string());
            if let StoreError::Damaged { .. } = error {
                self.shared.mark_damaged();
            }
            ApplyError::Failed(error)
        })
    }
}

impl Drop for Rows {
    /// Flushes and closes. From now on, readers get [`StoreError::Closed`]. Where there is no room, nothing is flushed:
    /// the next start folds these events again.
    fn drop(&mut self) {
        let database = self.database.take();
        let has_reserve = self.has_reserve();
        self.shared.end(|| match (database, has_reserve) {
            (Some(database), false) => database.abandon(),
            (Some(database), true) => {
                let path = self.shared.path();
                if let Err(error) = database.close().and_then(|()| note_closed(path)) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "closing the rows failed"
                    );
                }
            }
            (None, _) => {}
        });
    }
}

/// The changes in the order of their keys, with each key once. Of two changes of one key, the later one counts.
fn latest(mut changes: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    changes.sort_by(|(a, _), (b, _)| a.cmp(b));
    changes.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            std::mem::swap(&mut earlier.1, &mut later.1);
        }
        is_same
    });
    changes
}

/// What to put first, and what to put between it. The database splits a leaf in the middle when it is full. So of rows
/// in a row, put one after the other, each split would leave a leaf half full for ever. Here the first pass puts hardly
/// more than every second one: it makes leaves that are half full, and the second fills them.
fn in_two_passes<T>(puts: Vec<T>) -> [Vec<T>; 2] {
    const LEAF_FULL: usize = STATE_FAN_OUT - 1;
    let is_first = |place: usize| (place % LEAF_FULL).is_multiple_of(2);
    let (mut first, mut second) = (Vec::with_capacity(puts.len()), Vec::new());
    for (place, put) in puts.into_iter().enumerate() {
        match is_first(place) {
            true => first.push(put),
            false => second.push(put),
        }
    }
    [first, second]
}

fn position(store_id: StoreId, applied: u64) -> Vec<u8> {
    let payload = [store_id.0.as_slice(), &key::sequence(applied)].concat();
    frame::wrap(POSITION_KEY, &payload)
}

pub(super) fn read_position(stored: &[u8], store_id: StoreId) -> Result<u64, String> {
    let payload = frame::unwrap(POSITION_KEY, stored).map_err(|error| error.to_string())?;
    let (store, applied) = payload
        .split_at_checked(store_id.0.len())
        .ok_or("it is short")?;
    if store != store_id.0 {
        return Err("it belongs to another store".to_owned());
    }
    key::decode_sequence(applied).ok_or_else(|| "its position does not read".to_owned())
}

fn check_limits(changes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), ApplyError> {
    /// The maximum number of bytes of a bad key that an error shows.
    const SHOWN_BYTES_MAX: usize = 32;
    let shown = |key: &[u8]| key[..key.len().min(SHOWN_BYTES_MAX)].to_vec();
    if changes.len() > CHANGES_MAX {
        let changes = changes.len();
        return Err(ApplyError::TooManyChanges { changes });
    }
    for (key, value) in changes {
        let own = key.first().is_none_or(|byte| *byte == 0);
        if own || key.len() > ROW_KEY_BYTES_MAX {
            return Err(ApplyError::BadKey { key: shown(key) });
        }
        let bytes = value.as_ref().map_or(0, Vec::len);
        if bytes > ROW_BYTES_MAX {
            let key = shown(key);
            return Err(ApplyError::RowTooLarge { key, bytes });
        }
    }
    Ok(())
}

/// Makes the next [`Rows::open`] report the damage that a reader found. Best effort.
pub(super) fn condemn(state: &Path) -> io::Result<()> {
    File::create(state.join(DAMAGED))?.sync_all()?;
    disk::sync_folder(state)
}

/// Checks that the bookkeeping of the database is as it was when a server closed it. The engine would not notice that a
/// part of it was cut off: it would take older rows, of other times, for the rows.
///
/// # Errors
///
/// [`StoreError::Damaged`]. After a crash, an error only if a part is surely missing.
pub(super) fn check_closed(path: &Path) -> Result<(), StoreError> {
    let damaged = |what: &str| StoreError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    let unread = |source| could_not("could not read", path, source);
    match fs::read_to_string(path.join(CLOSED)) {
        Ok(noted) if noted == bookkeeping(path).map_err(unread)? => Ok(()),
        Ok(_) => Err(damaged("its bookkeeping is not as a server left it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match metadata::lacks_log(&path.join("metadata")).map_err(unread)? {
                true => Err(damaged("the newest part of its bookkeeping is missing")),
                false => Ok(()),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(damaged("how it was left does not read"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(damaged("it is not a folder"))
        }
        Err(error) => Err(unread(error)),
    }
}

/// Forgets how the bookkeeping was, before it changes.
fn forget_closed(path: &Path) -> Result<(), StoreError> {
    let gone = match fs::remove_file(path.join(CLOSED)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        gone => gone.and_then(|()| disk::sync_folder(path)),
    };
    gone.map_err(|source| could_not("could not open", path, source))
}

/// Notes how the bookkeeping is, now that the database is closed.
fn note_closed(path: &Path) -> Result<(), StoreError> {
    let noted = bookkeeping(path)
        .and_then(|noted| disk::write_whole(path, CLOSED_TEMPORARY, CLOSED, noted.as_bytes()));
    noted.map_err(|source| could_not("could not close", path, source))
}

/// Each file of the bookkeeping with its length and its checksum.
fn bookkeeping(path: &Path) -> io::Result<String> {
    let mut lines = Vec::new();
    let entries = match fs::read_dir(path.join("metadata")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let bytes = fs::read(entry.path())?;
        let name = entry.file_name();
        let (length, checksum) = (bytes.len(), crc32fast::hash(&bytes));
        lines.push(format!(
            "{} {length} {checksum:08x}\n",
            name.to_string_lossy()
        ));
    }
    lines.sort();
    Ok(lines.concat())
}

fn could_not(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
