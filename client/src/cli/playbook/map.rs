//! `signpost playbook map`: which route each tier gets for each reason as waits grow, as a table, without a server.

use super::map_diff;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::out::{self, Paint};
use crate::cli::render::words;
use clap::Args;
use serde_json::{Value, json};
use signpost_domain::playbook::map::{Cell, MapAsked, Row, Tip, WAIT_MINUTES};
use signpost_domain::playbook::{ChannelIndex, Playbook, ReasonIndex, TierIndex, right_names};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};
use std::path::{Path, PathBuf};

/// The columns of a cell.
const CELL_WIDTH: usize = 3;

/// The flags.
#[derive(Args, Debug)]
#[command(after_help = "\
The customer is known, has given every consent, and has told each fact that the reason asks for with
a value that no rule looks for; every queue reports the same wait. Rules that hold then are applied.

Example:
  signpost playbook map retail.yaml
  signpost playbook map retail.yaml --reason order_issue --channel phone
  signpost playbook map retail.yaml --at '2026-11-23 22:30' --deadline-in 3h
  signpost playbook map retail.yaml --diff retail-summer.yaml")]
pub(crate) struct MapArgs {
    /// The document, YAML or JSON; - for stdin.
    file: PathBuf,
    /// A reason, primary/secondary, or all of a primary one [default: all].
    #[arg(long, value_name = "REASON")]
    reason: Vec<String>,
    /// The channel [default: the one with the most routes].
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// A tier [default: all].
    #[arg(long, value_name = "TIER")]
    tier: Vec<String>,
    /// When: 2026-11-23 10:00 by the clock of the playbook, or RFC 3339 [default: an hour with all desks open].
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How long after that the deadlines of reasons are [default: too far away to matter].
    #[arg(long, value_name = "SPAN", value_parser = span)]
    deadline_in: Option<Millis>,
    /// Another document: shows only what is different under it, from the first to this one.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
}

fn span(text: &str) -> Result<Millis, String> {
    Millis::parse(text).ok_or_else(|| format!("`{text}` is not a span such as 3h, 90m or 2d"))
}

/// What is asked of one playbook.
pub(super) struct Chosen<'p> {
    pub(super) playbook: &'p Playbook,
    pub(super) asked: MapAsked,
    pub(super) reasons: Vec<ReasonIndex>,
    pub(super) tiers: Vec<TierIndex>,
}

/// Makes the map and prints it.
///
/// # Errors
/// [`Failure::Fix`] if a document has no meaning, or a flag names what is not there.
pub(super) fn run(args: &MapArgs, session: &Session) -> Result<(), Failure> {
    let playbook = read(&args.file)?;
    let chosen = choose(args, &playbook)?;
    let Some(other) = &args.diff else {
        let rows = chosen.rows();
        return match session.out.json {
            true => session.out.data(&format!("{:#}", as_json(&chosen, &rows))),
            false => session.out.paged(&text(&chosen, &rows, session.out.paint)),
        };
    };
    let after = read(other)?;
    let changed = map_diff::compare(&chosen, &choose_same(&chosen, &after)?);
    match session.out.json {
        true => {
            let json = map_diff::as_json(&chosen, &after, &changed);
            session.out.data(&format!("{json:#}"))
        }
        false => {
            let text = map_diff::text(&chosen, &after, &changed, session.out.paint);
            session.out.paged(&text)
        }
    }
}

/// A map helps to mend a playbook, too: one whose tests fail is read as it is.
fn read(file: &Path) -> Result<Playbook, Failure> {
    let source = super::read(file)?;
    let faults = match Playbook::read(&source) {
        Ok((playbook, _)) => return Ok(playbook),
        Err(faults) => faults,
    };
    let name = super::name(file);
    match Playbook::stored(&source) {
        Ok(playbook) => {
            out::say(&format!("{name} has faults, which playbook check tells"));
            Ok(playbook)
        }
        Err(_) => Err(Failure::Fix(format!("{name}:\n{faults}"))),
    }
}

fn choose<'p>(args: &MapArgs, playbook: &'p Playbook) -> Result<Chosen<'p>, Failure> {
    let channel = match &args.channel {
        None => playbook.richest_channel(),
        Some(id) => channel(playbook, id)?,
    };
    let at = match &args.at {
        None => playbook.ordinary_time(),
        Some(text) => playbook
            .time_of_text(text)
            .map_err(|why| Failure::Fix(format!("--at: `{text}` {why}")))?,
    };
    let mut reasons = Vec::new();
    for id in &args.reason {
        reasons.extend(named_reasons(playbook, id)?);
    }
    if args.reason.is_empty() {
        reasons.extend(playbook.reasons_indexed().map(|(index, _)| index));
    }
    reasons.sort_unstable();
    reasons.dedup();
    let mut tiers = Vec::new();
    for id in &args.tier {
        let mut all = playbook.tiers_indexed();
        let found = all.find(|(_, tier)| tier.id.as_str() == id);
        let names = playbook.tiers.iter().map(|tier| tier.id.as_str());
        let (tier, _) = found.ok_or_else(|| unknown("tier", id, names))?;
        tiers.push(tier);
    }
    if args.tier.is_empty() {
        tiers.extend(playbook.tiers_indexed().map(|(index, _)| index));
    }
    tiers.sort_unstable();
    tiers.dedup();
    Ok(Chosen {
        playbook,
        asked: MapAsked {
            channel,
            at,
            deadline_in: args.deadline_in,
        },
        reasons,
        tiers,
    })
}

/// The same of another playbook, as far as it is there.
fn choose_same<'p>(chosen: &Chosen<'_>, playbook: &'p Playbook) -> Result<Chosen<'p>, Failure> {
    let id = &chosen.playbook.channels[usize::from(chosen.asked.channel.0)].id;
    let asked = MapAsked {
        channel: channel(playbook, id.as_str())?,
        ..chosen.asked
    };
    Ok(Chosen {
        playbook,
        asked,
        reasons: Vec::new(),
        tiers: Vec::new(),
    })
}

fn channel(playbook: &Playbook, id: &str) -> Result<ChannelIndex, Failure> {
    let mut all = playbook.channels_indexed();
    let found = all.find(|(_, channel)| channel.id.as_str() == id);
    let names = playbook.channels.iter().map(|channel| channel.id.as_str());
    found
        .map(|(channel, _)| channel)
        .ok_or_else(|| unknown("channel", id, names))
}

fn named_reasons(playbook: &Playbook, id: &str) -> Result<Vec<ReasonIndex>, Failure> {
    let named = playbook.reasons_indexed().filter(|(_, reason)| {
        let is_whole = reason.id.to_string() == id;
        is_whole || reason.id.primary.as_str() == id
    });
    let found: Vec<ReasonIndex> = named.map(|(index, _)| index).collect();
    if found.is_empty() {
        let primaries = playbook.primaries.iter().map(|it| it.id.to_string());
        let secondary = playbook.reasons.iter().map(|it| it.id.to_string());
        let names: Vec<String> = primaries.chain(secondary).collect();
        return Err(unknown("reason", id, names.iter().map(String::as_str)));
    }
    Ok(found)
}

fn unknown<'n>(kind: &str, id: &str, names: impl Iterator<Item = &'n str> + Clone) -> Failure {
    let right = right_names(id, kind, names);
    Failure::Fix(format!("there is no {kind} {id}; {right}"))
}

impl Chosen<'_> {
    /// All rows, by reason and then by tier.
    fn rows(&self) -> Vec<Row> {
        let pairs = self.reasons.iter().flat_map(|&reason| {
            let tiers = self.tiers.iter();
            tiers.map(move |&tier| (reason, tier))
        });
        pairs
            .map(|(reason, tier)| self.playbook.map_row(self.asked, reason, tier))
            .collect()
    }

    pub(super) fn channel(&self) -> &str {
        let channel = usize::from(self.asked.channel.0);
        self.playbook.channels[channel].id.as_str()
    }
}

fn text(chosen: &Chosen<'_>, rows: &[Row], paint: Paint) -> String {
    let mut text = head(chosen, paint);
    for rows in rows.chunk_by(|one, other| one.reason == other.reason) {
        let Some(first) = rows.first() else { continue };
        let reason = &chosen.playbook.reason(first.reason).id;
        text += &format!("\n{}\n", paint.bold(&reason.to_string()));
        // Tiers that get the same, whatever the wait, are one row.
        for same in rows.chunk_by(|one, other| one.cells == other.cells && one.tips.is_empty()) {
            let Some(first) = same.first() else { continue };
            let tiers = same.iter();
            let tiers = tiers.map(|row| chosen.playbook.tier(row.tier).id.to_string());
            let all = same.len() == chosen.playbook.tiers.len() && same.len() > 1;
            let tiers = match all {
                true => "all tiers".to_owned(),
                false => words::listed(tiers),
            };
            let cells = first.cells.map(|cell| letter(cell, paint));
            text += &line(chosen, &tiers, &cells);
            for tip in &first.tips {
                text += &format!("      {}\n", said(tip, paint));
            }
        }
    }
    text
}

/// `human until 6m30s, then callback: waiting 26.00 against 6.50, outweighs handling 7.30 against 9.20`.
pub(super) fn said(tip: &Tip, paint: Paint) -> String {
    let (from, to) = (got(tip.from, paint), got(tip.to, paint));
    let why = tip.words();
    format!("{from} until {}, then {to}: {}", tip.wait, paint.dim(&why))
}

/// A route in words.
fn got(cell: Cell, paint: Paint) -> String {
    let name = paint.route(cell.route, cell.route.as_str());
    match cell.last_resort {
        true => format!("{name} as the last resort"),
        false => name,
    }
}

/// What the map is of, what its letters mean, and the waits.
pub(super) fn head(chosen: &Chosen<'_>, paint: Paint) -> String {
    let playbook = chosen.playbook;
    let channels = playbook.channels.iter().map(|channel| channel.id.as_str());
    let others: Vec<&str> = channels.filter(|id| *id != chosen.channel()).collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => paint.dim(&format!(" (--channel: {})", others.join(", "))),
    };
    let when = when(playbook, chosen.asked.at);
    let mut facts = vec![
        format!("{} on {}{others}", playbook.name, chosen.channel()),
        when,
        "a first contact of which nothing special is told".to_owned(),
        format!("amounts in {}", playbook.currency),
    ];
    let deadlines = playbook.reasons.iter();
    let deadlines = deadlines.filter(|reason| reason.deadline.is_some()).count();
    if deadlines > 0 {
        facts.push(match chosen.asked.deadline_in {
            Some(span) => format!("deadlines in {span}"),
            None => "deadlines far away (--deadline-in)".to_owned(),
        });
    }
    let letters = Route::ALL.map(|route| {
        let letter = route.letter().to_string();
        format!("{} {route}", paint.route(route, &letter))
    });
    let legend = letters.join("   ");
    let minutes = WAIT_MINUTES.map(|minutes| minutes.to_string());
    let waits = line(chosen, "wait on every queue, min", &minutes);
    format!(
        "{}\n{legend}   lower case: the last resort\n\n{}",
        facts.join(" · "),
        paint.dim(waits.trim_end()) + "\n"
    )
}

/// `Mon 2026-03-02 10:00 Europe/Amsterdam`.
fn when(playbook: &Playbook, at: UnixMs) -> String {
    let zone = &playbook.time_zone;
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let local = time.to_zoned(zone.clone());
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{} {name}", local.strftime("%a %Y-%m-%d %H:%M"))
}

/// The letter of a route.
pub(super) fn letter(cell: Cell, paint: Paint) -> String {
    let letter = cell.route.letter();
    let letter = match cell.last_resort {
        true => letter.to_ascii_lowercase(),
        false => letter,
    };
    paint.route(cell.route, &letter.to_string())
}

/// A line of the table: what is written first, then the cells, each at the right of its columns.
pub(super) fn line(chosen: &Chosen<'_>, first: &str, cells: &[String]) -> String {
    let tiers = chosen.playbook.tiers.iter().map(|tier| tier.id.as_str());
    let together: usize = tiers.map(|id| id.chars().count() + 2).sum();
    let width = together.clamp("wait on every queue, min".len(), 40);
    let mut line = format!("  {first:<width$}");
    for cell in cells {
        let shown = cell.split('\u{1b}').enumerate();
        // What stands between styles; each style ends with its first m.
        let shown: usize = shown
            .map(|(place, part)| match place {
                0 => part.chars().count(),
                _ => part
                    .split_once('m')
                    .map_or(0, |(_, rest)| rest.chars().count()),
            })
            .sum();
        line += &" ".repeat(CELL_WIDTH.saturating_sub(shown).max(1));
        line += cell;
    }
    line + "\n"
}

fn as_json(chosen: &Chosen<'_>, rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        let reason = &chosen.playbook.reason(row.reason).id;
        json!({
            "reason": reason.to_string(),
            "tier": chosen.playbook.tier(row.tier).id.as_str(),
            "routes": cells_json(&row.cells),
            "tips": row.tips.iter().map(tip_json).collect::<Vec<_>>(),
        })
    });
    let mut map = head_json(chosen);
    map["rows"] = rows.collect();
    map
}

/// What the map is of.
pub(super) fn head_json(chosen: &Chosen<'_>) -> Value {
    let MapAsked {
        channel: _,
        at,
        deadline_in,
    } = chosen.asked;
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    json!({
        "playbook": chosen.playbook.name.as_str(),
        "playbook_version": chosen.playbook.version.as_str(),
        "channel": chosen.channel(),
        "at": at.to_string(),
        "deadline_in_seconds": deadline_in.map(|span| span.0 / Millis::SECOND.0),
        "wait_minutes": WAIT_MINUTES,
    })
}

/// The routes, and of the last resort that it is.
pub(super) fn cells_json(cells: &[Cell]) -> Value {
    let cell = |cell: &Cell| match cell.last_resort {
        true => json!({ "last_resort": cell.route.as_str() }),
        false => json!(cell.route.as_str()),
    };
    cells.iter().map(cell).collect()
}

/// One tip.
pub(super) fn tip_json(tip: &Tip) -> Value {
    json!({
        "from": tip.from.route.as_str(),
        "to": tip.to.route.as_str(),
        "wait_seconds": tip.wait.0 / Millis::SECOND.0,
        "why": tip.words(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    const SAMPLE: &str = "../playbooks/airline.yaml";

    fn args(line: &str) -> MapArgs {
        let words = format!("signpost playbook map {line}");
        let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
        match cli.command {
            Command::Playbook(super::super::PlaybookCommand::Map(args)) => *args,
            _ => panic!("another command"),
        }
    }

    fn shown(line: &str) -> String {
        let args = args(line);
        let playbook = read(&args.file).unwrap();
        let chosen = choose(&args, &playbook).unwrap();
        text(&chosen, &chosen.rows(), Paint::PLAIN)
    }

    #[test]
    fn a_table_of_routes_with_where_it_tips() {
        let told = shown(&format!(
            "{SAMPLE} --reason disruption/missed_connection --channel app"
        ));
        let mut lines = told.lines();
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("airline on app (--channel: phone, web_chat,")
        );
        assert!(lines.next().unwrap().contains("B callback"));
        for tier in ["platinum", "gold", "standard"] {
            assert!(
                told.lines().any(|line| line.trim().starts_with(tier)),
                "{told}"
            );
        }
        assert!(
            told.contains(" until ") && told.contains(" against "),
            "{told}"
        );
        // Every line of cells has as many as there are waits.
        let cells = told.lines().filter(|line| line.starts_with("  platinum "));
        for line in cells {
            assert_eq!(
                line.split_whitespace().count(),
                1 + WAIT_MINUTES.len(),
                "{line}"
            );
        }
    }

    #[test]
    fn the_whole_sample_is_mapped_and_colours_do_not_move_columns() {
        let args = args(SAMPLE);
        let playbook = read(&args.file).unwrap();
        let chosen = choose(&args, &playbook).unwrap();
        let rows = chosen.rows();
        assert_eq!(rows.len(), playbook.reasons.len() * playbook.tiers.len());
        let json = as_json(&chosen, &rows);
        assert_eq!(json["rows"].as_array().unwrap().len(), rows.len());
        let plain = line(&chosen, "x", &["H".to_owned()]);
        let coloured = line(&chosen, "x", &["\u{1b}[35mH\u{1b}[0m".to_owned()]);
        assert_eq!(
            plain,
            coloured.replace("\u{1b}[35m", "").replace("\u{1b}[0m", "")
        );
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for (flags, said) in [
            ("--reason disruptions", "did you mean disruption?"),
            ("--channel fax", "there is no channel fax"),
            ("--tier silver", "there is no tier silver"),
            (
                "--at soon",
                "--at: `soon` must be a time such as 2026-11-23 10:00",
            ),
        ] {
            let args = args(&format!("{SAMPLE} {flags}"));
            let playbook = read(&args.file).unwrap();
            let refused = format!("{:?}", choose(&args, &playbook).err().unwrap());
            assert!(refused.contains(said), "{refused}");
        }
    }
}
