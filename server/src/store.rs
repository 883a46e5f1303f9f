//! All access to the disk, as plain bytes: the data folder, the log of events, and the rows folded from the events.
//!
//! The meaning of the bytes is not known here. No type of the storage engine appears in a signature that leaves this
//! folder; only `database` names the engine.

mod bound;
mod damaged_segments;
mod database;
mod disk;
mod error;
mod examine;
mod format;
mod frame;
mod key;
mod lineage;
mod log;
mod log_reader;
mod lost_byte;
mod open_segment;
mod rows;
mod rows_reader;
mod sealed;
mod segment;
mod sizes;
mod space;
mod store_id;
mod unfinished;
mod veil;

pub use damaged_segments::DamagedSegment;
pub use database::SingleThreadedRayon;
pub(crate) use disk::sync_folder;
pub use error::{AppendError, ApplyError, StoreError, StoreHealth};
pub use examine::{Decode, ExamineError, Examined, FINDINGS_MAX, Finding, Harm, examine};
pub use format::{DataFolder, KEYS, OpenError, SCHEMA};
pub use lineage::{ANCESTORS_MAX, Ancestor, Lineage, LineageError};
pub use log::{
    EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX, Log, LogLimits, SEGMENT_BYTES_MAX,
};
pub use log_reader::LogReader;
pub use rows::{
    CHANGES_MAX, Opened, REOPEN_BYTES, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX, RowLimits, Rows,
};
pub use rows_reader::{RowReader, SCAN_ROWS_MAX, StoredRow, Towards, Values};
pub use sealed::ROWS_IN_MEMORY_MAX;
pub use segment::SEGMENTS_OPEN_MAX;
pub use sizes::{SIZES_KEPT, StoredSizes};
pub use space::{MIN_FREE_BYTES_DEFAULT, Room, SPACE_LOOK_INTERVAL, Space};
pub use store_id::{StoreId, StoreIdError};
pub use unfinished::UnfinishedFolder;
pub use veil::Veil;
