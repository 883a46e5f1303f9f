//! What a case remembers, as text: what callers said about the person, and which routes were tried.

use super::answer::place_of;
use super::table::{Column, table};
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// What is remembered about the person: each value under its name, with the caller that gave it. The text is empty
/// where there is no value.
pub(super) fn person(person: &v1::CasePerson, zone: Zone) -> [(&'static str, String); 5] {
    let yes = |is_so: bool| if is_so { "yes" } else { "" };
    let cannot_use = words::abilities(&person.cannot_use);
    let value = |value: &str, by: &Option<v1::PersonTelling>| match (value, by) {
        ("", _) | (_, None) => value.to_owned(),
        (value, Some(by)) => format!("{value} ({})", telling(by, zone)),
    };
    [
        (
            "vulnerable",
            value(yes(person.vulnerable), &person.vulnerable_told),
        ),
        (
            "asked for a person",
            value(yes(person.asked_for_person), &person.asked_for_person_told),
        ),
        ("cannot use", value(&cannot_use, &person.cannot_use_told)),
        (
            "language",
            value(&person.language_code, &person.language_code_told),
        ),
        ("persona", value(&person.persona, &person.persona_told)),
    ]
}

/// `sent on call-1 by bot/web at 2026-03-02T09:01:00Z`.
fn telling(by: &v1::PersonTelling, zone: Zone) -> String {
    let at = words::time(by.tell_time.as_ref(), zone);
    let who = words::who(&by.actor, &by.on_behalf_of);
    format!("sent on {} by {who} at {at}", by.contact_id)
}

/// The routes that were tried, as a table. Empty if there are none.
pub(super) fn attempts(attempts: &[v1::CaseAttempt], paint: Paint) -> String {
    const COLUMNS: [Column; 5] = [
        Column::Left("tried"),
        Column::Left("contact"),
        Column::Left("route"),
        Column::Left("came of it"),
        Column::Left(""),
    ];
    if attempts.is_empty() {
        return String::new();
    }
    let row = |attempt: &v1::CaseAttempt| {
        let place = place_of(&attempt.flow_id, &attempt.queue_id);
        let outcome = match attempt.outcome {
            0 => "not over yet".to_owned(),
            outcome => words::attempt_outcome(outcome),
        };
        let failed = if attempt.failed { "failed" } else { "" };
        vec![
            words::time(attempt.start_time.as_ref(), paint.zone()),
            attempt.contact_id.clone(),
            format!("{}{place}", words::route(attempt.route)),
            outcome,
            failed.to_owned(),
        ]
    };
    format!(
        "\n{}",
        table(&COLUMNS, attempts.iter().map(row).collect(), paint)
    )
}
