//! Cases. A case is what Signpost tracks until it is resolved.

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
use crate::decision::{PersonReport, Tried};
use crate::fact::{FactValue, Facts, KeyFact};
use crate::hash::Parts;
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::tags::Tags;
use crate::time::{Millis, UnixMs};
use std::fmt;

/// How many contacts the row of a case lists. It lists the newest; all contacts are counted.
pub const CASE_CONTACTS_LISTED_MAX: usize = 64;
/// How many events the row of a case lists for its timeline. It lists the newest; all events are in the log.
pub const CASE_EVENTS_LISTED_MAX: usize = 512;

/// The state of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseState {
    /// The case is being worked on.
    Open,
    /// The matter is settled.
    Resolved,
    /// Nothing was heard of the case for too long.
    Lapsed,
    /// The case was opened by mistake.
    Withdrawn,
    /// The case was merged; another case continues it.
    Merged,
}

/// A step that can change the state of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseStep {
    /// A contact joins the case.
    Join,
    /// A contact ends as resolved, and no other contact is live.
    Resolve,
    /// Nothing was heard of the case for its `continues_for`.
    Lapse,
    /// The only contact of the case turned out to be about another matter.
    Withdraw,
    /// Somebody opens the case again.
    Reopen,
    /// The case turns out to be the same matter as another case.
    Merge,
    /// The case turns out not to be the same matter as the case that it was merged into.
    Unmerge,
}

impl CaseState {
    /// Every state, in the order of declaration.
    pub const ALL: [CaseState; 5] = [
        CaseState::Open,
        CaseState::Resolved,
        CaseState::Lapsed,
        CaseState::Withdrawn,
        CaseState::Merged,
    ];

    /// The state after `step`; `None` if the step is not possible in this state. This table is the whole life of a
    /// case.
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

    /// Whether the case is being worked on.
    pub const fn is_open(self) -> bool {
        matches!(self, CaseState::Open)
    }

    /// When a case in this state lapses if nothing is heard of it. `None` unless it is open and no contact is live.
    pub fn lapses(
        self,
        is_live: bool,
        last_activity: UnixMs,
        continues_for: Millis,
    ) -> Option<UnixMs> {
        let is_idle = self.is_open() && !is_live;
        is_idle.then(|| last_activity + continues_for)
    }
}

impl CaseStep {
    /// Every step, in the order of declaration.
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

/// The key of a matter: a hash of the customer, the reason and the key facts. Two cases with different keys are
/// different matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseKey(pub [u8; 16]);

impl CaseKey {
    /// The key of the matter of `customer` for `reason`, with the facts of `key` as they compare. A fact without a
    /// known value counts as absent.
    pub fn of(customer: &CustomerId, reason: &ReasonId, key: &[KeyFact], facts: &Facts) -> CaseKey {
        CaseKey::with(customer, reason, key, |fact| {
            let told = facts.value(fact.id.as_str());
            told.map(|told| fact.compared(told).canonical_bytes())
        })
    }

    /// The same as [`CaseKey::of`], with the facts as they were told. Cases have such a key that were opened before it
    /// was declared how their facts compare.
    pub fn as_told(
        customer: &CustomerId,
        reason: &ReasonId,
        key: &[KeyFact],
        facts: &Facts,
    ) -> CaseKey {
        CaseKey::with(customer, reason, key, |fact| {
            let told = facts.value(fact.id.as_str());
            told.map(FactValue::canonical_bytes)
        })
    }

    /// The keys under which a case of the matter may be known: [`CaseKey::of`], the same as facts compared before, and
    /// [`CaseKey::as_told`], as far as they differ.
    pub fn all(
        customer: &CustomerId,
        reason: &ReasonId,
        key: &[KeyFact],
        facts: &Facts,
    ) -> impl Iterator<Item = CaseKey> {
        let compared = CaseKey::of(customer, reason, key, facts);
        let before = CaseKey::with(customer, reason, key, |fact| {
            let told = facts.value(fact.id.as_str());
            told.map(|told| fact.compared_before(told).canonical_bytes())
        });
        let told = CaseKey::as_told(customer, reason, key, facts);
        let told = (told != compared && told != before).then_some(told);
        let before = (before != compared).then_some(before);
        std::iter::once(compared).chain(before).chain(told)
    }

    fn with(
        customer: &CustomerId,
        reason: &ReasonId,
        key: &[KeyFact],
        value: impl Fn(&KeyFact) -> Option<Vec<u8>>,
    ) -> CaseKey {
        let secondary = reason.secondary.as_ref().map_or("", Slug::as_str);
        let mut parts = Parts::default();
        parts.put(customer.as_str().as_bytes());
        parts.put(reason.primary.as_str().as_bytes());
        parts.put(secondary.as_bytes());
        for fact in key {
            parts.put(fact.id.as_str().as_bytes());
            parts.put(&value(fact).unwrap_or_default());
        }
        CaseKey(parts.hash())
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A contact of a case, in short form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseContact {
    /// The caller's key of the contact.
    pub contact: ContactId,
    /// The channel of the contact.
    pub channel: Slug,
    /// How the contact joined the case.
    pub case_match: CaseMatch,
    /// When the contact arrived.
    pub arrived: UnixMs,
    /// Whether the contact counts as a repeat.
    pub repeat: bool,
    /// Whether the contact is live.
    pub live: bool,
    /// Whether the company started the contact.
    pub outbound: bool,
    /// When the answer that the company owes is due; `None` if it owes no answer.
    pub due: Option<UnixMs>,
    /// Whether the case is only presumed: the customer did not give every key fact, and exactly one of the customer's
    /// open cases fits what is known.
    pub presumed: bool,
}

/// A case as Signpost stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The id: the sequence of the event that opened the case.
    pub id: CaseId,
    /// The state of the case.
    pub state: CaseState,
    /// The customer; `None` if not known.
    pub customer: Option<CustomerId>,
    /// The key that separates this case from the customer's other cases; `None` if the customer is not known.
    pub key: Option<CaseKey>,
    /// The reason that the customer stated.
    pub reason: ReasonId,
    /// The reason that an agent or a flow found.
    pub confirmed: Option<ReasonId>,
    /// The tier under which the case was opened.
    pub tier: Slug,
    /// The queue that a contact of this case was last sent to.
    pub queue: Option<Slug>,
    /// The known facts.
    pub facts: Facts,
    /// The latest contacts, the newest last; at most [`CASE_CONTACTS_LISTED_MAX`].
    pub contacts: Vec<CaseContact>,
    /// How many contacts there were in all.
    pub contact_count: u32,
    /// How many of the contacts are live.
    pub live_contacts: u32,
    /// How many of the live contacts the company owes an answer.
    pub awaiting_reply: u32,
    /// How many more contacts the customer made for the same reason within the repeat window.
    pub repeats: u32,
    /// How often the customer came back on another channel.
    pub channel_switches: u32,
    /// How often the case was reopened.
    pub reopens: u32,
    /// The attempts, the oldest first; at most [`TRIED_MAX`](crate::decision::memory::TRIED_MAX). A resolved case keeps
    /// only the newest.
    pub tried: Vec<Tried>,
    /// What callers reported about the person; kept until the case is resolved.
    pub reported: PersonReport,
    /// What this case knows about the cases merged into it, in the order in which they were merged.
    pub of_merged: Vec<OfMerged>,
    /// How the case was resolved, if somebody said so; removed when the case is opened again.
    pub resolution: Option<Resolution>,
    /// How many notes the case has.
    pub notes: u32,
    /// Links to other cases.
    pub links: Vec<CaseLink>,
    /// The case that this case is merged into, while it is merged; else `None`.
    pub merged_into: Option<CaseId>,
    /// The cases merged into this case, in the order in which they were merged.
    pub merged: Vec<MergedCase>,
    /// How many contacts of the merged cases are live. A contact with several of these cases counts once for each.
    pub merged_live: u32,
    /// How many of these live contacts the company owes an answer.
    pub merged_awaiting_reply: u32,
    /// Whether the case must not be erased, however old it is.
    pub legal_hold: bool,
    /// The case must not be erased before this time; `None` if there is no such time.
    pub retain_until: Option<UnixMs>,
    /// References and labels that callers store with the case for their own use.
    pub tags: Tags,
    /// The latest events about the case, the newest last; at most [`CASE_EVENTS_LISTED_MAX`].
    pub events: Vec<Seq>,
    /// How many events about the case there were in all.
    pub event_count: u32,
    /// The earlier case for the same matter; `None` if there is none.
    pub previous: Option<CaseId>,
    /// When the case was opened.
    pub opened: UnixMs,
    /// When the case was last heard of. A contact of the case that times out is not heard of at that time.
    pub last_activity: UnixMs,
    /// When the case was resolved, lapsed or withdrawn.
    pub closed: Option<UnixMs>,
    /// For how long after its last activity a contact continues this case.
    pub continues_for: Millis,
    /// For how long after it was resolved a contact reopens this case.
    pub reopens_within: Millis,
    /// The version of the playbook under which the case was opened.
    pub playbook: PlaybookVersion,
    /// The sequence of the last change of the case.
    pub changed: Seq,
}

impl Case {
    /// How often two listed contacts in a row came on different channels.
    pub fn switches_listed(&self) -> u32 {
        let pairs = self.contacts.windows(2);
        pairs
            .filter(|pair| pair[0].channel != pair[1].channel)
            .count() as u32
    }

    /// How many contacts of this case, and of the cases merged into it, are live. A contact with several of these cases
    /// counts once for each.
    pub const fn live_in_all(&self) -> u32 {
        self.live_contacts + self.merged_live
    }

    /// Whether this is the case `one`, or was merged into `one`.
    pub fn is_part_of(&self, one: CaseId) -> bool {
        self.id == one || self.merged_into == Some(one)
    }

    /// Whether the case can still change without a caller: it is open, or it is merged and one of its own contacts is
    /// live.
    pub const fn is_active(&self) -> bool {
        self.state.is_open() || self.live_contacts > 0
    }

    /// The listed contacts that are live.
    pub fn live_listed(&self) -> impl Iterator<Item = &ContactId> {
        let live = self.contacts.iter().filter(|listed| listed.live);
        live.map(|listed| &listed.contact)
    }

    /// When the case lapses if nothing is heard of it. `None` unless the case is open and none of its contacts is live.
    pub fn lapses(&self) -> Option<UnixMs> {
        let is_live = self.live_in_all() > 0;
        self.state
            .lapses(is_live, self.last_activity, self.continues_for)
    }

    /// Until when a contact reopens the case; `None` unless the case is resolved.
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
