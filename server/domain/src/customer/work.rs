//! What is done to customers apart from keeping their profiles: handles linked, customers merged.

use super::{Identity, IdentityKey};
use crate::actor::Actor;
use crate::ids::CustomerId;
use crate::time::UnixMs;
use std::sync::Arc;

/// Most customers that one goes on for.
pub const MERGED_CUSTOMERS_MAX: usize = 16;
/// Most bytes of why customers are merged, or why a merge is undone.
pub const MERGE_NOTE_BYTES_MAX: usize = 512;

/// Why one customer goes on for another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomerMerge {
    /// The other.
    pub customer: CustomerId,
    /// The verified identity of the other that proved them one; `None` if somebody said so.
    pub proof: Option<IdentityKey>,
    /// Why, in somebody's words; may be empty.
    pub note: Arc<str>,
}

/// A customer that another goes on for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MergedCustomer {
    /// Which and why.
    pub merge: CustomerMerge,
    /// When.
    pub at: UnixMs,
    /// By whom.
    pub actor: Actor,
    /// For whom, as the actor said.
    pub on_behalf_of: Option<Actor>,
}

/// What was done to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CustomerAction {
    /// It has a handle.
    Linked {
        /// Which, as it is told now.
        identity: Identity,
        /// Whether it proved who the customer is, and by this does no more; false for what was decided before that was
        /// kept.
        verification_lost: bool,
    },
    /// It has it no more.
    Unlinked(IdentityKey),
    /// It goes on for another from now on.
    Merged(CustomerMerge),
    /// It goes on for that one no more, for a reason that may be empty.
    Unmerged(CustomerId, Arc<str>),
}

impl CustomerAction {
    /// The other customer that this changes.
    pub const fn other(&self) -> Option<&CustomerId> {
        match self {
            CustomerAction::Merged(merge) => Some(&merge.customer),
            CustomerAction::Unmerged(customer, _) => Some(customer),
            CustomerAction::Linked { .. } | CustomerAction::Unlinked(_) => None,
        }
    }
}
