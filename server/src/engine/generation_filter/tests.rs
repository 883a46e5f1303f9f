//! A filter by generation never overlooks a key that is stored, keeps to its bytes, and drops what is gone.

use super::*;
use crate::codec::rows::key::GENERATION_EVENTS;
use crate::engine::key_filter::tests::hash;
use proptest::prelude::*;
use std::collections::BTreeMap;

const G: u64 = GENERATION_EVENTS;
/// The generations of a block.
const B: u64 = BLOCK_GENERATIONS;
/// The bytes of a block.
const BLOCK_BYTES: u64 = G * KEY_BITS * WORD_BYTES;

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
    let filter = GenerationFilter::new(G, 4 * BLOCK_BYTES);
    for number in 0..1_000 {
        filter.add(hash(number), Seq(number % 4 * G + number));
    }
    assert_eq!(filter.all(), [0, 1, 2, 3]);
    for number in 0..1_000 {
        assert!(filter.places(hash(number)).contains(&(number % 4)));
    }
    let others: usize = (1_000..2_000).map(|it| filter.places(hash(it)).len()).sum();
    assert!(others < 10, "{others} looks in vain");
    assert_eq!(filter.size(), (1_000, BLOCK_BYTES));
}

#[test]
fn what_was_there_at_the_start_is_looked_into_until_it_is_complete() {
    let filter = GenerationFilter::new(G, 4 * BLOCK_BYTES);
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
fn a_full_generation_takes_few_absent_keys_for_stored_ones() {
    let filter = GenerationFilter::new(G, BLOCK_BYTES);
    for number in 0..G {
        filter.add(hash(number), Seq(7 * G));
        filter.add(hash(number + G), Seq(8 * G));
    }
    let absent = 2 * G..4 * G;
    let in_vain: usize = absent.map(|it| filter.places(hash(it)).len()).sum();
    // One in 2,000 is 131 of these keys in two generations.
    assert!((60..260).contains(&in_vain), "{in_vain}");
    let (keys, _) = filter.size();
    assert!((2 * G - 300..=2 * G).contains(&keys), "{keys}");
}

#[test]
fn generations_of_several_blocks_begin_and_end_apart() {
    let filter = GenerationFilter::new(G, 4 * BLOCK_BYTES);
    filter.begin(B - 2, 2 * B);
    filter.complete_before(B + 1);
    let left: Vec<u64> = (B + 1..=2 * B).collect();
    let newest_first: Vec<u64> = left.iter().rev().copied().collect();
    assert_eq!(filter.places(hash(1)), newest_first);
    filter.complete_before(2 * B);
    assert_eq!(filter.places(hash(1)), [2 * B]);
    filter.complete_before(2 * B + 1);
    assert!(filter.is_absent(hash(1)));
    assert_eq!(filter.all(), (B - 2..=2 * B).collect::<Vec<u64>>());
    filter.forget_before(Seq((2 * B - 1) * G + G / 2));
    assert_eq!(filter.all(), [2 * B - 1, 2 * B]);
    filter.forget_before(Seq(2 * B * G));
    assert_eq!(filter.all(), [2 * B]);
    assert_eq!(filter.size(), (0, BLOCK_BYTES));
}

#[test]
fn blocks_that_find_no_room_are_looked_into() {
    let filter = GenerationFilter::new(G, 2 * BLOCK_BYTES);
    for number in 0..5 {
        filter.add(hash(number), Seq(number * B * G));
        assert!(filter.size().1 <= 2 * BLOCK_BYTES);
    }
    assert_eq!(filter.places(hash(0)), [4 * B, 3 * B, 2 * B, 0]);
    assert!(!filter.is_absent(hash(9)));
    // One that goes makes room for one that comes.
    filter.forget_before(Seq(4 * B * G));
    filter.add(hash(5), Seq(5 * B * G));
    assert_eq!(filter.places(hash(5)), [5 * B, 4 * B]);
    filter.forget_before(Seq(5 * B * G));
    assert!(filter.is_absent(hash(4)));
    assert_eq!(filter.all(), [5 * B]);
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
        8 => (0..400_u64, 0..2 * G).prop_map(|(key, on)| Step::Add(key, on)),
        1 => (0..3 * B * G).prop_map(Step::Forget),
        4 => (0..400_u64).prop_map(Step::Look),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Beside a table of what is kept: ids that come at a later event each, and go by their age.
    #[test]
    fn it_never_overlooks_what_is_kept(steps in steps(), room in 0..6_u64) {
        let filter = GenerationFilter::new(G, room * BLOCK_BYTES);
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
            prop_assert!(filter.size().1 <= room * BLOCK_BYTES);
        }
    }
}
