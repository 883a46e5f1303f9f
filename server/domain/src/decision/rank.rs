//! Computes the ranked routes of a question: first the routes that can be taken, then their costs, then their order.

use super::eligible::{Candidate, Eligible, eligible};
use super::last_resort::last_resort;
use super::missing::missing_facts;
use super::rules::{self, Effect};
use super::seen::{Seen, preferred_place};
use super::{
    CostKind, CostParts, Decided, Decision, Finding, Formula, Handover, Question, RouteOption,
    cost, first_formula,
};
use crate::money::Money;
use crate::playbook::{BasisPoints, Need, Tier, TierIndex, limits};
use crate::route::Route;
use std::cmp::Reverse;

/// The ranked routes for one contact, and the reasons for the ranking. Every contact gets an answer; if nothing else is
/// possible, the last resort of the playbook. The same question always gives the same decision. Of routes with equal
/// costs, the route with the better chance comes first, then the earlier route of the channel.
pub fn decide(question: &Question<'_>) -> Decided {
    match question.formula {
        Formula::First => first_formula::decide(question),
        Formula::Second => second(question),
    }
}

fn second(question: &Question<'_>) -> Decided {
    let seen = Seen::of(question);
    let playbook = question.playbook;
    let reason = playbook.reason(question.reason);
    let mut findings = Vec::new();
    let effect = rules::apply(&seen, &mut findings);
    let sorted = eligible(&seen, reason, &effect, &mut findings);
    let guarded = sorted.guarded();
    let Eligible {
        mut candidates,
        ineligible,
    } = sorted;
    if candidates.is_empty() {
        candidates = last_resort(&seen, Some(reason), Some(&effect), &mut findings);
    }
    let pricing = Pricing {
        seen: &seen,
        gains: effect.gains,
        stake: reason.stake,
        need: need(&seen, &effect),
    };
    let (options, terms) = pricing.ranked(&candidates, &mut findings);
    note_languages(&seen, &options, &candidates, &mut findings);
    let missing = missing_facts(question, reason, &effect, &options, &mut findings);
    let decision = Decision {
        formula: Formula::Second,
        reason: Some(reason.id.clone()),
        tier: playbook.tier(question.tier).id.clone(),
        need: pricing.need,
        stake: terms.at_stake,
        next: terms.next,
        guarded,
        handover: Handover {
            priority: effect.priority.unwrap_or(limits::PRIORITY_DEFAULT),
            skills: effect.skills,
            language: seen.language.cloned(),
        },
        options,
        ineligible,
        fired: effect.fired,
        findings,
    };
    Decided { decision, missing }
}

/// The decision for a contact whose reason is not known to the playbook: the last resort. The reason in the question is
/// not used.
pub(crate) fn decide_without_reason(question: &Question<'_>) -> Decision {
    let seen = Seen::of(question);
    let tier = question.playbook.tier(question.tier);
    let mut findings = Vec::new();
    let candidates = last_resort(&seen, None, None, &mut findings);
    let pricing = Pricing {
        seen: &seen,
        gains: [Money::ZERO; 5],
        stake: Money::ZERO,
        need: Need::ONE,
    };
    let (options, terms) = pricing.ranked(&candidates, &mut findings);
    note_languages(&seen, &options, &candidates, &mut findings);
    Decision {
        stake: terms.at_stake,
        next: terms.next,
        handover: Handover {
            language: seen.language.cloned(),
            ..Handover::default()
        },
        options,
        findings,
        ..Decision::open(tier.id.clone())
    }
}

/// The need of the reason, or the higher need that rules set, raised for each failed attempt with people.
fn need(seen: &Seen<'_>, effect: &Effect) -> Need {
    let question = seen.question;
    let failed = question.memory.people_failed();
    let more = question.playbook.repeat_need.0.saturating_mul(failed);
    let need = effect.need.0.saturating_add(more);
    Need(need.clamp(limits::NEED_MIN, limits::NEED_MAX))
}

/// Adds a finding for each queue in which nobody speaks the language of the contact.
fn note_languages(
    seen: &Seen<'_>,
    options: &[RouteOption],
    candidates: &[Candidate<'_>],
    findings: &mut Vec<Finding>,
) {
    let Some(language) = seen.contact_language.as_deref() else {
        return;
    };
    for option in options {
        let mut queues = candidates.iter().filter_map(|candidate| candidate.queue);
        let queue = queues.find(|queue| Some(&queue.id) == option.queue.as_ref());
        if let Some(queue) = queue.filter(|queue| !queue.speaks(language)) {
            let finding = Finding::LanguageNotSpoken(queue.id.clone(), language.into());
            finding.note(findings);
        }
    }
}

/// The data by which all candidates of one decision are priced.
struct Pricing<'a> {
    seen: &'a Seen<'a>,
    gains: [Money; 5],
    stake: Money,
    need: Need,
}

/// The amounts that are the same for all routes of one decision under one tier.
struct Terms<'a> {
    tier: &'a Tier,
    at_stake: Money,
    without_need: Money,
    next: Money,
}

impl Pricing<'_> {
    /// The candidates as options, the best first.
    fn ranked(
        &self,
        candidates: &[Candidate<'_>],
        findings: &mut Vec<Finding>,
    ) -> (Vec<RouteOption>, Terms<'_>) {
        let own = self.seen.question.tier;
        let terms = self.terms(own, candidates);
        let mut options: Vec<RouteOption> = candidates
            .iter()
            .map(|candidate| self.option(candidate, &terms))
            .collect();
        options.sort_by_key(rank);
        // Two entries of the last resort can have the same route. Only the first is kept.
        let mut seen = crate::route::RouteSet::EMPTY;
        options.retain(|option| {
            let is_first = !seen.contains(option.route);
            seen = seen.with(option.route);
            is_first
        });
        if let Some((tier, place)) = self.floor(candidates, &options) {
            let tier = self.seen.question.playbook.tier(tier);
            findings.push(Finding::TierFloor(tier.id.clone()));
            let below = options[0].cost.total() - Money::from_micros(1);
            let gap = below - options[place].cost.total();
            options[place].cost.set(CostKind::TierFloor, gap);
            options[..=place].rotate_right(1);
        }
        if let Some(first) = options.first_mut() {
            first.propensity = BasisPoints::ONE;
        }
        (options, terms)
    }

    fn terms(&self, tier: TierIndex, candidates: &[Candidate<'_>]) -> Terms<'_> {
        let tier = self.seen.question.playbook.tier(tier);
        let at_stake = cost::at_stake(tier, self.stake, self.need);
        let people = candidates
            .iter()
            .filter(|candidate| candidate.route != Route::SelfService);
        let next = people.map(|candidate| {
            let failure = cost::failure(candidate.chance, at_stake);
            candidate.handling + self.waiting(tier, candidate) + failure
        });
        Terms {
            tier,
            at_stake,
            without_need: cost::at_stake_without_need(tier, self.stake),
            next: next.min().unwrap_or(Money::ZERO),
        }
    }

    fn waiting(&self, tier: &Tier, candidate: &Candidate<'_>) -> Money {
        let weights = &self.seen.question.playbook.waiting_weight_percent;
        let weight = weights[candidate.route as usize];
        cost::waiting(tier, candidate.wait.expected, weight)
    }

    fn option(&self, candidate: &Candidate<'_>, terms: &Terms<'_>) -> RouteOption {
        RouteOption {
            route: candidate.route,
            flow: candidate.flow.cloned(),
            queue: candidate.queue.map(|queue| queue.id.clone()),
            cost: self.parts(candidate, terms),
            wait: candidate.wait,
            chance: candidate.chance,
            basis: candidate.basis,
            propensity: BasisPoints(0),
        }
    }

    fn parts(&self, candidate: &Candidate<'_>, terms: &Terms<'_>) -> CostParts {
        let question = self.seen.question;
        let playbook = question.playbook;
        let route = candidate.route;
        let mut parts = CostParts::default();
        parts.set(CostKind::Handling, candidate.handling);
        parts.set(CostKind::Waiting, self.waiting(terms.tier, candidate));
        let at_risk = terms.at_stake + terms.next;
        parts.set(CostKind::Failure, cost::failure(candidate.chance, at_risk));
        let leaves = || {
            self.seen
                .medium()
                .is_some_and(|medium| medium.leaves(route))
        };
        match preferred_place(question, route) {
            Some(place) => {
                let share = playbook.preferred_share;
                let worth = cost::preference(terms.without_need, share, place);
                parts.set(CostKind::CustomerPreference, -worth);
            }
            None if leaves() => parts.set(CostKind::LeavingChannel, playbook.leaving_channel),
            None => {}
        }
        parts.set(CostKind::RulePreference, -self.gains[route as usize]);
        parts
    }

    /// The route to which the same question would send a less valuable tier, and that tier. `None` unless the chance of
    /// that route is better than the chance of our own cheapest route. So a more valuable customer never gets less. A
    /// route that the customer prefers is not changed.
    fn floor(
        &self,
        candidates: &[Candidate<'_>],
        options: &[RouteOption],
    ) -> Option<(TierIndex, usize)> {
        let question = self.seen.question;
        let own = options.first()?;
        let better = options.iter().any(|option| option.chance > own.chance);
        if !better || preferred_place(question, own.route).is_some() {
            return None;
        }
        let mut best: Option<(TierIndex, Route, BasisPoints)> = None;
        let tiers = question.playbook.tiers.len() as u16;
        for tier in (question.tier.0 + 1..tiers).map(TierIndex) {
            let terms = self.terms(tier, candidates);
            let picks = candidates.iter().map(|candidate| {
                let total = self.parts(candidate, &terms).total();
                (total, Reverse(candidate.chance), candidate.route)
            });
            // Of equal options, the first is taken, as in the order of options.
            let pick = picks.min_by_key(|&(total, chance, _)| (total, chance));
            let Some((_, Reverse(chance), route)) = pick else {
                continue;
            };
            let least = best.map_or(own.chance, |(_, _, chance)| chance);
            if chance > least {
                best = Some((tier, route, chance));
            }
        }
        let (tier, route, _) = best?;
        let place = options.iter().position(|option| option.route == route)?;
        Some((tier, place))
    }
}

fn rank(option: &RouteOption) -> (Money, Reverse<BasisPoints>) {
    (option.cost.total(), Reverse(option.chance))
}
