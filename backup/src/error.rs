//! Why a backup is not written or read.

use std::io;

/// Why a backup is not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no backup.
    #[error("{place} holds no backup: it has no MANIFEST.json")]
    None {
        /// The folder or the address.
        place: String,
    },
    /// It is no name of a place.
    #[error("{place}: {what}")]
    NoPlace {
        /// What was named.
        place: String,
        /// What would be right.
        what: &'static str,
    },
    /// There is no such bucket.
    #[error("there is no bucket {bucket}; make it, or name another")]
    NoBucket {
        /// Its name.
        bucket: String,
    },
    /// The store of objects lets nobody in, or not to this.
    #[error("no access to {place}: {what}")]
    NoAccess {
        /// The address.
        place: String,
        /// What it answers, and what would be right.
        what: String,
    },
    /// The store of objects takes too long.
    #[error("{place}: not done within {most_s} s")]
    Late {
        /// The address.
        place: String,
        /// The most seconds.
        most_s: u64,
    },
    /// There is something else.
    #[error(
        "{place} holds `{found}` but no MANIFEST.json, so it is no backup; name an empty or a new place"
    )]
    Foreign {
        /// The folder or the address.
        place: String,
        /// The name of something that is there.
        found: String,
    },
    /// The backup is one of another store.
    #[error("{place} is a backup of the store {found}, not of {wanted}; name another place")]
    OtherStore {
        /// The folder or the address.
        place: String,
        /// The id of its store.
        found: String,
        /// The id of the store that is backed up.
        wanted: String,
    },
    /// Another backup is being written there.
    #[error("another backup is being written to {place}; wait until it ends")]
    InUse {
        /// The folder or the address.
        place: String,
    },
    /// The backup was written by a newer program.
    #[error(
        "{place} has the form {found} of a backup, this program reads {known}; use a newer one"
    )]
    Newer {
        /// The file.
        place: String,
        /// The number of its form.
        found: u64,
        /// The newest form that this program reads.
        known: u64,
    },
    /// A file of the backup does not read.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// The file.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// What the server sent does not follow on what the backup has.
    #[error("the server sent events from {first} on, but the backup ends at event {last}")]
    OutOfTurn {
        /// The first event that was sent.
        first: u64,
        /// The last event of the backup.
        last: u64,
    },
    /// The disk or the store of objects refused.
    #[error("{doing} {place}: {source}")]
    Io {
        /// What failed, such as "could not write".
        doing: &'static str,
        /// The file.
        place: String,
        /// The error of the system.
        source: io::Error,
    },
}
