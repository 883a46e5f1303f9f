//! Watches over SIGKILL under load: behind its cursor a watcher is told every event once and in order, whatever broke;
//! and a watcher that does not read holds nobody up.

use signpost_client::{Client, Options, v1};
use signpost_server::engine::Clock;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, channel, prove, publish, served, signpostd, small_limits,
};
use signpost_tests::powercut::Dice;
use signpost_tests::server::TestServer;
use signpost_tests::watch::{feeds, watch_events};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use v1::event_item::Item;

/// Lives that end under load.
const LIVES: usize = 8;
/// Callers at work at once.
const CALLERS: usize = 16;
/// Answers that each life gives at least.
const ANSWERS: u64 = 120;
/// Contacts that are routed beside a watcher that does not read; far more than its connection holds.
const UNREAD: usize = 4_000;

/// One who keeps a cursor and what it was told behind it.
#[derive(Default)]
struct Kept {
    cursor: String,
    told: Vec<u64>,
}

impl Kept {
    /// Watches until the connection breaks, or until the event `last`.
    async fn watch(&mut self, address: &str, last: Option<u64>) -> Outcome {
        let mut server = v1::feed_service_client::FeedServiceClient::new(channel(address)?);
        let request = v1::WatchEventsRequest {
            cursor: self.cursor.clone(),
            start: v1::WatchStart::Oldest.into(),
            ..Default::default()
        };
        let mut stream = server.watch_events(request).await?.into_inner();
        while self.told.last().copied() < last || last.is_none() {
            let Ok(Some(message)) = stream.message().await else {
                return Ok(());
            };
            for item in message.items {
                if let Some(Item::Event(event)) = item.item {
                    self.told.push(event.sequence);
                }
                self.cursor = item.cursor;
            }
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_cursor_every_event_is_told_once_over_kills() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let mut dice = Dice::new(0x6665_6564);
    let book = Arc::new(Book::new(None));
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect();
    let mut kept = Kept::default();
    for life in 0..LIVES {
        // The second kind closes and opens segments of the log all the time.
        let mut command = match life % 2 {
            0 => signpostd(&data)?,
            _ => served(env!("CARGO_BIN_EXE_served"), &data),
        };
        let mut server = Process::start(&mut command, &log)?;
        let address = server.address()?;
        let server_channel = channel(&address)?;
        publish(&server_channel).await?;
        let watching = tokio::spawn(async move {
            let watched = kept.watch(&address, None).await;
            watched.map(|()| kept)
        });
        let mut load = Load::start(&server_channel, callers, &book);
        load.until(ANSWERS).await?;
        server.kill()?;
        callers = load.end().await?;
        kept = watching.await??;
    }
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    let address = server.address()?;
    let client = Client::connect(&address, Options::default())?;
    let request = v1::WatchEventsRequest {
        cursor: kept.cursor.clone(),
        ..Default::default()
    };
    // The library goes on from the same cursor.
    client.watch(request).next().await?;
    let before_the_kill = kept.told.len();
    assert!(before_the_kill as u64 > ANSWERS, "{before_the_kill}");
    server.kill()?;
    let found = prove(&data, small_limits(Clock::External))?;
    let last = found.state.seq().0;
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    kept.watch(&server.address()?, Some(last)).await?;
    server.kill()?;
    assert_eq!(kept.told, (1..=last).collect::<Vec<u64>>());
    Ok(())
}

/// The library's watch and a server that is stopped and started again on the same port.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_library_goes_on_by_itself() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    let address = server.address()?;
    let publications = AtomicU64::new(0);
    let publish_another = async || -> Outcome {
        let number = publications.fetch_add(1, Ordering::Relaxed);
        let client = Client::connect(&address, Options::default())?;
        let source =
            signpost_tests::server::FLIGHTS.replace("cost: 7.00", &format!("cost: {number}.50"));
        let request = v1::PublishPlaybookRequest {
            request_id: signpost_client::request_id(),
            document: source,
            event_time: Some(signpost_tests::time::minute(i64::try_from(number)?)),
            ..Default::default()
        };
        client.publish_playbook(request).await?;
        Ok(())
    };
    let client = Client::connect(&address, Options::default())?;
    let request = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = client.watch(request);
    let mut told = Vec::new();
    for life in 0..4 {
        publish_another().await?;
        while told.len() <= life {
            let item = watch.next().await?.ok_or("the watch ended")?;
            if let Some(Item::Event(event)) = item.item {
                told.push(event.sequence);
            }
        }
        match life % 2 {
            0 => server.kill()?,
            _ => drop(server.stop()?),
        }
        let mut command = signpost_tests::process::signpostd(&["--clock", "external"])?;
        command
            .arg("--listen")
            .arg(&address)
            .arg("--data")
            .arg(&data);
        server = Process::start(&mut command, &log)?;
        server.address()?;
    }
    assert_eq!(told, [1, 2, 3, 4]);
    server.kill()?;
    let hasty = Options {
        deadline: Duration::from_millis(300),
        ..Options::default()
    };
    let mut gone = Client::connect(&address, hasty)?.watch(v1::WatchEventsRequest::default());
    assert!(gone.next().await.is_err(), "nobody is there");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_that_does_not_read_holds_nobody_up() -> Outcome {
    use signpost_tests::attempt::Attempt;
    let server = TestServer::start().await?;
    let from_now = v1::WatchEventsRequest::default;
    let mut deaf = feeds(&server).watch_events(from_now()).await?.into_inner();
    let mut reader = watch_events(&server, from_now()).await?;
    let mut contacts = tokio::task::JoinSet::new();
    for number in 0..UNREAD {
        let mut server = server.contacts();
        let attempt = Attempt::new(&format!("call-{number}"), "phone").about("baggage/lost");
        let request = attempt
            .fact("bag_tag", "KL123456")
            .of(&format!("c{number}"))
            .route();
        contacts.spawn(async move { server.route_contact(request).await.map(drop) });
        if contacts.len() >= 64 {
            contacts.join_next().await.ok_or("none")???;
        }
    }
    while let Some(routed) = contacts.join_next().await {
        routed??;
    }
    // Everybody else was told of all of it meanwhile.
    let mut told = 0;
    while told < UNREAD {
        told += usize::from(matches!(reader.item().await?.item, Some(Item::Event(_))));
    }
    // And whoever reads at last is told all of it too, in order.
    let mut sequences = Vec::new();
    while sequences.len() < UNREAD {
        let message = deaf.message().await?.ok_or("the watch ended")?;
        for item in message.items {
            if let Some(Item::Event(event)) = item.item {
                sequences.push(event.sequence);
            }
        }
    }
    let all: Vec<u64> = (2..2 + UNREAD as u64).collect();
    assert_eq!(sequences, all);
    Ok(())
}
