//! The Signpost server: the shell around the pure domain.
//!
//! One way through: `intake` reads a request, the [`engine`] decides and makes it durable in the [`store`], `reply`
//! writes the answer; `queries` reads lists from the rows, `feed` tells those who watch; `status` alone picks gRPC
//! codes. [`serve`] ties them to a port, [`run`] is the life of a server, [`config`] says how.

pub mod codec;
pub mod config;
pub mod engine;
pub mod feed;
mod intake;
pub mod logging;
mod queries;
mod reply;
pub mod run;
pub mod serve;
mod status;
pub mod store;
