//! Finds the stated reason in the live playbook.

use crate::command::UnknownReason;
use crate::decision::Finding;
use crate::fact::Facts;
use crate::ids::{ReasonId, Slug};
use crate::playbook::{Playbook, ReasonIndex};
use crate::refusal::{FaultKind, Faults, Refusal};

/// What the stated reason is in the live playbook.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::flow) enum FoundReason {
    /// The customer must choose a reason; below this primary one, if it is known.
    Choose(Option<Slug>),
    /// The live playbook has this reason.
    Known(ReasonIndex),
    /// The live playbook does not have the reason, so the last resort is used.
    Unknown,
}

/// Finds the reason. If the reason was split, the facts decide which part it is.
///
/// # Errors
/// A fault of `context.reason`, if the playbook does not have the reason and the caller did not allow an unknown
/// reason.
pub(in crate::flow) fn reason(
    playbook: &Playbook,
    stated: Option<&ReasonId>,
    facts: &Facts,
    unknown: UnknownReason,
    noticed: &mut Vec<Finding>,
) -> Result<FoundReason, Refusal> {
    let Some(stated) = stated else {
        return Ok(FoundReason::Choose(None));
    };
    if stated.secondary.is_none() {
        if let Some(&primary) = playbook.index.primaries.get(&stated.primary) {
            let id = playbook.primaries[primary as usize].id.clone();
            return Ok(FoundReason::Choose(Some(id)));
        }
    } else if let Some(index) = playbook.reason_now(stated, facts) {
        if playbook.reason(index).id != *stated {
            noticed.push(Finding::ReasonReplaced(stated.clone()));
        }
        return Ok(FoundReason::Known(index));
    }
    match unknown {
        UnknownReason::LastResort => {
            noticed.push(Finding::ReasonUnknown(stated.clone()));
            Ok(FoundReason::Unknown)
        }
        UnknownReason::Refuse => Err(Refusal::Faulty(Faults::of(
            FaultKind::UnknownReason,
            "context.stated_reason",
            no_such_reason(playbook, stated),
        ))),
    }
}

fn no_such_reason(playbook: &Playbook, stated: &ReasonId) -> String {
    let elsewhere = stated.secondary.as_ref().and_then(|secondary| {
        playbook
            .reasons
            .iter()
            .find(|reason| reason.id.secondary.as_ref() == Some(secondary))
    });
    match elsewhere {
        Some(reason) => format!(
            "is not a reason of the live playbook; did you mean {}?",
            reason.id
        ),
        None if playbook.index.primaries.contains_key(&stated.primary) => {
            format!(
                "is not a secondary reason of {}; GetReasonMenu lists them",
                stated.primary
            )
        }
        None => "is not a reason of the live playbook; GetReasonMenu lists them".into(),
    }
}
