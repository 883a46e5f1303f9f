//! `signpost send`: routes every row of a table as a contact.

mod close;
pub(crate) mod guess;
mod lookup;
mod map;
mod next;
mod plan;
mod reader;
mod remarks;
mod span;
mod stream;
mod tally;
mod times;
mod values;

use super::Session;
use super::failure::Failure;
use super::next::NextLine;
use super::render::words;
use super::table_file::{Table, TableArgs};
use super::{errors_file, not_taken, values as cli_values};
use clap::{Args, ValueEnum};
use close::close;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lookup::Lookup;
use map::{Map, Target};
use next::Next;
use plan::Plan;
use reader::Reader;
use remarks::Remarks;
use signpost_client::{Client, ClientError, v1};
use signpost_domain::playbook::Playbook;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream::{Manner, Stopped};
use tally::Tally;
use values::values_of;

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

A first import, from somebody else's export: rehearse it, fill in the ids, send it. A rehearsal says
which command comes next, and `signpost playbook from-csv` says how to rehearse:
  signpost send calls.xlsx --sheet Calls --map primary=Topic,channel=Line \\
      --map date=Date,time=Time --clock file --dry-run --values words.csv
  signpost send calls.xlsx --sheet Calls --map primary=Topic,channel=Line \\
      --map date=Date,time=Time --clock file --values words.csv

A cell is a reason, channel or tier if it equals its id or its label in any language of the
playbook; capitals and blanks make no difference. --values FILE says what other cells mean: a table
with the columns target (channel, primary, reason or tier), cell and id. With --dry-run, a FILE that
does not exist is made, with every cell that is not known. A rehearsal shows nothing that follows
from rows before a row, such as repeats.

The file is a text in any encoding and with any delimiter, or a workbook: what had to be assumed is
told. Run it again after a stop: rows that the server has are answered as they were, and not counted
twice. A contact that the server has from another table is left as it is, unless --amend is given.
Rows of one customer are sent one after the other. Rows whose reason the playbook does not know go
to its last resort; with --clock file they stop the sending before the first row. Look at the line
`times: … to …` of a rehearsal: it says the dates that were understood.")]
pub(crate) struct SendArgs {
    #[command(flatten)]
    table: TableArgs,
    /// Which column is what: time, date (if time is only the time of day), channel, reason, primary, secondary,
    /// customer, tier, language, brand, fact.ID.
    #[arg(long, value_name = "TARGET=COLUMN,…", required = true)]
    map: Vec<String>,
    /// The column with your keys of the contacts; each row has a different one [default: made from the file's content
    /// and the line].
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The channel of all rows, if no column has it.
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Whose times are used; must be said if a date or a time is mapped. With those of the file, rows are sent in order
    /// of time, one after the other [default: server].
    #[arg(long, value_name = "WHOSE")]
    clock: Option<ClockOf>,
    /// How times are written: dmy, mdy or a pattern of strptime [default: found out from the column].
    #[arg(long, value_name = "FORMAT", value_parser = times::format)]
    time_format: Option<times::Format>,
    /// The time zone of times without one [default: the playbook's].
    #[arg(long, value_name = "ZONE", value_parser = times::zone)]
    time_zone: Option<jiff::tz::TimeZone>,
    /// Send nothing: say what would be refused, asked for or is not known, each value with its rows.
    #[arg(long)]
    dry_run: bool,
    /// A table that says which id a cell stands for: its columns are target, cell and id.
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Refuse rows whose reason the playbook does not know.
    #[arg(long)]
    strict: bool,
    /// With --clock file: send the table although the playbook does not know a reason, a channel or a tier in it.
    #[arg(long)]
    allow_unknown: bool,
    /// With --clock file: send rows, too, whose time is in the future or long after all others.
    #[arg(long)]
    allow_future: bool,
    /// Amend contacts that the server has already with the rows of their ids [default: leave them as they are].
    #[arg(long)]
    amend: bool,
    /// End each contact after it is routed.
    #[arg(long, value_name = "OUTCOME", value_parser = cli_values::outcome())]
    end: Option<v1::ContactOutcome>,
    /// The maximum number of rows in flight, with --clock server.
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u64).range(1..=IN_FLIGHT_MAX))]
    in_flight: u64,
    /// How long the server may be unreachable before the sending stops.
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = cli_values::timeout)]
    patience: Duration,
    /// Begin with the row on this line; rows that would be sent before it are skipped.
    #[arg(long, value_name = "LINE", allow_negative_numbers = true)]
    from_line: Option<u64>,
    /// A name for this sending: the same file under another name is sent afresh, beside what was sent before. With --id
    /// the contacts stay those that were there: --amend changes them.
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
        self.clock == Some(ClockOf::File)
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
pub(crate) async fn run(mut args: SendArgs, session: &Session) -> Result<(), Failure> {
    // A rehearsal sends nothing, so the rows around a quote can be looked at.
    args.table.mend_quotes |= args.dry_run;
    let table = Table::read(&args.table, session.out)?;
    if let Some(errors) = &args.errors {
        errors_file::check(errors, &args.table.file)?;
    }
    let fixed_channel = args.channel.is_some();
    let map = Map::read(&args.map, args.id.as_deref(), fixed_channel, &table)?;
    says_whose_times(&args, &map)?;
    let client = client(&args, session)?;
    let lookup = lookup(&client).await?;
    lookup.has(args.channel.as_deref(), &map.facts)?;
    let (values, new_values) = values_of(&args, &lookup, session)?;
    if map.of(Target::Time).is_some() && !args.uses_file_times() {
        session
            .out
            .say("the times of the file do not count without --clock file");
    }
    let reader = Arc::new(Reader::new(table, map, lookup, values, args)?);
    let args = &reader.args;
    let mut plan = Plan::of(&reader)?;
    for (note, times) in &plan.notes {
        let times = words::counted(*times, "time");
        session.out.say(&format!("{times} {}", note.words()));
    }
    if let Some(span) = &plan.span {
        session.out.say(&span.words(&reader.zone()));
    }
    let remarks = args
        .dry_run
        .then(|| Remarks::of(&reader, &plan.customer_tiers));
    for line in remarks.iter().flat_map(Remarks::words) {
        session.out.say(&line);
    }
    if let Some(file) = &new_values {
        plan.unknown.write(file)?;
        session.out.say(&format!(
            "{}: made; {}",
            file.display(),
            plan.unknown.to_do()
        ));
    }
    if args.uses_file_times() && !args.allow_unknown && !args.dry_run {
        plan.unknown.is_none(args)?;
    }
    let next = Next::of(&reader, &plan, new_values.as_deref());
    let mut tally = Tally::default();
    tally.rows = plan.rows;
    tally.skipped = skip(&mut plan, args.from_line)?;
    tally.is_dry = args.dry_run;
    tally.bad = plan.bad;
    tally.refused = plan.refused;
    tally.unknown_cells = plan.unknown;
    tally.remarks = remarks;
    tally.span = plan.span.map(|span| span.figures(&reader.zone()));
    let slots = Arc::new(plan.slots);
    let bar = bar(slots.len());
    let began = Instant::now();
    let manner = Manner {
        in_flight: args.in_flight(),
        strict: args.strict,
        end: args.end,
        patience: args.patience,
        is_dry: args.dry_run,
        amend: args.amend,
    };
    let clients = clients(client, manner.in_flight, args, session)?;
    let first = clients[0].clone();
    // On a thread of the runtime: the tasks that send the rows then need not wake another thread for each row.
    let sending = stream::send(
        clients,
        manner,
        Arc::clone(&reader),
        Arc::clone(&slots),
        tally,
        bar.clone(),
    );
    let (end, mut tally) = tokio::spawn(sending)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;
    bar.finish_and_clear();
    if !args.dry_run {
        let seconds = began.elapsed().as_secs_f64();
        let sent = tally.routed + tally.asked + tally.had_before;
        session.out.say(&format!(
            "{} in {seconds:.1} s, {:.0} a second",
            words::counted(sent, "row"),
            sent as f64 / seconds.max(0.001)
        ));
    }
    tally.next = next.filter(|_| matches!(end.stopped, Stopped::Done));
    report(args, &reader.table, &tally, session)?;
    close(&reader, end, &slots, &first, &tally, session).await
}

/// Checks that the command line says whose times count, if the table has times: contacts that were sent as of now
/// cannot be taken back.
fn says_whose_times(args: &SendArgs, map: &Map) -> Result<(), Failure> {
    let is_mapped = map.of(Target::Time).is_some() || map.of(Target::Date).is_some();
    match args.clock {
        None if is_mapped => {
            let with = |whose| NextLine::typed().with(["--clock", whose]);
            Err(Failure::Fix(format!(
                "nothing was sent: --map names a time, so say whose times count:\n\
                 --clock file: the times of the table, on a server started with --clock external:\n  {}\n\
                 --clock server: every contact arrives when it is sent, and the times of the table do not count:\n  {}",
                with("file"),
                with("server")
            )))
        }
        _ => Ok(()),
    }
}

/// A client that gives up a call once the server is away for longer than `--patience`.
fn client(args: &SendArgs, session: &Session) -> Result<Client, Failure> {
    session.client_within(session.globals.timeout.min(args.patience))
}

/// What the live playbook knows.
async fn lookup(client: &Client) -> Result<Lookup, Failure> {
    let live = client.get_playbook(v1::GetPlaybookRequest::default()).await;
    let live = live.map_err(|error| match error {
        ClientError::NotFound { .. } | ClientError::WrongState(..) => {
            Failure::Fix("no playbook is live: publish one first".to_owned())
        }
        error => error.into(),
    })?;
    let playbook = Playbook::stored(&live.document)
        .map_err(|faults| Failure::Other(format!("the live playbook: {faults}")))?;
    Ok(Lookup::of(playbook))
}

/// As many clients as the rows in flight need, each with a connection of its own. `first` is one of them.
fn clients(
    first: Client,
    in_flight: usize,
    args: &SendArgs,
    session: &Session,
) -> Result<Vec<Client>, Failure> {
    let more = in_flight.div_ceil(IN_FLIGHT_A_CONNECTION) - 1;
    let more = std::iter::repeat_with(|| client(args, session)).take(more);
    std::iter::once(Ok(first)).chain(more).collect()
}

/// Leaves out the rows that come before the one on line `from_line`, and gives how many there were. With `None` all
/// rows stay.
fn skip(plan: &mut Plan, from_line: Option<u64>) -> Result<u64, Failure> {
    let Some(from) = from_line else {
        return Ok(0);
    };
    let in_order = plan.slots.is_sorted_by_key(|slot| slot.line);
    let first = match in_order {
        true => plan.slots.iter().position(|slot| slot.line >= from),
        false => plan.slots.iter().position(|slot| slot.line == from),
    };
    let first = first.ok_or_else(|| {
        Failure::Fix(format!(
            "--from-line {from}: no row that can be sent begins on this line"
        ))
    })?;
    plan.slots.drain(..first);
    let unsent = plan.bad.len() + plan.refused.len();
    for rows in [&mut plan.bad, &mut plan.refused] {
        rows.retain(|row| !in_order || row.line >= from);
    }
    let left = plan.bad.len() + plan.refused.len();
    Ok((first + unsent - left) as u64)
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
        Some(file) => errors_file::write(file, table, &kinds),
    };
    if session.out.json {
        let json = tally.json(&table.name, alike.into_iter().flatten().collect());
        let json = json.map_err(|error| Failure::Other(error.to_string()))?;
        session.out.data(&json)?;
    } else {
        session.out.text(&tally.text(session.out.paint))?;
        for line in tally.next.iter().flat_map(|next| next.words(tally)) {
            session.out.say(&line);
        }
    }
    written
}
