//! Tests of reading events and playbooks: on separate threads, and to the end when the server stops.

use super::{AIRLINE, MONDAY, TestResult, command, publish, route};
use crate::engine::{Clock, Engine, EngineGuard, EngineOptions, fold_log, open_folder};
use crate::store::{Log, LogLimits};
use signpost_domain::command::{CommandBody, PublishPlaybook};
use signpost_domain::ids::Seq;
use signpost_domain::playbook::Playbook;
use std::error::Error;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};

/// With these limits, one or two groups fill a segment.
const SMALL: LogLimits = LogLimits {
    segment_bytes_max: 4_000,
    cache_bytes: 1024 * 1024,
};
const CONTACTS: u64 = 24;

fn start(path: &Path) -> Result<(Engine, EngineGuard), Box<dyn Error>> {
    let options = EngineOptions {
        log: SMALL,
        ..EngineOptions::new(Clock::External)
    };
    Ok(Engine::start(open_folder(path)?, options)?)
}

/// An engine whose log has a publication and contacts, in closed segments.
async fn filled(path: &Path) -> Result<(Engine, EngineGuard), Box<dyn Error>> {
    let (engine, guard) = start(path)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    for number in 0..CONTACTS {
        let id = format!("chat-{number}");
        let routed = command(&id, MONDAY, route(&id, &id, "web_chat", MONDAY));
        engine.write(routed).await?;
    }
    drop(engine);
    guard.stop();
    let segments = std::fs::read_dir(path.join("log"))?.count();
    assert!(segments > 5, "{segments}");
    start(path)
}

/// Whether the future is still pending after its first poll, so that its task can do other things.
macro_rules! waits {
    ($future:expr) => {
        $future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    };
}

#[test]
fn who_serves_neither_reads_the_disk_nor_compiles_a_playbook() -> TestResult {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build()?;
    runtime.block_on(no_read_is_done_by_who_serves())
}

/// Keeps the only thread for reads busy until the sender is dropped: what is ready meanwhile was done by who serves.
fn busy() -> Sender<()> {
    let (until, held) = channel();
    drop(tokio::task::spawn_blocking(move || held.recv()));
    until
}

async fn no_read_is_done_by_who_serves() -> TestResult {
    let folder = tempfile::tempdir()?;
    let (engine, guard) = filled(&folder.path().join("data")).await?;
    let here = std::thread::current().id();
    let seqs: Vec<Seq> = (2..=CONTACTS).map(Seq).collect();
    for seqs in [&seqs[..1], &seqs] {
        let read = engine.of_events(seqs, |events| {
            let seqs = events.iter().map(|event| event.envelope.seq);
            (seqs.collect::<Vec<Seq>>(), std::thread::current().id())
        });
        let (found, thread) = read.await?;
        assert_eq!(found, seqs);
        assert_ne!(thread, here);
    }
    {
        let busy = busy();
        let mut event = pin!(engine.event(Seq(3)));
        assert!(waits!(event));
        drop(busy);
        assert_eq!(event.await?.envelope.seq, Seq(3));
    }

    let old = engine.live().ok_or("nothing is live")?.version.clone();
    let other = AIRLINE.replace("playbook: airline", "playbook: other");
    let playbook = Arc::new(Playbook::stored(&other).map_err(|faults| faults.to_string())?);
    let note = "second".into();
    let other = CommandBody::Publish(PublishPlaybook {
        playbook,
        note,
        in_use: Vec::new(),
    });
    engine.write(command("p2", MONDAY, other)).await?;
    drop(engine);
    guard.stop();
    let (engine, guard) = start(&folder.path().join("data"))?;
    let busy = busy();
    let mut found = pin!(engine.playbook(&old));
    assert!(waits!(found));
    drop(busy);
    let found = found.await?.ok_or("it was published")?;
    assert_eq!(found.version, old);
    guard.stop();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_read_when_the_server_stops_is_read_to_the_end() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = filled(&data).await?;
    let last = CONTACTS + 1;
    let mut readers = tokio::task::JoinSet::new();
    for from in (1..last).step_by(3) {
        let engine = engine.clone();
        readers.spawn(async move {
            let seqs: Vec<Seq> = (from..=last.min(from + 3)).map(Seq).collect();
            let count = engine.of_events(&seqs, |events| events.len()).await?;
            Ok::<bool, crate::engine::EngineError>(count == seqs.len())
        });
    }
    let at = MONDAY;
    let written = engine.write(command("late", at, route("late", "late", "web_chat", at)));
    let written = written.await?.recorded.envelope.seq;
    let stopped = tokio::task::spawn_blocking(move || guard.stop());
    while let Some(read) = readers.join_next().await {
        assert!(read??);
    }
    stopped.await?;
    drop(engine);
    let (_, log) = Log::open(&open_folder(&data)?, SMALL)?;
    let folded = fold_log(&log)?;
    assert_eq!((log.last(), folded.state.seq()), (written.0, written));
    assert_eq!(folded.decided_otherwise, []);
    Ok(())
}
