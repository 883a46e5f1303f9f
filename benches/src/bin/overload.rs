//! Overload: what a server does with five times the calls that it can decide. The rate that it sustains is measured
//! first, then its latency when it is quiet, then five times that rate is offered whether or not it answers, and then
//! it is quiet again. Two others get the same: a bare tonic echo, which shows what the transport needs, and the machine
//! that the load shares; and a service that does only what cannot be left out: it decides each contact, seals it, logs
//! it and keeps its rows, looks nothing up, and refuses in its outermost layer whatever is too much.
//!
//! `cargo run --release -p signpost-benches --bin overload [-- --folder DIR --seconds N --times N]`

use clap::Parser;
use comfy_table::Table;
use prost::Message;
use signpost_benches::echo::{EchoArgs, echo};
use signpost_benches::flood::{Flooded, Pace, flood};
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::sample::sampled;
use signpost_benches::served::{Place, publish, say, signpost, text};
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
/// A figure that the machine forbids counts as reached within so many times of the service that only sheds.
const OF_PEER_MAX: f64 = 1.3;
/// Lists, and ends of live contacts, a second beside the flood.
const BESIDE_A_SECOND: u64 = 50;
/// The first contact of those that end beside the flood.
const LIVE_FROM: u64 = 1 << 36;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    echo: EchoArgs,
    /// Seconds of the flood; each other phase takes a third.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// How many times the sustained rate is offered.
    #[arg(long, default_value_t = 5.0)]
    times: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let serves = args.place.serve.is_some() || args.echo.asked().is_some();
    let mut runtime = match serves {
        true => tokio::runtime::Builder::new_multi_thread(),
        // The load takes one thread at most, so that the server has the rest of the machine.
        false => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    match (&args.place.serve, args.echo.asked()) {
        (Some(folder), _) => runtime.block_on(signpost(folder)),
        (None, Some(asked)) => runtime.block_on(echo(asked)),
        (None, None) => runtime.block_on(measure(&args)),
    }
}

/// What a server did in each phase.
struct Measured {
    sustained: f64,
    quiet: Flooded,
    flooded: Flooded,
    /// Its memory before and after the flood, as [`Server::resident`] gives it.
    memory: [(u64, u64); 2],
}

impl Measured {
    fn goodput(&self) -> f64 {
        self.flooded.goodput() / self.sustained
    }

    /// The p99 of what is taken under the flood, in times of the quiet one.
    fn latency_times(&self) -> f64 {
        p99(&self.flooded) / p99(&self.quiet)
    }

    fn say_memory(&self, whose: &str) {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let [before, after] = self.memory;
        say(&format!(
            "memory of {whose}: {:.0} MiB before, {:.0} MiB after, {:.0} MiB at most",
            mib(before.0),
            mib(after.0),
            mib(after.1)
        ));
    }
}

/// Phases of one length, in a table.
struct Phases {
    next: Rc<Cell<u64>>,
    time: Duration,
    table: Table,
}

impl Phases {
    /// One phase of a third of the time; the flood itself takes all of it.
    async fn phase(
        &mut self,
        name: &str,
        address: &str,
        pace: Pace,
    ) -> Result<Flooded, Box<dyn Error>> {
        let came = flood(address, pace, self.time / 3, &self.next).await?;
        self.table.add_row(row(name, &came));
        Ok(came)
    }

    /// The best rate of several numbers of calls in flight.
    async fn sustain(&mut self, server: &Server, whose: &str) -> Result<f64, Box<dyn Error>> {
        let mut best = 0.0_f64;
        for calls in IN_FLIGHT {
            let name = format!("{whose}{calls} in flight");
            let came = self
                .phase(&name, &server.address, Pace::InFlight(calls))
                .await?;
            best = best.max(came.goodput());
        }
        Ok(best)
    }

    /// All phases of a peer, which gets the same rates as Signpost.
    async fn peer(
        &mut self,
        server: &Server,
        whose: &str,
        quiet: Pace,
        pace: Pace,
    ) -> Result<Measured, Box<dyn Error>> {
        let sustained = self.sustain(server, whose).await?;
        let name = format!("{whose}quiet");
        let quiet = self.phase(&name, &server.address, quiet).await?;
        let before = server.resident()?;
        let flooded = flood(&server.address, pace, self.time, &self.next).await?;
        self.table.add_row(row(&format!("{whose}flood"), &flooded));
        Ok(Measured {
            sustained,
            quiet,
            flooded,
            memory: [before, server.resident()?],
        })
    }
}

async fn measure(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let time = Duration::from_secs(args.seconds);
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
    let next = Rc::new(Cell::new(1));
    let mut phases = Phases { next, time, table };
    let sustained = phases.sustain(&server, "").await?;
    let quiet_pace = Pace::Rate(QUIET * sustained);
    let quiet = phases.phase("quiet", &server.address, quiet_pace).await?;
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
        .run_until(flood(&server.address, pace, time, &phases.next))
        .await?;
    stop(&[lists, enders]);
    let name = format!("{} times as much", args.times);
    phases.table.add_row(row(&name, &flooded));
    let signpost = Measured {
        sustained,
        quiet,
        flooded,
        memory: [before, server.resident()?],
    };
    let again = phases
        .phase("quiet again", &server.address, quiet_pace)
        .await?;
    // The peers have the machine for themselves.
    let answer = folder.path().join("answer");
    let mut contacts = ContactServiceClient::new(server.connect().await?);
    let routed = contacts
        .route_contact(requests::route(LIVE_FROM - 1))
        .await?;
    std::fs::write(&answer, routed.into_inner().encode_to_vec())?;
    drop((contacts, server));
    let bare = Server::start(&["--echo"], &answer)?;
    let echo = phases.peer(&bare, "echo, ", quiet_pace, pace).await?;
    drop(bare);
    let sample = folder.path().join("sample");
    say(&sampled(&sample).await?);
    let (log, sample) = (text(&folder.path().join("log"))?, text(&sample)?);
    let flags = ["--log", &log, "--sample", &sample, "--decides", "--sheds"];
    let shedding = Server::start(&[&flags[..], &["--echo"]].concat(), &answer)?;
    let sheds = phases.peer(&shedding, "sheds, ", quiet_pace, pace).await?;
    drop(shedding);
    say(&phases.table.to_string());
    report(&signpost, &echo, &sheds);
    counted.say();
    say(&format!(
        "quiet again: {} of {} refused, p99 {:.1} times that of before",
        again.refused,
        again.offered,
        p99(&again) / p99(&signpost.quiet)
    ));
    Ok(())
}

/// Compares the figures with what they must be, and with those of the peers.
fn report(signpost: &Measured, echo: &Measured, sheds: &Measured) {
    say(&format!(
        "goodput / sustained: {:.2}; it must be at least {GOODPUT_MIN}",
        signpost.goodput()
    ));
    say(&format!(
        "the same of a service that only decides, logs, keeps rows and sheds: {:.2}, {:.2} times as much; within \
         {OF_PEER_MAX} counts as reached",
        sheds.goodput(),
        sheds.goodput() / signpost.goodput()
    ));
    say(&format!(
        "p99 of what is taken / p99 when quiet: {:.1}; it must be at most {LATENCY_TIMES_MAX}",
        signpost.latency_times()
    ));
    say(&format!(
        "the same of that service: {:.1}, and that of Signpost is {:.2} times as much; of a bare echo: \
         {:.1}",
        sheds.latency_times(),
        signpost.latency_times() / sheds.latency_times(),
        echo.latency_times()
    ));
    signpost.say_memory("the server");
    sheds.say_memory("that service");
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
