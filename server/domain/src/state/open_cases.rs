//! Which open cases each customer has. They follow from the cases, so they are never stored.

use crate::case::Case;
use crate::ids::{CaseId, CustomerId};
use std::collections::HashMap;

/// Open cases by customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenCases {
    of_customers: HashMap<CustomerId, Vec<CaseId>>,
}

impl OpenCases {
    /// The open cases of a customer, the first opened first.
    pub fn of(&self, customer: &CustomerId) -> &[CaseId] {
        self.of_customers.get(customer).map_or(&[], Vec::as_slice)
    }

    /// How many there are of all customers.
    pub fn count(&self) -> usize {
        self.of_customers.values().map(Vec::len).sum()
    }

    /// Whose open case this is.
    pub(super) fn owner(case: &Case) -> Option<CustomerId> {
        case.customer.clone().filter(|_| case.state.is_open())
    }

    /// Goes from one owner of a case to the next.
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
