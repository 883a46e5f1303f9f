//! Tests of the rows: limits, readers, crashes. The modules below test them against a model and after damage.

mod damage;
mod model;

use super::STATE_FAN_OUT;
use crate::store::database::Database;
use crate::store::log::tests::copy;
use crate::store::{
    CHANGES_MAX, DataFolder, Opened, ROW_BYTES_MAX, ROW_KEY_BYTES_MAX, RowLimits, RowReader, Rows,
    StoreError, StoreId, Towards,
};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Failure>;
type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

const STORE: StoreId = StoreId([1; 16]);
const SMALL: RowLimits = RowLimits {
    reopen_bytes: 20_000,
    cache_bytes: 1024 * 1024,
};

/// Opens rows that must not be damaged.
fn open(folder: &DataFolder) -> Result<(Rows, RowReader), Failure> {
    match Rows::open(folder, SMALL)? {
        Opened::Ready(rows, reader) => Ok((rows, reader)),
        Opened::Damaged { what } => Err(what.into()),
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
            "there are 131073 changes, at most 131072 fit",
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

#[test]
fn a_run_of_new_rows_fills_its_leaves() -> Outcome {
    const AT_ONCE: u64 = 2_000;
    const GROUPS: u64 = 5;
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let (mut rows, reader) = open(&folder)?;
    // What the run grows before: it is not at the end of the database.
    let behind = |number: u64| (format!("z{number}").into_bytes(), Some(Vec::new()));
    rows.apply((0..10).map(behind).collect(), 1)?;
    for group in 1..=GROUPS {
        let numbers = (group - 1) * AT_ONCE..group * AT_ONCE;
        rows.apply(numbers.map(|number| put(number, 20)).collect(), 1 + group)?;
    }
    let (found, _) =
        reader.get_many_blocking(&(0..AT_ONCE * GROUPS).map(key).collect::<Vec<_>>())?;
    assert!(found.iter().all(Option::is_some), "a row is missing");
    drop(rows);
    let full = AT_ONCE * GROUPS / STATE_FAN_OUT as u64;
    let leaves = leaves(&folder.state_path())?;
    assert!(
        leaves * 10 <= full * 12,
        "{leaves} leaves instead of {full}"
    );
    Ok(())
}

/// The number of leaves that a scan of all rows reads.
fn leaves(state: &Path) -> Result<u64, Failure> {
    std::fs::remove_file(state.join("CLOSED"))?;
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
fn readers_can_be_shared_and_awaited_on_any_thread() -> Outcome {
    fn shared<T: Clone + Send + Sync>(_: &T) {}
    fn sent<T: Send>(_: &T) {}
    let (_temporary, folder) = filled()?;
    let (rows, reader) = open(&folder)?;
    shared(&reader);
    sent(&reader.get_many(&[]));
    sent(&reader.scan(b"", None, 1));
    sent(&rows);
    Ok(())
}

/// Runs in both directions give the same rows as a sorted list. They start from keys that exist, and from keys between,
/// before and after them.
#[test]
fn runs_go_up_and_down_within_their_prefix() -> Outcome {
    let temporary = TempDir::new()?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let (mut rows, reader) = open(&folder)?;
    let named = |prefix: &str, number: u64| [prefix.as_bytes(), &number.to_be_bytes()].concat();
    let mut sorted = Vec::new();
    for (prefix, step) in [("a", 3), ("b", 2), ("c", 5)] {
        sorted.extend((0..400).step_by(step).map(|number| named(prefix, number)));
    }
    let puts = sorted.iter().map(|key| (key.clone(), Some(key.clone())));
    rows.apply(puts.collect(), 1)?;
    for (place, from) in (0..410).step_by(7).enumerate() {
        let max = 1 + place % 150;
        let from = named("b", from);
        let mine = || sorted.iter().filter(|key| key[0] == b'b');
        let up: Vec<_> = mine().filter(|key| **key >= from).take(max).collect();
        let down: Vec<_> = mine().rev().filter(|key| **key <= from).take(max).collect();
        for (towards, expected) in [(Towards::Greater, up), (Towards::Smaller, down)] {
            let found = reader.run_blocking(b"b", &from, towards, max)?;
            let keys: Vec<&Vec<u8>> = found.iter().map(|(key, _)| key).collect();
            assert_eq!(keys, expected, "{towards:?} from {from:?}");
        }
    }
    assert_eq!(reader.run_blocking(b"d", b"d", Towards::Smaller, 9)?, []);
    Ok(())
}
