//! What can go wrong with an open store. (What can go wrong on the way to one is [`OpenError`].)
//!
//! [`OpenError`]: super::OpenError

use super::log::{EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX};
use super::rows::{CHANGES_MAX, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX};
use std::io;
use std::path::PathBuf;

/// Stored bytes could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An event that must be there is missing or damaged: call a human, restore a backup.
    #[error("event {sequence} of the log is not readable: {what}")]
    Corrupt {
        /// The event.
        sequence: u64,
        /// What was found in its place.
        what: String,
    },
    /// The events asked for were deleted by retention: start again from `first`.
    #[error("event {asked} was deleted from the log; the oldest one kept is {first}")]
    Trimmed {
        /// The event asked for.
        asked: u64,
        /// The oldest event that is kept.
        first: u64,
    },
    /// A database or a row of it does not read: rows can be folded again from the log, events not.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The disk refused: stop taking work.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done, as in "could not flush".
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The rows were closed, by a stop or by a failure that was reported to their owner.
    #[error("the rows are closed")]
    Closed,
}

/// A group of events was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The log's last event is another than the caller believes. Nothing changed.
    #[error("the group follows event {expected}, but the last event of the log is {last}")]
    OutOfTurn {
        /// What the caller expected.
        expected: u64,
        /// What is so.
        last: u64,
    },
    /// A group holds at least one event. Nothing changed.
    #[error("the group is empty")]
    Empty,
    /// More than [`GROUP_EVENTS_MAX`] events. Nothing changed.
    #[error("the group has {events} events, at most {GROUP_EVENTS_MAX} fit")]
    TooManyEvents {
        /// How many there are.
        events: usize,
    },
    /// An event over [`EVENT_BYTES_MAX`]. Nothing changed.
    #[error("event {index} of the group has {bytes} bytes, at most {EVENT_BYTES_MAX} fit")]
    EventTooLarge {
        /// Which one, from 0.
        index: usize,
        /// Its size.
        bytes: usize,
    },
    /// Events of more than [`GROUP_BYTES_MAX`] together. Nothing changed.
    #[error("the group has {bytes} bytes, at most {GROUP_BYTES_MAX} fit")]
    GroupTooLarge {
        /// Their size.
        bytes: usize,
    },
    /// An earlier append failed: only a restart from disk tells what is there. Nothing changed.
    #[error("the log stopped after a failure: {why}")]
    Poisoned {
        /// That failure.
        why: String,
    },
    /// This append failed and its outcome is unknown; the log takes no more.
    #[error("the append failed, its outcome is unknown: {0}")]
    Failed(#[source] StoreError),
}

/// Changes were not applied to the rows.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The rows already hold that sequence. Nothing changed.
    #[error("sequence {asked} was to be applied, but {applied} already is")]
    OutOfTurn {
        /// What the caller wants to apply.
        asked: u64,
        /// What is applied.
        applied: u64,
    },
    /// More than [`CHANGES_MAX`] changes at once. Nothing changed.
    #[error("there are {changes} changes, at most {CHANGES_MAX} fit")]
    TooManyChanges {
        /// How many there are.
        changes: usize,
    },
    /// A key is empty, over [`ROW_KEY_BYTES_MAX`] or begins with the byte 0, which is the store's own.
    #[error("the key {key:02x?} must have 1 to {ROW_KEY_BYTES_MAX} bytes, the first of them not 0")]
    BadKey {
        /// The key, or its beginning.
        key: Vec<u8>,
    },
    /// A value over [`ROW_BYTES_MAX`]. Nothing changed.
    #[error("the value of key {key:02x?} has {bytes} bytes, at most {ROW_BYTES_MAX} fit")]
    RowTooLarge {
        /// The key.
        key: Vec<u8>,
        /// The value's size.
        bytes: usize,
    },
    /// An earlier apply or flush failed: restart. Nothing changed.
    #[error("the rows stopped after a failure: {why}")]
    Poisoned {
        /// That failure.
        why: String,
    },
    /// This apply or flush failed; the rows take no more.
    #[error("the rows were not written: {0}")]
    Failed(#[source] StoreError),
}

/// Whether the log takes groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// It does.
    Serving,
    /// It does not, until a restart.
    Poisoned {
        /// The failure.
        why: String,
    },
}
