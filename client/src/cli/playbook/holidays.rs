//! `signpost playbook holidays`: reads public holidays from an iCalendar file, and prints the lines for the `closed`
//! dates of a calendar of a playbook.

mod document;
mod event;
mod file;
mod recur;

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::render::visible::one_line;
use crate::cli::render::words;
use event::Event;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use signpost_domain::ids::Slug;
use signpost_domain::playbook::limits::CALENDAR_DATES_MAX;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How many characters of the name of a holiday are printed.
const NAME_CHARS_MAX: usize = 80;
/// How many events that are left out are named, on stderr.
const NAMED_MAX: usize = 10;

/// The arguments of `signpost playbook holidays`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  signpost playbook holidays holidays.ics --calendar desk
  signpost playbook holidays holidays.ics --calendar desk --from 2027-01-01 --to 2027-12-31
  signpost playbook holidays holidays.ics --calendar desk --write airline.yaml

--write changes nothing but the `closed` dates of this calendar: comments and all else stay.")]
pub(crate) struct HolidaysArgs {
    /// The calendar file, such as holidays.ics; - for stdin.
    file: PathBuf,
    /// The calendar of the playbook whose dates these are.
    #[arg(long, value_name = "NAME")]
    calendar: String,
    /// The first date, such as 2026-01-01 [default: today].
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last date [default: the end of the year after that of --from].
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// The time zone of the calendar, for events with times, such as Europe/Amsterdam [default: that of each event].
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Add the dates to the calendar in this playbook, instead of printing them.
    #[arg(long, value_name = "PLAYBOOK")]
    write: Option<PathBuf>,
}

/// The holidays that were found.
#[derive(Debug, Default)]
struct Found {
    /// The names of each date.
    closed: BTreeMap<Date, BTreeSet<String>>,
    /// What was left out.
    left_out: Vec<LeftOut>,
}

/// An event that gives no closed date.
#[derive(Debug)]
struct LeftOut {
    /// Where it begins in the file, from 1.
    line: usize,
    name: String,
    why: String,
}

/// Prints the dates.
///
/// # Errors
/// [`Failure::Fix`] if the file is no calendar, names the line that is wrong; or if it has no holiday in these days, or
/// more than a calendar of a playbook can have.
pub(super) fn run(args: &HolidaysArgs, session: &Session) -> Result<(), Failure> {
    let calendar = Slug::new(&args.calendar)
        .map_err(|why| Failure::Fix(format!("--calendar `{}` {why}", args.calendar)))?;
    let zone = args.time_zone.as_deref().map(zone).transpose()?;
    let (from, to) = span(args)?;
    let text = super::read(&args.file)?;
    let file = super::name(&args.file);
    let events = file::events(&text).map_err(|wrong| Failure::Fix(format!("{file}: {wrong}")))?;
    let count = events.len();
    let found = holidays(events, zone.as_ref(), (from, to))
        .map_err(|wrong| Failure::Fix(format!("{file}: {wrong}")))?;
    if !session.out.json {
        say(&found, session);
    }
    let dates = found.closed.len();
    if dates == 0 {
        return Err(Failure::Fix(format!(
            "{file}: no holiday from {from} to {to} among {}: name other days with --from and --to",
            words::counted(count as u64, "event")
        )));
    }
    if dates > CALENDAR_DATES_MAX {
        return Err(Failure::Fix(format!(
            "{file}: {dates} dates from {from} to {to}, and a calendar has at most {CALENDAR_DATES_MAX}: name fewer days \
             with --to"
        )));
    }
    if let Some(playbook) = &args.write {
        let dates: Vec<Date> = found.closed.keys().copied().collect();
        let added = document::add(playbook, &calendar, &dates)?;
        session.out.say(&format!(
            "{}: {} added to calendars.{calendar}.closed; {} there before",
            playbook.display(),
            words::counted(added as u64, "date"),
            dates.len() - added
        ));
        return match session.out.json {
            true => session.out.data(&for_programs(&calendar, &found)),
            false => Ok(()),
        };
    }
    match session.out.json {
        true => session.out.data(&for_programs(&calendar, &found)),
        false => session.out.data(&lines(&calendar, &found)),
    }
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::Fix(format!(
            "--time-zone `{name}` must be a time zone such as Europe/Amsterdam"
        ))
    })
}

fn span(args: &HolidaysArgs) -> Result<(Date, Date), Failure> {
    let today = || jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
    let from = args.from.unwrap_or_else(today);
    let end_of_next = Date::new(from.year().saturating_add(1), 12, 31).unwrap_or(Date::MAX);
    let to = args.to.unwrap_or(end_of_next);
    match from <= to {
        true => Ok((from, to)),
        false => Err(Failure::Fix(format!(
            "--to {to} must not be before --from {from}"
        ))),
    }
}

/// The dates from one to another on which the events are.
///
/// # Errors
/// What is wrong, with its line.
fn holidays(
    events: Vec<Event>,
    zone: Option<&TimeZone>,
    (from, to): (Date, Date),
) -> Result<Found, String> {
    let mut found = Found::default();
    // An event that stands for one day of another: the other is not on that day.
    let moved: BTreeSet<(String, Date)> = events
        .iter()
        .filter_map(|event| Some((event.uid.clone()?, event.instead_of?)))
        .collect();
    for event in events {
        let name = name(&event.summary);
        let mut leave_out = |why: String| {
            found.left_out.push(LeftOut {
                line: event.line,
                name: name.clone(),
                why,
            });
        };
        if event.cancelled {
            leave_out("is cancelled".to_owned());
            continue;
        }
        let days = match event.whole_days(zone) {
            Ok(days) => days,
            Err(why) => {
                leave_out(why);
                continue;
            }
        };
        let starts = match event.starts(to) {
            Ok(starts) => starts,
            Err(why) => {
                leave_out(why);
                continue;
            }
        };
        for start in starts {
            let is_moved = event.instead_of.is_none()
                && event
                    .uid
                    .clone()
                    .is_some_and(|uid| moved.contains(&(uid, start)));
            if is_moved {
                continue;
            }
            for offset in days.clone() {
                let day = start.checked_add(jiff::Span::new().days(offset));
                let Ok(day) = day else { break };
                if (from..=to).contains(&day) {
                    found.closed.entry(day).or_default().insert(name.clone());
                }
                if day > to {
                    break;
                }
            }
        }
    }
    Ok(found)
}

/// The name of an event on one line, cut if it is too long.
fn name(summary: &str) -> String {
    let words = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = one_line(&words);
    match shown.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// The lines for the playbook.
fn lines(calendar: &Slug, found: &Found) -> String {
    let mut text = format!("calendars:\n  {calendar}:\n    closed:\n");
    for (date, names) in &found.closed {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let names = match names.join("; ") {
            none if none.is_empty() => none,
            names => format!(" # {names}"),
        };
        text += &format!("      - {date}{names}\n");
    }
    text
}

fn for_programs(calendar: &Slug, found: &Found) -> String {
    let closed = found.closed.iter();
    let closed = closed.map(|(date, names)| json!({ "date": date.to_string(), "names": names }));
    let left_out = found.left_out.iter();
    let left_out = left_out.map(|it| json!({ "line": it.line, "name": it.name, "why": it.why }));
    let found = json!({
        "calendar": calendar.as_str(),
        "closed": closed.collect::<Vec<_>>(),
        "leftOut": left_out.collect::<Vec<_>>(),
    });
    format!("{found:#}")
}

/// Says what was left out.
fn say(found: &Found, session: &Session) {
    for it in found.left_out.iter().take(NAMED_MAX) {
        let LeftOut { line, name, why } = it;
        session
            .out
            .say(&format!("left out: line {line}, {name}: {why}"));
    }
    let more = found.left_out.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        session.out.say(&format!(
            "left out: {}",
            words::counted(more as u64, "more event")
        ));
    }
}

#[cfg(test)]
mod tests;
