//! Tests of the log after crashes and damage.

use super::{Outcome, SMALL, STORE, filled, group, open, segments};
use crate::store::database::Database;
use crate::store::segment::LOG_FAN_OUT;
use crate::store::{DataFolder, Log, StoreError, frame, key};
use std::fs;
use std::path::Path;

/// Changes the value under `key` of a closed segment without any of the checks.
fn tamper(segment: &Path, key: &[u8], value: Option<&[u8]>) -> Outcome {
    let mut database = Database::<LOG_FAN_OUT>::open(segment, 1024 * 1024)?;
    match value {
        Some(value) => database.put_all([(key.to_vec(), value.to_vec())])?,
        None => database.remove(key)?,
    }
    database.flush()?;
    Ok(database.close()?)
}

#[test]
fn a_segment_created_just_before_a_crash_is_no_obstacle() -> Outcome {
    let temporary = filled(20)?;
    let half = temporary.path().join("log/00000000000000000021");
    // One copy is as sled leaves it before the first group; the other is cut off in the middle.
    drop(Database::<LOG_FAN_OUT>::open(&half, 1024)?);
    for _ in 0..2 {
        let (log, reader) = open(temporary.path())?;
        assert_eq!((log.last(), reader.get(20)?.is_some()), (20, true));
        drop((log, reader));
        fs::create_dir_all(half.join("metadata"))?;
        fs::write(half.join("durability_cookie"), "")?;
    }
    let (mut log, _) = open(temporary.path())?;
    assert_eq!(log.append(20, group(21, 1, 100))?, 21);
    Ok(())
}

/// Without our remedy, sled 1.0.0-alpha.124 opens this folder without an error and deletes its snapshot. The next open
/// then finds the database empty.
#[test]
fn a_crash_while_opening_loses_nothing() -> Outcome {
    let temporary = filled(5)?;
    drop(open(temporary.path())?);
    let metadata = segments(temporary.path())?[0].join("metadata");
    for entry in fs::read_dir(&metadata)? {
        let path = entry?.path();
        if path.to_string_lossy().contains("/log_") {
            assert_eq!(
                fs::metadata(&path)?.len(),
                0,
                "there was nothing to be lost"
            );
            fs::remove_file(path)?;
        }
    }
    for _ in 0..3 {
        let (_log, reader) = open(temporary.path())?;
        assert_eq!(reader.range(1, 10, 1000)?.len(), 5);
    }
    Ok(())
}

#[test]
fn a_damaged_event_is_named() -> Outcome {
    let temporary = filled(20)?;
    let mut bad = frame::wrap(&key::sequence(7), &group(7, 1, 100)[0]);
    bad[50] ^= 1;
    tamper(
        &segments(temporary.path())?[0],
        &key::sequence(7),
        Some(&bad),
    )?;
    let (_log, reader) = open(temporary.path())?;
    assert_eq!(reader.range(1, 6, 10_000)?.len(), 6);
    for error in [reader.get(7).err(), reader.range(1, 20, 10_000).err()] {
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            text.starts_with("event 7 of the log is not readable: the stored checksum is "),
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn a_missing_event_is_named() -> Outcome {
    let temporary = filled(30)?;
    tamper(&segments(temporary.path())?[1], &key::sequence(15), None)?;
    tamper(&segments(temporary.path())?[0], &key::sequence(10), None)?;
    let (_log, reader) = open(temporary.path())?;
    let corrupt = |error| match error {
        Some(StoreError::Corrupt { sequence, .. }) => Some(sequence),
        _ => None,
    };
    assert_eq!(corrupt(reader.get(15).err()), Some(15));
    assert_eq!(corrupt(reader.range(11, 100, 10_000).err()), Some(15));
    assert_eq!(corrupt(reader.get(3).err()), Some(10));
    Ok(())
}

#[test]
fn a_missing_or_misplaced_segment_is_noticed() -> Outcome {
    let temporary = filled(30)?;
    let all = segments(temporary.path())?;
    fs::remove_dir_all(&all[1])?;
    {
        let (_log, reader) = open(temporary.path())?;
        assert!(matches!(
            reader.get(5),
            Err(StoreError::Corrupt { sequence: 11, .. })
        ));
    }
    fs::rename(&all[0], &all[1])?;
    {
        let (_log, reader) = open(temporary.path())?;
        assert!(matches!(reader.get(15), Err(StoreError::Damaged { .. })));
    }
    let other = filled(1)?;
    fs::remove_dir_all(&all[1])?;
    fs::remove_dir_all(&all[2])?;
    let foreign = temporary.path().join("log/00000000000000000001");
    fs::rename(&segments(other.path())?[0], &foreign)?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    assert!(Log::open(&folder, SMALL).is_ok(), "same store, same place");
    drop(folder);
    let format = fs::read_to_string(temporary.path().join("FORMAT"))?;
    fs::write(
        temporary.path().join("FORMAT"),
        format.replace("0101", "0202"),
    )?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    assert!(matches!(
        Log::open(&folder, SMALL),
        Err(StoreError::Damaged { .. })
    ));
    Ok(())
}

#[test]
fn a_stray_file_in_the_log_is_refused() -> Outcome {
    let temporary = filled(1)?;
    fs::write(temporary.path().join("log/notes.txt"), "")?;
    let folder = DataFolder::open(temporary.path(), STORE)?;
    let text = Log::open(&folder, SMALL)
        .err()
        .map(|error| error.to_string());
    let path = temporary.path().display();
    assert_eq!(
        text,
        Some(format!(
            "{path}/log is damaged: `notes.txt` is not the name of a segment; move it elsewhere"
        ))
    );
    Ok(())
}
