//! Tests of the rows against a map.

use super::{Changes, Outcome, STORE, key, open, put};
use crate::store::{DataFolder, StoreError};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tempfile::TempDir;

#[derive(Clone, Debug)]
enum Step {
    Apply(Changes),
    Flush,
    Restart,
    Get(Vec<u64>),
    Scan {
        prefix_bytes: usize,
        after: Option<u64>,
        max: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..400_u64, proptest::option::of(0..200_usize)).prop_map(|(number, bytes)| {
        let (key, value) = put(number, bytes.unwrap_or(0));
        (key, value.filter(|_| bytes.is_some()))
    });
    prop_oneof![
        8 => proptest::collection::vec(change, 0..120).prop_map(Step::Apply),
        2 => Just(Step::Flush),
        1 => Just(Step::Restart),
        4 => proptest::collection::vec(0..400_u64, 0..20).prop_map(Step::Get),
        4 => (0..=10_usize, proptest::option::of(0..400_u64), 0..300_usize)
            .prop_map(|(prefix_bytes, after, max)| Step::Scan { prefix_bytes, after, max }),
    ]
}

fn run_against_model(steps: Vec<Step>) -> Outcome {
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let (mut rows, mut reader) = open(&folder)?;
    let mut model = BTreeMap::new();
    for (applied, step) in (1..).zip(steps) {
        match step {
            Step::Apply(changes) => {
                for (key, value) in changes.clone() {
                    match value {
                        Some(value) => model.insert(key, value),
                        None => model.remove(&key),
                    };
                }
                rows.apply(changes, applied)?;
                assert_eq!(rows.applied(), applied);
            }
            Step::Flush => rows.flush()?,
            Step::Restart => {
                let applied = rows.applied();
                drop(rows);
                assert!(matches!(
                    reader.get_many_blocking(&[]),
                    Err(StoreError::Closed)
                ));
                (rows, reader) = open(&folder)?;
                assert_eq!(rows.applied(), applied);
            }
            Step::Get(numbers) => {
                let keys: Vec<_> = numbers.into_iter().map(key).collect();
                let expected: Vec<_> = keys.iter().map(|key| model.get(key).cloned()).collect();
                assert_eq!(reader.get_many_blocking(&keys)?, (expected, rows.applied()));
            }
            Step::Scan {
                prefix_bytes,
                after,
                max,
            } => {
                let prefix = &key(123)[..prefix_bytes];
                let after = after.map(key);
                let expected: Vec<_> = model
                    .iter()
                    .filter(|(key, _)| key.starts_with(prefix) && Some(*key) > after.as_ref())
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .take(max)
                    .collect();
                let found = reader.scan_blocking(prefix, after.as_deref(), max)?;
                assert_eq!(found, (expected, rows.applied()));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn behaves_like_a_map(steps in proptest::collection::vec(step(), 1..40)) {
        run_against_model(steps).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
