//! What the crash tests stand on: servers as processes that can be killed, callers that load them and keep what they
//! were told, and the proof afterwards that a data folder holds just that.

mod book;
mod caller;
mod load;
mod process;
mod proof;
mod write;

pub use book::{Book, Entry, Told};
pub use caller::Caller;
pub use load::{Load, PLAYBOOK, channel, publish, still_there};
pub use process::{Process, served, signpostd};
pub use proof::{Found, StoredRows, prove, stored_rows};
pub use write::{Answer, Write};

use signpost_server::engine::{Clock, EngineOptions};

/// What a crash test comes to; its errors can leave a task.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Bytes of events after which the small server closes a segment.
const SEGMENT_BYTES: u64 = 24 * 1024;
/// Bytes of rows after which the small server opens them anew.
const REOPEN_BYTES: u64 = 1024 * 1024;

/// Options under which segments and rows are closed and opened all the time.
pub fn small_limits(clock: Clock) -> EngineOptions {
    let mut options = EngineOptions::new(clock);
    options.log.segment_bytes_max = SEGMENT_BYTES;
    options.rows.reopen_bytes = REOPEN_BYTES;
    options
}
