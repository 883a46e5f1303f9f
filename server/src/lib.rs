//! The Signpost server: intake, engine, store, replies.

pub mod codec;
