//! Which routes can be taken. Checked in this order: guards, rules, the queue, the time that is left before the
//! deadline.

use super::rules::Effect;
use super::seen::{Seen, missing_consent};
use super::{ChanceBasis, Finding, IneligibilityCause, Wait, WaitBasis};
use crate::ability::Ability;
use crate::contact::QueueStats;
use crate::fact::FactValue;
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::{BasisPoints, Queue, Reason, RouteSpec};
use crate::route::{Medium, Route, RouteSet};
use crate::time::Millis;

/// How long a flow takes, if the playbook does not say.
pub const FLOW_TAKES: Millis = Millis(5 * Millis::MINUTE.0);

/// A route that may be taken, with the data for its cost.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) route: Route,
    pub(super) flow: Option<&'a Slug>,
    pub(super) queue: Option<&'a Queue>,
    pub(super) handling: Money,
    pub(super) takes: Millis,
    pub(super) wait: Wait,
    pub(super) chance: BasisPoints,
    pub(super) basis: ChanceBasis,
}

/// The data that a candidate is made from.
pub(super) struct Offer<'a> {
    pub(super) route: Route,
    pub(super) flow: Option<&'a Slug>,
    pub(super) queue: Option<&'a Queue>,
    pub(super) cost: Money,
    pub(super) resolves: BasisPoints,
    pub(super) takes: Option<Millis>,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(seen: &Seen<'a>, offer: Offer<'a>) -> Candidate<'a> {
        let Offer {
            route,
            flow,
            queue,
            cost,
            resolves,
            takes,
        } = offer;
        let stats = queue.and_then(|queue| seen.stats_of(queue));
        let handle_time = || match queue.filter(|_| route != Route::SelfService) {
            Some(queue) => stats
                .and_then(|stats| stats.handle_time)
                .unwrap_or(queue.assumed_handle_time),
            None => FLOW_TAKES,
        };
        Candidate {
            route,
            flow,
            queue,
            handling: cost,
            takes: takes.unwrap_or_else(handle_time),
            wait: Wait::expected(route, queue, stats),
            chance: resolves,
            basis: ChanceBasis::Written,
        }
    }
}

/// The routes that can be taken, in the order of the channel's routes, and the causes for the other routes, in the
/// order of [`Route::ALL`].
pub(super) struct Eligible<'a> {
    pub(super) candidates: Vec<Candidate<'a>>,
    pub(super) ineligible: Vec<(Route, IneligibilityCause)>,
}

impl Eligible<'_> {
    /// Whether a guard or a rule removed a route that the reason has on this channel.
    pub(super) fn guarded(&self) -> bool {
        self.ineligible.iter().any(|(_, why)| match why {
            IneligibilityCause::CannotUse(_)
            | IneligibilityCause::CustomerAway
            | IneligibilityCause::AskedForPerson
            | IneligibilityCause::Vulnerable
            | IneligibilityCause::FailedBefore(_)
            | IneligibilityCause::ConsentRefused(_)
            | IneligibilityCause::ConsentUnknown(_)
            | IneligibilityCause::ForbiddenByRule(_)
            | IneligibilityCause::ExcludedByRule(_) => true,
            IneligibilityCause::NotOfReason
            | IneligibilityCause::NotOnChannel
            | IneligibilityCause::Closed(..)
            | IneligibilityCause::NotStaffed(..)
            | IneligibilityCause::TooLate(_) => false,
        })
    }
}

/// Separates the routes of a reason into those that can be taken and those that cannot.
pub(super) fn eligible<'a>(
    seen: &Seen<'a>,
    reason: &'a Reason,
    effect: &Effect,
    findings: &mut Vec<Finding>,
) -> Eligible<'a> {
    let mut ineligible = Vec::with_capacity(Route::ALL.len());
    let mut left: Vec<&RouteSpec> = Vec::with_capacity(reason.routes.len());
    let (mut of_reason, mut on_channel, mut unguarded) =
        (RouteSet::EMPTY, RouteSet::EMPTY, RouteSet::EMPTY);
    for spec in &reason.routes {
        let route = spec.route;
        of_reason = of_reason.with(route);
        if !seen.on_channel(route) {
            ineligible.push((route, IneligibilityCause::NotOnChannel));
            continue;
        }
        on_channel = on_channel.with(route);
        match guarded(seen, route, spec.flow.as_ref(), spec.consent) {
            Some(why) => ineligible.push((route, why)),
            None => {
                unguarded = unguarded.with(route);
                left.push(spec);
            }
        }
    }
    let others = Route::ALL
        .into_iter()
        .filter(|route| !of_reason.contains(*route));
    ineligible.extend(others.map(|route| (route, IneligibilityCause::NotOfReason)));
    let leaves = effect.leaves(on_channel, unguarded, findings);
    let mut candidates = Vec::with_capacity(left.len());
    for spec in left {
        let route = spec.route;
        if let Some(rule) = effect.forbidding(route) {
            ineligible.push((route, IneligibilityCause::ForbiddenByRule(rule.clone())));
            continue;
        }
        if let Some(rule) = leaves.leaving_out(route) {
            ineligible.push((route, IneligibilityCause::ExcludedByRule(rule.clone())));
            continue;
        }
        let queue = seen.queue_of(spec, &effect.queues);
        if let Some(why) = unavailable(seen, route, queue) {
            ineligible.push((route, why));
            continue;
        }
        let offer = Offer {
            route,
            flow: spec.flow.as_ref(),
            queue,
            cost: spec.cost,
            resolves: spec.resolves,
            takes: spec.takes,
        };
        candidates.push(Candidate::new(seen, offer));
    }
    note_waits(&candidates, findings);
    in_time(
        seen,
        Some(reason),
        &mut candidates,
        findings,
        |route, why| {
            ineligible.push((route, why));
        },
    );
    ineligible.sort_by_key(|(route, _)| *route);
    // The candidates are sorted by the list of the channel. The order of a mapping has no meaning, and does not change
    // the version of a playbook; the order of a list does.
    if let Some(channel) = seen.of_channel() {
        let place = |route: Route| channel.routes.iter().position(|known| *known == route);
        candidates.sort_by_key(|candidate| place(candidate.route));
    }
    Eligible {
        candidates,
        ineligible,
    }
}

/// The cause if a guard removes the route; else `None`. A guard holds whatever the rules say.
pub(super) fn guarded(
    seen: &Seen<'_>,
    route: Route,
    flow: Option<&Slug>,
    consent: Option<u16>,
) -> Option<IneligibilityCause> {
    if let Some(ability) = cannot_use(seen, route) {
        return Some(IneligibilityCause::CannotUse(ability));
    }
    if seen.question.standing.away && matches!(route, Route::Human | Route::Chat) {
        return Some(IneligibilityCause::CustomerAway);
    }
    let guards = &seen.question.playbook.guards;
    if seen.asked_for_person && guards.asked_for_person.contains(route) {
        return Some(IneligibilityCause::AskedForPerson);
    }
    if seen.vulnerable == Some(true) && guards.vulnerable.contains(route) {
        return Some(IneligibilityCause::Vulnerable);
    }
    if let Some(flow) = flow.filter(|flow| seen.question.memory.flow_failed(flow)) {
        return Some(IneligibilityCause::FailedBefore(flow.clone()));
    }
    missing_consent(seen.question, consent)
}

/// An ability that the route needs on this channel and that the customer does not have; else `None`.
fn cannot_use(seen: &Seen<'_>, route: Route) -> Option<Ability> {
    if seen.cannot_use.is_empty() {
        return None;
    }
    let medium = seen.medium();
    let needs = |ability: Ability| match (ability, route) {
        (Ability::Voice, Route::Callback) => true,
        (Ability::Voice, Route::Human) => medium != Some(Medium::InPerson),
        (Ability::Voice, Route::SelfService) => medium == Some(Medium::Voice),
        (Ability::Voice, Route::Message | Route::Chat) => false,
        (Ability::Text, Route::Message | Route::Chat) => true,
        (Ability::Text, Route::SelfService) => {
            matches!(medium, Some(Medium::LiveText | Medium::AsyncText))
        }
        (Ability::Text, Route::Callback | Route::Human) => false,
        (Ability::SelfService, route) => route == Route::SelfService,
    };
    seen.cannot_use.iter().find(|&ability| needs(ability))
}

/// The cause if the queue cannot take the contact now, with the time when it opens next; else `None`.
pub(super) fn unavailable(
    seen: &Seen<'_>,
    route: Route,
    queue: Option<&Queue>,
) -> Option<IneligibilityCause> {
    let queue = queue.filter(|_| route.needs_open_queue())?;
    let now = seen.question.standing.now;
    let calendar = queue.calendar.as_deref();
    if let Some(calendar) = calendar.filter(|calendar| !calendar.is_open(now)) {
        let opens = calendar.next_opening(now);
        return Some(IneligibilityCause::Closed(queue.id.clone(), opens));
    }
    let unstaffed = |stats: &QueueStats| stats.staffed == Some(0);
    seen.stats_of(queue).is_some_and(unstaffed).then(|| {
        let opens = calendar.and_then(|calendar| calendar.next_opening_after_closing(now));
        IneligibilityCause::NotStaffed(queue.id.clone(), opens)
    })
}

/// Adds a finding for each queue whose wait was assumed.
pub(super) fn note_waits(candidates: &[Candidate<'_>], findings: &mut Vec<Finding>) {
    for candidate in candidates {
        if let (WaitBasis::Unknown, Some(queue)) = (candidate.wait.basis, candidate.queue) {
            Finding::WaitAssumed(queue.id.clone()).note(findings);
        }
    }
}

/// Lowers the chance of routes that need more time than is left before the reason's deadline, and removes the routes
/// that come too late. A deadline that has passed is ignored. So is a deadline that every route would miss.
pub(super) fn in_time(
    seen: &Seen<'_>,
    reason: Option<&Reason>,
    candidates: &mut Vec<Candidate<'_>>,
    findings: &mut Vec<Finding>,
    mut too_late: impl FnMut(Route, IneligibilityCause),
) {
    let question = seen.question;
    let Some(fact) = reason.and_then(|reason| reason.deadline) else {
        return;
    };
    let fact = &question.playbook.fact(fact).id;
    let Some(FactValue::Instant(deadline)) = question.facts.value(fact.as_str()) else {
        return;
    };
    let left = Millis(deadline.0.saturating_sub(question.standing.now.0));
    if left.0 <= 0 {
        Finding::DeadlinePassed(fact.clone()).note(findings);
        return;
    }
    let falls = |candidate: &Candidate<'_>| chance_within(candidate, left);
    let is_late = |candidate: &Candidate<'_>| falls(candidate) == Some(BasisPoints(0));
    if candidates.iter().all(is_late) {
        if !candidates.is_empty() {
            Finding::DeadlineOutOfReach(fact.clone()).note(findings);
        }
        return;
    }
    candidates.retain(|candidate| {
        let late = is_late(candidate);
        if late {
            too_late(candidate.route, IneligibilityCause::TooLate(fact.clone()));
        }
        !late
    });
    for candidate in candidates {
        if let Some(chance) = falls(candidate) {
            candidate.chance = chance;
            candidate.basis = ChanceBasis::Deadline;
        }
    }
}

/// The chance of a candidate if only this much time is left before the deadline. `None` if the time is enough, so that
/// the chance does not change.
fn chance_within(candidate: &Candidate<'_>, left: Millis) -> Option<BasisPoints> {
    let after_wait = left.0.saturating_sub(candidate.wait.expected.0);
    if after_wait >= candidate.takes.0 {
        return None;
    }
    let part = i128::from(after_wait.max(0)) * i128::from(candidate.chance.0);
    let chance = part / i128::from(candidate.takes.0.max(1));
    Some(BasisPoints(chance as u16))
}
