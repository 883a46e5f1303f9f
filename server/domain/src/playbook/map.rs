//! The map of a playbook: which route each tier gets for each reason as waits grow, at which wait that tips, and why.

use super::situation::Situation;
use super::{ChannelIndex, Playbook, ReasonIndex, TierIndex};
use crate::decision::{CostKind, CostParts, Decision, Finding, RouteOption, TurnedDown};
use crate::fact::FactValue;
use crate::ids::Slug;
use crate::money::Money;
use crate::route::Route;
use crate::time::{Millis, UnixMs};

/// The waits of a map, which every queue reports, in minutes.
pub const WAIT_MINUTES: [i64; 10] = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60];
/// How exactly the wait at which something tips is found.
const TIP_EXACT: Millis = Millis::SECOND;
/// The longest of the waits.
const LAST: Millis = minutes_of(WAIT_MINUTES[WAIT_MINUTES.len() - 1]);

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
    /// Of each of them, by what it is held if it is not the cheapest.
    pub floors: [Option<Floor>; WAIT_MINUTES.len()],
    /// Where it tips, in the order of waits.
    pub tips: Vec<Tip>,
    /// What holds the last of the cells, from when on.
    pub held: Option<Held>,
    /// Routes that a desk, the deadline or a rule takes away, in the order of [`Route::ALL`].
    pub out: Vec<Out>,
}

/// A route that the reason has on the channel, and that is not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// The route.
    pub route: Route,
    /// Why: closed, not staffed, too late, or a rule.
    pub why: TurnedDown,
    /// From which wait on.
    pub from: Millis,
}

/// The tier floor: a route that is not the cheapest, and is given since a less valuable tier would get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The less valuable tier.
    pub tier: Slug,
    /// The route that is the cheapest.
    pub own: Route,
}

/// A stretch of waits in which the tier floor holds a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// By which tier, and what would be got at the start of the stretch.
    pub floor: Floor,
    /// Where it starts.
    pub from: Millis,
    /// The costs at that wait of the route that is held, and of the cheapest.
    pub costs: Option<(Side, Side)>,
}

/// A route and its cost, without what the tier floor takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The route.
    pub route: Route,
    /// Its cost.
    pub cost: CostParts,
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
    /// What held the route before until here.
    pub kept: Option<Held>,
    /// What gives the route from here on, if it is not the cheapest.
    pub raised: Option<Floor>,
}

/// Why another route became the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipCause {
    /// The costs of the route before and of the one from here on.
    Costs(Side, Side),
    /// The route before cannot be taken any more, and why.
    TurnedDown(TurnedDown),
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
        let decisions = WAIT_MINUTES.map(|minutes| asker.decide(minutes_of(minutes)));
        let cells = decisions.each_ref().map(cell_of);
        let floors = decisions.each_ref().map(floor_of);
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
        let held = match (floors.last(), cells.last()) {
            (Some(Some(_)), Some(&cell)) => asker.held(cell, LAST),
            _ => None,
        };
        let [shortest, .., longest] = &decisions;
        Row {
            reason,
            tier,
            cells,
            floors,
            tips,
            held,
            out: asker.out(shortest, longest),
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

    /// The first wait over `low`, at which this does not hold, up to `high`, at which it does.
    fn first(
        &mut self,
        mut low: Millis,
        mut high: Millis,
        holds: impl Fn(&Decision) -> bool,
    ) -> Millis {
        while high.0 - low.0 > TIP_EXACT.0 {
            let seconds = (low.0 + high.0) / 2 / TIP_EXACT.0;
            let middle = Millis(seconds * TIP_EXACT.0);
            match holds(&self.decide(middle)) {
                true => high = middle,
                false => low = middle,
            }
        }
        high
    }

    /// The first wait over `low`, at which it is `from`, up to `high`, at which it is something else.
    fn tip(&mut self, from: Cell, low: Millis, high: Millis) -> Tip {
        let wait = self.first(low, high, |decision| cell_of(decision) != from);
        let decision = self.decide(wait);
        let to = cell_of(&decision);
        let why = why(&decision, from, to);
        let before = Millis(wait.0 - TIP_EXACT.0);
        let kept = match why {
            TipCause::Costs(..) => self.held(from, before),
            TipCause::TurnedDown(_) | TipCause::Otherwise => None,
        };
        Tip {
            from,
            to,
            wait,
            why,
            kept,
            raised: floor_of(&decision),
        }
    }

    /// The stretch of waits up to `until` in which the tier floor holds this.
    fn held(&mut self, cell: Cell, until: Millis) -> Option<Held> {
        let holds = |decision: &Decision| {
            let is_held = floor_of(decision).is_some();
            is_held && cell_of(decision) == cell
        };
        let mut high = until;
        if !holds(&self.decide(high)) {
            return None;
        }
        let shorter = WAIT_MINUTES.into_iter().rev().map(minutes_of);
        for wait in shorter.filter(|wait| *wait < until) {
            if !holds(&self.decide(wait)) {
                high = self.first(wait, high, holds);
                break;
            }
            high = wait;
        }
        let decision = self.decide(high);
        let floor = floor_of(&decision)?;
        let own = floor.own;
        Some(Held {
            floor,
            from: high,
            costs: side(&decision, cell.route).zip(side(&decision, own)),
        })
    }

    /// What is not to be had at the shortest wait, and what is too late at the longest, from when on.
    fn out(&mut self, shortest: &Decision, longest: &Decision) -> Vec<Out> {
        let mut out = Vec::new();
        for (route, why) in &longest.turned_down {
            let is_told = match why {
                TurnedDown::Closed(..)
                | TurnedDown::NotStaffed(..)
                | TurnedDown::TooLate(_)
                | TurnedDown::ForbiddenByRule(_)
                | TurnedDown::NotLeftByRule(_) => true,
                TurnedDown::NotOfReason
                | TurnedDown::NotOnChannel
                | TurnedDown::CannotUse(_)
                | TurnedDown::AskedForPerson
                | TurnedDown::Vulnerable
                | TurnedDown::FailedBefore(_)
                | TurnedDown::ConsentRefused(_)
                | TurnedDown::ConsentUnknown(_)
                | TurnedDown::CustomerAway => false,
            };
            if !is_told {
                continue;
            }
            let is_out = |decision: &Decision| {
                let mut turned_down = decision.turned_down.iter();
                turned_down.any(|(other, _)| other == route)
            };
            let from = match is_out(shortest) {
                true => Millis(0),
                false => self.first(Millis(0), LAST, is_out),
            };
            let why = why.clone();
            out.push(Out {
                route: *route,
                why,
                from,
            });
        }
        out
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
    match (side(decision, from.route), side(decision, to.route)) {
        (Some(old), Some(new)) => TipCause::Costs(old, new),
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

/// What the cost of a route is by itself, if it can be taken.
fn side(decision: &Decision, route: Route) -> Option<Side> {
    let mut options = decision.options.iter();
    let option = options.find(|option| option.route == route)?;
    Some(Side {
        route,
        cost: own_cost(option),
    })
}

fn own_cost(option: &RouteOption) -> CostParts {
    let mut cost = option.cost;
    cost.set(CostKind::TierFloor, Money::ZERO);
    cost
}

/// The tier floor, if it gives the first route. Then the cheapest is the second.
fn floor_of(decision: &Decision) -> Option<Floor> {
    let mut findings = decision.findings.iter();
    let tier = findings.find_map(|finding| match finding {
        Finding::TierFloor(tier) => Some(tier.clone()),
        _ => None,
    })?;
    let own = decision.options.get(1)?.route;
    Some(Floor { tier, own })
}

impl Side {
    /// `chat 8.70 = waiting 2.13 + handling 4.10 + failure 2.47`: waiting first, since that is what grows.
    pub fn words(&self) -> String {
        let rest = CostKind::ALL.into_iter();
        let rest = rest.filter(|kind| *kind != CostKind::Waiting);
        let kinds = std::iter::once(CostKind::Waiting).chain(rest);
        let sum = super::test::cost_sum(&self.cost, kinds);
        let (route, total) = (self.route, self.cost.total());
        match sum.is_empty() {
            true => format!("{route} {total}"),
            false => format!("{route} {total} = {sum}"),
        }
    }
}

fn sides((old, new): &(Side, Side)) -> String {
    format!("{}; {}", old.words(), new.words())
}

impl Held {
    /// `by its own cost message from 32m: callback 9.41 = …; message 9.40 = …`.
    fn rest(&self) -> String {
        let own = self.floor.own;
        let from = match self.from {
            Millis(0) => "from the start".to_owned(),
            from => format!("from {from}"),
        };
        let costs = self.costs.as_ref();
        let costs = costs.map_or_else(String::new, |costs| format!(": {}", sides(costs)));
        format!("by its own cost {own} {from}{costs}")
    }

    /// That it is held up to the longest wait of the map.
    pub fn words(&self) -> String {
        let tier = &self.floor.tier;
        format!(
            "kept by the tier floor because {tier} has it; {}",
            self.rest()
        )
    }
}

impl Tip {
    /// Why, in words: `chat 8.70 = waiting 2.13 + handling 6.57; self_service 8.69 = handling 0.05 + failure 8.64`.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(held) = &self.kept {
            let (route, tier) = (self.from.route, &held.floor.tier);
            let rest = held.rest();
            parts.push(format!(
                "{route} was kept by the tier floor because {tier} has it until then; {rest}"
            ));
        }
        if let Some(Floor { tier, own }) = &self.raised {
            let route = self.to.route;
            parts.push(format!(
                "{route} by the tier floor because {tier} has it from then; by its own cost {own}"
            ));
        }
        match &self.why {
            TipCause::TurnedDown(TurnedDown::TooLate(fact)) => {
                parts.insert(
                    0,
                    format!("a {} would miss the deadline {fact}", self.from.route),
                );
            }
            TipCause::TurnedDown(why) => {
                let why = super::test::turned_down(why);
                parts.insert(0, format!("{} {why}", self.from.route));
            }
            TipCause::Costs(..) | TipCause::Otherwise if !parts.is_empty() => {}
            TipCause::Costs(old, new) => parts.push(sides(&(*old, *new))),
            TipCause::Otherwise => parts.push("what can be taken is different".to_owned()),
        }
        parts.join("; ")
    }
}
