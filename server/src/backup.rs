//! Backups: the events of the log for a copy, and data folders made from it.
//!
//! A backup has the events alone. Rows follow from them. Nothing else of a data folder is in it: neither its id beside
//! its events, nor the keys of personal data.

mod copy;
mod encrypt;
mod fill;
mod json_lines;
mod restore;
mod stream;

pub use encrypt::{Encrypt, encrypt};
pub use fill::{Filled, Point};
pub use json_lines::JsonLine;
pub use restore::{Import, KeysGiven, Restore, RestoreError, import, restore};
pub use stream::{BACKUP_READERS_MAX, BACKUP_STALLED_MAX};
pub(crate) use stream::{BackupHead, BackupStream, Backups, NotBackedUp, SentChunk, WantedBackup};

/// The form in which events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BackupForm {
    /// As the log has them.
    Records,
    /// As JSON, one in a line.
    JsonLines,
}
