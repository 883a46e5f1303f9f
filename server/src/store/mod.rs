//! Everything that touches the disk, as bytes in and bytes out: the data folder, the log of events
//! and the rows folded from them.
//!
//! Left out: what the bytes mean. No type of the storage engine appears in a signature that leaves
//! this folder; only `database` names it.

mod database;
mod disk;
mod error;
mod format;
mod frame;
mod incarnation;
mod key;
mod log;
mod log_reader;
mod open_segment;
mod rows;
mod rows_reader;
mod segment;

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod rows_tests;

pub use database::Alone;
pub use error::{AppendError, ApplyError, Health, StoreError};
pub use format::{DataFolder, OpenError};
pub use incarnation::{Incarnation, IncarnationError};
pub use log::{
    EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX, Log, LogLimits, SEGMENT_BYTES_MAX,
};
pub use log_reader::LogReader;
pub use rows::{
    CHANGES_MAX, Opened, REOPEN_BYTES, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX, RowLimits, Rows,
};
pub use rows_reader::{Row, RowReader, SCAN_ROWS_MAX, Towards, Values};
pub use segment::SEGMENTS_OPEN_MAX;
