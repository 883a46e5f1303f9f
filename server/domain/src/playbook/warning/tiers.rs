//! Reasons at which a more valuable customer would be helped worse than a less valuable one.

use super::Watcher;
use crate::decision::{Wait, cost};
use crate::money::Money;
use crate::playbook::fault::At;
use crate::playbook::{BasisPoints, Channel, Playbook, Reason, RouteSpec, Tier};
use crate::route::Route;
use crate::time::Millis;

/// The waits at which tiers are compared.
#[derive(Clone, Copy)]
enum Waits {
    /// Nobody waits.
    None,
    /// Everybody waits as long as the queue's assumed wait.
    Assumed,
}

impl Watcher<'_> {
    pub(super) fn tiers(&mut self) {
        let playbook = self.playbook;
        let top = At::top("reasons");
        for (place, primary) in playbook.primaries.iter().enumerate() {
            let first = usize::from(primary.secondary.start);
            for number in primary.secondary.clone() {
                let number = usize::from(number);
                let at = top.item(place);
                let at = at.key("secondary");
                let at = at.item(number - first);
                self.tiers_of(at.key("routes"), &playbook.reasons[number]);
            }
        }
    }

    /// Tells the first channel and wait at which it happens.
    fn tiers_of(&mut self, at: At<'_>, reason: &Reason) {
        let playbook = self.playbook;
        for waits in [Waits::None, Waits::Assumed] {
            for channel in &playbook.channels {
                let cheapest = playbook.tiers.iter().filter_map(|tier| {
                    Some((tier, cheapest(playbook, reason, channel, tier, waits)?))
                });
                let cheapest: Vec<(&Tier, &RouteSpec)> = cheapest.collect();
                let resolves: Vec<BasisPoints> =
                    cheapest.iter().map(|(_, spec)| spec.resolves).collect();
                let Some((above, below)) = helped_worse(&resolves) else {
                    continue;
                };
                let ((more, worse), (less, better)) = (cheapest[above], cheapest[below]);
                let what = || {
                    let waiting = match waits {
                        Waits::None => "without a wait",
                        Waits::Assumed => "at the assumed waits",
                    };
                    format!(
                        "on {} {waiting} {} would get {}, which resolves less than the {} of {}",
                        channel.id, more.id, worse.route, better.route, less.id
                    )
                };
                self.note(
                    at,
                    what,
                    "raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute",
                );
                return;
            }
        }
    }
}

/// Of what the cheapest route of each tier resolves, the most valuable tier first: the first tier whose route resolves
/// less than that of one below it, and that one.
fn helped_worse(resolves: &[BasisPoints]) -> Option<(usize, usize)> {
    let pairs = resolves.iter().enumerate();
    let mut worse = pairs.filter_map(|(above, resolved)| {
        let below = &resolves[above + 1..];
        let better = below.iter().position(|other| other > resolved)?;
        Some((above, above + 1 + better))
    });
    worse.next()
}

/// The route of the least expected cost, before rules and preferences; of equal ones the first written.
fn cheapest<'r>(
    playbook: &Playbook,
    reason: &'r Reason,
    channel: &Channel,
    tier: &Tier,
    waits: Waits,
) -> Option<&'r RouteSpec> {
    let on_channel = |spec: &&RouteSpec| channel.routes.contains(&spec.route);
    let routes: Vec<&RouteSpec> = reason.routes.iter().filter(on_channel).collect();
    let wait = |spec: &RouteSpec| match waits {
        Waits::None => Millis(0),
        Waits::Assumed => {
            let queue = spec.queue.map(|index| playbook.queue(index));
            Wait::expected(spec.route, queue, None).expected
        }
    };
    let at_stake = cost::at_stake(tier, reason.stake, reason.need);
    let total = |spec: &RouteSpec, at_risk: Money| {
        let weight = playbook.waiting_weight_percent[spec.route as usize];
        let waiting = cost::waiting(tier, wait(spec), weight);
        spec.cost + waiting + cost::failure(spec.resolves, at_risk)
    };
    let people = routes
        .iter()
        .filter(|spec| spec.route != Route::SelfService);
    let next = people.map(|spec| total(spec, at_stake)).min();
    let at_risk = at_stake + next.unwrap_or(Money::ZERO);
    let total = |spec: &RouteSpec| {
        let leaving = match channel.medium.leaves(spec.route) {
            true => playbook.leaving_channel,
            false => Money::ZERO,
        };
        total(spec, at_risk) + leaving
    };
    routes.iter().copied().min_by_key(|spec| total(spec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_tier_is_never_helped_worse() {
        let worse = |resolves: &[u16]| {
            let resolves: Vec<BasisPoints> = resolves.iter().map(|&r| BasisPoints(r)).collect();
            helped_worse(&resolves)
        };
        assert_eq!(worse(&[9_500, 9_000, 6_500]), None);
        assert_eq!(worse(&[9_000, 9_000]), None);
        assert_eq!(worse(&[6_500, 9_500, 9_000]), Some((0, 1)));
        assert_eq!(worse(&[9_500, 6_500, 6_500, 9_000]), Some((1, 3)));
        assert_eq!(worse(&[]), None);
    }
}
