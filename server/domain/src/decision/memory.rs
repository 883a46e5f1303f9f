//! What a case remembers until it is resolved: the attempts, and what was reported about the person.

use crate::ability::Abilities;
use crate::actor::Actor;
use crate::ids::{ContactId, Slug};
use crate::route::{Route, RouteSet};
use crate::time::UnixMs;
use std::sync::Arc;

/// How many attempts a case remembers, the newest.
pub const TRIED_MAX: usize = 16;

/// The outcome of an attempt to help. The numbers are stored: do not change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The customer said that the matter is settled.
    Resolved = 1,
    /// The customer left before being helped.
    Abandoned = 2,
    /// The customer gave up on the route that was taken.
    GaveUp = 3,
    /// The customer asked for a person instead.
    AskedForPerson = 4,
    /// Nobody answered on the customer's side.
    NoAnswer = 5,
    /// The route could not help.
    Failed = 6,
    /// The customer came back about the same matter within the repeat window.
    Repeated = 7,
    /// The contact was handed to somebody outside the company.
    Transferred = 8,
    /// The customer continued on another channel.
    Switched = 9,
    /// Nothing was heard of the contact for too long.
    TimedOut = 10,
}

impl AttemptOutcome {
    /// Every outcome, in the order of the numbers.
    pub const ALL: [AttemptOutcome; 10] = [
        AttemptOutcome::Resolved,
        AttemptOutcome::Abandoned,
        AttemptOutcome::GaveUp,
        AttemptOutcome::AskedForPerson,
        AttemptOutcome::NoAnswer,
        AttemptOutcome::Failed,
        AttemptOutcome::Repeated,
        AttemptOutcome::Transferred,
        AttemptOutcome::Switched,
        AttemptOutcome::TimedOut,
    ];

    /// The text for this outcome in conditions of rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            AttemptOutcome::Resolved => "resolved",
            AttemptOutcome::Abandoned => "abandoned",
            AttemptOutcome::GaveUp => "gave_up",
            AttemptOutcome::AskedForPerson => "asked_for_person",
            AttemptOutcome::NoAnswer => "no_answer",
            AttemptOutcome::Failed => "failed",
            AttemptOutcome::Repeated => "repeated",
            AttemptOutcome::Transferred => "transferred",
            AttemptOutcome::Switched => "switched",
            AttemptOutcome::TimedOut => "timed_out",
        }
    }
}

/// One attempt to help with a matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tried {
    /// The contact of the attempt.
    pub contact: ContactId,
    /// The route of the attempt.
    pub route: Route,
    /// The flow, for self-service; else `None`.
    pub flow: Option<Slug>,
    /// The queue, for a route to people; else `None`.
    pub queue: Option<Slug>,
    /// When the route was taken.
    pub at: UnixMs,
    /// The outcome; `None` while the attempt is not over.
    pub outcome: Option<AttemptOutcome>,
}

impl Tried {
    /// Whether the attempt failed. A failed flow is not offered again, and a failed attempt makes people more needed.
    pub const fn failed(&self) -> bool {
        use AttemptOutcome::{
            Abandoned, AskedForPerson, Failed, GaveUp, NoAnswer, Repeated, Resolved, Switched,
            TimedOut, Transferred,
        };
        let is_flow = matches!(self.route, Route::SelfService);
        match self.outcome {
            Some(GaveUp | Failed | Repeated) => true,
            Some(AskedForPerson) => is_flow,
            Some(Abandoned) => !is_flow,
            Some(Resolved | NoAnswer | Transferred | Switched | TimedOut) | None => false,
        }
    }
}

/// Something that was reported about a person, with the reporter and the time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reported<T> {
    /// What was reported.
    pub value: T,
    /// The contact on which it was reported.
    pub contact: ContactId,
    /// The actor who reported it.
    pub actor: Actor,
    /// The actor for whom the reporter acted, as the reporter said; else `None`.
    pub on_behalf_of: Option<Actor>,
    /// When it was reported.
    pub at: UnixMs,
}

/// What was reported about the person on any contact of a case. `None` means that nobody reported it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PersonReport {
    /// Who reported the customer as vulnerable, and when; `None` if nobody did.
    pub vulnerable: Option<Reported<()>>,
    /// The abilities that the customer does not have.
    pub cannot_use: Option<Reported<Abilities>>,
    /// Who reported that the customer asked for a person, and when; `None` if nobody did.
    pub asked_for_person: Option<Reported<()>>,
    /// The language of the customer, such as `nl` or `nl-NL`.
    pub language: Option<Reported<Arc<str>>>,
    /// The persona of the customer.
    pub persona: Option<Reported<Slug>>,
}

/// What the case knew before this contact. A decision uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Memory {
    /// The attempts, the oldest first; at most [`TRIED_MAX`].
    pub tried: Vec<Tried>,
    /// What was reported about the person on earlier contacts.
    pub reported: PersonReport,
    /// Whether an answer that the company owes is overdue.
    pub owed_overdue: bool,
    /// How many contacts with the customer there were in the seven days before this contact, started by either side and
    /// with any outcome.
    pub all_contacts_7d: u32,
}

impl Memory {
    /// Whether this flow failed on the case.
    pub fn flow_failed(&self, flow: &Slug) -> bool {
        let mut tried = self.tried.iter();
        tried.any(|tried| tried.flow.as_ref() == Some(flow) && tried.failed())
    }

    /// How many attempts with people failed on the case.
    pub fn people_failed(&self) -> u32 {
        let tried = self.tried.iter();
        let failed = tried.filter(|tried| tried.route != Route::SelfService && tried.failed());
        failed.count() as u32
    }

    /// The routes of all attempts.
    pub fn routes(&self) -> RouteSet {
        let routes: Vec<Route> = self.tried.iter().map(|tried| tried.route).collect();
        RouteSet::from_routes(&routes)
    }

    /// The outcome of the newest attempt; `None` if there was no attempt, or if the newest one is not over.
    pub fn last_outcome(&self) -> Option<AttemptOutcome> {
        self.tried.last()?.outcome
    }
}
