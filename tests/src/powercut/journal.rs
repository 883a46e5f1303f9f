//! The recorder's journal: its records in order, its length, and moments at which to cut the power.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Dice;
use super::record::{Record, parse, starts};

/// Why a journal cannot be read, continued, or rebuilt from.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file or folder of the harness itself cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The journal contradicts itself. Either the recorder has a fault, or another program wrote the file.
    #[error("the journal does not read at byte {at}: {what}")]
    Corrupt {
        /// The place, in bytes from the start.
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
    /// For `map_err`: turns an error of the system into an error about `path`.
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
    /// The byte at which each whole record ends.
    ends: Vec<usize>,
}

impl Journal {
    /// The whole records of the journal at `path`. A torn record at the end is left out.
    ///
    /// # Errors
    /// `Io` if the file cannot be read, `Corrupt` if it is not a journal.
    pub fn read(path: &Path) -> Result<Journal, JournalError> {
        Journal::from_bytes(fs::read(path).map_err(JournalError::io(path))?)
    }

    /// As [`Journal::read`], from bytes.
    ///
    /// # Errors
    /// `Corrupt` if the bytes are not those of a journal.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Journal, JournalError> {
        let mut ends = Vec::new();
        let mut at = 0;
        while let Some(end) = parse(&bytes, at)?.map(|(end, _)| end) {
            ends.push(end);
            at = end;
        }
        Ok(Journal { bytes, ends })
    }

    /// The byte at which the last whole record ends: the latest cut.
    pub fn len_bytes(&self) -> u64 {
        self.ends.last().map_or(0, |end| *end as u64)
    }

    /// The records in order, each with the byte at which it ends.
    pub fn records(&self) -> impl Iterator<Item = (u64, Record<'_>)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .filter_map(|(start, end)| match parse(&self.bytes, start) {
                Ok(Some((_, record))) => Some((*end as u64, record)),
                _ => None, // cannot be: every record was parsed when the journal was read
            })
    }

    /// The byte at which the records of the folder's earlier content end: the earliest cut.
    pub fn start(&self) -> u64 {
        self.records()
            .find(|(_, record)| starts(record))
            .map_or(0, |(end, _)| end)
    }

    /// A random moment for the power to go, as a byte of the journal. One time in five it is the very end, where a
    /// writer that never syncs has answered most. Else it is after any record, or right before or after the begin or
    /// end of a sync, where the promises change.
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

/// The byte at which the journal ends now. If a client has an answer and then reads the length `L` here, the answer
/// came before `L`: a power cut at `L` or later must keep what was answered.
///
/// # Errors
/// The error of the system about the file.
pub fn journal_len(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}
