//! What a caller gets and gives back as it is: page tokens, cursors, revisions.

pub(crate) mod cursor;
pub(crate) mod page;
