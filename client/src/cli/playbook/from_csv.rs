//! `signpost playbook from-csv`: makes a first playbook from a table with two columns of reasons, without a server.

use super::draft::{Assumed, Draft, DraftChannel, LEVELS_MAX, REASONS_EASY_MAX};
use super::harvest::{Columns, Found, GuessedChannel, Harvest, NamedIds};
use super::onward::Onward;
use super::tiers;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::names::{self, Letters};
use crate::cli::render::words;
use crate::cli::table_file::{Table, TableArgs};
use clap::Args;
use serde::Serialize;
use signpost_domain::playbook::limits::TIERS_MAX;
use signpost_domain::playbook::{PLAYBOOK_BYTES_MAX, Playbook};
use signpost_domain::route::Medium;
use std::path::{Path, PathBuf};

/// The arguments of `signpost playbook from-csv`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost playbook from-csv requests.csv --primary category --secondary type \\
    --channel source --out playbook.yaml
  signpost playbook from-csv export.csv --primary Thema --secondary Grund --channel Kanal \\
    --tier Kundengruppe --locale de --time-zone Europe/Berlin --currency EUR --out own.yaml

It says which commands come next, with all that was found out about the table: copy them.

`signpost send` finds the reasons, channels and tiers of the same table again. Costs and chances are
assumptions, marked as such: edit them. A channel whose name does not show its medium (phone, chat,
mail or a place) is named, and has a CHECK in the document; so has the order of the tiers.

Ids are in plain ASCII letters: `Réclamation` becomes reclamation. With --locale de, ä, ö, ü and ß
become ae, oe, ue and ss: `Kündigung` becomes kuendigung. The labels keep the words of the table.")]
pub(crate) struct FromCsvArgs {
    #[command(flatten)]
    pub(super) table: TableArgs,
    /// The column of primary reasons. Rows without a primary reason are counted, and make no reason.
    #[arg(long, value_name = "COLUMN")]
    pub(super) primary: String,
    /// The column of secondary reasons; an empty cell means `other`.
    #[arg(long, value_name = "COLUMN")]
    pub(super) secondary: String,
    /// The column of channels [default: phone, web chat and e-mail].
    #[arg(long, value_name = "COLUMN")]
    pub(super) channel: Option<String>,
    /// The column of customer groups, which become the tiers. Rows without one count with the least valuable tier
    /// [default: gold, silver and standard].
    #[arg(long, value_name = "COLUMN")]
    pub(super) tier: Option<String>,
    #[command(flatten)]
    pub(super) company: CompanyArgs,
    /// The maximum number of primary reasons; the rarest ones are counted with `other_reasons/other`.
    #[arg(long, value_name = "N", default_value_t = LEVELS_MAX.0, value_parser = at_most(LEVELS_MAX.0))]
    max_primary: usize,
    /// The maximum number of secondary reasons under one primary; the rarest ones are counted with `other`.
    #[arg(long, value_name = "N", default_value_t = LEVELS_MAX.1, value_parser = at_most(LEVELS_MAX.1))]
    max_secondary: usize,
}

/// What a table does not say about a company.
#[derive(Args, Debug)]
pub(super) struct CompanyArgs {
    /// The name of the playbook [default: the name of the file].
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The currency of the amounts: three capital letters.
    #[arg(long, value_name = "CODE", default_value = "USD")]
    pub(super) currency: String,
    /// The company's IANA time zone.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(super) time_zone: String,
    /// The language of the labels.
    #[arg(long, value_name = "LOCALE", default_value = "en")]
    pub(super) locale: String,
    /// Write the document to this file, which must not exist yet [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

fn at_most(max: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| {
        let number = text.parse().ok();
        let fits = number.filter(|number| (1..=max).contains(number));
        fits.ok_or_else(|| format!("must be a whole number from 1 to {max}"))
    }
}

/// Reads the table, writes the playbook, and prints remarks for the user on stderr.
///
/// # Errors
/// [`Failure::Fix`] if the table or the flags must be corrected.
pub(super) fn run(mut args: FromCsvArgs, session: &Session) -> Result<(), Failure> {
    if session.out.json && args.company.out.is_none() {
        let what = "--json needs --out: without it, the document goes to stdout".to_owned();
        return Err(Failure::Fix(what));
    }
    // Nothing is sent here, so the rows around a quote can be looked at.
    args.table.mend_quotes = true;
    let table = Table::read(&args.table, session.out)?;
    let column = |name: &Option<String>| name.as_ref().map(|it| table.column(it)).transpose();
    let columns = Columns {
        primary: table.column(&args.primary)?,
        secondary: table.column(&args.secondary)?,
        channel: column(&args.channel)?,
        tier: column(&args.tier)?,
    };
    let harvest = Harvest::of(&table, &args.table, columns)?;
    let most = (args.max_primary, args.max_secondary);
    let named = harvest.draft(most, Letters::of(&args.company.locale));
    if named.primaries.is_empty() {
        let what = format!(
            "{}: the column {} is empty in every row that can be read",
            table.name, args.primary
        );
        return Err(Failure::Fix(what));
    }
    if named.tiers.len() > TIERS_MAX {
        let what = format!(
            "{}: the column {} has {} different cells, and a playbook has at most {TIERS_MAX} tiers: is it the column of \
             customer groups?",
            table.name,
            args.tier.as_deref().unwrap_or_default(),
            named.tiers.len()
        );
        return Err(Failure::Fix(what));
    }
    let (draft, found) = draft(&table, &args, named);
    let document = draft.document();
    if document.len() > PLAYBOOK_BYTES_MAX {
        let len = document.len();
        return Err(Failure::Fix(format!(
            "the playbook would have {len} bytes, and {PLAYBOOK_BYTES_MAX} are the most: fold the rarest reasons with \
             --max-primary and --max-secondary"
        )));
    }
    deliver(&document, args.company.out.as_deref(), session)?;
    let next = Onward::of(&table, &args, columns)?;
    if session.out.json {
        let found = serde_json::to_string_pretty(&Told {
            found,
            next: next.map(|next| next.commands()),
        });
        return session
            .out
            .data(&found.map_err(|error| Failure::Other(error.to_string()))?);
    }
    tell(&found, args.company.out.as_deref(), session);
    for line in next.iter().flat_map(Onward::words) {
        session.out.say(&line);
    }
    Ok(())
}

/// What is told to programs.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    found: Found,
    /// The commands that come next; `None` if there is no document in a file, or the table cannot be read again.
    next: Option<Vec<String>>,
}

/// The draft of what the table names, and what else was found.
fn draft(table: &Table, args: &FromCsvArgs, named: NamedIds) -> (Draft, Found) {
    let NamedIds {
        channels,
        tiers,
        primaries,
        found,
    } = named;
    let draft = Draft {
        lead: lead(table, args, &found),
        name: name(args),
        currency: args.company.currency.clone(),
        time_zone: args.company.time_zone.clone(),
        locale: args.company.locale.clone(),
        tiers: if tiers.is_empty() {
            tiers::usual()
        } else {
            tiers
        },
        channels: if channels.is_empty() {
            usual()
        } else {
            channels
        },
        facts: Vec::new(),
        primaries,
        assumed: Assumed::BY_CHANNEL,
        outcomes: &[],
    };
    (draft, found)
}

/// Checks the document and writes it to `out`, or to stdout without `out`.
///
/// # Errors
/// [`Failure::Fix`] if the document has faults, which come from the flags, or if the file exists already.
pub(super) fn deliver(
    document: &str,
    out: Option<&Path>,
    session: &Session,
) -> Result<(), Failure> {
    if let Err(faults) = Playbook::read(document) {
        return Err(Failure::Fix(format!(
            "the playbook would have faults:\n{faults}"
        )));
    }
    let Some(out) = out else {
        return session.out.data(document);
    };
    let written = std::fs::File::create_new(out)
        .and_then(|mut file| std::io::Write::write_all(&mut file, document.as_bytes()));
    written.map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                "exists already; name another file, or delete it".to_owned()
            }
            _ => error.to_string(),
        };
        Failure::Fix(format!("{}: {what}", out.display()))
    })
}

fn name(args: &FromCsvArgs) -> String {
    let given = args.company.name.clone().or_else(|| {
        let stem = args.table.file.file_stem()?;
        Some(stem.to_string_lossy().into_owned())
    });
    let letters = Letters::of(&args.company.locale);
    names::slug_in(&given.unwrap_or_default(), "playbook", letters)
}

/// The channels of a company that names none.
pub(super) fn usual() -> Vec<DraftChannel> {
    let channel = |id: &str, label: &str, medium| DraftChannel {
        id: id.to_owned(),
        label: label.to_owned(),
        medium,
        guessed: false,
    };
    vec![
        channel("phone", "Phone", Medium::Voice),
        channel("web_chat", "Web chat", Medium::LiveText),
        channel("email", "E-mail", Medium::AsyncText),
    ]
}

fn lead(table: &Table, args: &FromCsvArgs, found: &Found) -> Vec<String> {
    let file = args.table.file.file_name().unwrap_or_default();
    let from = |what: &str, column: &Option<String>| match column {
        Some(column) => format!(", {what} from {}", names::label(column)),
        None => String::new(),
    };
    let more = from("channels", &args.channel) + &from("tiers", &args.tier);
    let mut lead = vec![
        format!(
            "Made by `signpost playbook from-csv` from {}: {}.",
            names::label(&file.to_string_lossy()),
            words::counted(found.rows, "row")
        ),
        format!(
            "Primary reasons from the column {}, secondary ones from {}{more}.",
            names::label(&args.primary),
            names::label(&args.secondary)
        ),
        String::new(),
        "The reasons are what the table says. Amounts, chances, waits and tiers are ASSUMPTIONS"
            .to_owned(),
        "to begin with: look for that word, put your own, and run `signpost playbook check`."
            .to_owned(),
    ];
    if table.header.is_empty() || found.remarks.is_empty() {
        return lead;
    }
    lead.push(String::new());
    lead.push("To look at:".to_owned());
    lead.extend(
        found
            .remarks
            .iter()
            .map(|remark| format!("- {}", names::label(remark))),
    );
    lead
}

fn tell(found: &Found, document: Option<&Path>, session: &Session) {
    let channels = match found.channels {
        0 => "the usual channels".to_owned(),
        channels => words::counted(channels as u64, "channel"),
    };
    let mut lines = vec![format!(
        "{}: {} primary and {}, {}",
        words::counted(found.rows, "row"),
        found.primaries,
        words::counted(found.secondaries as u64, "secondary reason"),
        channels
    )];
    let counted = [
        (found.bad_rows, "could not be read"),
        (found.rows_without_primary, "without a primary reason"),
        (
            found.rows_without_secondary,
            "without a secondary reason: other",
        ),
        (found.rows_without_channel, "without a channel: unknown"),
        (found.rows_without_tier, "without a tier: the default"),
        (
            found.folded_rows,
            "of reasons that count with others, because there were too many",
        ),
    ];
    let counted = counted.into_iter().filter(|(rows, _)| *rows > 0);
    lines.extend(counted.map(|(rows, what)| format!("{} {what}", words::counted(rows, "row"))));
    let place = document.map_or_else(
        || "the playbook".to_owned(),
        |out| out.display().to_string(),
    );
    lines.extend(found.guessed_channels.iter().map(|guess| {
        let GuessedChannel { channel, medium } = guess;
        format!("channel {channel}: taken for {medium} (# CHECK in {place})")
    }));
    if let [_, _, ..] = found.tiers.as_slice() {
        lines.push(format!(
            "tiers: {}; the order is a guess (# CHECK in {place})",
            found.tiers.join(" > ")
        ));
    }
    lines.extend(found.remarks.iter().cloned());
    if found.more_remarks > 0 {
        lines.push(format!("and {} more to look at", found.more_remarks));
    }
    if found.primaries > REASONS_EASY_MAX {
        lines.push(
            "6 to 8 primary reasons are easy to choose from: --max-primary folds the rarest"
                .to_owned(),
        );
    }
    for line in lines {
        session.out.say(&line);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cli::out::{Out, Paint};
    use signpost_domain::ids::ReasonId;
    use std::fmt::Write;

    /// A table with the reasons `p0` to `p69`. `p0` has 70 reasons below it, the others one each. Later ones are rarer.
    fn many() -> String {
        let mut table = "why,closer\n".to_owned();
        for number in 0..70 {
            writeln!(table, "p0,s{number}").unwrap();
            for _ in number..70 {
                writeln!(table, "p{number},s0").unwrap();
            }
        }
        table
    }

    #[test]
    fn what_is_over_the_limits_counts_with_other_and_is_found_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, many()).unwrap();
        let table = TableArgs::of(file);
        let out = Out {
            json: false,
            paint: Paint::PLAIN,
        };
        let read = Table::read(&table, out).unwrap();
        let columns = Columns {
            primary: 0,
            secondary: 1,
            channel: None,
            tier: None,
        };
        let harvest = Harvest::of(&read, &table, columns).unwrap();
        let NamedIds {
            primaries, found, ..
        } = harvest.draft(LEVELS_MAX, Letters::Plain);
        let draft = Draft {
            lead: Vec::new(),
            name: "many".to_owned(),
            currency: "USD".to_owned(),
            time_zone: "UTC".to_owned(),
            locale: "en".to_owned(),
            tiers: tiers::usual(),
            channels: usual(),
            facts: Vec::new(),
            primaries,
            assumed: Assumed::BY_CHANNEL,
            outcomes: &[],
        };
        let (playbook, _) = Playbook::read(&draft.document()).unwrap();
        assert_eq!((found.primaries, found.folded), (64, 14));
        let stands = |old: &str| {
            let id = ReasonId::parse(old).unwrap();
            let index = playbook.index.reasons.get(&id).copied();
            index.map(|index| playbook.reason(index).id.to_string())
        };
        assert_eq!(stands("p62/s0").as_deref(), Some("p62/s0"));
        assert_eq!(stands("p63/s0").as_deref(), Some("other_reasons/other"));
        assert_eq!(stands("p69/s0").as_deref(), Some("other_reasons/other"));
        assert_eq!(stands("p0/s9").as_deref(), Some("p0/other"));
        assert_eq!(stands("p0/s0").as_deref(), Some("p0/s0"));
        assert_eq!(stands("p0/none"), None);
    }
}
