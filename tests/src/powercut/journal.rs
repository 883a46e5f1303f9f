//! The recorder's journal: its records in order, how long it is, and moments to cut it at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Dice;
use super::record::{Record, parse, starts};

/// Why a journal cannot be read, continued, or rebuilt from.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file or folder of the harness itself.
    #[error("{path}: {source}")]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal contradicts itself: a fault of the recorder, or another program's file.
    #[error("the journal does not read at byte {at}: {what}")]
    Corrupt {
        /// Where, in bytes from the start.
        at: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// The watched process did something that the model cannot follow.
    #[error("the watched process used {what} on {path}, which the power-cut model does not know")]
    Unsupported {
        /// The operation.
        what: String,
        /// The file.
        path: PathBuf,
    },
}

impl JournalError {
    /// For `map_err`: an error of the system about `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> JournalError + '_ {
        move |source| JournalError::Io {
            path: path.to_path_buf(),
            source,
        }
    }
}

/// What a watched process did, in order.
#[derive(Debug)]
pub struct Journal {
    bytes: Vec<u8>,
    /// Where each whole record ends.
    ends: Vec<usize>,
}

impl Journal {
    /// The whole records of the journal at `path`; a torn one at the end is left out.
    ///
    /// # Errors
    /// `Io` if it cannot be read, `Corrupt` if it is not a journal.
    pub fn read(path: &Path) -> Result<Journal, JournalError> {
        Journal::from_bytes(fs::read(path).map_err(JournalError::io(path))?)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// `Corrupt` if they are not a journal's.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Journal, JournalError> {
        let mut ends = Vec::new();
        let mut at = 0;
        while let Some(end) = parse(&bytes, at)?.map(|(end, _)| end) {
            ends.push(end);
            at = end;
        }
        Ok(Journal { bytes, ends })
    }

    /// Where the last whole record ends, in bytes: the latest cut.
    pub fn len_bytes(&self) -> u64 {
        self.ends.last().map_or(0, |end| *end as u64)
    }

    /// The records with the byte at which each ends, in order.
    pub fn records(&self) -> impl Iterator<Item = (u64, Record<'_>)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .filter_map(|(start, end)| match parse(&self.bytes, start) {
                Ok(Some((_, record))) => Some((*end as u64, record)),
                _ => None, // cannot be: every record was parsed when the journal was read
            })
    }

    /// Where what was in the folder before the process started ends: the earliest cut.
    pub fn start(&self) -> u64 {
        self.records()
            .find(|(_, record)| starts(record))
            .map_or(0, |(end, _)| end)
    }

    /// A moment for the power to go: one time in five at the very end, where a writer that never
    /// syncs has told the most; else after any record, or right before or after a sync begins or
    /// ends, where promises change.
    pub fn cut(&self, seed: u64) -> u64 {
        let mut dice = Dice::new(seed);
        let start = self.start();
        let (mut every, mut near_syncs, mut last) = (vec![start], Vec::new(), start);
        for (end, record) in self.records().filter(|(end, _)| *end > start) {
            every.push(end);
            if matches!(record, Record::SyncBegin { .. } | Record::SyncEnd { .. }) {
                near_syncs.extend([last, end]);
            }
            last = end;
        }
        if dice.one_in(5) {
            return last;
        }
        let cuts = if near_syncs.is_empty() || dice.one_in(2) {
            &every
        } else {
            &near_syncs
        };
        cuts[dice.below(cuts.len())]
    }
}

/// Where the journal ends now, in bytes. An answer that a client has in hand when it reads `L` here
/// happened before `L`: a power cut at `L` or later must keep what the answer told.
///
/// # Errors
/// What the system said about the file.
pub fn journal_len(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}
