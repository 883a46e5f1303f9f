//! No text makes the reader panic, and a version that was published once can always be read.

use super::{AIRLINE, STORE, airline, read};
use crate::playbook::{Playbook, PlaybookFaults};
use proptest::prelude::*;
use proptest::sample::Index;

#[test]
fn a_published_version_is_not_checked_again() -> Result<(), PlaybookFaults> {
    let source = airline(&[
        (
            "personas: [planner, hurried]",
            "personas: [planner, planner]",
        ),
        ("case_key: [booking_reference]", "case_key: [departs_at]"),
        ("cost: 4.10", "cost: -4.10"),
    ]);
    assert!(read(&source).is_err());
    let playbook = Playbook::stored(&source)?;
    assert_eq!(playbook.reasons[0].case_key.len(), 1);
    assert_eq!(playbook.source.as_ref(), source);
    Ok(())
}

#[test]
fn what_has_no_meaning_cannot_be_stored() {
    for source in [
        "",
        "a: b",
        "[",
        &airline(&[("queue: baggage", "queue: nowhere")]),
    ] {
        assert!(Playbook::stored(source).is_err(), "{source}");
    }
}

/// A text that replaces a piece of the document.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just("{".to_owned()),
        Just("]".to_owned()),
        Just(": ".to_owned()),
        Just("- ".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("'".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("-1".to_owned()),
        Just("\u{feff}é\0".to_owned()),
        "[a-z0-9_./:,{}\\[\\]'\"&|! -]{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_playbook_is_refused_or_read(store: bool, cuts in proptest::collection::vec((any::<Index>(), 0_usize..8, piece()), 1..6)) {
        let mut text: Vec<char> = [AIRLINE, STORE][usize::from(store)].chars().collect();
        for (at, removed, piece) in cuts {
            let from = at.index(text.len());
            let until = (from + removed).min(text.len());
            text.splice(from..until, piece.chars());
        }
        let text: String = text.into_iter().collect();
        let checked = read(&text);
        let stored = Playbook::stored(&text);
        prop_assert!(stored.is_ok() || checked.is_err());
        if let Err(faults) = checked {
            prop_assert!(faults.found.iter().all(|fault| fault.line > 0 && fault.column > 0));
        }
    }

    #[test]
    fn lines_in_any_order_do_no_harm(store: bool, moves in proptest::collection::vec((any::<Index>(), any::<Index>()), 1..6)) {
        let mut lines: Vec<&str> = [AIRLINE, STORE][usize::from(store)].lines().collect();
        for (from, to) in moves {
            let line = lines[from.index(lines.len())];
            lines.insert(to.index(lines.len()), line);
        }
        let text = lines.join("\n");
        prop_assert!(Playbook::stored(&text).is_ok() || read(&text).is_err());
    }

    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        prop_assert!(read(&text).is_err());
    }
}
