//! The data folder: the lock on it, and its FORMAT file.
//!
//! ```text
//! DATA/LOCK     locked by a server while it uses the folder
//! DATA/FORMAT   what the bytes in the folder are, as `key = value` lines; written once
//! DATA/SEALED   the check value of the keys; written before anything is sealed under them
//! DATA/log/     the events, in segments
//! DATA/state/   rows folded from the events; may be deleted
//! DATA/keys/    the keys of personal values; in no backup of the rest
//! ```

#[cfg(test)]
pub(super) mod tests;
use super::database::ENGINE;
use super::disk;
use super::lineage::{Lineage, LineageError};
use super::rows::STATE_FAN_OUT;
use super::segment::LOG_FAN_OUT;
use super::space::{self, Room};
use super::store_id::{StoreId, StoreIdError};
use super::veil::{MaybeVeil, Veil};
use crate::keys::Keys;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The number of the schema, which is the meaning of keys and values. Add 1 for every change of either.
pub const SCHEMA: u64 = 1;
/// The values of `state_fan_out` that earlier servers wrote. Rows of such a folder are deleted and made again from the
/// events.
const STATE_FAN_OUTS_BEFORE: [&str; 1] = ["64"];
const STATE_FAN_OUT_KEY: &str = "state_fan_out";
const RESTORED_OF: &str = "restored_of";
const FORMAT: &str = "FORMAT";
const FORMAT_TEMPORARY: &str = "FORMAT.new";
pub(super) const LOCK: &str = "LOCK";
pub(super) const LOG: &str = "log";
pub(super) const STATE: &str = "state";
/// There while the folder is filled from a backup.
pub(super) const UNFINISHED: &str = "UNFINISHED";
/// The name of the folder with the keys of personal values.
pub const KEYS: &str = "keys";
/// The names that do not make a folder foreign: those in the root of a file system, and those that a crash leaves of a
/// folder that was being created.
const NAMES_OF_AN_EMPTY_FOLDER: [&str; 5] = [LOCK, FORMAT_TEMPORARY, LOG, STATE, "lost+found"];

/// The mode of a new data folder: what customers told is nothing for other people of the machine.
const OWNER_ALONE: u32 = 0o700;
/// Maximum number of attempts to take the lock. The last child process of a killed server may hold the lock a moment
/// longer.
const LOCK_ATTEMPTS_MAX: u32 = 30;
/// The wait between two attempts.
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// A data folder that this process, and no other, may use until this value is dropped.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
    store_id: StoreId,
    lineage: Lineage,
    created: bool,
    /// Whether its rows are of an earlier format.
    has_earlier_rows: bool,
    /// Why the folder is only read; `None` if it is written.
    sealed: Option<Room>,
    lock: Arc<FolderLock>,
    veil: MaybeVeil,
}

/// Keeps other servers out of a folder while it lives.
#[derive(Debug)]
pub(super) struct FolderLock(File);

/// The folder cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The parent folder is missing.
    #[error("{} does not exist; create it, or name another data folder", path.display())]
    NoParent {
        /// The parent folder.
        path: PathBuf,
    },
    /// The path is a file or a device.
    #[error("{} is not a folder; name a folder of its own for the data", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// No file can be created in the folder.
    #[error("{} cannot be written ({source}); give this user the right to write there", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The folder holds files but no FORMAT.
    #[error("{} holds `{found}` but no FORMAT, so it is not a data folder; name an empty or a new folder", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The name of one of its files.
        found: String,
    },
    /// The folder was being filled from a backup, which did not come to its end.
    #[error("{} is an unfinished restore; delete the folder, and restore again", path.display())]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// The folder is not empty, and is to be filled.
    #[error("{} is not empty: it holds `{found}`; name an empty or a new folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// The name of something in it.
        found: String,
    },
    /// Another server uses the folder.
    #[error("{} is in use by another server; stop that one, or name another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The folder was written by a newer server.
    #[error("{} has schema {found}, this server reads {SCHEMA}; use a newer server", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The number of its schema.
        found: u64,
    },
    /// The folder was written by a server with another engine or other settings.
    #[error("{} has `{key} = {found}`, this server needs `{wanted}`; use the server that wrote it", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// The key of the line.
        key: &'static str,
        /// The value in the file.
        found: String,
        /// The value that this server needs.
        wanted: String,
    },
    /// The FORMAT file is not ours, or it is damaged.
    #[error("{} does not read: {what}; restore the folder from a backup", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// FORMAT exists, but the events are missing.
    #[error("{} is missing, and with it the events; restore the folder from a backup", path.display())]
    NoLog {
        /// The folder where the events should be.
        path: PathBuf,
    },
    /// There is no store in the folder yet, and no room to create one.
    #[error("{room}; make room, name another data folder, or lower min-free-space")]
    NoRoom {
        /// What is free and what is needed.
        room: Room,
    },
    /// The disk refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// The action that failed, such as "could not read".
        doing: &'static str,
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl DataFolder {
    /// Whether the folder at `path` holds a store, of any version.
    pub fn is_there(path: &Path) -> bool {
        path.join(FORMAT).exists()
    }

    /// Locks the folder for this process. Creates the folder if there is none, and finishes a creation that a crash
    /// interrupted. If the store is created now, its id is `fresh`.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the obstacle and the remedy.
    pub fn open(path: &Path, fresh: StoreId) -> Result<DataFolder, OpenError> {
        create_if_missing(path)?;
        let format = path.join(FORMAT);
        if !exists(&format)? {
            refuse_unfinished(path)?;
            refuse_foreign(path)?;
        }
        let lock = take_lock(path)?;
        // Check only now: another server may have created the store just before.
        let created = !exists(&format)?;
        if created {
            create_store(path, fresh).map_err(|error| doing("could not create", path, error))?;
        } else {
            refuse_read_only(path)?;
        }
        let text = fs::read(&format).map_err(|error| doing("could not read", &format, error))?;
        let Found {
            store_id,
            lineage,
            rows,
        } = read_format(&format, &text)?;
        if !exists(&path.join(LOG))? {
            return Err(OpenError::NoLog {
                path: path.join(LOG),
            });
        }
        if rows == RowsFormat::Earlier {
            let renewed = renew_rows(path, store_id, &lineage);
            renewed.map_err(|error| doing("could not renew the rows of", path, error))?;
        }
        disk::sweep(path).map_err(|error| doing("could not tidy", path, error))?;
        Ok(DataFolder {
            path: path.to_owned(),
            store_id,
            lineage,
            created,
            has_earlier_rows: false,
            sealed: None,
            lock: Arc::new(lock),
            veil: MaybeVeil::default(),
        })
    }

    /// The same as [`DataFolder::open`]. But where less than `min_free_bytes` are free, or where the file system is
    /// read-only, the folder is opened to be read alone, and nothing in it is changed: see [`DataFolder::sealed`].
    ///
    /// # Errors
    ///
    /// The same as [`DataFolder::open`], and [`OpenError::NoRoom`].
    pub fn open_where_room(
        path: &Path,
        fresh: StoreId,
        min_free_bytes: u64,
    ) -> Result<DataFolder, OpenError> {
        let is_there = DataFolder::is_there(path);
        let disks = match is_there {
            true => vec![path.join(LOG), path.join(STATE)],
            false => vec![disk::parent(path).to_owned()],
        };
        for disk in disks {
            let room = space::low(&disk, space::free_bytes(&disk), min_free_bytes, true);
            match (room.takes_writes(), is_there) {
                (true, _) => {}
                (false, true) => return DataFolder::open_sealed(path, room),
                (false, false) => return Err(OpenError::NoRoom { room }),
            }
        }
        match DataFolder::open(path, fresh) {
            Err(OpenError::NotWritable { source, .. })
                if is_there && source.kind() == io::ErrorKind::ReadOnlyFilesystem =>
            {
                let folder = path.to_owned();
                DataFolder::open_sealed(path, Room::ReadOnly { folder })
            }
            opened => opened,
        }
    }

    /// Locks the folder to read it alone, because of `room`. Nothing in it is changed.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the obstacle and the remedy.
    pub fn open_sealed(path: &Path, room: Room) -> Result<DataFolder, OpenError> {
        let format = path.join(FORMAT);
        if !exists(&format)? {
            refuse_unfinished(path)?;
        }
        let text = fs::read(&format).map_err(|error| doing("could not read", &format, error))?;
        // Rows of an earlier format read as well: the sizes of leaves do not matter here.
        let Found {
            store_id,
            lineage,
            rows,
        } = read_format(&format, &text)?;
        if !exists(&path.join(LOG))? {
            return Err(OpenError::NoLog {
                path: path.join(LOG),
            });
        }
        // A copy of a folder may have no LOCK. Then any file of it serves: a lock changes nothing in it.
        let file = File::open(path.join(LOCK)).or_else(|_| File::open(&format));
        let file = file.map_err(|error| doing("could not read", path, error))?;
        Ok(DataFolder {
            path: path.to_owned(),
            store_id,
            lineage,
            created: false,
            has_earlier_rows: rows == RowsFormat::Earlier,
            sealed: Some(room),
            lock: Arc::new(locked(file, path)?),
            veil: MaybeVeil::default(),
        })
    }

    /// A folder that is being filled, and has no FORMAT yet.
    pub(super) fn unfinished(
        path: &Path,
        store_id: StoreId,
        lineage: Lineage,
        lock: Arc<FolderLock>,
    ) -> DataFolder {
        DataFolder {
            path: path.to_owned(),
            store_id,
            lineage,
            created: true,
            has_earlier_rows: false,
            sealed: None,
            lock,
            veil: MaybeVeil::default(),
        }
    }

    pub(super) fn set_lineage(&mut self, lineage: Lineage) {
        self.lineage = lineage;
    }

    /// The same folder, whose bytes are hidden by this.
    #[must_use]
    pub fn veiled(self, veil: Veil) -> DataFolder {
        let veil = MaybeVeil(Some(Arc::new(veil)));
        DataFolder { veil, ..self }
    }

    /// The keys of personal values; `None` if they are stored as they are.
    pub fn keys(&self) -> Option<&Arc<Keys>> {
        self.veil.0.as_ref().map(|veil| &veil.keys)
    }

    /// Where the keys of personal values are.
    pub fn keys_path(&self) -> PathBuf {
        self.path.join(KEYS)
    }

    pub(super) fn veil(&self) -> &MaybeVeil {
        &self.veil
    }

    /// Why the folder is only read; `None` if it is written.
    pub fn sealed(&self) -> Option<&Room> {
        self.sealed.as_ref()
    }

    /// Whether the file system of the folder is read-only now. Nothing in the folder is changed.
    pub(super) fn is_read_only(&self) -> bool {
        let opened = OpenOptions::new().write(true).open(self.path.join(LOCK));
        opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
    }

    /// The id of the store.
    pub fn store_id(&self) -> StoreId {
        self.store_id
    }

    /// The stores that this one was restored of.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Whether its rows are of an earlier format, in a folder that is only read. One that is written has none: they
    /// are deleted when it is opened.
    pub(crate) fn has_earlier_rows(&self) -> bool {
        self.has_earlier_rows
    }

    /// Whether this call of [`DataFolder::open`] created the store.
    pub fn created(&self) -> bool {
        self.created
    }

    /// The path of the folder, as given to [`DataFolder::open`].
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.path.join(LOG)
    }

    pub(super) fn state_path(&self) -> PathBuf {
        self.path.join(STATE)
    }

    /// A share of the lock. The folder stays locked while a share lives.
    pub(super) fn lock(&self) -> Arc<FolderLock> {
        self.lock.clone()
    }
}

impl FolderLock {
    /// Whether the data folder at `path` is still the one that was locked. A folder can be deleted, moved or replaced
    /// under a running server, and the open files of the server would not show it.
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        let (held, named) = (self.0.metadata()?, fs::metadata(path.join(LOCK)));
        match named {
            Ok(named) => Ok((held.dev(), held.ino()) == (named.dev(), named.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for FolderLock {
    /// Unlocks the file. Closing it would not be enough: a child process that is just being started has the file open,
    /// too, for a moment.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(error = &error as &dyn std::error::Error, "unlocking failed");
        }
    }
}

/// Makes the folder if it is missing, for its owner alone.
pub(super) fn create_if_missing(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(OpenError::NotAFolder {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = disk::parent(path);
            match fs::metadata(above) {
                Ok(found) if found.is_dir() => {}
                _ => {
                    return Err(OpenError::NoParent {
                        path: above.to_owned(),
                    });
                }
            }
            let mut made = DirBuilder::new();
            made.mode(OWNER_ALONE)
                .create(path)
                .and_then(|()| disk::sync_folder(above))
                .map_err(|error| doing("could not create", path, error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(OpenError::NoParent {
            path: disk::parent(path).to_owned(),
        }),
        Err(error) => Err(doing("could not read", path, error)),
    }
}

pub(super) fn refuse_unfinished(path: &Path) -> Result<(), OpenError> {
    match exists(&path.join(UNFINISHED))? {
        true => Err(OpenError::Unfinished {
            path: path.to_owned(),
        }),
        false => Ok(()),
    }
}

fn refuse_foreign(path: &Path) -> Result<(), OpenError> {
    let unread = |error| doing("could not read", path, error);
    for entry in fs::read_dir(path).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = NAMES_OF_AN_EMPTY_FOLDER.contains(&name.as_str());
        let ours_but_full = [LOG, STATE].contains(&name.as_str())
            && fs::read_dir(entry.path()).map_err(unread)?.next().is_some();
        if !known || ours_but_full {
            return Err(OpenError::Foreign {
                path: path.to_owned(),
                found: name,
            });
        }
    }
    Ok(())
}

pub(super) fn take_lock(path: &Path) -> Result<FolderLock, OpenError> {
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))
        .map_err(|source| OpenError::NotWritable {
            path: path.to_owned(),
            source,
        })?;
    locked(lock, path)
}

fn locked(lock: File, path: &Path) -> Result<FolderLock, OpenError> {
    for _ in 0..LOCK_ATTEMPTS_MAX {
        match lock.try_lock() {
            Ok(()) => return Ok(FolderLock(lock)),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_RETRY),
            Err(TryLockError::Error(error)) => return Err(doing("could not lock", path, error)),
        }
    }
    Err(OpenError::InUse {
        path: path.to_owned(),
    })
}

/// Creates the store. FORMAT is written last: the store exists only when FORMAT exists.
fn create_store(path: &Path, store_id: StoreId) -> io::Result<()> {
    for folder in [LOG, STATE] {
        fs::create_dir_all(path.join(folder))?;
    }
    // This is also needed if an earlier start crashed after it created the folder and before it synced the name.
    disk::sync_folder(disk::parent(path))?;
    write_format(path, store_id, &Lineage::default())
}

/// Deletes rows of an earlier format. FORMAT is written last: after a crash the next start does the same again.
fn renew_rows(path: &Path, store_id: StoreId, lineage: &Lineage) -> io::Result<()> {
    let state = path.join(STATE);
    disk::discard(&state)?;
    fs::create_dir(&state)?;
    disk::sync_folder(path)?;
    write_format(path, store_id, lineage)
}

pub(super) fn write_format(path: &Path, store_id: StoreId, lineage: &Lineage) -> io::Result<()> {
    let mut text = String::from("# The format of this Signpost data folder. Do not edit.\n");
    for (key, value) in expected() {
        text.push_str(&format!("{key} = {value}\n"));
    }
    text.push_str(&format!("schema = {SCHEMA}\nincarnation = {store_id}\n"));
    // Servers that know no restored stores must not open one: its case numbers follow from its first ancestor.
    if !lineage.ancestors().is_empty() {
        text.push_str(&format!("{RESTORED_OF} = {lineage}\n"));
    }
    disk::write_whole(path, FORMAT_TEMPORARY, FORMAT, text.as_bytes())
}

fn refuse_read_only(path: &Path) -> Result<(), OpenError> {
    let probe = path.join(FORMAT_TEMPORARY);
    File::create(&probe)
        .and_then(|_| fs::remove_file(&probe))
        .map_err(|source| OpenError::NotWritable {
            path: path.to_owned(),
            source,
        })
}

/// The lines whose values must match exactly.
fn expected() -> [(&'static str, String); 3] {
    [
        ("engine", ENGINE.to_owned()),
        ("log_fan_out", LOG_FAN_OUT.to_string()),
        (STATE_FAN_OUT_KEY, STATE_FAN_OUT.to_string()),
    ]
}

/// What a FORMAT file says.
struct Found {
    store_id: StoreId,
    lineage: Lineage,
    rows: RowsFormat,
}

#[derive(PartialEq, Eq)]
enum RowsFormat {
    Ours,
    /// Rows that are to be made again from the events.
    Earlier,
}

fn read_format(path: &Path, bytes: &[u8]) -> Result<Found, OpenError> {
    let unreadable = |what: String| OpenError::Unreadable {
        path: path.to_owned(),
        what,
    };
    let text = str::from_utf8(bytes).map_err(|_| unreadable("it is not text".to_owned()))?;
    let mut lines = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (key, value) = line
            .split_once(" = ")
            .ok_or_else(|| unreadable(format!("`{line}` is not `key = value`")))?;
        if lines.insert(key, value).is_some() {
            return Err(unreadable(format!("`{key}` is there twice")));
        }
    }
    let mut take = |key: &str| {
        lines
            .remove(key)
            .ok_or_else(|| unreadable(format!("`{key}` is missing")))
    };
    // Read the schema first: a newer schema may have changed every other line.
    let schema = take("schema")?;
    match schema.parse::<u64>() {
        Ok(SCHEMA) => {}
        Ok(found) if found > SCHEMA => {
            return Err(OpenError::Newer {
                path: path.to_owned(),
                found,
            });
        }
        _ => return Err(other(path, "schema", schema, SCHEMA.to_string())),
    }
    let mut rows = RowsFormat::Ours;
    for (key, wanted) in expected() {
        let found = take(key)?;
        if key == STATE_FAN_OUT_KEY && STATE_FAN_OUTS_BEFORE.contains(&found) {
            rows = RowsFormat::Earlier;
        } else if found != wanted {
            return Err(other(path, key, found, wanted));
        }
    }
    let store_id = take("incarnation")?
        .parse()
        .map_err(|error: StoreIdError| unreadable(error.to_string()))?;
    let lineage = match lines.remove(RESTORED_OF) {
        None => Lineage::default(),
        Some(text) => text
            .parse()
            .map_err(|error: LineageError| unreadable(error.to_string()))?,
    };
    match lines.keys().next() {
        Some(key) => Err(unreadable(format!("`{key}` is not known"))),
        None => Ok(Found {
            store_id,
            lineage,
            rows,
        }),
    }
}

fn other(path: &Path, key: &'static str, found: &str, wanted: String) -> OpenError {
    OpenError::Other {
        path: path.to_owned(),
        key,
        found: found.to_owned(),
        wanted,
    }
}

fn exists(path: &Path) -> Result<bool, OpenError> {
    path.try_exists()
        .map_err(|error| doing("could not read", path, error))
}

pub(super) fn doing(doing: &'static str, path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
