//! Counts by reason and tier, exact at any time.

#[cfg(doc)]
use crate::case::CaseState;
use crate::ids::{ReasonId, Slug};
use crate::playbook::{Playbook, Split};
use std::collections::BTreeMap;

/// Counts of the cases that were opened for one reason under one tier, and of their contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The reason.
    pub reason: ReasonId,
    /// The tier.
    pub tier: Slug,
    /// Contacts that joined, amendments not counted.
    pub contacts: u64,
    /// Contacts that turned out to be about something else, and left.
    pub contacts_left: u64,
    /// Of the contacts that joined and did not leave, repeats.
    pub repeats: u64,
    /// Cases opened.
    pub cases_opened: u64,
    /// Times that a case was resolved.
    pub cases_resolved: u64,
    /// Times that a case was reopened.
    pub cases_reopened: u64,
    /// Cases that lapsed.
    pub cases_lapsed: u64,
    /// Cases that were opened by mistake.
    pub cases_withdrawn: u64,
    /// Cases that another goes on for now.
    pub cases_merged: u64,
    /// Times that a contact went to each route, in the order of [`crate::route::Route::ALL`].
    pub routes_taken: [u64; 5],
}

impl Counts {
    /// Nothing counted yet.
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

    /// Cases that are in each state now, in the order of [`CaseState::ALL`]; they add up to `cases_opened`.
    ///
    /// A case leaves the state of being resolved only by being reopened, and the two after it never.
    pub const fn cases_in(&self) -> [i128; 5] {
        [
            self.cases_open(),
            self.cases_resolved as i128 - self.cases_reopened as i128,
            self.cases_lapsed as i128,
            self.cases_withdrawn as i128,
            self.cases_merged as i128,
        ]
    }

    /// Cases that are open now, by these counts.
    pub const fn cases_open(&self) -> i128 {
        self.cases_opened as i128 + self.cases_reopened as i128
            - self.cases_resolved as i128
            - self.cases_lapsed as i128
            - self.cases_withdrawn as i128
            - self.cases_merged as i128
    }

    /// These counts under the reasons of a playbook: those of a retired reason are added to the one that stands for it
    /// now, those of an older name of one that was split to that one; those of a reason that it does not know stay as
    /// they are. By reason, then by tier.
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

    /// The counts of each split reason together with those of all of its parts, out of counts under the reasons of the
    /// playbook: what its history compares with. By split in the order of the playbook, then by tier.
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

    /// Adds what `other` counted.
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
