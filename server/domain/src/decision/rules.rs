//! Which rules apply, and their effect together.

use super::seen::Seen;
use super::{Finding, FiredRule, Question};
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::condition::ConditionResult;
use crate::playbook::rule_sets::RuleColumns;
use crate::playbook::{Need, QueueIndex, Rule};
use crate::route::{Route, RouteSet};

/// The effect of all rules that applied.
#[derive(Debug)]
pub(super) struct Effect {
    /// The rules that applied, in the order of the playbook.
    pub(super) fired: Vec<FiredRule>,
    /// What each route gains, in the order of [`Route::ALL`].
    pub(super) gains: [Money; 5],
    /// The need: that of the reason, or the higher need that a rule sets.
    pub(super) need: Need,
    /// The queues that rules set, in the order of the playbook. The last queue that serves the contact wins.
    pub(super) queues: Vec<QueueIndex>,
    /// The last priority that a rule set; `None` if no rule set one.
    pub(super) priority: Option<u8>,
    /// The skills that agents must have besides those of the queue, each once with its highest level.
    pub(super) skills: Vec<(Slug, u8)>,
}

/// The rules that allow only some routes. Rules that are set aside are not in the list.
pub(super) struct Leaving<'a>(Vec<&'a FiredRule>);

impl Leaving<'_> {
    /// The first rule that allows only routes other than `route`; `None` if there is none.
    pub(super) fn leaving_out(&self, route: Route) -> Option<&Slug> {
        let mut rules = self.0.iter();
        let rule = rules.find(|rule| !rule.leaves.contains(route))?;
        Some(&rule.id)
    }
}

impl Effect {
    /// The first rule that forbids `route`; `None` if there is none.
    pub(super) fn forbidding(&self, route: Route) -> Option<&Slug> {
        self.fired
            .iter()
            .find(|rule| rule.forbids.contains(route))
            .map(|rule| &rule.id)
    }

    /// The rules that allow only some routes. The `only` of a rule is set aside if guards removed every route on this
    /// channel that it allows. Then only the guards count.
    pub(super) fn leaves(
        &self,
        on_channel: RouteSet,
        unguarded: RouteSet,
        findings: &mut Vec<Finding>,
    ) -> Leaving<'_> {
        let mut leaving = Vec::new();
        for rule in self.fired.iter().filter(|rule| !rule.leaves.is_empty()) {
            let on_channel = rule.leaves.common(on_channel);
            if !on_channel.is_empty() && on_channel.common(unguarded).is_empty() {
                Finding::RuleSetAside(rule.id.clone()).note(findings);
            } else {
                leaving.push(rule);
            }
        }
        Leaving(leaving)
    }

    /// The first rule that allows only routes other than `route`; `None` if there is none.
    pub(super) fn leaving_out(&self, route: Route) -> Option<&Slug> {
        self.fired
            .iter()
            .find(|rule| !rule.leaves.is_empty() && !rule.leaves.contains(route))
            .map(|rule| &rule.id)
    }
}

/// Checks the rules whose columns can match, in order. If the condition of a rule needs a value that is not known, the
/// rule does not apply, and a finding is added.
pub(super) fn apply(seen: &Seen<'_>, findings: &mut Vec<Finding>) -> Effect {
    let question = seen.question;
    let playbook = question.playbook;
    let mut effect = Effect {
        fired: Vec::new(),
        gains: [Money::ZERO; 5],
        need: playbook.reason(question.reason).need,
        queues: Vec::new(),
        priority: None,
        skills: Vec::new(),
    };
    let columns = RuleColumns {
        reason: Some(question.reason),
        tier: question.tier,
        channel: seen.channel,
        stage: seen.stage,
        brand: seen.brand,
    };
    for index in playbook.index.rule_sets.fitting(columns) {
        let rule = playbook.rule(index);
        let verdict = rule
            .when
            .as_ref()
            .map_or(ConditionResult::Holds, |when| when.holds(seen));
        match verdict {
            ConditionResult::Holds => effect.take_in(rule, question),
            ConditionResult::HoldsNot => {}
            ConditionResult::Unknown(field) => {
                findings.push(Finding::RuleInputUnknown(
                    rule.id.clone(),
                    field.name(playbook).into(),
                ));
            }
            ConditionResult::Failed(_) => findings.push(Finding::RuleFailed(rule.id.clone())),
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
        self.queues.extend(rule.queue);
        self.priority = rule.priority.or(self.priority);
        for (skill, level) in &rule.skills {
            match self.skills.iter_mut().find(|(known, _)| known == skill) {
                Some((_, known)) => *known = (*known).max(*level),
                None => self.skills.push((skill.clone(), *level)),
            }
        }
        let queue = rule.queue.map(|index| question.playbook.queue(index));
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
            queue: queue.map(|queue| queue.id.clone()),
            priority: rule.priority,
            skills: rule.skills.clone(),
        });
    }
}
