//! Where a backup is kept.

use crate::bucket::Bucket;
use crate::error::BackupError;
use crate::folder::Folder;
use crate::manifest::{MANIFEST, Manifest};
use crate::place::Place;
use std::sync::Arc;

/// Where a backup is kept.
#[derive(Clone, Debug)]
pub enum Target {
    /// A folder.
    Folder(Arc<Folder>),
    /// A part of a bucket.
    Bucket(Arc<Bucket>),
}

impl Target {
    /// A backup that is only read.
    ///
    /// # Errors
    /// When the place cannot be one of a backup.
    pub fn to_read(place: &Place) -> Result<Target, BackupError> {
        Ok(match place {
            Place::Folder(path) => Target::Folder(Arc::new(Folder::to_read(path))),
            Place::Bucket(place) => Target::Bucket(Arc::new(Bucket::to_read(place)?)),
        })
    }

    /// A backup that is written.
    ///
    /// # Errors
    /// As [`Folder::to_write`] and [`Bucket::to_write`].
    pub async fn to_write(place: &Place) -> Result<Target, BackupError> {
        Ok(match place {
            Place::Folder(path) => {
                let path = path.clone();
                Target::Folder(Arc::new(off(move || Folder::to_write(&path)).await?))
            }
            Place::Bucket(place) => Target::Bucket(Arc::new(Bucket::to_write(place).await?)),
        })
    }

    /// The place, for people.
    pub fn place(&self) -> String {
        match self {
            Target::Folder(folder) => folder.path().display().to_string(),
            Target::Bucket(bucket) => bucket.place().to_owned(),
        }
    }

    /// The place of a file, for people.
    pub fn place_of(&self, name: &str) -> String {
        match self {
            Target::Folder(folder) => folder.path().join(name).display().to_string(),
            Target::Bucket(bucket) => bucket.place_of(name),
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
            Target::Bucket(bucket) => bucket.read_if_there(name).await,
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
            Target::Bucket(bucket) => bucket.size_if_there(name).await,
        }
    }

    /// Writes a file, whole or not at all, and gives the bytes that were sent. It is kept on return.
    ///
    /// # Errors
    /// When the place refuses. What was there before is still there.
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<u64, BackupError> {
        match self {
            Target::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                off(move || folder.write(&name, &bytes).map(|()| bytes.len() as u64)).await
            }
            Target::Bucket(bucket) => bucket.write(name, bytes).await,
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
            Target::Bucket(bucket) => bucket.delete(name).await,
        }
    }

    /// Whether a file that no manifest names may be deleted. Nobody else writes to a folder that is locked.
    pub fn may_delete(&self, name: &str) -> bool {
        match self {
            Target::Folder(_) => true,
            Target::Bucket(bucket) => bucket.is_old(name),
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
            Target::Bucket(bucket) => bucket.names().await,
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
