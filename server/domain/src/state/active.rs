//! What a start takes in of the contacts and cases to which something may still happen: enough for their timers and for
//! the open cases of each customer. The rows themselves are read when somebody needs them.

use super::timers::Timer;
use super::{State, TimerTarget, Timers};
use crate::case::{Case, CaseState};
use crate::contact::{Contact, ContactState};
use crate::ids::{CaseId, ContactId, CustomerId, Seq};
use crate::time::{Millis, UnixMs};

/// A part of the row of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveContact {
    /// The id of the contact.
    pub id: ContactId,
    /// The sequence of the event that first recorded the contact.
    pub opened: Seq,
    /// The state of the contact.
    pub state: ContactState,
    /// When the contact was last heard of.
    pub last_activity: UnixMs,
}

/// A part of the row of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveCase {
    /// The id of the case.
    pub id: CaseId,
    /// The state of the case.
    pub state: CaseState,
    /// The number of the record of the customer; `None` if the customer is not known.
    pub customer: Option<Seq>,
    /// How many contacts of the case are live.
    pub live_contacts: u32,
    /// How many contacts of the cases merged into it are live.
    pub merged_live: u32,
    /// When the case was last heard of.
    pub last_activity: UnixMs,
    /// For how long after its last activity a contact continues the case.
    pub continues_for: Millis,
}

impl ActiveContact {
    fn timer(self) -> Option<Timer> {
        let due = self.state.times_out(self.last_activity)?;
        Some((due, self.opened, TimerTarget::Contact(self.id)))
    }
}

impl ActiveCase {
    fn timer(&self) -> Option<Timer> {
        let is_live = self.live_contacts > 0 || self.merged_live > 0;
        let due = self
            .state
            .lapses(is_live, self.last_activity, self.continues_for)?;
        Some((due, self.id.0, TimerTarget::Case(self.id)))
    }
}

impl From<&Contact> for ActiveContact {
    fn from(row: &Contact) -> ActiveContact {
        ActiveContact {
            id: row.id.clone(),
            opened: row.opened,
            state: row.state,
            last_activity: row.last_activity,
        }
    }
}

impl From<&Case> for ActiveCase {
    fn from(row: &Case) -> ActiveCase {
        ActiveCase {
            id: row.id,
            state: row.state,
            customer: row.customer.as_ref().and_then(CustomerId::record),
            live_contacts: row.live_contacts,
            merged_live: row.merged_live,
            last_activity: row.last_activity,
            continues_for: row.continues_for,
        }
    }
}

impl State {
    /// Takes in a stored contact when the server starts: sets its timer.
    pub fn restore_contact(&mut self, contact: ActiveContact) {
        self.timers.replace(None, contact.timer());
    }

    /// Takes in a stored case when the server starts: sets its timer, and gives it its place among the open cases.
    pub fn restore_case(&mut self, case: ActiveCase) {
        self.timers.replace(None, case.timer());
        let owner = case.customer.filter(|_| case.state.is_open());
        self.open_cases.replace(case.id, None, owner);
    }
}

impl Timers {
    /// The timer of a contact; `None` if it has none.
    pub(super) fn of_contact(row: &Contact) -> Option<Timer> {
        row.times_out()
            .map(|due| (due, row.opened, TimerTarget::Contact(row.id.clone())))
    }

    /// The timer of a case; `None` if it has none.
    pub(super) fn of_case(row: &Case) -> Option<Timer> {
        row.lapses()
            .map(|due| (due, row.id.0, TimerTarget::Case(row.id)))
    }
}
