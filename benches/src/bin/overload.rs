//! Overload: what a server does with five times the calls that it can decide. The rate that it sustains is measured
//! first, then its latency when it is quiet, then five times that rate is offered whether or not it answers, and then
//! it is quiet again.
//!
//! `cargo run --release -p signpost-benches --bin overload [-- --folder DIR --seconds N --times N]`

use clap::Parser;
use comfy_table::Table;
use signpost_benches::flood::{Flooded, Pace, flood};
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::served::{Place, publish, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::{JoinHandle, LocalSet};
use tonic::transport::Channel;

/// Calls in flight of which the best rate is the one that the server sustains.
const IN_FLIGHT: [usize; 3] = [64, 256, 1_024];
/// The part of the sustained rate at which the server is quiet.
const QUIET: f64 = 0.1;
/// The least that goodput may be of the sustained rate.
const GOODPUT_MIN: f64 = 0.8;
/// The most that the p99 of what is taken may be, in times of the quiet one.
const LATENCY_TIMES_MAX: f64 = 5.0;
/// Lists, and ends of live contacts, a second beside the flood.
const BESIDE_A_SECOND: u64 = 50;
/// The first contact of those that end beside the flood.
const LIVE_FROM: u64 = 1 << 36;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Seconds of the flood; each other phase takes a third.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// How many times the sustained rate is offered.
    #[arg(long, default_value_t = 5.0)]
    times: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut runtime = match args.place.serve {
        Some(_) => tokio::runtime::Builder::new_multi_thread(),
        // The load takes one thread at most, so that the server has the rest of the machine.
        None => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    match &args.place.serve {
        Some(folder) => runtime.block_on(signpost(folder)),
        None => runtime.block_on(measure(&args)),
    }
}

async fn measure(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let next = Rc::new(Cell::new(1));
    let time = Duration::from_secs(args.seconds);
    let phase = time / 3;
    let mut table = Table::new();
    table.set_header([
        "phase",
        "offered /s",
        "taken /s",
        "refused /s",
        "lost",
        "p50 ms",
        "p99 ms",
        "refused p99 ms",
    ]);
    let mut sustained = 0.0_f64;
    for calls in IN_FLIGHT {
        let came = flood(&server.address, Pace::InFlight(calls), phase, &next).await?;
        table.add_row(row(&format!("{calls} in flight"), &came));
        sustained = sustained.max(came.goodput());
    }
    let quiet = flood(&server.address, Pace::Rate(QUIET * sustained), phase, &next).await?;
    table.add_row(row("quiet", &quiet));
    let ends = time.as_secs() * BESIDE_A_SECOND;
    live(&server, ends).await?;
    let before = server.resident()?;

    let beside = LocalSet::new();
    let counted = Arc::new(Beside::default());
    let (lists, enders) = (
        beside.spawn_local(list(server.connect().await?, Arc::clone(&counted))),
        beside.spawn_local(end(server.connect().await?, ends, Arc::clone(&counted))),
    );
    let pace = Pace::Rate(args.times * sustained);
    let flooded = beside
        .run_until(flood(&server.address, pace, time, &next))
        .await?;
    stop(&[lists, enders]);
    table.add_row(row(&format!("{} times as much", args.times), &flooded));
    let after = server.resident()?;
    let again = flood(&server.address, Pace::Rate(QUIET * sustained), phase, &next).await?;
    table.add_row(row("quiet again", &again));
    say(&table.to_string());

    let goodput = flooded.goodput() / sustained;
    say(&format!(
        "goodput / sustained: {goodput:.2}; it must be at least {GOODPUT_MIN}"
    ));
    let times = p99(&flooded) / p99(&quiet);
    say(&format!(
        "p99 of what is taken / p99 when quiet: {times:.1}; it must be at most {LATENCY_TIMES_MAX}"
    ));
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    say(&format!(
        "memory of the server: {:.0} MiB before, {:.0} MiB after, {:.0} MiB at most",
        mib(before.0),
        mib(after.0),
        mib(after.1)
    ));
    counted.say();
    say(&format!(
        "quiet again: {} of {} refused, p99 {:.1} times that of before",
        again.refused,
        again.offered,
        p99(&again) / p99(&quiet)
    ));
    Ok(())
}

/// Calls beside the flood, and how many of them were taken.
#[derive(Debug, Default)]
struct Beside {
    lists: [AtomicU64; 2],
    ends: [AtomicU64; 2],
}

impl Beside {
    fn say(&self) {
        let of = |[taken, refused]: &[AtomicU64; 2]| {
            let (taken, refused) = (
                taken.load(Ordering::Relaxed),
                refused.load(Ordering::Relaxed),
            );
            format!("{taken} taken and {refused} refused")
        };
        let (lists, ends) = (of(&self.lists), of(&self.ends));
        say(&format!(
            "beside the flood: of the lists {lists}; of the ends of live contacts {ends}"
        ));
    }
}

/// Routes the contacts that end beside the flood.
async fn live(server: &Server, count: u64) -> Result<(), Box<dyn Error>> {
    let mut contacts = ContactServiceClient::new(server.connect().await?);
    for number in LIVE_FROM..LIVE_FROM + count {
        contacts.route_contact(requests::route(number)).await?;
    }
    Ok(())
}

async fn list(channel: Channel, counted: Arc<Beside>) {
    let mut contacts = ContactServiceClient::new(channel);
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / BESIDE_A_SECOND));
    loop {
        ticks.tick().await;
        let asked = v1::ListContactsRequest::default();
        let answered = contacts.list_contacts(asked).await;
        counted.lists[usize::from(answered.is_err())].fetch_add(1, Ordering::Relaxed);
    }
}

async fn end(channel: Channel, count: u64, counted: Arc<Beside>) {
    let mut contacts = ContactServiceClient::new(channel);
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / BESIDE_A_SECOND));
    for number in LIVE_FROM..LIVE_FROM + count {
        ticks.tick().await;
        let answered = contacts.end_contact(requests::end(number)).await;
        if let Err(status) = &answered {
            say(&format!("an end was refused: {}", status.message()));
        }
        counted.ends[usize::from(answered.is_err())].fetch_add(1, Ordering::Relaxed);
    }
}

fn stop(tasks: &[JoinHandle<()>]) {
    tasks.iter().for_each(JoinHandle::abort);
}

/// The p99 of what was taken, in microseconds.
fn p99(came: &Flooded) -> f64 {
    came.taken_latency.value_at_quantile(0.99).max(1) as f64
}

fn row(phase: &str, came: &Flooded) -> Vec<String> {
    let rate = |count: u64| format!("{:.0}", count as f64 / came.took.as_secs_f64());
    let ms = |micros: u64| format!("{:.2}", micros as f64 / 1_000.0);
    let taken = |quantile| ms(came.taken_latency.value_at_quantile(quantile));
    vec![
        phase.to_owned(),
        rate(came.offered),
        rate(came.taken),
        rate(came.refused),
        came.lost.to_string(),
        taken(0.5),
        taken(0.99),
        ms(came.refused_latency.value_at_quantile(0.99)),
    ]
}
