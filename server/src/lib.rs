//! The Signpost server: the shell around the pure domain.
//!
//! One way through: `from_proto` reads a request, the [`engine`] decides and makes it durable in the [`store`],
//! `to_proto` writes the answer; `queries` reads lists from the rows, `feed` tells those who watch; `status` alone
//! picks gRPC codes. [`grpc`] ties them to a port, [`run`] is the life of a server, [`config`] says how.

pub mod codec;
pub mod config;
pub mod engine;
pub mod feed;
pub mod grpc;
pub(crate) mod index_scan;
pub mod logging;
mod queries;
pub mod run;
pub mod store;
pub mod tail;
