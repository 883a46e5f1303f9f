//! Compiles the possible outcomes of a case.

use super::Compiler;
use crate::playbook::fault::At;
use crate::playbook::limits::OUTCOMES_MAX;
use crate::playbook::{OutcomeDefinition, Reason, ReasonIndex};

/// The largest number of reasons without an outcome that a fault names.
const NAMED_MAX: usize = 3;

impl Compiler<'_> {
    pub(super) fn outcomes(
        &mut self,
        reasons: Option<&[Reason]>,
    ) -> Option<Vec<OutcomeDefinition>> {
        let file = self.file;
        let at = At::top("outcomes");
        self.limit(at, file.outcomes.len(), OUTCOMES_MAX, "outcomes");
        self.refuse_ids_twice(at, file.outcomes.iter().map(|outcome| &outcome.id));
        let context = self.context(None);
        let mut outcomes = Vec::with_capacity(file.outcomes.len());
        for (place, written) in file.outcomes.iter().enumerate() {
            let at = at.item(place);
            let id = self.slug(at.key("id"), &written.id.0);
            let label = self.label(at.key("label"), &written.label);
            let reasons = self.reason_column(at.key("reason"), &written.reason, &context);
            let outcome = id.zip(reasons);
            outcomes.push(outcome.map(|(id, reasons)| OutcomeDefinition { id, label, reasons }));
        }
        let outcomes = outcomes
            .into_iter()
            .collect::<Option<Vec<OutcomeDefinition>>>()?;
        self.refuse_without_outcome(at, reasons?, &outcomes);
        Some(outcomes)
    }

    /// Adds a fault if outcomes are declared and a reason has none, because nobody could resolve a case of this reason.
    fn refuse_without_outcome(
        &mut self,
        at: At<'_>,
        reasons: &[Reason],
        outcomes: &[OutcomeDefinition],
    ) {
        if outcomes.is_empty() || outcomes.iter().any(|outcome| outcome.reasons.is_empty()) {
            return;
        }
        let has = |number| {
            let mut all = outcomes.iter();
            all.any(|outcome| outcome.reasons.binary_search(&ReasonIndex(number)).is_ok())
        };
        let without = super::numbered(reasons).filter(|(number, _)| !has(*number));
        let mut named: Vec<String> = without.map(|(_, reason)| reason.id.to_string()).collect();
        if named.is_empty() {
            return;
        }
        self.faults.add(at, || {
            let more = named.len().saturating_sub(NAMED_MAX);
            named.truncate(NAMED_MAX);
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let what = format!("no outcome is for {}{more}", named.join(", "));
            let right =
                "must have an outcome for each reason; an outcome without `reason` is for all";
            (what, right.to_owned())
        });
    }
}
