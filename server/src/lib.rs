//! The Signpost server: intake, engine, store, replies.

pub mod codec;
pub mod engine;
pub mod store;
