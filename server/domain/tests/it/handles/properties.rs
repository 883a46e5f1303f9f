//! Whatever is told: comparing gives a value that compares as itself, and nothing breaks.

use proptest::prelude::{Strategy, any, proptest};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq};
use signpost_domain::fact::{FactCase, FactCompare, FactValue, KeyFact};
use signpost_domain::handle::{HandleCompare, HandleKind, HandleKinds, Region};
use signpost_domain::ids::Slug;
use std::sync::Arc;

const REGIONS: [&str; 16] = [
    "", "AR", "BR", "BY", "CN", "DE", "GB", "HU", "IT", "LT", "MX", "NL", "RU", "RW", "US", "ZW",
];

fn told() -> impl Strategy<Value = String> {
    proptest::prop_oneof![
        "[+]?[0-9 ().x;=,/#e~-]{0,24}",
        "(tel:)?[+](31|52|54|55|7|1)[0-9 -]{6,12}(;ext=[0-9]{1,4})?",
        "[a-zA-Zé.+@]{1,12}@[a-zü.-]{1,12}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn a_compared_handle_compares_as_itself(told in told(), region in select(&REGIONS[..])) {
        let kind = Slug::stored("kind");
        for compare in [
            HandleCompare::Phone,
            HandleCompare::Email,
            HandleCompare::Handle,
            HandleCompare::Exact,
        ] {
            let kinds = HandleKinds::new(vec![HandleKind {
                kind: kind.clone(),
                compare,
                region: Region::new(region),
            }]);
            let once = kinds.key(&kind, &Arc::from(told.as_str()), None);
            let twice = kinds.key(&kind, &once.value, None);
            prop_assert_eq!(&once, &twice, "{:?}", compare);
            prop_assert_eq!(once, kinds.key(&kind, &Arc::from(told.as_str()), None));
        }
    }

    #[test]
    fn a_compared_fact_compares_as_itself(told in any::<String>()) {
        for compare in [FactCompare::Exact, FactCompare::LettersAndDigits, FactCompare::Digits] {
            for case in [FactCase::Keep, FactCase::Upper, FactCase::Lower] {
                let fact = KeyFact { id: Slug::stored("fact"), compare, case };
                let once = fact.compared_text(&told).into_owned();
                prop_assert_eq!(&*fact.compared_text(&once), once.as_str(), "{:?} {:?}", compare, case);
                prop_assert!(compare != FactCompare::Digits || once.chars().all(char::is_numeric));
            }
        }
    }
}

/// What differs in its looks alone is one where only letters and digits count; a case that was opened before that has the
/// key of then.
#[test]
fn letters_and_digits_of_full_width_are_those_of_ascii() {
    let compared = |compare, case, told: &str| {
        let fact = KeyFact {
            id: Slug::stored("fact"),
            compare,
            case,
        };
        let told = FactValue::Text(Arc::from(told));
        let text = |value: &FactValue| match value {
            FactValue::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        (
            text(&fact.compared(&told)),
            text(&fact.compared_before(&told)),
        )
    };
    let pair = |now: &str, before: &str| (now.to_owned(), before.to_owned());
    let full = "\u{ff26} \u{ff17}\u{ff18}";
    let letters = FactCompare::LettersAndDigits;
    assert_eq!(
        compared(letters, FactCase::Keep, full),
        pair("F78", "\u{ff26}\u{ff17}\u{ff18}")
    );
    assert_eq!(
        compared(letters, FactCase::Lower, full),
        pair("f78", "\u{ff46}\u{ff17}\u{ff18}")
    );
    assert_eq!(
        compared(FactCompare::Digits, FactCase::Keep, full),
        pair("78", "\u{ff17}\u{ff18}")
    );
    assert_eq!(
        compared(FactCompare::Exact, FactCase::Keep, full),
        pair(full, full)
    );
    assert_eq!(
        compared(letters, FactCase::Keep, "F-78"),
        pair("F78", "F78")
    );
}
