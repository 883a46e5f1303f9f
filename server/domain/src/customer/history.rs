//! What a customer came for so far, by reason.

use crate::case::{Case, CaseState};
use crate::ids::ReasonId;
use crate::playbook::Playbook;
use std::collections::BTreeMap;

/// Cases of a customer that its history looks at, the newest.
pub const HISTORY_CASES_MAX: usize = 1_000;
/// Reasons that a history tells one by one.
pub const HISTORY_REASONS_MAX: usize = 64;
/// Contacts, and cases, that a history shows, the newest.
pub const HISTORY_SHOWN_MAX: usize = 20;

/// Counts of a customer's cases, and of their contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryCounts {
    /// Contacts that joined a case.
    pub contacts: u64,
    /// Of those, repeats.
    pub repeats: u64,
    /// Cases opened.
    pub cases_opened: u64,
    /// Times that a case was resolved.
    pub cases_resolved: u64,
    /// Times that a case was reopened.
    pub cases_reopened: u64,
    /// Cases that are open.
    pub cases_open: u64,
}

impl HistoryCounts {
    /// Of one case. What was reopened was resolved before, each time.
    pub fn of(case: &Case) -> HistoryCounts {
        let resolved = u64::from(case.state == CaseState::Resolved);
        HistoryCounts {
            contacts: u64::from(case.contact_count),
            repeats: u64::from(case.repeats),
            cases_opened: 1,
            cases_resolved: u64::from(case.reopens) + resolved,
            cases_reopened: u64::from(case.reopens),
            cases_open: u64::from(case.state.is_open()),
        }
    }

    /// With what `other` counted.
    #[must_use]
    pub const fn plus(self, other: HistoryCounts) -> HistoryCounts {
        HistoryCounts {
            contacts: self.contacts + other.contacts,
            repeats: self.repeats + other.repeats,
            cases_opened: self.cases_opened + other.cases_opened,
            cases_resolved: self.cases_resolved + other.cases_resolved,
            cases_reopened: self.cases_reopened + other.cases_reopened,
            cases_open: self.cases_open + other.cases_open,
        }
    }
}

/// The history of a customer: the sums of its cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The reason with the most contacts first, of equal ones by name; at most [`HISTORY_REASONS_MAX`].
    pub reasons: Vec<(ReasonId, HistoryCounts)>,
    /// All other reasons together.
    pub others: HistoryCounts,
    /// All of them.
    pub total: HistoryCounts,
}

impl History {
    /// Of these cases, under the reasons of a playbook: what a retired one counted is that of the one that stands for
    /// it now.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a Case>, live: Option<&Playbook>) -> History {
        let mut sums: BTreeMap<ReasonId, HistoryCounts> = BTreeMap::new();
        let mut total = HistoryCounts::default();
        for case in cases {
            let counted = HistoryCounts::of(case);
            let reason = live.map_or(&case.reason, |live| live.stands_for(&case.reason));
            let sum = sums.entry(reason.clone()).or_default();
            *sum = sum.plus(counted);
            total = total.plus(counted);
        }
        let mut reasons: Vec<(ReasonId, HistoryCounts)> = sums.into_iter().collect();
        // The sort is stable: of equal ones the first by name stays the first.
        reasons.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.contacts));
        let rest = reasons.split_off(reasons.len().min(HISTORY_REASONS_MAX));
        let rest = rest.into_iter().map(|(_, counted)| counted);
        let others = rest.fold(HistoryCounts::default(), HistoryCounts::plus);
        History {
            reasons,
            others,
            total,
        }
    }
}
