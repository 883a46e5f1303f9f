//! `signpost customer import`: every row of a table as a customer that is made or changed, many with each call.

use super::failure::Failure;
use super::not_taken::{self, Alike, Bad};
use super::out::Progress;
use super::render::words;
use super::table_file::{self, Row, Table, TableArgs, mapped};
use super::write::{Key, quoted};
use super::{Session, errors_file, values};
use clap::Args;
use prost::Message;
use serde_json::json;
use signpost_client::{Client, ClientError, v1};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use v1::customer_upsert_outcome::Outcome;

/// Most customers of one call: those of so many rows of the table, one behind the other.
const ITEMS_MAX: usize = 500;
/// Hexadecimal digits that tell the calls of one import apart, behind its key.
const CALL_DIGITS: usize = 16;
/// Most bytes of the key of an import: the server takes 124 of each call.
const KEY_BYTES_MAX: usize = 124 - 1 - CALL_DIGITS;
/// Bytes of customers from which on a call takes no more; the server takes 2 MiB.
const BYTES_MAX: usize = 1 << 20;
/// What columns can tell.
const TARGETS: &str = "customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable, \
                       identity.KIND, identity.KIND:verified, identity.KIND:shared, consent.ID";

/// The flags.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    table: TableArgs,
    /// Which column is what: customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable,
    /// identity.KIND (with :verified or :shared behind it), consent.ID.
    #[arg(long, value_name = "TARGET=COLUMN,…", required = true)]
    map: Vec<String>,
    /// Write the rows that were not taken here, as CSV, with what is wrong.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Exit with 0 though some rows were not taken.
    #[arg(long)]
    allow_bad: bool,
    /// When the customers were like this, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// What a column tells of a customer.
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
    /// A kind, and what is said of each value: nothing, `:verified` or `:shared`.
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

    /// Takes over what a cell tells.
    fn tell(&self, cell: &str, customer: &mut v1::Customer) -> Result<(), String> {
        match self {
            Target::Customer => cell.clone_into(&mut customer.customer_id),
            Target::Tier => cell.clone_into(&mut customer.tier),
            Target::Persona => cell.clone_into(&mut customer.persona),
            Target::Value => customer.value_micros = Some(values::cost_micros(cell)?),
            Target::LoyaltyYears => {
                let years = cell.parse();
                let years = years.map_err(|_| format!("`{cell}` is not a number of years"))?;
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

/// Which column is what.
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
            "--map: nothing tells whose row it is: name a column for customer".to_owned(),
        )),
    }
}

/// A customer of a row.
struct Ready {
    line: u64,
    /// Which row of the table it is, from 0; those that are bad count, too.
    place: usize,
    customer: v1::Customer,
}

/// The customers of the table, and the rows that are none.
fn read_rows(table: &Table, map: &[(Target, usize)], args: &TableArgs) -> (Vec<Ready>, Vec<Bad>) {
    let (mut ready, mut bad) = (Vec::new(), Vec::new());
    let mut firsts: HashMap<String, u64> = HashMap::new();
    for (place, row) in table.rows().enumerate() {
        let line = row.line;
        let read = read_row(table, map, args, row).and_then(|customer| {
            match firsts.entry(customer.customer_id.clone()) {
                Entry::Occupied(first) => Err(format!("has the customer of line {}", first.get())),
                Entry::Vacant(free) => {
                    free.insert(line);
                    Ok(customer)
                }
            }
        });
        match read {
            Ok(customer) => ready.push(Ready {
                line,
                place,
                customer,
            }),
            Err(what) => bad.push(Bad { line, what }),
        }
    }
    (ready, bad)
}

fn read_row(
    table: &Table,
    map: &[(Target, usize)],
    args: &TableArgs,
    row: Row,
) -> Result<v1::Customer, String> {
    let cells = row.cells?;
    let mut customer = v1::Customer::default();
    for (target, column) in map {
        if let Some(cell) = args.told(table_file::cell(table, &cells, *column)?) {
            let told = target.tell(cell, &mut customer);
            told.map_err(|what| format!("{}: {what}", table.header[*column]))?;
        }
    }
    match customer.customer_id.is_empty() {
        true => Err("has no key of the customer".to_owned()),
        false => Ok(customer),
    }
}

/// How many rows one call takes. Which rows go together follows from their places in the table, so that a row that is
/// mended leaves the calls for rows far from it as they were.
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
    refused: Vec<Bad>,
    bad: Vec<Bad>,
}

impl Tally {
    /// The rows that were not taken.
    fn kinds(&self) -> [(&'static str, &Vec<Bad>); 2] {
        [("bad", &self.bad), ("refused", &self.refused)]
    }

    fn not_taken(&self) -> u64 {
        (self.bad.len() + self.refused.len()) as u64
    }

    /// Whether the server said of any row what became of it.
    fn is_answered(&self) -> bool {
        self.kept > 0 || !self.refused.is_empty()
    }

    /// Leaves out what is wrong with rows from this line on: nothing was done about them.
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
                }
                Some(Outcome::Error(error)) => self.refused.push(Bad {
                    line: row.line,
                    what: why(error),
                }),
                None => self.refused.push(Bad {
                    line: row.line,
                    what: "the server says nothing of what became of it".to_owned(),
                }),
            }
        }
    }
}

/// Why an item was refused, without its place in the call, which nobody knows.
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

/// Writes the customers of a table.
pub(super) async fn run(mut args: ImportArgs, session: &Session) -> Result<(), Failure> {
    let table = Table::read(&args.table)?;
    if let Some(errors) = &args.errors {
        errors_file::check(errors, &args.table.file)?;
    }
    let map = read_map(&args.map, &table)?;
    let (ready, bad) = read_rows(&table, &map, &args.table);
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
    let asked = tokio::signal::ctrl_c();
    tokio::pin!(asked);
    let mut progress = Progress::of("customers");
    let mut rest = &ready[..];
    while !rest.is_empty() {
        let (some, more) = rest.split_at(fitting(rest));
        let request = request(some, args.event_time, &key);
        let why = tokio::select! {
            answer = client.batch_upsert_customers(request) => match answer {
                Ok(answer) => {
                    tally.add(some, answer);
                    None
                }
                Err(error) => Some(Stopped::Failed(error)),
            },
            _ = &mut asked => Some(Stopped::Asked),
        };
        if let Some(why) = why {
            drop(progress);
            tally.before(some[0].line);
            tell_stop(&args, &table, &tally, some[0].line, session)?;
            return Err(why.failure(&key));
        }
        progress.add(some.len());
        rest = more;
    }
    drop(progress);
    let revision = revision(&client).await;
    report(&args, &table, &tally, revision, session)
}

/// A call for these rows. Its key follows from what it tells: the same is answered as it was, and all else is another
/// write.
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
    let told = blake3::hash(&request.encode_to_vec()).to_hex();
    request.request_id = format!("{key}-{}", &told.as_str()[..CALL_DIGITS]);
    request
}

/// Prints the rows that were not taken and the summary.
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
                format!("\nidentities no longer verified, for :verified was not told: {lost}")
            }
        };
        session.out.text(&format!("{said}{again}{lost}"))?;
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

/// Says which rows were not taken, of each kind.
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

/// Writes the rows that were not taken where that is asked for.
fn write_errors(args: &ImportArgs, table: &Table, tally: &Tally) -> Result<(), Failure> {
    match &args.errors {
        None => Ok(()),
        Some(file) => errors_file::write(file, table, &tally.kinds())
            .map_err(|error| Failure::Other(format!("{}: {error}", file.display()))),
    }
}

/// Why not all calls were made.
enum Stopped {
    /// Somebody pressed Ctrl-C.
    Asked,
    /// A call failed.
    Failed(ClientError),
}

impl Stopped {
    /// With how the same is sent again: what was written by then is answered as it was.
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

/// Says what became of the rows before the first of a call that was not answered.
fn tell_stop(
    args: &ImportArgs,
    table: &Table,
    tally: &Tally,
    line: u64,
    session: &Session,
) -> Result<(), Failure> {
    tell_not_taken(tally, session);
    let before = match (tally.is_answered(), tally.not_taken()) {
        // What an earlier run wrote of this table stays where nothing is known of this one.
        (false, _) => "no call was answered".to_owned(),
        (true, 0) => "the rows before it are written".to_owned(),
        (true, not_taken) => {
            format!("the rows before it are written, but for {not_taken} that are told above")
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

/// A revision that has all that was written; not told, if the server has gone meanwhile.
async fn revision(client: &Client) -> Option<String> {
    let request = v1::ListCustomersRequest {
        page_size: 1,
        ..Default::default()
    };
    let listed = client.list_customers(request).await.ok();
    listed.map(|listed| listed.revision)
}
