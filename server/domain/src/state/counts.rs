//! Counts by reason and tier, exact at any time.

use crate::ids::{ReasonId, Slug};

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
    /// Of the contacts that joined, repeats.
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
    /// Times that each route was taken, in the order of [`crate::route::Route::ALL`].
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
            routes_taken: [0; 5],
        }
    }

    /// Cases that are open now, by these counts.
    pub const fn cases_open(&self) -> i128 {
        self.cases_opened as i128 + self.cases_reopened as i128
            - self.cases_resolved as i128
            - self.cases_lapsed as i128
            - self.cases_withdrawn as i128
    }

    /// Adds what `other` counted.
    pub fn add(&mut self, other: &Counts) {
        self.contacts += other.contacts;
        self.contacts_left += other.contacts_left;
        self.repeats += other.repeats;
        self.cases_opened += other.cases_opened;
        self.cases_resolved += other.cases_resolved;
        self.cases_reopened += other.cases_reopened;
        self.cases_lapsed += other.cases_lapsed;
        self.cases_withdrawn += other.cases_withdrawn;
        for (mine, theirs) in self.routes_taken.iter_mut().zip(other.routes_taken) {
            *mine += theirs;
        }
    }
}
