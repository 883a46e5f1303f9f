//! The form of the audit file, the writer that appends to it, and the check of it.
//!
//! ```text
//! AUDIT/00000000000000000001.jsonl   records from number 1 on, one JSON object on each line; mode 600
//! AUDIT/00000000000000004711.jsonl   the next file; the one before is closed and never changed
//! AUDIT/LOCK                         locked by whoever writes
//! ```
//!
//! A line ends with `"previous":"…","hash":"…"}`. The hash is the BLAKE3 hash of the bytes of the line before
//! `,"hash":`, which hold the hash of the record before. So a record that is changed, taken out or put in breaks the
//! chain, and whoever kept the number and the hash of a record (a [`Head`]) sees that the end was cut or written anew.

mod files;
mod head;
mod line;
mod reader;
mod record;
mod tail;
mod verify;
mod writer;

pub use files::{AuditFile, audit_files};
pub use head::Head;
pub use line::{LINE_BYTES_MAX, LineFault, ReadLine};
pub use reader::{AuditLines, NumberedLine};
pub use record::{AuditRecord, RecordKind, Touched};
pub use verify::{AuditFault, FAULTS_MAX, NotVerified, VerifiedAudit, verify};
pub use writer::{AuditError, AuditWriter, FILE_BYTES_MAX, FILE_TIME_MAX, Reopened, RetiredFiles};
