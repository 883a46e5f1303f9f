//! Why routes were turned down, which rules fired, and what was noticed while deciding.

use crate::ability::Ability;
use crate::ids::{ReasonId, Slug};
use crate::money::Money;
use crate::playbook::Need;
use crate::route::{Route, RouteSet};
use crate::time::UnixMs;
use std::sync::Arc;

/// Why a route was turned down: the first reason, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IneligibilityCause {
    /// The reason does not have it.
    NotOfReason,
    /// The channel does not have it.
    NotOnChannel,
    /// It needs this, which the customer cannot use.
    CannotUse(Ability),
    /// The customer did not answer, and it needs them on the line now.
    CustomerAway,
    /// The customer asked for a person.
    AskedForPerson,
    /// The customer is vulnerable.
    Vulnerable,
    /// This flow failed on the case.
    FailedBefore(Slug),
    /// This consent was refused.
    ConsentRefused(Slug),
    /// This consent is not known.
    ConsentUnknown(Slug),
    /// This rule forbids it.
    ForbiddenByRule(Slug),
    /// This rule leaves only other routes.
    ExcludedByRule(Slug),
    /// This queue is closed now, and when it opens.
    Closed(Slug, Option<UnixMs>),
    /// The platform says that nobody is signed in to this queue, and when it opens next.
    NotStaffed(Slug, Option<UnixMs>),
    /// It cannot be done before this fact, the deadline of the reason.
    TooLate(Slug),
}

impl IneligibilityCause {
    /// What it names: a rule, a consent, a queue, a flow or a fact.
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

    /// When the queue that it names opens, if that is known.
    pub fn opens(&self) -> Option<UnixMs> {
        match self {
            IneligibilityCause::Closed(_, opens) | IneligibilityCause::NotStaffed(_, opens) => {
                *opens
            }
            _ => None,
        }
    }
}

/// A rule that applied, and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiredRule {
    /// Its id.
    pub id: Slug,
    /// Routes that it took away.
    pub forbids: RouteSet,
    /// Routes that it left, if not empty.
    pub leaves: RouteSet,
    /// What routes gained.
    pub prefers: Vec<(Route, Money)>,
    /// The need that it raised to.
    pub need: Option<Need>,
    /// Facts that it asks for.
    pub facts: Vec<Slug>,
    /// The queue that it set.
    pub queue: Option<Slug>,
    /// The priority that it set.
    pub priority: Option<u8>,
    /// What it says that an agent must know, with the level.
    pub skills: Vec<(Slug, u8)>,
}

/// What was noticed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This rule needs this value, which is not known.
    RuleInputUnknown(Slug, Arc<str>),
    /// Nothing was reported for this queue; the playbook's assumed wait was taken.
    WaitAssumed(Slug),
    /// The tier is the caller's, not this stored one.
    TierReported(Slug),
    /// No tier is known; the default was taken.
    TierAssumed,
    /// This reason is not known; the last resort was taken.
    ReasonUnknown(ReasonId),
    /// This reason was retired.
    ReasonReplaced(ReasonId),
    /// No route was allowed; the last resort was taken.
    LastResort,
    /// An identity of this kind is not verified, and was not used to find the customer.
    IdentityNotVerified(Slug),
    /// A verified identity of this kind belongs to another customer than the one named.
    IdentityOfOtherCustomer(Slug),
    /// An identity of this kind is shared by several customers, and was not used to find the customer.
    IdentityShared(Slug),
    /// The customer would not tell this fact.
    FactDeclined(Slug),
    /// Another open case could be meant; this fact tells.
    CaseAmbiguous(Slug),
    /// The condition of this rule could not be computed.
    RuleFailed(Slug),
    /// A contact of this less valuable tier would have been sent to the first route, which has a better chance than the
    /// cheapest: so this one is, too.
    TierFloor(Slug),
    /// This fact, the deadline of the reason, has passed.
    DeadlinePassed(Slug),
    /// Nothing can be done before this fact, the deadline of the reason.
    DeadlineOutOfReach(Slug),
    /// Guards took away all that this rule leaves: it leaves what guards leave.
    RuleSetAside(Slug),
    /// Nobody speaks this language in this queue.
    LanguageNotSpoken(Slug, Arc<str>),
    /// The last resort is this route, though this speaks against it.
    LastResortBroken(Route, Box<IneligibilityCause>),
    /// The contact is taken to be about the customer's one open case of its reason.
    CasePresumed,
    /// The caller said that it is another matter, but it is a case that was there: this key fact is told, or the reason
    /// has none.
    SameMatterByKey(Option<Slug>),
    /// The need is more than the reason's and what rules raise it to: so many attempts with people failed on the case.
    /// It is noticed beside the decision, so that one that was stored before it was told is computed again as it was.
    NeedRaisedByAttempts(u32),
    /// A case was told, or a contact of it, and nothing proves that this contact is about it; or there is no such.
    CaseNumberNotProven,
    /// What was reported of this queue is too old to count. It is noticed beside the decision.
    QueueStatsTooOld(Slug),
}

impl Finding {
    /// Adds it to those that there are, unless it is there.
    pub(crate) fn note(self, findings: &mut Vec<Finding>) {
        if !findings.contains(&self) {
            findings.push(self);
        }
    }

    /// What it names: a rule, a queue, a tier, a kind of identity or a fact.
    pub fn subject(&self) -> Option<&Slug> {
        match self {
            Finding::RuleInputUnknown(name, _)
            | Finding::WaitAssumed(name)
            | Finding::TierReported(name)
            | Finding::IdentityNotVerified(name)
            | Finding::IdentityOfOtherCustomer(name)
            | Finding::IdentityShared(name)
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
