//! Makes the decisions for one reason and tier at different waits.

use super::{
    Cell, Everywhere, Floor, HeldRoute, LAST, MapAsked, Out, OutOfReach, Resort, Side, TIP_EXACT,
    Tip, TipCause, WAIT_MINUTES, minutes_of,
};
use crate::decision::{CostKind, CostParts, Decision, Finding, IneligibilityCause, RouteOption};
use crate::fact::FactValue;
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::situation::Situation;
use crate::playbook::{Playbook, ReasonIndex, TierIndex};
use crate::route::Route;
use crate::time::Millis;

/// One question, decided again and again with different waits.
pub(super) struct Asker<'p> {
    playbook: &'p Playbook,
    situation: Situation,
    /// The last resorts that were met, each once.
    pub(super) resorts: Vec<Resort>,
}

impl<'p> Asker<'p> {
    pub(super) fn new(
        playbook: &'p Playbook,
        asked: MapAsked,
        reason: ReasonIndex,
        tier: TierIndex,
    ) -> Asker<'p> {
        let place = (reason, tier, asked.channel);
        let mut situation = Situation::ordinary(playbook, place, asked.at);
        let deadline = playbook.reason(reason).deadline;
        if let Some((span, fact)) = asked.deadline_in.zip(deadline) {
            situation.know(playbook, fact, FactValue::Instant(asked.at + span));
        }
        Asker {
            playbook,
            situation,
            resorts: Vec::new(),
        }
    }

    /// Stores the last resort, if the decision used it.
    pub(super) fn note(&mut self, decision: &Decision) {
        let resort = resort_of(decision);
        self.resorts
            .extend(resort.filter(|resort| !self.resorts.contains(resort)));
    }

    pub(super) fn decide(&mut self, wait: Millis) -> Decision {
        self.situation.wait_everywhere(self.playbook, wait);
        self.situation.decide(self.playbook).decision
    }

    /// The first wait after `low`, up to `high`, for which the condition is true. The condition is false at `low` and
    /// true at `high`.
    fn first(
        &mut self,
        mut low: Millis,
        mut high: Millis,
        holds: impl Fn(&Decision) -> bool,
    ) -> Millis {
        while high.0 - low.0 > TIP_EXACT.0 {
            let seconds = (low.0 + high.0) / 2 / TIP_EXACT.0;
            let middle = Millis(seconds * TIP_EXACT.0);
            match holds(&self.decide(middle)) {
                true => high = middle,
                false => low = middle,
            }
        }
        high
    }

    /// The change at the first wait after `low`, up to `high`, at which the route is not `from` any more. The route is
    /// `from` at `low`, and another one at `high`.
    pub(super) fn tip(&mut self, from: Cell, low: Millis, high: Millis) -> Tip {
        let wait = self.first(low, high, |decision| cell_of(decision) != from);
        let decision = self.decide(wait);
        self.note(&decision);
        let to = cell_of(&decision);
        let why = why(&decision, from, to);
        let before = Millis(wait.0 - TIP_EXACT.0);
        let kept = match why {
            TipCause::Costs(..) => self.held(from, before),
            TipCause::IneligibilityCause(_) | TipCause::Otherwise => None,
        };
        Tip {
            from,
            to,
            wait,
            why,
            kept,
            raised: floor_of(&decision),
        }
    }

    /// The range of waits up to `until` in which the tier floor holds this route; `None` if it does not.
    pub(super) fn held(&mut self, cell: Cell, until: Millis) -> Option<HeldRoute> {
        let holds = |decision: &Decision| {
            let is_held = floor_of(decision).is_some();
            is_held && cell_of(decision) == cell
        };
        let mut high = until;
        if !holds(&self.decide(high)) {
            return None;
        }
        let shorter = WAIT_MINUTES.into_iter().rev().map(minutes_of);
        for wait in shorter.filter(|wait| *wait < until) {
            if !holds(&self.decide(wait)) {
                high = self.first(wait, high, holds);
                break;
            }
            high = wait;
        }
        let decision = self.decide(high);
        let floor = floor_of(&decision)?;
        let own = floor.own;
        Some(HeldRoute {
            floor,
            from: high,
            costs: side(&decision, cell.route).zip(side(&decision, own)),
        })
    }

    /// The routes that cannot be taken at the longest wait, because of a queue, the deadline or a rule. Each has the
    /// shortest wait from which it cannot be taken.
    pub(super) fn out(&mut self, shortest: &Decision, longest: &Decision) -> Vec<Out> {
        let mut out = Vec::new();
        for (route, why) in &longest.ineligible {
            let is_shown = match why {
                IneligibilityCause::Closed(..)
                | IneligibilityCause::NotStaffed(..)
                | IneligibilityCause::TooLate(_)
                | IneligibilityCause::ForbiddenByRule(_)
                | IneligibilityCause::ExcludedByRule(_) => true,
                IneligibilityCause::NotOfReason
                | IneligibilityCause::NotOnChannel
                | IneligibilityCause::CannotUse(_)
                | IneligibilityCause::AskedForPerson
                | IneligibilityCause::Vulnerable
                | IneligibilityCause::FailedBefore(_)
                | IneligibilityCause::ConsentRefused(_)
                | IneligibilityCause::ConsentUnknown(_)
                | IneligibilityCause::CustomerAway => false,
            };
            if !is_shown {
                continue;
            }
            let is_out = |decision: &Decision| {
                let mut ineligible = decision.ineligible.iter();
                ineligible.any(|(other, _)| other == route)
            };
            let from = match is_out(shortest) {
                true => Millis(0),
                false => self.first(Millis(0), LAST, is_out),
            };
            let why = why.clone();
            out.push(Out {
                route: *route,
                why,
                from,
            });
        }
        out
    }

    /// The deadline that no route can meet, and the wait from which it is ignored; `None` if it can be met.
    pub(super) fn out_of_reach(
        &mut self,
        shortest: &Decision,
        longest: &Decision,
    ) -> Option<OutOfReach> {
        let is_out = |decision: &Decision| beyond(decision).is_some();
        let fact = beyond(longest)?;
        let from = match is_out(shortest) {
            true => Millis(0),
            false => self.first(Millis(0), LAST, is_out),
        };
        Some(OutOfReach { fact, from })
    }

    /// Why one route is used at every wait. `None` if the route changes, is the last resort, or is not the cheapest.
    pub(super) fn everywhere(
        &self,
        cells: &[Cell],
        shortest: &Decision,
        asked: MapAsked,
    ) -> Option<Everywhere> {
        let [first, others @ ..] = cells else {
            return None;
        };
        let is_one = others.iter().all(|cell| cell == first);
        if !is_one || first.last_resort || floor_of(shortest).is_some() {
            return None;
        }
        let [best, others @ ..] = shortest.options.as_slice() else {
            return None;
        };
        if let [next, ..] = others {
            return Some(Everywhere::Next {
                route: next.route,
                dearer: next.cost.total() - best.cost.total(),
            });
        }
        let routes = self.playbook.offered(asked.channel, self.situation.reason);
        Some(match routes.count() {
            1 => Everywhere::OnlyOfReason,
            _ => Everywhere::OnlyLeft,
        })
    }
}

/// The deadline that no route can meet; `None` if there is none.
fn beyond(decision: &Decision) -> Option<Slug> {
    let mut findings = decision.findings.iter();
    findings.find_map(|finding| match finding {
        Finding::DeadlineOutOfReach(fact) => Some(fact.clone()),
        _ => None,
    })
}

/// The last resort of the decision and what speaks against it; `None` if the decision did not use it.
fn resort_of(decision: &Decision) -> Option<Resort> {
    if !decision.findings.contains(&Finding::LastResort) {
        return None;
    }
    let first = decision.first()?;
    let mut findings = decision.findings.iter();
    let against = findings.find_map(|finding| match finding {
        Finding::LastResortBroken(route, why) if *route == first.route => {
            Some(IneligibilityCause::clone(why))
        }
        _ => None,
    });
    Some(Resort {
        route: first.route,
        queue: first.queue.clone(),
        against,
    })
}

pub(super) fn cell_of(decision: &Decision) -> Cell {
    // A decision always has an option.
    let route = decision.first().map_or(Route::Message, |first| first.route);
    Cell {
        route,
        last_resort: decision.findings.contains(&Finding::LastResort),
    }
}

fn why(decision: &Decision, from: Cell, to: Cell) -> TipCause {
    match (side(decision, from.route), side(decision, to.route)) {
        (Some(old), Some(new)) => TipCause::Costs(old, new),
        (None, _) => {
            let mut ineligible = decision.ineligible.iter();
            let found = ineligible.find(|(route, _)| *route == from.route);
            found.map_or(TipCause::Otherwise, |(_, why)| {
                TipCause::IneligibilityCause(why.clone())
            })
        }
        _ => TipCause::Otherwise,
    }
}

/// The cost of a route without the discount of the tier floor; `None` if the route cannot be taken.
fn side(decision: &Decision, route: Route) -> Option<Side> {
    let mut options = decision.options.iter();
    let option = options.find(|option| option.route == route)?;
    Some(Side {
        route,
        cost: own_cost(option),
    })
}

fn own_cost(option: &RouteOption) -> CostParts {
    let mut cost = option.cost;
    cost.set(CostKind::TierFloor, Money::ZERO);
    cost
}

/// The tier floor, if it gives the first route; else `None`. The cheapest route is then the second option.
pub(super) fn floor_of(decision: &Decision) -> Option<Floor> {
    let mut findings = decision.findings.iter();
    let tier = findings.find_map(|finding| match finding {
        Finding::TierFloor(tier) => Some(tier.clone()),
        _ => None,
    })?;
    let own = decision.options.get(1)?.route;
    Some(Floor { tier, own })
}
