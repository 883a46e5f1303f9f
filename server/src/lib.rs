//! The Signpost server: the shell around the pure domain.
//!
//! One way through: `intake` reads a request, the [`engine`] decides and makes it durable in the [`store`], `reply`
//! writes the answer; `status` alone picks gRPC codes.

pub mod codec;
pub mod engine;
mod intake;
mod reply;
pub mod serve;
mod status;
pub mod store;
