//! What a running backup costs the routing rate, and how fast a store is restored from it. On one server, in one run.
//!
//! `cargo run --release -p signpost-benches --bin backup [-- --cases N]`
//!
//! First the store is filled. Then rounds without and with a backup alternate; in those with one, backups of everything
//! are made one after another, to a folder on the same disk, by this process. Each round is compared with the mean of
//! the two around it, for the rate changes as the store grows.

use clap::Parser;
use comfy_table::Table;
use signpost_backup::{BackupWriter, Come, Manifest};
use signpost_benches::disk::file_system;
use signpost_benches::load::{Calls, Round, Until, drive};
use signpost_benches::process::Server;
use signpost_benches::served::{Place, publish, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::backup_service_client::BackupServiceClient;
use signpost_server::backup::{KeysGiven, Point, Restore, restore};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use v1::stream_backup_response::Item;

/// Requests in flight.
const IN_FLIGHT: usize = 64;
/// The maximum number of bytes of a message of a backup.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Measures backups and restores.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Cases that are there before; each has one contact, and two events.
    #[arg(long, default_value_t = 200_000)]
    cases: u64,
    /// Seconds of a round.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The number of rounds with a backup.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match &args.place.serve {
        Some(folder) => signpost(folder).await,
        None => measure(&args).await,
    }
}

/// What was backed up.
#[derive(Clone, Copy, Default)]
struct Copied {
    backups: u32,
    events: u64,
    bytes: u64,
    took: Duration,
}

async fn measure(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    say(&format!("file system {}", file_system(folder.path())?));
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(1));
    let fill = Until::Number(args.cases);
    drive(&server, IN_FLIGHT, Calls::RouteAndEnd, fill, &next).await?;
    let length = Duration::from_secs(args.seconds);
    let round = || {
        drive(
            &server,
            IN_FLIGHT,
            Calls::Route,
            Until::Elapsed(length),
            &next,
        )
    };
    // The first round after filling is not counted.
    round().await?;
    let (mut quiet, mut busy, mut copied) = (vec![round().await?], Vec::new(), Copied::default());
    for number in 0..args.rounds {
        let place = folder.path().join(format!("round-{number}"));
        let stop = AtomicU64::new(0);
        let loaded = async {
            let round = round().await;
            stop.store(1, Ordering::Relaxed);
            round
        };
        let (round_with, made) = tokio::join!(loaded, again_and_again(&server, &place, &stop));
        let made = made?;
        copied.backups += made.backups;
        copied.events += made.events;
        copied.bytes += made.bytes;
        copied.took += made.took;
        busy.push(round_with?);
        quiet.push(round().await?);
    }
    rounds(&quiet, &busy)?;
    let rate = |count: u64| count as f64 / copied.took.as_secs_f64();
    say(&format!(
        "{} backups beside the load: {} events, {:.0} events /s, {:.1} MB /s packed, {:.0} bytes an event",
        copied.backups,
        copied.events,
        rate(copied.events),
        rate(copied.bytes) / 1e6,
        copied.bytes as f64 / copied.events.max(1) as f64,
    ));
    let place = folder.path().join("whole");
    let whole = one(&server, &place, &AtomicU64::new(0)).await?;
    say(&format!(
        "a backup of a quiet server: {} events in {:.1} s, {:.0} events /s",
        whole.events,
        whole.took.as_secs_f64(),
        whole.events as f64 / whole.took.as_secs_f64(),
    ));
    drop(server);
    let keys = folder.path().join("data").join("keys");
    for (checks, name) in [(true, "restored and checked"), (false, "restored")] {
        let asked = Restore {
            from: signpost_backup::Place::from(place.clone()),
            to: folder.path().join(format!("restored-{checks}")),
            point: Point::End,
            checks,
            keys: KeysGiven::From(keys.clone()),
            master_key_file: None,
        };
        let begun = Instant::now();
        let filled = restore(&asked, |_| {})?;
        let took = begun.elapsed();
        say(&format!(
            "{name}: {} events in {:.1} s, {:.0} events /s",
            filled.last_event,
            took.as_secs_f64(),
            filled.last_event as f64 / took.as_secs_f64(),
        ));
    }
    Ok(())
}

fn rounds(quiet: &[Round], busy: &[Round]) -> Result<(), Box<dyn Error>> {
    let mut shown = Table::new();
    shown.set_header([
        "round",
        "contacts /s",
        "of the quiet ones around it",
        "p50 ms",
        "p99 ms",
    ]);
    let mut row = |name: &str, round: &Round, of: String| {
        let ms = |quantile| round.latency.value_at_quantile(quantile) as f64 / 1e3;
        shown.add_row([
            name.to_owned(),
            format!("{:.0}", round.rate()),
            of,
            format!("{:.1}", ms(0.5)),
            format!("{:.1}", ms(0.99)),
        ]);
    };
    let mut parts = Vec::new();
    for (place, round) in quiet.iter().enumerate() {
        row("quiet", round, String::new());
        if let (Some(with), Some(after)) = (busy.get(place), quiet.get(place + 1)) {
            let part = with.rate() / ((round.rate() + after.rate()) / 2.0);
            parts.push(part);
            row("with a backup", with, format!("{part:.2}"));
        }
    }
    say(&shown.to_string());
    parts.sort_by(f64::total_cmp);
    let middle = parts.get(parts.len() / 2).ok_or("no round")?;
    say(&format!(
        "a running backup leaves {middle:.2} of the rate: the middle of {} rounds, {IN_FLIGHT} in flight",
        parts.len()
    ));
    Ok(())
}

/// Backups of everything, one after another, until `stop` is set.
async fn again_and_again(
    server: &Server,
    place: &Path,
    stop: &AtomicU64,
) -> Result<Copied, Box<dyn Error>> {
    let mut all = Copied::default();
    while stop.load(Ordering::Relaxed) == 0 {
        let made = one(server, &place.join(all.backups.to_string()), stop).await?;
        all.backups += 1;
        all.events += made.events;
        all.bytes += made.bytes;
        all.took += made.took;
    }
    std::fs::remove_dir_all(place)?;
    Ok(all)
}

/// One backup, which breaks off when `stop` is set.
async fn one(server: &Server, place: &Path, stop: &AtomicU64) -> Result<Copied, Box<dyn Error>> {
    let begun = Instant::now();
    let mut client = BackupServiceClient::new(server.connect().await?)
        .max_decoding_message_size(MESSAGE_BYTES_MAX);
    let mut writer = BackupWriter::open(&place.to_owned().into()).await?;
    let request = v1::StreamBackupRequest::default();
    let mut stream = client.stream_backup(request).await?.into_inner();
    let mut copied = Copied {
        backups: 1,
        ..Copied::default()
    };
    while let Some(message) = stream.message().await? {
        match message.item {
            Some(Item::Begin(begin)) => writer.begin(manifest(begin)).await?,
            Some(Item::Chunk(chunk)) => {
                copied.events += chunk.last_sequence + 1 - chunk.first_sequence;
                copied.bytes += chunk.packed_events.len() as u64;
                let come = Come {
                    first: chunk.first_sequence,
                    last: chunk.last_sequence,
                    last_record_time_ms: 0,
                    packed: chunk.packed_events,
                };
                writer.add(come).await?;
            }
            None => return Err("an empty message".into()),
        }
        if stop.load(Ordering::Relaxed) != 0 {
            break;
        }
    }
    writer.finish().await?;
    copied.took = begun.elapsed();
    Ok(copied)
}

fn manifest(begin: v1::BackupBegin) -> Manifest {
    Manifest {
        store_id: begin.store_id,
        ancestors: Vec::new(),
        schema: begin.schema.into(),
        layout: begin.layout.into(),
        server_version: begin.server_version,
        last_sequence: 0,
        last_record_time_ms: 0,
        is_complete: false,
        chunks: Vec::new(),
    }
}
