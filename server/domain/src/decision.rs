//! A decision: the ranked routes for one contact, and the reasons for the ranking as data.
//!
//! [`decide`] always returns a decision, and depends only on its [`Question`]. The formula of the expected cost is in
//! [`cost`], the wait is in [`wait`], and the rules are in modules next to them.

mod around;
pub mod cost;
mod eligible;
mod finding;
mod first_formula;
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
pub use memory::{AttemptOutcome, Memory, PersonReport, Reported, Tried};
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

/// The input of a decision: everything that the decision may use.
#[derive(Debug)]
pub struct Question<'a> {
    /// The live playbook.
    pub playbook: &'a Playbook,
    /// The reason, as an index into this playbook.
    pub reason: ReasonIndex,
    /// The tier, as an index into this playbook.
    pub tier: TierIndex,
    /// Everything that the caller sent about the contact.
    pub context: &'a ContactContext,
    /// The reported numbers of queues for which the caller sent none.
    pub reported: &'a [QueueStats],
    /// What is known about the customer; `None` if the customer is not known.
    pub profile: Option<&'a Profile>,
    /// The facts that the contact and its case know.
    pub facts: &'a Facts,
    /// The numbers about the customer and the case.
    pub standing: ContactStats,
    /// What the case remembers.
    pub memory: &'a Memory,
    /// The version of the cost formula that this decision was computed with.
    pub formula: Formula,
}

impl<'a> Question<'a> {
    /// The numbers of a queue: those that the contact brings, or else those that were reported; `None` if there are
    /// none.
    fn stats_of(&self, queue: &Queue) -> Option<&'a QueueStats> {
        let mut all = self.context.queue_stats.iter().chain(self.reported);
        all.find(|stats| stats.queue == queue.id)
    }
}

/// The formula for the costs. A stored decision is computed again with the formula that it was made with. The numbers
/// are stored: do not change them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Formula {
    /// The earlier formula. Need also multiplied the waiting, and a failure cost the handling of the dearest remaining
    /// route. Earlier attempts were not used.
    First = 1,
    /// The formula that [`cost`] describes.
    #[default]
    Second = 2,
}

/// Numbers about the customer and the case at the time of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContactStats {
    /// The log time of the decision.
    pub now: UnixMs,
    /// How many contacts the customer made in the seven days before this contact.
    pub contacts_7d: u32,
    /// How many contacts the case had before this contact.
    pub case_contacts: u32,
    /// How many repeats the case has, this contact included.
    pub repeats: u32,
    /// How many channel switches the case has, this contact included.
    pub channel_switches: u32,
    /// How many promises of the case were broken. Promises are not tracked yet, so this is 0 except in tests of
    /// playbooks.
    pub broken_promises: u32,
    /// How long ago the case was opened; `None` if this contact opens the case.
    pub case_age: Option<Millis>,
    /// Whether the contact was sent back because the customer asked for a person.
    pub needs_person: bool,
    /// Whether the customer is away: the customer did not answer, and nothing was heard since.
    pub away: bool,
}

/// A route that the contact can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOption {
    /// The route.
    pub route: Route,
    /// The flow, for self-service; else `None`.
    pub flow: Option<Slug>,
    /// The queue, for a route to people; else `None`.
    pub queue: Option<Slug>,
    /// The parts of the expected cost.
    pub cost: CostParts,
    /// The expected wait.
    pub wait: Wait,
    /// The chance that the route resolves the matter.
    pub chance: BasisPoints,
    /// The source of the chance.
    pub basis: ChanceBasis,
    /// The probability with which the route was chosen. Today the first route always gets certainty. 0 for all routes
    /// of a decision by [`Formula::First`].
    pub propensity: BasisPoints,
}

/// The source of the chance of a route. The numbers are stored: do not change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChanceBasis {
    /// The chance that the playbook gives.
    Written = 1,
    /// A lower chance, because the deadline of the reason is near.
    Deadline = 2,
    /// A chance of zero, because the route failed on the case.
    Tried = 3,
}

/// What a platform's own distributor needs to know besides the queue. These data are the same for every route that the
/// contact can take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handover {
    /// How soon the contact should be taken, from 0 to [`limits::PRIORITY_MAX`]. A higher number goes first.
    pub priority: u8,
    /// The skills, with their level, that rules require of the agent in addition to the skills of the queue.
    pub skills: Vec<(Slug, u8)>,
    /// The language as it was written: that of the contact, or else that of its case, or else the stored one of the
    /// customer; `None` if none is known.
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
    /// The part of this option that the contact stores as offered.
    pub fn offered(&self) -> Offered {
        Offered {
            route: self.route,
            flow: self.flow.clone(),
            queue: self.queue.clone(),
            wait: Some(self.wait.high),
        }
    }
}

/// The ranked routes for one contact, and the reasons for the ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The formula that the decision was made with.
    pub formula: Formula,
    /// The reason that the decision used; `None` if no reason was known.
    pub reason: Option<ReasonId>,
    /// The tier that the decision used.
    pub tier: Slug,
    /// How much help this contact needs, as a factor.
    pub need: Need,
    /// What is at stake: the cost of a failure, multiplied by the need.
    pub stake: Money,
    /// The cost that follows a failure: the cheapest continuation with people, with its wait.
    pub next: Money,
    /// Whether a guard or a rule removed a route that the reason has on this channel.
    pub guarded: bool,
    /// The data that go with the contact, whatever route is taken.
    pub handover: Handover,
    /// The routes that can be taken, the cheapest first. Of equal costs, the better chance comes first, then the
    /// earlier route of the channel.
    pub options: Vec<RouteOption>,
    /// The routes that cannot be taken, each with the cause, in the order of [`Route::ALL`].
    pub ineligible: Vec<(Route, IneligibilityCause)>,
    /// The rules that applied, in the order of the playbook.
    pub fired: Vec<FiredRule>,
    /// What was noticed, in the order in which it was noticed.
    pub findings: Vec<Finding>,
}

impl Decision {
    /// A finding if failed attempts with people raised the need above the need of the reason and of the rules; else
    /// `None`.
    pub(crate) fn need_raised(&self, reason: &Reason, memory: &Memory) -> Option<Finding> {
        let rules = self.fired.iter().filter_map(|fired| fired.need);
        let without = rules.fold(reason.need, Need::max);
        let failed = memory.people_failed();
        let is_more = failed > 0 && self.need > without;
        is_more.then_some(Finding::NeedRaisedByAttempts(failed))
    }

    /// A decision without a reason. It offers no route yet.
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

    /// The route to take; `None` if no route is offered.
    pub fn first(&self) -> Option<&RouteOption> {
        self.options.first()
    }
}

/// A decision, and the facts that must be asked before its first route can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// The missing facts in the order of asking: those of the reason, of the rules, and of the first route. Facts that
    /// are known or declined are left out.
    pub missing: Vec<FactIndex>,
}
