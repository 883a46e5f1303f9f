//! The power goes at any moment of a server's life under load: what was answered before is there, once, and the folder
//! is whole. The same server with its syncs taken away must lose.

use std::path::Path;
use std::sync::Arc;

use signpost_server::engine::Clock;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, Told, channel, prove, publish, served, signpostd,
    small_limits,
};
use signpost_tests::powercut::{Dice, Journal, Recorder};
use tempfile::TempDir;

/// Power cuts played from one journal.
const SEEDS: u64 = 20;
/// One in so many of them is also looked at through a server on the folder that is left.
const SERVED_ONE_IN: u64 = 5;
/// Lives under one journal: what the first did not sync is at stake in the second.
const LIVES: u64 = 2;
/// Answers of one life.
const ANSWERS: u64 = 300;
/// Callers at work at once.
const CALLERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_every_power_cut() -> Outcome {
    let recorded = record(&Recorder::build()?).await?;
    let mut at_stake = 0;
    for seed in 0..SEEDS {
        let cut = recorded.journal.cut(seed);
        let left = recorded.scratch.path().join(format!("left-{seed}"));
        let rebuilt = recorded.journal.rebuild(cut, seed, &left)?;
        at_stake += rebuilt.files_torn + rebuilt.names_lost;
        let faults = recorded.faults(&left, cut);
        assert_eq!(
            faults,
            Vec::<String>::new(),
            "seed {seed}, cut {cut}: {rebuilt:?}"
        );
        if seed % SERVED_ONE_IN == 0 {
            recorded.serve(&left, cut).await?;
        }
        std::fs::remove_dir_all(left)?;
    }
    assert!(at_stake > 0, "no cut took anything away");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_syncs_loses() -> Outcome {
    let recorded = record(&Recorder::build()?.dropping_syncs()).await?;
    for seed in 0..SEEDS {
        let cut = recorded.journal.cut(seed);
        let left = recorded.scratch.path().join(format!("left-{seed}"));
        recorded.journal.rebuild(cut, seed, &left)?;
        if !recorded.faults(&left, cut).is_empty() {
            return Ok(());
        }
    }
    Err("the test does not see what is lost".into())
}

/// What a server did to its folder, and what it told its callers meanwhile.
struct Recorded {
    scratch: TempDir,
    journal: Journal,
    book: Arc<Book>,
}

/// Loads a server that is watched, kills it, and again.
async fn record(recorder: &Recorder) -> Outcome<Recorded> {
    let scratch = tempfile::tempdir()?;
    let (data, path) = (scratch.path().join("data"), scratch.path().join("journal"));
    let log = scratch.path().join("stderr");
    let mut dice = Dice::new(0x6375_7473);
    let book = Arc::new(Book::new(Some(path.clone())));
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect();
    for _ in 0..LIVES {
        let mut command = served(env!("CARGO_BIN_EXE_served"), &data);
        recorder.watch(&mut command, &data, &path)?;
        let mut server = Process::start(&mut command, &log)?;
        let server_channel = channel(&server.address()?)?;
        publish(&server_channel).await?;
        book.settle(&server_channel).await?;
        let mut load = Load::start(&server_channel, callers, &book);
        load.until(ANSWERS).await?;
        server.kill()?;
        callers = load.end().await?;
    }
    Ok(Recorded {
        journal: Journal::read(&path)?,
        scratch,
        book,
    })
}

impl Recorded {
    /// What is lost, twice or broken in the folder that a cut left.
    fn faults(&self, left: &Path, cut: u64) -> Vec<String> {
        match prove(left, small_limits(Clock::External)) {
            Ok(found) => self.book.missing_from(&found, cut),
            Err(error) => vec![error.to_string()],
        }
    }

    /// Starts `signpostd` on what a cut left and asks it for all that was answered before.
    async fn serve(&self, left: &Path, cut: u64) -> Outcome {
        let log = self.scratch.path().join("stderr");
        let mut server = Process::start(&mut signpostd(left)?, &log)?;
        let server_channel = channel(&server.address()?)?;
        for entry in self.book.entries() {
            let Told::Answer(told) = &entry.told else {
                continue;
            };
            if entry.journal_len <= cut {
                let again = entry.write.send(&server_channel).await?;
                assert!(
                    again.replayed && again.says_what(told),
                    "{entry:?}: {again:?}"
                );
            }
        }
        assert!(server.stop()?.success());
        Ok(())
    }
}
