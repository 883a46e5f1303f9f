//! Durable RouteContact, compared in one run with three others: a bare tonic echo with the same message sizes; an echo
//! that first appends each contact to the log, which is the most that can be reached; and a service that stores each
//! contact in SQLite.
//!
//! `cargo run --release -p signpost-benches --bin load [-- --folder DIR --seconds N --in-flight 1,16,64,256]`

use clap::Parser;
use comfy_table::Table;
use prost::Message;
use signpost_benches::disk::{file_system, syncs_a_second};
use signpost_benches::echo::{self, Keep};
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::served::{Place, publish, say, signpost};
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The number of rounds of each. The one with the middle rate counts.
const ROUNDS: usize = 3;

/// Measures durable RouteContact beside a bare tonic echo, the log alone and a service on SQLite.
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
    /// Echo the answer in this file (used by the bench itself).
    #[arg(long, hide = true)]
    echo: Option<PathBuf>,
    /// With `--echo`: first store each contact in this file of SQLite.
    #[arg(long, hide = true, requires = "echo")]
    tables: Option<PathBuf>,
    /// With `--echo`: first append each contact to the log in this folder.
    #[arg(long, hide = true, requires = "echo", conflicts_with = "tables")]
    log: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match (&args.place.serve, &args.echo) {
        (Some(folder), _) => signpost(folder).await,
        (_, Some(answer)) => {
            let tables = args.tables.as_deref().map(Keep::Tables);
            let log = args.log.as_deref().map(Keep::Log);
            echo::echo(answer, tables.or(log).unwrap_or(Keep::Nowhere)).await
        }
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
    let bare = Server::start(&["--echo"], &answer)?;
    let tables = folder.path().join("tables");
    let tables = tables.to_str().ok_or("a folder whose name is no text")?;
    let sqlite = Server::start(&["--tables", tables, "--echo"], &answer)?;
    let log = folder.path().join("log");
    let log = log.to_str().ok_or("a folder whose name is no text")?;
    let logged = Server::start(&["--log", log, "--echo"], &answer)?;
    let servers = [
        ("echo", &bare),
        ("echo, logged", &logged),
        ("SQLite", &sqlite),
        ("signpost", &server),
    ];
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
    for &in_flight in &args.in_flight {
        let until = Until::Elapsed(Duration::from_secs(args.seconds));
        let mut rounds = servers.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for ((_, server), rounds) in servers.iter().zip(&mut rounds) {
                rounds.push(drive(server, in_flight, Calls::Route, until, &next).await?);
            }
        }
        let rounds = rounds.map(middle);
        let echo = rounds[0].as_ref().map_or(0.0, Round::rate);
        for ((name, _), round) in servers.iter().zip(rounds.iter().flatten()) {
            table.add_row(row(in_flight, name, round, echo));
        }
    }
    say(&table.to_string());
    say("CPU of the server for one contact; the middle of three rounds by rate");
    Ok(())
}

/// Publishes the playbook and stores one answer for the echo in the file `answer`. Gives the sizes of the request and
/// the answer, in bytes.
async fn prepare(server: &Server, answer: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    publish(&server.address).await?;
    let mut contacts = ContactServiceClient::connect(server.address.clone()).await?;
    let request = requests::route(0);
    let routed = contacts.route_contact(request.clone()).await?.into_inner();
    std::fs::write(answer, routed.encode_to_vec())?;
    Ok((request.encoded_len(), routed.encoded_len()))
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
