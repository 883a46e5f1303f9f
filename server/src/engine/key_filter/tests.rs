//! A filter never overlooks a key that is there, and keeps to its bytes.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

impl KeyFilter {
    /// Has it forget one key in so many: for tests that must notice.
    pub(in crate::engine) fn forgetting_one_in(self, keys: Option<u64>) -> KeyFilter {
        KeyFilter {
            forgets_one_in: keys,
            ..self
        }
    }

    pub(in crate::engine) fn is_complete(&self) -> bool {
        self.read().is_complete
    }
}

/// Well spread, as hashes are.
pub(in crate::engine) fn hash(number: u64) -> u64 {
    let bytes = blake3::hash(&number.to_be_bytes());
    let mut short = [0; 8];
    short.copy_from_slice(&bytes.as_bytes()[..8]);
    u64::from_be_bytes(short)
}

#[test]
fn it_says_nothing_before_it_is_complete() {
    let filter = KeyFilter::new(1 << 20);
    assert!(!filter.is_absent(hash(1)));
    filter.complete();
    assert!(filter.is_absent(hash(1)));
    filter.add(hash(1));
    assert!(!filter.is_absent(hash(1)));
    assert!(filter.is_absent(hash(2)));
}

#[test]
fn it_finds_every_key_and_few_others_however_much_it_grows() {
    const KEYS: u64 = 400_000;
    let filter = KeyFilter::new(1 << 20);
    filter.complete();
    for number in 0..KEYS {
        filter.add(hash(number));
        filter.add(hash(number / 2));
    }
    assert!((0..KEYS).all(|number| !filter.is_absent(hash(number))));
    let others = KEYS..2 * KEYS;
    let wrong = others.filter(|number| !filter.is_absent(hash(*number)));
    let wrong = wrong.count() as u64;
    assert!(wrong < KEYS / 50, "{wrong} of {KEYS} were taken for others");
    let (keys, bytes) = filter.size();
    assert!(keys <= KEYS && keys > KEYS * 97 / 100, "{keys}");
    assert!(bytes <= 2 * KEYS * KEY_BITS / 8, "{bytes} bytes");
}

#[test]
fn a_full_one_says_nothing_and_takes_no_more_than_it_may() {
    let bytes_max = 10_000;
    let filter = KeyFilter::new(bytes_max);
    filter.complete();
    let room = bytes_max * 8 / KEY_BITS;
    for number in 0..room {
        filter.add(hash(number));
        assert!(filter.size().1 <= bytes_max);
    }
    assert!(filter.is_absent(hash(room)));
    for number in room..2 * room {
        filter.add(hash(number));
    }
    assert_eq!(filter.size(), (0, 0));
    assert!((0..4 * room).all(|number| !filter.is_absent(hash(number))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Beside a set of what there is.
    #[test]
    fn it_never_overlooks_what_there_is(
        keys in prop::collection::vec((any::<bool>(), 0..4_000_u64), 1..6_000),
        bytes_max in 0..8_000_u64,
    ) {
        let filter = KeyFilter::new(bytes_max);
        filter.complete();
        let mut there = BTreeSet::new();
        for (is_new, key) in keys {
            if is_new {
                filter.add(hash(key));
                there.insert(key);
            }
            let overlooked = there.contains(&key) && filter.is_absent(hash(key));
            prop_assert!(!overlooked, "{key}");
            prop_assert!(filter.size().1 <= bytes_max);
        }
    }
}
