//! `signpost audit`: the head of a server's audit file, and the check of a copy of the file.

use super::Session;
use super::failure::Failure;
use super::out::{Paint, Progress};
use super::render::words;
use super::values;
use clap::{Args, Subcommand};
use serde_json::json;
use signpost_audit::{
    AuditFile, AuditLines, AuditRecord, Head, VerifiedAudit, audit_files, verify,
};
use signpost_client::v1;
use std::fs;
use std::path::{Path, PathBuf};

/// How many records are between two steps of the progress.
const PROGRESS_RECORDS: u64 = 1_000;

/// The subcommands of `signpost audit`.
#[derive(Subcommand, Debug)]
pub(crate) enum AuditCommand {
    /// Prints the head of the server's audit file: the number of its last record, and the hash. Keep it where the
    /// server cannot write. It needs a token of an administrator or an auditor.
    #[command(after_help = "Example:\n  signpost audit head >> /elsewhere/heads")]
    Head,
    /// Checks the audit file of a data folder, or a copy: says what was changed, what is missing, and with a head
    /// whether the end was cut. Needs no server.
    ///
    /// Exit codes: 0 it is whole, 1 there is half a line at its end, which is being written or which a kill left, 2
    /// there is no audit file, 3 it is not what was written.
    Verify(VerifyArgs),
    /// Shows the records of an audit file, the oldest first. Needs no server.
    Show(ShowArgs),
}

/// The arguments of `verify`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost audit verify ./data/audit
  signpost audit verify ./data/audit --head-file /elsewhere/heads")]
pub(crate) struct VerifyArgs {
    /// The audit folder, or files of it.
    #[arg(value_name = "DIR_OR_FILE", required = true)]
    places: Vec<PathBuf>,
    /// A head that was kept, as `signpost audit head` prints it; again for another.
    #[arg(long, value_name = "NUMBER:HASH", value_parser = head)]
    head: Vec<Head>,
    /// A file with a head on each line.
    #[arg(long, value_name = "FILE")]
    head_file: Option<PathBuf>,
}

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost audit show ./data/audit --about-customer c1
  signpost audit show ./data/audit --by agent/ann --since 2026-11-30T00:00:00Z --json")]
pub(crate) struct ShowArgs {
    /// The audit folder, or files of it.
    #[arg(value_name = "DIR_OR_FILE", required = true)]
    places: Vec<PathBuf>,
    /// Only what this actor did, or what was done for it, such as agent/ann.
    #[arg(long, value_name = "ACTOR")]
    by: Option<String>,
    /// Only what names this customer.
    #[arg(long, value_name = "ID")]
    about_customer: Option<String>,
    /// Only what names this contact.
    #[arg(long, value_name = "ID")]
    about_contact: Option<String>,
    /// Only what names this case.
    #[arg(long, value_name = "ID")]
    about_case: Option<String>,
    /// Only from this time on, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    since: Option<prost_types::Timestamp>,
    /// Only before this time, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    until: Option<prost_types::Timestamp>,
}

fn head(text: &str) -> Result<Head, &'static str> {
    text.parse()
}

/// Runs the command.
pub(crate) async fn run(command: AuditCommand, session: &Session) -> Result<(), Failure> {
    match command {
        AuditCommand::Head => print_head(session).await,
        AuditCommand::Verify(args) => check(&args, session),
        AuditCommand::Show(args) => show(&args, session),
    }
}

async fn print_head(session: &Session) -> Result<(), Failure> {
    let request = v1::GetServerStatusRequest {};
    let status = session.client()?.get_server_status(request).await?;
    if status.audit_head_hash.is_empty() {
        return Err(Failure::Fix(
            "the server tells no head: it has no audit file, or the token is not one of an administrator or an auditor"
                .to_owned(),
        ));
    }
    let (number, hash) = (status.audit_head_number, status.audit_head_hash);
    match session.out.json {
        true => session
            .out
            .data(&json!({"number": number, "hash": hash}).to_string()),
        false => session.out.text(&format!("{number}:{hash}\n")),
    }
}

/// The files at these places, in order, and whether they are all files of one folder.
fn files(places: &[PathBuf]) -> Result<(Vec<AuditFile>, bool), Failure> {
    let unread = |place: &Path, error| Failure::Fix(format!("{}: {error}", place.display()));
    let mut files = Vec::new();
    for place in places {
        if fs::metadata(place)
            .map_err(|error| unread(place, error))?
            .is_dir()
        {
            files.extend(audit_files(place).map_err(|error| unread(place, error))?);
        } else {
            let file = AuditFile::named(place).ok_or_else(|| {
                let what = "is no audit file: its name must be 20 digits and .jsonl";
                Failure::Fix(format!("{}: {what}", place.display()))
            });
            files.push(file?);
        }
    }
    files.sort();
    files.dedup();
    match (files.first(), places) {
        (None, _) => Err(Failure::Fix("there is no audit file".to_owned())),
        (Some(first), [place]) => {
            let is_all = first.path != *place;
            Ok((files, is_all))
        }
        (Some(_), _) => Ok((files, false)),
    }
}

fn heads(args: &VerifyArgs) -> Result<Vec<Head>, Failure> {
    let mut heads = args.head.clone();
    let Some(path) = &args.head_file else {
        return Ok(heads);
    };
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| Failure::Fix(format!("{}: {error}", path.display())))?;
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let head = line.parse().map_err(|what| {
            Failure::Fix(format!("{}: line {}: {what}", path.display(), place + 1))
        });
        heads.push(head?);
    }
    Ok(heads)
}

fn check(args: &VerifyArgs, session: &Session) -> Result<(), Failure> {
    let heads = heads(args)?;
    let (files, is_all) = files(&args.places)?;
    let mut progress = Progress::of("records");
    let mut shown = 0;
    let found = verify(&files, &heads, is_all, |records| {
        if records - shown >= PROGRESS_RECORDS {
            progress.add(usize::try_from(records - shown).unwrap_or(usize::MAX));
            shown = records;
        }
    });
    drop(progress);
    let found = found.map_err(|error| Failure::Fix(error.to_string()))?;
    match session.out.json {
        true => session.out.data(&verified_json(&found).to_string())?,
        false => session
            .out
            .text(&verified_text(&found, session.out.paint))?,
    }
    match found.faults.len() as u64 + found.more_faults {
        0 if found.half_line_bytes == 0 => Ok(()),
        0 => Err(Failure::Again(
            "half a line is at the end: it is being written, or the next start cuts it off"
                .to_owned(),
        )),
        count => Err(Failure::Other(format!(
            "the audit file is not what was written: {}",
            words::counted(count, "fault")
        ))),
    }
}

fn verified_json(found: &VerifiedAudit) -> serde_json::Value {
    let faults = found.faults.iter().map(|fault| {
        json!({"path": fault.path.display().to_string(), "line": fault.line, "what": fault.what})
    });
    let unchecked = found.unchecked_heads.iter().map(Head::to_string);
    json!({
        "fileCount": found.files,
        "recordCount": found.records,
        "firstRecord": found.first,
        "lastRecord": found.last.map_or(0, |head| head.number),
        "head": found.last.map(|head| head.to_string()),
        "gapCount": found.gaps,
        "retiredUpTo": found.retired_up_to,
        "halfLineBytes": found.half_line_bytes,
        "uncheckedHeads": unchecked.collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(),
        "omittedFaultCount": found.more_faults,
    })
}

fn verified_text(found: &VerifiedAudit, paint: Paint) -> String {
    let mut text = format!(
        "{} in {}",
        words::counted(found.records, "record"),
        words::counted(found.files, "file")
    );
    if let Some(last) = &found.last {
        text += &format!(", from {} to {}\nhead {last}", found.first, last.number);
    }
    text.push('\n');
    if found.first > 1 {
        text += &match found.retired_up_to {
            0 => format!(
                "begins at record {}: what was before is not here\n",
                found.first
            ),
            up_to => format!(
                "the records up to {up_to} were removed, for they were older than they are kept\n"
            ),
        };
    }
    if found.gaps > 0 {
        text += &format!(
            "the file could not be written for a while, {}\n",
            words::counted(found.gaps, "time")
        );
    }
    for head in &found.unchecked_heads {
        text += &format!(
            "record {} of a head is not here, so it was not looked at\n",
            head.number
        );
    }
    for fault in &found.faults {
        let line = match fault.line {
            0 => String::new(),
            line => format!(" line {line}:"),
        };
        text += &format!(
            "{}:{line} {}\n",
            paint.bold(&fault.path.display().to_string()),
            fault.what
        );
    }
    if found.more_faults > 0 {
        text += &format!("and {} more\n", found.more_faults);
    }
    if found.faults.is_empty() {
        text += &format!("{}\n", paint.green("the chain is whole"));
    }
    text
}

fn show(args: &ShowArgs, session: &Session) -> Result<(), Failure> {
    let (files, _) = files(&args.places)?;
    let mut unread = 0;
    for file in files {
        let failed = |error| Failure::Fix(format!("{}: {error}", file.path.display()));
        let mut lines = AuditLines::open(&file.path).map_err(failed)?;
        while let Some(line) = lines.next_line().map_err(failed)? {
            let Ok(read) = line.read else {
                unread += u64::from(line.is_whole);
                continue;
            };
            if !args.wants(&read.record) {
                continue;
            }
            match session.out.json {
                true => {
                    let json = record_json(read.head.number, &read.record);
                    session
                        .out
                        .data(&json.map_err(|error| Failure::Other(error.to_string()))?)?;
                }
                false => session
                    .out
                    .text(&record_text(read.head.number, &read.record))?,
            }
        }
    }
    match unread {
        0 => Ok(()),
        lines => Err(Failure::Other(format!(
            "{} cannot be read: run signpost audit verify",
            words::counted(lines, "line")
        ))),
    }
}

impl ShowArgs {
    fn wants(&self, record: &AuditRecord) -> bool {
        let has = |wanted: &Option<String>, ids: &[String]| {
            wanted.as_ref().is_none_or(|wanted| ids.contains(wanted))
        };
        let touched = &record.touched;
        let by = self.by.as_ref();
        let millis = |time: &prost_types::Timestamp| {
            time.seconds * 1_000 + i64::from(time.nanos / 1_000_000)
        };
        let at = record.time.as_millisecond();
        has(&self.about_customer, &touched.customers)
            && has(&self.about_contact, &touched.contacts)
            && has(&self.about_case, &touched.cases)
            && by.is_none_or(|by| [&record.actor, &record.on_behalf_of].contains(&by))
            && self.since.as_ref().is_none_or(|since| at >= millis(since))
            && self.until.as_ref().is_none_or(|until| at < millis(until))
    }
}

fn record_json(number: u64, record: &AuditRecord) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_value(record)?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("number".to_owned(), number.into());
    }
    Ok(json.to_string())
}

fn record_text(number: u64, record: &AuditRecord) -> String {
    let mut parts = vec![number.to_string(), record.time.to_string()];
    parts.extend([
        record.kind.as_str().to_owned(),
        record.call.clone(),
        record.actor.clone(),
    ]);
    let said = |name: &str, text: &str| match text {
        "" => String::new(),
        text => format!("{name}{text}"),
    };
    parts.push(said("for ", &record.on_behalf_of));
    parts.push(said("with ", &record.token_id));
    parts.push(said("from ", &record.from));
    let touched = &record.touched;
    let named = [
        ("customers", &touched.customers),
        ("contacts", &touched.contacts),
        ("cases", &touched.cases),
        ("tokens", &touched.tokens),
    ];
    parts.extend(named.map(|(name, ids)| said(&format!("{name} "), &ids.join(","))));
    parts.push(said("asked ", &record.asked.join(",")));
    parts.push(
        record
            .count
            .map(|count| format!("count {count}"))
            .unwrap_or_default(),
    );
    parts.extend([record.code.clone(), record.note.clone()]);
    parts.retain(|part| !part.is_empty());
    parts.join("  ") + "\n"
}
