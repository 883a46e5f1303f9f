//! Writes a backup, and goes on with one that is there.

use crate::chunk::{CHUNK_BYTES_MAX, pack, unpack};
use crate::error::BackupError;
use crate::manifest::{ChunkEntry, MANIFEST, Manifest};
use crate::place::Place;
use crate::record::{Records, digest};
use crate::target::Target;
use crate::verify::left_over;
use std::io;

/// The number of chunks after which the manifest is written anew, so that a backup that breaks off loses little.
pub const CHUNKS_PER_MANIFEST: usize = 4;
/// The last chunk is written again together with what comes after it if both unpack to at most so many bytes, so that
/// many small backups do not make many small files.
pub const MERGED_BYTES_MAX: u64 = CHUNK_BYTES_MAX as u64;

/// Events as they come from the server.
#[derive(Clone, Debug)]
pub struct Come {
    /// The sequence of the first.
    pub first: u64,
    /// The sequence of the last.
    pub last: u64,
    /// When the last was recorded, in milliseconds since 1970.
    pub last_record_time_ms: i64,
    /// The events, packed.
    pub packed: Vec<u8>,
}

/// Writes a backup.
#[derive(Debug)]
pub struct BackupWriter {
    target: Target,
    manifest: Option<Manifest>,
    /// The number of chunks that no manifest names yet.
    unnamed: usize,
    /// Files to delete when a manifest no longer names them.
    replaced: Vec<String>,
    /// The bytes that were written.
    written: u64,
}

impl BackupWriter {
    /// Goes on with the backup at this place, or begins one.
    ///
    /// # Errors
    /// When the place holds something else, is being written, or does not read; [`BackupError::Damaged`] if a file of
    /// the backup is missing or has another size, for more would be added to what cannot be restored.
    pub async fn open(place: &Place) -> Result<BackupWriter, BackupError> {
        let target = Target::to_write(place).await?;
        let manifest = target.manifest().await?;
        if let Some(manifest) = &manifest {
            check_files(&target, manifest).await?;
            for name in left_over(target.names().await?, manifest) {
                if target.may_delete(&name) {
                    target.delete(&name).await?;
                }
            }
        }
        Ok(BackupWriter {
            target,
            manifest,
            unnamed: 0,
            replaced: Vec::new(),
            written: 0,
        })
    }

    /// What the backup has; `None` if it is new.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The place, for people.
    pub fn place(&self) -> String {
        self.target.place()
    }

    /// The bytes that were written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The digest of the last event, which tells whether the server still has it; `None` if there is no event.
    ///
    /// # Errors
    /// When the last chunk does not read.
    pub async fn last_digest(&self) -> Result<Option<[u8; 32]>, BackupError> {
        let Some(last) = self.manifest.as_ref().and_then(|it| it.chunks.last()) else {
            return Ok(None);
        };
        let bytes = self.unpacked(last).await?;
        let mut found = None;
        for record in Records::of(&bytes) {
            let record = record.map_err(|what| self.damaged(last, what))?;
            found = Some(digest(record.payload));
        }
        Ok(found)
    }

    /// Notes which store this is of. `begun` has no chunks.
    ///
    /// # Errors
    /// [`BackupError::OtherStore`] if the backup is of another; when the place refuses.
    pub async fn begin(&mut self, begun: Manifest) -> Result<(), BackupError> {
        let before = self.manifest.take();
        let manifest = match before {
            None => begun,
            Some(before) if before.store_id != begun.store_id => {
                let error = BackupError::OtherStore {
                    place: self.place(),
                    found: before.store_id.clone(),
                    wanted: begun.store_id,
                };
                self.manifest = Some(before);
                return Err(error);
            }
            Some(before) => Manifest {
                last_sequence: before.last_sequence,
                last_record_time_ms: before.last_record_time_ms,
                chunks: before.chunks,
                ..begun
            },
        };
        let manifest = Manifest {
            is_complete: false,
            ..manifest
        };
        self.manifest = Some(manifest);
        self.write_manifest().await
    }

    /// Writes a chunk.
    ///
    /// # Errors
    /// [`BackupError::OutOfTurn`]; when the place refuses. The backup then ends where its manifest says.
    pub async fn add(&mut self, come: Come) -> Result<(), BackupError> {
        let last = self.manifest.as_ref().map_or(0, |it| it.last_sequence);
        if come.first != last + 1 || come.last < come.first {
            let first = come.first;
            return Err(BackupError::OutOfTurn { first, last });
        }
        let invalid = |source: io::Error| BackupError::Io {
            doing: "could not unpack",
            place: "what the server sent".to_owned(),
            source,
        };
        let mut bytes = unpack(&come.packed).map_err(invalid)?;
        check_come(&come, &bytes)?;
        let small = self.manifest.as_ref().and_then(|it| it.chunks.last());
        let small = small.filter(|it| it.unpacked_bytes + bytes.len() as u64 <= MERGED_BYTES_MAX);
        let small = small.cloned();
        let (first, packed) = match &small {
            None => (come.first, come.packed),
            Some(small) => {
                let mut both = self.unpacked(small).await?;
                both.append(&mut bytes);
                bytes = both;
                (small.first, pack(&bytes).map_err(invalid)?)
            }
        };
        let entry = ChunkEntry::of((first, come.last), &packed, bytes.len() as u64);
        self.written += self.target.write(&entry.name, packed).await?;
        if let Some(manifest) = &mut self.manifest {
            if small.is_some() {
                manifest.chunks.pop();
            }
            manifest.chunks.push(entry);
            manifest.last_sequence = come.last;
            manifest.last_record_time_ms = come.last_record_time_ms;
        }
        self.replaced.extend(small.map(|small| small.name));
        self.unnamed += 1;
        match self.unnamed >= CHUNKS_PER_MANIFEST {
            true => self.write_manifest().await,
            false => Ok(()),
        }
    }

    /// Writes down what came so far, since no more will come now. The next run goes on from there.
    ///
    /// # Errors
    /// When the place refuses. What the last manifest says is still there.
    pub async fn pause(&mut self) -> Result<(), BackupError> {
        self.write_manifest().await
    }

    /// Ends the backup: writes the last manifest.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn finish(&mut self) -> Result<(), BackupError> {
        if let Some(manifest) = &mut self.manifest {
            manifest.is_complete = true;
        }
        self.write_manifest().await
    }

    async fn write_manifest(&mut self) -> Result<(), BackupError> {
        let Some(manifest) = &self.manifest else {
            return Ok(());
        };
        let bytes = manifest.to_bytes();
        self.written += self.target.write(MANIFEST, bytes).await?;
        self.unnamed = 0;
        for name in std::mem::take(&mut self.replaced) {
            self.target.delete(&name).await?;
        }
        Ok(())
    }

    async fn unpacked(&self, chunk: &ChunkEntry) -> Result<Vec<u8>, BackupError> {
        let packed = self.target.read(&chunk.name).await?;
        let packed = packed.ok_or_else(|| self.damaged(chunk, "it is missing".to_owned()))?;
        chunk
            .check(&packed)
            .map_err(|what| self.damaged(chunk, what))?;
        unpack(&packed).map_err(|error| self.damaged(chunk, error.to_string()))
    }

    fn damaged(&self, chunk: &ChunkEntry, what: String) -> BackupError {
        BackupError::Damaged {
            place: self.target.place_of(&chunk.name),
            what,
        }
    }
}

/// Checks that all files are there with their sizes. Their bytes are read by [`crate::verify`] alone.
async fn check_files(target: &Target, manifest: &Manifest) -> Result<(), BackupError> {
    for chunk in &manifest.chunks {
        let what = match target.size(&chunk.name).await? {
            Some(bytes) if bytes == chunk.bytes => continue,
            Some(bytes) => format!("it has {bytes} bytes instead of {}", chunk.bytes),
            None => "it is missing".to_owned(),
        };
        return Err(BackupError::Damaged {
            place: target.place_of(&chunk.name),
            what: format!("{what}; make a new backup to another place while the store is there"),
        });
    }
    Ok(())
}

/// Checks that what came is what it says: a backup that cannot be restored must be noticed while the store is there.
fn check_come(come: &Come, bytes: &[u8]) -> Result<(), BackupError> {
    let damaged = |what| BackupError::Damaged {
        place: format!(
            "what the server sent of events {} to {}",
            come.first, come.last
        ),
        what,
    };
    let mut next = come.first;
    for record in Records::of(bytes) {
        let sequence = record.map_err(damaged)?.sequence;
        if sequence != next {
            return Err(damaged(format!(
                "event {sequence} is where event {next} should be"
            )));
        }
        next += 1;
    }
    match next - 1 == come.last {
        true => Ok(()),
        false => Err(damaged(format!("it ends at event {}", next - 1))),
    }
}
