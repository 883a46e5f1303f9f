//! The power-cut test: what is left of a folder when the power goes at any moment while a process runs. `kill -9` does
//! not show this, because the system's cache survives it. So a recorder is preloaded into the process. It journals all
//! that the process does to its folder. Any number of power cuts are then played from this one journal.
//!
//! How a test of a server uses it:
//!
//! 1. `Recorder::build()`, then `recorder.watch(&mut command, data, journal)` on the server's
//!    command (`--data` names the same folder), and start it.
//! 2. The client keeps, for each answer in hand, `journal_len(journal)` read *after* the answer
//!    came, with what the answer told (the contact's id). At any cut at that length or later, the
//!    answered thing must be there.
//! 3. `kill -9` the server and wait for it. It may start again under the same journal, with
//!    `watch` on the new command: what the first life did not sync is then still at stake, which
//!    finds a server that answers from what it read back without making it durable.
//! 4. `Journal::read(journal)`; for each seed `cut = journal.cut(seed)`, then
//!    `journal.rebuild(cut, seed, into)` into a new folder (the server's first start may not be
//!    through yet at an early cut: the folder may be missing or nearly empty, with nothing promised).
//! 5. Start the server on the rebuilt folder without the recorder. It must start, and have every
//!    answered thing with a length ≤ `cut` exactly once, and pass `check`. It may have more: what
//!    was on its way to an answer.
//! 6. Then a mutation: the same server answering without a sync (`Recorder::dropping_syncs`) must lose
//!    at some seed, or the test sees nothing.
//!
//! What the model promises is what POSIX does and no more: content is durable by `fsync` or
//! `fdatasync` of the file, a name by `fsync` of its folder (also the watched folder's own name, by
//! its parent, unless the folder was there before), everything by `sync` and `syncfs`;
//! `sync_file_range` and `msync` count for nothing. A process that uses what the model does not
//! know (shared writable mappings, `copy_file_range`, `O_DSYNC`, io_uring, …) makes `rebuild` fail
//! by name. Not seen at all: a program that makes system calls without the C library, and C's own
//! streams. Left out: permissions, times, attributes, and faults of the disk itself.

mod dice;
mod disk;
mod journal;
mod rebuild;
mod record;
mod recorder;
mod remains;
mod scribble;
mod story;
mod survey;
#[cfg(test)]
mod trial;

pub use dice::Dice;
pub use journal::{Journal, JournalError, journal_len};
pub use rebuild::Rebuilt;
pub use record::{OUTSIDE, Record, Scope, What};
pub use recorder::{Recorder, compile};
pub use scribble::{Scribbler, Way, read_back};
