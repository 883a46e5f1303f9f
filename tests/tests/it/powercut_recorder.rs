//! The power-cut harness on trial: writers that are safe survive every cut, writers that are not
//! lose at some seed.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use signpost_tests::powercut::{Journal, Recorder, Way, journal_len, read_back};

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
        let l = losses(way)?; eprintln!("{way:?} {} {l:#?}", l.len());
        assert_ne!(l, Vec::<String>::new(), "{way:?}");
    }
    Ok(())
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
