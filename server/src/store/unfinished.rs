//! A data folder that is being filled from a backup. It is no data folder until it is finished.

use super::disk;
use super::format::{
    DataFolder, LOCK, LOG, OpenError, STATE, UNFINISHED, create_if_missing, doing,
    refuse_unfinished, take_lock, write_format,
};
use super::lineage::Lineage;
use super::store_id::StoreId;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A folder that is being filled.
#[derive(Debug)]
pub struct UnfinishedFolder {
    folder: DataFolder,
}

impl UnfinishedFolder {
    /// Begins to fill the folder at `path`, which must be empty or missing, for a store with this id.
    ///
    /// # Errors
    /// [`OpenError`] names the obstacle and the remedy.
    pub fn begin(path: &Path, store_id: StoreId, lineage: Lineage) -> Result<Self, OpenError> {
        create_if_missing(path)?;
        refuse_full(path)?;
        let lock = take_lock(path)?;
        let created = || {
            disk::write_whole(path, &format!("{UNFINISHED}.new"), UNFINISHED, b"")?;
            for folder in [LOG, STATE] {
                fs::create_dir(path.join(folder))?;
            }
            disk::sync_folder(path)?;
            disk::sync_folder(disk::parent(path))
        };
        created().map_err(|error| doing("could not create", path, error))?;
        Ok(UnfinishedFolder {
            folder: DataFolder::unfinished(path, store_id, lineage, Arc::new(lock)),
        })
    }

    /// The folder, to write its log and its rows.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Makes it a data folder, which says that it was restored of these stores. Its log must be closed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self, lineage: Lineage) -> Result<(), OpenError> {
        self.folder.set_lineage(lineage);
        let path = self.folder.path();
        let finished = || {
            disk::sync_folder(&path.join(LOG))?;
            write_format(path, self.folder.store_id(), self.folder.lineage())?;
            fs::remove_file(path.join(UNFINISHED))?;
            disk::sync_folder(path)
        };
        finished().map_err(|error| doing("could not finish", path, error))
    }

    /// Deletes what was written, so that the folder can be filled again. Its log must be closed.
    ///
    /// # Errors
    /// When the disk refuses. What is left still says that it is no data folder.
    pub fn discard(self) -> io::Result<()> {
        let path = self.folder.path();
        for folder in [LOG, STATE] {
            fs::remove_dir_all(path.join(folder))?;
        }
        match fs::remove_dir_all(self.folder.keys_path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
        super::bound::discard(path)?;
        for file in [UNFINISHED, LOCK] {
            fs::remove_file(path.join(file))?;
        }
        disk::sync_folder(path)
    }
}

/// An error if there is anything in the folder.
fn refuse_full(path: &Path) -> Result<(), OpenError> {
    let unread = |error| doing("could not read", path, error);
    refuse_unfinished(path)?;
    for entry in fs::read_dir(path).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        let name = name.to_string_lossy().into_owned();
        if name != "lost+found" {
            return Err(OpenError::NotEmpty {
                path: path.to_owned(),
                found: name,
            });
        }
    }
    Ok(())
}
