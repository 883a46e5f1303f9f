//! Why routes cannot be taken, which rules applied, and what was noticed during the decision.

use crate::ability::Ability;
use crate::ids::{ReasonId, Slug};
use crate::money::Money;
use crate::playbook::Need;
use crate::route::{Route, RouteSet};
use crate::time::UnixMs;
use std::sync::Arc;

/// Why a route cannot be taken: the first cause that applies, in the order of the variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IneligibilityCause {
    /// The reason does not have the route.
    NotOfReason,
    /// The channel does not have the route.
    NotOnChannel,
    /// The route needs this ability, which the customer does not have.
    CannotUse(Ability),
    /// The route needs the customer on the line now, but the customer did not answer.
    CustomerAway,
    /// The customer asked for a person, and a guard removes this route then.
    AskedForPerson,
    /// The customer is vulnerable, and a guard removes this route then.
    Vulnerable,
    /// This flow failed on the case before.
    FailedBefore(Slug),
    /// The customer refused this consent.
    ConsentRefused(Slug),
    /// It is not known whether the customer gives this consent.
    ConsentUnknown(Slug),
    /// This rule forbids the route.
    ForbiddenByRule(Slug),
    /// This rule allows only other routes.
    ExcludedByRule(Slug),
    /// This queue is closed now. The time is when it opens next; `None` if not known.
    Closed(Slug, Option<UnixMs>),
    /// The platform reported that nobody is signed in to this queue. The time is when the queue opens next; `None` if
    /// not known.
    NotStaffed(Slug, Option<UnixMs>),
    /// The route takes longer than the time until this fact, the deadline of the reason.
    TooLate(Slug),
}

impl IneligibilityCause {
    /// The name in the cause: a rule, a consent, a queue, a flow or a fact. `None` if the cause names nothing.
    pub fn subject(&self) -> Option<&Slug> {
        match self {
            IneligibilityCause::FailedBefore(name)
            | IneligibilityCause::ConsentRefused(name)
            | IneligibilityCause::ConsentUnknown(name)
            | IneligibilityCause::ForbiddenByRule(name)
            | IneligibilityCause::ExcludedByRule(name)
            | IneligibilityCause::Closed(name, _)
            | IneligibilityCause::NotStaffed(name, _)
            | IneligibilityCause::TooLate(name) => Some(name),
            IneligibilityCause::NotOfReason
            | IneligibilityCause::NotOnChannel
            | IneligibilityCause::CannotUse(_)
            | IneligibilityCause::CustomerAway
            | IneligibilityCause::AskedForPerson
            | IneligibilityCause::Vulnerable => None,
        }
    }

    /// When the queue in the cause opens; `None` if not known, or if the cause names no queue.
    pub fn opens(&self) -> Option<UnixMs> {
        match self {
            IneligibilityCause::Closed(_, opens) | IneligibilityCause::NotStaffed(_, opens) => {
                *opens
            }
            _ => None,
        }
    }
}

/// A rule that applied, and its effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiredRule {
    /// The id of the rule.
    pub id: Slug,
    /// The routes that the rule forbids.
    pub forbids: RouteSet,
    /// The only routes that the rule allows. Empty if the rule allows all.
    pub leaves: RouteSet,
    /// The amounts that the rule gives to routes.
    pub prefers: Vec<(Route, Money)>,
    /// The need that the rule raises to; `None` if it raises none.
    pub need: Option<Need>,
    /// The facts that the rule asks for.
    pub facts: Vec<Slug>,
    /// The queue that the rule sets; `None` if it sets none.
    pub queue: Option<Slug>,
    /// The priority that the rule sets; `None` if it sets none.
    pub priority: Option<u8>,
    /// The skills that the rule requires of an agent, with their level.
    pub skills: Vec<(Slug, u8)>,
}

/// Something that was noticed during a decision, for the reader of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This rule needs this value, which is not known.
    RuleInputUnknown(Slug, Arc<str>),
    /// Nothing was reported for this queue, so the wait is the one that the playbook assumes.
    WaitAssumed(Slug),
    /// The tier that the caller sent was used, not this stored tier.
    TierReported(Slug),
    /// No tier is known, so the default was used.
    TierAssumed,
    /// The playbook does not have this reason, so the last resort was used.
    ReasonUnknown(ReasonId),
    /// This reason was retired and replaced by another.
    ReasonReplaced(ReasonId),
    /// No route was allowed, so the last resort was used.
    LastResort,
    /// An identity of this kind is not verified, and was not used to find the customer.
    IdentityNotVerified(Slug),
    /// A verified identity of this kind belongs to a customer other than the one the caller named.
    IdentityOfOtherCustomer(Slug),
    /// An identity of this kind is used by several people, and was not used to find the customer.
    IdentityShared(Slug),
    /// The customer was asked for this fact and did not give it.
    FactDeclined(Slug),
    /// Another open case could be meant. This fact would show which one.
    CaseAmbiguous(Slug),
    /// The condition of this rule could not be computed.
    RuleFailed(Slug),
    /// The cheapest route was not put first. A contact of this less valuable tier would be sent to a route with a
    /// better chance, so this contact is sent there too.
    TierFloor(Slug),
    /// The time in this fact, the deadline of the reason, has passed.
    DeadlinePassed(Slug),
    /// Every route takes longer than the time until this fact, the deadline of the reason.
    DeadlineOutOfReach(Slug),
    /// Guards removed every route that the `only` of this rule allows, so the `only` was ignored.
    RuleSetAside(Slug),
    /// Nobody in this queue speaks this language.
    LanguageNotSpoken(Slug, Arc<str>),
    /// This route is the last resort, although this cause speaks against it.
    LastResortBroken(Route, Box<IneligibilityCause>),
    /// The contact is presumed to be about the customer's only open case of its reason.
    CasePresumed,
    /// The caller said that this is another matter, but it belongs to a case that exists. This key fact shows it;
    /// `None` if the reason has no key fact.
    SameMatterByKey(Option<Slug>),
    /// The need is higher than the need of the reason and of the rules, because this many attempts with people failed
    /// on the case. This finding is stored beside the decision, not in it. So a decision that was stored before this
    /// finding existed is computed again unchanged.
    NeedRaisedByAttempts(u32),
    /// The caller named a case or an earlier contact, but there is no such case, or nothing proves that this contact is
    /// about it.
    CaseNumberNotProven,
    /// An identity of this kind cannot be read as the playbook says, so it compares as it is written.
    IdentityAsWritten(Slug),
    /// A verified identity of this kind belongs to several customers, who are not merged. The one that was named was
    /// found, or else the one who got it last.
    IdentityHeldTwice(Slug),
    /// The reported numbers of this queue are too old to be used. This finding is stored beside the decision, not in
    /// it.
    QueueStatsTooOld(Slug),
}

impl Finding {
    /// Adds the finding to `findings`, unless it is there already.
    pub(crate) fn note(self, findings: &mut Vec<Finding>) {
        if !findings.contains(&self) {
            findings.push(self);
        }
    }

    /// The name in the finding: a rule, a queue, a tier, a kind of identity or a fact. `None` if the finding names
    /// nothing.
    pub fn subject(&self) -> Option<&Slug> {
        match self {
            Finding::RuleInputUnknown(name, _)
            | Finding::WaitAssumed(name)
            | Finding::TierReported(name)
            | Finding::IdentityNotVerified(name)
            | Finding::IdentityOfOtherCustomer(name)
            | Finding::IdentityShared(name)
            | Finding::IdentityAsWritten(name)
            | Finding::IdentityHeldTwice(name)
            | Finding::FactDeclined(name)
            | Finding::CaseAmbiguous(name)
            | Finding::RuleFailed(name)
            | Finding::TierFloor(name)
            | Finding::DeadlinePassed(name)
            | Finding::DeadlineOutOfReach(name)
            | Finding::RuleSetAside(name)
            | Finding::LanguageNotSpoken(name, _)
            | Finding::QueueStatsTooOld(name) => Some(name),
            Finding::SameMatterByKey(name) => name.as_ref(),
            Finding::TierAssumed
            | Finding::ReasonUnknown(_)
            | Finding::ReasonReplaced(_)
            | Finding::LastResort
            | Finding::LastResortBroken(..)
            | Finding::CasePresumed
            | Finding::NeedRaisedByAttempts(_)
            | Finding::CaseNumberNotProven => None,
        }
    }
}
