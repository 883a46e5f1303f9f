//! What watching costs: how long it takes until a change reaches 1,000 watchers, and how much it slows down routing.
//!
//! `cargo run --release -p signpost-benches --bin feed [-- --folder DIR --watchers N --changes N --seconds N]`

use clap::Parser;
use comfy_table::Table;
use hdrhistogram::Histogram;
use signpost_benches::disk::file_system;
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::requests::route_to_desks;
use signpost_benches::served::{Place, publish, say, signpost};
use signpost_benches::watchers::{Arrived, Asked, Sent, Watchers};
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Requests in flight when routing is as fast as possible.
const IN_FLIGHT: usize = 64;
/// How long watchers may need for the last changes.
const DRAIN: Duration = Duration::from_secs(2);
/// The number of rounds of a whole run.
const ROUNDS: u32 = 10;
/// The longest time that a run may take besides its rounds: for beginning watches, draining and publishing.
const BESIDE_ROUNDS_MAX: Duration = Duration::from_secs(120);

/// Measures what watching costs.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// The number of watchers.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// Changes per second.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    changes: u32,
    /// Seconds per round.
    #[arg(long, default_value_t = 6)]
    seconds: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        return signpost(folder).await;
    }
    let longest = BESIDE_ROUNDS_MAX + Duration::from_secs(1) * args.seconds * ROUNDS;
    let stage = Stage::default();
    match tokio::time::timeout(longest, measure(&args, &stage)).await {
        Ok(measured) => measured,
        Err(_) => Err(format!(
            "not done within {} s; it came as far as: {}",
            longest.as_secs(),
            stage.told()
        )
        .into()),
    }
}

/// What the run is doing, as text.
#[derive(Default)]
struct Stage(Mutex<String>);

impl Stage {
    fn set(&self, what: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    fn told(&self) -> String {
        let what = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        what.clone()
    }
}

/// The state that the rounds share.
struct Bench<'a> {
    args: &'a Args,
    stage: &'a Stage,
    server: Server,
    /// The number of the next contact.
    next: Arc<AtomicU64>,
}

async fn measure(args: &Args, stage: &Stage) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    say(&format!("file system {}", file_system(folder.path())?));
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let bench = Bench {
        args,
        stage,
        server,
        next: Arc::new(AtomicU64::new(1)),
    };
    bench.paced().await?;
    bench.saturated().await
}

impl Bench<'_> {
    /// Sends changes at an even pace. Measures how late they arrive, and what the server does for them.
    async fn paced(&self) -> Result<(), Box<dyn Error>> {
        let Args {
            watchers, changes, ..
        } = self.args;
        let mut table = Table::new();
        table.set_header([
            "watch",
            "changes /s",
            "told",
            "messages",
            "p50",
            "p99",
            "max",
            "answer p50",
            "answer p99",
            "server CPU /s",
        ]);
        for asked in [None, Some(Asked::OneDesk), Some(Asked::All)] {
            let told = self.paced_round(asked).await?;
            table.add_row(told);
        }
        say(&table.to_string());
        say(&format!(
            "{changes} changes a second, {watchers} watchers; ms from the sending of a change to each watcher, and to \
             its own answer; seconds of CPU of the server each second"
        ));
        Ok(())
    }

    async fn paced_round(&self, asked: Option<Asked>) -> Result<Vec<String>, Box<dyn Error>> {
        let count = u64::from(self.args.changes) * u64::from(self.args.seconds);
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let contacts = first..first + count;
        let sent = Arc::new(Sent::new(first, count));
        let watchers = self.watchers(asked, &sent).await?;
        self.stage.set(format!("changes beside {}", name(asked)));
        let (cpu, began) = (self.server.cpu()?, Instant::now());
        let answers = self.change(&sent, contacts.clone()).await?;
        let seconds = began.elapsed().as_secs_f64();
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        tokio::time::sleep(DRAIN).await;
        let arrived = watchers.map(|watchers| watchers.arrived()).transpose()?;
        let told = asked.map(|asked| asked.told(self.args.watchers, contacts));
        let mut row = vec![
            name(asked).to_owned(),
            format!("{:.0}", count as f64 / seconds),
        ];
        match arrived.zip(told) {
            None => row.extend(std::iter::repeat_n(String::new(), 5)),
            Some((Arrived { messages, late }, told)) => {
                row.push(format!("{} of {told}", late.len()));
                row.push(messages.to_string());
                row.extend([0.5, 0.99, 1.0].map(|quantile| ms(&late, quantile)));
            }
        }
        row.extend([0.5, 0.99].map(|quantile| ms(&answers, quantile)));
        row.push(format!("{:.2}", cpu.as_secs_f64() / seconds));
        Ok(row)
    }

    /// Routes contacts at an even pace. Gives how long each answer took, in microseconds.
    async fn change(
        &self,
        sent: &Arc<Sent>,
        contacts: Range<u64>,
    ) -> Result<Histogram<u64>, Box<dyn Error>> {
        let client = ContactServiceClient::connect(self.server.address.clone()).await?;
        let mut calls = JoinSet::new();
        let mut pace = tokio::time::interval(Duration::from_secs(1) / self.args.changes);
        for number in contacts {
            pace.tick().await;
            let (mut client, sent) = (client.clone(), sent.clone());
            calls.spawn(async move {
                sent.sends(number);
                client.route_contact(route_to_desks(number)).await?;
                Ok::<_, tonic::Status>(sent.since(number))
            });
        }
        let mut answers = Histogram::new(3)?;
        while let Some(call) = calls.join_next().await {
            answers.record(call??.unwrap_or_default())?;
        }
        Ok(answers)
    }

    /// Routes as fast as possible while there are watchers, and before and after without them.
    async fn saturated(&self) -> Result<(), Box<dyn Error>> {
        let mut table = Table::new();
        table.set_header([
            "watch",
            "routed /s",
            "of alone",
            "server CPU a contact",
            "of alone",
        ]);
        let mut before = self.routed(None).await?;
        for asked in [Asked::NoneOfIt, Asked::OneDesk, Asked::All] {
            let beside = self.routed(Some(asked)).await?;
            let after = self.routed(None).await?;
            let rate = f64::midpoint(before.rate(), after.rate());
            let cpu = f64::midpoint(before.cpu_each(), after.cpu_each());
            table.add_row([
                name(Some(asked)).to_owned(),
                format!("{:.0}", beside.rate()),
                format!("{:.2}", beside.rate() / rate),
                format!("{:.0}", beside.cpu_each()),
                format!("{:.2}", beside.cpu_each() / cpu),
            ]);
            before = after;
        }
        say(&table.to_string());
        say(&format!(
            "{IN_FLIGHT} in flight, {} watchers on the same machine; alone is the mean of a round before and one after; \
             CPU in µs",
            self.args.watchers
        ));
        Ok(())
    }

    async fn routed(&self, asked: Option<Asked>) -> Result<Round, Box<dyn Error>> {
        let nobody_asks = Arc::new(Sent::new(0, 0));
        let watchers = self.watchers(asked, &nobody_asks).await?;
        self.stage.set(format!("routing beside {}", name(asked)));
        let until = Until::Elapsed(Duration::from_secs(self.args.seconds.into()));
        let (calls, next) = (Calls::RouteToDesks, &self.next);
        let round = drive(&self.server, IN_FLIGHT, calls, until, next).await?;
        drop(watchers);
        Ok(round)
    }

    async fn watchers(
        &self,
        asked: Option<Asked>,
        sent: &Arc<Sent>,
    ) -> Result<Option<Watchers>, Box<dyn Error>> {
        let Some(asked) = asked else {
            return Ok(None);
        };
        let count = self.args.watchers;
        let begun = |begun| {
            let what = name(Some(asked));
            self.stage.set(format!("{begun} of {count} watch {what}"));
        };
        let watchers = Watchers::begin(&self.server, count, asked, sent, begun);
        Ok(Some(watchers.await?))
    }
}

fn name(asked: Option<Asked>) -> &'static str {
    match asked {
        None => "nobody",
        Some(Asked::NoneOfIt) => "cases, none of it",
        Some(Asked::OneDesk) => "cases of a desk each",
        Some(Asked::All) => "every event",
    }
}

fn ms(micros: &Histogram<u64>, quantile: f64) -> String {
    format!("{:.1}", micros.value_at_quantile(quantile) as f64 / 1_000.0)
}
