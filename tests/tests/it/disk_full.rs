//! A small disk that fills up: writes are refused before they reach the log, all that reads goes on, and writes come
//! back with the room, by themselves. `.ci/faults disk` plays the long form.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use signpost_client::v1::{self, ErrorReason};
use signpost_server::audit::AUDIT;
use signpost_server::engine::Clock;
use signpost_server::grpc::WRITES_HEALTH;
use signpost_tests::brief;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, Told, asked_again, channel, prove, publish,
    signpostd_above, small_limits, still_there,
};
use signpost_tests::long_form::say;
use signpost_tests::powercut::Dice;
use signpost_tests::small_disk::SmallDisk;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use v1::contact_service_client::ContactServiceClient;
use v1::server_service_client::ServerServiceClient;

const MIB: u64 = 1024 * 1024;
/// The size of the disk.
const DISK_BYTES: u64 = 64 * MIB;
/// How much must be free on it.
const FLOOR: &str = "16MiB";
const FLOOR_BYTES: u64 = 16 * MIB;
/// Callers at work at once.
const CALLERS: usize = 8;
/// Answers before the disk fills up, and after there is room again.
const ANSWERS: u64 = 60;
/// How often the disk fills up, unless `SIGNPOST_DISK_FILLS` says so.
const FILLS: usize = 1;
/// How long the server may take to notice that the disk is full, or that it is not.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);

/// A server on the small disk, with callers.
struct OnDisk {
    disk: SmallDisk,
    scratch: tempfile::TempDir,
    book: Arc<Book>,
}

impl OnDisk {
    fn new() -> Outcome<OnDisk> {
        let scratch = tempfile::tempdir()?;
        Ok(OnDisk {
            disk: SmallDisk::new(scratch.path(), DISK_BYTES)?,
            scratch,
            book: Arc::new(Book::new(None)),
        })
    }

    fn start(&self) -> Outcome<(Process, Channel)> {
        let mut command = signpostd_above(FLOOR, &self.disk.data())?;
        self.disk.prepare(&mut command)?;
        let mut server = Process::start(&mut command, &self.scratch.path().join("stderr"))?;
        let address = server.address()?;
        Ok((server, channel(&address)?))
    }

    /// Everything that was answered is there, and the folder is whole.
    async fn proven(&self, mut server: Process, channel: &Channel) -> Outcome {
        self.book.settle(channel).await?;
        still_there(channel, &self.book, 0).await?;
        server.ask_to_stop()?;
        assert!(server.ended()?.success(), "{}", server.logged()?);
        let found = prove(&self.disk.data(), small_limits(Clock::External))?;
        let missing = self.book.missing_from(&found, u64::MAX);
        assert_eq!(missing, Vec::<String>::new());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_refuses_writes_and_answers_reads() -> Outcome {
    let on_disk = OnDisk::new()?;
    let (server, server_channel) = on_disk.start()?;
    publish(&server_channel).await?;
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, 11)).collect();
    let mut dice = Dice::new(5);
    let fills = match std::env::var("SIGNPOST_DISK_FILLS") {
        Ok(text) => text.parse()?,
        Err(_) => FILLS,
    };
    for _ in 0..fills {
        let mut load = Load::start(&server_channel, callers, &on_disk.book);
        load.until(ANSWERS).await?;
        // What routing needs is little. So most of the disk is filled by a file, and the rest by routing.
        on_disk.disk.leave(FLOOR_BYTES + MIB / 4)?;
        callers = load.end().await?;
        let mut reasons = callers.iter().map(|it| it.ended_by);
        assert!(reasons.all(|reason| reason == ErrorReason::DiskFull));
        answers_reads(&server_channel, &on_disk.book).await?;
        refuses_writes(&server_channel, "DISK_FULL").await?;
        // What was answered before is answered again.
        asked_again(&server_channel, &on_disk.book, &mut dice, 10).await?;
        on_disk.disk.make_room()?;
        writes_are(&server_channel, ServingStatus::Serving).await?;
        the_audit_file_is_written(&server_channel).await?;
    }
    let mut load = Load::start(&server_channel, callers, &on_disk.book);
    load.until(ANSWERS).await?;
    server.kill()?;
    load.end().await?;
    say(&format!(
        "a disk of {} MiB that filled up {fills} times: {} answered, 0 lost",
        DISK_BYTES / MIB,
        *on_disk.book.answers().borrow()
    ));
    let (server, server_channel) = on_disk.start()?;
    on_disk.proven(server, &server_channel).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_on_a_full_disk_reads_until_there_is_room() -> Outcome {
    let on_disk = OnDisk::new()?;
    let (server, server_channel) = on_disk.start()?;
    publish(&server_channel).await?;
    let callers = (0..CALLERS).map(|n| Caller::new(n, 12)).collect();
    let mut load = Load::start(&server_channel, callers, &on_disk.book);
    load.until(ANSWERS).await?;
    // The rows are behind the log then.
    server.kill()?;
    let callers = load.end().await?;
    on_disk.disk.leave(0)?;
    let before = names(&on_disk.disk.data())?;

    let (server, server_channel) = on_disk.start()?;
    answers_reads(&server_channel, &on_disk.book).await?;
    refuses_writes(&server_channel, "DISK_FULL").await?;
    still_there(&server_channel, &on_disk.book, 0).await?;
    let mut dice = Dice::new(6);
    asked_again(&server_channel, &on_disk.book, &mut dice, 10).await?;
    assert_eq!(
        names(&on_disk.disk.data())?,
        before,
        "something was written"
    );

    // The same server at the same address takes writes again.
    on_disk.disk.make_room()?;
    writes_are(&server_channel, ServingStatus::Serving).await?;
    the_audit_file_is_written(&server_channel).await?;
    on_disk.book.settle(&server_channel).await?;
    let mut load = Load::start(&server_channel, callers, &on_disk.book);
    load.until(ANSWERS).await?;
    on_disk.disk.leave(FLOOR_BYTES)?;
    let callers = load.end().await?;
    assert!(
        callers
            .iter()
            .all(|it| it.ended_by == ErrorReason::DiskFull)
    );
    // It stops without room, and nothing is lost by it.
    on_disk.disk.leave(0)?;
    let mut server = server;
    server.ask_to_stop()?;
    assert!(server.ended()?.success(), "{}", server.logged()?);
    on_disk.disk.make_room()?;
    let (server, server_channel) = on_disk.start()?;
    on_disk.proven(server, &server_channel).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_there_is_no_new_store() -> Outcome {
    let on_disk = OnDisk::new()?;
    on_disk.disk.leave(MIB)?;
    let error = on_disk.start().err().map(|error| error.to_string());
    let error = error.unwrap_or_default();
    let said = error.contains("make room, name another data folder, or lower min-free-space");
    assert!(said, "{error}");
    assert!(!on_disk.disk.data().exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_mounted_read_only_is_read() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let start = || -> Outcome<(Process, Channel)> {
        let mut server = Process::start(&mut signpostd_above("1MiB", &data)?, &log)?;
        let address = server.address()?;
        Ok((server, channel(&address)?))
    };
    let (server, server_channel) = start()?;
    publish(&server_channel).await?;
    let book = Arc::new(Book::new(None));
    let callers = (0..CALLERS).map(|n| Caller::new(n, 13)).collect();
    let mut load = Load::start(&server_channel, callers, &book);
    load.until(ANSWERS).await?;
    server.kill()?;
    let callers = load.end().await?;
    if !mount(&["--bind"], Some(&data), &data) {
        return Ok(());
    }
    assert!(mount(&["-o", "remount,bind,ro"], None, &data));
    let (server, server_channel) = start()?;
    answers_reads(&server_channel, &book).await?;
    refuses_writes(&server_channel, "STORE_READ_ONLY").await?;
    still_there(&server_channel, &book, 0).await?;
    assert!(mount(&["-o", "remount,bind,rw"], None, &data));
    writes_are(&server_channel, ServingStatus::Serving).await?;
    the_audit_file_is_written(&server_channel).await?;
    book.settle(&server_channel).await?;
    let mut load = Load::start(&server_channel, callers, &book);
    load.until(ANSWERS).await?;
    server.kill()?;
    load.end().await?;
    assert!(
        Command::new("umount")
            .arg("-l")
            .arg(&data)
            .status()?
            .success()
    );
    let (server, server_channel) = start()?;
    book.settle(&server_channel).await?;
    still_there(&server_channel, &book, 0).await?;
    assert!(server.stop()?.success());
    let found = prove(&data, small_limits(Clock::External))?;
    assert_eq!(book.missing_from(&found, u64::MAX), Vec::<String>::new());
    Ok(())
}

/// Mounts; says whether that went well, and a word where it did not.
#[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
fn mount(options: &[&str], what: Option<&Path>, at: &Path) -> bool {
    let mounted = Command::new("mount")
        .args(options)
        .args(what)
        .arg(at)
        .output();
    let is_done = mounted.is_ok_and(|mounted| mounted.status.success());
    if !is_done {
        eprintln!("left out: this user may not mount {options:?}");
    }
    is_done
}

/// Contacts, previews, lists and watches are answered, and health says so.
async fn answers_reads(channel: &Channel, book: &Book) -> Outcome {
    writes_are(channel, ServingStatus::NotServing).await?;
    assert_eq!(health(channel, "").await?, ServingStatus::Serving);
    let contacts = "signpost.v1.ContactService";
    assert_eq!(health(channel, contacts).await?, ServingStatus::Serving);
    let mut contacts = ContactServiceClient::new(channel.clone());
    let listed = contacts
        .list_contacts(v1::ListContactsRequest::default())
        .await?;
    assert!(!listed.into_inner().contacts.is_empty());
    let entries = book.entries();
    let answered = entries
        .iter()
        .filter(|it| matches!(it.told, Told::Answer(_)));
    let contact = answered.filter_map(|it| it.write.contact_id()).next_back();
    let contact_id = contact.ok_or("no contact")?.to_owned();
    let request = v1::GetContactRequest {
        contact_id,
        ..Default::default()
    };
    contacts.get_contact(request).await?;
    let preview = v1::PreviewRouteRequest {
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    contacts.preview_route(preview).await?;
    let request = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut feed = v1::feed_service_client::FeedServiceClient::new(channel.clone());
    let mut watch = feed.watch_events(request).await?.into_inner();
    assert!(watch.message().await?.is_some());
    Ok(())
}

/// A write is refused, with words for people and for programs, and nothing changes.
async fn refuses_writes(channel: &Channel, reason: &str) -> Outcome {
    let mut contacts = ContactServiceClient::new(channel.clone());
    let request = v1::RouteContactRequest {
        request_id: "refused".to_owned(),
        contact_id: "refused".to_owned(),
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            ..Default::default()
        }),
        event_time: Some(Book::first_time()),
        ..Default::default()
    };
    let refused = contacts
        .route_contact(request)
        .await
        .err()
        .ok_or("it was taken")?;
    assert!(refused.get_details_retry_info().is_some(), "{refused}");
    let refused = brief::status(&refused);
    assert!(refused.contains(reason), "{refused}");
    assert!(refused.contains("nothing was changed"), "{refused}");
    let request = v1::GetContactRequest {
        contact_id: "refused".to_owned(),
        ..Default::default()
    };
    let found = contacts.get_contact(request).await;
    assert_eq!(found.err().map(|it| it.code()), Some(tonic::Code::NotFound));
    Ok(())
}

/// Waits until the health of writes is `status`.
async fn writes_are(channel: &Channel, status: ServingStatus) -> Outcome {
    let until = Instant::now() + NOTICED_WITHIN;
    loop {
        // While the folder is opened anew nobody answers for a moment.
        match health(channel, WRITES_HEALTH).await {
            Ok(found) if found == status => return Ok(()),
            found if Instant::now() > until => return Err(format!("it is {found:?}").into()),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits until the audit file has found the room, too. Until then what it must have is refused.
async fn the_audit_file_is_written(channel: &Channel) -> Outcome {
    let until = Instant::now() + NOTICED_WITHIN;
    let mut server = ServerServiceClient::new(channel.clone());
    loop {
        let asked = v1::GetServerStatusRequest::default();
        let status = server.get_server_status(asked).await?.into_inner();
        let mut troubles = status.troubles.iter();
        match troubles.find(|trouble| trouble.kind == "audit_not_written") {
            None => return Ok(()),
            Some(trouble) if Instant::now() > until => {
                return Err(trouble.message.clone().into());
            }
            Some(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn health(channel: &Channel, service: &str) -> Outcome<ServingStatus> {
    let mut health = HealthClient::new(channel.clone());
    let service = service.to_owned();
    let answer = health.check(HealthCheckRequest { service }).await?;
    Ok(answer.into_inner().status())
}

/// Every name below a folder, but for the audit file, which is written into the last room there is.
fn names(folder: &Path) -> Outcome<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let entry = entry?;
            if entry.file_name() == AUDIT {
                continue;
            }
            found.push(format!(
                "{} {}",
                entry.path().display(),
                match entry.file_type()?.is_dir() {
                    true => 0,
                    false => entry.metadata()?.len(),
                }
            ));
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
