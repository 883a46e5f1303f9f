//! The rate of `signpost send` with a table, compared with the load generator, on one server, in one run; and the most
//! resident memory of the server and of the sender.
//!
//! `cargo build --release --bin signpost && cargo run --release -p signpost-benches --bin send [-- --contacts N]`
//!
//! With `--alone` nothing but one table is sent: the memory of a server that takes one import.

use clap::Parser;
use comfy_table::Table;
use signpost_benches::disk::file_system;
use signpost_benches::load::{Calls, Until, drive};
use signpost_benches::process::{Server, own_cpu, resident_of};
use signpost_benches::requests::table;
use signpost_benches::served::{Place, publish, say, signpost};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Requests in flight, for both.
const IN_FLIGHT: usize = 64;
/// The number of rounds of each. The one with the middle rate counts.
const ROUNDS: u64 = 3;

/// How often the memory of the sender is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Measures `signpost send` beside the load generator.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// Contacts per round.
    #[arg(long, default_value_t = 20_000)]
    contacts: u64,
    /// Send one table only, without the load generator.
    #[arg(long)]
    alone: bool,
    /// The `signpost` program [default: the one beside this program].
    #[arg(long)]
    signpost: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match &args.place.serve {
        Some(folder) => signpost(folder).await,
        None => compare(&args).await,
    }
}

/// A round of one of the two.
#[derive(Clone, Copy)]
struct Round {
    contacts: u64,
    took: Duration,
    /// The CPU time of the server, and of the sender.
    cpu: [Duration; 2],
    /// The most resident memory in bytes of the server, and of the sender if it is another program.
    memory: [Option<u64>; 2],
}

impl Round {
    fn rate(&self) -> f64 {
        self.contacts as f64 / self.took.as_secs_f64()
    }
}

async fn compare(args: &Args) -> Result<(), Box<dyn Error>> {
    let beside = std::env::current_exe()?.with_file_name("signpost");
    let client = args.signpost.clone().unwrap_or(beside);
    if !client.exists() {
        let client = client.display();
        return Err(format!("there is no {client}: cargo build --release --bin signpost").into());
    }
    let folder = tempfile::tempdir_in(&args.place.folder)?;
    say(&format!("file system {}", file_system(folder.path())?));
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(1));
    let (mut loads, mut sends) = (Vec::new(), Vec::new());
    for _ in 0..if args.alone { 1 } else { ROUNDS } {
        if !args.alone {
            loads.push(load(&server, args.contacts, &next).await?);
        }
        let first = next.fetch_add(args.contacts, Ordering::Relaxed);
        let file = folder.path().join("contacts.csv");
        std::fs::write(&file, table(first..first + args.contacts))?;
        sends.push(send(&server, &client, &file, args.contacts)?);
    }
    let most = |place: usize| sends.iter().filter_map(|it| it.memory[place]).max();
    let most = [most(0), most(1)];
    let send = middle(sends);
    let load = if args.alone { send } else { middle(loads) };
    let mut shown = Table::new();
    shown.set_header([
        "sent by",
        "contacts /s",
        "of load",
        "server CPU",
        "sender CPU",
    ]);
    let rounds = [("load", load), ("signpost send", send)];
    for (name, round) in rounds.into_iter().skip(usize::from(args.alone)) {
        let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / round.contacts as f64;
        shown.add_row([
            name.to_owned(),
            format!("{:.0}", round.rate()),
            format!("{:.2}", round.rate() / load.rate()),
            format!("{:.0}", each(round.cpu[0])),
            format!("{:.0}", each(round.cpu[1])),
        ]);
    }
    say(&shown.to_string());
    let mb = |bytes: Option<u64>| {
        bytes.map_or_else(|| "?".to_owned(), |it| (it / 1_000_000).to_string())
    };
    say(&format!(
        "most resident memory: server {} MB, signpost send {} MB",
        mb(most[0]),
        mb(most[1])
    ));
    say(&format!(
        "{} contacts a round, {IN_FLIGHT} in flight; the middle of {ROUNDS} rounds by rate; CPU in µs a contact; what \
         send takes is all of the command, from its start to its end",
        args.contacts
    ));
    Ok(())
}

async fn load(
    server: &Server,
    contacts: u64,
    next: &Arc<AtomicU64>,
) -> Result<Round, Box<dyn Error>> {
    let cpu = own_cpu()?.0;
    let last = next.load(Ordering::Relaxed) + contacts;
    let round = drive(server, IN_FLIGHT, Calls::Route, Until::Number(last), next).await?;
    Ok(Round {
        contacts: round.answered,
        took: round.took,
        cpu: [round.cpu, own_cpu()?.0.saturating_sub(cpu)],
        memory: [Some(server.resident()?.1), None],
    })
}

fn send(
    server: &Server,
    client: &Path,
    file: &Path,
    contacts: u64,
) -> Result<Round, Box<dyn Error>> {
    let (cpu, sender, began) = (server.cpu()?, own_cpu()?.1, Instant::now());
    let map = "reason=reason,channel=channel,customer=customer,tier=tier,language=language,fact.order_id=order";
    let mut sending = Command::new(client)
        .args(["--server", &server.address, "send"])
        .arg(file)
        .args(["--map", map, "--in-flight", &IN_FLIGHT.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut memory = None;
    while sending.try_wait()?.is_none() {
        // Gone between the two: what was seen before stays.
        memory = resident_of(sending.id()).map_or(memory, |(_, most)| Some(most));
        std::thread::sleep(LOOK_EVERY);
    }
    let took = began.elapsed();
    let sent = sending.wait_with_output()?;
    if !sent.status.success() {
        let said = String::from_utf8_lossy(&sent.stderr);
        return Err(format!("signpost send: {}\n{said}", sent.status).into());
    }
    Ok(Round {
        contacts,
        took,
        cpu: [
            server.cpu()?.saturating_sub(cpu),
            own_cpu()?.1.saturating_sub(sender),
        ],
        memory: [Some(server.resident()?.1), memory],
    })
}

fn middle(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    rounds[rounds.len() / 2]
}
