//! The Signpost server: the shell around the pure domain.
//!
//! The path of a request: `from_proto` reads it, the [`engine`] decides it and makes the decision durable in the
//! [`store`], and `to_proto` writes the answer. `queries` reads lists from the rows, and `feed` sends changes to
//! watchers. Only `status` chooses gRPC codes. [`grpc`] serves all of this on a [`port`], which may have [`tls`].
//! [`run`] starts and stops a server, and [`config`] holds its settings.

pub mod audit;
pub mod backup;
pub mod codec;
pub mod config;
pub mod doctor;
pub mod engine;
pub mod feed;
pub mod grpc;
pub(crate) mod index_scan;
pub mod keys;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod offline_token;
pub mod oidc;
pub mod port;
mod queries;
pub mod run;
pub mod store;
pub mod tail;
#[cfg(test)]
mod tests;
pub mod tls;
pub mod traces;
pub mod upgrade;
