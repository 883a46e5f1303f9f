//! What can come of a case.

use super::{Label, Playbook, ReasonIndex, right_names};
use crate::case::Case;
use crate::ids::{ReasonId, Slug};

/// What can come of a case.
#[derive(Clone, Debug)]
pub struct OutcomeDefinition {
    /// Its id.
    pub id: Slug,
    /// For people.
    pub label: Label,
    /// Reasons of whose cases it can come (indexes, sorted); empty: any.
    pub reasons: Vec<ReasonIndex>,
}

impl OutcomeDefinition {
    /// Whether it can come of a case for the reason at an index.
    pub fn is_for(&self, reason: ReasonIndex) -> bool {
        self.reasons.is_empty() || self.reasons.binary_search(&reason).is_ok()
    }
}

impl Playbook {
    /// A declared outcome.
    pub fn outcome(&self, id: &Slug) -> Option<&OutcomeDefinition> {
        self.outcomes.iter().find(|outcome| outcome.id == *id)
    }

    /// Whether `id` can come of a case: of its reason as it is `confirmed` now, else as it was, else as it was stated.
    /// Where no outcomes are declared anything can; of a case whose reason this playbook does not know any declared one
    /// can.
    ///
    /// # Errors
    /// What would be right.
    pub fn may_come_of(
        &self,
        case: &Case,
        confirmed: Option<&ReasonId>,
        id: &Slug,
    ) -> Result<(), String> {
        if self.outcomes.is_empty() {
            return Ok(());
        }
        let told = confirmed.or(case.confirmed.as_ref());
        let told = told.unwrap_or(&case.reason);
        let reason = self.reason_now(told, &case.facts);
        let fits =
            |outcome: &&OutcomeDefinition| reason.is_none_or(|reason| outcome.is_for(reason));
        let names = self.outcomes.iter().filter(fits);
        let names = names.map(|outcome| outcome.id.as_str());
        let right = right_names(id.as_str(), "outcome", names);
        match self.outcome(id) {
            Some(outcome) if fits(&outcome) => Ok(()),
            Some(_) => Err(format!("is no outcome of a case for {told}; {right}")),
            None => Err(format!("is not an outcome of the live playbook; {right}")),
        }
    }
}
