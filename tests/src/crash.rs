//! The base of the crash tests: servers as processes that can be killed, callers that load the servers and keep the
//! answers, and a proof afterwards that a data folder holds exactly what was answered.

mod book;
mod caller;
mod filled;
mod kill;
mod lives;
mod load;
mod process;
mod proof;
mod replay;
mod write;

pub use crate::Outcome;
pub use crate::child::Process;
pub use book::{Book, Entry, Told};
pub use caller::Caller;
pub use filled::Filled;
pub use kill::{kill_at_start, kill_under_load};
pub use lives::ServerLives;
pub use load::{Load, PLAYBOOK, asked_again, channel, publish, still_there};
pub use process::{served, signpostd, signpostd_above};
pub use proof::{Found, StoredRows, prove, stored_rows};
pub use replay::prove_by_replay;
pub use write::{Answer, Write};

use signpost_server::engine::{Clock, EngineOptions};

/// The small server closes a segment after this many bytes of events.
const SEGMENT_BYTES: u64 = 24 * 1024;
/// The small server opens its rows again after this many bytes.
const REOPEN_BYTES: u64 = 256 * 1024;

/// Options with which segments and rows are closed and opened all the time, and the filter of request ids has no room.
/// Whatever is free on the disk is enough.
pub fn small_limits(clock: Clock) -> EngineOptions {
    let mut options = EngineOptions::new(clock);
    options.log.segment_bytes_max = SEGMENT_BYTES;
    options.rows.reopen_bytes = REOPEN_BYTES;
    options.filters.requests = 0;
    options.min_free_bytes = 0;
    options
}
