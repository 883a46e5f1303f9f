//! The gRPC contract of Signpost, generated from `signpost/v1/*.proto`. The comments in those files are the reference.

mod code;
pub mod codec;

pub use code::code_name;

/// Package `signpost.v1`.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    deprecated,
    clippy::too_many_lines,
    reason = "generated"
)]
pub mod v1 {
    tonic::include_proto!("signpost.v1");
}

/// The descriptor set of the contract, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/signpost.v1.bin"));
