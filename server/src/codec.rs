//! Stored bytes: the domain's values as protobuf messages of the private package `signpost.store.v1`, and the keys
//! under which rows are kept.
//!
//! Each message is made by a `…_to_wire` beside the function that reads it. Both are of types generated from the
//! `.proto` files: what is read is prost's and owns what it holds; what is written borrows it, and its fields are
//! written in the order of their numbers, so that the same value has the same bytes.
//!
//! A message starts with the number of its format; what a newer program wrote is refused. Reading never panics,
//! whatever the bytes. Checksums and files are the business of the store, below this.

mod actor;
mod case_work;
mod context;
mod customer;
pub mod events;
mod handover;
pub mod index;
mod memory;
mod money;
mod number;
mod profile;
pub mod rows;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod write;

/// The messages, as they are compiled from `server/proto`.
#[expect(
    unreachable_pub,
    clippy::all,
    reason = "generated; the comments are in the proto files"
)]
mod wire {
    include!(concat!(env!("OUT_DIR"), "/signpost.store.v1.rs"));
}

/// The same messages as they are written, borrowed from what they are made of.
#[allow(dead_code, clippy::all, reason = "generated; some are only read")]
mod written {
    use super::write::{Encodable, MessageWriter, zigzag};
    use std::borrow::Cow;
    include!(concat!(env!("OUT_DIR"), "/signpost.store.v1.written.rs"));
}

use prost::Message;

/// The number of the format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// Why stored bytes do not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A newer program wrote them: use that one.
    #[error("written in format {0}; this program reads up to {FORMAT}")]
    Newer(u32),
    /// Another program laid the rows out otherwise: make them again from the log.
    #[error("rows are laid out as number {0}, which is not that of this program")]
    Layout(u32),
    /// They are no message at all: they were damaged.
    #[error("not a stored message: {0}")]
    Message(#[from] prost::DecodeError),
    /// This field should be there: they were damaged.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// This field holds a number that means nothing: they were damaged.
    #[error("{field}: unknown value {number}")]
    Number {
        /// Which.
        field: &'static str,
        /// What it holds.
        number: i64,
    },
    /// This field has another shape or length: they were damaged.
    #[error("{0} is malformed")]
    Shape(&'static str),
}

/// Reads a message, unless a newer program wrote it.
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
