//! The result of a command.

use crate::event::Recorded;
use crate::ids::Seq;
use crate::playbook::Playbook;
use crate::refusal::Refusal;
use crate::state::{RowNotLoaded, State};
use std::sync::Arc;

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteResult {
    /// These events happen: one event, or more for a contact with several matters. Either all of them are stored or
    /// none.
    Happens(Vec<Recorded>),
    /// The write was answered before. The event with this sequence holds the answer.
    Replayed(Seq),
}

/// Why a command gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideError {
    /// The row must be loaded, and the command tried again.
    RowNotLoaded(RowNotLoaded),
    /// The refusal is returned to the caller.
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

/// The rows that a look for them did not find in memory. A refusal needs no further row.
pub(super) fn not_loaded<T>(found: Result<T, DecideError>) -> Result<(), RowNotLoaded> {
    match found {
        Err(DecideError::RowNotLoaded(elsewhere)) => Err(elsewhere),
        Err(DecideError::Refused(_)) | Ok(_) => Ok(()),
    }
}

/// The sequence of the next event.
pub(super) fn next_seq(state: &State) -> Seq {
    Seq(state.seq().0 + 1)
}

/// The live playbook. Refused if none is live, because nothing can be routed without one.
pub(super) fn live(state: &State) -> Result<&Arc<Playbook>, Refusal> {
    state.live().ok_or(Refusal::NoPlaybook)
}
