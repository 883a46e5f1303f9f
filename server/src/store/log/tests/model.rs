//! Tests of the log against a list.

use super::{Outcome, group, open};
use crate::store::StoreError;
use proptest::prelude::*;
use tempfile::TempDir;

#[derive(Clone, Debug)]
enum Step {
    Append {
        events: u64,
        bytes: usize,
    },
    Reopen,
    Trim {
        back: u64,
    },
    Read {
        from: u64,
        events_max: usize,
        bytes_max: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1..30_u64, 0..60_usize).prop_map(|(events, bytes)| Step::Append { events, bytes }),
        1 => Just(Step::Reopen),
        1 => (0..60_u64).prop_map(|back| Step::Trim { back }),
        3 => (0..200_u64, 0..80_usize, 0..4000_usize)
            .prop_map(|(from, events_max, bytes_max)| Step::Read { from, events_max, bytes_max }),
    ]
}

/// The result that a range must give, event by event.
fn expected_range(
    model: &[Vec<u8>],
    from: u64,
    events_max: usize,
    bytes_max: usize,
) -> Vec<(u64, Vec<u8>)> {
    let mut bytes = 0;
    (1..)
        .zip(model)
        .skip(from.max(1) as usize - 1)
        .take(events_max)
        .take_while(|(_, event)| {
            let wanted = bytes < bytes_max;
            bytes += event.len();
            wanted
        })
        .map(|(sequence, event)| (sequence, event.clone()))
        .collect()
}

fn run_against_model(steps: Vec<Step>) -> Outcome {
    let temporary = TempDir::new()?;
    let (mut log, mut reader) = open(temporary.path())?;
    let mut model: Vec<Vec<u8>> = Vec::new();
    for step in steps {
        match step {
            Step::Append { events, bytes } => {
                let group = group(log.last() + 1, events, bytes);
                model.extend(group.clone());
                assert_eq!(log.append(log.last(), group)?, model.len() as u64);
            }
            Step::Reopen => {
                drop((log, reader));
                (log, reader) = open(temporary.path())?;
            }
            Step::Trim { back } => {
                let before = log.last().saturating_sub(back);
                let first_before = log.first();
                let first = log.trim(before)?;
                assert!(first >= first_before && first <= before.max(first_before));
            }
            Step::Read {
                from,
                events_max,
                bytes_max,
            } => {
                let found = reader.range(from, events_max, bytes_max);
                let expected = expected_range(&model, from, events_max, bytes_max);
                match found {
                    Err(StoreError::Trimmed { first, .. }) => {
                        assert!(from.max(1) < first && first == log.first());
                    }
                    found => assert_eq!(found?, expected),
                }
            }
        }
        assert_eq!(
            (log.last(), reader.last()),
            (model.len() as u64, model.len() as u64)
        );
        assert_eq!(reader.first(), log.first());
    }
    for (sequence, event) in (1..).zip(&model) {
        let expected = (sequence >= log.first()).then(|| event.clone());
        assert_eq!(reader.get(sequence)?, expected, "event {sequence}");
    }
    assert_eq!(reader.get(log.last() + 1)?, None);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn behaves_like_a_list(steps in proptest::collection::vec(step(), 1..40)) {
        run_against_model(steps).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
