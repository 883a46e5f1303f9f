//! Opens a store with many open cases. Measures how long that takes, and how much memory an open case needs.
//!
//! `cargo run --release -p signpost-benches --bin open [-- --cases N]`

use clap::Parser;
use signpost_benches::disk::bytes_below;
use signpost_benches::load::{Calls, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::served::{Place, publish, say, signpost};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// Requests in flight.
const IN_FLIGHT: usize = 128;

/// Measures opening a store with many open cases.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// The number of open cases.
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        return signpost(folder).await;
    }
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let (empty, data) = (folder.path().join("empty"), folder.path().join("data"));
    let bare = Server::start(&["--serve"], &empty)?.resident()?.0;
    let server = Server::start(&["--serve"], &data)?;
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(1));
    drive(
        &server,
        IN_FLIGHT,
        Calls::Route,
        Until::Number(args.cases + 1),
        &next,
    )
    .await?;
    drop(server);
    let killed = Instant::now();
    let server = Server::start(&["--serve"], &data)?;
    say(&format!(
        "{} open cases: opened in {:.2} s after a kill",
        args.cases,
        killed.elapsed().as_secs_f64()
    ));
    drop(server);
    let again = Instant::now();
    let server = Server::start(&["--serve"], &data)?;
    let took = again.elapsed().as_secs_f64();
    let memory = server.resident()?.0.saturating_sub(bare) / args.cases.max(1);
    say(&format!("opened in {took:.2} s with its rows up to date"));
    say(&format!(
        "memory an open case with its live contact: {memory} bytes"
    ));
    say(&format!(
        "disk an open case with its contact: {} bytes",
        bytes_below(&data)? / args.cases.max(1)
    ));
    Ok(())
}
