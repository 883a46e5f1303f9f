//! Warns about reasons that have no route on a channel or at some hours. Their contacts go to the last resort.

use super::Watcher;
use super::same::Same;
use crate::playbook::fault::At;
use crate::playbook::{Channel, Reason, RouteSpec, Whereabouts};
use crate::route::{Route, RouteSet};

impl Watcher<'_> {
    pub(super) fn gaps(&mut self) {
        let playbook = self.playbook;
        let top = At::top("reasons");
        let mut same = Same::default();
        for (place, primary) in playbook.primaries.iter().enumerate() {
            let first = usize::from(primary.secondary.start);
            for number in primary.secondary.clone() {
                let number = usize::from(number);
                let at = top.item(place);
                let at = at.key("secondary");
                let at = at.item(number - first);
                self.gaps_of(at.key("routes"), &playbook.reasons[number], &mut same);
            }
        }
        same.tell(self);
    }

    fn gaps_of(&self, at: At<'_>, reason: &Reason, told: &mut Same) {
        let playbook = self.playbook;
        let without = channels(&playbook.channels, |channel| {
            routes(reason, channel).next().is_none()
        });
        if !without.is_empty() {
            let what = format!("no route on {} for", without.join(", "));
            let fix =
                "give the reason a route there; until then its contacts go to the last resort";
            told.add(self, at, reason.id.to_string(), (what, fix));
        }
        let needs_hours = |route: &RouteSpec, channel: &Channel| {
            let contact = Whereabouts {
                channel: playbook.index.channels.get(&channel.id).copied(),
                medium: Some(channel.medium),
                ..Whereabouts::default()
            };
            let queue = route.queue_for(contact).map(|queue| playbook.queue(queue));
            route.route.needs_open_queue() && queue.is_some_and(|queue| queue.calendar.is_some())
        };
        let by_day = channels(&playbook.channels, |channel| {
            let mut routes = routes(reason, channel).peekable();
            routes.peek().is_some() && routes.all(|route| needs_hours(route, channel))
        });
        // There is one warning for all channels that lack the same.
        let mut same: Vec<(Lack, Vec<&str>)> = Vec::new();
        for id in by_day {
            let Some(channel) = playbook.channels.iter().find(|it| it.id.as_str() == id) else {
                continue;
            };
            let lack = Lack::of(reason, channel, |route| !needs_hours(route, channel));
            match same.iter_mut().find(|(known, _)| *known == lack) {
                Some((_, channels)) => channels.push(id),
                None => same.push((lack, vec![id])),
            }
        }
        for (lack, channels) in same {
            let channels = channels.join(", ");
            let what = format!("no route on {channels} while queues are closed for");
            let fix = lack.fix(&channels);
            told.add(self, at, reason.id.to_string(), (what, &fix));
        }
    }
}

/// What lacks a route that needs no open desk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// The reason has these routes, and the channel does not.
    Channel(RouteSet),
    /// The channel has these routes, and the reason does not.
    Reason(RouteSet),
    /// Neither the reason nor the channel has such a route.
    Both,
}

impl Lack {
    /// `is_always`: whether a route of the reason is possible while desks are closed.
    fn of(reason: &Reason, channel: &Channel, is_always: impl Fn(&RouteSpec) -> bool) -> Lack {
        let of_reason = reason.routes.iter().filter(|route| is_always(route));
        let of_reason: Vec<Route> = of_reason.map(|route| route.route).collect();
        let of_channel = channel.routes.iter().copied();
        let of_channel: Vec<Route> = of_channel.filter(|it| !it.needs_open_queue()).collect();
        match (of_reason.is_empty(), of_channel.is_empty()) {
            (false, _) => Lack::Channel(RouteSet::from_routes(&of_reason)),
            (true, false) => Lack::Reason(RouteSet::from_routes(&of_channel)),
            (true, true) => Lack::Both,
        }
    }

    fn fix(self, channels: &str) -> String {
        let names = |routes: RouteSet| {
            let names = routes.iter().map(|route| route.as_str());
            names.collect::<Vec<_>>().join(" or ")
        };
        let what = match self {
            Lack::Channel(routes) => format!(
                "the reason has {}: add it to the routes of {channels}",
                names(routes)
            ),
            Lack::Reason(routes) => {
                format!(
                    "{channels} can give {}: add it to the routes of the reason",
                    names(routes)
                )
            }
            Lack::Both => {
                format!("give both the reason and {channels} message or self_service")
            }
        };
        format!("{what}; until then its contacts go to the last resort")
    }
}

/// The routes of a reason that are possible on a channel.
fn routes<'r>(reason: &'r Reason, channel: &Channel) -> impl Iterator<Item = &'r RouteSpec> {
    let routes = reason.routes.iter();
    routes.filter(|route| channel.routes.contains(&route.route))
}

fn channels(channels: &[Channel], which: impl Fn(&Channel) -> bool) -> Vec<&str> {
    let found = channels.iter().filter(|channel| which(channel));
    found.map(|channel| channel.id.as_str()).collect()
}
