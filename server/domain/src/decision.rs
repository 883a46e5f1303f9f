//! A decision: the ranked routes for one contact, with its reasons as data.
//!
//! [`decide`] is total and depends on nothing but its [`Question`]. The formula of the expected cost is in
//! [`cost`], the wait in [`wait`], the rules beside them.

mod around;
pub mod cost;
mod eligible;
mod finding;
mod first;
mod inputs;
mod last_resort;
pub mod memory;
mod missing;
mod rank;
mod rules;
mod seen;
pub mod wait;

pub use cost::{CostKind, CostParts};
pub use eligible::FLOW_TAKES;
pub use finding::{Finding, FiredRule, IneligibilityCause};
pub(crate) use last_resort::consent_passed_over;
pub use memory::{AttemptOutcome, Memory, PersonTold, Reported, Tried};
pub use rank::decide;
pub(crate) use rank::decide_without_reason;
pub use wait::{Wait, WaitBasis};

use crate::contact::{ContactContext, Offered, QueueStats};
use crate::customer::Profile;
use crate::fact::Facts;
use crate::ids::{ReasonId, Slug};
use crate::money::Money;
use crate::playbook::limits;
use crate::playbook::{
    BasisPoints, FactIndex, Need, Playbook, Queue, Reason, ReasonIndex, TierIndex,
};
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use std::sync::Arc;

/// What a decision is about: everything that it may look at.
#[derive(Debug)]
pub struct Question<'a> {
    /// The live playbook.
    pub playbook: &'a Playbook,
    /// The reason, of that playbook.
    pub reason: ReasonIndex,
    /// The tier, of that playbook.
    pub tier: TierIndex,
    /// What the caller told.
    pub context: &'a ContactContext,
    /// Queues that the caller does not tell, as they were reported.
    pub reported: &'a [QueueStats],
    /// What is known of the customer; `None` if anonymous.
    pub profile: Option<&'a Profile>,
    /// What the contact and its case know.
    pub facts: &'a Facts,
    /// How things stand.
    pub standing: ContactStats,
    /// What the case remembers.
    pub memory: &'a Memory,
    /// By which formula it is decided.
    pub formula: Formula,
}

impl<'a> Question<'a> {
    /// What is known of a queue: as the contact tells it, else as it was reported.
    fn stats_of(&self, queue: &Queue) -> Option<&'a QueueStats> {
        let mut all = self.context.queue_stats.iter().chain(self.reported);
        all.find(|stats| stats.queue == queue.id)
    }
}

/// How costs are reckoned: a stored decision is computed again by the formula that it was decided by. Numbers are
/// stored: keep them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Formula {
    /// Need scaled the waiting, too, and failing cost the handling of the dearest remaining route. Nothing was
    /// remembered of what was tried.
    First = 1,
    /// As [`cost`] says.
    #[default]
    Second = 2,
}

/// How things stand with the customer and the case, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContactStats {
    /// Log time of the decision.
    pub now: UnixMs,
    /// Contacts of the customer in the seven days before this one.
    pub contacts_7d: u32,
    /// Contacts of the case before this one.
    pub case_contacts: u32,
    /// Repeats on the case, this contact included.
    pub repeats: u32,
    /// Channel switches on the case, this contact included.
    pub channel_switches: u32,
    /// Promises of the case that were broken.
    pub broken_promises: u32,
    /// How long ago the case was opened; `None` if this contact opens it.
    pub case_age: Option<Millis>,
    /// Whether the contact was sent back because the customer asked for a person.
    pub needs_person: bool,
    /// Whether the customer is away: did not answer, and was not heard of since.
    pub away: bool,
}

/// A route that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOption {
    /// Which.
    pub route: Route,
    /// The flow of self-service.
    pub flow: Option<Slug>,
    /// The line of people.
    pub queue: Option<Slug>,
    /// The parts of the expected cost.
    pub cost: CostParts,
    /// The expected wait.
    pub wait: Wait,
    /// How likely it resolves the matter.
    pub chance: BasisPoints,
    /// Where the chance came from.
    pub basis: ChanceBasis,
    /// With what probability it was chosen: certain for the first today. 0 for all by [`Formula::First`].
    pub propensity: BasisPoints,
}

/// Where the chance of a route came from. Numbers are stored: keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChanceBasis {
    /// As the playbook says.
    Written = 1,
    /// Less, for the deadline of the reason is near.
    Deadline = 2,
    /// None, for it failed on the case.
    Tried = 3,
}

/// What a platform's own distributor needs beside the queue: for whichever route is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handover {
    /// How soon it should be taken, from 0 to [`limits::PRIORITY_MAX`]; higher goes first.
    pub priority: u8,
    /// What rules say that an agent must know beside what the queue asks for, with the level.
    pub skills: Vec<(Slug, u8)>,
    /// The language as it was told: for the contact, else on its case, else stored.
    pub language: Option<Arc<str>>,
}

impl Default for Handover {
    fn default() -> Handover {
        Handover {
            priority: limits::PRIORITY_DEFAULT,
            skills: Vec::new(),
            language: None,
        }
    }
}

impl RouteOption {
    /// What a contact is offered by it.
    pub fn offered(&self) -> Offered {
        Offered {
            route: self.route,
            flow: self.flow.clone(),
            queue: self.queue.clone(),
            wait: Some(self.wait.high),
        }
    }
}

/// The ranked routes for one contact, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// By which formula it was decided.
    pub formula: Formula,
    /// The reason that was decided on; `None` if none was known.
    pub reason: Option<ReasonId>,
    /// The tier that was reckoned with.
    pub tier: Slug,
    /// How special this contact is.
    pub need: Need,
    /// What is at stake: what failing costs, by the need.
    pub stake: Money,
    /// What comes after a failure: the best continuation with people, with its wait.
    pub next: Money,
    /// Whether a guard or a rule took a route away that the reason has on this channel.
    pub guarded: bool,
    /// What goes with the contact wherever it is sent.
    pub handover: Handover,
    /// The cheapest first; of equal ones the better chance, then the first of the channel's routes.
    pub options: Vec<RouteOption>,
    /// In the order of [`Route::ALL`].
    pub ineligible: Vec<(Route, IneligibilityCause)>,
    /// In the order of the playbook.
    pub fired: Vec<FiredRule>,
    /// In the order noticed.
    pub findings: Vec<Finding>,
}

impl Decision {
    /// What to say of the need where attempts with people that failed raised it above the reason's and the rules'.
    pub(crate) fn need_raised(&self, reason: &Reason, memory: &Memory) -> Option<Finding> {
        let rules = self.fired.iter().filter_map(|fired| fired.need);
        let without = rules.fold(reason.need, Need::max);
        let failed = memory.people_failed();
        let is_more = failed > 0 && self.need > without;
        is_more.then_some(Finding::NeedRaisedByAttempts(failed))
    }

    /// A decision without a reason to decide on: nothing to offer yet.
    pub fn open(tier: Slug) -> Decision {
        Decision {
            formula: Formula::Second,
            stake: Money::ZERO,
            next: Money::ZERO,
            guarded: false,
            handover: Handover::default(),
            reason: None,
            tier,
            need: Need::ONE,
            options: Vec::new(),
            ineligible: Vec::new(),
            fired: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The route to take.
    pub fn first(&self) -> Option<&RouteOption> {
        self.options.first()
    }
}

/// A decision with the facts that must be asked before its first route can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// In the order of asking: the reason's, the rules', the first route's; without those known or declined.
    pub missing: Vec<FactIndex>,
}
