//! The parts of a cost, each with the values that it was computed from.

use super::{time, wire_enum};
use signpost_domain::decision::{CostKind, Decision, Formula, RouteOption};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Playbook, Reason, Tier};
use signpost_proto::v1;
use v1::cost_factor::Amount;

/// The values from which the parts of all options of a decision were computed.
pub(super) struct Factors<'a> {
    playbook: &'a Playbook,
    decision: &'a Decision,
    tier: Option<&'a Tier>,
    /// The reason of the decision; `None` if the playbook does not have it.
    pub(super) reason: Option<&'a Reason>,
    stake: Money,
}

impl<'a> Factors<'a> {
    pub(super) fn of(playbook: &'a Playbook, decision: &'a Decision) -> Factors<'a> {
        let tier = playbook.index.tiers.get(&decision.tier);
        let is_second = decision.formula == Formula::Second;
        let reason = reason_of(playbook, decision);
        Factors {
            playbook,
            decision,
            tier: tier.map(|&tier| playbook.tier(tier)).filter(|_| is_second),
            reason,
            stake: reason.map_or(Money::ZERO, |reason| reason.stake),
        }
    }

    /// The parts of the cost of an option. Parts that are zero are left out.
    pub(super) fn parts(&self, option: &RouteOption) -> Vec<v1::CostPart> {
        let parts = CostKind::ALL
            .into_iter()
            .map(|kind| (kind, option.cost.part(kind)));
        let shown = parts.filter(|(_, amount)| *amount != Money::ZERO);
        shown
            .map(|(kind, amount)| v1::CostPart {
                kind: wire_enum::cost_kind(kind),
                amount_micros: amount.micros(),
                factors: self.factors(kind, option).unwrap_or_default(),
            })
            .collect()
    }

    fn factors(&self, kind: CostKind, option: &RouteOption) -> Option<Vec<v1::CostFactor>> {
        use v1::CostFactorKind as Kind;
        let tier = self.tier?;
        let micros = |amount: Money| Amount::AmountMicros(amount.micros());
        let made_from = match kind {
            CostKind::Waiting => {
                let percent = self.playbook.waiting_weight_percent[option.route as usize];
                vec![
                    (Kind::Price, micros(tier.waiting_cost_per_minute)),
                    (Kind::Weight, Amount::Thousandths(u32::from(percent) * 10)),
                    (
                        Kind::Wait,
                        Amount::Duration(time::duration(option.wait.expected)),
                    ),
                ]
            }
            CostKind::Failure => {
                let fails = BasisPoints::ONE.0.saturating_sub(option.chance.0);
                vec![
                    (Kind::FailureChance, Amount::BasisPoints(u32::from(fails))),
                    (Kind::Need, Amount::Thousandths(self.decision.need.0)),
                    (Kind::Price, micros(tier.cost_of_failure)),
                    (Kind::Stake, micros(self.stake)),
                    (Kind::Next, micros(self.decision.next)),
                ]
            }
            CostKind::CustomerPreference => {
                let share = self.playbook.preferred_share;
                let worth = self.worth(tier, option);
                vec![
                    (Kind::Share, Amount::BasisPoints(u32::from(share.0))),
                    (Kind::Price, micros(tier.cost_of_failure)),
                    (Kind::Stake, micros(self.stake)),
                    (Kind::Place, Amount::Thousandths(worth * 1_000)),
                ]
            }
            CostKind::Handling
            | CostKind::LeavingChannel
            | CostKind::RulePreference
            | CostKind::TierFloor => return None,
        };
        let factor = |(kind, amount): (Kind, Amount)| v1::CostFactor {
            kind: kind.into(),
            amount: Some(amount),
        };
        Some(made_from.into_iter().map(factor).collect())
    }

    /// The rank of an option among the customer's preferred routes, from 1. It is computed from the amount that the
    /// preference took off the cost.
    fn worth(&self, tier: &Tier, option: &RouteOption) -> u32 {
        let share = i64::from(self.playbook.preferred_share.0);
        let whole = i64::from(BasisPoints::ONE.0);
        let first = (tier.cost_of_failure + self.stake).scaled(share, whole);
        let taken_off = -option.cost.part(CostKind::CustomerPreference);
        let taken_off = taken_off.micros().max(1);
        // Round to the nearest rank, because the amount is itself rounded.
        let place = first.micros().saturating_add(taken_off / 2) / taken_off;
        u32::try_from(place.max(1)).unwrap_or(1)
    }
}

/// The reason of the decision in the playbook that decided it; `None` if there is none.
fn reason_of<'a>(playbook: &'a Playbook, decision: &Decision) -> Option<&'a Reason> {
    let index = playbook.index.reasons.get(decision.reason.as_ref()?)?;
    Some(playbook.reason(*index))
}
