//! The opaque texts that a caller gets and sends back unchanged: page tokens, cursors, revisions.

pub(crate) mod cursor;
pub(crate) mod history;
pub(crate) mod page;
