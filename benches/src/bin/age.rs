//! What a contact costs as history grows: the rate, the latency, memory and disk at every 500,000 of 5,000,000 contacts
//! of 400,000 returning customers, each about another order and resolved.
//!
//! `cargo run --release -p signpost-benches --bin age [-- --contacts N --customers N --every N --keep DIR]`

use clap::Parser;
use comfy_table::Table;
use signpost_benches::disk::bytes_below;
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::served::{Place, publish, say, signpost_with};
use signpost_server::engine::{Clock, EngineOptions, FilterLimits};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tempfile::TempDir;

/// Measures what a contact costs as history grows.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Contacts of this run.
    #[arg(long, default_value_t = 5_000_000)]
    contacts: u64,
    /// Customers who they are of.
    #[arg(long, default_value_t = 400_000, value_parser = clap::value_parser!(u64).range(1..))]
    customers: u64,
    /// Contacts from one line of the table to the next.
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Requests in flight.
    #[arg(long, default_value_t = 128)]
    in_flight: usize,
    /// Look for every row on disk: without filters that know what is not there.
    #[arg(long)]
    no_filters: bool,
    /// Megabytes of rows held in memory after which they are opened anew; as the server does, if not given.
    #[arg(long)]
    reopen_mb: Option<u64>,
    /// Megabytes of rows that reading may keep in memory; as the server does, if not given.
    #[arg(long)]
    cache_mb: Option<usize>,
    /// Keep this folder; where an earlier run kept it, go on from the contacts that are in it.
    #[arg(long)]
    keep: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        return signpost_with(folder, args.options()).await;
    }
    let temporary = match &args.keep {
        Some(_) => None,
        None => Some(tempfile::tempdir_in(&args.place.folder)?),
    };
    let kept = args.keep.as_deref();
    let folder = kept.or(temporary.as_ref().map(TempDir::path));
    let folder = folder.ok_or("no folder")?;
    std::fs::create_dir_all(folder)?;
    let before = contacts_in(folder)?;
    let opened = Instant::now();
    let serving = args.serving();
    let serving: Vec<&str> = serving.iter().map(String::as_str).collect();
    let server = Server::start(&serving, &folder.join("data"))?;
    let opened = opened.elapsed().as_secs_f64();
    say(&format!("{before} contacts: opened in {opened:.2} s"));
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(before + 1));
    let calls = Calls::ReturnAndEnd {
        customers: args.customers,
    };
    let last = before + args.contacts;
    let mut table = table();
    let (mut done, mut first) = (before, None);
    while done < last {
        done = (done + args.every).min(last);
        let until = Until::Number(done + 1);
        let round = drive(&server, args.in_flight, calls, until, &next).await?;
        next.store(done + 1, Ordering::Relaxed);
        std::fs::write(folder.join(CONTACTS), done.to_string())?;
        let disk = bytes_below(&folder.join("data"))?;
        let first = *first.get_or_insert(round.rate());
        let row = row(done, &round, first, server.resident()?, disk);
        say(&row.join("  "));
        table.add_row(row);
    }
    say(&table.to_string());
    say("CPU of the server for one contact, its end included; latency of RouteContact");
    Ok(())
}

impl Args {
    /// The limits of the server.
    fn options(&self) -> EngineOptions {
        let mut options = EngineOptions::new(Clock::System);
        if self.no_filters {
            options.filters = FilterLimits::NONE;
        }
        if let Some(megabytes) = self.reopen_mb {
            options.rows.reopen_bytes = megabytes * 1_000_000;
        }
        if let Some(megabytes) = self.cache_mb {
            options.rows.cache_bytes = megabytes * 1_000_000;
        }
        options
    }

    /// How this program is started to serve with these limits; the folder follows.
    fn serving(&self) -> Vec<String> {
        let filters = self.no_filters.then(|| "--no-filters".to_owned());
        let reopen = self.reopen_mb.map(|it| format!("--reopen-mb={it}"));
        let cache = self.cache_mb.map(|it| format!("--cache-mb={it}"));
        let limits = filters.into_iter().chain(reopen).chain(cache);
        limits.chain(["--serve".to_owned()]).collect()
    }
}

/// In the folder that is kept: how many contacts its data has.
const CONTACTS: &str = "contacts";

/// How many contacts an earlier run left in this folder.
fn contacts_in(folder: &Path) -> Result<u64, Box<dyn Error>> {
    match std::fs::read_to_string(folder.join(CONTACTS)) {
        Ok(text) => Ok(text.trim().parse()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.set_header([
        "contacts",
        "contacts /s",
        "of the first",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "resident MB",
        "most MB since",
        "disk bytes a contact",
    ]);
    table
}

fn row(
    done: u64,
    round: &Round,
    first: f64,
    (resident, most): (u64, u64),
    disk: u64,
) -> Vec<String> {
    let ms = |quantile| {
        let micros = round.latency.value_at_quantile(quantile);
        format!("{:.2}", micros as f64 / 1_000.0)
    };
    vec![
        done.to_string(),
        format!("{:.0}", round.rate()),
        format!("{:.2}", round.rate() / first),
        ms(0.5),
        ms(0.99),
        format!("{:.0}", round.cpu_each()),
        format!("{:.0}", resident as f64 / 1e6),
        format!("{:.0}", most as f64 / 1e6),
        (disk / done.max(1)).to_string(),
    ]
}
