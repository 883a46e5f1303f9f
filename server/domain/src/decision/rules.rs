//! Which rules fire, and what they do together.

use super::inputs::{place, stage};
use super::{Finding, FiredRule, Question};
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::condition::Verdict;
use crate::playbook::rule_sets::RuleColumns;
use crate::playbook::{Need, Rule};
use crate::route::{Route, RouteSet};

/// What all rules that fired do together.
#[derive(Debug)]
pub(super) struct Effect {
    /// In the order of the playbook.
    pub(super) fired: Vec<FiredRule>,
    /// What each route gains, in the order of [`Route::ALL`].
    pub(super) gains: [Money; 5],
    /// The need: the reason's, or what a rule raises it to.
    pub(super) need: Need,
}

impl Effect {
    /// The first rule that forbids `route`.
    pub(super) fn forbidding(&self, route: Route) -> Option<&Slug> {
        self.fired
            .iter()
            .find(|rule| rule.forbids.contains(route))
            .map(|rule| &rule.id)
    }

    /// The first rule that leaves only other routes.
    pub(super) fn leaving_out(&self, route: Route) -> Option<&Slug> {
        self.fired
            .iter()
            .find(|rule| !rule.leaves.is_empty() && !rule.leaves.contains(route))
            .map(|rule| &rule.id)
    }
}

/// Looks at the rules whose columns can apply, in order. A rule whose condition needs a value that is not known
/// does not fire, and leaves a finding.
pub(super) fn apply(question: &Question<'_>, findings: &mut Vec<Finding>) -> Effect {
    let playbook = question.playbook;
    let mut effect = Effect {
        fired: Vec::new(),
        gains: [Money::ZERO; 5],
        need: playbook.reason(question.reason).need,
    };
    let columns = RuleColumns {
        reason: Some(question.reason),
        tier: question.tier,
        channel: playbook
            .index
            .channels
            .get(&question.context.channel)
            .copied(),
        stage: stage(question),
        brand: question
            .context
            .brand
            .as_ref()
            .and_then(|id| place(&playbook.brands, id)),
    };
    for index in playbook.index.rule_sets.fitting(columns) {
        let rule = playbook.rule(index);
        let verdict = rule
            .when
            .as_ref()
            .map_or(Verdict::Holds, |when| when.holds(question));
        match verdict {
            Verdict::Holds => effect.take_in(rule, question),
            Verdict::HoldsNot => {}
            Verdict::Unknown(field) => {
                findings.push(Finding::FactUnknown(
                    rule.id.clone(),
                    field.name(playbook).into(),
                ));
            }
            Verdict::Failed(_) => findings.push(Finding::RuleFailed(rule.id.clone())),
        }
    }
    effect
}

impl Effect {
    fn take_in(&mut self, rule: &Rule, question: &Question<'_>) {
        for &(route, gain) in &rule.prefer {
            self.gains[route as usize] += gain;
        }
        if let Some(need) = rule.need {
            self.need = self.need.max(need);
        }
        self.fired.push(FiredRule {
            id: rule.id.clone(),
            forbids: RouteSet::from_routes(&rule.forbid),
            leaves: RouteSet::from_routes(&rule.only),
            prefers: rule.prefer.clone(),
            need: rule.need,
            facts: rule
                .facts
                .iter()
                .map(|&fact| question.playbook.fact(fact).id.clone())
                .collect(),
        });
    }
}
