//! Timers that are due. They are commands of the system's own.

use super::contact::end;
use crate::contact::ContactOutcome;
use crate::event::{Event, Recorded};
use crate::flow::result::DecideError;
use crate::state::{RowNotLoaded, State, TimerTarget};
use crate::time::UnixMs;

/// The event of the first timer that is due at or before `now`, if there is one: recorded at its due time.
/// Fold it in and ask again until there is none.
///
/// # Errors
/// When a row that it needs is not in memory.
pub fn due(state: &State, now: UnixMs) -> Result<Option<Recorded>, RowNotLoaded> {
    let Some((due, target)) = state.timers().next().filter(|(due, _)| *due <= now) else {
        return Ok(None);
    };
    let event = match target {
        TimerTarget::Case(id) => {
            state.case(id)?;
            Event::CaseLapsed(*id)
        }
        TimerTarget::Contact(id) => {
            let Some(contact) = state.contact(id)?.cloned() else {
                return Ok(None);
            };
            match end::over(state, &contact, ContactOutcome::TimedOut, None) {
                Ok(ended) => Event::ContactEnded(Box::new(ended)),
                Err(DecideError::RowNotLoaded(elsewhere)) => return Err(elsewhere),
                Err(DecideError::Refused(_)) => return Ok(None),
            }
        }
    };
    Ok(Some(Recorded::by_timer(state, due.max(state.now()), event)))
}
