//! The form of a backup, and where it is kept.
//!
//! ```text
//! BACKUP/events-FIRST-LAST-DIGEST.zst   events in their order, packed; the name has what is in it
//! BACKUP/MANIFEST.json                  the list of these files and the store that they are of; written last
//! BACKUP/LOCK                           locked while a backup is written; folders alone have it
//! ```
//!
//! `BACKUP` is a folder, or a part of a bucket (`s3://BUCKET/PREFIX`), whose objects have these names.
//!
//! A backup holds the events of a log from the first on. All else follows from them. A manifest names only files that
//! are on disk, and files are never changed: so a backup that broke off is one that ends earlier, and the next run goes
//! on from there. The bytes of an event are opaque here.

mod bucket;
mod chunk;
mod error;
mod export;
mod folder;
mod manifest;
mod place;
mod record;
mod target;
mod verify;
mod writer;

pub use bucket::{BUCKET_TIME_MAX, Bucket};
pub use chunk::{CHUNK_BYTES_MAX, CHUNK_EVENTS_MAX, UNPACKED_BYTES_MAX, pack, unpack, unpack_text};
pub use error::BackupError;
pub use export::{EXPORT_FORM, ExportHeader};
pub use folder::Folder;
pub use manifest::{Ancestor, ChunkEntry, FORM, MANIFEST, Manifest};
pub use place::{BucketOptions, BucketPlace, Place};
pub use record::{Record, Records, digest, push_record};
pub use target::Target;
pub use verify::{Fault, Verified, verify};
pub use writer::{BackupWriter, CHUNKS_PER_MANIFEST, Come, MERGED_BYTES_MAX};
