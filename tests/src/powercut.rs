//! The power-cut test: what is left of a folder when the power goes at any moment while a process runs. `kill -9` does
//! not show this, because the system's cache survives it. So a recorder is preloaded into the process. It journals all
//! that the process does to its folder. Any number of power cuts are then played from this one journal.
//!
//! How a test of a server uses it:
//!
//! 1. Call `Recorder::build()`. Then call `recorder.watch(&mut command, data, journal)` on the server's command, whose
//!    `--data` names the same folder, and start the server.
//! 2. For each answer, the client keeps the content of the answer (the contact's id) and `journal_len(journal)`, read
//!    *after* the answer came. At any cut at that length or later, what was answered must be there.
//! 3. `kill -9` the server and wait for its end. It may start again with the same journal, with `watch` on the new
//!    command. What the first process did not sync can then still be lost. This finds a server that answers from what
//!    it read back without making it durable.
//! 4. Call `Journal::read(journal)`. For each seed, `cut = journal.cut(seed)`; then call
//!    `journal.rebuild(cut, seed, into)` with a new folder. At an early cut the first start of the server may not be
//!    complete: the folder may be missing or nearly empty, and nothing is promised.
//! 5. Start the server on the rebuilt folder without the recorder. It must start, must have everything answered with a
//!    length ≤ `cut` exactly once, and must pass `check`. It may have more: what was about to be answered.
//! 6. Then a mutation: the same server, answering without a sync (`Recorder::dropping_syncs`), must lose something at
//!    some seed. Else the test finds nothing.
//!
//! The model promises what POSIX does, and no more. Content becomes durable by `fsync` or `fdatasync` of the file. A
//! name becomes durable by `fsync` of its folder; the name of the watched folder by `fsync` of its parent, unless the
//! folder was there before. `sync` and `syncfs` make everything durable; `sync_file_range` and `msync` count for
//! nothing. If a process uses what the model does not know (shared writable mappings, `copy_file_range`, `O_DSYNC`,
//! io_uring, …), `rebuild` fails and names it. Not seen at all: a program that makes system calls without the C
//! library, and C's own streams. Left out: permissions, times, attributes, and faults of the disk itself.

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
pub use recorder::{Recorder, compile, preloaded};
pub use scribble::{Scribbler, Way, read_back};
