//! The power-cut harness on trial: writers that are safe survive every cut, writers that are not
//! lose at some seed.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use expect_test::expect;
use signpost_tests::powercut::{
    Journal, JournalError, Recorder, Way, compile, journal_len, read_back,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Power cuts played for each way.
const SEEDS: u64 = 20;
/// Records kept in one life.
const RECORDS: u64 = 40;

/// A record that was answered, and the length of the journal when the answer was in hand.
struct Acked {
    n: u64,
    journal_len: u64,
}

#[test]
fn safe_ways_survive_every_cut() -> Outcome {
    for way in [Way::Safe, Way::Sled] {
        assert_eq!(losses(way)?, Vec::<String>::new(), "{way:?}");
    }
    Ok(())
}

#[test]
fn unsafe_ways_lose() -> Outcome {
    for way in [
        Way::NoSync,
        Way::NoFolderSync,
        Way::NoRenameSync,
        Way::SledUnsettled,
        Way::SledNoFlush,
    ] {
        assert_ne!(losses(way)?, Vec::<String>::new(), "{way:?}");
    }
    Ok(())
}

#[test]
fn a_second_life_goes_on_in_the_same_journal() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, path) = (scratch.path().join("data"), scratch.path().join("journal"));
    life(Way::NoSync, &data, &path, 0..10)?;
    // What a kill can keep from the journal: the end of a record, and an operation that was done.
    OpenOptions::new()
        .append(true)
        .open(&path)?
        .write_all(&fs::read(&path)?[..30])?;
    OpenOptions::new()
        .append(true)
        .open(data.join("log"))?
        .write_all(b"not journaled")?;
    fs::create_dir(data.join("folder"))?;
    fs::write(data.join("folder/file"), "not journaled")?;
    life(Way::NoFolderSync, &data, &path, 10..20)?;
    fs::rename(data.join("12"), data.join("renamed"))?;
    fs::remove_file(data.join("13"))?;
    life(Way::NoSync, &data, &path, 20..30)?;

    let journal = Journal::read(&path)?;
    let mut is_whole = false;
    let mut lost = 0;
    for seed in 0..SEEDS {
        let into = scratch.path().join(format!("rebuilt-{seed}"));
        let rebuilt = journal.rebuild(journal.len_bytes(), seed, &into)?;
        if rebuilt.files_torn + rebuilt.names_lost == 0 {
            is_whole = true;
            assert_eq!(contents(&into)?, contents(&data)?);
        }
        lost += u32::from(read_back(Way::NoSync, &into)?.len() < 10);
    }
    assert!(is_whole, "no seed left everything");
    assert!(
        lost > 0,
        "what the first life did not sync was taken for durable"
    );
    Ok(())
}

/// The files of a folder and of those in it, with their contents.
fn contents(folder: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    drop(found.insert(path.strip_prefix(folder)?.to_path_buf(), fs::read(&path)?))
                }
            }
        }
    }
    Ok(found)
}

#[test]
fn the_recorder_sees_every_call_it_knows() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let journal = exercised(scratch.path(), "known")?;
    let story: Vec<String> = journal.story().into_iter().map(|(_, line)| line).collect();
    expect![[r#"
        sync of everything begins
        sync of everything ends
        note: recording starts
        create data (folder)
        create data/log (file)
        write data/log at 0, 5 bytes
        write data/log at 5, 4 bytes
        write data/log at 1, 2 bytes
        write data/log at 9, 5 bytes
        write data/log at 20, 5 bytes
        write data/log at 30, 5 bytes
        write data/log at 40, 6 bytes
        sync of data/log begins
        sync of data/log ends
        write data/log at 46, 3 bytes
        write data/log at 49, 3 bytes
        note: sync_file_range
        sync of data/log begins
        sync of data/log ends
        create data/sized (file)
        truncate data/sized to 100
        truncate data/sized to 200
        truncate data/sized to 7
        truncate data/sized to 0
        truncate data/sized to 0
        create data/sub (folder)
        create data/sub/deep (folder)
        rename data/sized to data/renamed
        rename data/renamed to data/sub/moved
        link data/sub/moved as data/twin
        create data/arrow (link to sub/moved)
        sync of data/sub begins
        sync of data/sub ends
        unlink data/sub/deep
        unlink data/arrow
        unlink data/twin
        unlink data/sub/moved
        unlink data/sub
        create data/child (file)
        write data/child at 0, 1 bytes
        unlink data/child
        sync of everything begins
        sync of everything ends
        sync of everything begins
        sync of everything ends
        sync of the outer folder begins
        sync of the outer folder ends
    "#]]
    .assert_eq(&(story.join("\n") + "\n"));
    let rebuilt = scratch.path().join("rebuilt");
    journal.rebuild(journal.len_bytes(), 0, &rebuilt)?;
    assert_eq!(
        fs::read(rebuilt.join("log"))?,
        fs::read(scratch.path().join("data/log"))?
    );
    assert_eq!(
        fs::read_dir(&rebuilt)?.count(),
        fs::read_dir(scratch.path().join("data"))?.count()
    );
    Ok(())
}

#[test]
fn what_the_model_cannot_follow_is_refused_by_name() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let journal = exercised(scratch.path(), "all")?;
    let story: Vec<String> = journal.story().into_iter().map(|(_, line)| line).collect();
    let aloud: Vec<&str> = story
        .iter()
        .filter_map(|line| line.strip_prefix("unsupported: "))
        .collect();
    expect![[r#"
        mmap, shared and writable
        open with O_SYNC or O_DSYNC
        copy_file_range
        sendfile
        fallocate that changes content
        rename into the watched folder
    "#]]
    .assert_eq(&(aloud.join("\n") + "\n"));
    let refused = journal.rebuild(journal.len_bytes(), 0, &scratch.path().join("rebuilt"));
    assert!(
        matches!(refused, Err(JournalError::Unsupported { .. })),
        "{refused:?}"
    );
    Ok(())
}

/// The journal of the C program that does one of each thing.
fn exercised(scratch: &Path, which: &str) -> Outcome<Journal> {
    let (program, path) = (scratch.join("exercise"), scratch.join("journal"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorder/exercise.c");
    compile(&[], &source, &program)?;
    let mut command = Command::new(&program);
    command.arg(scratch.join("data")).arg(which);
    Recorder::build()?.watch(&mut command, &scratch.join("data"), &path)?;
    let said = command.output()?;
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Ok(Journal::read(&path)?)
}

/// One line for each seed at which an answered record is missing.
fn losses(way: Way) -> Outcome<Vec<String>> {
    let scratch = tempfile::tempdir()?;
    let (data, path) = (scratch.path().join("data"), scratch.path().join("journal"));
    let acked = life(way, &data, &path, 0..RECORDS)?;
    let journal = Journal::read(&path)?;
    let mut losses = Vec::new();
    let mut at_stake = 0;
    for seed in 0..SEEDS {
        let cut = journal.cut(seed);
        let into = scratch.path().join(format!("rebuilt-{seed}"));
        let rebuilt = journal.rebuild(cut, seed, &into)?;
        at_stake += rebuilt.files_torn + rebuilt.names_lost;
        let promised = acked
            .iter()
            .filter(|acked| acked.journal_len <= cut)
            .map(|acked| acked.n);
        let promised: Vec<u64> = promised.collect();
        match read_back(way, &into) {
            Ok(there) => {
                let lost: Vec<_> = promised.iter().filter(|n| !there.contains(n)).collect();
                if !lost.is_empty() {
                    losses.push(format!(
                        "seed {seed}, cut {cut}: {lost:?} lost, {rebuilt:?}"
                    ));
                }
            }
            Err(_) if promised.is_empty() => {}
            Err(err) => losses.push(format!("seed {seed}, cut {cut}: {err}, {rebuilt:?}")),
        }
    }
    assert!(at_stake > 0, "no cut of {way:?} took anything away");
    Ok(losses)
}

/// Runs a scribbler under the recorder until it has answered for all of `records`, then kills it.
fn life(
    way: Way,
    data: &Path,
    journal: &Path,
    records: std::ops::Range<u64>,
) -> Outcome<Vec<Acked>> {
    let name = Way::ALL
        .iter()
        .find(|(_, known)| *known == way)
        .map_or("", |(name, _)| name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_scribbler"));
    command
        .arg(name)
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    Recorder::build()?.watch(&mut command, data, journal)?;
    let mut child = command.spawn()?;
    let (mut asks, answers) = (child.stdin.take(), child.stdout.take());
    let mut answers = BufReader::new(answers.ok_or("no output")?).lines();
    let mut acked = Vec::new();
    for n in records {
        writeln!(asks.as_mut().ok_or("no input")?, "{n}")?;
        let answer = answers.next().ok_or("no answer")??;
        assert_eq!(answer, format!("ack {n}"));
        acked.push(Acked {
            n,
            journal_len: journal_len(journal)?,
        });
    }
    child.kill()?;
    child.wait()?;
    Ok(acked)
}
