//! What is the same for all tiers of a reason: its deadline, its queues, its routes on the channel, and the cost of
//! waiting.

use super::{MapAsked, MapRow, Out, OutOfReach, Resort};
use crate::decision::{IneligibilityCause, cost};
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::{
    ChannelIndex, Playbook, QueueIndex, ReasonIndex, RouteSpec, TierIndex, Whereabouts,
};
use crate::route::Route;
use crate::time::Millis;

/// What a map writes once under a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The fact that is the deadline of the reason; `None` if it has none.
    pub deadline: Option<Slug>,
    /// The routes of the reason that the channel does not have, in the order of [`Route::ALL`].
    pub not_offered: Vec<Route>,
    /// Whether the queues of the reason are open at the time.
    pub desks: Desks,
    /// The routes that no tier can take, for the same cause.
    pub out: Vec<Out>,
    /// The last resorts, if all tiers have the same ones.
    pub resorts: Vec<Resort>,
    /// From which wait the deadline is ignored, if this is the same for all tiers.
    pub out_of_reach: Option<OutOfReach>,
}

/// Whether the queues of a reason are open at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desks {
    /// No route of the reason on the channel has a queue.
    None,
    /// All queues are open.
    Open,
    /// All queues are open that a route needs to be taken. A queue that messages can wait for is closed.
    OpenButForMessages,
    /// A queue is closed that a route needs to be taken.
    Closed,
}

impl Playbook {
    /// What is the same for all these rows of one reason.
    pub fn map_about(&self, asked: MapAsked, reason: ReasonIndex, rows: &[MapRow]) -> About {
        let first = rows.first();
        let of_all = |out: &&Out| rows.iter().all(|row| row.out.contains(out));
        let resorts = first.filter(|first| rows.iter().all(|row| row.resorts == first.resorts));
        let out_of_reach = first.and_then(|first| first.out_of_reach.as_ref());
        let is_of_all = |out: &&OutOfReach| {
            let mut all = rows.iter();
            all.all(|row| row.out_of_reach.as_ref() == Some(out))
        };
        let known = self.reason(reason);
        let channel = &self.channels[usize::from(asked.channel.0)];
        let not_offered = Route::ALL.into_iter().filter(|route| {
            let is_of_reason = known.routes.iter().any(|spec| spec.route == *route);
            is_of_reason && !channel.routes.contains(route)
        });
        let is_closed = |out: &Out| matches!(out.why, IneligibilityCause::Closed(..));
        let has_closed = rows.iter().any(|row| row.out.iter().any(is_closed));
        About {
            deadline: known.deadline.map(|fact| self.fact(fact).id.clone()),
            not_offered: not_offered.collect(),
            // A rule can have sent the contact to another queue, which may be open or closed.
            desks: match (has_closed, self.desks(asked, reason)) {
                (true, _) => Desks::Closed,
                (false, Desks::Closed) if self.has_open(asked, reason, rows) => Desks::Open,
                (false, desks) => desks,
            },
            out: first.map_or_else(Vec::new, |first| {
                first.out.iter().filter(of_all).cloned().collect()
            }),
            resorts: resorts.map_or_else(Vec::new, |first| first.resorts.clone()),
            out_of_reach: out_of_reach.filter(is_of_all).cloned(),
        }
    }

    /// The routes that a reason has on a channel.
    pub(super) fn offered(
        &self,
        channel: ChannelIndex,
        reason: ReasonIndex,
    ) -> impl Iterator<Item = &RouteSpec> {
        let channel = &self.channels[usize::from(channel.0)];
        let routes = self.reason(reason).routes.iter();
        routes.filter(|spec| channel.routes.contains(&spec.route))
    }

    /// Whether somebody can get a route that needs an open queue, through a queue other than that of the reason.
    fn has_open(&self, asked: MapAsked, reason: ReasonIndex, rows: &[MapRow]) -> bool {
        let mut offered = self.offered(asked.channel, reason);
        offered.any(|spec| {
            let is_out = |row: &MapRow| row.out.iter().any(|out| out.route == spec.route);
            spec.route.needs_open_queue() && rows.iter().any(|row| !is_out(row))
        })
    }

    fn desks(&self, asked: MapAsked, reason: ReasonIndex) -> Desks {
        let channel = &self.channels[usize::from(asked.channel.0)];
        let contact = Whereabouts {
            channel: Some(asked.channel),
            medium: Some(channel.medium),
            ..Whereabouts::default()
        };
        let is_open = |queue: QueueIndex| {
            let calendar = self.queue(queue).calendar.as_ref();
            calendar.is_none_or(|calendar| calendar.is_open(asked.at))
        };
        let mut desks = Desks::None;
        for spec in self.offered(asked.channel, reason) {
            let Some(queue) = spec.queue_for(contact) else {
                continue;
            };
            desks = match (desks, is_open(queue)) {
                (_, false) if spec.route.needs_open_queue() => return Desks::Closed,
                (_, false) => Desks::OpenButForMessages,
                (Desks::None, true) => Desks::Open,
                (so_far, true) => so_far,
            };
        }
        desks
    }

    /// The cost of a minute of waiting for a tier, for each route of a reason on a channel that has a wait, in the
    /// order of [`Route::ALL`].
    pub fn minute_of_waiting(
        &self,
        (reason, tier, channel): (ReasonIndex, TierIndex, ChannelIndex),
    ) -> Vec<(Route, Money)> {
        let tier = self.tier(tier);
        let routes = Route::ALL.into_iter().filter(|route| {
            let mut offered = self.offered(channel, reason);
            *route != Route::SelfService && offered.any(|spec| spec.route == *route)
        });
        let cost = |route: Route| {
            let weight = self.waiting_weight_percent[route as usize];
            cost::waiting(tier, Millis(Millis::MINUTE.0), weight)
        };
        routes.map(|route| (route, cost(route))).collect()
    }
}
