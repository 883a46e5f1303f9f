//! Durable RouteContact, compared in one run with others: a bare tonic echo with the same message sizes; an echo that
//! first appends each contact to the log, which is the most that can be reached; the same with the rows that a contact
//! has; the same that also decides each contact and seals its event, which together is what no service of this kind can
//! leave out; and services that store each contact in SQLite and in PostgreSQL (left out where it is not installed).
//!
//! `cargo run --release -p signpost-benches --bin load [-- --folder DIR --seconds N --in-flight 1,16,64,256]`

use clap::Parser;
use comfy_table::Table;
use signpost_benches::disk::{file_system, syncs_a_second};
use signpost_benches::echo::{EchoArgs, echo};
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::postgres::Postgres;
use signpost_benches::process::Server;
use signpost_benches::sample::{prepare, sampled};
use signpost_benches::served::{
    Place, publish_to, say, signpost, signpost_in_clear, signpost_over_tls, text,
};
use signpost_benches::tls;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The number of rounds of each. The one with the middle rate counts.
const ROUNDS: usize = 3;
/// Requests in flight for the figure that compares Signpost with PostgreSQL.
const COMPARED_IN_FLIGHT: usize = 64;
/// How many times the rate of PostgreSQL Signpost is to have there: at least, and the aim.
const TIMES_POSTGRES: (u32, u32) = (3, 5);
/// How much of the rate TLS may cost, in percent.
const TLS_COST_PERCENT_MAX: u32 = 20;
/// How much of the rate the encryption of personal values may cost, in percent.
const ENCRYPTION_COST_PERCENT_MAX: u32 = 15;

/// Measures durable RouteContact beside a bare tonic echo, the log alone, the log with rows, and services on SQLite and
/// PostgreSQL.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Seconds per round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// The numbers of requests in flight that are measured.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    in_flight: Vec<usize>,
    /// Also measure Signpost over TLS, beside Signpost without.
    #[arg(long)]
    tls: bool,
    /// Also measure Signpost on a folder in which personal values are in clear.
    #[arg(long)]
    clear: bool,
    /// With `--serve`: have TLS with the files in this folder.
    #[arg(long, hide = true)]
    certificates: Option<PathBuf>,
    #[command(flatten)]
    echo: EchoArgs,
}

const SIGNPOST: &str = "signpost";
const SIGNPOST_TLS: &str = "signpost, TLS";
const SIGNPOST_CLEAR: &str = "signpost, in clear";
const SQLITE: &str = "SQLite";
/// What does only what no service of this kind can leave out.
const UNAVOIDABLE: &str = "echo, logged, rows kept, decided";
const POSTGRES: &str = "PostgreSQL";

/// A server that is measured.
struct Measured {
    name: &'static str,
    server: Server,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match (&args.place.serve, args.echo.asked()) {
        (Some(folder), _) => match &args.certificates {
            Some(certificates) => signpost_over_tls(folder, certificates).await,
            None if args.clear => signpost_in_clear(folder).await,
            None => signpost(folder).await,
        },
        (None, Some(asked)) => echo(asked).await,
        (None, None) => compare(&args).await,
    }
}

async fn compare(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let kind = file_system(folder.path())?;
    if kind == "tmpfs" || kind == "ramfs" {
        return Err(format!(
            "{} is {kind}: nothing is durable there",
            args.place.folder.display()
        )
        .into());
    }
    say(&format!(
        "file system {kind}, {:.0} plain 1 KiB appends with fdatasync a second",
        syncs_a_second(folder.path())?
    ));
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    let answer = folder.path().join("answer");
    let sizes = prepare(&server, &answer).await?;
    say(&format!(
        "request {} bytes, answer {} bytes",
        sizes.0, sizes.1
    ));
    let sample = folder.path().join("sample");
    say(&sampled(&sample).await?);
    // It is dropped, and so stopped, after the service on it.
    let postgres = Postgres::start(&args.place.folder);
    if let Err(why) = &postgres {
        say(&format!("PostgreSQL is left out: {why}"));
    }
    let path = |name: &str| text(&folder.path().join(name));
    let started = |flags: &[&str]| Server::start(&[flags, &["--echo"]].concat(), &answer);
    let (log, log_of_both, sample) = (path("log")?, path("log-and-rows")?, path("sample")?);
    let log_of_all = path("log-of-decided")?;
    let both = started(&["--log", &log_of_both, "--sample", &sample])?;
    let all = started(&["--log", &log_of_all, "--sample", &sample, "--decides"])?;
    let mut servers = vec![
        measured("echo", started(&[])?),
        measured("echo, logged", started(&["--log", &log])?),
        measured("echo, logged, rows kept", both),
        measured(UNAVOIDABLE, all),
        measured(SQLITE, started(&["--tables", &path("tables")?])?),
    ];
    if let Ok(postgres) = &postgres {
        let socket = postgres.folder().to_str();
        let socket = socket.ok_or("a folder whose name is no text")?;
        let server = started(&["--postgres", socket])?.with_database(postgres.id());
        servers.push(measured(POSTGRES, server));
    }
    servers.push(measured(SIGNPOST, server));
    if args.tls {
        let ca = tls::make(&folder.path().join("certificates"))?;
        let flags = ["--certificates", &path("certificates")?, "--serve"];
        let server = Server::start(&flags, &folder.path().join("data-of-tls"))?.over_tls(ca);
        publish_to(&server).await?;
        servers.push(measured(SIGNPOST_TLS, server));
    }
    if args.clear {
        let data = folder.path().join("data-in-clear");
        let server = Server::start(&["--clear", "--serve"], &data)?;
        publish_to(&server).await?;
        servers.push(measured(SIGNPOST_CLEAR, server));
    }
    measure(args, &servers).await
}

/// Measures each server with each number of requests in flight, and prints what came out.
async fn measure(args: &Args, servers: &[Measured]) -> Result<(), Box<dyn Error>> {
    let next = Arc::new(AtomicU64::new(1));
    let mut table = Table::new();
    table.set_header([
        "in flight",
        "server",
        "contacts /s",
        "of the echo",
        "p50 ms",
        "p99 ms",
        "CPU µs",
    ]);
    let mut times = Vec::new();
    let mut beyond = Vec::new();
    let mut costs = Vec::new();
    for &in_flight in &args.in_flight {
        let until = Until::Elapsed(Duration::from_secs(args.seconds));
        let mut rounds: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (measured, rounds) in servers.iter().zip(&mut rounds) {
                let round = drive(&measured.server, in_flight, Calls::Route, until, &next);
                rounds.push(round.await?);
            }
        }
        let rounds: Vec<Round> = rounds.into_iter().filter_map(middle).collect();
        let echo = rounds.first().map_or(0.0, Round::rate);
        for (measured, round) in servers.iter().zip(&rounds) {
            table.add_row(row(in_flight, measured.name, round, echo));
        }
        let of = |name| {
            let mut all = servers.iter().zip(&rounds);
            all.find(|(it, _)| it.name == name).map(|(_, round)| round)
        };
        let rate = |name| of(name).map(Round::rate);
        if let (Some(own), Some(least)) = (of(SIGNPOST), of(UNAVOIDABLE)) {
            let p50 = |round: &Round| round.latency.value_at_quantile(0.5) as f64;
            beyond.push(format!(
                "at {in_flight} in flight, of what decides, logs and keeps rows alone: {:.2} times its p50, {:.2} times \
                 its time for a contact, {:.2} times its CPU; 1.30 times counts as reached",
                p50(own) / p50(least),
                least.rate() / own.rate(),
                own.cpu_each() / least.cpu_each(),
            ));
        }
        for (what, without, with, most) in [
            ("TLS", SIGNPOST, SIGNPOST_TLS, TLS_COST_PERCENT_MAX),
            (
                "encryption of personal values",
                SIGNPOST_CLEAR,
                SIGNPOST,
                ENCRYPTION_COST_PERCENT_MAX,
            ),
        ] {
            if let (Some(without), Some(with)) = (rate(without), rate(with)) {
                let cost = 100.0 * (1.0 - with / without);
                costs.push(format!(
                    "at {in_flight} in flight {what} costs {cost:.1} % of the rate; it may cost at most {most} %"
                ));
            }
        }
        if in_flight == COMPARED_IN_FLIGHT {
            for other in [SQLITE, POSTGRES] {
                if let (Some(own), Some(other_rate)) = (rate(SIGNPOST), rate(other)) {
                    let ratio = own / other_rate;
                    times.push(format!("{ratio:.1} times the rate of {other}"));
                }
            }
        }
    }
    say(&table.to_string());
    say(
        "CPU of the server and of its database for one contact; the middle of three rounds by rate",
    );
    for line in beyond.into_iter().chain(costs) {
        say(&line);
    }
    if !times.is_empty() {
        let times = times.join(", ");
        let (least, aim) = TIMES_POSTGRES;
        say(&format!(
            "at {COMPARED_IN_FLIGHT} in flight signpost has {times}; of PostgreSQL's it is to have at least {least} \
             times, the aim is {aim}"
        ));
    }
    Ok(())
}

fn measured(name: &'static str, server: Server) -> Measured {
    Measured { name, server }
}

/// The round with the middle rate; `None` if there are no rounds.
fn middle(mut rounds: Vec<Round>) -> Option<Round> {
    rounds.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle)
}

fn row(in_flight: usize, server: &str, round: &Round, echo: f64) -> Vec<String> {
    let ms = |quantile| {
        let micros = round.latency.value_at_quantile(quantile);
        format!("{:.2}", micros as f64 / 1_000.0)
    };
    vec![
        in_flight.to_string(),
        server.into(),
        format!("{:.0}", round.rate()),
        format!("{:.2}", round.rate() / echo),
        ms(0.5),
        ms(0.99),
        format!("{:.0}", round.cpu_each()),
    ]
}
