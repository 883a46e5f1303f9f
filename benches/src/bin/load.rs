//! Durable RouteContact beside a bare tonic echo of the same message sizes, in one run.
//!
//! `cargo run --release -p signpost-benches --bin load [-- --folder DIR --seconds N --in-flight 1,16,64,256]`

use clap::Parser;
use comfy_table::Table;
use prost::Message;
use signpost_benches::disk::{file_system, syncs_a_second};
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::served::{publish, say, signpost};
use signpost_benches::{echo, requests};
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// Rounds of each; the middle one by rate counts.
const ROUNDS: usize = 3;

/// Measures durable RouteContact beside a bare tonic echo.
#[derive(Parser)]
struct Args {
    /// A folder on the disk to measure; a temporary one, if not given.
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    /// Seconds of a round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Requests in flight that are measured.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    in_flight: Vec<usize>,
    /// Serve this data folder (used by the bench itself).
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
    /// Echo this answer (used by the bench itself).
    #[arg(long, hide = true)]
    echo: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match (&args.serve, &args.echo) {
        (Some(folder), _) => signpost(folder).await,
        (_, Some(answer)) => echo::echo(answer).await,
        (None, None) => compare(&args).await,
    }
}

async fn compare(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.folder)?;
    let kind = file_system(folder.path())?;
    if kind == "tmpfs" || kind == "ramfs" {
        return Err(format!(
            "{} is {kind}: nothing is durable there",
            args.folder.display()
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
    let next = Arc::new(AtomicU64::new(1));
    let mut table = Table::new();
    table.set_header([
        "in flight",
        "echo /s",
        "routed /s",
        "ratio",
        "echo p50",
        "routed p50",
        "echo p99",
        "routed p99",
        "echo CPU",
        "routed CPU",
    ]);
    for &in_flight in &args.in_flight {
        let until = Until::Elapsed(Duration::from_secs(args.seconds));
        let (mut echoes, mut routes) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            echoes.push(drive(&bare, in_flight, Calls::Route, until, &next).await?);
            routes.push(drive(&server, in_flight, Calls::Route, until, &next).await?);
        }
        table.add_row(row(in_flight, &middle(echoes)?, &middle(routes)?));
    }
    say(&table.to_string());
    say("latency in ms; CPU of the server in µs a request; the middle of three rounds by rate");
    Ok(())
}

/// Publishes the playbook and keeps one answer for the echo. Gives the sizes of the request and the answer.
async fn prepare(server: &Server, answer: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    publish(&server.address).await?;
    let mut contacts = ContactServiceClient::connect(server.address.clone()).await?;
    let request = requests::route(0);
    let routed = contacts.route_contact(request.clone()).await?.into_inner();
    std::fs::write(answer, routed.encode_to_vec())?;
    Ok((request.encoded_len(), routed.encoded_len()))
}

fn middle(mut rounds: Vec<Round>) -> Result<Round, Box<dyn Error>> {
    rounds.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    Ok(rounds.swap_remove(rounds.len() / 2))
}

fn row(in_flight: usize, echo: &Round, routed: &Round) -> Vec<String> {
    let ms = |round: &Round, quantile| {
        format!(
            "{:.2}",
            round.latency.value_at_quantile(quantile) as f64 / 1_000.0
        )
    };
    vec![
        in_flight.to_string(),
        format!("{:.0}", echo.rate()),
        format!("{:.0}", routed.rate()),
        format!("{:.2}", routed.rate() / echo.rate()),
        ms(echo, 0.5),
        ms(routed, 0.5),
        ms(echo, 0.99),
        ms(routed, 0.99),
        format!("{:.0}", echo.cpu_each()),
        format!("{:.0}", routed.cpu_each()),
    ]
}
