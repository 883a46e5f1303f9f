//! Finds the customer of a contact, and handles work on customers.

pub(super) mod act;
pub(super) mod erase;
pub(super) mod find;
pub(super) mod merge_group;
pub(super) mod save;
