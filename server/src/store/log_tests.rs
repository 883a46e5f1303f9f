//! The log: against a model, at its limits, damaged, and on a disk that is full.

use super::database::Database;
use super::segment::LOG_FAN_OUT;
use super::{
    AppendError, DataFolder, EVENT_BYTES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX, Health,
    Incarnation, Log, LogLimits, LogReader, SEGMENTS_OPEN_MAX, StoreError, frame, key,
};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error>;
type Outcome = Result<(), Failure>;

const STORE: Incarnation = Incarnation([1; 16]);
const SMALL: LogLimits = LogLimits {
    segment_bytes_max: 1000,
    cache_bytes: 1024 * 1024,
};

fn open(path: &Path) -> Result<(Log, LogReader), Failure> {
    let folder = DataFolder::open(path, STORE)?;
    Ok(Log::open(&folder, SMALL)?)
}

/// `events` events of `bytes` bytes that tell their sequence.
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

/// Changes what is stored under `key` of a closed segment, past everything that guards it.
fn tamper(segment: &Path, key: &[u8], value: Option<&[u8]>) -> Outcome {
    let mut database = Database::<LOG_FAN_OUT>::open(segment, 1024 * 1024)?;
    match value {
        Some(value) => database.put_all([(key.to_vec(), value.to_vec())])?,
        None => database.remove(key)?,
    }
    database.flush()?;
    Ok(database.close()?)
}

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

/// What a range must give, event by event.
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
        assert_eq!(log.health(), Health::Serving);
    }
    log.append(5, vec![mebibyte(); over - 1])?;
    assert_eq!(reader.get(6)?, Some(mebibyte()));
    Ok(())
}

#[test]
fn readers_on_other_threads_see_whole_prefixes_while_the_log_grows() -> Outcome {
    const LAST: u64 = 400;
    let temporary = TempDir::new()?;
    let (mut log, reader) = open(temporary.path())?;
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

#[test]
fn a_segment_created_just_before_a_crash_is_no_obstacle() -> Outcome {
    let temporary = filled(20)?;
    let half = temporary.path().join("log/00000000000000000021");
    // Once as sled leaves it before the first group, once cut off in the middle.
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

/// Without a remedy of ours, sled 1.0.0-alpha.124 opens such a folder as it should be and deletes its
/// snapshot: whoever opens it next finds it empty.
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
            text.starts_with("event 7 of the log is not readable: the checksum is "),
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

/// The folder for the child process of the test below.
const FULL_DISK: &str = "SIGNPOST_TEST_FULL_DISK";

/// Runs itself in a child process that may not write files over some size: the disk that refuses.
#[test]
fn a_full_disk_is_an_error_and_poisons() -> Outcome {
    if let Ok(path) = std::env::var(FULL_DISK) {
        return append_until_refused(Path::new(&path));
    }
    let temporary = TempDir::new()?;
    let name = "store::log_tests::a_full_disk_is_an_error_and_poisons";
    // Blocks of 512 bytes; without the trap the signal would end the child.
    let script = "trap '' XFSZ; ulimit -f 300; exec \"$0\" --exact --nocapture \"$1\"";
    let child = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe()?)
        .arg(name)
        .env(FULL_DISK, temporary.path())
        .output()?;
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    let answered: u64 = said
        .lines()
        .find_map(|line| line.strip_prefix("answered "))
        .ok_or("the child did not say how far it came")?
        .parse()?;
    let (mut log, reader) = open(temporary.path())?;
    assert!(
        answered > 10 && log.last() >= answered,
        "{answered} {}",
        log.last()
    );
    let events = reader.range(1, usize::MAX, usize::MAX)?;
    assert_eq!(events.len() as u64, log.last());
    log.append(log.last(), group(1, 1, 100))?;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the child tells the parent how far it came"
)]
fn append_until_refused(path: &Path) -> Outcome {
    let folder = DataFolder::open(path, STORE)?;
    let limits = LogLimits {
        segment_bytes_max: 1 << 30,
        ..SMALL
    };
    let (mut log, reader) = Log::open(&folder, limits)?;
    let failed = loop {
        let noise: Vec<u8> = (1..=4000)
            .map(|i: u64| {
                (i * (log.last() + 1))
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .to_be_bytes()[0]
            })
            .collect();
        match log.append(log.last(), vec![noise; 3]) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(
        matches!(&failed, AppendError::Failed(StoreError::Io { .. })),
        "{failed}"
    );
    assert!(matches!(reader.health(), Health::Poisoned { .. }));
    let again = log.append(log.last(), vec![vec![]]);
    assert!(matches!(again, Err(AppendError::Poisoned { .. })));
    println!("\nanswered {}", log.last());
    // Neither may wait for a flush that never comes.
    drop((log, reader));
    Ok(())
}
