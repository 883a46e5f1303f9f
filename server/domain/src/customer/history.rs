//! What a customer contacted the company about so far, by reason.

use crate::case::{Case, CaseState};
use crate::ids::ReasonId;
use crate::playbook::Playbook;
use std::collections::BTreeMap;

/// How many cases of a customer the history reads, the newest.
pub const HISTORY_CASES_MAX: usize = 1_000;
/// How many reasons a history lists one by one.
pub const HISTORY_REASONS_MAX: usize = 64;
/// How many contacts, and how many cases, a history shows, the newest.
pub const HISTORY_SHOWN_MAX: usize = 20;

/// The counts of a customer's cases and of their contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryCounts {
    /// How many contacts joined a case.
    pub contacts: u64,
    /// How many of these contacts are repeats.
    pub repeats: u64,
    /// How many cases were opened.
    pub cases_opened: u64,
    /// How many times a case was resolved.
    pub cases_resolved: u64,
    /// How many times a case was reopened.
    pub cases_reopened: u64,
    /// How many cases are open.
    pub cases_open: u64,
}

impl HistoryCounts {
    /// The counts of one case. A case that was reopened was resolved before, each time.
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

    /// The sum of these counts and `other`.
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

/// The history of a customer: the sums over its cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The counts by reason. The reason with the most contacts is first; of equal ones, the first by name. At most
    /// [`HISTORY_REASONS_MAX`].
    pub reasons: Vec<(ReasonId, HistoryCounts)>,
    /// The counts of all other reasons together.
    pub others: HistoryCounts,
    /// The counts of all reasons.
    pub total: HistoryCounts,
}

impl History {
    /// The history over these cases, under the reasons of the live playbook. The counts of a retired reason are added
    /// to the reason that replaced it.
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
        // The sort is stable: of equal counts, the first by name stays first.
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
