//! The reader finds what the engine wrote, and believes nothing else.

use super::Sealed;
use super::leaf::{CHECKSUM_MASK, SIZES, content, slot_size};
use crate::store::database::Database;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::ops::{Bound, ControlFlow};
use std::path::Path;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const CACHE_BYTES: usize = 64 * 1024;

fn all(sealed: &Sealed) -> Outcome<Rows> {
    let mut rows = Rows::new();
    sealed.scan(&[], &mut |key, value| {
        rows.insert(key.to_vec(), value.to_vec());
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// Writes rounds of rows with the engine, each flushed; gives all rows.
fn written(path: &Path, rounds: u64, rows_each: u64) -> Outcome<Rows> {
    let mut database = Database::<16>::open(path, CACHE_BYTES)?;
    let mut rows = Rows::new();
    for round in 0..rounds {
        let puts = (0..rows_each).map(|n| {
            let mixed = (n * rounds + round).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let key = [b"row/".as_slice(), &(mixed >> 44).to_be_bytes()].concat();
            let value = vec![round as u8; (mixed % 700) as usize];
            (key, value)
        });
        let puts: Vec<_> = puts.collect();
        rows.extend(puts.clone());
        database.put_all(puts)?;
        if let Some(first) = rows.keys().next().cloned().filter(|_| round % 3 == 2) {
            database.remove(&first)?;
            rows.remove(&first);
        }
        database.flush()?;
    }
    database.close()?;
    Ok(rows)
}

#[test]
fn every_size_of_slots_is_known() -> Outcome {
    let temporary = tempfile::tempdir()?;
    Database::<16>::open(temporary.path(), CACHE_BYTES)?.close()?;
    let mut found = Vec::new();
    for entry in fs::read_dir(temporary.path().join("slabs"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        found.extend(name.parse::<u64>());
    }
    found.sort_unstable();
    let known: Vec<u64> = (0..SIZES).filter_map(slot_size).collect();
    assert_eq!(known, found);
    assert_eq!(slot_size(SIZES), None);
    Ok(())
}

#[test]
fn it_reads_what_the_engine_wrote_and_changes_nothing() -> Outcome {
    let temporary = tempfile::tempdir()?;
    let path = temporary.path().join("database");
    assert!(all(&Sealed::open(&path, CACHE_BYTES)?)?.is_empty());
    let rows = written(&path, 40, 60)?;
    let before = files(&path)?;
    let sealed = Sealed::open(&path, CACHE_BYTES)?;
    assert!(sealed.leaf_count() > 20);
    assert_eq!(all(&sealed)?, rows);
    for (key, value) in &rows {
        assert_eq!(sealed.get(key)?.as_ref(), Some(value));
    }
    assert_eq!(sealed.get(b"row")?, None);
    assert_eq!(sealed.last_key()?, rows.keys().next_back().cloned());
    assert_eq!(files(&path)?, before);
    Ok(())
}

#[test]
fn a_flipped_byte_is_named_or_does_no_harm() -> Outcome {
    let temporary = tempfile::tempdir()?;
    let path = temporary.path().join("database");
    let rows = written(&path, 6, 30)?;
    let mut met = 0;
    for (file, bytes) in files(&path)? {
        for at in (0..bytes.len()).step_by(bytes.len() / 24 + 1) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            fs::write(&file, &flipped)?;
            match Sealed::open(&path, CACHE_BYTES)
                .map_err(Into::into)
                .and_then(|sealed| match sealed.torn() {
                    Some(torn) => Err(torn.into()),
                    None => all(&sealed),
                }) {
                Ok(found) => assert_eq!(found, rows, "{} at {at}", file.display()),
                Err(error) => {
                    met += 1;
                    let name = path.display().to_string();
                    assert!(error.to_string().contains(&name), "{error}");
                }
            }
        }
        fs::write(&file, &bytes)?;
    }
    assert!(met > 20, "{met}");
    Ok(())
}

/// Damage in the middle of a log of the engine: the engine would open it, without what follows.
#[test]
fn damage_before_whole_frames_is_not_a_torn_end() -> Outcome {
    let temporary = tempfile::tempdir()?;
    let path = temporary.path().join("database");
    written(&path, 8, 20)?;
    let logs = files(&path.join("metadata"))?;
    let (log, bytes) = logs
        .iter()
        .find(|(_, bytes)| bytes.len() > 400)
        .ok_or("no log")?;
    for at in [3, 7, 30] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        fs::write(log, &flipped)?;
        let refused = Database::<16>::open(&path, CACHE_BYTES).err();
        let text = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains("more was written after that"), "{text}");
    }
    // A frame that was being written when the power went is no damage.
    fs::write(log, &bytes[..bytes.len() - 5])?;
    let sealed = Sealed::open(&path, CACHE_BYTES)?;
    assert!(sealed.torn().is_some());
    let found = all(&sealed)?;
    drop(sealed);
    let database = Database::<16>::open(&path, CACHE_BYTES)?;
    let mut engine = Rows::new();
    database.handle()?.scan(&[], |key, value| {
        engine.insert(key.to_vec(), value.to_vec());
        ControlFlow::Continue(())
    })?;
    assert_eq!(found, engine);
    Ok(())
}

/// A leaf as it was before the one after it was taken in: the engine would look for the keys between them for ever.
#[test]
fn a_leaf_that_ends_before_the_next_begins_is_damage() -> Outcome {
    let temporary = tempfile::tempdir()?;
    let path = temporary.path().join("database");
    written(&path, 8, 60)?;
    Database::<16>::open_checked(&path, CACHE_BYTES)?.close()?;
    let sealed = Sealed::open(&path, CACHE_BYTES)?;
    let place = sealed.0.catalog.places.first().ok_or("no leaf")?;
    let size = slot_size(place.location.slab).ok_or("no size")?;
    let file = path.join("slabs").join(size.to_string());
    let mut bytes = fs::read(&file)?;
    let from = usize::try_from(place.location.slot * size)?;
    let slot = &mut bytes[from..from + usize::try_from(size)?];
    let mut leaf = zstd::stream::decode_all(content(slot).ok_or("no content")?)?;
    // The first key has no bytes; after it follow a mark, and the first key of the next leaf with its length.
    let next = sealed.leaf_from(1);
    assert_eq!(&leaf[17..17 + next.len()], next);
    leaf[17 + next.len() - 1] ^= 1;
    put_content(slot, &zstd::stream::encode_all(leaf.as_slice(), 19)?)?;
    fs::write(&file, &bytes)?;
    let refused = Database::<16>::open_checked(&path, CACHE_BYTES).err();
    let text = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(
        text.contains("it holds another leaf than it should"),
        "{text}"
    );
    assert!(all(&Sealed::open(&path, CACHE_BYTES)?).is_err());
    Ok(())
}

/// Stores content in a slot of at most 64 KiB, as the engine does.
fn put_content(slot: &mut [u8], content: &[u8]) -> Outcome {
    let length_bytes = if slot.len() <= 0xff { 1 } else { 2 };
    let end = slot.len() - 4 - length_bytes;
    assert!(content.len() <= end, "it does not fit");
    slot[..content.len()].copy_from_slice(content);
    let length = u16::try_from(content.len())?.to_le_bytes();
    slot[end..end + length_bytes].copy_from_slice(&length[..length_bytes]);
    let checksum = crc32fast::hash(&slot[..end + length_bytes]) ^ CHECKSUM_MASK;
    slot[end + length_bytes..].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Rows in memory over those on disk read like one map.
    #[test]
    fn rows_in_memory_go_over_those_on_disk(
        below in proptest::collection::btree_map(proptest::collection::vec(1_u8..6, 1..4), any::<[u8; 2]>(), 0..60),
        over in proptest::collection::btree_map(proptest::collection::vec(1_u8..6, 1..4), any::<Option<[u8; 2]>>(), 0..60),
        from in proptest::collection::vec(1_u8..6, 0..4),
    ) {
        let temporary = tempfile::tempdir()?;
        let path = temporary.path().join("database");
        let mut database = Database::<16>::open(&path, CACHE_BYTES)?;
        database.put_all(below.iter().map(|(key, value)| (key.clone(), value.to_vec())))?;
        database.flush()?;
        database.close()?;
        let mut rows: Rows = below.into_iter().map(|(key, value)| (key, value.to_vec())).collect();
        let sealed = Sealed::open(&path, CACHE_BYTES)?;
        for (key, value) in over {
            sealed.put_over([(key.clone(), value.map(|value| value.to_vec()))])?;
            match value {
                Some(value) => drop(rows.insert(key, value.to_vec())),
                None => drop(rows.remove(&key)),
            }
        }
        prop_assert_eq!(&all(&sealed).map_err(|error| TestCaseError::fail(error.to_string()))?, &rows);
        prop_assert_eq!(sealed.last_key()?, rows.keys().next_back().cloned());
        let (mut up, mut down) = (Vec::new(), Vec::new());
        sealed.scan(&from, &mut |key, _| { up.push(key.to_vec()); ControlFlow::Continue(()) })?;
        let until = Bound::Included(from.as_slice());
        sealed.scan_down(until, &mut |key, _| { down.push(key.to_vec()); ControlFlow::Continue(()) })?;
        let expected: Vec<_> = rows.range(from.clone()..).map(|(key, _)| key.clone()).collect();
        prop_assert_eq!(up, expected);
        let expected: Vec<_> = rows.range(..=from).rev().map(|(key, _)| key.clone()).collect();
        prop_assert_eq!(down, expected);
        for (key, value) in &rows {
            prop_assert_eq!(sealed.get(key)?, Some(value.clone()));
        }
    }
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Outcome<BTreeMap<std::path::PathBuf, Vec<u8>>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(found.insert(path.clone(), fs::read(&path)?)),
            }
        }
    }
    Ok(found)
}
