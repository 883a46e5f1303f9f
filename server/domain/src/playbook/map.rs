//! The map of a playbook: which route each tier gets for each reason as waits grow, at which wait the route changes,
//! and why.

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

/// The waits in minutes for which a map is computed. For each of them, every queue is assumed to have that wait.
pub const WAIT_MINUTES: [i64; 10] = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60];
/// How exactly the wait at which a route changes is computed.
const TIP_EXACT: Millis = Millis::SECOND;
/// The longest wait of the map.
const LAST: Millis = minutes_of(WAIT_MINUTES[WAIT_MINUTES.len() - 1]);

/// The channel and the time that a map is computed for.
#[derive(Clone, Copy, Debug)]
pub struct MapAsked {
    /// The channel.
    pub channel: ChannelIndex,
    /// The time.
    pub at: UnixMs,
    /// How long after that time the deadlines of reasons are; `None` if they are too far away to matter.
    pub deadline_in: Option<Millis>,
}

/// The route that a contact gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The route.
    pub route: Route,
    /// Whether no route was allowed, so that the route is the last resort.
    pub last_resort: bool,
}

/// One row of a map, for one reason and one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRow {
    /// The reason.
    pub reason: ReasonIndex,
    /// The tier.
    pub tier: TierIndex,
    /// The route at each of [`WAIT_MINUTES`].
    pub cells: [Cell; WAIT_MINUTES.len()],
    /// For each cell, the tier floor that gives the route if the route is not the cheapest; else `None`.
    pub floors: [Option<Floor>; WAIT_MINUTES.len()],
    /// The waits at which the route changes, in ascending order.
    pub tips: Vec<Tip>,
    /// The tier floor that holds the last cell, and from which wait; `None` if none does.
    pub held: Option<HeldRoute>,
    /// Why one route is used at every wait; `None` if the route changes.
    pub everywhere: Option<Everywhere>,
    /// The last resorts that are used, each once, in the order of waits.
    pub resorts: Vec<Resort>,
    /// From which wait the deadline is ignored; `None` if it never is.
    pub out_of_reach: Option<OutOfReach>,
    /// The routes that a queue, the deadline or a rule removes, in the order of [`Route::ALL`].
    pub out: Vec<Out>,
}

/// Why one route is used at every wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Everywhere {
    /// The reason has only this route on the channel.
    OnlyOfReason,
    /// None of the other routes can be taken.
    OnlyLeft,
    /// The route is the cheapest.
    Next {
        /// The second cheapest route if there is no wait.
        route: Route,
        /// How much more that route costs then.
        dearer: Money,
    },
}

/// What is used if no route of the reason is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resort {
    /// The route.
    pub route: Route,
    /// The queue; `None` if the route has none.
    pub queue: Option<Slug>,
    /// The cause that speaks against the route, although it is used; `None` if there is none.
    pub against: Option<IneligibilityCause>,
}

/// A deadline that no route can meet, so that it is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfReach {
    /// The fact of the deadline.
    pub fact: Slug,
    /// The wait from which no route can meet it.
    pub from: Millis,
}

/// A route that the reason has on the channel, but that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// The route.
    pub route: Route,
    /// The cause: closed, not staffed, too late, or a rule.
    pub why: IneligibilityCause,
    /// The wait from which the route cannot be taken.
    pub from: Millis,
}

/// The tier floor: a route that is not the cheapest, but is used because a less valuable tier would get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The less valuable tier.
    pub tier: Slug,
    /// The cheapest route.
    pub own: Route,
}

/// A range of waits in which the tier floor holds a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRoute {
    /// The less valuable tier, and the route that would be cheapest at the first wait of the range.
    pub floor: Floor,
    /// The wait at which the range starts.
    pub from: Millis,
    /// The costs, at this wait, of the route that is held and of the cheapest route.
    pub costs: Option<(Side, Side)>,
}

/// A route and its cost, without the discount of the tier floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The route.
    pub route: Route,
    /// The cost of the route, in its parts.
    pub cost: CostParts,
}

/// A wait at which another route becomes the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The route at shorter waits.
    pub from: Cell,
    /// The route from this wait on.
    pub to: Cell,
    /// The shortest wait with the new route, exact to the second.
    pub wait: Millis,
    /// The cause of the change.
    pub why: TipCause,
    /// The tier floor that held the earlier route until here; `None` if none did.
    pub kept: Option<HeldRoute>,
    /// The tier floor that gives the new route, if the new route is not the cheapest; else `None`.
    pub raised: Option<Floor>,
}

/// Why another route became the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipCause {
    /// The costs of the earlier route and of the new route.
    Costs(Side, Side),
    /// The earlier route cannot be taken any more, for this cause.
    IneligibilityCause(IneligibilityCause),
    /// The two decisions cannot be compared: each route is missing in the options of the other decision.
    Otherwise,
}

impl Playbook {
    /// The channel on which the most routes are possible. Of equal ones, the first.
    pub fn richest_channel(&self) -> ChannelIndex {
        let channels = (0_u16..).zip(&self.channels);
        // `max_by_key` returns the last of equal ones, so the list is read backwards.
        let channels: Vec<_> = channels.collect();
        let richest = channels.iter().rev().max_by_key(|(_, it)| it.routes.len());
        ChannelIndex(richest.map_or(0, |(number, _)| *number))
    }

    /// The row for one reason and one tier.
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
