//! Possible outcomes of a case.

use super::{Label, Playbook, ReasonIndex, right_names};
use crate::case::Case;
use crate::ids::{ReasonId, Slug};

/// A possible outcome of a case, as the playbook defines it.
#[derive(Clone, Debug)]
pub struct OutcomeDefinition {
    /// The id of the outcome.
    pub id: Slug,
    /// The name that people see.
    pub label: Label,
    /// The reasons whose cases can have this outcome, as sorted indexes. Empty: any reason.
    pub reasons: Vec<ReasonIndex>,
}

impl OutcomeDefinition {
    /// Whether a case for the reason at `reason` can have this outcome.
    pub fn is_for(&self, reason: ReasonIndex) -> bool {
        self.reasons.is_empty() || self.reasons.binary_search(&reason).is_ok()
    }
}

impl Playbook {
    /// The declared outcome with this id; `None` if there is none.
    pub fn outcome(&self, id: &Slug) -> Option<&OutcomeDefinition> {
        self.outcomes.iter().find(|outcome| outcome.id == *id)
    }

    /// Checks whether a case can have the outcome `id`. The reason of the case is the one that is `confirmed` now, or
    /// else the one confirmed before, or else the stated one. If no outcomes are declared, any outcome is accepted. If
    /// this playbook does not know the reason, any declared outcome is accepted.
    ///
    /// # Errors
    /// A text that says what would be valid.
    pub fn may_come_of(
        &self,
        case: &Case,
        confirmed: Option<&ReasonId>,
        id: &Slug,
    ) -> Result<(), String> {
        if self.outcomes.is_empty() {
            return Ok(());
        }
        let of_case = confirmed.or(case.confirmed.as_ref());
        let of_case = of_case.unwrap_or(&case.reason);
        let reason = self.reason_now(of_case, &case.facts);
        let fits =
            |outcome: &&OutcomeDefinition| reason.is_none_or(|reason| outcome.is_for(reason));
        let names = self.outcomes.iter().filter(fits);
        let names = names.map(|outcome| outcome.id.as_str());
        let right = right_names(id.as_str(), "outcome", names);
        match self.outcome(id) {
            Some(outcome) if fits(&outcome) => Ok(()),
            Some(_) => Err(format!(
                "is not an outcome of a case for {of_case}; {right}"
            )),
            None => Err(format!("is not an outcome of the live playbook; {right}")),
        }
    }
}
