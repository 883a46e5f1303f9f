//! Finding what a contact is about: the customer, the tier, the reason, the case.

mod case;
mod case_of;
mod customer;
mod merge_group;
mod named;
mod reason;

pub(super) use case::{FoundCase, Sought, all_open_cases, ambiguous};
pub(super) use case_of::case_of;
pub(super) use customer::{FoundCustomer, customer, tier};
pub(super) use merge_group::{IdentityOwner, identity_owner, survivor};
pub(super) use named::{Named, named, reason_taken};
pub(super) use reason::{FoundReason, reason};
