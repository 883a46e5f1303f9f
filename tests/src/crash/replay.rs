//! The proof for folders with so many events that they do not fit into memory beside their rows: the rows that outlived
//! the crashes are those that the log gives when it is played again from its first event.

use super::Outcome;
use super::proof::{Found, found_in, whole_state};
use signpost_server::codec::rows::key;
use signpost_server::engine::{Engine, EngineOptions, open_folder};
use signpost_server::store::{Log, Opened, RowReader, Rows, SCAN_ROWS_MAX};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Rows of one digest.
const DIGEST_ROWS: u64 = 4_096;

/// The digests of all rows in the order of their keys, each with the key of its first row.
type Digests = Vec<(Vec<u8>, u64)>;

/// Brings the rows of `folder` up to its log, as a start does; then deletes the rows and plays the whole log again.
/// Both must give the same rows, and the folded log must be whole.
///
/// # Errors
/// Says what is not as it must be.
pub fn prove_by_replay(folder: &Path, options: EngineOptions) -> Outcome<Found> {
    let outlived = rows_after_start(folder, options)?;
    Rows::reset(&open_folder(folder)?)?;
    let replayed = rows_after_start(folder, options)?;
    let mut both = outlived.iter().zip(&replayed);
    if let Some(((key, _), _)) = both.find(|(outlived, replayed)| outlived != replayed) {
        let what = format!("from {key:02x?} on the rows are not those of the log played again");
        return Err(what.into());
    }
    if outlived.is_empty() || outlived.len() != replayed.len() {
        return Err(
            "there are no rows, or the log played again gives more of them or fewer".into(),
        );
    }
    let opened = open_folder(folder)?;
    let (_log, reader) = Log::open(&opened, options.log)?;
    found_in(&reader, whole_state(&reader)?)
}

fn rows_after_start(folder: &Path, options: EngineOptions) -> Outcome<Digests> {
    let (engine, guard) = Engine::start(open_folder(folder)?, options)?;
    drop(engine);
    guard.stop();
    match Rows::open(&open_folder(folder)?, options.rows)? {
        Opened::Ready(_rows, reader) => digests(&reader),
        Opened::Damaged { what } => Err(what.into()),
    }
}

fn digests(reader: &RowReader) -> Outcome<Digests> {
    let mut newest = HashMap::new();
    each_row(reader, &key::MATTERS, |stored, _| {
        newest.insert(key::decode(stored)?, stored.to_vec());
        Ok(())
    })?;
    let mut digests = Digests::new();
    let (mut hasher, mut count) = (DefaultHasher::new(), 0);
    each_row(reader, &[], |stored, value| {
        // Of the rows of a matter that of the newest generation counts. Whether those before it are there depends on
        // which rows were written together.
        let is_matter = stored.starts_with(&key::MATTERS);
        if is_matter && newest.get(&key::decode(stored)?).map(Vec::as_slice) != Some(stored) {
            return Ok(());
        }
        if count % DIGEST_ROWS == 0 {
            hasher = DefaultHasher::new();
            digests.push((stored.to_vec(), 0));
        }
        count += 1;
        (stored, value).hash(&mut hasher);
        if let Some((_, digest)) = digests.last_mut() {
            *digest = hasher.finish();
        }
        Ok(())
    })?;
    Ok(digests)
}

/// Calls `with` for the key and the value of each row under `prefix`, in the order of the keys.
fn each_row(
    reader: &RowReader,
    prefix: &[u8],
    mut with: impl FnMut(&[u8], &[u8]) -> Outcome,
) -> Outcome {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let (rows, _) = reader.scan_blocking(prefix, after.as_deref(), SCAN_ROWS_MAX)?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after = Some(last.clone());
        for (key, value) in &rows {
            with(key, value)?;
        }
    }
}
