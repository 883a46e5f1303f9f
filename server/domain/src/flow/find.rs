//! Finding what a contact is about: the customer, the tier, the reason, the case.

mod case;
mod customer;
mod family;
mod named;
mod reason;

pub(super) use case::{
    FoundCase, Sought, all_open_cases, ambiguous, case, case_without_reason, goes_before,
};
pub(super) use customer::{FoundCustomer, customer, tier};
pub(super) use family::{HeldBy, holder, root};
pub(super) use named::{Named, named, named_case, reason_taken};
pub(super) use reason::{FoundReason, reason};
