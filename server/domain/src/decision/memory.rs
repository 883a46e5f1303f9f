//! What a case remembers until it is resolved: what was tried, and what was told of the person.

use crate::ability::Abilities;
use crate::actor::Actor;
use crate::ids::{ContactId, Slug};
use crate::route::{Route, RouteSet};
use crate::time::UnixMs;
use std::sync::Arc;

/// Attempts that a case remembers, the newest.
pub const TRIED_MAX: usize = 16;

/// What came of an attempt to help. Numbers are stored: keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The customer said that the matter is settled.
    Resolved = 1,
    /// The customer left before being helped.
    Abandoned = 2,
    /// The customer gave up on the way.
    GaveUp = 3,
    /// The customer asked for a person instead.
    AskedForPerson = 4,
    /// Nobody answered on the customer's side.
    NoAnswer = 5,
    /// It could not help.
    Failed = 6,
    /// The customer came back about the same matter within its window.
    Repeated = 7,
    /// Handed to somebody outside.
    Transferred = 8,
    /// The customer went on in another channel.
    Switched = 9,
    /// Nothing was heard of it for too long.
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

    /// As conditions of rules write it.
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
    /// The contact that it was for.
    pub contact: ContactId,
    /// How we tried.
    pub route: Route,
    /// The flow of self-service.
    pub flow: Option<Slug>,
    /// The queue of people.
    pub queue: Option<Slug>,
    /// When the route was taken.
    pub at: UnixMs,
    /// What came of it; `None` while it goes on.
    pub outcome: Option<AttemptOutcome>,
}

impl Tried {
    /// Whether it failed, so that a flow is not offered again and people are more needed.
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

/// Something that was told of a person, with who said it and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reported<T> {
    /// What.
    pub value: T,
    /// On which contact.
    pub contact: ContactId,
    /// By whom.
    pub actor: Actor,
    /// For whom, as the actor said.
    pub on_behalf_of: Option<Actor>,
    /// When.
    pub at: UnixMs,
}

/// What was told of the person on any contact of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PersonTold {
    /// That the customer is vulnerable.
    pub vulnerable: Option<Reported<()>>,
    /// What the customer cannot use.
    pub cannot_use: Option<Reported<Abilities>>,
    /// That the customer asked for a person.
    pub asked_for_person: Option<Reported<()>>,
    /// The language, such as `nl` or `nl-NL`.
    pub language: Option<Reported<Arc<str>>>,
    /// The persona.
    pub persona: Option<Reported<Slug>>,
}

/// What a decision knows of the case before this contact's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Memory {
    /// What was tried, the oldest first; at most [`TRIED_MAX`].
    pub tried: Vec<Tried>,
    /// What was told of the person on earlier contacts.
    pub told: PersonTold,
    /// Whether an answer that we owe is overdue.
    pub owed_overdue: bool,
    /// Contacts of the customer in the seven days before this one, whoever began them and whatever came of them.
    pub all_contacts_7d: u32,
}

impl Memory {
    /// Whether this flow failed on the case.
    pub fn flow_failed(&self, flow: &Slug) -> bool {
        let mut tried = self.tried.iter();
        tried.any(|tried| tried.flow.as_ref() == Some(flow) && tried.failed())
    }

    /// How many attempts with people failed.
    pub fn people_failed(&self) -> u32 {
        let tried = self.tried.iter();
        let failed = tried.filter(|tried| tried.route != Route::SelfService && tried.failed());
        failed.count() as u32
    }

    /// The routes that were tried.
    pub fn routes(&self) -> RouteSet {
        let routes: Vec<Route> = self.tried.iter().map(|tried| tried.route).collect();
        RouteSet::from_routes(&routes)
    }

    /// What came of the newest attempt; `None` if nothing was tried, or it goes on.
    pub fn last_outcome(&self) -> Option<AttemptOutcome> {
        self.tried.last()?.outcome
    }
}
