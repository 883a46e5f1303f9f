//! `signpost customer import`: creates or changes the customer of every row of a table, many with each call.

use super::failure::Failure;
use super::not_taken::{self, Alike, Bad};
use super::out::Progress;
use super::render::words;
use super::table_file::{Row, Table, TableArgs, mapped};
use super::write::{Key, quoted};
use super::{Session, errors_file, signals, values};
use clap::Args;
use prost::Message;
use serde_json::json;
use signpost_client::{Client, ClientError, v1};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use v1::customer_upsert_outcome::Outcome;

/// The maximum number of customers in one call. The rows of the table are divided into blocks of this size; a call has
/// rows of one block only.
const ITEMS_MAX: usize = 500;
/// How many hexadecimal digits follow the key of an import in the key of each call. They distinguish its calls.
const CALL_DIGITS: usize = 16;
/// The maximum number of bytes in the key of an import. The server takes 124 bytes in the key of a call, which also has
/// one separator and the digits.
const KEY_BYTES_MAX: usize = 124 - 1 - CALL_DIGITS;
/// A call takes no more customers once those in it have this many bytes. The server takes 2 MiB.
const BYTES_MAX: usize = 1 << 20;
/// The targets that a column can have, for error messages.
const TARGETS: &str = "customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable, \
                       identity.KIND, identity.KIND:verified, identity.KIND:shared, consent.ID";

/// The arguments of `signpost customer import`.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    table: TableArgs,
    /// Which column is what: customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable,
    /// identity.KIND (with :verified or :shared behind it), consent.ID.
    #[arg(long, value_name = "TARGET=COLUMN,…", required = true)]
    map: Vec<String>,
    /// Write the rows that were not taken here, as CSV, each with what is wrong with it.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Exit with 0 even if some rows were not taken.
    #[arg(long)]
    allow_bad: bool,
    /// When the customers were like this, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// The part of a customer that a column fills.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Customer,
    Tier,
    Persona,
    Value,
    LoyaltyYears,
    Language,
    TimeZone,
    Vulnerable,
    /// The kind of the identity, and the mark for each value: nothing, `:verified` or `:shared`.
    Identity(String, &'static str),
    Consent(String),
}

impl Target {
    fn parse(text: &str) -> Option<Target> {
        if let Some(kind) = text.strip_prefix("identity.") {
            let of = |said| Some((kind.strip_suffix(said)?, said));
            let (kind, said) = of(":verified")
                .or_else(|| of(":shared"))
                .unwrap_or((kind, ""));
            return (!kind.is_empty()).then(|| Target::Identity(kind.to_owned(), said));
        }
        if let Some(consent) = text.strip_prefix("consent.") {
            return (!consent.is_empty()).then(|| Target::Consent(consent.to_owned()));
        }
        Some(match text {
            "customer" => Target::Customer,
            "tier" => Target::Tier,
            "persona" => Target::Persona,
            "value" => Target::Value,
            "loyalty_years" => Target::LoyaltyYears,
            "language" => Target::Language,
            "time_zone" => Target::TimeZone,
            "vulnerable" => Target::Vulnerable,
            _ => return None,
        })
    }

    /// Sets this part of the customer from the text of a cell. The error says what is wrong with the cell.
    fn tell(&self, cell: &str, customer: &mut v1::Customer) -> Result<(), String> {
        match self {
            Target::Customer => cell.clone_into(&mut customer.customer_id),
            Target::Tier => cell.clone_into(&mut customer.tier),
            Target::Persona => cell.clone_into(&mut customer.persona),
            Target::Value => customer.value_micros = Some(values::cost_micros(cell)?),
            Target::LoyaltyYears => {
                let years = cell.parse();
                let years =
                    years.map_err(|_| format!("`{cell}` must be a whole number of years"))?;
                customer.loyalty_years = Some(years);
            }
            Target::Language => cell.clone_into(&mut customer.language_code),
            Target::TimeZone => cell.clone_into(&mut customer.time_zone),
            Target::Vulnerable => customer.vulnerable = Some(values::yes_or_no(cell)?),
            Target::Identity(kind, said) => {
                let identity = values::identity(&format!("{kind}={cell}{said}"))?;
                customer.identities.push(identity);
            }
            Target::Consent(id) => {
                let consent = values::consent(&format!("{id}={cell}"))?;
                customer.consents.push(consent);
            }
        }
        Ok(())
    }
}

/// Which column fills which target.
fn read_map(texts: &[String], table: &Table) -> Result<Vec<(Target, usize)>, Failure> {
    let mut map: Vec<(Target, usize)> = Vec::new();
    for text in texts {
        for (name, column) in mapped(text)? {
            let target = Target::parse(&name).ok_or_else(|| {
                Failure::Fix(format!(
                    "--map: there is no target {name}; the targets are {TARGETS}"
                ))
            })?;
            // Several columns may hold identities of one kind.
            let once = !matches!(target, Target::Identity(..));
            if once && map.iter().any(|(known, _)| *known == target) {
                return Err(Failure::Fix(format!("--map names {name} twice")));
            }
            map.push((target, table.column(&column)?));
        }
    }
    match map.iter().any(|(target, _)| *target == Target::Customer) {
        true => Ok(map),
        false => Err(Failure::Fix(
            "--map: name the column with the id of the customer".to_owned(),
        )),
    }
}

/// The customer of a row.
struct Ready {
    line: u64,
    /// The place of the row in the table, from 0. Bad rows count too.
    place: usize,
    customer: v1::Customer,
}

/// A row that can be sent, to be read again when its turn comes: so a table of any size takes little memory.
struct Slot {
    /// As in [`Ready`].
    place: usize,
    row: u64,
}

/// The rows of the table that can be read as a customer, and those that cannot.
fn read_rows(
    table: &Table,
    map: &[(Target, usize)],
    args: &TableArgs,
) -> Result<(Vec<Slot>, Vec<Bad>), Failure> {
    let (mut slots, mut bad) = (Vec::new(), Vec::new());
    let mut firsts: HashMap<[u8; 16], u64> = HashMap::new();
    for (place, row) in table.rows().enumerate() {
        let row = row?;
        let line = row.line;
        let read = read_row(table, map, args, &row).and_then(|customer| {
            let mut key = [0; 16];
            let hash = blake3::hash(customer.customer_id.as_bytes());
            key.copy_from_slice(&hash.as_bytes()[..16]);
            match firsts.entry(key) {
                Entry::Occupied(first) => {
                    Err(format!("has the same customer as line {}", first.get()))
                }
                Entry::Vacant(free) => {
                    free.insert(line);
                    Ok(())
                }
            }
        });
        match read {
            Ok(()) => slots.push(Slot {
                place,
                row: row.place,
            }),
            Err(what) => bad.push(Bad::of(line, what)),
        }
    }
    Ok((slots, bad))
}

/// The customers of these rows, read again.
fn ready(
    table: &Table,
    map: &[(Target, usize)],
    args: &TableArgs,
    slots: &[Slot],
) -> Result<Vec<Ready>, Failure> {
    let ready = slots.iter().map(|slot| {
        let row = table.row(slot.row)?;
        let customer = read_row(table, map, args, &row).map_err(|_| {
            let line = row.line;
            Failure::Other(format!(
                "line {line}: the row has changed since it was read"
            ))
        })?;
        Ok(Ready {
            line: row.line,
            place: slot.place,
            customer,
        })
    });
    ready.collect()
}

fn read_row(
    table: &Table,
    map: &[(Target, usize)],
    args: &TableArgs,
    row: &Row,
) -> Result<v1::Customer, String> {
    let mut customer = v1::Customer::default();
    for (target, column) in map {
        if let Some(cell) = args.filled(table.cell(row, *column)?) {
            let taken = target.tell(cell, &mut customer);
            taken.map_err(|what| format!("{}: {what}", table.header[*column]))?;
        }
    }
    match customer.customer_id.is_empty() {
        true => Err("has no customer_id".to_owned()),
        false => Ok(customer),
    }
}

/// How many rows the next call takes. Which rows go together depends on their places in the table. So when a row is
/// corrected, the calls for rows far from it stay the same.
fn fitting(rows: &[Ready]) -> usize {
    let call_of = |row: &Ready| row.place / ITEMS_MAX;
    let mut bytes = 0;
    let fit = rows.iter().take_while(|row| {
        bytes += row.customer.encoded_len();
        bytes <= BYTES_MAX && call_of(row) == call_of(&rows[0])
    });
    fit.count().max(1)
}

/// What became of the rows.
#[derive(Default)]
struct Tally {
    kept: u64,
    replayed: u64,
    unverified: u64,
    as_written: u64,
    refused: Vec<Bad>,
    bad: Vec<Bad>,
}

impl Tally {
    /// The rows that were not taken, by kind.
    fn kinds(&self) -> [(&'static str, &Vec<Bad>); 2] {
        [("bad", &self.bad), ("refused", &self.refused)]
    }

    fn not_taken(&self) -> u64 {
        (self.bad.len() + self.refused.len()) as u64
    }

    /// Whether the server answered for any row.
    fn is_answered(&self) -> bool {
        self.kept > 0 || !self.refused.is_empty()
    }

    /// Drops the bad rows from this line on: the calls stopped before them.
    fn before(&mut self, line: u64) {
        self.bad.retain(|bad| bad.line < line);
    }

    fn add(&mut self, rows: &[Ready], answer: v1::BatchUpsertCustomersResponse) {
        for (row, item) in rows.iter().zip(answer.outcomes) {
            match item.outcome {
                Some(Outcome::Upserted(kept)) => {
                    self.kept += 1;
                    self.replayed += u64::from(kept.receipt.is_some_and(|it| it.replayed));
                    self.unverified += kept.unverified_identities.len() as u64;
                    self.as_written += u64::from(!kept.findings.is_empty());
                }
                Some(Outcome::Error(error)) => self.refused.push(Bad::of(row.line, why(error))),
                None => {
                    let what = "the server says nothing of what became of it".to_owned();
                    self.refused.push(Bad::of(row.line, what));
                }
            }
        }
    }
}

/// Why a customer was refused. The place of the customer in the call is left out, because the user does not know it.
fn why(error: v1::ItemError) -> String {
    let faults = error.field_violations.iter().map(|fault| {
        let field = fault.field.strip_prefix("upserts[");
        let field = field.and_then(|rest| rest.split_once("]."));
        let field = field.map_or(fault.field.as_str(), |(_, field)| field);
        format!("{field}: {}", fault.description)
    });
    let faults: Vec<String> = faults.collect();
    match faults.is_empty() {
        true => error.message,
        false => faults.join("; "),
    }
}

/// Creates or changes the customers of a table.
pub(super) async fn run(mut args: ImportArgs, session: &Session) -> Result<(), Failure> {
    let table = Table::read(&args.table, session.out)?;
    if let Some(errors) = &args.errors {
        errors_file::check(errors, &args.table.file)?;
    }
    let map = read_map(&args.map, &table)?;
    let (slots, bad) = read_rows(&table, &map, &args.table)?;
    let client = session.client()?;
    let key = std::mem::take(&mut args.key).or_fresh();
    if key.len() > KEY_BYTES_MAX {
        return Err(Failure::Fix(format!(
            "--request-id: the key of an import must have at most {KEY_BYTES_MAX} bytes, has {}",
            key.len()
        )));
    }
    let mut tally = Tally {
        bad,
        ..Tally::default()
    };
    let asked = signals::asked_to_stop();
    tokio::pin!(asked);
    let mut progress = Progress::of("customers");
    // A call has rows of one block only, so no more than a block is held.
    let mut blocks = slots.chunk_by(|one, other| one.place / ITEMS_MAX == other.place / ITEMS_MAX);
    let mut rest: Vec<Ready> = Vec::new();
    loop {
        if rest.is_empty() {
            let Some(block) = blocks.next() else { break };
            rest = ready(&table, &map, &args.table, block)?;
        }
        let more = rest.split_off(fitting(&rest));
        let some = &rest[..];
        let request = request(some, args.event_time, &key);
        let why = tokio::select! {
            // First, so that a signal that comes with the connection is not missed.
            biased;
            _ = &mut asked => Some(Stopped::Asked),
            answer = client.batch_upsert_customers(request) => match answer {
                Ok(answer) => {
                    tally.add(some, answer);
                    None
                }
                Err(error) => Some(Stopped::Failed(error)),
            },
        };
        if let Some(why) = why {
            drop(progress);
            tally.before(some[0].line);
            tell_stop(&args, &table, &tally, some[0].line, session)?;
            return Err(why.failure(&key));
        }
        progress.add(rest.len());
        rest = more;
    }
    drop(progress);
    let revision = revision(&client).await;
    report(&args, &table, &tally, revision, session)
}

/// The call for these rows. Its key is made from its content: a call with the same content gets its stored answer, any
/// other content is a new write.
fn request(
    rows: &[Ready],
    event_time: Option<prost_types::Timestamp>,
    key: &str,
) -> v1::BatchUpsertCustomersRequest {
    let upserts = rows.iter().map(|row| v1::CustomerUpsert {
        customer: Some(row.customer.clone()),
        ..Default::default()
    });
    let mut request = v1::BatchUpsertCustomersRequest {
        request_id: String::new(),
        upserts: upserts.collect(),
        event_time,
    };
    let hash = blake3::hash(&request.encode_to_vec()).to_hex();
    request.request_id = format!("{key}-{}", &hash.as_str()[..CALL_DIGITS]);
    request
}

/// Prints the rows that were not taken, and the summary.
fn report(
    args: &ImportArgs,
    table: &Table,
    tally: &Tally,
    revision: Option<String>,
    session: &Session,
) -> Result<(), Failure> {
    let alike = tell_not_taken(tally, session);
    let not_taken = tally.not_taken();
    let rows = tally.kept + not_taken;
    if session.out.json {
        let alike: Vec<_> = alike.iter().flatten().collect();
        let json = json!({
            "file": table.name,
            "rows": rows,
            "kept": tally.kept,
            "replayed": tally.replayed,
            "unverified_identities": tally.unverified,
            "identities_as_written": tally.as_written,
            "refused": tally.refused.len(),
            "bad": tally.bad.len(),
            "revision": revision,
            "not_taken": alike,
        });
        session.out.data(&format!("{json:#}"))?;
    } else {
        let said = format!("{} of {rows} rows kept", tally.kept);
        let again = match tally.replayed {
            0 => String::new(),
            again => format!(", {again} of them before"),
        };
        let lost = match tally.unverified {
            0 => String::new(),
            lost => {
                format!(
                    "\nidentities not verified any more, because :verified was not given: {lost}"
                )
            }
        };
        let as_written = match tally.as_written {
            0 => String::new(),
            rows => format!(
                "\ncustomers with an identity that is kept as it was written, because it cannot be read as its kind: {rows}"
            ),
        };
        session
            .out
            .text(&format!("{said}{again}{lost}{as_written}"))?;
    }
    write_errors(args, table, tally)?;
    match not_taken == 0 || args.allow_bad {
        true => Ok(()),
        false => Err(Failure::Fix(format!(
            "{} not taken",
            words::counted(not_taken, "row")
        ))),
    }
}

/// Prints the rows that were not taken, by kind.
fn tell_not_taken<'t>(tally: &'t Tally, session: &Session) -> [Vec<Alike<'t>>; 2] {
    let alike = tally
        .kinds()
        .map(|(kind, rows)| not_taken::alike(kind, rows));
    let said: Vec<String> = match session.out.json {
        true => alike
            .iter()
            .flatten()
            .map(|it| json!(it).to_string())
            .collect(),
        false => alike.iter().flat_map(|it| not_taken::said(it)).collect(),
    };
    said.iter().for_each(|line| session.out.say(line));
    alike
}

/// Writes the rows that were not taken to the file of `--errors`, if it is given.
fn write_errors(args: &ImportArgs, table: &Table, tally: &Tally) -> Result<(), Failure> {
    match &args.errors {
        None => Ok(()),
        Some(file) => errors_file::write(file, table, &tally.kinds()),
    }
}

/// Why not all calls were made.
enum Stopped {
    /// Somebody pressed Ctrl-C, or the system asks the program to end.
    Asked,
    /// A call failed.
    Failed(ClientError),
}

impl Stopped {
    /// The failure to return. Where the import can be repeated, it has the flag `--request-id` with which to repeat it:
    /// what is already written then gets its stored answer.
    fn failure(self, key: &str) -> Failure {
        let again = format!("--request-id {}", quoted(key));
        match self {
            Stopped::Asked => Failure::Interrupted(again),
            Stopped::Failed(
                error @ (ClientError::Unavailable(..) | ClientError::TryAgain { .. }),
            ) => Failure::Unsure { error, again },
            Stopped::Failed(error) => error.into(),
        }
    }
}

/// Prints the line at which the import stopped, and what became of the rows before that line.
fn tell_stop(
    args: &ImportArgs,
    table: &Table,
    tally: &Tally,
    line: u64,
    session: &Session,
) -> Result<(), Failure> {
    tell_not_taken(tally, session);
    let before = match (tally.is_answered(), tally.not_taken()) {
        // Then `--errors` is not written: the file of an earlier run stays.
        (false, _) => "no call was answered".to_owned(),
        (true, 0) => "the rows before it are written".to_owned(),
        (true, not_taken) => {
            format!("all rows before it are written, except the {not_taken} listed above")
        }
    };
    session.out.say(&match session.out.json {
        true => json!({"problem": "stopped", "what": before, "line": line}).to_string(),
        false => format!("stopped at line {line}; {before}"),
    });
    match tally.is_answered() {
        true => write_errors(args, table, tally),
        false => Ok(()),
    }
}

/// A revision that includes all that was written; `None` if the server does not answer any more.
async fn revision(client: &Client) -> Option<String> {
    let request = v1::ListCustomersRequest {
        page_size: 1,
        ..Default::default()
    };
    let listed = client.list_customers(request).await.ok();
    listed.map(|listed| listed.revision)
}
