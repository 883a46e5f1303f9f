//! Timers that are due. Signpost itself is the actor of their events.

use super::contact::end;
use crate::contact::ContactOutcome;
use crate::event::{Event, Recorded};
use crate::flow::result::DecideError;
use crate::state::{RowNotLoaded, State, TimerTarget};
use crate::time::UnixMs;

/// The event of the first timer that is due at or before `now`; `None` if no timer is due. The event is recorded at the
/// due time. Apply the event and call this again, until the result is `None`.
///
/// # Errors
/// If a row that the timer needs is not in memory.
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
