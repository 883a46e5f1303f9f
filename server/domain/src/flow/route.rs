//! A contact comes in, or more is known of it: find who, why and which case, decide, and say what comes next.

use super::additional::{additional_of, cases_of};
use super::find::{self, FoundCase, FoundCustomer, FoundReason, Named, Sought};
use super::join::{case_join, joined_case, left_case, memory, standing};
use super::reported::ReportedQueues;
use super::{DecideError, live, matters};
use crate::actor::{Actor, ActorKind};
use crate::case::Case;
use crate::command::{RouteContact, UnknownReason};
use crate::contact::{CaseMatch, Contact, ContactContext, ContextField, QueueStats};
use crate::customer::{Profile, TierFound};
use crate::decision::{self, ContactStats, Decided, Decision, Finding, Formula, Memory, Question};
use crate::event::{
    CaseJoin, ContactRouted, CustomerJoin, Event, MatterDecided, Next, OpenCase, RoutingTrigger,
};
use crate::fact::{FACTS_MAX, Facts, Knowledge};
use crate::ids::{ContactId, CustomerId, MatterId, Seq, Slug, fits_new};
use crate::playbook::{FactIndex, Playbook, ReasonIndex, TierIndex};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use crate::time::UnixMs;
use std::sync::Arc;

/// Most open cases that an answer lists to choose from, the newest: as many as a keypad has digits.
pub const OPEN_CASES_TOLD_MAX: usize = 9;

/// What a routing step starts from.
#[derive(Clone, Debug)]
pub(super) struct Start {
    /// Which contact.
    pub(super) contact: ContactId,
    /// Who asks.
    pub(super) actor: Actor,
    /// The contact as it is, if it is not new.
    pub(super) known: Option<Arc<Contact>>,
    /// The same, as far as it concerns the matter at hand.
    pub(super) before: Option<Arc<Contact>>,
    /// All that is known.
    pub(super) context: Arc<ContactContext>,
    /// Which of several matters it is for.
    pub(super) matter: Option<MatterId>,
    /// Why now.
    pub(super) step: RoutingTrigger,
    /// Whether the first route is taken at once.
    pub(super) select_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub(super) unknown_reason: UnknownReason,
    /// Whether a case may be presumed where the key is not told.
    pub(super) may_presume: bool,
    /// Whether this call tells a case, or a contact of it.
    pub(super) names_case: bool,
    /// More, for the timeline.
    pub(super) note: Arc<str>,
}

/// Routes a new or an amended contact: one event, and one more for each other matter.
pub(super) fn route(
    state: &State,
    command: &RouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let (start, told) = start(state, command, actor, now)?;
    matters::routed(state, start, &told, now)
}

/// Finds what routing needs, without deciding.
pub(super) fn seek(
    state: &State,
    command: &RouteContact,
    actor: &Actor,
) -> Result<(), DecideError> {
    let (start, told) = start(state, command, actor, state.now())?;
    matters::seek(state, &start, &told, state.now())
}

fn start(
    state: &State,
    command: &RouteContact,
    actor: &Actor,
    now: UnixMs,
) -> Result<(Start, ContactContext), DecideError> {
    let told = command.context.told_at(now);
    let before = state.contact(&command.contact)?.cloned();
    let start = Start::of(
        state,
        (command.contact.clone(), before),
        actor,
        (&told, &command.clear),
        command.unknown_reason,
    )?;
    let start = Start {
        select_first: command.select_first,
        ..start
    };
    Ok((start, told))
}

impl Start {
    /// Takes over what a case tells that the contact is proven to be about. One that is not proven leaves a contact
    /// that has a case as it was.
    fn take_named(&mut self, playbook: &Playbook, named: Named) -> Result<Named, DecideError> {
        let case = match &named {
            Named::Nothing => return Ok(named),
            Named::Proven(case) => case,
            Named::NotProven => {
                let before = self.before.as_ref().filter(|before| before.case.is_some());
                if let Some(before) = before {
                    let context = Arc::make_mut(&mut self.context);
                    context.case = before.context.case;
                    context.previous_contact = before.context.previous_contact.clone();
                }
                return Ok(named);
            }
        };
        let taken = find::reason_taken(playbook, &self.context, case, self.unknown_reason);
        let taken = match taken {
            Ok(taken) => taken,
            // It was told earlier, and the reason later: the customer goes on about something else.
            Err(_) if !self.names_case => return Ok(Named::Nothing),
            Err(refusal) => return Err(refusal.into()),
        };
        let context = Arc::make_mut(&mut self.context);
        context.case = Some(case.id);
        if let Some(reason) = taken {
            let mut matters = context.matters.iter_mut();
            let leading = matters.find(|matter| Some(&matter.id) == self.matter.as_ref());
            if let Some(leading) = leading {
                leading.reason = Some(reason.clone());
            }
            context.reason = Some(reason);
            // What became of it since the case was opened is no fault of this request.
            self.unknown_reason = UnknownReason::LastResort;
        }
        Ok(named)
    }

    /// Which contact, and all that is known of it.
    fn told(&self) -> (&ContactId, &ContactContext) {
        (&self.contact, &self.context)
    }

    /// Opens a contact, or amends it as it was before, what is to be cleared first; the first route is to be taken at
    /// once.
    pub(super) fn of(
        state: &State,
        (contact, before): (ContactId, Option<Arc<Contact>>),
        actor: &Actor,
        (told, clear): (&ContactContext, &[ContextField]),
        unknown_reason: UnknownReason,
    ) -> Result<Start, DecideError> {
        let tells_reason = told.reason.is_some();
        named_anew(state, (&contact, before.as_deref()), told)?;
        let (context, step) = match &before {
            None => (told.clone(), RoutingTrigger::Opened),
            Some(contact) => (
                amend(state, contact, actor, (told, clear))?,
                RoutingTrigger::Amended,
            ),
        };
        // A reason that was told earlier was known then: what became of it since is no fault of this request.
        let told_earlier = !tells_reason && told.matters.is_empty() && context.reason.is_some();
        Ok(Start {
            contact,
            actor: actor.clone(),
            known: before.clone(),
            before,
            context: Arc::new(context),
            matter: None,
            step,
            select_first: true,
            unknown_reason: if told_earlier {
                UnknownReason::LastResort
            } else {
                unknown_reason
            },
            may_presume: true,
            names_case: told.names_case(),
            note: "".into(),
        })
    }
}

/// What is not there yet has ids that new things may have: the contact, and the customer that it would make.
fn named_anew(
    state: &State,
    (contact, before): (&ContactId, Option<&Contact>),
    told: &ContactContext,
) -> Result<(), DecideError> {
    let mut faults = Faults::default();
    if before.is_none() {
        faults.keep("contact_id", fits_new(contact.as_str()));
    }
    let has_customer = before.is_some_and(|before| before.customer.is_some());
    if let (false, Some(id)) = (has_customer, &told.customer.id)
        && let Err(unfit) = fits_new(id.as_str())
        && state.customer(id)?.is_none()
    {
        faults.push("context.customer.customer_id", unfit);
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Faulty(faults).into()),
    }
}

/// The context of a live contact with what a further call tells, without what it clears.
fn amend(
    state: &State,
    contact: &Contact,
    actor: &Actor,
    (told, clear): (&ContactContext, &[ContextField]),
) -> Result<ContactContext, DecideError> {
    if !contact.state.is_live() {
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
    if clear.contains(&ContextField::Stage) && !contact.context.matters.is_empty() {
        let what = "must not name `stage`: the contact has several matters, each with its own in `matters`";
        return Err(Refusal::Faulty(Faults::one("clear_mask", what)).into());
    }
    let mut amended = contact.context.cleared(clear).amended(told);
    // Whoever was said to be vulnerable stays so: a caller may not know.
    if contact.context.vulnerable == Some(true) && actor.kind != ActorKind::Supervisor {
        amended.vulnerable = Some(true);
    }
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
) -> Result<bool, DecideError> {
    let told_before = contact.context.customer.id.as_ref();
    if customer == named || told_before == Some(named) {
        return Ok(true);
    }
    Ok(find::survivor(state, customer)? == find::survivor(state, named)?)
}

/// What was found of a contact before any decision.
pub(super) struct Found {
    pub(super) who: Option<FoundCustomer>,
    pub(super) tier: TierIndex,
    tier_found: TierFound,
    pub(super) reason: FoundReason,
    pub(super) case: Option<FoundCase>,
    pub(super) noticed: Vec<Finding>,
    open: Vec<Arc<Case>>,
}

/// Finds what there is of a contact. Of a case that it proves to be about it takes the reason over, if it tells none.
pub(super) fn found(state: &State, start: &mut Start, now: UnixMs) -> Result<Found, DecideError> {
    let playbook = live(state)?;
    let mut noticed = Vec::new();
    let before = start.before.clone();
    let before = before.as_deref();
    let told = start.context.clone();
    before.map_or(Ok(Vec::new()), |before| cases_of(state, before))?;
    let customer_before = before.and_then(|contact| contact.customer.as_ref());
    let who = find::customer(
        state,
        playbook,
        &start.contact,
        &told.customer,
        customer_before,
        &mut noticed,
    )?;
    let told_tier = told.customer.tier.as_ref();
    let (tier, tier_found) = find::tier(playbook, told_tier, who.as_ref(), &mut noticed);
    let sought = Sought {
        before,
        context: &told,
        who: who.as_ref(),
        now,
        may_presume: start.may_presume,
    };
    let named = start.take_named(
        playbook,
        find::named(state, playbook, &sought, start.names_case)?,
    )?;
    let context = start.context.clone();
    let reason = find::reason(
        playbook,
        context.reason.as_ref(),
        &context.facts,
        start.unknown_reason,
        &mut noticed,
    )?;
    let sought = Sought {
        context: &context,
        ..sought
    };
    if let Named::NotProven = named {
        noticed.push(Finding::CaseNumberNotProven);
    }
    let case = find::case_of(state, playbook, &reason, &sought, &named)?;
    let mut open = Vec::new();
    match (&reason, &case, &who) {
        (FoundReason::Known(index), Some(FoundCase::KeyMissing), _) => {
            let facts;
            (open, facts) = find::ambiguous(state, playbook, *index, &sought)?;
            noticed.extend(facts.into_iter().map(Finding::CaseAmbiguous));
        }
        (FoundReason::Choose(_), _, Some(who)) => open = find::all_open_cases(state, who, now)?,
        _ => {}
    }
    if let Some(FoundCase::Presumed(_)) = &case {
        noticed.push(Finding::CasePresumed);
    }
    if let (FoundReason::Known(index), Some(found)) = (&reason, &case)
        && start.may_presume
        && context.another_matter
        && is_joined(found, &start.contact)
    {
        let mut key = FoundCase::key_of(playbook, *index).peekable();
        if key.peek().is_none() {
            noticed.push(Finding::SameMatterByKey(None));
        }
        noticed.extend(key.map(|fact| Finding::SameMatterByKey(Some(fact))));
    }
    Ok(Found {
        who,
        tier,
        tier_found,
        reason,
        case,
        noticed,
        open,
    })
}

/// Whether a contact comes to a case that was there before it, by what it tells.
fn is_joined(found: &FoundCase, contact: &ContactId) -> bool {
    match found {
        FoundCase::Joins(..) => true,
        FoundCase::Stays(case, _) => {
            let mut listed = case.contacts.iter();
            let listed = listed.find(|listed| listed.contact == *contact);
            listed.is_some_and(|listed| listed.case_match != CaseMatch::New)
        }
        // It was told which one.
        FoundCase::Named(..) => false,
        FoundCase::Presumed(_) | FoundCase::Opens { .. } | FoundCase::KeyMissing => false,
    }
}

/// What a decision on one matter is made from, and the decision.
pub(super) struct Weighed {
    pub(super) join: Option<CaseJoin>,
    pub(super) carried: Facts,
    pub(super) standing: ContactStats,
    pub(super) memory: Memory,
    pub(super) profile: Option<Profile>,
    pub(super) reported: Vec<QueueStats>,
    /// `None` where there is no reason to decide on.
    pub(super) decided: Option<Decided>,
}

/// Decides on one matter; a case that is opened for it has the id of `seq`. What it notices on the way is in `found`.
pub(super) fn weigh(
    state: &State,
    start: &Start,
    found: &mut Found,
    (seq, now): (Seq, UnixMs),
) -> Result<Weighed, DecideError> {
    let playbook = live(state)?;
    let case = found.case.as_ref();
    let join =
        case.and_then(|case| case_join(playbook, found.tier, case, start.told(), (seq, now)));
    let joined_case = joined_case(case);
    let who = found.who.as_ref();
    let carried = carried_facts(joined_case, &start.context.facts);
    let facts = start.context.facts.with(&carried);
    let standing = standing(state, start, who, joined_case, join.as_ref(), now)?;
    let memory = memory(start, who, joined_case, join.as_ref(), now);
    let profile = who.map(|who| Profile {
        identities: Vec::new(),
        ..who.in_all.clone()
    });
    let index = match found.reason {
        FoundReason::Known(reason) => Some(reason),
        FoundReason::Choose(_) | FoundReason::Unknown => None,
    };
    let told = &start.context.queue_stats;
    let reported = match found.reason {
        FoundReason::Choose(_) => ReportedQueues::default(),
        _ => ReportedQueues::of(state, playbook, index, told, now),
    };
    let question = |reason| Question {
        playbook,
        reason,
        tier: found.tier,
        context: &start.context,
        reported: &reported.fresh,
        profile: profile.as_ref(),
        facts: &facts,
        standing,
        memory: &memory,
        formula: Formula::Second,
    };
    let decided = match found.reason {
        FoundReason::Choose(_) => None,
        FoundReason::Known(reason) => Some(decision::decide(&question(reason))),
        // No reason is looked at.
        FoundReason::Unknown => Some(Decided {
            decision: decision::decide_without_reason(&question(ReasonIndex(0))),
            missing: Vec::new(),
        }),
    };
    if let (FoundReason::Known(reason), Some(decided)) = (&found.reason, &decided) {
        let reason = playbook.reason(*reason);
        let raised = decided.decision.need_raised(reason, &memory);
        found.noticed.extend(raised);
    }
    if let Some(decided) = &decided {
        found.noticed.extend(reported.noticed(&decided.decision));
    }
    Ok(Weighed {
        join,
        carried,
        standing,
        memory,
        profile,
        reported: reported.fresh,
        decided,
    })
}

/// Decides on a contact, of whose matter it was found and weighed what there is.
pub(super) fn routed(
    state: &State,
    start: Start,
    found: Found,
    weighed: Weighed,
) -> Result<ContactRouted, DecideError> {
    let playbook = live(state)?;
    let Weighed {
        join,
        carried,
        standing,
        memory,
        profile,
        reported,
        decided,
    } = weighed;
    let left = left_case(state, &start, join.as_ref())?;
    let additional = additional_of(start.before.as_deref(), join.as_ref());
    let tier = &playbook.tier(found.tier).id;
    let (decision, next) = match decided {
        None => {
            let primary = match found.reason {
                FoundReason::Choose(primary) => primary,
                FoundReason::Known(_) | FoundReason::Unknown => None,
            };
            let open_case = !found.open.is_empty();
            let next = Next::ChooseReason { primary, open_case };
            (Decision::open(tier.clone()), next)
        }
        Some(Decided { decision, missing }) => {
            let next = next(playbook, &decision, &missing, start.select_first);
            (decision, next)
        }
    };
    Ok(ContactRouted {
        contact: start.contact,
        trigger: start.step,
        context: start.context,
        customer: found.who.map(|who| CustomerJoin {
            id: who.id,
            learnt: who.learnt.then(|| Box::new(who.profile)),
        }),
        tier_found: Some(found.tier_found),
        case: join,
        former: left,
        additional,
        leading: start.matter,
        followed_by: 0,
        open_cases: open_cases(playbook, &found.open),
        standing,
        memory,
        profile: profile.map(Box::new),
        carried,
        reported,
        findings: found.noticed,
        decision,
        next,
        note: start.note,
    })
}

/// Cases to choose from: the one whose last contact came last is the first.
fn open_cases(playbook: &Playbook, open: &[Arc<Case>]) -> Vec<OpenCase> {
    let told = |case: &Arc<Case>| {
        let reason = playbook.reason_now(&case.reason, &case.facts);
        let key = reason
            .into_iter()
            .flat_map(|it| FoundCase::key_of(playbook, it));
        let key: Vec<Slug> = key.collect();
        let known = case.facts.iter().filter(|fact| key.contains(&fact.id));
        OpenCase {
            case: case.id,
            reason: case.reason.clone(),
            key: Facts::from_facts(known.cloned()),
            arrived: case
                .contacts
                .last()
                .map_or(case.opened, |last| last.arrived),
        }
    };
    let mut told: Vec<OpenCase> = open.iter().map(told).collect();
    told.sort_by_key(|case| std::cmp::Reverse((case.arrived, case.case)));
    told.truncate(OPEN_CASES_TOLD_MAX);
    told
}

fn next(
    playbook: &Playbook,
    decision: &Decision,
    missing: &[FactIndex],
    select_first: bool,
) -> Next {
    if !missing.is_empty() {
        return Next::AskFacts(
            missing
                .iter()
                .map(|&fact| playbook.fact(fact).id.clone())
                .collect(),
        );
    }
    match decision.first() {
        Some(option) if select_first => Next::Target(option.offered()),
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
        again(
            playbook,
            (&self.context, &self.carried, &self.reported),
            self.profile.as_deref(),
            self.standing,
            &self.memory,
            &self.decision,
        )
    }
}

impl MatterDecided {
    /// As [`ContactRouted::decided_again`].
    pub fn decided_again(&self, playbook: &Playbook) -> Option<Decision> {
        again(
            playbook,
            (&self.context, &self.carried, &self.reported),
            self.profile.as_deref(),
            self.standing,
            &self.memory,
            &self.decision,
        )
    }
}

fn again(
    playbook: &Playbook,
    (context, carried, reported): (&ContactContext, &Facts, &[QueueStats]),
    profile: Option<&Profile>,
    standing: ContactStats,
    memory: &Memory,
    decision: &Decision,
) -> Option<Decision> {
    let reason = decision.reason.as_ref()?;
    let facts = context.facts.with(carried);
    let question = Question {
        playbook,
        reason: *playbook.index.reasons.get(reason)?,
        tier: *playbook.index.tiers.get(&decision.tier)?,
        context,
        reported,
        profile,
        facts: &facts,
        standing,
        memory,
        formula: decision.formula,
    };
    Some(decision::decide(&question).decision)
}
