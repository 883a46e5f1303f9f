//! What watching costs: how long after the answer of a write a change reaches 1,000 watchers, and what they take from
//! routing.
//!
//! `cargo run --release -p signpost-benches --bin feed [-- --folder DIR --watchers N --changes N --seconds N]`

use clap::Parser;
use hdrhistogram::Histogram;
use signpost_benches::disk::file_system;
use signpost_benches::load::{Calls, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::served::{publish, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use signpost_proto::v1::feed_service_client::FeedServiceClient;
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::Streaming;
use tonic::transport::Channel;
use v1::event::Body;
use v1::event_item::Item;

/// Watchers of one connection.
const WATCHERS_A_CONNECTION: usize = 50;
/// Routing that is measured with and without watchers: requests in flight.
const IN_FLIGHT: usize = 64;
/// How long watchers may need for the last changes.
const DRAIN: Duration = Duration::from_secs(2);

/// Measures what watching costs.
#[derive(Parser)]
struct Args {
    /// A folder on the disk to measure; a temporary one in it is used.
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    /// Watchers of all events.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// Changes a second.
    #[arg(long, default_value_t = 500)]
    changes: u64,
    /// Seconds of a round.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Serve this data folder (used by the bench itself).
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match &args.serve {
        Some(folder) => signpost(folder).await,
        None => measure(&args).await,
    }
}

async fn measure(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.folder)?;
    say(&format!("file system {}", file_system(folder.path())?));
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(1));
    let alone = routed(&server, args, &next).await?;

    let idle = Watchers::start(&server, args.watchers, &a_quiet_filter()).await?;
    let beside_quiet = routed(&server, args, &next).await?;
    drop(idle);

    let (told, arrivals) = mpsc::unbounded_channel();
    let watchers = Watchers::of_all(&server, args.watchers, &told).await?;
    drop(told);
    say(&format!(
        "{} watchers of every event, {} changes a second for {} s",
        args.watchers, args.changes, args.seconds
    ));
    let cpu = server.cpu()?;
    let answered = change(&server, args, &next).await?;
    tokio::time::sleep(DRAIN).await;
    let cpu = server.cpu()?.saturating_sub(cpu);
    drop(watchers);
    report(args, &answered, arrivals).await?;
    say(&format!(
        "the server took {:.2} s of CPU a second meanwhile",
        cpu.as_secs_f64() / args.seconds as f64
    ));

    let (told, unread) = mpsc::unbounded_channel();
    drop(unread);
    let watchers = Watchers::of_all(&server, args.watchers, &told).await?;
    let beside_all = routed(&server, args, &next).await?;
    drop(watchers);
    say(&format!(
        "routing at {IN_FLIGHT} in flight: {alone:.0} a second alone; {:.2} of it beside {} watchers of cases that none \
         of it matches; {:.2} of it beside as many that are told all of it, on the same machine",
        beside_quiet / alone,
        args.watchers,
        beside_all / alone,
    ));
    Ok(())
}

/// The rate of routing, as fast as it goes.
async fn routed(
    server: &Server,
    args: &Args,
    next: &Arc<AtomicU64>,
) -> Result<f64, Box<dyn Error>> {
    let until = Until::Elapsed(Duration::from_secs(args.seconds));
    let round = drive(server, IN_FLIGHT, Calls::Route, until, next).await?;
    Ok(round.rate())
}

/// When the write of each contact, by number, was answered.
type Answered = HashMap<u64, Instant>;

/// Routes contacts at an even pace.
async fn change(
    server: &Server,
    args: &Args,
    next: &Arc<AtomicU64>,
) -> Result<Answered, Box<dyn Error>> {
    let contacts = ContactServiceClient::connect(server.address.clone()).await?;
    let answered = Arc::<Mutex<Answered>>::default();
    let mut calls = JoinSet::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / u32::try_from(args.changes)?);
    for _ in 0..args.changes * args.seconds {
        pace.tick().await;
        let number = next.fetch_add(1, Ordering::Relaxed);
        let (mut contacts, answered) = (contacts.clone(), answered.clone());
        calls.spawn(async move {
            contacts.route_contact(requests::route(number)).await?;
            let at = Instant::now();
            let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
            answered.insert(number, at);
            Ok::<(), tonic::Status>(())
        });
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *answered))
}

/// The contacts of one message, by number, and when it arrived.
type Arrival = (Instant, Vec<u64>);

async fn report(
    args: &Args,
    answered: &Answered,
    mut arrivals: mpsc::UnboundedReceiver<Arrival>,
) -> Result<(), Box<dyn Error>> {
    let mut micros = Histogram::<u64>::new(3)?;
    let (mut messages, mut events) = (0_u64, 0_u64);
    while let Some((at, contacts)) = arrivals.recv().await {
        messages += 1;
        for contact in &contacts {
            if let Some(answered) = answered.get(contact) {
                // An event may arrive before the answer does.
                let late = at.saturating_duration_since(*answered);
                micros.record(late.as_micros() as u64)?;
                events += 1;
            }
        }
    }
    let expected = answered.len() as u64 * args.watchers as u64;
    let ms = |quantile| micros.value_at_quantile(quantile) as f64 / 1_000.0;
    say(&format!(
        "{events} of {expected} deliveries in {messages} messages; from the answer of the write to the watcher: p50 \
         {:.1} ms, p99 {:.1} ms, last {:.1} ms",
        ms(0.5),
        ms(0.99),
        ms(1.0)
    ));
    Ok(())
}

fn a_quiet_filter() -> v1::WatchCasesRequest {
    v1::WatchCasesRequest {
        filter: Some(v1::CaseFilter {
            customer_ids: vec!["nobody".into()],
            ..v1::CaseFilter::default()
        }),
        ..v1::WatchCasesRequest::default()
    }
}

/// Those who watch; they end when this is dropped.
struct Watchers(#[expect(dead_code, reason = "held, to be dropped")] JoinSet<()>);

impl Watchers {
    /// Of every event from now on. Each message is handed on with the time of its arrival.
    async fn of_all(
        server: &Server,
        count: usize,
        told: &mpsc::UnboundedSender<Arrival>,
    ) -> Result<Watchers, Box<dyn Error>> {
        let mut tasks = JoinSet::new();
        for mut feed in connections(server, count).await? {
            let begun = feed.watch_events(v1::WatchEventsRequest::default()).await?;
            let mut stream = begun.into_inner();
            stream.message().await?;
            let told = told.clone();
            tasks.spawn(async move {
                while let Ok(Some(message)) = stream.message().await {
                    let at = Instant::now();
                    let contacts = message.items.into_iter().filter_map(contact);
                    // Nobody may be asking for it.
                    let _heard = told.send((at, contacts.collect()));
                }
            });
        }
        Ok(Watchers(tasks))
    }

    /// Of cases.
    async fn start(
        server: &Server,
        count: usize,
        request: &v1::WatchCasesRequest,
    ) -> Result<Watchers, Box<dyn Error>> {
        let mut tasks = JoinSet::new();
        for mut feed in connections(server, count).await? {
            let mut stream: Streaming<_> = feed.watch_cases(request.clone()).await?.into_inner();
            stream.message().await?;
            tasks.spawn(async move { while let Ok(Some(_)) = stream.message().await {} });
        }
        Ok(Watchers(tasks))
    }
}

async fn connections(
    server: &Server,
    count: usize,
) -> Result<Vec<FeedServiceClient<Channel>>, Box<dyn Error>> {
    let mut feeds = Vec::new();
    for _ in 0..count.div_ceil(WATCHERS_A_CONNECTION) {
        let channel = Channel::from_shared(server.address.clone())?;
        let channel = channel.tcp_nodelay(true).connect().await?;
        let feed = FeedServiceClient::new(channel);
        let more = WATCHERS_A_CONNECTION.min(count - feeds.len());
        feeds.extend(std::iter::repeat_n(feed, more));
    }
    Ok(feeds)
}

/// The number of the contact that was routed.
fn contact(item: v1::EventItem) -> Option<u64> {
    match item.item? {
        Item::Event(event) => match event.body? {
            Body::ContactRouted(routed) => routed.contact_id.strip_prefix("contact-")?.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
