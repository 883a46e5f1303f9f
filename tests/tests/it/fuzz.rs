//! Whatever takes bytes from outside holds, whatever they are. The long form is `.ci/faults fuzz`.

use signpost_tests::Outcome;
use signpost_tests::fuzz::{Changed, TARGETS, finish, target};
use signpost_tests::long_form::{number, say};
use std::time::Instant;

/// The inputs of each target; those of some cost more.
const INPUTS: [(&str, usize); TARGETS.len()] = [
    ("playbook", 60),
    ("condition", 400),
    ("calendar", 300),
    ("stored", 20_000),
    ("request", 300),
    ("token", 500),
];

fn holds(name: &str) -> Outcome {
    let target = target(name);
    let samples = [target.kept()?, (target.samples)()].concat();
    samples.iter().for_each(|input| (target.run)(input));
    let usual = INPUTS
        .iter()
        .find(|(of, _)| *of == name)
        .map_or(0, |(_, inputs)| *inputs);
    let inputs = usual * number("SIGNPOST_FUZZ", 1)?;
    let begun = Instant::now();
    for input in Changed::new(samples, 1).take(inputs) {
        (target.run)(&input);
    }
    say(&format!("{name}: {inputs} inputs, {:.1?}", begun.elapsed()));
    Ok(())
}

#[test]
fn playbooks_hold() -> Outcome {
    holds("playbook")
}

#[test]
fn conditions_hold() -> Outcome {
    holds("condition")
}

#[test]
fn calendars_hold() -> Outcome {
    holds("calendar")
}

#[test]
fn stored_bytes_hold() -> Outcome {
    holds("stored")
}

/// Both use one server.
#[test]
fn requests_and_places_in_lists_hold_and_leave_a_sound_folder() -> Outcome {
    holds("request")?;
    holds("token")?;
    finish()
}
