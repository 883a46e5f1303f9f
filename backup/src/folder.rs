//! A backup in a folder. Every file is on disk, with its name, before the call that writes it returns.

use crate::error::BackupError;
use crate::manifest::{MANIFEST, Manifest};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

const LOCK: &str = "LOCK";
/// The end of the name of a file that is being written.
const UNFINISHED: &str = ".unfinished";
/// The names in the root of a file system, and those that a backup has for itself.
const NAMES_OF_AN_EMPTY_FOLDER: [&str; 2] = [LOCK, "lost+found"];

/// The mode of a new folder: what customers told is nothing for other people of the machine.
const OWNER_ALONE: u32 = 0o700;

/// A folder for a backup.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Keeps other backups out; `None` if the folder is only read.
    _lock: Option<File>,
}

impl Folder {
    /// A folder that is only read.
    pub fn to_read(path: &Path) -> Folder {
        Folder {
            path: path.to_owned(),
            _lock: None,
        }
    }

    /// A folder that is written. It is made if it is not there, for its owner alone, and kept from other backups until
    /// this is dropped.
    ///
    /// # Errors
    /// [`BackupError::InUse`]; [`BackupError::Foreign`] if it holds anything but a backup; [`BackupError::Io`].
    pub fn to_write(path: &Path) -> Result<Folder, BackupError> {
        let mut made = DirBuilder::new();
        made.recursive(true).mode(OWNER_ALONE);
        made.create(path)
            .map_err(|source| refused("could not create", path, source))?;
        let lock_path = path.join(LOCK);
        if !path.join(MANIFEST).exists() {
            refuse_foreign(path)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|source| refused("could not write", &lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BackupError::InUse {
                    place: path.display().to_string(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(refused("could not lock", &lock_path, source));
            }
        }
        if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
            sync_folder(above).map_err(|source| refused("could not sync", above, source))?;
        }
        Ok(Folder {
            path: path.to_owned(),
            _lock: Some(lock),
        })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest; `None` if there is none.
    ///
    /// # Errors
    /// When it does not read.
    pub fn manifest(&self) -> Result<Option<Manifest>, BackupError> {
        let place = self.path.join(MANIFEST).display().to_string();
        let bytes = self.read_if_there(MANIFEST)?;
        bytes
            .map(|bytes| Manifest::read(&place, &bytes))
            .transpose()
    }

    /// The bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read_if_there(&self, name: &str) -> Result<Option<Vec<u8>>, BackupError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(refused("could not read", &path, source)),
        }
    }

    /// The size of a file, in bytes; `None` if there is none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn size_if_there(&self, name: &str) -> Result<Option<u64>, BackupError> {
        let path = self.path.join(name);
        match fs::metadata(&path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(refused("could not read", &path, source)),
        }
    }

    /// Writes a file, whole or not at all. It is on disk on return.
    ///
    /// # Errors
    /// When the disk refuses. What was there before is still there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!("{name}{UNFINISHED}"));
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            sync_folder(&self.path)
        });
        written.map_err(|source| {
            // Room for who tries again; if it cannot be deleted, the next backup does it.
            drop(fs::remove_file(&unfinished));
            refused("could not write", &path, source)
        })
    }

    /// Deletes a file, if it is there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn delete(&self, name: &str) -> Result<(), BackupError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(|source| refused("could not delete", &path, source)),
        }
    }

    /// The names of all files of the backup, in their order: neither its lock nor its manifest.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn names(&self) -> Result<Vec<String>, BackupError> {
        let mut names = entries(&self.path)?;
        names.retain(|name| name != MANIFEST && !NAMES_OF_AN_EMPTY_FOLDER.contains(&name.as_str()));
        names.sort();
        Ok(names)
    }
}

/// Whether a file is one that a backup left when it broke off.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.ends_with(UNFINISHED)
}

fn refuse_foreign(path: &Path) -> Result<(), BackupError> {
    let unfinished_manifest = format!("{MANIFEST}{UNFINISHED}");
    for name in entries(path)? {
        if !NAMES_OF_AN_EMPTY_FOLDER.contains(&name.as_str()) && name != unfinished_manifest {
            return Err(BackupError::Foreign {
                place: path.display().to_string(),
                found: name,
            });
        }
    }
    Ok(())
}

fn entries(path: &Path) -> Result<Vec<String>, BackupError> {
    let unread = |source| refused("could not read", path, source);
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    Ok(names)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn refused(doing: &'static str, path: &Path, source: io::Error) -> BackupError {
    BackupError::Io {
        doing,
        place: path.display().to_string(),
        source,
    }
}
