//! The errors of an open store. ([`OpenError`] has the errors of opening one.)
//!
//! [`OpenError`]: super::OpenError

use super::log::{EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX};
use super::rows::{CHANGES_MAX, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX};
use std::io;
use std::path::PathBuf;

/// An error while stored bytes are read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An event that must exist is missing or damaged. A person must restore a backup.
    #[error("event {sequence} of the log is not readable: {what}")]
    Corrupt {
        /// The sequence of the event.
        sequence: u64,
        /// What was found instead of the event.
        what: String,
    },
    /// The requested events were deleted by retention. Start again from `first`.
    #[error("event {asked} was deleted from the log; the oldest one kept is {first}")]
    Trimmed {
        /// The sequence of the requested event.
        asked: u64,
        /// The sequence of the oldest event that is kept.
        first: u64,
    },
    /// A database, or a row in it, cannot be read. Rows can be folded again from the log; events cannot.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The path of the file or folder.
        path: PathBuf,
        /// The damage that was found.
        what: String,
    },
    /// The disk refused. The server must accept no more work.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// The action that failed, such as "could not flush".
        doing: &'static str,
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The rows were closed, either by a stop or after a failure that was reported to their owner.
    #[error("the rows are closed")]
    Closed,
}

/// A group of events was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The last event of the log is not the event that the caller expects. Nothing changed.
    #[error("the group follows event {expected}, but the last event of the log is {last}")]
    OutOfTurn {
        /// The sequence that the caller expected.
        expected: u64,
        /// The sequence of the last event of the log.
        last: u64,
    },
    /// The group is empty, but it must hold at least one event. Nothing changed.
    #[error("the group is empty")]
    Empty,
    /// The group has more than [`GROUP_EVENTS_MAX`] events. Nothing changed.
    #[error("the group has {events} events, at most {GROUP_EVENTS_MAX} fit")]
    TooManyEvents {
        /// The number of events.
        events: usize,
    },
    /// An event is larger than [`EVENT_BYTES_MAX`]. Nothing changed.
    #[error("event {index} of the group has {bytes} bytes, at most {EVENT_BYTES_MAX} fit")]
    EventTooLarge {
        /// The index of the event in the group, from 0.
        index: usize,
        /// The size of the event, in bytes.
        bytes: usize,
    },
    /// The events together are larger than [`GROUP_BYTES_MAX`]. Nothing changed.
    #[error("the group has {bytes} bytes, at most {GROUP_BYTES_MAX} fit")]
    GroupTooLarge {
        /// The size of all events together, in bytes.
        bytes: usize,
    },
    /// An earlier append failed. Only a restart can show which events are on disk. Nothing changed.
    #[error("the log stopped after a failure: {why}")]
    Poisoned {
        /// The earlier failure.
        why: String,
    },
    /// This append failed, and its outcome is unknown. The log accepts no more groups.
    #[error("the append failed, its outcome is unknown: {0}")]
    Failed(#[source] StoreError),
}

/// Changes were not applied to the rows.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The rows already hold the sequence. Nothing changed.
    #[error("sequence {asked} was to be applied, but {applied} already is")]
    OutOfTurn {
        /// The sequence that the caller wants to apply.
        asked: u64,
        /// The sequence that is already applied.
        applied: u64,
    },
    /// There are more than [`CHANGES_MAX`] changes at once. Nothing changed.
    #[error("there are {changes} changes, at most {CHANGES_MAX} fit")]
    TooManyChanges {
        /// The number of changes.
        changes: usize,
    },
    /// A key is empty, longer than [`ROW_KEY_BYTES_MAX`], or begins with the byte 0, which is reserved for the store.
    /// Nothing changed.
    #[error("the key {key:02x?} must have 1 to {ROW_KEY_BYTES_MAX} bytes, the first of them not 0")]
    BadKey {
        /// The key; of a long key, only the beginning.
        key: Vec<u8>,
    },
    /// A value is larger than [`ROW_BYTES_MAX`]. Nothing changed.
    #[error("the value of key {key:02x?} has {bytes} bytes, at most {ROW_BYTES_MAX} fit")]
    RowTooLarge {
        /// The key; of a long key, only the beginning.
        key: Vec<u8>,
        /// The size of the value, in bytes.
        bytes: usize,
    },
    /// An earlier apply or flush failed. Restart the server. Nothing changed.
    #[error("the rows stopped after a failure: {why}")]
    Poisoned {
        /// The earlier failure.
        why: String,
    },
    /// This apply or flush failed. The rows accept no more changes.
    #[error("the rows were not written: {0}")]
    Failed(#[source] StoreError),
}

/// Whether the log accepts groups of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// The log accepts groups.
    Serving,
    /// The log accepts no groups until a restart.
    Poisoned {
        /// The failure.
        why: String,
    },
}
