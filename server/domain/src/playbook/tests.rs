//! Tests that read playbooks as text, and check what is reported.

mod calendars;
mod expectations;
mod faults;
mod handing_over;
mod inherited;
mod map;
mod map_words;
mod meaning;
mod robust;
mod situation;
mod splits;
mod structure;
mod warnings;

use super::{Playbook, PlaybookFaults, Warnings};
use expect_test::Expect;

/// A small playbook that has no faults.
const AIRLINE: &str = include_str!("tests/airline.yaml");

/// A playbook that uses what the other one leaves out.
pub(super) const STORE: &str = include_str!("tests/store.yaml");

/// The airline playbook with some texts replaced. Each text must exist in it.
fn airline(edits: &[(&str, &str)]) -> String {
    edited(AIRLINE, edits)
}

/// The store playbook with some texts replaced. Each text must exist in it.
fn store(edits: &[(&str, &str)]) -> String {
    edited(STORE, edits)
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the playbook has no {from}");
        text.replacen(from, to, 1)
    })
}

fn read(source: &str) -> Result<(Playbook, Warnings), PlaybookFaults> {
    Playbook::read(source)
}

/// Checks what is reported for the airline playbook with some texts replaced.
fn check(edits: &[(&str, &str)], expect: Expect) {
    check_text(&airline(edits), expect);
}

/// Checks what is reported for a text.
fn check_text(source: &str, expect: Expect) {
    let shown = match read(source) {
        Ok((_, warnings)) => format!("fine\n{warnings}\n"),
        Err(faults) => format!("{faults}\n"),
    };
    expect.assert_eq(&shown);
}
