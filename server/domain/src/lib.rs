//! The words and the rules of Signpost as pure values.
//!
//! Nothing here does I/O, waits, reads a clock or draws dice; nothing here knows the wire or the store.

pub mod fact;
pub mod ids;
pub mod money;
pub mod playbook;
pub mod route;
pub mod time;
