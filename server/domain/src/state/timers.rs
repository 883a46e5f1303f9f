//! Timers: what falls due, and when. They follow from the rows, so they are never stored.

use crate::case::Case;
use crate::contact::Contact;
use crate::ids::{CaseId, ContactId, Seq};
use crate::time::UnixMs;
use std::collections::BTreeSet;

/// What falls due. Of timers due at one time the one of the older contact or case is first; of a contact and the
/// case that it opened, the contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerTarget {
    /// This contact times out.
    Contact(ContactId),
    /// This case lapses.
    Case(CaseId),
}

/// When, of what age, what.
pub(super) type Timer = (UnixMs, Seq, TimerTarget);

/// The timers that stand, in the order in which they fire: by due time, then by sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    standing: BTreeSet<Timer>,
}

impl Timers {
    /// The next to fire, and when.
    pub fn next(&self) -> Option<(UnixMs, &TimerTarget)> {
        self.standing.first().map(|(due, _, target)| (*due, target))
    }

    /// In the order in which they fire.
    pub fn iter(&self) -> impl Iterator<Item = (UnixMs, &TimerTarget)> {
        self.standing.iter().map(|(due, _, target)| (*due, target))
    }

    /// The timer that a contact has.
    pub(super) fn of_contact(row: &Contact) -> Option<Timer> {
        row.times_out()
            .map(|due| (due, row.opened, TimerTarget::Contact(row.id.clone())))
    }

    /// The timer that a case has.
    pub(super) fn of_case(row: &Case) -> Option<Timer> {
        row.lapses()
            .map(|due| (due, row.id.0, TimerTarget::Case(row.id)))
    }

    /// Goes from one timer to the next.
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
