//! `signpost playbook map`: prints, as a table, which route each tier gets for each reason as waits grow. Without a
//! server.

mod channels;
mod diff;
mod json;
mod table;
#[cfg(test)]
mod tests;
mod words;

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::render::words::listed;
use crate::cli::stderr::say;
use clap::Args;
use signpost_domain::playbook::map::{MapAsked, MapRow};
use signpost_domain::playbook::{
    ChannelIndex, Playbook, ReasonIndex, TierIndex, nearest, right_names,
};
use signpost_domain::time::{Millis, UnixMs};
use std::path::{Path, PathBuf};

/// The fewest letters of a word that is looked for in the names of reasons.
const WORD_LETTERS_MIN: usize = 4;
/// The most similar reasons that an error lists.
const NEAR_MAX: usize = 6;
/// The word for every reason, tier or channel.
const ALL: &str = "all";

/// The arguments of `signpost playbook map`.
#[derive(Args, Debug)]
#[command(after_help = "\
A letter is the route that a tier gets at a wait: S self_service (a flow), M message (agents answer
in their own time), C chat (agents, live), B callback, H human (a person, live). The columns are
samples; the exact wait of a change is in a line below, such as
  from 17m callback instead of human: waiting 3.40 less, handling 3.40 more (failure 8.30 in both)
It tells by how much the parts of the two costs differ then, and in brackets which do not:
  waiting              the minutes of waiting, by what a minute costs for the tier
  handling             the work or the flow
  failure              what is at stake, by the chance that the route does not resolve the matter
  leaving the channel  what it costs to send the customer to another channel
  preference           what the customer or a rule prefers; it is taken off
The least sum wins. A minute of waiting costs a more valuable tier more: it leaves a queue sooner.

Lower case is the last resort: no route of the reason is allowed, and the playbook says what is done
then; it is done even if its desk is closed, and a line says so. * is the tier floor: the route
is not the cheapest for the tier, but a less valuable tier gets it, so this one does, too.
A line such as `chat: desk closed` says which routes of the reason are not to be had, and why.

The customer is known, has given every consent, and has given each fact that the reason asks for,
with a value that no rule looks for. Every queue reports the same wait. Rules that hold then are
applied. If a rule fires for every value of a fact, a text gets a value that no rule names, and a
fact of another type is not known.

Example:
  signpost playbook map retail.yaml
  signpost playbook map retail.yaml --reason order_issue --channel phone
  signpost playbook map retail.yaml --reason product_defect/return_size --tier guest --brief
  signpost playbook map retail.yaml --at '2026-11-23 22:30' --deadline-in 3h
  signpost playbook map retail.yaml --reason order_issue --all-channels
  signpost playbook map retail.yaml --diff retail-summer.yaml")]
pub(crate) struct MapArgs {
    /// The document, YAML or JSON; - for stdin.
    file: PathBuf,
    /// A reason: primary/secondary, a secondary alone if only one reason has it, or a primary for all reasons below it
    /// [default: all].
    #[arg(long, value_name = "REASON")]
    reason: Vec<String>,
    /// The channel, or all [default: the channel with the most routes].
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Print the letters of every channel in one table, and under each reason which routes are not available where, and
    /// why; the same as --channel all.
    #[arg(long, conflicts_with_all = ["channel", "diff"])]
    all_channels: bool,
    /// A tier [default: all].
    #[arg(long, value_name = "TIER")]
    tier: Vec<String>,
    /// The time of the contact: 2026-11-23 10:00 by the clock of the playbook, or RFC 3339 [default: an hour with all
    /// desks open].
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How long after that time the deadlines of reasons are [default: too far away to matter].
    #[arg(long, value_name = "SPAN", value_parser = span)]
    deadline_in: Option<Millis>,
    /// Another document: print only what is different in it, from the first document to this one.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
    /// Print only the letters.
    #[arg(long)]
    brief: bool,
}

fn span(text: &str) -> Result<Millis, String> {
    Millis::parse(text).ok_or_else(|| format!("`{text}` is not a span such as 3h, 90m or 2d"))
}

/// The question to one playbook: which reasons and tiers, on which channel, at which time.
struct Chosen<'p> {
    playbook: &'p Playbook,
    asked: MapAsked,
    /// How the channel was chosen.
    by: ChosenBy,
    /// Whether the command line has the time.
    is_at_given: bool,
    reasons: Vec<ReasonIndex>,
    tiers: Vec<TierIndex>,
}

/// How a channel was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChosenBy {
    /// The command line names it.
    Name,
    /// It is the channel with the most routes.
    Routes,
    /// No channel was chosen: the map has all channels.
    All,
}

/// Makes the map and prints it.
///
/// # Errors
/// [`Failure::Fix`] if a document cannot be read as a playbook, or a flag names something that does not exist.
pub(super) fn run(args: &MapArgs, session: &Session) -> Result<(), Failure> {
    let playbook = read(&args.file)?;
    let chosen = choose(args, &playbook)?;
    let out = session.out;
    match (&args.diff, chosen.by) {
        (None, ChosenBy::All) => {
            let channels = channels::each(&chosen);
            match out.json {
                true => out.data(&format!("{:#}", channels::as_json(&chosen, &channels))),
                false => out.paged(&channels::text(&chosen, &channels, out.paint)),
            }
        }
        (None, ChosenBy::Name | ChosenBy::Routes) => {
            let rows = chosen.rows();
            match out.json {
                true => out.data(&format!("{:#}", json::map(&chosen, &rows))),
                false => out.paged(&table::text(&chosen, &rows, args.brief, out.paint)),
            }
        }
        (Some(_), ChosenBy::All) => {
            let what = "--diff compares two playbooks on one channel; name it with --channel";
            Err(Failure::Fix(what.to_owned()))
        }
        (Some(other), ChosenBy::Name | ChosenBy::Routes) => {
            let after = read(other)?;
            let changed = diff::compare(&chosen, &choose_same(&chosen, &after)?);
            match out.json {
                true => {
                    let json = diff::as_json(&chosen, &after, &changed);
                    out.data(&format!("{json:#}"))
                }
                false => {
                    let changes = (&after, changed.as_slice());
                    out.paged(&diff::text(&chosen, changes, args.brief, out.paint))
                }
            }
        }
    }
}

/// Reads a playbook. If only its tests fail, it is used as it is, because a map also helps to correct a playbook.
fn read(file: &Path) -> Result<Playbook, Failure> {
    let source = super::read(file)?;
    let faults = match Playbook::read(&source) {
        Ok((playbook, _)) => return Ok(playbook),
        Err(faults) => faults,
    };
    let name = super::name(file);
    match Playbook::stored(&source) {
        Ok(playbook) => {
            say(&format!(
                "{name} has faults, and the map shows it as it is; `signpost playbook check` lists them"
            ));
            Ok(playbook)
        }
        Err(_) => Err(Failure::Fix(format!("{name}:\n{faults}"))),
    }
}

fn choose<'p>(args: &MapArgs, playbook: &'p Playbook) -> Result<Chosen<'p>, Failure> {
    let richest = playbook.richest_channel();
    let (by, channel) = match &args.channel {
        _ if args.all_channels => (ChosenBy::All, richest),
        Some(id) if id == ALL => (ChosenBy::All, richest),
        Some(id) => (ChosenBy::Name, channel(playbook, id)?),
        None => (ChosenBy::Routes, richest),
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
        by,
        is_at_given: args.at.is_some(),
        reasons,
        tiers,
    })
}

fn is_all(ids: &[String]) -> bool {
    ids.is_empty() || ids.iter().any(|id| id == ALL)
}

/// Reads the time of `--at`. The hour may have one digit.
pub(super) fn time(playbook: &Playbook, text: &str) -> Result<UnixMs, Failure> {
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

/// The same question to another playbook, without reasons and tiers. Fails if that playbook does not have the channel.
fn choose_same<'p>(chosen: &Chosen<'_>, playbook: &'p Playbook) -> Result<Chosen<'p>, Failure> {
    let id = &chosen.playbook.channels[usize::from(chosen.asked.channel.0)].id;
    let asked = MapAsked {
        channel: channel(playbook, id.as_str())?,
        ..chosen.asked
    };
    Ok(Chosen {
        playbook,
        asked,
        by: chosen.by,
        is_at_given: chosen.is_at_given,
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
            let several = listed(several.iter().map(ToString::to_string));
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
        let near = listed(near.take(NEAR_MAX).cloned());
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

impl<'p> Chosen<'p> {
    /// All rows, in the order of reasons, and within a reason of tiers.
    fn rows(&self) -> Vec<MapRow> {
        let pairs = self.reasons.iter().flat_map(|&reason| {
            let tiers = self.tiers.iter();
            tiers.map(move |&tier| (reason, tier))
        });
        pairs
            .map(|(reason, tier)| self.playbook.map_row(self.asked, reason, tier))
            .collect()
    }

    /// The same question on another channel.
    fn on(&self, channel: ChannelIndex) -> Chosen<'p> {
        Chosen {
            playbook: self.playbook,
            asked: MapAsked {
                channel,
                ..self.asked
            },
            by: ChosenBy::Name,
            is_at_given: self.is_at_given,
            reasons: self.reasons.clone(),
            tiers: self.tiers.clone(),
        }
    }

    fn channel(&self) -> &'p str {
        let channel = usize::from(self.asked.channel.0);
        self.playbook.channels[channel].id.as_str()
    }
}
