//! The open cases of each customer. They are computed from the cases, and never stored.

use crate::ids::{CaseId, CustomerId};
use std::collections::HashMap;

/// The open cases by customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenCases {
    of_customers: HashMap<CustomerId, Vec<CaseId>>,
}

impl OpenCases {
    /// The open cases of a customer, the one that was opened first comes first.
    pub fn of(&self, customer: &CustomerId) -> &[CaseId] {
        self.of_customers.get(customer).map_or(&[], Vec::as_slice)
    }

    /// The number of open cases of all customers.
    pub fn count(&self) -> usize {
        self.of_customers.values().map(Vec::len).sum()
    }

    /// Moves a case from its former owner to its new owner.
    pub(super) fn replace(
        &mut self,
        id: CaseId,
        before: Option<CustomerId>,
        after: Option<CustomerId>,
    ) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            let left = self.of_customers.get_mut(&before).map(|open| {
                open.retain(|&other| other != id);
                open.is_empty()
            });
            if left == Some(true) {
                self.of_customers.remove(&before);
            }
        }
        if let Some(after) = after {
            let open = self.of_customers.entry(after).or_default();
            if let Err(place) = open.binary_search(&id) {
                open.insert(place, id);
            }
        }
    }
}
