//! Timers: what is due, and when. They are computed from the rows, and never stored.

use crate::ids::{CaseId, ContactId, Seq};
use crate::time::UnixMs;
use std::collections::BTreeSet;

/// What is due. Of timers that are due at the same time, the timer of the older contact or case is first. Of a contact
/// and the case that it opened, the contact is first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerTarget {
    /// This contact times out.
    Contact(ContactId),
    /// This case lapses.
    Case(CaseId),
}

/// The due time, the sequence that gives the age, and the target.
pub(super) type Timer = (UnixMs, Seq, TimerTarget);

/// The timers that are set, in the order in which they fire: by due time, then by sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    standing: BTreeSet<Timer>,
}

impl Timers {
    /// The next timer to fire, and when; `None` if no timer is set.
    pub fn next(&self) -> Option<(UnixMs, &TimerTarget)> {
        self.standing.first().map(|(due, _, target)| (*due, target))
    }

    /// How many timers are set.
    pub fn count(&self) -> usize {
        self.standing.len()
    }

    /// The timers, in the order in which they fire.
    pub fn iter(&self) -> impl Iterator<Item = (UnixMs, &TimerTarget)> {
        self.standing.iter().map(|(due, _, target)| (*due, target))
    }

    /// Replaces one timer by another.
    pub(super) fn replace(&mut self, before: Option<Timer>, after: Option<Timer>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.standing.remove(&before);
        }
        self.standing.extend(after);
    }
}
