//! What a start would make again in a folder, and how long the folding would take, without a change in the folder.

use super::key_filters::{FilterLimits, KeyFilters};
use super::prefetch::RowLookup;
use super::recent_rows::{COUNTERS, RecentRows};
use super::recover::{FoldingKeys, RecoverError, fold_rest};
use super::row_writer::RowWriter;
use super::start::{StartError, open_folder_to_read};
use crate::codec::rows::decode_applied;
use crate::codec::{self, CodecError};
use crate::keys::MasterKey;
use crate::metrics::RecoveryProgress;
use crate::store::{DataFolder, Log, LogLimits, LogReader, Opened, RowLimits, Rows};
use signpost_domain::state::State;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The number of events that are folded to reckon how long all would take.
pub const SAMPLE_EVENTS: u64 = 20_000;

/// What a start would do with the rows of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsOutlook {
    /// It goes on from them.
    Kept,
    /// They have this layout, and all are made again.
    OfLayout(u32),
    /// They have an earlier form on disk, and all are made again.
    OfEarlierForm,
    /// There are none, and all are made.
    None,
    /// They do not read, and all are made again.
    Unreadable(String),
}

/// What a start would do with a folder.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The id of the store.
    pub store_id: String,
    /// The sequence of the last event of the log.
    pub last: u64,
    /// What would become of the rows.
    pub rows: RowsOutlook,
    /// The number of events that a start would fold.
    pub to_fold: u64,
    /// The number of events that were folded in memory, and how long that took.
    pub sample: (u64, Duration),
}

impl Outlook {
    /// How long folding would take at the pace of the sample. Writing the rows to disk comes on top.
    pub fn folding(&self) -> Duration {
        let (events, took) = self.sample;
        match events {
            0 => Duration::ZERO,
            events => took.mul_f64(self.to_fold as f64 / events as f64),
        }
    }
}

/// Looks at the folder at `path`, which no server may use. Nothing in it is changed.
///
/// # Errors
/// When it is no data folder of this version of the format or an earlier one, when a server uses it, or when its log
/// does not read. The text names the remedy.
pub fn rehearse(path: &Path, master: Option<MasterKey>) -> Result<Outlook, StartError> {
    let folder = open_folder_to_read(path, master)?;
    let (_log, log) = Log::open(&folder, LogLimits::default())?;
    let (rows, applied) = rows(&folder)?;
    let to_fold = log.last().saturating_sub(applied);
    Ok(Outlook {
        store_id: folder.store_id().to_string(),
        last: log.last(),
        rows,
        to_fold,
        sample: match to_fold {
            0 => (0, Duration::ZERO),
            _ => sample(&folder, &log)?,
        },
    })
}

/// What would become of the rows, and the event up to which they would be kept.
fn rows(folder: &DataFolder) -> Result<(RowsOutlook, u64), StartError> {
    if folder.has_earlier_rows() {
        return Ok((RowsOutlook::OfEarlierForm, 0));
    }
    let (rows, reader) = match Rows::open(folder, RowLimits::default())? {
        Opened::Ready(rows, reader) => (rows, reader),
        Opened::Damaged { what } => return Ok((RowsOutlook::Unreadable(what), 0)),
    };
    let key = codec::rows::key::APPLIED.to_vec();
    let (values, _) = reader.get_many_blocking(&[key])?;
    let Some(bytes) = values.into_iter().flatten().next() else {
        return Ok((RowsOutlook::None, 0));
    };
    Ok(match decode_applied(&bytes) {
        Ok(_) => (RowsOutlook::Kept, rows.applied()),
        Err(CodecError::Layout(layout)) => (RowsOutlook::OfLayout(layout), 0),
        Err(error) => (RowsOutlook::Unreadable(error.to_string()), 0),
    })
}

/// Folds the first events into rows in memory.
fn sample(folder: &DataFolder, log: &LogReader) -> Result<(u64, Duration), StartError> {
    let (rows, reader) = match Rows::open_in_memory(folder, RowLimits::default())? {
        Opened::Ready(rows, reader) => (rows, reader),
        Opened::Damaged { what } => return Err(RecoverError::Rows(what).into()),
    };
    let filters = Arc::new(KeyFilters::new(
        FilterLimits::default(),
        folder.keys().cloned(),
    ));
    let mut row_writer = RowWriter::new(
        rows,
        reader.clone(),
        filters.clone(),
        folder.keys().cloned(),
    );
    let lookup = RowLookup {
        rows: reader,
        filters,
        recent: Arc::new(RecentRows::new(COUNTERS)),
    };
    let begun = Instant::now();
    let mut state = State::partial();
    let until = log.last().min(SAMPLE_EVENTS);
    fold_rest(
        &mut state,
        (log, until),
        &mut row_writer,
        &lookup,
        FoldingKeys::of(folder),
        &RecoveryProgress::default(),
    )?;
    Ok((state.seq().0, begun.elapsed()))
}
