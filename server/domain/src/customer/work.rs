//! Work on customers, besides changes of the profile: linking identities and merging customers.

use super::{Identity, IdentityKey};
use crate::actor::Actor;
use crate::ids::CustomerId;
use crate::time::UnixMs;
use std::sync::Arc;

/// The largest number of customers merged into one customer.
pub const MERGED_CUSTOMERS_MAX: usize = 16;
/// The largest number of bytes in the note on a merge, or on the undoing of a merge.
pub const MERGE_NOTE_BYTES_MAX: usize = 512;

/// A customer merged into another, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomerMerge {
    /// The customer who was merged.
    pub customer: CustomerId,
    /// The verified identity of the merged customer that proved that both are one person; `None` if somebody merged
    /// them.
    pub proof: Option<IdentityKey>,
    /// The note of the person who merged them; may be empty.
    pub note: Arc<str>,
}

/// A customer who was merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MergedCustomer {
    /// The merged customer, and why it was merged.
    pub merge: CustomerMerge,
    /// When it was merged.
    pub at: UnixMs,
    /// Who merged it.
    pub actor: Actor,
    /// The actor for whom the person acted, as that person said; else `None`.
    pub on_behalf_of: Option<Actor>,
}

/// The work that was done on a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CustomerAction {
    /// An identity was linked to the customer.
    Linked {
        /// The identity as it was sent now.
        identity: Identity,
        /// Whether the identity proved before who the customer is, and no longer does. `false` in events stored before
        /// this was kept.
        verification_lost: bool,
    },
    /// An identity was removed from the customer.
    Unlinked(IdentityKey),
    /// Another customer was merged into this customer.
    Merged(CustomerMerge),
    /// The merge of the named customer was undone, for a reason that may be empty.
    Unmerged(CustomerId, Arc<str>),
}

impl CustomerAction {
    /// The other customer that the action changes; `None` if it changes no other customer.
    pub const fn other(&self) -> Option<&CustomerId> {
        match self {
            CustomerAction::Merged(merge) => Some(&merge.customer),
            CustomerAction::Unmerged(customer, _) => Some(customer),
            CustomerAction::Linked { .. } | CustomerAction::Unlinked(_) => None,
        }
    }
}
