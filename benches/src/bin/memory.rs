//! Memory and disk while contacts come and end: the resident size after 200,000 and after 1,000,000 routed and ended
//! contacts, and before and after reads of contacts that do not exist. The rate there and after 5,000,000 is compared
//! with that of the first 200,000. Beside it an echo that only appends each contact to the log and keeps as many rows
//! as an open one has: what no service on this store can leave out.
//!
//! The caller does the same for each contact, so where its CPU time a contact grows, the machine was slower.
//!
//! `cargo run --release -p signpost-benches --bin memory [-- --contacts N --every N --alone]`

use clap::Parser;
use comfy_table::Table;
use signpost_benches::disk::bytes_below;
use signpost_benches::echo::{EchoArgs, echo};
use signpost_benches::load::{Calls, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::sample::{prepare, sampled};
use signpost_benches::served::{Place, say, signpost, text};
use signpost_proto::v1;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Requests in flight.
const IN_FLIGHT: usize = 128;
/// How much of the rate of the first contacts there must be, and should be, after so many.
const RATES: [(u64, f64); 2] = [(1_000_000, 0.85), (5_000_000, 0.75)];
const RATE_AIM: f64 = 0.95;

/// Measures memory and disk as contacts come and end.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// The number of contacts.
    #[arg(long, default_value_t = 1_000_000)]
    contacts: u64,
    /// Contacts from one line of the table to the next.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Without the echo.
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    echo: EchoArgs,
    /// The number of reads of contacts that do not exist, after that.
    #[arg(long, default_value_t = 200_000)]
    reads: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match (&args.place.serve, args.echo.asked()) {
        (Some(folder), _) => signpost(folder).await,
        (None, Some(asked)) => echo(asked).await,
        (None, None) => compare(&args).await,
    }
}

async fn compare(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let path = |name: &str| text(&folder.path().join(name));
    let (data, answer) = (folder.path().join("data"), folder.path().join("answer"));
    let server = Server::start(&["--serve"], &data)?;
    prepare(&server, &answer).await?;
    let own = fill(&server, &data, Calls::RouteAndEnd, args).await?;
    let before = server.resident()?.0 as f64 / 1e6;
    read_nothing(&server.address, args.reads).await?;
    let after = server.resident()?.0 as f64 / 1e6;
    say(&format!(
        "{} reads of what is not there: {before:.1} MB before, {after:.1} MB after",
        args.reads
    ));
    drop(server);
    if args.alone {
        return Ok(());
    }
    let (log, sample) = (path("log")?, path("sample")?);
    say(
        "the echo that only appends to the log and keeps as many rows, with contacts that do not end:",
    );
    say(&sampled(sample.as_ref()).await?);
    let peer = Server::start(&["--log", &log, "--sample", &sample, "--echo"], &answer)?;
    let most = fill(&peer, log.as_ref(), Calls::Route, args).await?;
    say(&format!(
        "most memory: {own:.0} MB, that echo {most:.0} MB: {:.2} times",
        own / most
    ));
    Ok(())
}

/// Sends all the contacts, and prints memory, disk and rate at each line. Gives the most memory, in MB.
async fn fill(
    server: &Server,
    data: &Path,
    calls: Calls,
    args: &Args,
) -> Result<f64, Box<dyn Error>> {
    let next = Arc::new(AtomicU64::new(1));
    let mut table = Table::new();
    table.set_header([
        "contacts",
        "resident MB",
        "most MB since",
        "most against the first",
        "disk bytes a contact",
        "contacts /s",
        "CPU µs a contact",
        "of the caller",
    ]);
    let (mut first, mut most_of_all) = (None, 0.0_f64);
    let mut rates: Vec<(u64, f64)> = Vec::new();
    for line in 1..=args.contacts.div_ceil(args.every) {
        let until = args.contacts.min(line * args.every);
        next.fetch_min(until, Ordering::Relaxed);
        let round = drive(server, IN_FLIGHT, calls, Until::Number(until), &next).await?;
        next.store(until, Ordering::Relaxed);
        let (resident, most) = server.resident()?;
        let (resident, most) = (resident as f64 / 1e6, most as f64 / 1e6);
        most_of_all = most_of_all.max(most);
        let first = *first.get_or_insert(most);
        let disk = bytes_below(data)? / until.max(1);
        table.add_row([
            until.to_string(),
            format!("{resident:.0}"),
            format!("{most:.0}"),
            format!("{:.2}", most / first),
            disk.to_string(),
            format!("{:.0}", round.rate()),
            format!("{:.0}", round.cpu_each()),
            format!("{:.0}", round.caller_cpu_each()),
        ]);
        rates.push((until, round.rate()));
        say(&format!(
            "{until} contacts: {resident:.0} MB, at most {most:.0} MB, {:.0} a second",
            round.rate()
        ));
    }
    say(&table.to_string());
    for (contacts, must) in RATES {
        let then = rates.iter().find(|(until, _)| *until == contacts);
        if let (Some((until, first)), Some((_, then))) = (rates.first(), then) {
            say(&format!(
                "at {contacts} contacts {:.2} of the rate up to {until}; it must be at least {must}, and should be \
                 {RATE_AIM}",
                then / first
            ));
        }
    }
    Ok(most_of_all)
}

/// Reads `reads` contacts that do not exist.
async fn read_nothing(address: &str, reads: u64) -> Result<(), Box<dyn Error>> {
    let contacts = ContactServiceClient::connect(address.to_owned()).await?;
    let next = Arc::new(AtomicU64::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (mut contacts, next) = (contacts.clone(), next.clone());
        readers.spawn(async move {
            while let number = next.fetch_add(1, Ordering::Relaxed)
                && number < reads
            {
                let request = v1::GetContactRequest {
                    contact_id: format!("nobody-{number}"),
                    ..v1::GetContactRequest::default()
                };
                let found = contacts.get_contact(request).await;
                assert!(found.is_err(), "it is there");
            }
        });
    }
    while let Some(done) = readers.join_next().await {
        done?;
    }
    Ok(())
}
