//! The values that conditions of rules may use besides the contact itself: what the case remembers, the clock, the
//! queues.

use super::{AttemptOutcome, Question, Wait, WaitBasis};
use crate::playbook::QueueIndex;
use crate::playbook::calendar::hour_and_weekday;
use crate::playbook::condition::{Field, InputValue};
use crate::route::Route;
use crate::time::UnixMs;

/// The value of `field`, if this module has the field; else `None`.
pub(super) fn value<'a>(question: &Question<'a>, field: Field) -> Option<InputValue<'a>> {
    let Question {
        playbook,
        profile,
        standing,
        memory,
        ..
    } = question;
    let count = |number: u32| InputValue::Int(i64::from(number));
    match field {
        Field::CustomerAllContacts7d => profile.map(|_| count(memory.all_contacts_7d)),
        Field::CaseTried => Some(InputValue::Routes(memory.routes())),
        Field::CaseLastOutcome => memory
            .last_outcome()
            .map(AttemptOutcome::as_str)
            .map(InputValue::Text),
        Field::CaseOwedOverdue => Some(InputValue::Bool(memory.owed_overdue)),
        Field::NowHour => Some(InputValue::Int(
            hour_and_weekday(&playbook.time_zone, standing.now).0,
        )),
        Field::NowWeekday => Some(InputValue::Int(
            hour_and_weekday(&playbook.time_zone, standing.now).1,
        )),
        Field::QueueWait(queue) => wait(question, queue),
        Field::QueueStaffed(queue) => question.stats_of(playbook.queue(queue))?.staffed.map(count),
        Field::QueueOpenUntil(queue) => match &playbook.queue(queue).calendar {
            Some(calendar) => calendar.open_until(standing.now).map(InputValue::Instant),
            None => Some(InputValue::Instant(UnixMs::MAX)),
        },
        _ => None,
    }
}

/// The expected wait of a queue, as reported or computed from reported numbers. `None` if nothing usable was reported.
fn wait(question: &Question<'_>, queue: QueueIndex) -> Option<InputValue<'static>> {
    let queue = question.playbook.queue(queue);
    let stats = question.stats_of(queue)?;
    let wait = Wait::expected(Route::Human, Some(queue), Some(stats));
    match wait.basis {
        WaitBasis::Reported | WaitBasis::Estimated => Some(InputValue::Span(wait.expected)),
        WaitBasis::None | WaitBasis::Unknown => None,
    }
}
