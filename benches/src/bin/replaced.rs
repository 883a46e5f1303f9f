//! What a contact costs if its reason replaces very many retired reasons: none, 100, and as many as a playbook may
//! name. The customers are known and have cases, so that there is something to find.
//!
//! `cargo run --release -p signpost-benches --bin replaced [-- --contacts N]`

use clap::Parser;
use comfy_table::Table;
use signpost_benches::process::Server;
use signpost_benches::requests;
use signpost_benches::served::{Place, RETAIL, publish_document, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tonic::transport::Channel;

/// How many retired reasons the measured reason replaces, in the order in which this is measured. The last number is
/// nearly the most that a playbook may name.
const REPLACED: [usize; 3] = [0, 100, 9_900];
/// The number of customers. Each has a case.
const CUSTOMERS: u64 = 2_000;
/// Requests in flight.
const IN_FLIGHT: usize = 32;
/// The number of rounds. The one with the least CPU time counts, because these machines are noisy.
const ROUNDS: usize = 4;

/// Measures contacts whose reason replaces many others.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Contacts per round.
    #[arg(long, default_value_t = 20_000)]
    contacts: u64,
}

/// The retailer's playbook, in which the reason for cancelling an order replaces this many retired reasons.
fn playbook(replaced: usize) -> Result<String, Box<dyn Error>> {
    const REASON: &str = "      - id: manage_cancel\n";
    if !RETAIL.contains(REASON) {
        return Err("the playbook has another shape".into());
    }
    let old: Vec<String> = (0..replaced).map(|it| format!("old/r{it}")).collect();
    let replaces = format!("{REASON}        replaces: [{}]\n", old.join(", "));
    Ok(match replaced {
        0 => RETAIL.to_owned(),
        _ => RETAIL.replacen(REASON, &replaces, 1),
    })
}

/// The contact with this number. Its customer has a case for the same order.
fn route(number: u64) -> v1::RouteContactRequest {
    let mut request = requests::route(number % CUSTOMERS);
    request.request_id = format!("route-{number}");
    request.contact_id = format!("contact-{number}");
    request
}

/// Routes and ends contacts, up to the one with the number `until`.
async fn work(
    mut contacts: ContactServiceClient<Channel>,
    next: Arc<AtomicU64>,
    until: u64,
) -> Result<(), tonic::Status> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= until {
            return Ok(());
        }
        contacts.route_contact(route(number)).await?;
        let end = v1::EndContactRequest {
            outcome: v1::ContactOutcome::Abandoned.into(),
            ..requests::end(number)
        };
        contacts.end_contact(end).await?;
    }
}

/// The CPU time of the server for one contact that is routed and ended, in microseconds.
async fn round(server: &Server, from: u64, until: u64) -> Result<f64, Box<dyn Error>> {
    let contacts = ContactServiceClient::connect(server.address.clone()).await?;
    let next = Arc::new(AtomicU64::new(from));
    let before = server.cpu()?;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        workers.spawn(work(contacts.clone(), next.clone(), until));
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    let cpu = server.cpu()?.saturating_sub(before);
    Ok(cpu.as_secs_f64() * 1e6 / (until - from) as f64)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        return signpost(folder).await;
    }
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish_document(&server.address, "first", RETAIL).await?;
    let mut from = CUSTOMERS;
    round(&server, 0, from).await?;
    let mut least = [f64::INFINITY; REPLACED.len()];
    for number in 0..ROUNDS {
        for (least, replaced) in least.iter_mut().zip(REPLACED) {
            let id = format!("publish-{number}-{replaced}");
            publish_document(&server.address, &id, &playbook(replaced)?).await?;
            let until = from + args.contacts;
            *least = least.min(round(&server, from, until).await?);
            from = until;
        }
    }
    let mut table = Table::new();
    table.set_header(["replaced reasons", "CPU of one contact, µs", "ratio"]);
    for (cpu, replaced) in least.iter().zip(REPLACED) {
        let ratio = cpu / least[0];
        table.add_row([
            replaced.to_string(),
            format!("{cpu:.1}"),
            format!("{ratio:.2}"),
        ]);
    }
    say(&table.to_string());
    Ok(())
}
