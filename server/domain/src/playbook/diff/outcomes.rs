//! Possible outcomes of a case as things that can change.

use super::thing::{Thing, column};
use crate::playbook::OutcomeDefinition;
use crate::playbook::format::OutcomeFile;

pub(super) fn thing(outcome: &OutcomeDefinition, written: &OutcomeFile) -> Thing {
    let OutcomeDefinition {
        id,
        label,
        reasons: _,
    } = outcome;
    Thing::new(id.as_str())
        .label(label)
        .with("reason", column(&written.reason))
}
