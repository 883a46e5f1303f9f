//! Looks through a backup, and says what does not read.

use crate::chunk::unpack;
use crate::error::BackupError;
use crate::folder::is_unfinished;
use crate::manifest::{ChunkEntry, Manifest};
use crate::record::Records;
use crate::target::Target;

/// A file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// The first and the last event that do not read because of it.
    pub events: (u64, u64),
}

/// What a look through a backup found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What the backup is of.
    pub manifest: Manifest,
    /// The number of events that read.
    pub events: u64,
    /// What is wrong, in the order of the events.
    pub faults: Vec<Fault>,
    /// The names of files that the manifest does not name: a backup that broke off leaves them, and the next deletes
    /// them.
    pub left_over: Vec<String>,
}

/// Looks through a backup. `read` is called after each file with the number of events so far.
///
/// # Errors
/// [`BackupError::None`] if there is none; when its manifest does not read, or the place refuses.
pub async fn verify(target: &Target, mut read: impl FnMut(u64)) -> Result<Verified, BackupError> {
    let Some(manifest) = target.manifest().await? else {
        return Err(BackupError::None {
            place: target.place(),
        });
    };
    let mut verified = Verified {
        manifest,
        events: 0,
        faults: Vec::new(),
        left_over: Vec::new(),
    };
    let names = target.names().await?;
    for chunk in &verified.manifest.chunks {
        match check(target, chunk).await? {
            Ok(()) => verified.events += chunk.last + 1 - chunk.first,
            Err(what) => verified.faults.push(Fault {
                place: target.place_of(&chunk.name),
                what,
                events: (chunk.first, chunk.last),
            }),
        }
        read(verified.events);
    }
    verified.left_over = left_over(names, &verified.manifest);
    Ok(verified)
}

/// The files that the manifest does not name and that a backup may have left.
pub(crate) fn left_over(names: Vec<String>, manifest: &Manifest) -> Vec<String> {
    let is_named = |name: &String| manifest.chunks.iter().any(|chunk| chunk.name == *name);
    names
        .into_iter()
        .filter(|name| (ChunkEntry::is_name(name) || is_unfinished(name)) && !is_named(name))
        .collect()
}

/// Reads a chunk, and says what is wrong with it.
async fn check(target: &Target, chunk: &ChunkEntry) -> Result<Result<(), String>, BackupError> {
    let Some(packed) = target.read(&chunk.name).await? else {
        return Ok(Err("it is missing".to_owned()));
    };
    Ok(check_bytes(chunk, &packed))
}

fn check_bytes(chunk: &ChunkEntry, packed: &[u8]) -> Result<(), String> {
    chunk.check(packed)?;
    let bytes = unpack(packed).map_err(|error| error.to_string())?;
    let mut next = chunk.first;
    for record in Records::of(&bytes) {
        let sequence = record?.sequence;
        if sequence != next {
            return Err(format!("event {sequence} is where event {next} should be"));
        }
        next += 1;
    }
    match next - 1 == chunk.last {
        true => Ok(()),
        false => Err(format!("it ends at event {}, not {}", next - 1, chunk.last)),
    }
}
