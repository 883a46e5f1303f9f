//! What holds for all tiers of a reason: its deadline, its desks, its routes on the channel, what waiting costs.

use super::{MapAsked, MapRow, Out, OutOfReach, Resort};
use crate::decision::{IneligibilityCause, cost};
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::{
    ChannelIndex, Playbook, QueueIndex, ReasonIndex, RouteSpec, TierIndex, Whereabouts,
};
use crate::route::Route;
use crate::time::Millis;

/// What a map says once under a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The fact that is its deadline.
    pub deadline: Option<Slug>,
    /// Its routes that the channel does not have, in the order of [`Route::ALL`].
    pub not_offered: Vec<Route>,
    /// How its desks are at the time.
    pub desks: Desks,
    /// What is not to be had by any of the tiers, for the same cause.
    pub out: Vec<Out>,
    /// The last resorts, if they are those of all tiers.
    pub resorts: Vec<Resort>,
    /// From when on the deadline counts no more, if that is so for all tiers.
    pub out_of_reach: Option<OutOfReach>,
}

/// How the desks of a reason are at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desks {
    /// None of its routes on the channel has one.
    None,
    /// All are open.
    Open,
    /// Those are open without which a route cannot be taken; one is closed that a message can wait for.
    OpenButForMessages,
    /// One is closed without which a route cannot be taken.
    Closed,
}

impl Playbook {
    /// What holds for all of these rows of one reason.
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
            // A rule can have sent it to another desk, closed or open.
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

    /// Whether somebody can get a route that needs an open desk, which is another one than the reason says.
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

    /// What a minute of waiting costs a tier by each route that a reason has on a channel and that has a wait, in the
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
