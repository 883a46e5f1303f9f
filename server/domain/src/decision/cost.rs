//! The expected cost of a route, in its parts.
//!
//! ```text
//! S      = need × (cost_of_failure(tier) + stake(reason))                       what is at stake
//! S0     = cost_of_failure(tier) + stake(reason)                                the same without need
//! wait_c = waiting_cost_per_minute(tier) × weight of the route × expected wait
//! N      = the least of handling + wait_c + (1 − chance) × S of the routes to people; 0 if there is none
//! cost   = handling + wait_c + (1 − chance) × (S + N)
//!        + leaving the customer's channel, unless preferred
//!        − a share of S0 for a route that the customer prefers: all of it for the first named, half for the second,
//!          a third for the third
//!        − what rules prefer
//!        + what a tier's floor takes off
//! ```
//! Need multiplies the cost of a failure, never the waiting. The cost after a failure is one number for all routes. So
//! more need, or a higher tier, favours the route with the better chance, and a longer wait makes that route less
//! attractive. All numbers are integers. Each part is rounded once, half away from zero.

use crate::money::Money;
use crate::playbook::{BasisPoints, Need, Tier};
use crate::time::Millis;

/// One part of an expected cost, in the order of the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CostKind {
    /// The cost of handling the contact.
    Handling,
    /// The cost of the customer's waiting.
    Waiting,
    /// The cost of not resolving the matter.
    Failure,
    /// The cost of leaving the customer's channel.
    LeavingChannel,
    /// The discount for a route that the customer prefers; never positive.
    CustomerPreference,
    /// The discount that rules give; a gain is negative.
    RulePreference,
    /// The discount that makes this route just cheaper than the cheapest one, where a less valuable tier would be sent
    /// to this route; never positive.
    TierFloor,
}

impl CostKind {
    /// Every part, in the order of the formula.
    pub const ALL: [CostKind; 7] = [
        CostKind::Handling,
        CostKind::Waiting,
        CostKind::Failure,
        CostKind::LeavingChannel,
        CostKind::CustomerPreference,
        CostKind::RulePreference,
        CostKind::TierFloor,
    ];
}

/// An expected cost, split into its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CostParts(pub [Money; 7]);

impl CostParts {
    /// The amount of one part.
    pub const fn part(&self, kind: CostKind) -> Money {
        self.0[kind as usize]
    }

    /// Sets the amount of one part.
    pub const fn set(&mut self, kind: CostKind, amount: Money) {
        self.0[kind as usize] = amount;
    }

    /// The sum of all parts.
    pub fn total(&self) -> Money {
        self.0.iter().fold(Money::ZERO, |sum, &part| sum + part)
    }
}

/// The amount at stake, without need: `cost_of_failure(tier) + stake(reason)`.
pub fn at_stake_without_need(tier: &Tier, stake: Money) -> Money {
    tier.cost_of_failure + stake
}

/// The amount at stake: `need × (cost_of_failure(tier) + stake(reason))`.
pub fn at_stake(tier: &Tier, stake: Money, need: Need) -> Money {
    at_stake_without_need(tier, stake).scaled(i64::from(need.0), 1_000)
}

/// The cost of waiting: `waiting_cost_per_minute(tier) × weight × wait`. Zero if there is no wait.
pub fn waiting(tier: &Tier, wait: Millis, weight_percent: u16) -> Money {
    const WHOLE: i64 = Millis::MINUTE.0 * 100;
    if wait.0 <= 0 {
        return Money::ZERO;
    }
    let part = wait.0.saturating_mul(i64::from(weight_percent));
    tier.waiting_cost_per_minute.scaled(part, WHOLE)
}

/// The expected cost of a failure: `(1 − chance) × at_risk`.
pub fn failure(chance: BasisPoints, at_risk: Money) -> Money {
    let fails = BasisPoints::ONE.0.saturating_sub(chance.0);
    at_risk.scaled(i64::from(fails), i64::from(BasisPoints::ONE.0))
}

/// The discount for a route that the customer prefers: `share × without_need / place`. `place` is the position of the
/// route in the customer's list, from 1.
pub fn preference(without_need: Money, share: BasisPoints, place: i64) -> Money {
    let whole = i64::from(BasisPoints::ONE.0).saturating_mul(place);
    without_need.scaled(i64::from(share.0), whole)
}
