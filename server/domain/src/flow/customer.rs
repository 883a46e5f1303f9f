//! Which customer a contact is of, and what is done with a customer.

pub(super) mod act;
pub(super) mod find;
pub(super) mod merge_group;
pub(super) mod save;
