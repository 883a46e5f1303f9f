//! `signpost send`: routes every row of a table as a contact.

mod lookup;
mod map;
mod plan;
mod stream;
mod tally;
mod times;

use super::Session;
use super::failure::Failure;
use super::render::words;
use super::table_file::{Table, TableArgs};
use super::{errors_file, not_taken, values};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lookup::Lookup;
use map::{Map, Target};
use plan::Plan;
use signpost_client::{Client, ClientError, v1};
use signpost_domain::playbook::Playbook;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream::{End, Manner, Stopped};
use tally::Tally;

/// The maximum number of rows that can be in flight.
const IN_FLIGHT_MAX: u64 = 1_000;
/// The rows in flight on one connection. The server works on the calls of one connection on one thread.
const IN_FLIGHT_A_CONNECTION: usize = 32;

/// Whose clock gives the times of the contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClockOf {
    /// The server's: each contact arrives when it is sent.
    Server,
    /// The file's: the server must have been started with `--clock external`.
    File,
}

/// The arguments of `signpost send`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost send requests.csv --map primary=category,secondary=type,channel=source
  signpost send incidents.csv \\
      --map time=opened_at,channel=contact_type,primary=category --map secondary=subcategory \\
      --map customer=caller_id --missing '?' --clock file --end resolved

Run it again after a stop: rows that the server has are answered as they were, and not counted
twice. Rows of one customer are sent one after the other. Rows whose reason the playbook does not
know go to its last resort.")]
pub(crate) struct SendArgs {
    #[command(flatten)]
    table: TableArgs,
    /// Which column is what: time, channel, reason, primary, secondary, customer, tier, language, brand, fact.ID.
    #[arg(long, value_name = "TARGET=COLUMN,…", required = true)]
    map: Vec<String>,
    /// The column with your keys of the contacts; each row has a different one [default: made from the file's content
    /// and the line].
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The channel of all rows, if no column has it.
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Whose times are used. With those of the file, rows are sent in order of time, one after the other.
    #[arg(long, value_name = "WHOSE", default_value = "server")]
    clock: ClockOf,
    /// How times are written: dmy, mdy or a pattern of strptime [default: found out from the column].
    #[arg(long, value_name = "FORMAT", value_parser = times::format)]
    time_format: Option<times::Format>,
    /// The time zone of times without one [default: the playbook's].
    #[arg(long, value_name = "ZONE", value_parser = times::zone)]
    time_zone: Option<jiff::tz::TimeZone>,
    /// Refuse rows whose reason the playbook does not know.
    #[arg(long)]
    strict: bool,
    /// End each contact after it is routed.
    #[arg(long, value_name = "OUTCOME", value_parser = values::outcome())]
    end: Option<v1::ContactOutcome>,
    /// The maximum number of rows in flight, with --clock server.
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u64).range(1..=IN_FLIGHT_MAX))]
    in_flight: u64,
    /// How long the server may be unreachable before the sending stops.
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = values::timeout)]
    patience: Duration,
    /// Begin with the row on this line; rows that would be sent before it are skipped.
    #[arg(long, value_name = "LINE", allow_negative_numbers = true)]
    from_line: Option<u64>,
    /// A name for this sending: the same file under another name is sent afresh.
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Write the rows that were not taken here, as CSV, each with what is wrong with it.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Exit with 0 even if some rows were not taken.
    #[arg(long)]
    allow_bad: bool,
}

impl SendArgs {
    fn uses_file_times(&self) -> bool {
        self.clock == ClockOf::File
    }

    /// The maximum number of rows in flight.
    fn in_flight(&self) -> usize {
        match self.uses_file_times() {
            true => 1,
            false => usize::try_from(self.in_flight).unwrap_or(1),
        }
    }
}

/// Sends the rows and prints the summary.
pub(crate) async fn run(args: SendArgs, session: &Session) -> Result<(), Failure> {
    let table = Table::read(&args.table)?;
    if let Some(errors) = &args.errors {
        errors_file::check(errors, &args.table.file)?;
    }
    let fixed_channel = args.channel.is_some();
    let map = Map::read(&args.map, args.id.as_deref(), fixed_channel, &table)?;
    let client = session.client()?;
    let live = client.get_playbook(v1::GetPlaybookRequest::default()).await;
    let live = live.map_err(|error| match error {
        ClientError::NotFound { .. } | ClientError::WrongState(..) => {
            Failure::Fix("no playbook is live: publish one first".to_owned())
        }
        error => error.into(),
    })?;
    let playbook = Playbook::stored(&live.document)
        .map_err(|faults| Failure::Other(format!("the live playbook: {faults}")))?;
    let lookup = Lookup::of(playbook);
    lookup.has(args.channel.as_deref(), &map.facts)?;
    let mut plan = plan::read(&table, &map, &lookup, &args)?;
    let mut tally = Tally::default();
    tally.rows = plan.rows;
    tally.skipped = skip(&mut plan, args.from_line)?;
    tally.bad = std::mem::take(&mut plan.bad);
    if map.of(Target::Time).is_some() && !args.uses_file_times() {
        session
            .out
            .say("the times of the file do not count without --clock file");
    }
    let rows = Arc::new(plan.ready);
    let bar = bar(rows.len());
    let began = Instant::now();
    let manner = Manner {
        in_flight: args.in_flight(),
        strict: args.strict,
        end: args.end,
        patience: args.patience,
    };
    let clients = clients(client, manner.in_flight, session)?;
    // On a thread of the runtime: the tasks that send the rows then need not wake another thread for each row.
    let sending = stream::send(clients, manner, Arc::clone(&rows), tally, bar.clone());
    let (end, tally) = tokio::spawn(sending)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let sent = tally.routed + tally.asked;
    session.out.say(&format!(
        "{} in {seconds:.1} s, {:.0} a second",
        words::counted(sent, "row"),
        sent as f64 / seconds.max(0.001)
    ));
    report(&args, &table, &tally, session)?;
    let line = end.undone.map(|place| rows[place].line);
    close(&args, end, line, &tally, session)
}

/// As many clients as the rows in flight need, each with a connection of its own. `first` is one of them.
fn clients(first: Client, in_flight: usize, session: &Session) -> Result<Vec<Client>, Failure> {
    let more = in_flight.div_ceil(IN_FLIGHT_A_CONNECTION) - 1;
    let more = std::iter::repeat_with(|| session.client()).take(more);
    std::iter::once(Ok(first)).chain(more).collect()
}

/// Leaves out the rows that come before the one on line `from_line`, and gives how many there were. With `None` all
/// rows stay.
fn skip(plan: &mut Plan, from_line: Option<u64>) -> Result<u64, Failure> {
    let Some(from) = from_line else {
        return Ok(0);
    };
    let in_order = plan.ready.is_sorted_by_key(|row| row.line);
    let first = match in_order {
        true => plan.ready.iter().position(|row| row.line >= from),
        false => plan.ready.iter().position(|row| row.line == from),
    };
    let first = first.ok_or_else(|| {
        Failure::Fix(format!(
            "--from-line {from}: no row that can be sent begins on this line"
        ))
    })?;
    plan.ready.drain(..first);
    let bad = plan.bad.len();
    plan.bad.retain(|bad| !in_order || bad.line >= from);
    Ok((first + bad - plan.bad.len()) as u64)
}

fn bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(rows as u64), ProgressDrawTarget::stderr());
    let style = "{bar:32} {pos}/{len} rows, {per_sec}, {eta} to go";
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Prints the rows that were not taken, and the summary.
fn report(args: &SendArgs, table: &Table, tally: &Tally, session: &Session) -> Result<(), Failure> {
    let kinds = [
        ("bad", &tally.bad),
        ("refused", &tally.refused),
        ("not ended", &tally.not_ended),
    ];
    let alike = kinds.map(|(kind, rows)| not_taken::alike(kind, rows));
    for line in alike.iter().flat_map(|alike| not_taken::said(alike)) {
        session.out.say(&line);
    }
    // The summary is printed even if the file cannot be written.
    let written = match &args.errors {
        None => Ok(()),
        Some(file) => errors_file::write(file, table, &kinds)
            .map_err(|error| Failure::Other(format!("{}: {error}", file.display()))),
    };
    if session.out.json {
        let json = tally.json(&table.name, alike.into_iter().flatten().collect());
        let json = json.map_err(|error| Failure::Other(error.to_string()))?;
        session.out.data(&json)?;
    } else {
        session.out.text(&tally.text(session.out.paint))?;
    }
    written
}

/// Ends the command: prints how to continue if rows are left, and gives the failure, if any.
fn close(
    args: &SendArgs,
    end: End,
    line: Option<u64>,
    tally: &Tally,
    session: &Session,
) -> Result<(), Failure> {
    if let Some(line) = line {
        session.out.say(&format!(
            "{} not sent; to send the rest, run the same command with --from-line {line}",
            words::counted(tally.not_sent(), "row")
        ));
    }
    match end.stopped {
        Stopped::Broken(error) => Err(Failure::Other(error.to_string())),
        Stopped::Asked => Err(Failure::Again("stopped".to_owned())),
        Stopped::Failed(error) => Err(explained(args, error)),
        Stopped::Done if tally.is_clean() || args.allow_bad => Ok(()),
        Stopped::Done => Err(Failure::Fix(format!(
            "{} not taken",
            words::counted(
                (tally.bad.len() + tally.refused.len() + tally.not_ended.len()) as u64,
                "row"
            )
        ))),
    }
}

/// The failure for an error. If the error is about time, it says which `--clock` is needed.
fn explained(args: &SendArgs, error: ClientError) -> Failure {
    let about_time = matches!(&error, ClientError::Invalid(faults, _)
        if faults.iter().any(|(field, _)| field == "event_time"));
    match (about_time, args.clock) {
        (false, _) => error.into(),
        (true, ClockOf::File) => Failure::Fix(format!(
            "{error}\n--clock file needs a server started with --clock external whose last event is not later than the times of this \
             file"
        )),
        (true, ClockOf::Server) => Failure::Fix(format!(
            "{error}\nthis server takes its time from the requests: send with --clock file"
        )),
    }
}
