//! Cases: what we track until it is resolved.

pub(crate) mod memory;
mod number;
mod work;

pub use memory::{INBOUND_OF_MERGED_MAX, OfMerged};

pub use number::{CaseNumbers, NumberError};
pub use work::{
    CASE_TEXT_BYTES_MAX, CaseAction, CaseLink, CaseUpdate, LINKS_MAX, LinkKind, MERGED_MAX,
    MergedCase, NoteAudience, Resolution,
};

use crate::contact::CaseMatch;
use crate::decision::{PersonTold, Tried};
use crate::fact::{Facts, Knowledge};
use crate::hash::Parts;
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::tags::Tags;
use crate::time::{Millis, UnixMs};
use std::fmt;

/// Contacts that a case's row lists, the newest; all are counted.
pub const CASE_CONTACTS_LISTED_MAX: usize = 64;
/// Events that a case's row lists for its timeline, the newest; all are in the log.
pub const CASE_EVENTS_LISTED_MAX: usize = 512;

/// The state of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseState {
    /// Being worked on.
    Open,
    /// Settled.
    Resolved,
    /// Nothing was heard for too long.
    Lapsed,
    /// Opened by mistake.
    Withdrawn,
    /// Another case goes on for it.
    Merged,
}

/// What can happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseStep {
    /// A contact joins it.
    Join,
    /// A contact ends as resolved, and no other is live.
    Resolve,
    /// Nothing was heard for `continues_for`.
    Lapse,
    /// Its only contact turned out to be about something else.
    Withdraw,
    /// Somebody opens it again.
    Reopen,
    /// It turns out to be the same matter as another.
    Merge,
    /// It turns out not to be.
    Unmerge,
}

impl CaseState {
    /// Every state.
    pub const ALL: [CaseState; 5] = [
        CaseState::Open,
        CaseState::Resolved,
        CaseState::Lapsed,
        CaseState::Withdrawn,
        CaseState::Merged,
    ];

    /// The state after a step; `None` if the step cannot happen here. The whole life of a case is this table.
    pub const fn after(self, step: CaseStep) -> Option<CaseState> {
        use CaseState::{Lapsed, Merged, Open, Resolved, Withdrawn};
        use CaseStep::{Join, Lapse, Merge, Reopen, Resolve, Unmerge, Withdraw};
        match (self, step) {
            (Open | Resolved, Join) | (Resolved, Reopen) | (Merged, Unmerge) => Some(Open),
            (Open, Resolve) => Some(Resolved),
            (Open, Lapse) => Some(Lapsed),
            (Open, Withdraw) => Some(Withdrawn),
            (Open, Merge) => Some(Merged),
            (Open, Reopen | Unmerge) => None,
            (Resolved, Resolve | Lapse | Withdraw | Merge | Unmerge) => None,
            (Merged, Join | Resolve | Lapse | Withdraw | Reopen | Merge) => None,
            (Lapsed | Withdrawn, Join | Resolve | Lapse | Withdraw | Reopen | Merge | Unmerge) => {
                None
            }
        }
    }

    /// Whether it is being worked on.
    pub const fn is_open(self) -> bool {
        matches!(self, CaseState::Open)
    }
}

impl CaseStep {
    /// Every step.
    pub const ALL: [CaseStep; 7] = [
        CaseStep::Join,
        CaseStep::Resolve,
        CaseStep::Lapse,
        CaseStep::Withdraw,
        CaseStep::Reopen,
        CaseStep::Merge,
        CaseStep::Unmerge,
    ];
}

/// What tells one matter from another: a hash of the customer, the reason and its key facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseKey(pub [u8; 16]);

impl CaseKey {
    /// The matter of `customer` for `reason`, told apart by the key facts (those not known count as absent).
    pub fn of(customer: &CustomerId, reason: &ReasonId, key: &[Slug], facts: &Facts) -> CaseKey {
        let secondary = reason.secondary.as_ref().map_or("", Slug::as_str);
        let mut parts = Parts::default();
        parts.put(customer.as_str().as_bytes());
        parts.put(reason.primary.as_str().as_bytes());
        parts.put(secondary.as_bytes());
        for id in key {
            parts.put(id.as_str().as_bytes());
            match facts.get(id.as_str()).map(|fact| &fact.knowledge) {
                Some(Knowledge::Known(value)) => parts.put(&value.canonical_bytes()),
                Some(Knowledge::Declined) | None => parts.put(&[]),
            }
        }
        CaseKey(parts.hash())
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A contact of a case, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseContact {
    /// The caller's key.
    pub contact: ContactId,
    /// Its channel.
    pub channel: Slug,
    /// How it joined.
    pub case_match: CaseMatch,
    /// When it arrived.
    pub arrived: UnixMs,
    /// Whether it counts as a repeat.
    pub repeat: bool,
    /// Whether it is live.
    pub live: bool,
    /// Whether the company went to the customer.
    pub outbound: bool,
    /// When the answer is due that we owe it; `None` if we owe none.
    pub due: Option<UnixMs>,
    /// Whether it is only presumed to be about this case, for nothing told it from the customer's other cases.
    pub presumed: bool,
}

/// A case as we keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The sequence of the event that opened it.
    pub id: CaseId,
    /// Its state.
    pub state: CaseState,
    /// Its customer, if known.
    pub customer: Option<CustomerId>,
    /// What tells it from the customer's other cases; none for an anonymous one.
    pub key: Option<CaseKey>,
    /// The reason as the customer stated it.
    pub reason: ReasonId,
    /// The reason as an agent or a flow found it.
    pub confirmed: Option<ReasonId>,
    /// The tier under which it was opened.
    pub tier: Slug,
    /// The line of people that one of its contacts was last sent to.
    pub queue: Option<Slug>,
    /// What is known.
    pub facts: Facts,
    /// The latest contacts, the newest last.
    pub contacts: Vec<CaseContact>,
    /// How many there were.
    pub contact_count: u32,
    /// How many of them are live.
    pub live_contacts: u32,
    /// Of those, how many we owe an answer.
    pub awaiting_reply: u32,
    /// Additional contacts of the customer for the same reason within its window.
    pub repeats: u32,
    /// How often the customer came back on another channel.
    pub channel_switches: u32,
    /// How often it was reopened.
    pub reopens: u32,
    /// What was tried, the oldest first; at most [`TRIED_MAX`](crate::decision::memory::TRIED_MAX), and of a case that
    /// was resolved the newest alone.
    pub tried: Vec<Tried>,
    /// What was told of the person, until it is resolved.
    pub told: PersonTold,
    /// What it knows of the cases that it goes on for, in the order in which they were merged.
    pub of_merged: Vec<OfMerged>,
    /// How it was resolved, if somebody said; until it is opened again.
    pub resolution: Option<Resolution>,
    /// How many notes it has.
    pub notes: u32,
    /// Other cases that it belongs to.
    pub links: Vec<CaseLink>,
    /// The case that goes on for it, while it is merged.
    pub merged_into: Option<CaseId>,
    /// The cases that it goes on for, in the order in which they were merged.
    pub merged: Vec<MergedCase>,
    /// How many contacts of those are live, each counted in every one of them that it has.
    pub merged_live: u32,
    /// Of those, how many we owe an answer.
    pub merged_awaiting_reply: u32,
    /// Not to be erased whatever its age.
    pub legal_hold: bool,
    /// Not to be erased before then.
    pub retain_until: Option<UnixMs>,
    /// What callers keep of it for themselves.
    pub tags: Tags,
    /// The latest events about it, the newest last.
    pub events: Vec<Seq>,
    /// How many events there were.
    pub event_count: u32,
    /// The case that came before, for the same matter.
    pub previous: Option<CaseId>,
    /// When it was opened.
    pub opened: UnixMs,
    /// When it was last heard of.
    pub last_activity: UnixMs,
    /// When it was resolved, lapsed or withdrawn.
    pub closed: Option<UnixMs>,
    /// How long after it was last heard of it is continued.
    pub continues_for: Millis,
    /// How long after it was resolved it is reopened.
    pub reopens_within: Millis,
    /// The playbook under which it was opened.
    pub playbook: PlaybookVersion,
    /// The sequence of its last change.
    pub changed: Seq,
}

impl Case {
    /// How often the listed contacts went from one channel to another.
    pub fn switches_listed(&self) -> u32 {
        let pairs = self.contacts.windows(2);
        pairs
            .filter(|pair| pair[0].channel != pair[1].channel)
            .count() as u32
    }

    /// How many contacts of it, and of the cases that it goes on for, are live: one that has several of them counts in
    /// each.
    pub const fn live_in_all(&self) -> u32 {
        self.live_contacts + self.merged_live
    }

    /// Whether this is the case `one`, or that one goes on for it.
    pub fn is_part_of(&self, one: CaseId) -> bool {
        self.id == one || self.merged_into == Some(one)
    }

    /// Whether something may happen to it of itself: it is open, or a contact of it is live while another case goes on
    /// for it.
    pub const fn is_active(&self) -> bool {
        self.state.is_open() || self.live_contacts > 0
    }

    /// The live ones among the contacts that it lists.
    pub fn live_listed(&self) -> impl Iterator<Item = &ContactId> {
        let live = self.contacts.iter().filter(|listed| listed.live);
        live.map(|listed| &listed.contact)
    }

    /// When it lapses, if nothing is heard: only while it is open and none of its contacts is live.
    pub fn lapses(&self) -> Option<UnixMs> {
        let idle = self.state.is_open() && self.live_in_all() == 0;
        idle.then(|| self.last_activity + self.continues_for)
    }

    /// Until when a contact opens it again; `None` unless it is resolved.
    pub fn reopens_until(&self) -> Option<UnixMs> {
        match self.state {
            CaseState::Resolved => self.closed.map(|closed| closed + self.reopens_within),
            CaseState::Open | CaseState::Lapsed | CaseState::Withdrawn | CaseState::Merged => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_life_of_a_case() {
        let mut table = String::new();
        for state in CaseState::ALL {
            for step in CaseStep::ALL {
                if let Some(after) = state.after(step) {
                    table.push_str(&format!("{state:?} --{step:?}--> {after:?}\n"));
                }
            }
        }
        expect![[r#"
            Open --Join--> Open
            Open --Resolve--> Resolved
            Open --Lapse--> Lapsed
            Open --Withdraw--> Withdrawn
            Open --Merge--> Merged
            Resolved --Join--> Open
            Resolved --Reopen--> Open
            Merged --Unmerge--> Open
        "#]]
        .assert_eq(&table);
    }
}
