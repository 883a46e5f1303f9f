//! Tests of the log: segments, limits, readers, retention. The modules below test it against a model, after damage and
//! on a full disk.

mod damage;
mod full_disk;
mod model;
mod shared;

use crate::store::{
    DataFolder, EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX, Log, LogLimits, LogReader,
    SEGMENTS_OPEN_MAX, StoreError, StoreHealth, StoreId,
};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error>;
type Outcome = Result<(), Failure>;

const STORE: StoreId = StoreId([1; 16]);
const SMALL: LogLimits = LogLimits {
    segment_bytes_max: 1000,
    cache_bytes: 1024 * 1024,
};

fn open(path: &Path) -> Result<(Log, LogReader), Failure> {
    let folder = DataFolder::open(path, STORE)?;
    Ok(Log::open(&folder, SMALL)?)
}

/// `events` events of `bytes` bytes. Each event contains its sequence.
fn group(first: u64, events: u64, bytes: usize) -> Vec<Vec<u8>> {
    (first..first + events)
        .map(|sequence| {
            let mut event = sequence.to_be_bytes().repeat(bytes / 8 + 1);
            event.truncate(bytes);
            event
        })
        .collect()
}

/// A folder whose log has events 1 to `last`, in segments of about ten.
fn filled(last: u64) -> Result<TempDir, Failure> {
    let temporary = TempDir::new()?;
    let (mut log, _) = open(temporary.path())?;
    while log.last() < last {
        let next = log.last() + 1;
        log.append(log.last(), group(next, (last + 1 - next).min(5), 100))?;
    }
    Ok(temporary)
}

fn segments(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(path.join("log"))? {
        segments.push(entry?.path());
    }
    segments.sort();
    Ok(segments)
}

/// Copies the folder while the log is open, as a crash would leave it.
pub(in crate::store) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
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

#[test]
fn every_answered_group_survives_a_crash() -> Outcome {
    let temporary = TempDir::new()?;
    let (mut log, _) = open(temporary.path())?;
    for _ in 0..8 {
        let last = log.append(log.last(), group(log.last() + 1, 3, 100))?;
        let crashed = TempDir::new()?;
        copy(temporary.path(), crashed.path())?;
        let (after, reader) = open(crashed.path())?;
        assert_eq!(after.last(), last);
        assert_eq!(reader.range(1, 100, 1 << 20)?.len() as u64, last);
    }
    Ok(())
}

#[test]
fn groups_never_span_segments_and_segments_are_named_by_their_first_event() -> Outcome {
    let temporary = filled(26)?;
    let names: Vec<_> = segments(temporary.path())?
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(
        names,
        [
            "00000000000000000001",
            "00000000000000000011",
            "00000000000000000021"
        ]
    );
    Ok(())
}

#[test]
fn what_may_not_be_appended_changes_nothing() -> Outcome {
    let temporary = filled(5)?;
    let (mut log, reader) = open(temporary.path())?;
    let mebibyte = || vec![7; EVENT_BYTES_MAX];
    let over = GROUP_BYTES_MAX / EVENT_BYTES_MAX + 1;
    let cases = [
        (
            4,
            group(5, 1, 10),
            "the group follows event 4, but the last event of the log is 5",
        ),
        (
            6,
            group(7, 1, 10),
            "the group follows event 6, but the last event of the log is 5",
        ),
        (5, vec![], "the group is empty"),
        (
            5,
            vec![vec![]; GROUP_EVENTS_MAX + 1],
            "the group has 1025 events, at most 1024 fit",
        ),
        (
            5,
            vec![vec![], vec![0; EVENT_BYTES_MAX + 1]],
            "event 1 of the group has 1048577 bytes, at most 1048576 fit",
        ),
        (
            5,
            vec![mebibyte(); over],
            "the group has 17825792 bytes, at most 16777216 fit",
        ),
    ];
    for (expected_last, group, text) in cases {
        let refused = log
            .append(expected_last, group)
            .err()
            .map(|error| error.to_string());
        assert_eq!(refused.as_deref(), Some(text));
        assert_eq!((log.last(), reader.range(6, 10, 10)?), (5, vec![]));
        assert_eq!(log.health(), StoreHealth::Serving);
    }
    log.append(5, vec![mebibyte(); over - 1])?;
    assert_eq!(reader.get(6)?, Some(mebibyte()));
    Ok(())
}

#[test]
fn readers_on_other_threads_see_whole_prefixes_while_the_log_grows() -> Outcome {
    const LAST: u64 = 400;
    let temporary = TempDir::new()?;
    fn shared<T: Clone + Send + Sync>(_: &T) {}
    fn sent<T: Send>(_: &T) {}
    let (mut log, reader) = open(temporary.path())?;
    shared(&reader);
    sent(&log);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let reader = reader.clone();
                scope.spawn(move || -> Result<(), StoreError> {
                    let mut next = 1;
                    while next <= LAST {
                        for (sequence, event) in reader.range(next, 50, 1 << 20)? {
                            assert_eq!((sequence, &event), (next, &group(next, 1, 100)[0]));
                            next += 1;
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        while log.last() < LAST {
            log.append(log.last(), group(log.last() + 1, 4, 100))?;
        }
        for reader in readers {
            reader.join().map_err(|_| "a reader panicked")??;
        }
        Ok(())
    })
}

#[test]
fn more_segments_are_read_than_stay_open() -> Outcome {
    let segment_count = SEGMENTS_OPEN_MAX as u64 + 3;
    let temporary = filled(segment_count * 10)?;
    let (_log, reader) = open(temporary.path())?;
    for _ in 0..2 {
        for sequence in (1..=segment_count * 10).step_by(10) {
            assert_eq!(
                reader.get(sequence)?,
                Some(group(sequence, 1, 100).remove(0))
            );
        }
    }
    assert_eq!(
        reader.range(1, 1000, 1 << 20)?.len() as u64,
        segment_count * 10
    );
    Ok(())
}

#[test]
fn trimmed_events_are_gone_and_the_place_is_kept() -> Outcome {
    let temporary = filled(30)?;
    let (mut log, reader) = open(temporary.path())?;
    assert_eq!(log.trim(20)?, 11);
    assert_eq!(reader.get(10)?, None);
    assert!(matches!(
        reader.range(10, 5, 1000),
        Err(StoreError::Trimmed {
            asked: 10,
            first: 11
        })
    ));
    assert_eq!(log.trim(1000)?, 21);
    drop((log, reader));
    let (mut log, reader) = open(temporary.path())?;
    assert_eq!((log.first(), log.last()), (21, 30));
    assert_eq!(log.append(30, group(31, 1, 100))?, 31);
    assert_eq!(reader.range(21, 100, 1 << 20)?.len(), 11);
    Ok(())
}
