//! A disk that fills up, and a folder that goes away or becomes read-only, under a server at work: it says so, stops,
//! and what it answered is there when it starts again.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
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
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Callers at work at once.
const CALLERS: usize = 8;
/// Answers before something happens to the disk.
const ANSWERS: u64 = 60;
/// How long a server may take to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);
/// No file may grow over it, in blocks of 512 bytes: a few hundred events.
const FILE_BLOCKS_MAX: u32 = 64;
/// The size of the disk that fills up.
const DISK: &str = "size=8m";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_grow_end_the_server_and_lose_nothing() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let whole = signpostd(&data)?;
    // Without the trap the signal would end the child.
    let script = format!("trap '' XFSZ; ulimit -f {FILE_BLOCKS_MAX}; exec \"$0\" \"$@\"");
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &script])
        .arg(whole.get_program())
        .args(whole.get_args());
    let at_work = AtWork::start(&mut limited, scratch.path()).await?;
    at_work.fails().await?.starts_again(&data).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_server_and_loses_nothing() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let disk = scratch.path().join("disk");
    fs::create_dir(&disk)?;
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", DISK, "tmpfs"], &disk) else {
        return Ok(());
    };
    let data = disk.join("data");
    let mut at_work = AtWork::start(&mut signpostd(&data)?, scratch.path()).await?;
    at_work.load.until(ANSWERS).await?;
    let filler = disk.join("filler");
    fill(&filler)?;
    let ended = at_work.fails().await?;
    // As long as there is no room a start may fail, and must do no harm.
    let log = scratch.path().join("stderr");
    let mut early = Process::start(&mut signpostd(&data)?, &log)?;
    drop(early.address());
    early.kill()?;
    fs::remove_file(filler)?;
    ended.starts_again(&data).await
}

/// The rows are written by another thread than the log, and a little later: it then tells of a failure while the log
/// still goes on, and the log's thread tells of it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_rows_alone_ends_the_server_and_loses_nothing() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let mut first = Process::start(&mut signpostd(&data)?, &scratch.path().join("stderr"))?;
    drop(first.address()?);
    assert!(first.stop()?.success());
    let (state, moved) = (data.join("state"), scratch.path().join("moved"));
    fs::rename(&state, &moved)?;
    fs::create_dir(&state)?;
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", DISK, "tmpfs"], &state) else {
        return Ok(());
    };
    let mut copy = Command::new("cp");
    assert!(
        copy.arg("-a")
            .arg(moved.join("."))
            .arg(&state)
            .status()?
            .success()
    );
    let mut at_work = AtWork::start(&mut signpostd(&data)?, scratch.path()).await?;
    at_work.load.until(ANSWERS).await?;
    let filler = state.join("filler");
    fill(&filler)?;
    let ended = at_work.fails().await?;
    fs::remove_file(filler)?;
    ended.starts_again(&data).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_becomes_read_only_ends_the_server_and_loses_nothing() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let mut command = served(env!("CARGO_BIN_EXE_served"), &data);
    let mut at_work = AtWork::start(&mut command, scratch.path()).await?;
    at_work.load.until(ANSWERS).await?;
    let path = data.to_str().ok_or("a name of its own kind")?;
    let Some(bound) = Mount::new(&["--bind", path], &data) else {
        return Ok(());
    };
    assert!(bound.again("remount,bind,ro")?);
    let ended = at_work.fails().await?;
    drop(bound);
    ended.starts_again(&data).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_deleted_takes_no_more_answers() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let mut at_work = AtWork::start(&mut signpostd(&data)?, scratch.path()).await?;
    at_work.load.until(ANSWERS).await?;
    // The name goes at once; what is under it takes its time.
    fs::rename(&data, scratch.path().join("gone"))?;
    let answered = *at_work.book.answers().borrow();
    let ended = at_work.fails().await?;
    let late = *ended.book.answers().borrow() - answered;
    // Two groups can have been written by then and not have had their answers.
    assert!(
        late <= 2 * CALLERS as u64,
        "{late} answers from a folder that was gone"
    );
    // What was answered is where the folder went.
    fs::rename(scratch.path().join("gone"), &data)?;
    ended.starts_again(&data).await
}

/// Writes a file until the disk that it is on is full.
fn fill(filler: &Path) -> Outcome {
    let filled = io::copy(&mut io::repeat(0), &mut File::create(filler)?);
    assert_eq!(
        filled.err().map(|error| error.kind()),
        Some(ErrorKind::StorageFull)
    );
    Ok(())
}

/// A server with callers at work.
struct AtWork {
    server: Process,
    statuses: JoinHandle<Vec<ServingStatus>>,
    load: Load,
    book: Arc<Book>,
    log: PathBuf,
}

/// What is left of it.
struct Ended {
    book: Arc<Book>,
    log: PathBuf,
}

impl AtWork {
    async fn start(command: &mut Command, scratch: &Path) -> Outcome<AtWork> {
        let log = scratch.join("stderr");
        let book = Arc::new(Book::new(None));
        let callers = (0..CALLERS).map(|n| Caller::new(n, 7)).collect();
        let mut server = Process::start(command, &log)?;
        let server_channel = channel(&server.address()?)?;
        publish(&server_channel).await?;
        Ok(AtWork {
            server,
            statuses: tokio::spawn(statuses(server_channel.clone())),
            load: Load::start(&server_channel, callers, &book),
            book,
            log,
        })
    }

    /// Waits until it failed: every caller hears so, its health says so, and it ends by itself.
    async fn fails(mut self) -> Outcome<Ended> {
        let callers = tokio::time::timeout(NOTICED_WITHIN, self.load.end()).await??;
        let mut ended_by = callers.iter().map(|caller| caller.ended_by);
        let told = ended_by.any(|reason| reason == ErrorReason::StoreFailed);
        assert!(told, "nobody was told STORE_FAILED");
        assert_eq!(
            self.server.ended()?.code(),
            Some(1),
            "{}",
            self.server.logged()?
        );
        let statuses = self.statuses.await?;
        assert_eq!(statuses.first(), Some(&ServingStatus::Serving));
        assert_eq!(statuses.last(), Some(&ServingStatus::NotServing));
        Ok(Ended {
            book: self.book,
            log: self.log,
        })
    }
}

impl Ended {
    async fn starts_again(&self, data: &Path) -> Outcome {
        let mut server = Process::start(&mut signpostd(data)?, &self.log)?;
        let server_channel = channel(&server.address()?)?;
        self.book.settle(&server_channel).await?;
        let contacts = still_there(&server_channel, &self.book, 0).await?;
        assert!(
            contacts as u64 > ANSWERS / 6,
            "{contacts} contacts are no load"
        );
        assert!(server.stop()?.success());
        let found = prove(data, small_limits(Clock::External))?;
        assert_eq!(
            self.book.missing_from(&found, u64::MAX),
            Vec::<String>::new()
        );
        Ok(())
    }
}

/// What a server says of its health until it is no longer well, or gone.
async fn statuses(channel: Channel) -> Vec<ServingStatus> {
    let mut told = Vec::new();
    let mut health = HealthClient::new(channel);
    let Ok(watching) = health.watch(HealthCheckRequest::default()).await else {
        return told;
    };
    let mut watching = watching.into_inner();
    while let Ok(Some(status)) = watching.message().await {
        told.push(status.status());
        if status.status() == ServingStatus::NotServing {
            break;
        }
    }
    told
}

/// Something mounted, until it is dropped.
struct Mount {
    at: PathBuf,
}

impl Mount {
    /// `None`, with a word, where this user may not mount.
    #[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
    fn new(what: &[&str], at: &Path) -> Option<Mount> {
        let mounted = Command::new("mount").args(what).arg(at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Mount {
                at: at.to_path_buf(),
            }),
            _ => {
                eprintln!("left out: this user may not mount {what:?}");
                None
            }
        }
    }

    /// Mounts it again with other options; says whether that went well.
    fn again(&self, options: &str) -> Outcome<bool> {
        let mut command = Command::new("mount");
        Ok(command
            .args(["-o", options])
            .arg(&self.at)
            .status()?
            .success())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: whoever still has files open there keeps them.
        let _gone = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}
