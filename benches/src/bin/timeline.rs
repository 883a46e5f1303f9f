//! Previews while others read old events: many callers page through the timelines of cases whose events are in closed
//! segments. Previews are timed with and without these readers, in turns, in one run. The readers stand for callers on
//! other machines, so what they do with their pages is done on a thread of its own with the lowest priority.
//!
//! A third round shows what the machine itself does to previews: nothing is read, and one thread for each core only
//! counts, with the priority that the server gives to threads that read.
//!
//! `cargo run --release -p signpost-benches --bin timeline [-- --readers N --seconds N]`

use clap::Parser;
use comfy_table::Table;
use hdrhistogram::Histogram;
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::served::{Place, publish, say, signpost_with};
use signpost_proto::v1;
use signpost_proto::v1::case_service_client::CaseServiceClient;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use signpost_server::engine::{Clock, EngineOptions, READING_NICENESS};
use signpost_server::store::LogLimits;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// The bytes of a segment. It is small, so that there are many more segments than are kept open.
const SEGMENT_BYTES: u64 = 1024 * 1024;
/// The number of cases.
const CASES: u64 = 64;
/// How many cases are filled at the same time. So the events of one case are near each other, as they are for a case
/// that lasts for some time.
const CASES_AT_ONCE: u64 = 4;
/// How many contacts a case has. Each is an event.
const CONTACTS_OF_CASE: u64 = 200;
/// Entries on a page.
const PAGE: u32 = 100;
/// Callers who preview, each one preview after another.
const PREVIEWERS: usize = 4;
/// The pause of each caller between two previews.
const REST: Duration = Duration::from_millis(5);

/// Measures previews while others read timelines.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// The number of callers who page through timelines, each one page after another.
    #[arg(long, default_value_t = 64)]
    readers: u64,
    /// Seconds per round.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// The number of rounds, each once without and once with readers.
    #[arg(long, default_value_t = 4)]
    rounds: usize,
}

/// The contact with the number `contact` of the case with the number `case`.
fn route(case: u64, contact: u64) -> v1::RouteContactRequest {
    let mut request = requests::route(case);
    request.request_id = format!("route-{case}-{contact}");
    request.contact_id = format!("contact-{case}-{contact}");
    request
}

/// Fills the cases. Gives their ids.
async fn fill(address: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let contacts = ContactServiceClient::connect(address.to_owned()).await?;
    let mut cases = Vec::new();
    for first in (0..CASES).step_by(CASES_AT_ONCE as usize) {
        let mut filling = JoinSet::new();
        for case in first..first + CASES_AT_ONCE {
            let mut contacts = contacts.clone();
            filling.spawn(async move {
                let mut id = String::new();
                for contact in 0..CONTACTS_OF_CASE {
                    let routed = contacts.route_contact(route(case, contact)).await?;
                    let answer = routed.into_inner().answer.unwrap_or_default();
                    id = answer.case_id;
                }
                Ok::<String, tonic::Status>(id)
            });
        }
        while let Some(filled) = filling.join_next().await {
            cases.push(filled??);
        }
    }
    Ok(cases)
}

/// The niceness of the threads of the readers: the lowest priority.
const READERS_NICENESS: i32 = 19;

/// Lowers the priority of the calling thread, where the system can do it for one thread.
fn lower_priority(niceness: i32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, niceness) {
        say(&format!("the priority of a thread is not lowered: {error}"));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = niceness;
}

/// Where the readers run.
fn elsewhere() -> Result<Runtime, std::io::Error> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(1).enable_all();
    runtime.on_thread_start(|| lower_priority(READERS_NICENESS));
    runtime.build()
}

/// Keeps every core busy until `over`.
fn count_on_every_core(over: &Arc<AtomicBool>) -> Result<(), std::io::Error> {
    for _ in 0..std::thread::available_parallelism()?.get() {
        let over = Arc::clone(over);
        std::thread::spawn(move || {
            lower_priority(READING_NICENESS);
            let mut count = 0_u64;
            while !over.load(Ordering::Relaxed) {
                count = std::hint::black_box(count.wrapping_add(1));
            }
        });
    }
    Ok(())
}

/// Pages through the timelines of one case after another.
async fn read(
    address: String,
    ids: Arc<Vec<String>>,
    mut at: usize,
    pages: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
) -> Result<(), tonic::Status> {
    let cases = CaseServiceClient::connect(address).await;
    let mut cases = cases.map_err(|error| tonic::Status::unavailable(error.to_string()))?;
    loop {
        // Far from the cases that the others read.
        at = (at * 31 + 17) % ids.len();
        let mut page_token = String::new();
        loop {
            if over.load(Ordering::Relaxed) {
                return Ok(());
            }
            let request = v1::ListCaseTimelineRequest {
                case_id: ids[at].clone(),
                page_size: PAGE,
                page_token,
                ..v1::ListCaseTimelineRequest::default()
            };
            let page = cases.list_case_timeline(request).await?.into_inner();
            pages.fetch_add(1, Ordering::Relaxed);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
    }
}

/// How long previews take, in microseconds.
async fn previews(address: &str, seconds: u64) -> Result<Histogram<u64>, Box<dyn Error>> {
    let contacts = ContactServiceClient::connect(address.to_owned()).await?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut previewers = JoinSet::new();
    for previewer in 0..PREVIEWERS {
        let mut contacts = contacts.clone();
        previewers.spawn(async move {
            let mut took = Vec::new();
            let mut number = previewer as u64;
            while Instant::now() < end {
                let preview = v1::PreviewRouteRequest {
                    context: requests::route(number).context,
                    ..v1::PreviewRouteRequest::default()
                };
                number += PREVIEWERS as u64;
                let sent = Instant::now();
                contacts.preview_route(preview).await?;
                took.push(sent.elapsed().as_micros() as u64);
                tokio::time::sleep(REST).await;
            }
            Ok::<Vec<u64>, tonic::Status>(took)
        });
    }
    let mut latency = Histogram::new(3)?;
    while let Some(took) = previewers.join_next().await {
        for micros in took?? {
            latency.record(micros)?;
        }
    }
    Ok(latency)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        let log = LogLimits {
            segment_bytes_max: SEGMENT_BYTES,
            ..LogLimits::default()
        };
        let options = EngineOptions {
            log,
            ..EngineOptions::new(Clock::System)
        };
        return signpost_with(folder, options).await;
    }
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let data = folder.path().join("data");
    let server = Server::start(&["--serve"], &data)?;
    publish(&server.address).await?;
    let ids = Arc::new(fill(&server.address).await?);
    let segments = std::fs::read_dir(data.join("log"))?.count();
    say(&format!("{CASES} cases, {segments} segments"));
    let mut table = Table::new();
    table.set_header(["previews", "p50 µs", "p99 µs", "ratio of p99", "pages /s"]);
    let elsewhere = elsewhere()?;
    for _ in 0..args.rounds {
        let quiet = previews(&server.address, args.seconds).await?;
        let (pages, over) = (Arc::new(AtomicU64::new(0)), Arc::default());
        let mut readers = JoinSet::new();
        for reader in 0..args.readers {
            let (pages, over) = (Arc::clone(&pages), Arc::clone(&over));
            let read = read(
                server.address.clone(),
                ids.clone(),
                reader as usize,
                pages,
                over,
            );
            readers.spawn_on(read, elsewhere.handle());
        }
        let beside = previews(&server.address, args.seconds).await?;
        let rate = pages.load(Ordering::Relaxed) / args.seconds;
        over.store(true, Ordering::Relaxed);
        while let Some(done) = readers.join_next().await {
            done??;
        }
        let over = Arc::default();
        count_on_every_core(&over)?;
        let counting = previews(&server.address, args.seconds).await?;
        over.store(true, Ordering::Relaxed);
        let p99 = |latency: &Histogram<u64>| latency.value_at_quantile(0.99);
        let row = |what: &str, latency: &Histogram<u64>, ratio: String, rate: String| {
            let p50 = latency.value_at_quantile(0.5).to_string();
            [what.into(), p50, p99(latency).to_string(), ratio, rate]
        };
        let ratio = |of: &Histogram<u64>| format!("{:.2}", p99(of) as f64 / p99(&quiet) as f64);
        table.add_row(row("quiet", &quiet, String::new(), String::new()));
        let pages = rate.to_string();
        table.add_row(row("beside readers", &beside, ratio(&beside), pages));
        let counted = ratio(&counting);
        table.add_row(row("beside counting", &counting, counted, String::new()));
    }
    say(&table.to_string());
    elsewhere.shutdown_background();
    Ok(())
}
