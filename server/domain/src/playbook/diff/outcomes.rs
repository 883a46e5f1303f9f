//! What can come of a case, as a thing that changes.

use super::parts::{Thing, column};
use crate::playbook::Outcome;
use crate::playbook::file_reasons::OutcomeFile;

pub(super) fn thing(outcome: &Outcome, written: &OutcomeFile) -> Thing {
    let Outcome {
        id,
        label,
        reasons: _,
    } = outcome;
    Thing::new(id.as_str())
        .label(label)
        .with("reason", column(&written.reason))
}
