//! What the crash tests stand on: servers as processes that can be killed, callers that load them and keep what they
//! were told, and the proof afterwards that a data folder holds just that.

mod book;
mod caller;
mod load;
mod process;
mod proof;
mod write;

pub use crate::Outcome;
pub use crate::child::Process;
pub use book::{Book, Entry, Told};
pub use caller::Caller;
pub use load::{Load, PLAYBOOK, channel, publish, still_there};
pub use process::{served, signpostd};
pub use proof::{Found, StoredRows, prove, stored_rows};
pub use write::{Answer, Write};

use signpost_server::engine::{Clock, EngineOptions};

/// Bytes of events after which the small server closes a segment.
const SEGMENT_BYTES: u64 = 24 * 1024;
/// Bytes of rows after which the small server opens them anew.
const REOPEN_BYTES: u64 = 256 * 1024;

/// Options under which segments and rows are closed and opened all the time, and the filter of request ids has no room.
pub fn small_limits(clock: Clock) -> EngineOptions {
    let mut options = EngineOptions::new(clock);
    options.log.segment_bytes_max = SEGMENT_BYTES;
    options.rows.reopen_bytes = REOPEN_BYTES;
    options.filters.requests = 0;
    options
}
