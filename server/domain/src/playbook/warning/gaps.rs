//! Warns about reasons that have no route on a channel or at some hours. Their contacts go to the last resort.

use super::Watcher;
use crate::playbook::fault::At;
use crate::playbook::{Channel, Reason, RouteSpec, Whereabouts};

impl Watcher<'_> {
    pub(super) fn gaps(&mut self) {
        let playbook = self.playbook;
        let top = At::top("reasons");
        for (place, primary) in playbook.primaries.iter().enumerate() {
            let first = usize::from(primary.secondary.start);
            for number in primary.secondary.clone() {
                let number = usize::from(number);
                let at = top.item(place);
                let at = at.key("secondary");
                let at = at.item(number - first);
                self.gaps_of(at.key("routes"), &playbook.reasons[number]);
            }
        }
    }

    fn gaps_of(&mut self, at: At<'_>, reason: &Reason) {
        let playbook = self.playbook;
        let without = channels(&playbook.channels, |channel| {
            routes(reason, channel).next().is_none()
        });
        if !without.is_empty() {
            let what = || format!("{} has no route on {}", reason.id, without.join(", "));
            self.note(
                at,
                what,
                "give it one there; until then it is the last resort",
            );
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
        if !by_day.is_empty() {
            let what = || {
                let channels = by_day.join(", ");
                format!(
                    "{} has no route on {channels} while its queues are closed",
                    reason.id
                )
            };
            let fix = "give it message or self_service; until then it is the last resort";
            self.note(at, what, fix);
        }
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
