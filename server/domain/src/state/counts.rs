//! The counts by reason and tier. They are exact at any time.

#[cfg(doc)]
use crate::case::CaseState;
use crate::ids::{ReasonId, Slug};
use crate::playbook::{Playbook, Split};
use std::collections::BTreeMap;

/// The counts of the cases that were opened for one reason under one tier, and of their contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The reason.
    pub reason: ReasonId,
    /// The tier.
    pub tier: Slug,
    /// How many contacts were added to these cases. A later call that amends a contact does not count again.
    pub contacts: u64,
    /// How many contacts left a case, because they turned out to be about another matter.
    pub contacts_left: u64,
    /// How many contacts are repeats, of those that joined and did not leave.
    pub repeats: u64,
    /// How many cases were opened.
    pub cases_opened: u64,
    /// How many times a case was resolved.
    pub cases_resolved: u64,
    /// How many times a case was reopened.
    pub cases_reopened: u64,
    /// How many cases lapsed.
    pub cases_lapsed: u64,
    /// How many cases were opened by mistake.
    pub cases_withdrawn: u64,
    /// How many cases are merged into another now.
    pub cases_merged: u64,
    /// How many times a contact took each route, in the order of [`crate::route::Route::ALL`].
    pub routes_taken: [u64; 5],
}

/// What is counted beside the cases: over all tiers, so that the counts add up to all contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beside {
    /// Every contact, once.
    Contact,
    /// A contact without a case whose reason the playbook did not know when it was decided.
    UnknownReason,
    /// A contact without a case that has no reason yet, or not the facts that tell its case, or that only says thanks.
    NoReason,
}

impl Beside {
    /// Every variant, in the order of declaration.
    pub const ALL: [Beside; 3] = [Beside::Contact, Beside::UnknownReason, Beside::NoReason];

    /// What stands in place of the reason. No reason has such an id.
    pub const fn word(self) -> &'static str {
        match self {
            Beside::Contact => "(contacts)",
            Beside::UnknownReason => "(unknown)",
            Beside::NoReason => "(none)",
        }
    }

    /// The key of the counts.
    pub fn key(self) -> (ReasonId, Slug) {
        let reason = ReasonId {
            primary: Slug::stored(self.word()),
            secondary: None,
        };
        (reason, Slug::stored("(all)"))
    }
}

impl Counts {
    /// What these are the counts of, if they are not of cases.
    pub fn beside(&self) -> Option<Beside> {
        let word = self.reason.primary.as_str();
        let mut all = Beside::ALL.into_iter();
        all.find(|beside| beside.word() == word)
    }

    /// Counts of zero.
    pub const fn none(reason: ReasonId, tier: Slug) -> Counts {
        Counts {
            reason,
            tier,
            contacts: 0,
            contacts_left: 0,
            repeats: 0,
            cases_opened: 0,
            cases_resolved: 0,
            cases_reopened: 0,
            cases_lapsed: 0,
            cases_withdrawn: 0,
            cases_merged: 0,
            routes_taken: [0; 5],
        }
    }

    /// How many cases are in each state now, in the order of [`CaseState::ALL`]. The sum is `cases_opened`.
    ///
    /// A resolved case changes its state only by being reopened. A lapsed or withdrawn case never changes its state.
    pub const fn cases_in(&self) -> [i128; 5] {
        [
            self.cases_open(),
            self.cases_resolved as i128 - self.cases_reopened as i128,
            self.cases_lapsed as i128,
            self.cases_withdrawn as i128,
            self.cases_merged as i128,
        ]
    }

    /// How many contacts joined a case that was there and are no repeats: all contacts that are there now, less those
    /// that repeat, less one for each case that was opened and not withdrawn. Below 0 if the first contacts of cases
    /// left them while others stayed.
    pub const fn continued(&self) -> i128 {
        let contacts = self.contacts as i128 - self.contacts_left as i128;
        let opened = self.cases_opened as i128 - self.cases_withdrawn as i128;
        contacts - self.repeats as i128 - opened
    }

    /// How many cases are open now, computed from these counts.
    pub const fn cases_open(&self) -> i128 {
        self.cases_opened as i128 + self.cases_reopened as i128
            - self.cases_resolved as i128
            - self.cases_lapsed as i128
            - self.cases_withdrawn as i128
            - self.cases_merged as i128
    }

    /// These counts under the reasons of a playbook, by reason, then by tier. The counts of a retired reason are added
    /// to the reason that replaced it. The counts of an older name of a split reason are added to the split reason. The
    /// counts of a reason that the playbook does not have stay as they are.
    pub fn under<'a>(
        playbook: &Playbook,
        counts: impl IntoIterator<Item = &'a Counts>,
    ) -> Vec<Counts> {
        let mut sums: BTreeMap<(ReasonId, Slug), Counts> = BTreeMap::new();
        for counted in counts {
            let known = playbook.index.reasons.get(&counted.reason);
            let known = known.map(|&index| &playbook.reason(index).id);
            let split = || playbook.split_of(&counted.reason).map(|it| &it.reason);
            let reason = known.or_else(split).unwrap_or(&counted.reason);
            let key = (reason.clone(), counted.tier.clone());
            let sum = sums.entry(key);
            sum.or_insert_with(|| Counts::none(reason.clone(), counted.tier.clone()))
                .add(counted);
        }
        sums.into_values().collect()
    }

    /// The counts of each split reason together with the counts of all its parts, from `counts` under the reasons of
    /// the playbook. They are compared with the reason's earlier counts. By split, in the order of the playbook, then
    /// by tier.
    pub fn together<'a>(
        playbook: &'a Playbook,
        counts: &[Counts],
    ) -> Vec<(&'a Split, Vec<Counts>)> {
        let sums = playbook.splits.iter().map(|split| {
            let family = playbook.family_of(split);
            let mut sums: BTreeMap<Slug, Counts> = BTreeMap::new();
            for counted in counts.iter().filter(|it| family.contains(&&it.reason)) {
                let none = || Counts::none(split.reason.clone(), counted.tier.clone());
                let sum = sums.entry(counted.tier.clone());
                sum.or_insert_with(none).add(counted);
            }
            (split, sums.into_values().collect())
        });
        sums.collect()
    }

    /// Adds the counts of `other`.
    fn add(&mut self, other: &Counts) {
        self.contacts += other.contacts;
        self.contacts_left += other.contacts_left;
        self.repeats += other.repeats;
        self.cases_opened += other.cases_opened;
        self.cases_resolved += other.cases_resolved;
        self.cases_reopened += other.cases_reopened;
        self.cases_lapsed += other.cases_lapsed;
        self.cases_withdrawn += other.cases_withdrawn;
        self.cases_merged += other.cases_merged;
        for (mine, theirs) in self.routes_taken.iter_mut().zip(other.routes_taken) {
            *mine += theirs;
        }
    }
}
