//! Computes a stored decision again from its event.

use crate::contact::{ContactContext, QueueStats};
use crate::customer::Profile;
use crate::decision::{self, ContactStats, Decision, Memory, Question};
use crate::event::{CaseAddedToContact, ContactRouted, MatterDecided};
use crate::fact::{Facts, Knowledge};
use crate::playbook::Playbook;

impl ContactRouted {
    /// Computes the stored decision again from the data in this event, under the playbook that the event names. `None`
    /// if no reason was decided on, or if `playbook` does not have the reason.
    pub fn decided_again(&self, playbook: &Playbook) -> Option<Decision> {
        again(
            playbook,
            (&self.context, &self.carried, &self.reported),
            self.profile.as_deref(),
            self.standing,
            &self.memory,
            &self.decision,
        )
    }
}

impl ContactRouted {
    /// Whether something that the decision was made by was erased since. Then it cannot be computed again.
    pub fn lacks_inputs(&self) -> bool {
        let customer = self.customer.as_ref();
        customer.is_some_and(|join| join.id.is_erased()) || are_erased(&self.context, &self.carried)
    }
}

impl CaseAddedToContact {
    /// The same as [`ContactRouted::lacks_inputs`].
    pub fn lacks_inputs(&self) -> bool {
        let decided = self.decided.as_deref();
        self.customer.is_erased()
            || decided.is_some_and(|decided| are_erased(&decided.context, &decided.carried))
    }
}

fn are_erased(context: &ContactContext, carried: &Facts) -> bool {
    let facts = context.facts.iter().chain(carried.iter());
    let of_matters = context
        .matters
        .iter()
        .flat_map(|matter| matter.facts.iter());
    let mut facts = facts.chain(of_matters);
    facts.any(|fact| fact.knowledge == Knowledge::Erased)
}

impl MatterDecided {
    /// Computes the stored decision again, as [`ContactRouted::decided_again`].
    pub fn decided_again(&self, playbook: &Playbook) -> Option<Decision> {
        again(
            playbook,
            (&self.context, &self.carried, &self.reported),
            self.profile.as_deref(),
            self.standing,
            &self.memory,
            &self.decision,
        )
    }
}

fn again(
    playbook: &Playbook,
    (context, carried, reported): (&ContactContext, &Facts, &[QueueStats]),
    profile: Option<&Profile>,
    standing: ContactStats,
    memory: &Memory,
    decision: &Decision,
) -> Option<Decision> {
    let reason = decision.reason.as_ref()?;
    let facts = context.facts.with(carried);
    let question = Question {
        playbook,
        reason: *playbook.index.reasons.get(reason)?,
        tier: *playbook.index.tiers.get(&decision.tier)?,
        context,
        reported,
        profile,
        facts: &facts,
        standing,
        memory,
        formula: decision.formula,
    };
    Some(decision::decide(&question).decision)
}
