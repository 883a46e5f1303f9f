//! From a question to the ranked routes: eligible first, then costs, then order.

use super::rules::Effect;
use super::{
    CostKind, CostParts, Decided, Decision, Finding, Question, RouteOption, TurnedDown, Wait,
    WaitBasis, cost, rules,
};
use crate::contact::QueueStats;
use crate::fact::Knowledge;
use crate::money::Money;
use crate::playbook::{BasisPoints, FactIndex, Need, Playbook, Queue, Reason, RouteSpec, Tier};
use crate::route::{Medium, Route};

/// The ranked routes for one contact, and why. Total: a contact always gets an answer, at the last the
/// playbook's last resort. Same question, same decision; of routes of equal cost the first in the playbook's
/// listing of the reason is first.
pub fn decide(question: &Question<'_>) -> Decided {
    let playbook = question.playbook;
    let reason = playbook.reason(question.reason);
    let mut findings = Vec::new();
    let effect = rules::apply(question, &mut findings);
    let (candidates, turned_down) = eligible(question, reason, &effect);
    let mut options = priced(question, &candidates, &effect, &mut findings);
    options.sort_by_key(|option| option.cost.total());
    if options.is_empty() {
        findings.push(Finding::LastResort);
        options.push(last_resort(playbook, &question.context.queue_stats));
    }
    let missing = missing_facts(question, reason, &effect, &options, &mut findings);
    let decision = Decision {
        reason: Some(reason.id.clone()),
        tier: playbook.tier(question.tier).id.clone(),
        need: effect.need,
        options,
        turned_down,
        fired: effect.fired,
        findings,
    };
    Decided { decision, missing }
}

type Sorted<'a> = (Vec<&'a RouteSpec>, Vec<(Route, TurnedDown)>);

fn eligible<'a>(question: &Question<'a>, reason: &'a Reason, effect: &Effect) -> Sorted<'a> {
    let mut candidates = Vec::with_capacity(Route::ALL.len());
    let mut turned_down = Vec::with_capacity(Route::ALL.len());
    let not_of_reason = |route: &Route| reason.routes.iter().all(|spec| spec.route != *route);
    let others = Route::ALL.into_iter().filter(not_of_reason);
    turned_down.extend(others.map(|route| (route, TurnedDown::NotOfReason)));
    for spec in &reason.routes {
        match turn_down(question, spec, effect) {
            None => candidates.push(spec),
            Some(why) => turned_down.push((spec.route, why)),
        }
    }
    turned_down.sort_by_key(|(route, _)| *route);
    (candidates, turned_down)
}

fn turn_down(question: &Question<'_>, spec: &RouteSpec, effect: &Effect) -> Option<TurnedDown> {
    let route = spec.route;
    if !on_channel(question, route) {
        return Some(TurnedDown::NotOnChannel);
    }
    if question.standing.needs_person && route == Route::SelfService {
        return Some(TurnedDown::AskedForPerson);
    }
    if let Some(rule) = effect.forbidding(route) {
        return Some(TurnedDown::ForbiddenByRule(rule.clone()));
    }
    if let Some(rule) = effect.leaving_out(route) {
        return Some(TurnedDown::NotLeftByRule(rule.clone()));
    }
    if let Some(missing) = missing_consent(question, spec) {
        return Some(missing);
    }
    let queue = queue_of(question.playbook, spec).filter(|_| route.needs_open_queue())?;
    let open = queue
        .calendar
        .as_ref()
        .is_none_or(|calendar| calendar.is_open(question.standing.now));
    if !open {
        return Some(TurnedDown::Closed(queue.id.clone()));
    }
    let unstaffed = stats_of(question, queue).is_some_and(|stats| stats.staffed == Some(0));
    (unstaffed && route != Route::Callback).then(|| TurnedDown::NotStaffed(queue.id.clone()))
}

fn on_channel(question: &Question<'_>, route: Route) -> bool {
    let playbook = question.playbook;
    let channel = playbook.index.channels.get(&question.context.channel);
    channel.is_some_and(|index| playbook.channels[index.0 as usize].routes.contains(&route))
}

/// A consent told now wins over a stored one.
fn missing_consent(question: &Question<'_>, spec: &RouteSpec) -> Option<TurnedDown> {
    let consent = &question.playbook.consents[spec.consent? as usize];
    let stored = question
        .profile
        .map_or(&[][..], |profile| &profile.consents);
    let known = question
        .context
        .consents
        .iter()
        .chain(stored)
        .find(|known| known.id == *consent);
    match known.map(|known| known.granted) {
        Some(true) => None,
        Some(false) => Some(TurnedDown::ConsentRefused(consent.clone())),
        None => Some(TurnedDown::ConsentUnknown(consent.clone())),
    }
}

fn queue_of<'a>(playbook: &'a Playbook, spec: &RouteSpec) -> Option<&'a Queue> {
    spec.queue.map(|index| playbook.queue(index))
}

fn stats_of<'a>(question: &Question<'a>, queue: &Queue) -> Option<&'a QueueStats> {
    question
        .context
        .queue_stats
        .iter()
        .find(|stats| stats.queue == queue.id)
}

fn priced(
    question: &Question<'_>,
    candidates: &[&RouteSpec],
    effect: &Effect,
    findings: &mut Vec<Finding>,
) -> Vec<RouteOption> {
    let tier = question.playbook.tier(question.tier);
    let mut options = Vec::with_capacity(candidates.len());
    for (place, spec) in candidates.iter().enumerate() {
        let queue = queue_of(question.playbook, spec);
        let stats = queue.and_then(|queue| stats_of(question, queue));
        let wait = Wait::expected(spec.route, queue, stats);
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
            cost: parts(question, tier, spec, wait, dearest, effect),
            wait,
            resolves: spec.resolves,
        });
    }
    options
}

fn parts(
    question: &Question<'_>,
    tier: &Tier,
    spec: &RouteSpec,
    wait: Wait,
    dearest: Money,
    effect: &Effect,
) -> CostParts {
    let playbook = question.playbook;
    let need: Need = effect.need;
    let weight = playbook.waiting_weight_percent[spec.route as usize];
    let preferred = preference(question, spec.route);
    let mut parts = CostParts::default();
    parts.set(CostKind::Handling, spec.cost);
    parts.set(
        CostKind::Waiting,
        cost::waiting(tier, need, wait.expected, weight),
    );
    parts.set(
        CostKind::Failure,
        cost::failure(tier, need, spec.resolves, dearest),
    );
    if preferred.is_none() && medium_of(question).is_some_and(|medium| medium.leaves(spec.route)) {
        parts.set(CostKind::LeavingChannel, playbook.leaving_channel);
    }
    parts.set(
        CostKind::CustomerPreference,
        -preferred.unwrap_or(Money::ZERO),
    );
    parts.set(CostKind::RulePreference, -effect.gains[spec.route as usize]);
    parts
}

fn medium_of(question: &Question<'_>) -> Option<Medium> {
    let index = question
        .playbook
        .index
        .channels
        .get(&question.context.channel)?;
    Some(question.playbook.channels[index.0 as usize].medium)
}

/// What it is worth that the customer prefers this route: all of it for the first one named, half for the second,
/// a third for the third. Routes told now win over stored ones.
fn preference(question: &Question<'_>, route: Route) -> Option<Money> {
    let told = &question.context.preferred_routes;
    let stored = question
        .profile
        .map_or(&[][..], |profile| &profile.preferred_routes);
    let preferred = if told.is_empty() { stored } else { told };
    let place = preferred.iter().position(|&known| known == route)?;
    Some(
        question
            .playbook
            .preferred_route
            .scaled(1, place as i64 + 1),
    )
}

/// Where a contact goes when nothing else is allowed, or its reason was never known.
pub(crate) fn last_resort(playbook: &Playbook, stats: &[QueueStats]) -> RouteOption {
    let resort = &playbook.last_resort[0];
    let queue = resort.queue.map(|index| playbook.queue(index));
    let stats = queue.and_then(|queue| stats.iter().find(|stats| stats.queue == queue.id));
    RouteOption {
        route: resort.route,
        flow: None,
        queue: queue.map(|queue| queue.id.clone()),
        cost: CostParts::default(),
        wait: Wait::expected(resort.route, queue, stats),
        resolves: BasisPoints(0),
    }
}

fn missing_facts(
    question: &Question<'_>,
    reason: &Reason,
    effect: &Effect,
    options: &[RouteOption],
    findings: &mut Vec<Finding>,
) -> Vec<FactIndex> {
    let playbook = question.playbook;
    let of_rules = effect.fired.iter().flat_map(|rule| &rule.facts);
    let of_rules = of_rules.filter_map(|id| playbook.index.facts.get(id));
    let first = options.first().map(|option| option.route);
    let of_route = reason
        .routes
        .iter()
        .filter(|spec| Some(spec.route) == first);
    let needed = reason
        .facts
        .iter()
        .chain(of_rules)
        .chain(of_route.flat_map(|spec| &spec.facts));
    let mut missing = Vec::new();
    for &fact in needed {
        let id = &playbook.fact(fact).id;
        match question.facts.get(id.as_str()).map(|fact| &fact.knowledge) {
            Some(Knowledge::Known(_)) => {}
            Some(Knowledge::Declined) => {
                let finding = Finding::FactDeclined(id.clone());
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
            None if missing.contains(&fact) => {}
            None => missing.push(fact),
        }
    }
    missing
}
