//! A small state beside another one, on which events are tried before they happen.

use super::{Counts, Row, RowKey, RowNotLoaded, State};
use crate::ids::Seq;

impl State {
    /// A small state at the same point, without rows. It has the playbook, the reports of queues, and the open cases of
    /// the customers with these numbers.
    pub(crate) fn beside(&self, customers: &[Seq]) -> State {
        let mut beside = State::for_prefetch(self.live.clone(), self.comparing.clone());
        beside.seq = self.seq;
        beside.now = self.now;
        beside.has_handles = self.has_handles;
        beside.is_pinned = self.is_pinned;
        beside.reported_queues = self.reported_queues.clone();
        for &customer in customers {
            for case in self.open_cases.of(customer) {
                beside.open_cases.replace(case, None, Some(customer));
            }
        }
        beside
    }

    /// Copies these rows to a state beside this one.
    ///
    /// # Errors
    /// The rows that are not in memory.
    pub(crate) fn lend(&self, beside: &mut State, keys: Vec<RowKey>) -> Result<(), RowNotLoaded> {
        let (known, missing): (Vec<_>, Vec<_>) = keys
            .into_iter()
            .partition(|key| self.whole || self.knows(key));
        if !missing.is_empty() {
            return Err(RowNotLoaded(missing));
        }
        for key in known {
            let row = self.row(&key);
            if let Some(Row::Case(case)) = &row {
                // Of the counts only those of the copied cases are there.
                let (reason, tier) = (&case.reason, &case.tier);
                let key = (reason.clone(), tier.clone());
                let counts = beside.counts.entry(key);
                let none = || Counts::none(reason.clone(), tier.clone());
                counts.or_insert_with(none).repeats += u64::from(case.repeats);
            }
            beside.cache(key, row);
        }
        Ok(())
    }
}
