//! Which facts must be asked before the first route can be taken.

use super::rules::Effect;
use super::{Finding, Question, RouteOption};
use crate::fact::Knowledge;
use crate::playbook::{FactIndex, Reason};

/// The facts of the reason, of the rules and of the first route, in this order. Facts that are known or declined are
/// left out.
pub(super) fn missing_facts(
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
            Some(Knowledge::Erased) | None if missing.contains(&fact) => {}
            Some(Knowledge::Erased) | None => missing.push(fact),
        }
    }
    missing
}
