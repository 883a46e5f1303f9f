//! A filter never overlooks a key that is there, keeps to its bytes, and knows again what went.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

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
fn hash(number: u64) -> u64 {
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
    filter.add(hash(1), FOR_EVER);
    assert!(!filter.is_absent(hash(1)));
    assert!(filter.is_absent(hash(2)));
}

#[test]
fn it_finds_every_key_and_few_others_however_much_it_grows() {
    const KEYS: u64 = 400_000;
    let filter = KeyFilter::new(1 << 20);
    filter.complete();
    for number in 0..KEYS {
        filter.add(hash(number), FOR_EVER);
        filter.add(hash(number / 2), FOR_EVER);
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
        filter.add(hash(number), FOR_EVER);
        assert!(filter.size().1 <= bytes_max);
    }
    assert!(filter.is_absent(hash(room)));
    for number in room..2 * room {
        filter.add(hash(number), FOR_EVER);
    }
    assert_eq!(filter.size(), (0, 0));
    assert!((0..4 * room).all(|number| !filter.is_absent(hash(number))));
}

#[test]
fn a_full_one_speaks_again_once_what_it_left_out_is_gone() {
    let bytes_max = 10_000;
    let filter = KeyFilter::new(bytes_max);
    filter.complete();
    let room = bytes_max * 8 / KEY_BITS;
    for number in 0..room + 50 {
        filter.add(hash(number), Seq(number));
    }
    assert!(!filter.is_absent(hash(room + 50)));
    // What was left out may still be there.
    filter.forget_before(Seq(room + 49));
    assert!(!filter.is_absent(hash(room + 50)));
    filter.add(hash(room + 60), Seq(room + 60));
    filter.forget_before(Seq(room + 50));
    assert!(filter.is_absent(hash(room + 50)));
    assert!(!filter.is_absent(hash(room + 60)));
    filter.forget_before(Seq(room + 61));
    assert_eq!(filter.size(), (0, 0));
}

#[test]
fn a_window_that_moves_takes_no_more_memory_than_one_that_stands() {
    const WINDOW: u64 = 150_000;
    let filter = KeyFilter::new(1 << 30);
    filter.complete();
    let mut most = 0;
    for number in 0..12 * WINDOW {
        filter.add(hash(number), Seq(number));
        if number % 1_000 == 0 {
            filter.forget_before(Seq(number.saturating_sub(WINDOW)));
            most = most.max(filter.size().1);
        }
    }
    assert!(most <= 4 * WINDOW * KEY_BITS / 8, "{most} bytes");
    let all = 11 * WINDOW..12 * WINDOW;
    assert!(all.into_iter().all(|it| !filter.is_absent(hash(it))));
}

/// What is done with a filter.
#[derive(Clone, Debug)]
enum Step {
    Add(u64),
    Forget(u64),
    Look(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4_000_u64).prop_map(Step::Add),
        1 => (0..400_u64).prop_map(Step::Forget),
        4 => (0..4_000_u64).prop_map(Step::Look),
    ];
    prop::collection::vec(step, 1..6_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Beside a table of what there is: keys that come at a later event each, and go by their age.
    #[test]
    fn it_never_overlooks_what_there_is(steps in steps(), bytes_max in 0..8_000_u64) {
        let filter = KeyFilter::new(bytes_max);
        filter.complete();
        let mut there: BTreeMap<u64, u64> = BTreeMap::new();
        let mut gone = 0;
        for (seq, step) in steps.into_iter().enumerate() {
            let seq = seq as u64;
            match step {
                Step::Add(key) => {
                    filter.add(hash(key), Seq(seq));
                    there.insert(key, seq);
                }
                Step::Forget(ago) => {
                    gone = gone.max(seq.saturating_sub(ago));
                    there.retain(|_, put| *put >= gone);
                    filter.forget_before(Seq(gone));
                }
                Step::Look(key) => {
                    let overlooked = there.contains_key(&key) && filter.is_absent(hash(key));
                    prop_assert!(!overlooked, "{key}");
                }
            }
            prop_assert!(filter.size().1 <= bytes_max);
        }
    }
}
