//! The expected cost of a route, in its parts.
//!
//! ```text
//! cost = handling
//!      + waiting_cost_per_minute(tier) × need × expected wait × weight of the route
//!      + (1 − resolves) × ( handling of the dearest remaining route + cost_of_failure(tier) × need )
//!      + leaving the customer's channel, unless preferred
//!      − what the customer or a rule prefers
//! ```
//! All in integers; each part is rounded once, half away from zero.

use crate::money::Money;
use crate::playbook::{BasisPoints, Need, Tier};
use crate::time::Millis;

/// A part of an expected cost, in the order of the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CostKind {
    /// Handling the contact.
    Handling,
    /// The customer's waiting.
    Waiting,
    /// Not resolving it.
    Failure,
    /// Leaving the customer's channel.
    LeavingChannel,
    /// What the customer prefers; never positive.
    CustomerPreference,
    /// What rules prefer; a gain is negative.
    RulePreference,
}

impl CostKind {
    /// Every part, in the order of the formula.
    pub const ALL: [CostKind; 6] = [
        CostKind::Handling,
        CostKind::Waiting,
        CostKind::Failure,
        CostKind::LeavingChannel,
        CostKind::CustomerPreference,
        CostKind::RulePreference,
    ];
}

/// An expected cost in its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CostParts(pub [Money; 6]);

impl CostParts {
    /// One part.
    pub const fn part(&self, kind: CostKind) -> Money {
        self.0[kind as usize]
    }

    /// Sets one part.
    pub const fn set(&mut self, kind: CostKind, amount: Money) {
        self.0[kind as usize] = amount;
    }

    /// The sum.
    pub fn total(&self) -> Money {
        self.0.iter().fold(Money::ZERO, |sum, &part| sum + part)
    }
}

/// `waiting_cost_per_minute(tier) × need × wait × weight`.
pub fn waiting(tier: &Tier, need: Need, wait: Millis, weight_percent: u16) -> Money {
    const WHOLE: i64 = 1_000 * Millis::MINUTE.0 * 100;
    let part = i64::from(need.0)
        .saturating_mul(wait.0.max(0))
        .saturating_mul(i64::from(weight_percent));
    tier.waiting_cost_per_minute.scaled(part, WHOLE)
}

/// `(1 − resolves) × (handling of the dearest remaining route + cost_of_failure(tier) × need)`.
pub fn failure(tier: &Tier, need: Need, resolves: BasisPoints, dearest_remaining: Money) -> Money {
    let at_stake = dearest_remaining + tier.cost_of_failure.scaled(i64::from(need.0), 1_000);
    let fails = BasisPoints::ONE.0.saturating_sub(resolves.0);
    at_stake.scaled(i64::from(fails), i64::from(BasisPoints::ONE.0))
}
