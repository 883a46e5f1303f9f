//! `signpost playbook map`: which route each tier gets for each reason as waits grow, as a table, without a server.

use super::map_diff;
use super::map_words::{cells_json, held_json, legend, letters, local, out_json, tips_json, under};
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::out::{self, Paint};
use crate::cli::render::words;
use clap::Args;
use serde_json::{Value, json};
use signpost_domain::playbook::map::{MapAsked, Row, WAIT_MINUTES};
use signpost_domain::playbook::{
    ChannelIndex, Playbook, ReasonIndex, TierIndex, nearest, right_names,
};
use signpost_domain::time::{Millis, UnixMs};
use std::path::{Path, PathBuf};

/// The columns of a cell.
const CELL_WIDTH: usize = 3;

/// Letters of a word that are looked for in the names of reasons.
const WORD_LETTERS_MIN: usize = 4;
/// Most reasons that are told as near ones.
const NEAR_MAX: usize = 6;
/// What stands for every reason or tier.
const ALL: &str = "all";

/// The flags.
#[derive(Args, Debug)]
#[command(after_help = "\
A letter is the route that a tier gets at a wait: S self_service, M message, C chat, B callback,
H human (a person, live). The columns are samples; the exact wait of a change is in a line below.
Such a line has what the route before and the route from then on cost, as amounts of money:
  waiting              the minutes of waiting, by what a minute costs for the tier
  handling             the work or the flow
  failure              what is at stake, by the chance that the route does not resolve the matter
  leaving the channel  what it costs to send the customer to another channel
  preference           what the customer or a rule prefers; it is taken off
The least sum wins. Lower case is the last resort: no route of the reason is allowed, and the
playbook says what is done then. * is the tier floor: the route is not the cheapest for the tier,
but a less valuable tier gets it, so this one does, too.
A line such as `chat: desk closed` tells which routes of the reason are not to be had, and why.

The customer is known, has given every consent, and has told each fact that the reason asks for with
a value that no rule looks for; every queue reports the same wait. Rules that hold then are applied.

Example:
  signpost playbook map retail.yaml
  signpost playbook map retail.yaml --reason order_issue --channel phone
  signpost playbook map retail.yaml --reason product_defect/return_size --tier guest --brief
  signpost playbook map retail.yaml --at '2026-11-23 22:30' --deadline-in 3h
  signpost playbook map retail.yaml --diff retail-summer.yaml")]
pub(crate) struct MapArgs {
    /// The document, YAML or JSON; - for stdin.
    file: PathBuf,
    /// A reason: primary/secondary, the secondary alone if one has it, a primary for all of its own [default: all].
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
    /// The letters alone.
    #[arg(long)]
    brief: bool,
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
            false => session
                .out
                .paged(&text(&chosen, &rows, args.brief, session.out.paint)),
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
            let text = map_diff::text(&chosen, (&after, &changed), args.brief, session.out.paint);
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
        Some(text) => time(playbook, text)?,
    };
    let mut reasons = Vec::new();
    for id in args.reason.iter().filter(|id| *id != ALL) {
        reasons.extend(named_reasons(playbook, id)?);
    }
    if is_all(&args.reason) {
        reasons.extend(playbook.reasons_indexed().map(|(index, _)| index));
    }
    reasons.sort_unstable();
    reasons.dedup();
    let mut tiers = Vec::new();
    for id in args.tier.iter().filter(|id| *id != ALL) {
        let mut all = playbook.tiers_indexed();
        let found = all.find(|(_, tier)| tier.id.as_str() == id);
        let names = playbook.tiers.iter().map(|tier| tier.id.as_str());
        let (tier, _) = found.ok_or_else(|| unknown("tier", id, names))?;
        tiers.push(tier);
    }
    if is_all(&args.tier) {
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

fn is_all(ids: &[String]) -> bool {
    ids.is_empty() || ids.iter().any(|id| id == ALL)
}

/// The hour may have one digit.
fn time(playbook: &Playbook, text: &str) -> Result<UnixMs, Failure> {
    let padded = text.trim().split_once([' ', 'T']).map(|(day, clock)| {
        let is_short = clock.find(':') == Some(1);
        let zero = if is_short { "0" } else { "" };
        format!("{day}T{zero}{clock}")
    });
    let read = playbook.time_of_text(text);
    let read = read.or_else(|why| match &padded {
        Some(padded) => playbook.time_of_text(padded),
        None => Err(why),
    });
    read.map_err(|why| Failure::Fix(format!("--at: `{text}` {why}")))
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
    if !found.is_empty() {
        return Ok(found);
    }
    let all: Vec<String> = playbook
        .reasons
        .iter()
        .map(|it| it.id.to_string())
        .collect();
    let secondary = |name: &str| name.split_once('/').map(|(_, it)| it.to_owned());
    let same = all.iter().filter(|it| secondary(it).as_deref() == Some(id));
    let same: Vec<&String> = same.collect();
    match same.as_slice() {
        [] => {}
        [only] => return named_reasons(playbook, only),
        several => {
            let several = words::listed(several.iter().map(ToString::to_string));
            return Err(Failure::Fix(format!(
                "reason {id} could be any of {several}"
            )));
        }
    }
    let primaries = playbook.primaries.iter().map(|it| it.id.to_string());
    let alone = all.iter().filter_map(|it| secondary(it));
    let names: Vec<String> = primaries.chain(all.iter().cloned()).chain(alone).collect();
    let names = names.iter().map(String::as_str);
    if nearest(id, names.clone()).is_none() {
        let asked = id.split(['/', '_', '-', ' ']);
        let asked: Vec<&str> = asked.filter(|it| it.len() >= WORD_LETTERS_MIN).collect();
        let near = all
            .iter()
            .filter(|it| asked.iter().any(|word| it.contains(word)));
        let near = words::listed(near.take(NEAR_MAX).cloned());
        if !near.is_empty() {
            return Err(Failure::Fix(format!(
                "there is no reason {id}; near it: {near}"
            )));
        }
    }
    Err(unknown("reason", id, names))
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

fn text(chosen: &Chosen<'_>, rows: &[Row], is_brief: bool, paint: Paint) -> String {
    let playbook = chosen.playbook;
    let mut text = head(chosen, rows.iter(), paint);
    let mut primary = None;
    for rows in rows.chunk_by(|one, other| one.reason == other.reason) {
        let Some(first) = rows.first() else { continue };
        let reason = &playbook.reason(first.reason).id;
        if primary.replace(&reason.primary) != Some(&reason.primary) {
            text += &format!("\n{}", waits(chosen, paint));
        }
        let gap = if is_brief { "" } else { "\n" };
        text += &format!("{gap}{}\n", paint.bold(&reason.to_string()));
        // Tiers that get the same, whatever the wait, are one row.
        let same = |one: &Row, other: &Row| {
            let is_same = one.cells == other.cells && one.floors == other.floors;
            let is_plain = one.tips.is_empty() && one.held.is_none() && one.out == other.out;
            is_same && (is_brief || is_plain)
        };
        for same in rows.chunk_by(same) {
            let Some(first) = same.first() else { continue };
            let tiers = same.iter();
            let tiers = tiers.map(|row| playbook.tier(row.tier).id.to_string());
            let all = same.len() == playbook.tiers.len() && same.len() > 1;
            let tiers = match all {
                true => "all tiers".to_owned(),
                false => words::listed(tiers),
            };
            text += &line(chosen, &tiers, &letters(first, paint));
            if !is_brief {
                for line in under(playbook, first, paint) {
                    text += &format!("      {line}\n");
                }
            }
        }
    }
    text
}

/// What the map is of, and what its letters mean.
pub(super) fn head<'r>(
    chosen: &Chosen<'_>,
    rows: impl Iterator<Item = &'r Row> + Clone,
    paint: Paint,
) -> String {
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
    let samples = "columns are samples, the exact change is in the line below";
    format!(
        "{}\n{}\n{}\n",
        facts.join(" · "),
        legend(rows, paint),
        paint.dim(samples)
    )
}

/// The heads of the columns.
pub(super) fn waits(chosen: &Chosen<'_>, paint: Paint) -> String {
    let minutes = WAIT_MINUTES.map(|minutes| minutes.to_string());
    let waits = line(chosen, "wait on every queue, min", &minutes);
    paint.dim(waits.trim_end()) + "\n"
}

/// `Mon 2026-03-02 10:00 Europe/Amsterdam`.
fn when(playbook: &Playbook, at: UnixMs) -> String {
    let name = playbook.time_zone.iana_name().unwrap_or("UTC");
    format!("{} {name}", local(playbook, at, "%a %Y-%m-%d %H:%M"))
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
        let mut json = json!({
            "reason": reason.to_string(),
            "tier": chosen.playbook.tier(row.tier).id.as_str(),
            "routes": cells_json(row),
            "tips": tips_json(row),
            "ineligible_routes": out_json(chosen.playbook, row),
        });
        if let Some(held) = &row.held {
            json["held_by_tier_floor"] = held_json(held);
        }
        json
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
        text(&chosen, &chosen.rows(), args.brief, Paint::PLAIN)
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
            told.contains(" until ") && told.contains(" = waiting "),
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
    fn what_the_tier_floor_holds_is_marked_and_told() {
        let told = shown(&format!("{SAMPLE} --reason all"));
        assert!(told.contains("*: held by the tier floor"), "{told}");
        assert!(told.contains(" by the tier floor because "), "{told}");
        assert!(told.contains("by its own cost "), "{told}");
        assert!(told.contains(" *"), "{told}");
    }

    #[test]
    fn what_is_closed_or_too_late_is_told() {
        let told = shown(&format!("{SAMPLE} --at 2026-03-03T3:00 --channel web_chat"));
        assert!(
            told.contains(": desk closed, opens Tue 2026-03-03 "),
            "{told}"
        );
        let late = shown(&format!("{SAMPLE} --deadline-in 40m --channel phone"));
        assert!(late.contains("would miss the deadline "), "{late}");
    }

    #[test]
    fn brief_is_letters_alone_and_heads_stand_over_each_primary_reason() {
        let brief = shown(&format!("{SAMPLE} --brief --tier all"));
        assert!(!brief.contains(" until "), "{brief}");
        let args = args(SAMPLE);
        let primaries = read(&args.file).unwrap().primaries.len();
        assert_eq!(brief.matches("wait on every queue").count(), primaries);
    }

    #[test]
    fn a_secondary_reason_alone_is_enough_if_one_has_it() {
        let alone = shown(&format!("{SAMPLE} --reason missed_connection"));
        let whole = shown(&format!("{SAMPLE} --reason disruption/missed_connection"));
        assert_eq!(alone, whole);
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for (flags, said) in [
            ("--reason disruptions", "did you mean disruption?"),
            (
                "--reason connection_was_missed",
                "near it: disruption/missed_connection",
            ),
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
