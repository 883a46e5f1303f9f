//! Where a backup is kept.

use crate::error::BackupError;
use crate::folder::Folder;
use crate::manifest::{MANIFEST, Manifest};
use std::path::Path;
use std::sync::Arc;

/// Where a backup is kept.
#[derive(Clone, Debug)]
pub enum Target {
    /// A folder.
    Folder(Arc<Folder>),
}

impl Target {
    /// A backup that is only read.
    ///
    /// # Errors
    /// When the place cannot be one of a backup.
    pub fn to_read(place: &str) -> Result<Target, BackupError> {
        Ok(Target::Folder(Arc::new(Folder::to_read(Path::new(place)))))
    }

    /// A backup that is written.
    ///
    /// # Errors
    /// As [`Folder::to_write`].
    pub async fn to_write(place: &str) -> Result<Target, BackupError> {
        let path = Path::new(place).to_owned();
        let folder = off(move || Folder::to_write(&path)).await?;
        Ok(Target::Folder(Arc::new(folder)))
    }

    /// The place, for people.
    pub fn place(&self) -> String {
        match self {
            Target::Folder(folder) => folder.path().display().to_string(),
        }
    }

    /// The place of a file, for people.
    pub fn place_of(&self, name: &str) -> String {
        match self {
            Target::Folder(folder) => folder.path().join(name).display().to_string(),
        }
    }

    /// The manifest; `None` if there is none.
    ///
    /// # Errors
    /// When it does not read.
    pub async fn manifest(&self) -> Result<Option<Manifest>, BackupError> {
        let bytes = self.read(MANIFEST).await?;
        let place = self.place_of(MANIFEST);
        bytes
            .map(|bytes| Manifest::read(&place, &bytes))
            .transpose()
    }

    /// The bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, BackupError> {
        match self {
            Target::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                off(move || folder.read_if_there(&name)).await
            }
        }
    }

    /// The size of a file, in bytes; `None` if there is none.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn size(&self, name: &str) -> Result<Option<u64>, BackupError> {
        match self {
            Target::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                off(move || folder.size_if_there(&name)).await
            }
        }
    }

    /// Writes a file, whole or not at all. It is kept on return.
    ///
    /// # Errors
    /// When the place refuses. What was there before is still there.
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), BackupError> {
        match self {
            Target::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                off(move || folder.write(&name, &bytes)).await
            }
        }
    }

    /// Deletes a file, if it is there.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn delete(&self, name: &str) -> Result<(), BackupError> {
        match self {
            Target::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                off(move || folder.delete(&name)).await
            }
        }
    }

    /// The names of all files of the backup, in their order, without its lock and its manifest.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn names(&self) -> Result<Vec<String>, BackupError> {
        match self {
            Target::Folder(folder) => {
                let folder = folder.clone();
                off(move || folder.names()).await
            }
        }
    }
}

/// Runs work with the disk on a thread for it.
async fn off<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(BackupError::Io {
            doing: "a task of the backup broke",
            place: String::new(),
            source: error.into(),
        }),
    }
}
