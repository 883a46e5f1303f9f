//! A disk that fails under a server at work: writes, syncs and renames with EIO or ENOSPC, and writes that are short,
//! from a random call on. The server takes no more work, says so and ends; started again without the fault it has all
//! that it answered. `.ci/faults disk` plays the long form.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use signpost_client::v1::ErrorReason;
use signpost_server::engine::Clock;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, channel, prove, publish, served, signpostd, small_limits,
    still_there,
};
use signpost_tests::faults::{Fault, Faults};
use signpost_tests::long_form::{number, say};
use signpost_tests::powercut::Dice;

/// Lives of the server with each kind of fault, unless `SIGNPOST_DISK_FAULTS` says so.
const LIVES: usize = 1;
/// Callers at work at once.
const CALLERS: usize = 8;
/// Answers after which a life ends if its fault was not met.
const ANSWERS_MAX: u64 = 200;
/// Answers of a life whose disk has no fault.
const ANSWERS: u64 = 40;
/// The signal of a process that ends itself.
const ABORTED: i32 = 6;
/// How long a server may take to notice that its disk failed.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);

/// The kinds of faults: a name, the calls, what they do, how many, and among how many calls the first one is drawn.
const KINDS: [(&str, &str, &str, Option<u64>, usize); 8] = [
    ("write EIO", "write", "EIO", None, 300),
    ("write EIO once", "write", "EIO", Some(1), 300),
    ("write ENOSPC", "write", "ENOSPC", None, 300),
    ("write short, then ENOSPC", "write", "SHORT", None, 300),
    ("sync EIO", "sync", "EIO", None, 200),
    ("sync EIO once", "sync", "EIO", Some(1), 200),
    ("rename EIO", "rename", "EIO", None, 12),
    ("new files ENOSPC", "open", "ENOSPC", None, 200),
];

/// What became of the lives of one kind.
#[derive(Default)]
struct Row {
    runs: usize,
    at_start: usize,
    under_load: usize,
    /// Of those under load, how many the engine ended by itself. It may, while it closes a database.
    aborted: usize,
    answered: u64,
}

/// A folder over all its lives, and what was asked of its servers.
struct Lives {
    data: PathBuf,
    log: PathBuf,
    note: PathBuf,
    faults: Faults,
    book: Arc<Book>,
    callers: Vec<Caller>,
    dice: Dice,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_ends_the_server_and_loses_nothing() -> Outcome {
    let lives = number("SIGNPOST_DISK_FAULTS", LIVES)?;
    let scratch = tempfile::tempdir()?;
    let mut dice = Dice::new(0x6661_756c);
    let mut all = Lives {
        data: scratch.path().join("data"),
        log: scratch.path().join("stderr"),
        note: scratch.path().join("first-fault"),
        faults: Faults::build()?,
        book: Arc::new(Book::new(None)),
        callers: (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect(),
        dice,
    };
    all.whole(&mut signpostd(&all.data)?).await?;
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    for life in 0..lives {
        for (place, (name, calls, kind, times, among)) in KINDS.into_iter().enumerate() {
            let fault = Fault {
                calls,
                kind,
                path: "",
                from: 1 + all.dice.below(among) as u64,
                times,
            };
            let row = table.entry(name).or_default();
            let mut command = match (life + place) % 3 {
                0 => signpostd(&all.data)?,
                _ => small(&all.data),
            };
            all.faulty(&mut command, &fault, row).await?;
            let mut command = match place % 2 {
                0 => signpostd(&all.data)?,
                _ => small(&all.data),
            };
            all.whole(&mut command).await?;
        }
    }
    let found = prove(&all.data, small_limits(Clock::External))?;
    let lost = all.book.missing_from(&found, u64::MAX);
    assert_eq!(lost, Vec::<String>::new());
    let met: usize = table
        .values()
        .map(|row| row.at_start + row.under_load)
        .sum();
    assert!(met >= KINDS.len() / 2, "hardly any fault was met");
    say("kind of fault                runs  at start  under load  aborted  answered  lost");
    for (name, row) in &table {
        say(&format!(
            "{name:<28} {:>4}  {:>8}  {:>10}  {:>7}  {:>8}  {:>4}",
            row.runs,
            row.at_start,
            row.under_load,
            row.aborted,
            row.answered,
            lost.len()
        ));
    }
    Ok(())
}

/// A disk may take less of a write than it is given, and be well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_in_parts_are_no_fault() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    fs::create_dir(&data)?;
    let fault = Fault {
        calls: "write",
        kind: "PARTS",
        from: 1,
        ..Fault::default()
    };
    let mut command = small(&data);
    let note = scratch.path().join("first-fault");
    Faults::build()?.set(&mut command, &data, &fault, &note)?;
    let mut server = Process::start(&mut command, &scratch.path().join("stderr"))?;
    let server_channel = channel(&server.address()?)?;
    publish(&server_channel).await?;
    let book = Arc::new(Book::new(None));
    let callers = (0..CALLERS).map(|n| Caller::new(n, 3)).collect();
    let mut load = Load::start(&server_channel, callers, &book);
    load.until(ANSWERS).await?;
    assert!(server.stop()?.success());
    load.end().await?;
    let mut server = Process::start(&mut small(&data), &scratch.path().join("stderr"))?;
    let server_channel = channel(&server.address()?)?;
    book.settle(&server_channel).await?;
    still_there(&server_channel, &book, 0).await?;
    assert!(server.stop()?.success());
    let found = prove(&data, small_limits(Clock::External))?;
    assert_eq!(book.missing_from(&found, u64::MAX), Vec::<String>::new());
    Ok(())
}

impl Lives {
    /// A life on a disk that fails at some time. It may fail before the server is there, or not at all.
    async fn faulty(&mut self, command: &mut Command, fault: &Fault, row: &mut Row) -> Outcome {
        row.runs += 1;
        self.faults.set(command, &self.data, fault, &self.note)?;
        let mut server = Process::start(command, &self.log)?;
        let Ok(address) = server.address() else {
            row.at_start += 1;
            return Ok(());
        };
        let before = *self.book.answers().borrow();
        let callers = std::mem::take(&mut self.callers);
        let mut load = Load::start(&channel(&address)?, callers, &self.book);
        let enough = load.until(ANSWERS_MAX).await;
        if enough.is_ok() {
            server.kill()?;
            self.callers = load.end().await?;
        } else {
            let callers = tokio::time::timeout(NOTICED_WITHIN, load.end()).await??;
            let told: Vec<ErrorReason> = callers.iter().map(|caller| caller.ended_by).collect();
            let first = fs::read_to_string(&self.note).unwrap_or_default();
            let ended = server.ended()?;
            let logged = server.logged()?;
            let what = format!("{fault:?}, {first}, {told:?}, {enough:?}, {ended}:\n{logged}");
            row.under_load += 1;
            if ended.signal() == Some(ABORTED) {
                row.aborted += 1;
                self.callers = callers;
                row.answered += *self.book.answers().borrow() - before;
                return Ok(());
            }
            let is_told = told.contains(&ErrorReason::StoreFailed);
            assert!(is_told, "nobody was told STORE_FAILED: {what}");
            assert_eq!(ended.code(), Some(1), "{what}");
            self.callers = callers;
        }
        row.answered += *self.book.answers().borrow() - before;
        Ok(())
    }

    /// A life on a disk that is well: all that was answered is there.
    async fn whole(&mut self, command: &mut Command) -> Outcome {
        let mut server = Process::start(command, &self.log)?;
        let server_channel = channel(&server.address()?)?;
        publish(&server_channel).await?;
        self.book.settle(&server_channel).await?;
        still_there(&server_channel, &self.book, 0).await?;
        let callers = std::mem::take(&mut self.callers);
        let mut load = Load::start(&server_channel, callers, &self.book);
        load.until(ANSWERS).await?;
        server.kill()?;
        self.callers = load.end().await?;
        Ok(())
    }
}

fn small(data: &Path) -> Command {
    served(env!("CARGO_BIN_EXE_served"), data)
}
