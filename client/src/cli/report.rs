//! `signpost report`: counts contacts.

use super::Session;
use super::failure::Failure;
use super::form::{FormArgs, Output};
use super::out::Progress;
use super::render::lists::{CASE_TIER, Listing};
use super::render::table::Column;
use super::zone::{Moment, Zone};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use signpost_client::v1;
use signpost_domain::ids::ReasonId;
use signpost_domain::playbook::Playbook;
use std::collections::BTreeMap;

/// The maximum number of contacts in one page that is fetched.
const PAGE_SIZE: u32 = 200;
/// The text for a value that a contact does not have.
const NONE: &str = "(none)";
/// The text for a reason that the playbook did not know, as in `send` and `counts`.
const UNKNOWN: &str = "(unknown)";

/// The subcommands of `signpost report`.
#[derive(Subcommand, Debug)]
pub(crate) enum ReportCommand {
    /// Counts contacts by what they are about and where they came from.
    ///
    /// Reads all contacts that were recorded in the time, page by page, and counts each once: so the counts add up to
    /// the total. A contact counts with the reason that the customer stated, with the tier under which its case was
    /// opened (not the one that was reported of the contact, if they differ), and on the day on which it was recorded.
    /// `(none)` stands for what is not known, and `(unknown)` for a reason that the playbook did not know, so that the
    /// contact has no case. Days are of the playbook's time zone. Contacts that come while the report is made are not
    /// in it.
    #[command(after_help = "\
Example:
  signpost report volume --by reason,channel --from 2026-03-01 --before 2026-04-01
  signpost report volume --by reason,day --over-changes
  signpost report volume --by day --output csv")]
    Volume(VolumeArgs),
}

/// Which contacts are counted, and by what.
#[derive(Args, Debug)]
pub(crate) struct VolumeArgs {
    /// By what the contacts are counted, in this order.
    #[arg(
        long,
        value_name = "PARTS",
        value_enum,
        value_delimiter = ',',
        default_value = "reason,channel"
    )]
    by: Vec<Part>,
    /// Count a retired reason as the one that stands for it in the live playbook, and a split reason with all of its
    /// parts. So reasons can be compared over changes of the playbook.
    #[arg(long)]
    over_changes: bool,
    /// Recorded then or later: RFC 3339, or a day in the playbook's time zone.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    from: Option<Moment>,
    /// Recorded before this time [default: now].
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    before: Option<Moment>,
    #[command(flatten)]
    form: FormArgs,
}

/// The part of a contact by which it can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The reason that the customer stated.
    Reason,
    /// The channel.
    Channel,
    /// The tier under which the contact's case was opened; without a case, the one that is known.
    Tier,
    /// The day on which the contact was recorded, in the playbook's time zone.
    Day,
}

impl Part {
    const fn title(self) -> &'static str {
        match self {
            Part::Reason => "reason",
            Part::Channel => "channel",
            Part::Tier => "tier",
            Part::Day => "day",
        }
    }

    /// The title of the column for people.
    const fn heading(self) -> &'static str {
        match self {
            Part::Tier => CASE_TIER,
            other => other.title(),
        }
    }

    fn of(self, contact: &v1::Contact, days: &Days) -> String {
        let context = contact.context.as_ref();
        let text = match self {
            Part::Reason if contact.reason_unknown => Some(UNKNOWN.to_owned()),
            Part::Reason => context
                .map(|context| over_changes(days.over_changes.as_ref(), &context.stated_reason)),
            Part::Channel => context.map(|context| context.channel.clone()),
            Part::Tier => Some(contact.tier.clone()),
            Part::Day => contact.record_time.as_ref().and_then(|time| days.day(time)),
        };
        let text = text.filter(|text| !text.is_empty());
        text.unwrap_or_else(|| NONE.to_owned())
    }
}

/// The reason under which `reason` is counted over changes of the playbook. Without a live playbook, `reason` itself.
fn over_changes(live: Option<&Playbook>, reason: &str) -> String {
    let read = live.zip(ReasonId::parse(reason).ok());
    let Some((live, id)) = read else {
        return reason.to_owned();
    };
    match id.secondary {
        Some(_) => live.compared_as(&id).to_string(),
        None => {
            let place = live.index.primaries.get(&id.primary);
            place.map_or_else(
                || reason.to_owned(),
                |&place| live.primaries[usize::from(place)].id.to_string(),
            )
        }
    }
}

/// How contacts are counted: by which days, and whether over changes of the playbook.
struct Days {
    zone: Zone,
    over_changes: Option<Playbook>,
}

impl Days {
    /// Asks the server for what days or reasons depend on.
    async fn of(args: &VolumeArgs, session: &Session) -> Result<Days, Failure> {
        let zone = match args.by.contains(&Part::Day) {
            true => session.zone().await?,
            false => Zone::Utc,
        };
        let over_changes = match args.over_changes {
            true => {
                let request = v1::GetPlaybookRequest::default();
                let live = session.client()?.get_playbook(request).await?;
                let live = Playbook::stored(&live.document)
                    .map_err(|faults| Failure::Other(format!("the live playbook: {faults}")))?;
                Some(live)
            }
            false => None,
        };
        Ok(Days { zone, over_changes })
    }

    /// The day of a time, as `2026-03-02`; `None` for a time outside the calendar.
    fn day(&self, time: &prost_types::Timestamp) -> Option<String> {
        let time = jiff::Timestamp::new(time.seconds, time.nanos).ok()?;
        Some(self.zone.date_at(time).to_string())
    }
}

/// For each counted reason that was split: a line that it is counted with its parts, and which these are.
fn families(live: &Playbook, args: &VolumeArgs, counts: &BTreeMap<Vec<String>, u64>) -> String {
    let Some(place) = args.by.iter().position(|part| *part == Part::Reason) else {
        return String::new();
    };
    let mut lines = String::new();
    for split in &live.splits {
        let name = split.reason.to_string();
        if counts.keys().any(|parts| parts[place] == name) {
            let parts = live.parts_of(split).into_iter();
            let parts: Vec<String> = parts.map(|it| live.reason(it).id.to_string()).collect();
            lines += &format!("{name} is counted with its parts: {}\n", parts.join(", "));
        }
    }
    lines
}

/// Counts the contacts and prints the counts.
pub(crate) async fn run(command: ReportCommand, session: &Session) -> Result<(), Failure> {
    let ReportCommand::Volume(args) = command;
    for (place, part) in args.by.iter().enumerate() {
        if args.by[..place].contains(part) {
            return Err(Failure::Fix(format!(
                "--by: {} is there twice",
                part.title()
            )));
        }
    }
    let days = Days::of(&args, session).await?;
    let counts = counted(&args, &days, session).await?;
    let output = args.form.output(session.out);
    match output {
        Output::Json => session
            .out
            .data(&as_json(&args.by, &counts, days.zone.name())),
        Output::Csv => session
            .out
            .data(&args.form.csv(&listing(&args.by, &counts, false))),
        Output::Table | Output::Wide => {
            let listing = listing(&args.by, &counts, true);
            let mut text = listing.table(session.out.paint);
            if args.by.contains(&Part::Day) {
                text += &format!("days of {}\n", days.zone.name());
            }
            text += &days
                .over_changes
                .map(|live| families(&live, &args, &counts))
                .unwrap_or_default();
            session.out.paged(&text)
        }
    }
}

async fn counted(
    args: &VolumeArgs,
    days: &Days,
    session: &Session,
) -> Result<BTreeMap<Vec<String>, u64>, Failure> {
    // The newest first: contacts that come meanwhile are not reached.
    let request = v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            from_time: session.moment(args.from).await?,
            before_time: session.moment(args.before).await?,
            ..Default::default()
        }),
        order: v1::ListOrder::NewestFirst.into(),
        page_size: PAGE_SIZE,
        ..Default::default()
    };
    let mut pages = session.client()?.pages(request);
    let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    let mut progress = Progress::of("contacts read");
    while let Some(contacts) = pages.page().await? {
        for contact in &contacts {
            let parts = args.by.iter().map(|part| part.of(contact, days)).collect();
            *counts.entry(parts).or_default() += 1;
        }
        progress.add(contacts.len());
    }
    drop(progress);
    Ok(counts)
}

fn listing(by: &[Part], counts: &BTreeMap<Vec<String>, u64>, with_total: bool) -> Listing {
    let columns = by.iter().map(|part| Column::Left(part.heading()));
    let columns: Vec<Column> = columns.chain([Column::Right("contacts")]).collect();
    let row = |parts: &[String], count: u64| {
        let mut row = parts.to_vec();
        row.push(count.to_string());
        row
    };
    let rows = counts.iter().map(|(parts, count)| row(parts, *count));
    let mut rows: Vec<Vec<String>> = rows.collect();
    if with_total {
        let mut parts = vec![String::new(); by.len()];
        parts
            .iter_mut()
            .take(1)
            .for_each(|first| *first = "total".to_owned());
        rows.push(row(&parts, counts.values().sum()));
    }
    Listing::new(&columns, rows)
}

fn as_json(by: &[Part], counts: &BTreeMap<Vec<String>, u64>, zone: &str) -> String {
    let row = |(parts, count): (&Vec<String>, &u64)| {
        let named = by.iter().zip(parts);
        let mut fields: Map<String, Value> = named
            .map(|(part, text)| (part.title().to_owned(), Value::from(text.as_str())))
            .collect();
        fields.insert("contacts".to_owned(), Value::from(*count));
        Value::Object(fields)
    };
    let report = json!({
        "time_zone": zone,
        "by": by.iter().map(|part| part.title()).collect::<Vec<_>>(),
        "counts": counts.iter().map(row).collect::<Vec<_>>(),
        "contacts": counts.values().sum::<u64>(),
    });
    format!("{report:#}")
}
