//! The map of a playbook: which route each tier gets for each reason as waits grow, at which wait that tips, and why.

use super::situation::Situation;
use super::{ChannelIndex, Playbook, ReasonIndex, TierIndex};
use crate::decision::{CostKind, Decision, Finding, RouteOption};
use crate::fact::FactValue;
use crate::money::Money;
use crate::route::Route;
use crate::time::{Millis, UnixMs};

/// The waits of a map, which every queue reports, in minutes.
pub const WAIT_MINUTES: [i64; 10] = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60];
/// How exactly the wait at which something tips is found.
const TIP_EXACT: Millis = Millis::SECOND;

/// Where and when a map is asked for.
#[derive(Clone, Copy, Debug)]
pub struct MapAsked {
    /// On which channel.
    pub channel: ChannelIndex,
    /// At what time.
    pub at: UnixMs,
    /// How long after that time the deadlines of reasons are; `None`: too far away to matter.
    pub deadline_in: Option<Millis>,
}

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// By which route.
    pub route: Route,
    /// Whether no route was allowed, so that it is the last resort.
    pub last_resort: bool,
}

/// A row of a map: one reason and one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The reason.
    pub reason: ReasonIndex,
    /// The tier.
    pub tier: TierIndex,
    /// What is got at each of [`WAIT_MINUTES`].
    pub cells: [Cell; WAIT_MINUTES.len()],
    /// Where it tips, in the order of waits.
    pub tips: Vec<Tip>,
}

/// A wait at which another route becomes the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// What was got at shorter waits.
    pub from: Cell,
    /// What is got from here on.
    pub to: Cell,
    /// The shortest wait at which it is got, to the second.
    pub wait: Millis,
    /// Why.
    pub why: TipCause,
}

/// Why another route became the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipCause {
    /// These parts of the cost differ, each with what it is for the route before and for the one from here on.
    Costs(Vec<(CostKind, Money, Money)>),
    /// The route before cannot be taken any more, and why.
    TurnedDown(crate::decision::TurnedDown),
    /// Neither is among the options of the other.
    Otherwise,
}

impl Playbook {
    /// The channel on which the most routes can be given; of equal ones the first.
    pub fn richest_channel(&self) -> ChannelIndex {
        let channels = (0_u16..).zip(&self.channels);
        // Of equal ones the last is greatest, so they are gone through backwards.
        let channels: Vec<_> = channels.collect();
        let richest = channels.iter().rev().max_by_key(|(_, it)| it.routes.len());
        ChannelIndex(richest.map_or(0, |(number, _)| *number))
    }

    /// The row of one reason and tier.
    pub fn map_row(&self, asked: MapAsked, reason: ReasonIndex, tier: TierIndex) -> Row {
        let mut asker = Asker::new(self, asked, reason, tier);
        let cells = WAIT_MINUTES.map(|minutes| asker.cell(minutes_of(minutes)));
        let mut tips = Vec::new();
        for (place, pair) in cells.windows(2).enumerate() {
            let (mut low, high) = (
                minutes_of(WAIT_MINUTES[place]),
                minutes_of(WAIT_MINUTES[place + 1]),
            );
            let mut from = pair[0];
            while from != pair[1] {
                let tip = asker.tip(from, low, high);
                (low, from) = (tip.wait, tip.to);
                tips.push(tip);
            }
        }
        Row {
            reason,
            tier,
            cells,
            tips,
        }
    }
}

/// One question, asked again and again with other waits.
struct Asker<'p> {
    playbook: &'p Playbook,
    situation: Situation,
}

impl<'p> Asker<'p> {
    fn new(
        playbook: &'p Playbook,
        asked: MapAsked,
        reason: ReasonIndex,
        tier: TierIndex,
    ) -> Asker<'p> {
        let place = (reason, tier, asked.channel);
        let mut situation = Situation::ordinary(playbook, place, asked.at);
        let deadline = playbook.reason(reason).deadline;
        if let Some((span, fact)) = asked.deadline_in.zip(deadline) {
            situation.know(playbook, fact, FactValue::Instant(asked.at + span));
        }
        Asker {
            playbook,
            situation,
        }
    }

    fn decide(&mut self, wait: Millis) -> Decision {
        self.situation.wait_everywhere(self.playbook, wait);
        self.situation.decide(self.playbook).decision
    }

    fn cell(&mut self, wait: Millis) -> Cell {
        cell_of(&self.decide(wait))
    }

    /// The first wait over `low`, at which it is `from`, up to `high`, at which it is something else.
    fn tip(&mut self, from: Cell, mut low: Millis, mut high: Millis) -> Tip {
        while high.0 - low.0 > TIP_EXACT.0 {
            let seconds = (low.0 + high.0) / 2 / TIP_EXACT.0;
            let middle = Millis(seconds * TIP_EXACT.0);
            match self.cell(middle) == from {
                true => low = middle,
                false => high = middle,
            }
        }
        let decision = self.decide(high);
        let to = cell_of(&decision);
        Tip {
            from,
            to,
            wait: high,
            why: why(&decision, from, to),
        }
    }
}

const fn minutes_of(minutes: i64) -> Millis {
    Millis(minutes * Millis::MINUTE.0)
}

fn cell_of(decision: &Decision) -> Cell {
    // A decision always has an option.
    let route = decision.first().map_or(Route::Message, |first| first.route);
    Cell {
        route,
        last_resort: decision.findings.contains(&Finding::LastResort),
    }
}

fn why(decision: &Decision, from: Cell, to: Cell) -> TipCause {
    let option = |cell: Cell| {
        let mut options = decision.options.iter();
        options.find(|option| option.route == cell.route)
    };
    match (option(from), option(to)) {
        (Some(old), Some(new)) => TipCause::Costs(differing(old, new)),
        (None, _) => {
            let mut turned_down = decision.turned_down.iter();
            let found = turned_down.find(|(route, _)| *route == from.route);
            found.map_or(TipCause::Otherwise, |(_, why)| {
                TipCause::TurnedDown(why.clone())
            })
        }
        _ => TipCause::Otherwise,
    }
}

/// The parts that differ: waiting first, since that is what grows, then the greatest difference; of equal ones in the
/// order of the formula.
fn differing(old: &RouteOption, new: &RouteOption) -> Vec<(CostKind, Money, Money)> {
    let parts = CostKind::ALL.map(|kind| (kind, old.cost.part(kind), new.cost.part(kind)));
    let mut parts: Vec<_> = parts.into_iter().filter(|(_, a, b)| a != b).collect();
    parts.sort_by_key(|(kind, a, b)| {
        let size = (*a - *b).micros().abs();
        (*kind != CostKind::Waiting, std::cmp::Reverse(size))
    });
    parts
}

impl Tip {
    /// Why, in words: `its waiting 10.50 against 2.63 outweighs handling 5.20 against 9.20`.
    pub fn words(&self) -> String {
        match &self.why {
            TipCause::Costs(parts) => {
                let told = |dearer: bool| {
                    let parts = parts.iter().filter(|(_, old, new)| (old > new) == dearer);
                    let words = parts.map(|(kind, old, new)| {
                        let word = super::test::cost_word(*kind);
                        format!("{word} {old} against {new}")
                    });
                    words.collect::<Vec<_>>().join(", ")
                };
                match (told(true), told(false)) {
                    (lost, saved) if saved.is_empty() => lost,
                    (lost, saved) => format!("{lost}, outweighs {saved}"),
                }
            }
            TipCause::TurnedDown(why) => {
                let why = super::test::turned_down(why);
                format!("{} {why}", self.from.route)
            }
            TipCause::Otherwise => "what can be taken is different".to_owned(),
        }
    }
}
