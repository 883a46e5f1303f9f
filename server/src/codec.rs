//! The stored form of the domain's values: protobuf messages of the private package `signpost.store.v1`, and the keys
//! of the rows.
//!
//! Each message is made by a function `…_to_wire`, next to the function that reads it. The types of both are generated
//! from the `.proto` files. The types for reading are prost's and own their values. The types for writing borrow their
//! values and write the fields in the order of their numbers. So the same value always has the same bytes.
//!
//! A message starts with the number of its format. A message from a newer program is refused. Reading never panics,
//! whatever the bytes. Checksums and files belong to the store, below this module.

mod actor;
mod case_work;
mod context;
mod customer;
pub mod events;
mod handover;
pub mod hidden;
pub mod index;
pub mod json;
mod memory;
mod money;
mod number;
mod profile;
pub mod rows;
mod seal;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod write;

/// The messages for reading, compiled from `server/proto`.
#[expect(
    unreachable_pub,
    clippy::all,
    reason = "generated; the comments are in the proto files"
)]
mod wire {
    include!(concat!(env!("OUT_DIR"), "/signpost.store.v1.rs"));
}

/// The same messages for writing. They borrow their values.
#[allow(dead_code, clippy::all, reason = "generated; some are only read")]
mod written {
    use super::write::{Encodable, MessageWriter, Owner, zigzag};
    use std::borrow::Cow;
    include!(concat!(env!("OUT_DIR"), "/signpost.store.v1.written.rs"));
}

use prost::Message;

/// The number of the format that is written. It is also the newest format that can be read.
pub const FORMAT: u32 = 1;

/// Why stored bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A newer program wrote the bytes. Use that program.
    #[error("written in format {0}; this program reads up to {FORMAT}")]
    Newer(u32),
    /// Another program wrote the rows with another layout. Make the rows again from the log.
    #[error("rows are laid out as number {0}, which is not that of this program")]
    Layout(u32),
    /// The bytes are not a message: they were damaged.
    #[error("not a stored message: {0}")]
    Message(#[from] prost::DecodeError),
    /// This field is missing: the bytes were damaged.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// This field has an unknown number: the bytes were damaged.
    #[error("{field}: unknown value {number}")]
    Number {
        /// The name of the field.
        field: &'static str,
        /// The number in the field.
        number: i64,
    },
    /// What is sealed does not open under its key: it was damaged, or the keys are those of another folder.
    #[error("what is sealed does not open: the keys are of another folder, or it is damaged")]
    Sealed,
    /// The key of what is sealed cannot be had.
    #[error("{0}")]
    Keys(String),
    /// This field has a wrong shape or length: the bytes were damaged.
    #[error("{0} is malformed")]
    Shape(&'static str),
}

/// Reads a message. An error if a newer program wrote it.
fn message<M: Message + Default>(bytes: &[u8]) -> Result<M, CodecError> {
    match wire::Header::decode(bytes)?.format {
        0 => Err(CodecError::Missing("format")),
        FORMAT => Ok(M::decode(bytes)?),
        newer => Err(CodecError::Newer(newer)),
    }
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, CodecError> {
    value.ok_or(CodecError::Missing(field))
}
