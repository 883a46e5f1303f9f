//! Damage anywhere in a data folder, and `signpost doctor`: it is found, it is named, nobody serves it as the truth, and
//! the look at it changes nothing. `.ci/faults damage` plays the long form.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use signpost_server::doctor::look;
use signpost_server::engine::{Clock, Engine, EngineOptions, fold_log, open_folder};
use signpost_server::store::Log;
use signpost_tests::crash::{
    Outcome, Process, ServerLives, StoredRows, prove, served, small_limits, stored_rows,
};
use signpost_tests::damage::{copy_folder, damage, files};
use signpost_tests::long_form::say;
use signpost_tests::process::{Ran, signpost, text};
use tempfile::TempDir;

/// ServerLives of the server that fills the folder; each ends as it should.
const LIVES: u64 = 2;
/// Answers of one of them.
const ANSWERS: u64 = 80;
/// Callers at work at once.
const CALLERS: usize = 8;
/// Damages that are tried, unless `SIGNPOST_DAMAGES` says so.
const DAMAGES: u64 = 20;

/// A folder that a server filled and left as it should, with all that it has.
struct Filled {
    scratch: TempDir,
    data: PathBuf,
    events: u64,
    rows: StoredRows,
}

/// What became of the damages to one part of the folder.
#[derive(Default)]
struct Row {
    runs: usize,
    harmless: usize,
    made_again: usize,
    named: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_of_a_whole_folder_says_so_and_changes_nothing() -> Outcome {
    let folder = filled(21).await?;
    let before = bytes(&folder.data)?;
    let ran = doctor(&folder.data, &["--fold"])?;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let ran = doctor(&folder.data, &["--json"])?;
    let told = ran.json()?;
    assert_eq!(told["verdict"], "whole", "{told}");
    assert_eq!(told["eventCount"], folder.events);
    assert_eq!(told["rowsUpToEvent"], folder.events);
    assert_eq!(told["findings"], Value::Array(Vec::new()));
    assert!(bytes(&folder.data)? == before, "the look changed something");

    // A folder that a server uses, and one that is none.
    let mut server = Process::start(
        &mut small(&folder.data),
        &folder.scratch.path().join("stderr"),
    )?;
    server.address()?;
    let used = doctor(&folder.data, &[])?;
    assert_eq!(used.code, Some(2), "{used:?}");
    assert!(
        used.stderr.contains("is in use by another server"),
        "{used:?}"
    );
    server.kill()?;
    let none = doctor(folder.scratch.path(), &[])?;
    assert_eq!(none.code, Some(2), "{none:?}");
    // A server that was killed leaves nothing that is lost.
    let killed = doctor(&folder.data, &["--fold"])?;
    assert_eq!(killed.code, Some(0), "{killed:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_is_named_with_what_to_do() -> Outcome {
    let folder = filled(22).await?;
    let segments = segments(&folder.data)?;
    assert!(segments.len() > 3, "{segments:?}");
    fs::remove_dir_all(&segments[1])?;
    let before = bytes(&folder.data)?;
    let ran = doctor(&folder.data, &["--json"])?;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told: Value = serde_json::from_str(&ran.stdout)?;
    assert_eq!(told["verdict"], "lost", "{told}");
    let lost = first_of(&segments[2])? - first_of(&segments[1])?;
    assert_eq!(told["lostEventCount"], lost, "{told}");
    assert_eq!(
        told["findings"][0]["firstEvent"],
        first_of(&segments[1])?,
        "{told}"
    );
    let words = doctor(&folder.data, &[])?.stdout;
    assert!(
        words.contains("what to do\n1. keep a copy of the whole folder"),
        "{words}"
    );
    assert!(bytes(&folder.data)? == before, "the look changed something");

    let folder = filled(23).await?;
    fs::remove_dir_all(folder.data.join("state"))?;
    let ran = doctor(&folder.data, &["--json"])?;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told: Value = serde_json::from_str(&ran.stdout)?;
    assert_eq!(told["verdict"], "made_again", "{told}");
    assert_eq!(told["lostEventCount"], 0);
    Ok(())
}

/// The engine reads them before anything else: without them no server opens the newest segment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_do_not_read_are_named() -> Outcome {
    let folder = filled(25).await?;
    let newest = segments(&folder.data)?.pop().ok_or("no segment")?;
    signpost_tests::damage::flip(&newest.join("durability_cookie"), 51)?;
    let ran = doctor(&folder.data, &["--json"])?;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("no server can open it"), "{ran:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_anywhere_is_found_and_never_believed() -> Outcome {
    let damages = match std::env::var("SIGNPOST_DAMAGES") {
        Ok(text) => text.parse()?,
        Err(_) => DAMAGES,
    };
    let folder = filled(24).await?;
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    for seed in 0..damages {
        let (part, within) = match seed % 5 {
            0 => ("the whole folder", folder.data.clone()),
            1 => ("FORMAT", folder.data.join("FORMAT")),
            2 => ("state", folder.data.join("state")),
            3 => (
                "the newest segment",
                segments(&folder.data)?.pop().ok_or("no segment")?,
            ),
            _ => ("log", folder.data.join("log")),
        };
        let copy = folder.scratch.path().join(format!("copy-{seed}"));
        copy_folder(&folder.data, &copy)?;
        let within = copy.join(within.strip_prefix(&folder.data)?);
        let what = match within.is_dir() {
            true => damage(&within, seed)?,
            false => damaged_format(&within, seed)?,
        };
        let before = bytes(&copy)?;
        let verdict = match look(&copy, true) {
            Ok(report) => report.verdict,
            Err(error) => {
                assert!(error.to_string().contains(text(&copy)?), "{error}");
                "refused"
            }
        };
        assert!(
            bytes(&copy)? == before,
            "{what}: the look changed something"
        );
        let row = table.entry(part).or_default();
        row.runs += 1;
        let is_there = folder.is_served_by(&copy);
        match (verdict, is_there) {
            ("whole", Ok(())) => row.harmless += 1,
            ("made_again", Ok(())) => row.made_again += 1,
            ("lost" | "refused", _) => row.named += 1,
            (verdict, Err(error)) => {
                return Err(format!("seed {seed}, {part}, {what}: {verdict}, but {error}").into());
            }
            (verdict, Ok(())) => return Err(format!("no verdict: {verdict}").into()),
        }
        fs::remove_dir_all(copy)?;
    }
    say("damage to              runs  harmless  made again  named  served as truth");
    for (part, row) in &table {
        say(&format!(
            "{part:<21} {:>5}  {:>8}  {:>10}  {:>5}  {:>15}",
            row.runs, row.harmless, row.made_again, row.named, 0
        ));
    }
    let met: usize = table.values().map(|row| row.made_again + row.named).sum();
    assert!(met * 5 > damages as usize, "hardly any damage was met");
    Ok(())
}

impl Filled {
    /// Starts a server with `copy`. Whatever it serves must be what was there before the damage; else it must refuse.
    /// Gives an error where something is not there.
    fn is_served_by(&self, copy: &Path) -> Outcome {
        let options = small_limits(Clock::External);
        let served = start_and_stop(copy, options).and_then(|()| {
            let folder = open_folder(copy)?;
            let (_log, reader) = Log::open(&folder, options.log)?;
            let events = fold_log(&reader)?.state.seq().0;
            drop(reader);
            Ok((events, stored_rows(&folder, options)?))
        });
        // A server that finds damaged rows while it reads says so; the next start makes them again.
        let served = match served {
            Err(error) if error.to_string().contains("/log") => return Err(error),
            Err(_) => start_and_stop(copy, options).and_then(|()| {
                let folder = open_folder(copy)?;
                Ok((self.events, stored_rows(&folder, options)?))
            }),
            served => served,
        };
        let (events, rows) = served?;
        assert_eq!(
            events, self.events,
            "events are missing, and nobody says so"
        );
        assert!(
            rows == self.rows,
            "other rows than before, and nobody says so"
        );
        Ok(())
    }
}

async fn filled(seed: u64) -> Outcome<Filled> {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let lives = ServerLives {
        lives: LIVES,
        answers: ANSWERS,
        callers: CALLERS,
        seed,
    };
    lives.play(|| small(&data), &log).await?;
    let options = small_limits(Clock::External);
    let events = prove(&data, options)?.events;
    start_and_stop(&data, options)?;
    let rows = stored_rows(&open_folder(&data)?, options)?;
    Ok(Filled {
        scratch,
        data,
        events,
        rows,
    })
}

fn small(data: &Path) -> std::process::Command {
    served(env!("CARGO_BIN_EXE_served"), data)
}

fn start_and_stop(data: &Path, options: EngineOptions) -> Outcome {
    let (engine, guard) = Engine::start(open_folder(data)?, options)?;
    drop(engine);
    guard.stop();
    Ok(())
}

/// Runs `signpost doctor`.
fn doctor(data: &Path, more: &[&str]) -> Outcome<Ran> {
    let arguments = [&["doctor", "--offline", text(data)?], more].concat();
    Ran::of(&mut signpost("127.0.0.1:1", &arguments)?)
}

/// Flips a byte of FORMAT.
fn damaged_format(path: &Path, seed: u64) -> Outcome<String> {
    let at = seed * 7 % fs::metadata(path)?.len();
    signpost_tests::damage::flip(path, at)?;
    Ok(format!("FORMAT flipped at {at}"))
}

/// The folders of the segments, the oldest first.
fn segments(data: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(data.join("log"))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|it| it.path())).collect();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}

/// The first event of a segment.
fn first_of(segment: &Path) -> Outcome<u64> {
    let name = segment.file_name().ok_or("no name")?;
    Ok(name.to_string_lossy().parse()?)
}

/// Every file below a folder with its bytes.
fn bytes(folder: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let files = files(folder)?.into_iter();
    files
        .map(|(path, _)| Ok((path.clone(), fs::read(path)?)))
        .collect()
}
