//! Which case a contact is about, and what is done with a case.

pub(super) mod act;
pub(super) mod by_key;
pub(super) mod find;
pub(super) mod lookup;
pub(super) mod named;
pub(super) mod of_contact;
