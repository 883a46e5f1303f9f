//! The open cases of each customer. They are computed from the cases, and never stored.

use crate::case::Case;
use crate::ids::{CaseId, CustomerId, Seq};
use std::collections::BTreeSet;

/// The open cases by customer. A customer is the number of its record: that is never personal, so a start learns it
/// without a key, and it takes little memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenCases {
    of_records: BTreeSet<(Seq, CaseId)>,
}

impl OpenCases {
    /// The open cases of the customer with this number, the one that was opened first comes first.
    pub fn of(&self, record: Seq) -> impl Iterator<Item = CaseId> {
        let all = (record, CaseId(Seq(0)))..=(record, CaseId(Seq(u64::MAX)));
        self.of_records.range(all).map(|&(_, case)| case)
    }

    /// The number of open cases of all customers.
    pub fn count(&self) -> usize {
        self.of_records.len()
    }

    /// The number of the customer of the case, if the case is open; else `None`.
    pub(super) fn owner(case: &Case) -> Option<Seq> {
        let owner = case.customer.as_ref().filter(|_| case.state.is_open());
        owner.and_then(CustomerId::record)
    }

    /// Moves a case from its former owner to its new owner.
    pub(super) fn replace(&mut self, id: CaseId, before: Option<Seq>, after: Option<Seq>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.of_records.remove(&(before, id));
        }
        if let Some(after) = after {
            self.of_records.insert((after, id));
        }
    }
}
