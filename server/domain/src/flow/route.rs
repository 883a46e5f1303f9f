//! A contact comes in, or more is known of it: find who, why and which case, decide, and say what comes next.

use super::find::{self, FoundCase, FoundCustomer, FoundReason, Sought};
use super::further::{cases_of, further_of};
use super::join::{case_join, joined_case, left_case, standing};
use super::{Stop, live};
use crate::case::Case;
use crate::command::{RouteContact, UnknownReason};
use crate::contact::{Contact, ContactContext};
use crate::customer::{Profile, TierFound};
use crate::decision::{self, Decided, Decision, Finding, Formula, Memory, Question};
use crate::event::{ContactRouted, CustomerJoin, Event, Next, RouteStep};
use crate::fact::{FACTS_MAX, Facts, Knowledge};
use crate::ids::{ContactId, CustomerId};
use crate::playbook::{FactIndex, Playbook, ReasonIndex, TierIndex};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use crate::time::UnixMs;
use std::sync::Arc;

/// What a routing step starts from.
#[derive(Debug)]
pub(super) struct Start {
    /// Which contact.
    pub(super) contact: ContactId,
    /// The contact as it is, if it is not new.
    pub(super) before: Option<Arc<Contact>>,
    /// All that is known.
    pub(super) context: Arc<ContactContext>,
    /// Why now.
    pub(super) step: RouteStep,
    /// Whether the first route is taken at once.
    pub(super) take_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub(super) unknown_reason: UnknownReason,
}

/// Routes a new or an amended contact.
pub(super) fn route(state: &State, command: &RouteContact, now: UnixMs) -> Result<Event, Stop> {
    let start = start(state, command, now)?;
    Ok(Event::ContactRouted(Box::new(routed(state, start, now)?)))
}

/// Finds what routing needs, without deciding.
pub(super) fn seek(state: &State, command: &RouteContact) -> Result<(), Stop> {
    let start = start(state, command, state.now())?;
    found(state, &start, state.now()).map(drop)
}

fn start(state: &State, command: &RouteContact, now: UnixMs) -> Result<Start, Stop> {
    let start = Start::of(
        state,
        command.contact.clone(),
        state.contact(&command.contact)?.cloned(),
        command.context.told_at(now),
        command.unknown_reason,
    )?;
    Ok(Start {
        take_first: command.take_first,
        ..start
    })
}

impl Start {
    /// Which contact, and all that is known of it.
    fn told(&self) -> (&ContactId, &ContactContext) {
        (&self.contact, &self.context)
    }

    /// Opens a contact, or amends it as it was before; the first route is to be taken at once.
    pub(super) fn of(
        state: &State,
        contact: ContactId,
        before: Option<Arc<Contact>>,
        told: ContactContext,
        unknown_reason: UnknownReason,
    ) -> Result<Start, Stop> {
        let tells_reason = told.reason.is_some();
        let (context, step) = match &before {
            None => (told, RouteStep::Opened),
            Some(contact) => (amend(state, contact, &told)?, RouteStep::Amended),
        };
        // A reason that was told earlier was known then: what became of it since is no fault of this request.
        let told_earlier = !tells_reason && context.reason.is_some();
        Ok(Start {
            contact,
            before,
            context: Arc::new(context),
            step,
            take_first: true,
            unknown_reason: if told_earlier {
                UnknownReason::LastResort
            } else {
                unknown_reason
            },
        })
    }
}

/// The context of a live contact with what a further call tells.
fn amend(state: &State, contact: &Contact, told: &ContactContext) -> Result<ContactContext, Stop> {
    if !contact.place.is_live() {
        return Err(Refusal::ContactEnded(contact.id.clone()).into());
    }
    if contact.context.channel != told.channel {
        let channel = contact.context.channel.clone();
        return Err(Refusal::OtherChannel {
            contact: contact.id.clone(),
            channel,
        }
        .into());
    }
    if let (Some(customer), Some(named)) = (&contact.customer, &told.customer.id)
        && !may_be_named(state, contact, customer, named)?
    {
        return Err(Refusal::OtherCustomer {
            contact: contact.id.clone(),
            customer: customer.clone(),
        }
        .into());
    }
    let amended = contact.context.amended(told);
    if amended.facts.len() > FACTS_MAX {
        let what = format!(
            "must be at most {FACTS_MAX} with those told before, are {}",
            amended.facts.len()
        );
        return Err(Refusal::Faulty(Faults::one("context.facts", what)).into());
    }
    Ok(amended)
}

/// Whether a contact's customer may be called that: by the key that it has, by the one that was told before, or by that
/// of somebody who is one with it.
fn may_be_named(
    state: &State,
    contact: &Contact,
    customer: &CustomerId,
    named: &CustomerId,
) -> Result<bool, Stop> {
    let told_before = contact.context.customer.id.as_ref();
    if customer == named || told_before == Some(named) {
        return Ok(true);
    }
    Ok(find::root(state, customer)? == find::root(state, named)?)
}

/// What was found of a contact before any decision.
pub(super) struct Found {
    who: Option<FoundCustomer>,
    tier: TierIndex,
    tier_found: TierFound,
    reason: FoundReason,
    case: Option<FoundCase>,
    noticed: Vec<Finding>,
}

pub(super) fn found(state: &State, start: &Start, now: UnixMs) -> Result<Found, Stop> {
    let playbook = live(state)?;
    let context = &start.context;
    let mut noticed = Vec::new();
    let before = start.before.as_deref();
    before.map_or(Ok(Vec::new()), |before| cases_of(state, before))?;
    let customer_before = before.and_then(|contact| contact.customer.as_ref());
    let who = find::customer(
        state,
        playbook,
        &start.contact,
        &context.customer,
        customer_before,
        &mut noticed,
    )?;
    let told_tier = context.customer.tier.as_ref();
    let (tier, tier_found) = find::tier(playbook, told_tier, who.as_ref(), &mut noticed);
    let reason = find::reason(
        playbook,
        context.reason.as_ref(),
        &context.facts,
        start.unknown_reason,
        &mut noticed,
    )?;
    let sought = Sought {
        before,
        context,
        who: who.as_ref(),
        now,
    };
    let case = match reason {
        FoundReason::Known(index) => Some(find::case(state, playbook, index, &sought)?),
        FoundReason::Unknown => find::case_without_reason(state, &sought)?,
        FoundReason::Choose(_) => None,
    };
    if let (FoundReason::Known(index), Some(FoundCase::KeyMissing)) = (&reason, &case) {
        let facts = find::ambiguous_facts(state, playbook, *index, &sought)?;
        noticed.extend(facts.into_iter().map(Finding::CaseAmbiguous));
    }
    Ok(Found {
        who,
        tier,
        tier_found,
        reason,
        case,
        noticed,
    })
}

/// Decides on a contact.
pub(super) fn routed(state: &State, start: Start, now: UnixMs) -> Result<ContactRouted, Stop> {
    let playbook = live(state)?;
    let Found {
        who,
        tier,
        tier_found,
        reason,
        case,
        noticed,
    } = found(state, &start, now)?;
    let join = case
        .as_ref()
        .and_then(|case| case_join(state, playbook, tier, case, start.told(), now));
    let joined_case = joined_case(case.as_ref());
    let left = left_case(state, &start, join.as_ref())?;
    let further = further_of(start.before.as_deref(), join.as_ref());
    let carried = carried_facts(joined_case, &start.context.facts);
    let facts = start.context.facts.with(&carried);
    let standing = standing(&start, who.as_ref(), joined_case, join.as_ref(), now);
    let memory = Memory::default();
    let profile = who.as_ref().map(|who| Profile {
        identities: Vec::new(),
        ..who.in_all.clone()
    });
    let question = |reason| Question {
        playbook,
        reason,
        tier,
        context: &start.context,
        profile: profile.as_ref(),
        facts: &facts,
        standing,
        memory: &memory,
        formula: Formula::Second,
    };
    let (decision, next) = match reason {
        FoundReason::Choose(primary) => (
            Decision::open(playbook.tier(tier).id.clone()),
            Next::ChooseReason {
                primary,
                open_case: who.as_ref().is_some_and(|who| has_open_case(state, who)),
            },
        ),
        FoundReason::Unknown => {
            // No reason is looked at.
            let decision = decision::decide_without_reason(&question(ReasonIndex(0)));
            let next = next(playbook, &decision, &[], start.take_first);
            (decision, next)
        }
        FoundReason::Known(index) => {
            let Decided { decision, missing } = decision::decide(&question(index));
            let next = next(playbook, &decision, &missing, start.take_first);
            (decision, next)
        }
    };
    Ok(ContactRouted {
        contact: start.contact,
        step: start.step,
        context: start.context,
        customer: who.map(|who| CustomerJoin {
            id: who.id,
            learnt: who.learnt.then(|| Box::new(who.profile)),
        }),
        tier_found: Some(tier_found),
        case: join,
        left,
        further,
        standing,
        memory,
        profile: profile.map(Box::new),
        carried,
        noticed,
        decision,
        next,
    })
}

/// Whether the customer, or somebody who is one with it, has an open case.
fn has_open_case(state: &State, who: &FoundCustomer) -> bool {
    let mut members = who.members();
    members.any(|member| !state.open_cases().of(member).is_empty())
}

fn next(playbook: &Playbook, decision: &Decision, missing: &[FactIndex], take_first: bool) -> Next {
    if !missing.is_empty() {
        return Next::AskFacts(
            missing
                .iter()
                .map(|&fact| playbook.fact(fact).id.clone())
                .collect(),
        );
    }
    match decision.first() {
        Some(option) if take_first => Next::Take(option.offered()),
        _ => Next::ChooseRoute,
    }
}

/// What the case knows and the contact does not tell, or would not.
fn carried_facts(case: Option<&Case>, told: &Facts) -> Facts {
    let known = case.map(|case| &case.facts);
    let carried = known.into_iter().flat_map(Facts::iter).filter(|fact| {
        let told = told.get(fact.id.as_str()).map(|fact| &fact.knowledge);
        match (told, &fact.knowledge) {
            (None, _) | (Some(Knowledge::Declined), Knowledge::Known(_)) => true,
            (Some(_), _) => false,
        }
    });
    Facts::from_facts(carried.cloned())
}

impl ContactRouted {
    /// Computes the stored decision again from what this event holds, under the playbook that it names.
    /// `None` where no reason was decided on, or the playbook does not have it.
    pub fn decided_again(&self, playbook: &Playbook) -> Option<Decision> {
        let reason = self.decision.reason.as_ref()?;
        let facts = self.context.facts.with(&self.carried);
        let question = Question {
            playbook,
            reason: *playbook.index.reasons.get(reason)?,
            tier: *playbook.index.tiers.get(&self.decision.tier)?,
            context: &self.context,
            profile: self.profile.as_deref(),
            facts: &facts,
            standing: self.standing,
            memory: &self.memory,
            formula: self.decision.formula,
        };
        Some(decision::decide(&question).decision)
    }
}
