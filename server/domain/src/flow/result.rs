//! What a command comes to.

use crate::event::Recorded;
use crate::ids::Seq;
use crate::playbook::Playbook;
use crate::refusal::Refusal;
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// What a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteResult {
    /// This happens: one event, or more of one contact with several matters. All or none of them are kept.
    Happens(Vec<Recorded>),
    /// This write was answered before; the answer is in that event.
    Replayed(Seq),
}

/// Why a command came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideError {
    /// Fetch the row and ask again.
    RowNotLoaded(RowNotLoaded),
    /// Tell the caller.
    Refused(Box<Refusal>),
}

impl From<RowNotLoaded> for DecideError {
    fn from(elsewhere: RowNotLoaded) -> DecideError {
        DecideError::RowNotLoaded(elsewhere)
    }
}

impl From<Refusal> for DecideError {
    fn from(refusal: Refusal) -> DecideError {
        DecideError::Refused(Box::new(refusal))
    }
}

/// The sequence that the next event has.
pub(super) fn next_seq(state: &State) -> Seq {
    Seq(state.seq().0 + 1)
}

/// The live playbook, without which nothing is routed.
pub(super) fn live(state: &State) -> Result<&Arc<Playbook>, Refusal> {
    state.live().ok_or(Refusal::NoPlaybook)
}
