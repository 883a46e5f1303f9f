//! The map of a playbook: which route each tier gets for each reason as waits grow, at which wait that tips, and why.

mod about;
mod asker;
mod words;

pub use about::{About, Desks};
pub use words::RowText;

use super::{ChannelIndex, Playbook, ReasonIndex, TierIndex};
use crate::decision::{CostParts, IneligibilityCause};
use crate::ids::Slug;
use crate::money::Money;
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use asker::{Asker, cell_of, floor_of};

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
pub struct MapRow {
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
    pub held: Option<HeldRoute>,
    /// Where one route is got at every wait: why.
    pub everywhere: Option<Everywhere>,
    /// What the last resort is, where it is taken; each once, in the order of waits.
    pub resorts: Vec<Resort>,
    /// From when on the deadline counts no more.
    pub out_of_reach: Option<OutOfReach>,
    /// Routes that a desk, the deadline or a rule takes away, in the order of [`Route::ALL`].
    pub out: Vec<Out>,
}

/// Why one route is got at every wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Everywhere {
    /// The reason has no other route on the channel.
    OnlyOfReason,
    /// All others are not to be had.
    OnlyLeft,
    /// It is the cheapest.
    Next {
        /// The next best without a wait.
        route: Route,
        /// By how much that costs more then.
        dearer: Money,
    },
}

/// What is done where no route of the reason is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resort {
    /// By which route.
    pub route: Route,
    /// Into which queue.
    pub queue: Option<Slug>,
    /// What speaks against it; it is taken all the same.
    pub against: Option<IneligibilityCause>,
}

/// A deadline that nothing can be done before, so that it counts no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfReach {
    /// The deadline.
    pub fact: Slug,
    /// From which wait on.
    pub from: Millis,
}

/// A route that the reason has on the channel, and that is not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// The route.
    pub route: Route,
    /// Why: closed, not staffed, too late, or a rule.
    pub why: IneligibilityCause,
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
pub struct HeldRoute {
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
    pub kept: Option<HeldRoute>,
    /// What gives the route from here on, if it is not the cheapest.
    pub raised: Option<Floor>,
}

/// Why another route became the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipCause {
    /// The costs of the route before and of the one from here on.
    Costs(Side, Side),
    /// The route before cannot be taken any more, and why.
    IneligibilityCause(IneligibilityCause),
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
    pub fn map_row(&self, asked: MapAsked, reason: ReasonIndex, tier: TierIndex) -> MapRow {
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
        for decision in &decisions {
            asker.note(decision);
        }
        let [shortest, .., longest] = &decisions;
        MapRow {
            everywhere: asker.everywhere(&cells, shortest, asked),
            out_of_reach: asker.out_of_reach(shortest, longest),
            reason,
            tier,
            cells,
            floors,
            tips,
            held,
            out: asker.out(shortest, longest),
            resorts: asker.resorts,
        }
    }
}

const fn minutes_of(minutes: i64) -> Millis {
    Millis(minutes * Millis::MINUTE.0)
}
