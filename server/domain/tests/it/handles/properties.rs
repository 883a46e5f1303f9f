//! Whatever is told: comparing gives a value that compares as itself, and nothing breaks.

use proptest::prelude::{Strategy, any, proptest};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq};
use signpost_domain::fact::{FactCase, FactCompare, KeyFact};
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
