//! Folders that are damaged at rest: rows are made again from the log and are the same; a log that does not read is
//! said so, by the event, and nothing is skipped.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use signpost_client::v1::server_service_client::ServerServiceClient;
use signpost_client::{ClientError, v1};
use signpost_server::engine::{Clock, Engine, EngineOptions, fold_log, open_folder};
use signpost_server::store::Log;
use signpost_tests::crash::{
    Book, Outcome, Process, ServerLives, StoredRows, Told, channel, prove, served, small_limits,
    stored_rows,
};
use signpost_tests::damage::{copy_folder, damage, files, flip};
use tempfile::TempDir;
use tonic_types::StatusExt;

/// ServerLives of the server that fills a folder; each ends as it should.
const LIVES: u64 = 2;
/// Answers of one of them.
const ANSWERS: u64 = 100;
/// Callers at work at once.
const CALLERS: usize = 8;
/// Ways of damage that are tried.
const DAMAGES: u64 = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_gone_or_of_another_store_are_made_again_the_same() -> Outcome {
    let folder = filled(1).await?;
    let options = small_limits(Clock::External);
    let found = prove(&folder.data, options)?;
    assert_eq!(
        folder.book.missing_from(&found, u64::MAX),
        Vec::<String>::new()
    );
    let segments = fs::read_dir(folder.data.join("log"))?.count();
    assert!(segments > 2, "{segments} segments");
    let before = rows(&folder.data, options)?;

    fs::remove_dir_all(folder.data.join("state"))?;
    assert!(rows(&folder.data, options)?.is_empty());
    prove(&folder.data, options)?;
    assert_eq!(rows(&folder.data, options)?, before);

    let other = filled(2).await?;
    fs::remove_dir_all(folder.data.join("state"))?;
    fs::rename(other.data.join("state"), folder.data.join("state"))?;
    let refused = rows(&folder.data, options)
        .err()
        .map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("it belongs to another store"));
    prove(&folder.data, options)?;
    assert_eq!(rows(&folder.data, options)?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_rows_are_made_again_and_never_believed() -> Outcome {
    let folder = filled(3).await?;
    let options = small_limits(Clock::External);
    start_and_stop(&folder.data, options)?;
    let before = rows(&folder.data, options)?;
    let mut met = 0;
    for seed in 0..DAMAGES {
        let copy = folder.copy(&format!("copy-{seed}"))?;
        let what = damage(&copy.join("state"), seed)?;
        let twin = folder.copy(&format!("twin-{seed}"))?;
        damage(&twin.join("state"), seed)?;
        met += usize::from(rows(&twin, options).is_err());
        fs::remove_dir_all(twin)?;
        // What is not read at the start is found when it is read; the start after that makes all of it again.
        let mut after = start_and_stop(&copy, options).and_then(|()| rows(&copy, options));
        if let Err(error) = &after {
            let text = error.to_string();
            assert!(
                text.contains("damaged") || text.contains("rows"),
                "{what}: {text}"
            );
            start_and_stop(&copy, options)?;
            after = rows(&copy, options);
        }
        assert!(
            after? == before,
            "seed {seed}, {what}: other rows than before"
        );
        fs::remove_dir_all(copy)?;
    }
    assert!(met > 0, "no damage was met");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_log_is_said_so_and_nothing_is_skipped() -> Outcome {
    let folder = filled(4).await?;
    let options = small_limits(Clock::External);
    let last = prove(&folder.data, options)?.events;
    let mut met = BTreeMap::new();
    for seed in 0..DAMAGES {
        let copy = folder.copy(&format!("copy-{seed}"))?;
        let what = damage(&copy.join("log"), seed)?;
        match start_and_stop(&copy, options).and_then(|()| fold(&copy, options)) {
            Ok(found) => assert_eq!(found, last, "seed {seed}, {what}: events are missing"),
            Err(error) => drop(met.insert(seed, format!("{what}: {error}"))),
        }
        fs::remove_dir_all(copy)?;
    }
    assert!(!met.is_empty(), "no damage was met");
    // Which event it is can be told only where the engine still opens; where it does not, which segment.
    let clear = |text: &String| text.contains("event ") || text.contains("/log/");
    assert!(met.values().all(clear), "{met:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_of_a_damaged_event_is_told_data_loss() -> Outcome {
    let folder = filled(5).await?;
    let oldest = folder.data.join("log/00000000000000000001/slabs");
    let mut slabs = files(&oldest)?;
    slabs.retain(|(_, len)| *len > 0);
    for (slab, len) in slabs {
        flip(&slab, len / 2)?;
    }
    let log = folder.scratch.path().join("stderr");
    let mut command = served(env!("CARGO_BIN_EXE_served"), &folder.data);
    let mut server = Process::start(&mut command, &log)?;
    let server_channel = channel(&server.address()?)?;
    let (mut lost, mut kept) = (0, 0);
    for entry in folder.book.entries() {
        let Told::Answer(told) = &entry.told else {
            continue;
        };
        match entry.write.send(&server_channel).await {
            Ok(again) => {
                assert!(
                    again.replayed && again.says_what(told),
                    "{entry:?}: {again:?}"
                );
                kept += 1;
            }
            Err(ClientError::Other(status)) => {
                assert_eq!(status.code(), tonic::Code::DataLoss, "{status}");
                let reason = status.get_details_error_info().map(|info| info.reason);
                let expected = "STORED_BYTES_UNREADABLE";
                assert_eq!(reason.as_deref(), Some(expected), "{status}");
                lost += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    assert!(lost > 0 && kept > 0, "{lost} lost, {kept} kept");
    let mut asked = ServerServiceClient::new(server_channel.clone());
    let request = v1::GetServerStatusRequest {};
    let told = asked.get_server_status(request).await?.into_inner();
    let damage = told.troubles.iter().find(|it| it.kind == "log_damaged");
    let damage = damage.ok_or("the damage is not told")?;
    let words = "the segment 00000000000000000001 of the log, with the events 1 to ";
    assert!(damage.message.starts_with(words), "{damage:?}");
    assert!(server.stop()?.success());
    Ok(())
}

/// A folder that a server filled and left as it should.
struct Filled {
    scratch: TempDir,
    data: PathBuf,
    book: Arc<Book>,
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
    let command = || served(env!("CARGO_BIN_EXE_served"), &data);
    let book = lives.play(command, &log).await?;
    let mut server = Process::start(&mut command(), &log)?;
    book.settle(&channel(&server.address()?)?).await?;
    assert!(server.stop()?.success());
    Ok(Filled {
        scratch,
        data,
        book,
    })
}

impl Filled {
    fn copy(&self, name: &str) -> Outcome<PathBuf> {
        let to = self.scratch.path().join(name);
        copy_folder(&self.data, &to)?;
        Ok(to)
    }
}

fn start_and_stop(data: &Path, options: EngineOptions) -> Outcome {
    let (engine, guard) = Engine::start(open_folder(data)?, options)?;
    drop(engine);
    guard.stop();
    Ok(())
}

fn rows(data: &Path, options: EngineOptions) -> Outcome<StoredRows> {
    stored_rows(&open_folder(data)?, options)
}

/// Reads and folds every event; gives how many there are.
fn fold(data: &Path, options: EngineOptions) -> Outcome<u64> {
    let folder = open_folder(data)?;
    let (_log, reader) = Log::open(&folder, options.log)?;
    Ok(fold_log(&reader)?.state.seq().0)
}
