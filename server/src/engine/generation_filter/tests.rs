//! A filter by generation never overlooks a key that is stored, keeps to its bytes, and drops what is gone.

use super::*;
use crate::codec::rows::key::GENERATION_EVENTS;
use crate::engine::key_filter::tests::hash;
use proptest::prelude::*;
use std::collections::BTreeMap;

const G: u64 = GENERATION_EVENTS;
/// The bytes of the bits of one generation.
const GENERATION_BYTES: u64 = G * KEY_BITS / 8;

impl GenerationFilter {
    /// Makes it forget every key whose hash is a multiple of `keys`, for tests that must notice.
    pub(in crate::engine) fn forgetting_one_in(self, keys: Option<u64>) -> GenerationFilter {
        GenerationFilter {
            forgets_one_in: keys,
            ..self
        }
    }
}

#[test]
fn an_id_is_found_in_its_generation_and_in_few_others() {
    let filter = GenerationFilter::new(G, 10 * GENERATION_BYTES);
    for number in 0..1_000 {
        filter.add(hash(number), Seq(number % 4 * G + number));
    }
    assert_eq!(filter.all(), [0, 1, 2, 3]);
    for number in 0..1_000 {
        assert!(filter.places(hash(number)).contains(&(number % 4)));
    }
    let others: usize = (1_000..2_000).map(|it| filter.places(hash(it)).len()).sum();
    assert!(others < 10, "{others} looks in vain");
    assert_eq!(filter.size(), (1_000, 4 * GENERATION_BYTES));
}

#[test]
fn what_was_there_at_the_start_is_looked_into_until_it_is_complete() {
    let filter = GenerationFilter::new(G, 10 * GENERATION_BYTES);
    filter.begin(3, 5);
    filter.add(hash(1), Seq(5 * G));
    filter.add(hash(2), Seq(6 * G));
    assert_eq!(filter.places(hash(2)), [6, 5, 4, 3]);
    assert!(!filter.is_absent(hash(9)));
    filter.complete_before(5);
    assert_eq!(filter.places(hash(2)), [6, 5]);
    assert_eq!(filter.places(hash(1)), [5]);
    filter.complete_before(u64::MAX);
    assert_eq!(filter.places(hash(2)), [6]);
    assert!(filter.is_absent(hash(9)));
}

#[test]
fn generations_that_find_no_room_are_looked_into() {
    let filter = GenerationFilter::new(G, 2 * GENERATION_BYTES);
    for number in 0..5 {
        filter.add(hash(number), Seq(number * G));
        assert!(filter.size().1 <= 2 * GENERATION_BYTES);
    }
    assert_eq!(filter.places(hash(0)), [4, 3, 2, 0]);
    assert!(!filter.is_absent(hash(9)));
    // One that goes makes room for one that comes.
    filter.forget_before(Seq(4 * G));
    filter.add(hash(5), Seq(5 * G));
    assert_eq!(filter.places(hash(5)), [5, 4]);
    filter.forget_before(Seq(5 * G));
    assert!(filter.is_absent(hash(4)));
    assert_eq!(filter.all(), [5]);
}

/// What is done with the filter.
#[derive(Clone, Debug)]
enum Step {
    Add(u64, u64),
    Forget(u64),
    Look(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..400_u64, 0..G / 8).prop_map(|(key, on)| Step::Add(key, on)),
        1 => (0..4 * G).prop_map(Step::Forget),
        4 => (0..400_u64).prop_map(Step::Look),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Beside a table of what is kept: ids that come at a later event each, and go by their age.
    #[test]
    fn it_never_overlooks_what_is_kept(steps in steps(), room in 0..6_u64) {
        let filter = GenerationFilter::new(G, room * GENERATION_BYTES);
        let mut there: BTreeMap<u64, u64> = BTreeMap::new();
        let (mut seq, mut gone) = (0, 0);
        for step in steps {
            match step {
                Step::Add(key, on) => {
                    seq += on;
                    filter.add(hash(key), Seq(seq));
                    there.insert(key, seq);
                }
                Step::Forget(ago) => {
                    gone = gone.max(seq.saturating_sub(ago));
                    there.retain(|_, put| *put >= gone);
                    filter.forget_before(Seq(gone));
                }
                Step::Look(key) => {
                    let places = filter.places(hash(key));
                    prop_assert_eq!(places.is_empty(), filter.is_absent(hash(key)));
                    if let Some(put) = there.get(&key) {
                        prop_assert!(places.contains(&generation_of(Seq(*put))), "{}", key);
                    }
                }
            }
            prop_assert!(filter.size().1 <= room * GENERATION_BYTES);
        }
    }
}
