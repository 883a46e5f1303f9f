//! Starting from disk: what the rows hold, then the rest of the log folded in.

use super::batch::Changes;
use super::prefetch::read_blocking;
use super::row_write_error::RowWriteError;
use super::row_writer::{RowWriter, WRITES_AT_ONCE_MAX};
use crate::codec::rows::RowKind;
use crate::codec::{self, CodecError};
use crate::store::{ApplyError, LogReader, RowReader, SCAN_ROWS_MAX, StoreError};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::ids::Seq;
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{RowKey, State};
use std::path::PathBuf;
use std::sync::Arc;

/// Events that are folded before their rows are applied.
const FOLDED_AT_ONCE: usize = 2_048;
/// Bytes of events that are read at once.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Why a start from disk failed.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The store does not read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event does not decode.
    #[error("event {seq} of the log does not decode: {source}")]
    Event {
        /// Which.
        seq: u64,
        /// What is wrong with it.
        source: CodecError,
    },
    /// Rows could not be written.
    #[error("{0}")]
    Keep(String),
    /// The rows do not read; they can be made again from the log.
    #[error("the rows do not read: {0}")]
    Rows(String),
}

impl From<RowWriteError> for RecoverError {
    fn from(error: RowWriteError) -> RecoverError {
        match error {
            RowWriteError::Apply(ApplyError::Failed(StoreError::Damaged { .. }))
            | RowWriteError::Read(StoreError::Damaged { .. })
            | RowWriteError::Decode(_) => RecoverError::Rows(error.to_string()),
            RowWriteError::Apply(_) | RowWriteError::Read(_) => {
                RecoverError::Keep(error.to_string())
            }
        }
    }
}

/// What reading rows came to; the disk may also refuse.
fn of_rows(error: StoreError) -> RecoverError {
    match error {
        StoreError::Damaged { what, .. } => RecoverError::Rows(what),
        other => RecoverError::Store(other),
    }
}

/// What decoding rows came to.
fn undecoded(error: CodecError) -> RecoverError {
    RecoverError::Rows(error.to_string())
}

/// An event of the log.
fn decoded(seq: u64, bytes: &[u8]) -> Result<Recorded, RecoverError> {
    codec::events::decode(bytes).map_err(|source| RecoverError::Event { seq, source })
}

/// The state as of the last event of the log; the rows are applied up to it.
pub(super) fn recover(
    log: &LogReader,
    row_writer: &mut RowWriter,
    rows: &RowReader,
) -> Result<State, RecoverError> {
    let mut state = restored(rows)?;
    let (mut folded, mut reported) = (0_usize, 0);
    while state.seq().0 < log.last() {
        let events = log.range(state.seq().0 + 1, FOLDED_AT_ONCE, READ_BYTES)?;
        let mut changes = Changes::default();
        let mut touched = Vec::new();
        for (seq, bytes) in events {
            let recorded = decoded(seq, &bytes)?;
            fetch_rows(&mut state, rows, &recorded.event, &mut touched)?;
            state.apply(&recorded, None);
            folded += 1;
            let keys = changes.take_in(&mut state, &recorded.event);
            touched.extend(keys.into_iter().map(|key| (recorded.envelope.seq, key)));
            if changes.writes >= WRITES_AT_ONCE_MAX {
                break;
            }
        }
        changes.end_at(&state);
        row_writer.keep(changes)?;
        touched.iter().for_each(|(seq, key)| state.evict(key, *seq));
        if reported + 64 * FOLDED_AT_ONCE <= folded {
            reported = folded;
            tracing::info!(folded, of = log.last(), "folding the log");
        }
    }
    if folded > 0 {
        row_writer.flush()?;
        tracing::info!(folded, "folded the rest of the log");
    }
    Ok(state)
}

/// What the rows hold of what the engine keeps in memory.
fn restored(rows: &RowReader) -> Result<State, RecoverError> {
    let mut state = State::partial();
    let Some(bytes) = stored(rows, codec::rows::key::APPLIED.to_vec())? else {
        return Ok(state);
    };
    let standing = codec::rows::decode_applied(&bytes).map_err(undecoded)?;
    let live = match &standing.live {
        None => None,
        Some(version) => {
            let bytes = stored(rows, codec::rows::key::playbook(version))?;
            let bytes = bytes.ok_or_else(|| RecoverError::Rows(format!("no {version}")))?;
            let source = codec::rows::decode_playbook(&bytes).map_err(undecoded)?;
            let playbook = Playbook::stored(&source);
            Some(Arc::new(playbook.map_err(|faults| {
                RecoverError::Rows(format!("the live playbook: {faults}"))
            })?))
        }
    };
    state.stand_at(Seq(rows.applied()), standing.now, live);
    for prefix in codec::rows::key::KEPT_IN_MEMORY {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let found = rows.scan_blocking(&prefix, after.as_deref(), SCAN_ROWS_MAX);
            let (found, _) = found.map_err(of_rows)?;
            let Some((last, _)) = found.last() else { break };
            after = Some(last.clone());
            for (key, value) in &found {
                let kind = RowKind::of(&codec::rows::key::decode(key).map_err(undecoded)?);
                state.restore(codec::rows::decode(kind, value).map_err(undecoded)?);
            }
        }
    }
    Ok(state)
}

fn stored(rows: &RowReader, key: Vec<u8>) -> Result<Option<Vec<u8>>, RecoverError> {
    let (values, _) = rows.get_many_blocking(&[key]).map_err(of_rows)?;
    Ok(values.into_iter().flatten().next())
}

/// Takes in the rows that folding an event edits.
fn fetch_rows(
    state: &mut State,
    rows: &RowReader,
    event: &Event,
    touched: &mut Vec<(Seq, RowKey)>,
) -> Result<(), RecoverError> {
    while let Some(key) = state.lacks(event) {
        if state.cache(key.clone(), read_blocking(rows, &key).map_err(of_rows)?) {
            touched.push((state.seq(), key));
        }
    }
    Ok(())
}

/// A whole log folded into a whole state.
#[derive(Debug)]
pub struct Folded {
    /// The state.
    pub state: State,
    /// Stored decisions, of contacts and of each further matter, that computing them again gives otherwise: the events'
    /// sequences.
    pub decided_otherwise: Vec<Seq>,
    /// Decisions that were computed again.
    pub decided_again: u64,
}

/// Folds every event of the log from the first on, and computes every stored decision again. For tests, for the
/// conservation check, and for finding out what happened.
///
/// # Errors
/// When the log does not read.
pub fn fold_log(log: &LogReader) -> Result<Folded, RecoverError> {
    let mut state = State::whole();
    let mut decided_otherwise = Vec::new();
    let mut decided_again = 0;
    while state.seq().0 < log.last() {
        for (sequence, bytes) in log.range(state.seq().0 + 1, FOLDED_AT_ONCE, READ_BYTES)? {
            let recorded = decoded(sequence, &bytes)?;
            if recorded.envelope.seq.0 != sequence {
                let path = PathBuf::from("log");
                let what = format!(
                    "event {sequence} says that it is {}",
                    recorded.envelope.seq.0
                );
                return Err(StoreError::Damaged { path, what }.into());
            }
            match decides_again(&state, &recorded) {
                Some(true) => decided_again += 1,
                Some(false) => decided_otherwise.push(recorded.envelope.seq),
                None => {}
            }
            state.apply(&recorded, None);
            state.take_changed_rows();
        }
    }
    Ok(Folded {
        state,
        decided_otherwise,
        decided_again,
    })
}

/// Whether the decision of an event comes out the same; `None` where none was made, or no reason was decided on.
fn decides_again(state: &State, recorded: &Recorded) -> Option<bool> {
    let (stored, again) = match &recorded.event {
        Event::ContactRouted(routed) => {
            let again = state.live().map(|live| routed.decided_again(live));
            (&routed.decision, again)
        }
        Event::CaseAddedToContact(added) => {
            let decided = added.decided.as_deref()?;
            let again = state.live().map(|live| decided.decided_again(live));
            (&decided.decision, again)
        }
        _ => return None,
    };
    stored.reason.as_ref()?;
    Some(again.flatten().as_ref() == Some(stored))
}
