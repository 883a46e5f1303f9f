//! The commands that come after `signpost playbook from-csv`, to be copied: a server with the playbook, and a rehearsal
//! of sending the same table.

use super::from_csv::{self, FromCsvArgs};
use super::harvest::Columns;
use crate::cli::failure::Failure;
use crate::cli::next::{NextLine, beside_file};
use crate::cli::send::guess::Guess;
use crate::cli::table_file::Table;
use std::path::Path;

/// The flags of the table that `send` needs, too.
const TABLE_FLAGS: [&str; 4] = ["--delimiter", "--encoding", "--sheet", "--missing"];
/// Where the server listens and the client calls if nobody names an address.
const ADDRESS_USUAL: &str = "127.0.0.1:7100";
/// The time zone of a playbook if nobody names one.
const ZONE_USUAL: &str = "UTC";

/// What comes next.
pub(super) struct Onward {
    server: NextLine,
    rehearsal: NextLine,
    /// What was taken for what, and what to look at.
    remarks: Vec<String>,
    has_times: bool,
}

impl Onward {
    /// What comes after making the playbook; `None` if it is in no file, or the table is in none.
    ///
    /// # Errors
    /// [`Failure::Other`] if the rows cannot be read again.
    pub(super) fn of(
        table: &Table,
        args: &FromCsvArgs,
        columns: Columns,
    ) -> Result<Option<Onward>, Failure> {
        let Some(out) = &args.company.out else {
            return Ok(None);
        };
        if args.table.file.as_os_str() == "-" {
            return Ok(None);
        }
        let Columns {
            primary,
            secondary,
            channel,
            tier,
        } = columns;
        let used = [Some(primary), Some(secondary), channel, tier];
        let used: Vec<usize> = used.into_iter().flatten().collect();
        let guess = Guess::of(table, &used, &args.company.locale)?;
        let has_times = guess.time.is_some();
        Ok(Some(Onward {
            server: server(out, has_times),
            rehearsal: rehearsal(table, args, &guess),
            remarks: remarks(args, &guess),
            has_times,
        }))
    }

    /// The commands, in their order.
    pub(super) fn commands(&self) -> Vec<String> {
        vec![self.server.to_string(), self.rehearsal.to_string()]
    }

    /// What is said to people.
    pub(super) fn words(&self) -> Vec<String> {
        let mut lines = self.remarks.clone();
        lines.push(match self.has_times {
            true => "next, start a server whose time is that of the table:".to_owned(),
            false => "next, start a server:".to_owned(),
        });
        lines.push(format!("  {}", self.server));
        lines.push(
            "then, in another terminal, rehearse the sending; it says how to send:".to_owned(),
        );
        lines.push(format!("  {}", self.rehearsal));
        lines.push(format!(
            "both use {ADDRESS_USUAL}; for another address: --listen of the server, --server of the sending"
        ));
        lines
    }
}

fn server(out: &Path, has_times: bool) -> NextLine {
    let data = beside_file(out, "-data");
    let book = out.to_string_lossy();
    let line = NextLine::beside("signpostd").with(["--data", &data, "--playbook", &book]);
    match has_times {
        true => line.with(["--clock", "external"]),
        false => line,
    }
}

fn rehearsal(table: &Table, args: &FromCsvArgs, guess: &Guess) -> NextLine {
    let targets = [
        ("primary", Some(&args.primary)),
        ("secondary", Some(&args.secondary)),
        ("channel", args.channel.as_ref()),
        ("tier", args.tier.as_ref()),
        ("customer", guess.customer.as_ref()),
        ("date", guess.date.as_ref()),
        ("time", guess.time.as_ref()),
    ];
    let map = targets
        .into_iter()
        .filter_map(|(target, column)| Some(format!("{target}={}", column?)));
    let map = map.collect::<Vec<_>>().join(",");
    let file = args.table.file.to_string_lossy();
    let mut line = NextLine::beside("signpost").with(["send", &file, "--map", &map]);
    if args.channel.is_none() {
        let usual = from_csv::usual();
        let channels = usual.first().map(|channel| ["--channel", &channel.id]);
        line = line.with(channels.into_iter().flatten());
    }
    let id = guess.id.as_ref().map(|id| ["--id", id]);
    line = line.with(id.into_iter().flatten());
    line = line.with_flags_of(&NextLine::typed(), &TABLE_FLAGS);
    if guess.time.is_some() {
        line = line.with(["--clock", "file", "--end", "resolved"]);
    }
    if let Some((order, _)) = &guess.order {
        line = line.with(["--time-format", *order]);
    }
    if table.is_mended {
        line = line.with_flag("--mend-quotes");
    }
    line.with_flag("--dry-run")
}

fn remarks(args: &FromCsvArgs, guess: &Guess) -> Vec<String> {
    let mut lines = Vec::new();
    let times = [&guess.date, &guess.time].into_iter().flatten();
    let times: Vec<&str> = times.map(String::as_str).collect();
    let taken = [
        ("times", times),
        (
            "customers",
            guess.customer.iter().map(String::as_str).collect(),
        ),
        (
            "keys of contacts",
            guess.id.iter().map(String::as_str).collect(),
        ),
    ];
    let taken = taken.iter().filter(|(_, columns)| !columns.is_empty());
    let taken: Vec<String> = taken
        .map(|(what, columns)| format!("{} for {what}", columns.join(" and ")))
        .collect();
    if !taken.is_empty() {
        lines.push(format!(
            "columns taken as they look, correct --map where they are not: {}",
            taken.join(", ")
        ));
    }
    if let Some((order, example)) = &guess.order {
        let first = if *order == "dmy" { "day" } else { "month" };
        lines.push(format!(
            "dates such as `{example}` are taken to begin with the {first} (--time-format {order}); nothing in the column \
             shows it"
        ));
    }
    if let (Some(tier), None) = (&guess.tier, &args.tier) {
        lines.push(format!(
            "the column {tier} looks like one of customer groups: --tier {} makes tiers of them",
            crate::cli::write::quoted(tier)
        ));
    }
    if guess.time.is_some() && args.company.time_zone == ZONE_USUAL {
        lines.push(format!(
            "times are read by the clocks of {ZONE_USUAL}: --time-zone names those of the company"
        ));
    }
    lines
}
