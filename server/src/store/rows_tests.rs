//! The rows: against a model, read while they are written and reopened, damaged, thrown away.

use super::database::Database;
use super::rows::STATE_FAN_OUT;
use super::{
    ApplyError, CHANGES_MAX, DataFolder, Incarnation, Opened, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX,
    RowLimits, RowReader, Rows, StoreError,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Failure>;
type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

const STORE: Incarnation = Incarnation([1; 16]);
const SMALL: RowLimits = RowLimits {
    reopen_bytes: 20_000,
    cache_bytes: 1024 * 1024,
};

/// Opens rows that must be whole.
fn open(folder: &DataFolder) -> Result<(Rows, RowReader), Failure> {
    match Rows::open(folder, SMALL)? {
        Opened::Ready(rows, reader) => Ok((rows, reader)),
        Opened::Damaged { what } => Err(what.into()),
    }
}

fn damage(folder: &DataFolder) -> Result<Option<String>, Failure> {
    match Rows::open(folder, SMALL)? {
        Opened::Ready(..) => Ok(None),
        Opened::Damaged { what } => Ok(Some(what)),
    }
}

fn key(number: u64) -> Vec<u8> {
    format!("row/{number:06}").into_bytes()
}

fn put(number: u64, bytes: usize) -> (Vec<u8>, Option<Vec<u8>>) {
    (key(number), Some(vec![number as u8; bytes]))
}

/// Rows 0 to 99, flushed and closed.
fn filled() -> Result<(TempDir, DataFolder), Failure> {
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let (mut rows, _) = open(&folder)?;
    rows.apply((0..100).map(|number| put(number, 20)).collect(), 7)?;
    drop(rows);
    Ok((temporary, folder))
}

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

#[test]
fn what_may_not_be_applied_changes_nothing() -> Outcome {
    let (_temporary, folder) = filled()?;
    let (mut rows, reader) = open(&folder)?;
    let value = || Some(vec![]);
    let cases: [(Changes, u64, &str); 6] = [
        (vec![], 7, "sequence 7 was to be applied, but 7 already is"),
        (
            vec![put(1, 1); CHANGES_MAX + 1],
            8,
            "there are 65537 changes, at most 65536 fit",
        ),
        (
            vec![put(1, 1), (vec![], value())],
            8,
            "the key [] must have 1 to 1024 bytes, the first of them not 0",
        ),
        (
            vec![(vec![0, 1], None)],
            8,
            "the key [00, 01] must have 1 to 1024 bytes, the first of them not 0",
        ),
        (
            vec![(vec![0xff; ROW_KEY_BYTES_MAX + 1], value())],
            8,
            "the key [ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff, ff] must have 1 to 1024 bytes, the first of them not 0",
        ),
        (
            vec![put(1, 1), (vec![5], Some(vec![0; ROW_BYTES_MAX + 1]))],
            8,
            "the value of key [05] has 1048577 bytes, at most 1048576 fit",
        ),
    ];
    for (changes, applied, text) in cases {
        let refused = rows
            .apply(changes, applied)
            .err()
            .map(|error| error.to_string());
        assert_eq!(refused.as_deref(), Some(text));
        let (found, as_of) = reader.get_many_blocking(&[key(1)])?;
        assert_eq!((found, as_of), (vec![Some(vec![1; 20])], 7));
    }
    rows.apply(
        vec![(vec![0xff; ROW_KEY_BYTES_MAX], Some(vec![0; ROW_BYTES_MAX]))],
        8,
    )?;
    Ok(())
}

/// Each group writes its number into all rows: a reader must never find a row older than `as_of`.
#[test]
fn readers_never_see_less_than_they_are_told_also_while_reopening() -> Outcome {
    const GROUPS: u64 = 60;
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let (mut rows, reader) = open(&folder)?;
    let stop = AtomicBool::new(false);
    let keys: Vec<_> = (0..40).map(key).collect();
    let check = |found: Vec<Option<Vec<u8>>>, as_of: u64| {
        for stored in found {
            let number = stored.and_then(|value| Some(u64::from_be_bytes(*value.first_chunk()?)));
            assert!(number.unwrap_or(0) >= as_of, "{number:?} < {as_of}");
        }
    };
    std::thread::scope(|scope| {
        let blocking = scope.spawn(|| -> Result<u64, StoreError> {
            let mut reads = 0;
            while !stop.load(Ordering::Relaxed) {
                let (found, as_of) = reader.get_many_blocking(&keys)?;
                check(found, as_of);
                reads += 1;
            }
            Ok(reads)
        });
        let waiting = scope.spawn(|| -> Result<u64, Failure> {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            runtime.block_on(async {
                let mut reads = 0;
                while !stop.load(Ordering::Relaxed) {
                    let (found, as_of) = reader.scan(b"row/", None, 100).await?;
                    check(
                        found.into_iter().map(|(_, value)| Some(value)).collect(),
                        as_of,
                    );
                    reads += 1;
                }
                Ok(reads)
            })
        });
        for number in 1..=GROUPS {
            let value = || Some(number.to_be_bytes().repeat(20));
            let changes = keys.iter().map(|key| (key.clone(), value())).collect();
            rows.apply(changes, number)?;
        }
        stop.store(true, Ordering::Relaxed);
        for reader in [
            blocking
                .join()
                .map_err(|_| "a reader panicked")?
                .map_err(Failure::from),
            waiting.join().map_err(|_| "a reader panicked")?,
        ] {
            assert!(reader? > 0);
        }
        Ok(())
    })
}

#[test]
fn a_crash_takes_back_everything_since_the_last_flush_or_nothing() -> Outcome {
    let (temporary, folder) = filled()?;
    let (mut rows, reader) = open(&folder)?;
    rows.apply(vec![put(200, 9), (key(3), None)], 8)?;
    rows.flush()?;
    rows.apply((0..50).map(|number| (key(number), None)).collect(), 9)?;
    rows.apply(vec![put(201, 9)], 10)?;
    assert_eq!(reader.get_many_blocking(&[key(201)])?.1, 10);

    let crashed = TempDir::new()?;
    copy(temporary.path(), crashed.path())?;
    let folder = DataFolder::open(crashed.path(), STORE)?;
    let (rows, reader) = open(&folder)?;
    assert_eq!(rows.applied(), 8);
    let (found, _) = reader.get_many_blocking(&[key(200), key(3), key(4), key(201)])?;
    assert_eq!(found, [Some(vec![200; 9]), None, Some(vec![4; 20]), None]);
    Ok(())
}

#[test]
fn leaves_emptied_by_deletions_are_given_back() -> Outcome {
    const ROWS: u64 = 4000;
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let state = temporary.path().join("state");
    let (mut rows, _) = open(&folder)?;
    rows.apply((0..ROWS).map(|number| put(number, 50)).collect(), 1)?;
    drop(rows);
    assert!(leaves(&state)? >= ROWS / STATE_FAN_OUT as u64);
    let (mut rows, _) = open(&folder)?;
    rows.apply((0..ROWS).map(|number| (key(number), None)).collect(), 2)?;
    drop(rows);
    assert_eq!(leaves(&state)?, 1);
    Ok(())
}

/// How many leaves a look at all rows reads.
fn leaves(state: &Path) -> Result<u64, Failure> {
    let database = Database::<STATE_FAN_OUT>::open(state, 1024 * 1024)?;
    let before = database.page_ins();
    let mut rows = 0;
    database.handle()?.scan(&[], |_, _| {
        rows += 1;
        ControlFlow::Continue(())
    })?;
    assert!(rows > 0);
    Ok(database.page_ins() - before)
}

#[test]
fn damage_met_while_reading_is_reported_by_the_next_open() -> Outcome {
    let (temporary, folder) = filled()?;
    let mut database = Database::<STATE_FAN_OUT>::open(&temporary.path().join("state"), 1024)?;
    database.put_all([(key(5), b"no frame of ours".to_vec())])?;
    database.close()?;

    let (rows, reader) = open(&folder)?;
    assert!(reader.get_many_blocking(&[key(4)]).is_ok());
    let read = reader.get_many_blocking(&[key(5)]);
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
    drop(rows);
    assert_eq!(
        damage(&folder)?.as_deref(),
        Some("it was found damaged while it was read")
    );
    Rows::reset(&folder)?;
    let (rows, reader) = open(&folder)?;
    assert_eq!(
        (rows.applied(), reader.scan_blocking(b"", None, 10)?.0),
        (0, vec![])
    );
    Ok(())
}

#[test]
fn what_cannot_be_built_on_is_reported_and_reset() -> Outcome {
    type Damage = fn(&Path) -> std::io::Result<()>;
    let damages: [(&str, Damage); 4] = [
        ("a file in its place", |state| {
            fs::remove_dir_all(state)?;
            fs::write(state, "")
        }),
        ("no leaves", |state| fs::remove_dir_all(state.join("slabs"))),
        ("cut off", |state| {
            fs::write(state.join("durability_cookie"), "")
        }),
        ("garbage", |state| {
            for entry in fs::read_dir(state.join("metadata"))? {
                let path = entry?.path();
                if path.to_string_lossy().contains("snapshot_") {
                    fs::write(path, [7; 100])?;
                }
            }
            Ok(())
        }),
    ];
    for (name, damages_it) in damages {
        let (temporary, folder) = filled()?;
        // So that all is in the snapshot.
        drop(open(&folder)?);
        damages_it(&temporary.path().join("state"))?;
        assert!(damage(&folder)?.is_some(), "{name}");
        Rows::reset(&folder)?;
        let (mut rows, _) = open(&folder)?;
        assert_eq!(rows.applied(), 0, "{name}");
        rows.apply(vec![put(1, 1)], 1)?;
    }
    Ok(())
}

#[test]
fn rows_that_vanished_or_belong_to_another_store_are_not_taken() -> Outcome {
    let (temporary, folder) = filled()?;
    let other = TempDir::new()?;
    let other_folder = DataFolder::open(other.path(), Incarnation([2; 16]))?;
    fs::remove_dir_all(other.path().join("state"))?;
    fs::rename(temporary.path().join("state"), other.path().join("state"))?;
    assert_eq!(
        damage(&other_folder)?.as_deref(),
        Some("it belongs to another store")
    );
    assert_eq!(open(&folder)?.0.applied(), 0);
    Rows::reset(&folder)?;
    Rows::reset(&folder)?;
    assert_eq!(open(&folder)?.0.applied(), 0);
    Ok(())
}

#[test]
fn a_failure_poisons_the_rows() -> Outcome {
    let (temporary, folder) = filled()?;
    let (mut rows, _) = open(&folder)?;
    fs::remove_dir_all(temporary.path().join("state"))?;
    fs::write(temporary.path().join("state"), "")?;
    // Enough to make it open anew, which it cannot.
    let failed = rows.apply((0..200).map(|number| put(number, 200)).collect(), 8);
    assert!(matches!(failed, Err(ApplyError::Failed(_))), "{failed:?}");
    let again = rows.apply(vec![put(1, 1)], 9);
    assert!(
        matches!(again, Err(ApplyError::Poisoned { .. })),
        "{again:?}"
    );
    assert!(matches!(rows.flush(), Err(ApplyError::Poisoned { .. })));
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome {
    for entry in fs::read_dir(from)? {
        let (entry, to) = (entry?, to.to_owned());
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&to)?;
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
