//! The first formula. It computes stored decisions that name no formula or name the first one.
//!
//! ```text
//! cost = handling
//!      + waiting_cost_per_minute(tier) × need × expected wait × weight of the route
//!      + (1 − resolves) × ( handling of the dearest remaining route + cost_of_failure(tier) × need )
//!      + leaving the customer's channel, unless preferred
//!      − what the customer or a rule prefers
//! ```
//! This formula never changes, because a decision that was made with it is always computed again with it.

use super::missing::missing_facts;
use super::rules::{self, Effect};
use super::seen::{Seen, missing_consent, preferred_place};
use super::{
    ChanceBasis, CostKind, CostParts, Decided, Decision, Finding, Formula, Handover,
    IneligibilityCause, Question, RouteOption, Wait, WaitBasis,
};
use crate::contact::QueueStats;
use crate::money::Money;
use crate::playbook::{BasisPoints, Need, Queue, Reason, RouteSpec, Tier};
use crate::route::Route;
use crate::time::Millis;

/// The ranked routes for one contact and the reasons, by the first formula.
pub(super) fn decide(question: &Question<'_>) -> Decided {
    let seen = Seen::by_first(question);
    let playbook = question.playbook;
    let reason = playbook.reason(question.reason);
    let mut findings = Vec::new();
    let effect = rules::apply(&seen, &mut findings);
    let (candidates, ineligible) = eligible(&seen, reason, &effect);
    let mut options = priced(&seen, &candidates, &effect, &mut findings);
    options.sort_by_key(|option| option.cost.total());
    if options.is_empty() {
        findings.push(Finding::LastResort);
        options.push(last_resort(question));
    }
    let missing = missing_facts(question, reason, &effect, &options, &mut findings);
    let decision = Decision {
        formula: Formula::First,
        reason: Some(reason.id.clone()),
        tier: playbook.tier(question.tier).id.clone(),
        need: effect.need,
        stake: Money::ZERO,
        next: Money::ZERO,
        guarded: false,
        handover: Handover::default(),
        options,
        ineligible,
        fired: effect.fired,
        findings,
    };
    Decided { decision, missing }
}

type Sorted<'a> = (Vec<&'a RouteSpec>, Vec<(Route, IneligibilityCause)>);

fn eligible<'a>(seen: &Seen<'a>, reason: &'a Reason, effect: &Effect) -> Sorted<'a> {
    let mut candidates = Vec::with_capacity(Route::ALL.len());
    let mut ineligible = Vec::with_capacity(Route::ALL.len());
    let not_of_reason = |route: &Route| reason.routes.iter().all(|spec| spec.route != *route);
    let others = Route::ALL.into_iter().filter(not_of_reason);
    ineligible.extend(others.map(|route| (route, IneligibilityCause::NotOfReason)));
    for spec in &reason.routes {
        match turn_down(seen, spec, effect) {
            None => candidates.push(spec),
            Some(why) => ineligible.push((spec.route, why)),
        }
    }
    ineligible.sort_by_key(|(route, _)| *route);
    (candidates, ineligible)
}

fn turn_down(seen: &Seen<'_>, spec: &RouteSpec, effect: &Effect) -> Option<IneligibilityCause> {
    let route = spec.route;
    if !seen.on_channel(route) {
        return Some(IneligibilityCause::NotOnChannel);
    }
    if seen.question.standing.needs_person && route == Route::SelfService {
        return Some(IneligibilityCause::AskedForPerson);
    }
    if let Some(rule) = effect.forbidding(route) {
        return Some(IneligibilityCause::ForbiddenByRule(rule.clone()));
    }
    if let Some(rule) = effect.leaving_out(route) {
        return Some(IneligibilityCause::ExcludedByRule(rule.clone()));
    }
    if let Some(missing) = missing_consent(seen.question, spec.consent) {
        return Some(missing);
    }
    let queue = queue_of(seen, spec).filter(|_| route.needs_open_queue())?;
    let open = queue
        .calendar
        .as_ref()
        .is_none_or(|calendar| calendar.is_open(seen.question.standing.now));
    if !open {
        return Some(IneligibilityCause::Closed(queue.id.clone(), None));
    }
    let unstaffed = seen
        .stats_of(queue)
        .is_some_and(|stats| stats.staffed == Some(0));
    (unstaffed && route != Route::Callback)
        .then(|| IneligibilityCause::NotStaffed(queue.id.clone(), None))
}

fn queue_of<'a>(seen: &Seen<'a>, spec: &RouteSpec) -> Option<&'a Queue> {
    let playbook = seen.question.playbook;
    spec.queue.map(|index| playbook.queue(index))
}

fn priced(
    seen: &Seen<'_>,
    candidates: &[&RouteSpec],
    effect: &Effect,
    findings: &mut Vec<Finding>,
) -> Vec<RouteOption> {
    let tier = seen.question.playbook.tier(seen.question.tier);
    let mut options = Vec::with_capacity(candidates.len());
    for (place, spec) in candidates.iter().enumerate() {
        let queue = queue_of(seen, spec);
        let stats = queue.and_then(|queue| seen.stats_of(queue));
        let wait = expected_wait(spec.route, queue, stats);
        if let (WaitBasis::Unknown, Some(queue)) = (wait.basis, queue) {
            let finding = Finding::WaitAssumed(queue.id.clone());
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        let others = candidates
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place);
        let dearest = others
            .map(|(_, other)| other.cost)
            .max()
            .unwrap_or(Money::ZERO);
        options.push(RouteOption {
            route: spec.route,
            flow: spec.flow.clone(),
            queue: queue.map(|queue| queue.id.clone()),
            cost: parts(seen, tier, spec, wait, dearest, effect),
            wait,
            chance: spec.resolves,
            basis: ChanceBasis::Written,
            propensity: BasisPoints(0),
        });
    }
    options
}

fn parts(
    seen: &Seen<'_>,
    tier: &Tier,
    spec: &RouteSpec,
    wait: Wait,
    dearest: Money,
    effect: &Effect,
) -> CostParts {
    let playbook = seen.question.playbook;
    let weight = playbook.waiting_weight_percent[spec.route as usize];
    let preferred = preferred_place(seen.question, spec.route);
    let preference = preferred.map(|place| playbook.preferred_route.scaled(1, place));
    let mut parts = CostParts::default();
    parts.set(CostKind::Handling, spec.cost);
    parts.set(
        CostKind::Waiting,
        waiting(tier, effect.need, wait.expected, weight),
    );
    parts.set(
        CostKind::Failure,
        failure(tier, effect.need, spec.resolves, dearest),
    );
    if preferred.is_none()
        && seen
            .medium()
            .is_some_and(|medium| medium.leaves(spec.route))
    {
        parts.set(CostKind::LeavingChannel, playbook.leaving_channel);
    }
    parts.set(
        CostKind::CustomerPreference,
        -preference.unwrap_or(Money::ZERO),
    );
    parts.set(CostKind::RulePreference, -effect.gains[spec.route as usize]);
    parts
}

fn waiting(tier: &Tier, need: Need, wait: Millis, weight_percent: u16) -> Money {
    const WHOLE: i64 = 1_000 * Millis::MINUTE.0 * 100;
    let part = i64::from(need.0)
        .saturating_mul(wait.0.max(0))
        .saturating_mul(i64::from(weight_percent));
    tier.waiting_cost_per_minute.scaled(part, WHOLE)
}

fn failure(tier: &Tier, need: Need, resolves: BasisPoints, dearest_remaining: Money) -> Money {
    let at_stake = dearest_remaining + tier.cost_of_failure.scaled(i64::from(need.0), 1_000);
    let fails = BasisPoints::ONE.0.saturating_sub(resolves.0);
    at_stake.scaled(i64::from(fails), i64::from(BasisPoints::ONE.0))
}

/// The wait as [`Wait::expected`] once computed it. A queue without signed-in agents counted as not reported. A free
/// agent counted only if no contact was waiting.
fn expected_wait(route: Route, queue: Option<&Queue>, stats: Option<&QueueStats>) -> Wait {
    let Some(queue) = queue.filter(|_| route != Route::SelfService) else {
        return Wait::NONE;
    };
    let Some(stats) = stats else {
        return Wait::assumed(queue);
    };
    if let Some(reported) = stats.expected_wait {
        return Wait::reported(reported);
    }
    match (stats.staffed, stats.waiting) {
        (_, Some(0)) if stats.available.is_some_and(|free| free > 0) => {
            Wait::of_line(0, 1, Millis(0))
        }
        (Some(staffed @ 1..), Some(waiting)) => {
            let handle_time = stats.handle_time.unwrap_or(queue.assumed_handle_time);
            Wait::of_line(u64::from(waiting) + 1, staffed, handle_time)
        }
        _ => Wait::assumed(queue),
    }
}

fn last_resort(question: &Question<'_>) -> RouteOption {
    let playbook = question.playbook;
    let resort = &playbook.last_resort[0];
    let queue = resort.queue.map(|index| playbook.queue(index));
    let stats = queue.and_then(|queue| question.stats_of(queue));
    RouteOption {
        route: resort.route,
        flow: None,
        queue: queue.map(|queue| queue.id.clone()),
        cost: CostParts::default(),
        wait: expected_wait(resort.route, queue, stats),
        chance: BasisPoints(0),
        basis: ChanceBasis::Written,
        propensity: BasisPoints(0),
    }
}
