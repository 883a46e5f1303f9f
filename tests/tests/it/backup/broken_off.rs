//! Backups and restores that break off: the client is killed, the server is killed, the disk is full.

use signpost_client::{request_id, v1};
use signpost_server::engine::open_folder;
use signpost_server::store::{Log, LogLimits, Opened, RowLimits, Rows};
use signpost_tests::Outcome;
use signpost_tests::child::Process;
use signpost_tests::process::{Ran, ServerProcess, signpost, signpostd, text};
use signpost_tests::restoring::{bulky, chunks, restored, stored_events};
use signpost_tests::server::{Data, FLIGHTS};
use signpost_tests::small_disk::SmallDisk;
use signpost_tests::time::minute;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Playbooks of 700 kB each, three of which fill a file.
const PLAYBOOKS: u64 = 24;
/// The bytes of a disk that holds few of them.
const SMALL_DISK_BYTES: u64 = 3 * 1024 * 1024;
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A server whose log has many megabytes.
async fn heavy(playbooks: u64) -> Outcome<(Data, ServerProcess)> {
    let data = Data::new()?;
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let client = server.client()?;
    let mut published = JoinSet::new();
    for number in 0..playbooks {
        let client = client.clone();
        published.spawn(async move {
            let request = v1::PublishPlaybookRequest {
                request_id: request_id(),
                document: bulky(FLIGHTS, number),
                event_time: Some(minute(1)),
                force: true,
                ..Default::default()
            };
            client.publish_playbook(request).await
        });
    }
    while let Some(published) = published.join_next().await {
        published??;
    }
    Ok((data, server))
}

fn started(server: &ServerProcess, place: &Path) -> Outcome<Child> {
    let mut command = signpost(server.address(), &["backup", text(place)?, "--json"])?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command.spawn()?)
}

/// Waits until the backup has as many files.
fn until_files(place: &Path, count: usize) -> Outcome {
    let until = Instant::now() + WAIT_MAX;
    while chunks(place).map_or(0, |files| files.len()) < count {
        if Instant::now() > until {
            return Err("no file of events comes".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// What `verify` says of a backup that broke off: it is to be made again, which its exit code says, too.
fn unfinished(server: &ServerProcess, place: &Path) -> Outcome<serde_json::Value> {
    let ran = server.signpost(&["backup", "verify", text(place)?, "--json"])?;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("run it again"), "{ran:?}");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout)?;
    assert_eq!(told["isComplete"], false, "{told}");
    Ok(told)
}

fn backed_up(server: &ServerProcess, place: &Path) -> Outcome<serde_json::Value> {
    server.signpost(&["backup", text(place)?, "--json"])?.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_was_killed_on_either_side_is_continued() -> Outcome {
    let (data, server) = heavy(PLAYBOOKS).await?;
    let place = data.beside().join("backup");
    let kept = |server: &ServerProcess| -> Outcome<u64> {
        let told = unfinished(server, &place)?;
        Ok(told["lastEvent"].as_u64().ok_or("no last event")?)
    };
    // The server is killed. What came is kept.
    let child = started(&server, &place)?;
    until_files(&place, 1)?;
    server.kill()?;
    let ended = child.wait_with_output()?;
    let words = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{words}");
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let first = kept(&server)?;
    assert!(first > 0);
    let (_, warned) = restored(&place, &data, &[]).await?;
    let words = format!("the backup broke off after event {first}: ");
    assert!(warned.contains(&words), "{warned}");

    // The client is killed.
    let before = chunks(&place)?.len();
    let mut child = started(&server, &place)?;
    until_files(&place, before + 1)?;
    child.kill()?;
    child.wait()?;
    let second = kept(&server)?;
    assert!(second >= first, "{first} {second}");

    // The next one copies the rest alone, and what the broken ones left is gone.
    let made = backed_up(&server, &place)?;
    let last = made["lastEvent"].as_u64().ok_or("no last event")?;
    assert!(last > second, "{made}");
    assert_eq!(made["newEventCount"], last - second);
    let whole = server
        .signpost(&["backup", "verify", text(&place)?, "--json"])?
        .json()?;
    assert_eq!(
        (&whole["isComplete"], &whole["leftOver"]),
        (&true.into(), &serde_json::json!([]))
    );
    server.ask_to_stop()?;
    server.wait()?;
    let (again, _) = restored(&place, &data, &[]).await?;
    assert_eq!(
        stored_events(&again, u64::MAX >> 1)?,
        stored_events(&data, last)?
    );

    // A restore that was killed leaves no data folder.
    let to = again.beside().join("killed");
    let mut command = signpostd(&[
        "restore",
        "--from",
        text(&place)?,
        "--to",
        text(&to)?,
        "--without-keys",
    ])?;
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let until = Instant::now() + WAIT_MAX;
    while !to.join("UNFINISHED").exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill()?;
    child.wait()?;
    assert!(!to.join("FORMAT").exists());
    let ran = Ran::of(&mut signpostd(&[
        "--data",
        text(&to)?,
        "--listen",
        "127.0.0.1:0",
    ])?)?;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("unfinished restore"), "{ran:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_a_backup_that_goes_on_when_there_is_room() -> Outcome {
    let (data, server) = heavy(PLAYBOOKS / 2).await?;
    let disk = SmallDisk::new(data.beside(), SMALL_DISK_BYTES)?;
    let place = disk.data();
    let run = || -> Outcome<Ran> {
        let mut command = signpost(server.address(), &["backup", text(&place)?, "--json"])?;
        disk.prepare(&mut command)?;
        Ran::of(&mut command)
    };
    let full = run()?;
    assert_eq!(full.code, Some(1), "{full:?}");
    assert!(full.stderr.contains("could not write"), "{full:?}");
    assert!(full.stderr.contains("No space left on device"), "{full:?}");
    // What is there is a backup that ends earlier, and the server goes on.
    let kept = unfinished(&server, &place)?;
    let first = kept["lastEvent"].as_u64().ok_or("no last event")?;
    // Onto a larger disk.
    let larger = data.beside().join("larger");
    fs::create_dir(&larger)?;
    for file in chunks(&place)?.iter().chain([&place.join("MANIFEST.json")]) {
        fs::copy(file, larger.join(file.file_name().ok_or("no name")?))?;
    }
    let made = backed_up(&server, &larger)?;
    let last = made["lastEvent"].as_u64().ok_or("no last event")?;
    assert_eq!(made["newEventCount"], last - first);
    server.ask_to_stop()?;
    server.wait()?;
    let (again, _) = restored(&larger, &data, &[]).await?;
    assert_eq!(
        stored_events(&again, u64::MAX >> 1)?,
        stored_events(&data, last)?
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_broke_off_is_made_by_the_same_command() -> Outcome {
    let (data, server) = heavy(PLAYBOOKS).await?;
    let file = data.beside().join("all.jsonl");
    let arguments = ["export", "all", "--output", text(&file)?];
    let child = signpost(server.address(), &arguments)?
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let begun = data.beside().join("all.jsonl.unfinished");
    let until = Instant::now() + WAIT_MAX;
    while !begun.exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    server.kill()?;
    let ended = child.wait_with_output()?;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(begun.exists() && !file.exists());
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let again = server.signpost(&arguments)?;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(file.exists() && !begun.exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_is_asked_to_stop_ends_and_the_next_goes_on_from_there() -> Outcome {
    let (data, server) = heavy(PLAYBOOKS).await?;
    server.ask_to_stop()?;
    server.wait()?;
    let state = data.path().join("state");
    fs::remove_dir_all(&state)?;
    let mut command = signpostd(&["--data", text(&data.path())?, "--listen", "127.0.0.1:0"])?;
    let starting = Process::start(&mut command, &data.beside().join("log"))?;
    let until = Instant::now() + WAIT_MAX;
    while !state.exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    starting.ask_to_stop()?;
    let (status, said) = starting.rest()?;
    assert_eq!(
        (status.code(), said.as_str()),
        (Some(0), ""),
        "it never serves"
    );
    let folder = open_folder(&data.path())?;
    let (log, _) = Log::open(&folder, LogLimits::default())?;
    let Opened::Ready(rows, _) = Rows::open(&folder, RowLimits::default())? else {
        return Err("the rows are damaged".into());
    };
    let (applied, last) = (rows.applied(), log.last());
    assert!(0 < applied && applied < last, "{applied} of {last}");
    drop((rows, log, folder));
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let client = server.client()?;
    let live = client.get_playbook(v1::GetPlaybookRequest::default());
    assert!(!live.await?.document.is_empty());
    Ok(())
}
