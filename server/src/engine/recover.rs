//! Starts from disk: loads the state from the rows, then folds the rest of the log.

use super::batch::Changes;
use super::erasure;
use super::prefetch::{RowLookup, read_blocking};
use super::row_write_error::RowWriteError;
use super::row_writer::{RowWriter, WRITES_AT_ONCE_MAX};
use crate::codec::rows::RowKind;
use crate::codec::rows::active::{decode_active_case, decode_active_contact};
use crate::codec::{self, CodecError};
use crate::keys::{KeyError, Keys};
use crate::metrics::RecoveryProgress;
use crate::store::{ApplyError, DataFolder, LogReader, RowReader, SCAN_ROWS_MAX, StoreError};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::Seq;
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{RowKey, State};
use std::path::PathBuf;
use std::sync::Arc;

/// The maximum number of events that are folded before their rows are applied.
const FOLDED_AT_ONCE: usize = 2_048;
/// The bytes of events that are read at once.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Why a start from disk failed.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event cannot be decoded.
    #[error("event {seq} of the log does not decode: {source}")]
    Event {
        /// The sequence of the event.
        seq: u64,
        /// The error of decoding.
        source: CodecError,
    },
    /// Rows could not be written.
    #[error("{0}")]
    Keep(String),
    /// Keys were destroyed, so that what was read before them reads otherwise. Recover again.
    #[error("what was erased before a crash is erased now")]
    Erased,
    /// Keys could not be destroyed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The rows cannot be read. They can be made again from the log.
    #[error("the rows do not read: {0}")]
    Rows(String),
    /// The server was asked to stop. What was folded is in the rows, so that the next start goes on from there.
    #[error("the server was asked to stop while it started")]
    Stopped,
    /// The live playbook says that handles compare otherwise than they do in the rows. The rows can be made again from
    /// the log.
    #[error("the live playbook says that handles compare otherwise")]
    Handles(Arc<HandleKinds>),
}

impl From<RowWriteError> for RecoverError {
    fn from(error: RowWriteError) -> RecoverError {
        match error {
            RowWriteError::Apply(ApplyError::Failed(StoreError::Damaged { .. }))
            | RowWriteError::Read(StoreError::Damaged { .. })
            | RowWriteError::Decode(_) => RecoverError::Rows(error.to_string()),
            RowWriteError::Apply(_) | RowWriteError::Read(_) | RowWriteError::Keys(_) => {
                RecoverError::Keep(error.to_string())
            }
        }
    }
}

/// Converts an error of reading rows. Damage becomes [`RecoverError::Rows`], any other error [`RecoverError::Store`].
fn of_rows(error: StoreError) -> RecoverError {
    match error {
        StoreError::Damaged { what, .. } => RecoverError::Rows(what),
        other => RecoverError::Store(other),
    }
}

/// Converts an error of decoding rows.
fn undecoded(error: CodecError) -> RecoverError {
    RecoverError::Rows(error.to_string())
}

/// Decodes an event of the log.
fn decoded(seq: u64, bytes: &[u8]) -> Result<Recorded, RecoverError> {
    codec::events::decode(bytes).map_err(|source| RecoverError::Event { seq, source })
}

/// Recovers the state as of the last event of the log, and applies the rows up to it.
pub(super) fn recover(
    log: &LogReader,
    row_writer: &mut RowWriter,
    lookup: &RowLookup,
    (kinds, keys): (Option<Arc<HandleKinds>>, Option<FoldingKeys<'_>>),
    progress: &RecoveryProgress,
) -> Result<State, RecoverError> {
    let mut state = restored(&lookup.rows)?;
    progress.note(0, log.last().saturating_sub(state.seq().0));
    if let Some(kinds) = kinds {
        state = state.compared_by(kinds);
    }
    let folded = fold_rest(
        &mut state,
        (log, log.last()),
        row_writer,
        lookup,
        keys,
        progress,
    )?;
    if folded > 0 {
        row_writer.flush()?;
        tracing::info!(folded, "folded the rest of the log");
    }
    if let Some(wanted) = state.compares_otherwise() {
        return Err(RecoverError::Handles(wanted.clone()));
    }
    state.follow_playbooks();
    Ok(state)
}

/// Folds the events after those in `state`, up to `until`, and applies the rows up to it. Gives the number of events.
pub(super) fn fold_rest(
    state: &mut State,
    (log, until): (&LogReader, u64),
    row_writer: &mut RowWriter,
    lookup: &RowLookup,
    keys: Option<FoldingKeys<'_>>,
    progress: &RecoveryProgress,
) -> Result<usize, RecoverError> {
    let to_fold = until.saturating_sub(state.seq().0);
    let (mut folded, mut reported) = (0_usize, 0);
    while state.seq().0 < until {
        let next = state.seq().0 + 1;
        let count = usize::try_from(until - state.seq().0).unwrap_or(FOLDED_AT_ONCE);
        let events = log.range(next, count.min(FOLDED_AT_ONCE), READ_BYTES)?;
        let mut changes = Changes::default();
        let mut touched = Vec::new();
        for (seq, bytes) in events {
            let recorded = decoded(seq, &bytes)?;
            if let Some(keys) = keys {
                keys.finish_erasing(&recorded.event)?;
            }
            fetch_rows(state, lookup, &recorded.event, &mut touched)?;
            state.apply(&recorded, None);
            folded += 1;
            let keys = changes.take_in(state, &recorded.event);
            touched.extend(keys.into_iter().map(|key| (recorded.envelope.seq, key)));
            if changes.writes >= WRITES_AT_ONCE_MAX {
                break;
            }
        }
        changes.end_at(state);
        row_writer.keep(&[changes])?;
        touched.iter().for_each(|(seq, key)| state.evict(key, *seq));
        progress.note(folded as u64, to_fold);
        if reported + 64 * FOLDED_AT_ONCE <= folded {
            reported = folded;
            tracing::info!(folded, of = log.last(), "folding the log");
        }
        if progress.is_to_stop() {
            row_writer.flush()?;
            return Err(RecoverError::Stopped);
        }
    }
    Ok(folded)
}

/// The keys of the folder whose log is folded.
#[derive(Clone, Copy)]
pub(super) struct FoldingKeys<'a> {
    keys: &'a Keys,
    /// Whether the folder is written.
    is_written: bool,
}

impl<'a> FoldingKeys<'a> {
    /// Those of a folder; `None` if it has none.
    pub(super) fn of(folder: &'a DataFolder) -> Option<FoldingKeys<'a>> {
        folder.keys().map(|keys| FoldingKeys {
            keys,
            is_written: folder.sealed().is_none(),
        })
    }

    /// Destroys the keys that an event destroys, if a crash left them; then the events before it read otherwise, and
    /// are to be folded again. In a folder that is only read the keys are only not used.
    fn finish_erasing(self, event: &Event) -> Result<(), RecoverError> {
        let numbers = erasure::keys_of(event);
        if !self.keys.has_any(&numbers) {
            return Ok(());
        }
        match self.is_written {
            true => self.keys.destroy(&numbers)?,
            false => self.keys.condemn(&numbers),
        }
        Err(RecoverError::Erased)
    }
}

/// The state as of the stored rows, with the rows that the engine keeps in memory and with all timers.
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
    state.compares_by(standing.comparing, standing.has_handles);
    for prefix in codec::rows::key::READ_AT_START {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let found = rows.scan_sealed_blocking(&prefix, after.as_deref(), SCAN_ROWS_MAX);
            let (found, _) = found.map_err(of_rows)?;
            let Some((last, _)) = found.last() else { break };
            after = Some(last.clone());
            for (key, value) in &found {
                restore(&mut state, key, value).map_err(undecoded)?;
            }
        }
    }
    Ok(state)
}

/// Takes in a stored row.
fn restore(state: &mut State, key: &[u8], value: &[u8]) -> Result<(), CodecError> {
    match codec::rows::key::decode(key)? {
        RowKey::Contact(_) => state.restore_contact(decode_active_contact(value)?),
        RowKey::Case(_) => state.restore_case(decode_active_case(value)?),
        key => state.restore(codec::rows::decode(RowKind::of(&key), value)?),
    }
    Ok(())
}

fn stored(rows: &RowReader, key: Vec<u8>) -> Result<Option<Vec<u8>>, RecoverError> {
    let (values, _) = rows.get_many_blocking(&[key]).map_err(of_rows)?;
    Ok(values.into_iter().flatten().next())
}

/// Loads the rows that folding the event needs.
fn fetch_rows(
    state: &mut State,
    lookup: &RowLookup,
    event: &Event,
    touched: &mut Vec<(Seq, RowKey)>,
) -> Result<(), RecoverError> {
    while let Some(key) = state.lacks(event) {
        if state.cache(key.clone(), read_blocking(lookup, &key).map_err(of_rows)?) {
            touched.push((state.seq(), key));
        }
    }
    Ok(())
}

/// The result of folding a whole log.
#[derive(Debug)]
pub struct Folded {
    /// The state after the last event.
    pub state: State,
    /// The events whose stored decision differs from the decision that is computed again. Decisions of contacts and of
    /// further matters count.
    pub decided_otherwise: Vec<Seq>,
    /// The number of decisions that came out the same when they were computed again.
    pub decided_again: u64,
}

/// Folds every event of the log from the first on, and computes every stored decision again. It is for tests, for the
/// conservation check, and for analysis.
///
/// # Errors
/// When the log cannot be read or decoded, or when an event has a wrong sequence.
pub fn fold_log(log: &LogReader) -> Result<Folded, RecoverError> {
    let folded = fold_from(log, State::whole())?;
    match folded.state.compares_otherwise().cloned() {
        None => Ok(folded),
        // As a start does.
        Some(kinds) => fold_from(log, State::whole().compared_by(kinds)),
    }
}

/// Folds events that come one after another, for a check of what they come to.
#[derive(Debug)]
pub(crate) struct Folding(State);

impl Folding {
    /// Begins before the first event.
    pub(crate) fn new() -> Folding {
        Folding(State::whole())
    }

    /// Takes the next event.
    pub(crate) fn take(&mut self, recorded: &Recorded) {
        self.0.apply(recorded, None);
        self.0.take_changed_rows();
    }

    /// Takes the next event, and seals it under these keys. Gives its bytes.
    ///
    /// # Errors
    /// When a key cannot be had.
    pub(crate) fn seal(&mut self, recorded: Recorded, keys: &Keys) -> Result<Vec<u8>, KeyError> {
        let recorded = recorded.of_records(&self.0);
        self.take(&recorded);
        let contact = self.0.contact_opened(&recorded.event);
        codec::events::sealed(&recorded, contact, keys)
    }

    /// The state after the last event. If the live playbook says that handles compare otherwise, as it says that they
    /// do; `log` has the same events.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(crate) fn state(self, log: &LogReader) -> Result<State, RecoverError> {
        match self.0.compares_otherwise().cloned() {
            None => Ok(self.0),
            Some(kinds) => fold_from(log, State::whole().compared_by(kinds)).map(|it| it.state),
        }
    }
}

fn fold_from(log: &LogReader, mut state: State) -> Result<Folded, RecoverError> {
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

/// Whether the decision of an event is the same when it is computed again. `None` if the event has no decision, if its
/// decision has no reason, or if what it was made by was erased.
fn decides_again(state: &State, recorded: &Recorded) -> Option<bool> {
    let (stored, again) = match &recorded.event {
        Event::ContactRouted(routed) if routed.lacks_inputs() => return None,
        Event::CaseAddedToContact(added) if added.lacks_inputs() => return None,
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
