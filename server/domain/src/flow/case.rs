//! Finds the case of a contact, and handles work on cases.

pub(super) mod act;
pub(super) mod by_key;
pub(super) mod corrected;
pub(super) mod find;
pub(super) mod lookup;
pub(super) mod named;
pub(super) mod of_contact;
pub(super) mod thanked;
