//! The Signpost server: the shell around the pure domain.
//!
//! One way through: `intake` reads a request, the [`engine`] decides and makes it durable, `reply` writes the answer;
//! `status` alone picks gRPC codes. [`serve`] ties them to a port, [`config`] says how.

pub mod engine;
mod intake;
mod reply;
pub mod serve;
mod status;
