//! The routes that remain when no route can be taken: the playbook's list of last resorts. Each entry is checked and
//! priced like a route.

use super::eligible::{Candidate, Offer, guarded, in_time, note_waits, unavailable};
use super::rules::Effect;
use super::seen::{Seen, missing_consent};
use super::{ChanceBasis, Decision, Finding, IneligibilityCause, Question};
use crate::money::Money;
use crate::playbook::{BasisPoints, LastResort, Playbook, Reason, RouteSpec};
use crate::route::Route;

/// The entries that can be taken. If rules remove all of them, the rules are ignored. If guards or queues still remove
/// all of them, one entry is taken: the first that breaks no guard, or else the first. A finding reports what a taken
/// entry breaks.
pub(super) fn last_resort<'a>(
    seen: &Seen<'a>,
    reason: Option<&'a Reason>,
    effect: Option<&Effect>,
    findings: &mut Vec<Finding>,
) -> Vec<Candidate<'a>> {
    let playbook = seen.question.playbook;
    let medium = seen.medium();
    let all = &playbook.last_resort;
    let mut entries: Vec<&LastResort> = all.iter().filter(|entry| entry.is_for(medium)).collect();
    if entries.is_empty() {
        entries = all.iter().collect();
    }
    findings.push(Finding::LastResort);
    let mut candidates: Vec<Candidate<'a>> = Vec::with_capacity(entries.len());
    let mut against_rules: Vec<(&LastResort, IneligibilityCause)> = Vec::new();
    let mut broken: Option<(&LastResort, IneligibilityCause)> = None;
    for entry in entries {
        match breaks(seen, entry) {
            None => match effect.and_then(|effect| by_rules(effect, entry.route)) {
                None => candidates.push(candidate(seen, reason, entry)),
                Some(why) => against_rules.push((entry, why)),
            },
            Some(why) => {
                let better = broken
                    .as_ref()
                    .is_none_or(|(_, earlier)| is_guard(earlier) && !is_guard(&why));
                if better {
                    broken = Some((entry, why));
                }
            }
        }
    }
    if candidates.is_empty() {
        for (entry, why) in against_rules {
            findings.push(Finding::LastResortBroken(entry.route, Box::new(why)));
            candidates.push(candidate(seen, reason, entry));
        }
    }
    if let (true, Some((entry, why))) = (candidates.is_empty(), broken) {
        let mut taken = candidate(seen, reason, entry);
        if let IneligibilityCause::FailedBefore(_) = why {
            (taken.chance, taken.basis) = (BasisPoints(0), ChanceBasis::Tried);
        }
        findings.push(Finding::LastResortBroken(entry.route, Box::new(why)));
        candidates.push(taken);
    }
    note_waits(&candidates, findings);
    in_time(seen, reason, &mut candidates, findings, |_, _| ());
    candidates
}

/// The finding for a last resort that needs no consent, although the reason has the same route with a consent, and this
/// consent is missing; else `None`. The finding is stored beside the decision, not in it. So a decision that was stored
/// before this finding existed is computed again unchanged.
pub(crate) fn consent_passed_over(
    question: &Question<'_>,
    reason: &Reason,
    decision: &Decision,
) -> Option<Finding> {
    if !decision.findings.contains(&Finding::LastResort) {
        return None;
    }
    let first = decision.first()?.route;
    let is_noted = |finding: &Finding| matches!(finding, Finding::LastResortBroken(route, _) if *route == first);
    if decision.findings.iter().any(is_noted) {
        return None;
    }
    let why = missing_consent(question, spec_of(reason, first)?.consent)?;
    Some(Finding::LastResortBroken(first, Box::new(why)))
}

/// The cause if a rule removes the route; else `None`.
fn by_rules(effect: &Effect, route: Route) -> Option<IneligibilityCause> {
    let forbidden = effect.forbidding(route).cloned();
    let left_out = || effect.leaving_out(route).cloned();
    let forbidden = forbidden.map(IneligibilityCause::ForbiddenByRule);
    forbidden.or_else(|| left_out().map(IneligibilityCause::ExcludedByRule))
}

fn breaks(seen: &Seen<'_>, entry: &LastResort) -> Option<IneligibilityCause> {
    let playbook = seen.question.playbook;
    let queue = entry.queue.map(|index| playbook.queue(index));
    guarded(seen, entry.route, None, entry.consent)
        .or_else(|| unavailable(seen, entry.route, queue))
}

fn is_guard(why: &IneligibilityCause) -> bool {
    !matches!(
        why,
        IneligibilityCause::Closed(..) | IneligibilityCause::NotStaffed(..)
    )
}

fn candidate<'a>(seen: &Seen<'a>, reason: Option<&'a Reason>, entry: &LastResort) -> Candidate<'a> {
    let playbook = seen.question.playbook;
    let own = reason.and_then(|reason| spec_of(reason, entry.route));
    let (mean_cost, mean_chance) = match own {
        Some(spec) => (spec.cost, spec.resolves),
        None => mean(playbook, entry.route),
    };
    let offer = Offer {
        route: entry.route,
        flow: None,
        queue: entry.queue.map(|index| playbook.queue(index)),
        cost: entry.cost.unwrap_or(mean_cost),
        resolves: entry.resolves.unwrap_or(mean_chance),
        takes: entry.takes.or_else(|| own?.takes),
    };
    Candidate::new(seen, offer)
}

fn spec_of(reason: &Reason, route: Route) -> Option<&RouteSpec> {
    reason.routes.iter().find(|spec| spec.route == route)
}

/// The mean handling cost and the mean chance of a route, over all reasons that have the route. Zero if no reason has
/// it.
fn mean(playbook: &Playbook, route: Route) -> (Money, BasisPoints) {
    let specs = playbook.reasons.iter();
    let specs = specs.filter_map(|reason| spec_of(reason, route));
    let (mut count, mut cost, mut chance) = (0_i64, Money::ZERO, 0_i64);
    for spec in specs {
        count += 1;
        cost += spec.cost;
        chance += i64::from(spec.resolves.0);
    }
    let chance = chance / count.max(1);
    (cost.scaled(1, count), BasisPoints(chance as u16))
}
