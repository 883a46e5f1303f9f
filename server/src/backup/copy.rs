//! A backup that is read by threads that do not wait for tasks.

use super::restore::RestoreError;
use signpost_backup::{BackupError, Manifest, Place, Target};
use std::thread;
use tokio::runtime::{Builder, Runtime};

/// A backup that is read.
pub(super) struct Copy {
    target: Target,
    runtime: Runtime,
}

impl Copy {
    /// Opens it, and reads its manifest.
    pub(super) fn open(place: &Place) -> Result<(Copy, Manifest), RestoreError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|source| BackupError::Io {
            doing: "could not begin to read",
            place: place.to_string(),
            source,
        })?;
        let target = Target::to_read(place)?;
        let copy = Copy { target, runtime };
        let manifest = copy.wait(copy.target.manifest())??;
        let manifest = manifest.ok_or_else(|| BackupError::None {
            place: copy.target.place(),
        })?;
        Ok((copy, manifest))
    }

    /// The place of a file, for people.
    pub(super) fn place_of(&self, name: &str) -> String {
        self.target.place_of(name)
    }

    /// The bytes of a file; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, RestoreError> {
        Ok(self.wait(self.target.read(name))??)
    }

    /// Waits on a thread of its own, for the one that calls may be one of a runtime.
    fn wait<T: Send>(&self, work: impl Future<Output = T> + Send) -> Result<T, RestoreError> {
        thread::scope(|scope| {
            let waits = scope.spawn(|| self.runtime.block_on(work));
            waits.join().map_err(|_| RestoreError::Panicked)
        })
    }
}
