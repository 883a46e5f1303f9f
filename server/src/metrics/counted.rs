//! What was recorded, counted after it is durable.

use super::catalogue as names;
use super::labels::{ChannelLabels, DecisionLabels, EventLabels, OTHER, RouteLabels};
use super::spans;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use signpost_domain::decision::RouteOption;
use signpost_domain::event::{ContactRouted, Event, RoutingTrigger};
use signpost_domain::ids::Slug;
use signpost_domain::route::Route;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The maximum number of channels that are counted apart. Those of later playbooks count as `(other)`.
pub const CHANNELS_MAX: usize = 64;
/// The label of a decision that offers no route yet, for the customer is asked for a reason or a fact first.
const NO_ROUTE: &str = "none";
const MS_PER_S: f64 = 1_000.0;

/// What was decided and recorded.
#[derive(Debug)]
pub struct DecisionCounts {
    events: Family<EventLabels, Counter>,
    contacts: Family<ChannelLabels, Counter>,
    decisions: Family<DecisionLabels, Counter>,
    told_wait: Family<RouteLabels, Histogram>,
    by_channel: Mutex<HashMap<Slug, Arc<OfChannel>>>,
}

/// The counters of one channel, so that nothing is looked up by text for each event.
#[derive(Debug)]
struct OfChannel {
    contacts: Counter,
    by_route: [Counter; Route::ALL.len() + 1],
}

impl Default for DecisionCounts {
    fn default() -> DecisionCounts {
        DecisionCounts {
            events: Family::default(),
            contacts: Family::default(),
            decisions: Family::default(),
            told_wait: Family::new_with_constructor(spans::wait as fn() -> Histogram),
            by_channel: Mutex::default(),
        }
    }
}

impl DecisionCounts {
    pub(super) fn register(&self, registry: &mut Registry) {
        names::EVENTS.register(registry, self.events.clone());
        names::CONTACTS.register(registry, self.contacts.clone());
        names::DECISIONS.register(registry, self.decisions.clone());
        names::TOLD_WAIT_SECONDS.register(registry, self.told_wait.clone());
    }

    /// Counts an event that is durable.
    pub(crate) fn count(&self, event: &Event) {
        let kind = event.kind();
        self.events.get_or_create(&EventLabels { kind }).inc();
        if let Event::ContactRouted(routed) = event {
            self.count_routed(routed);
        }
    }

    fn count_routed(&self, routed: &ContactRouted) {
        let best = routed.decision.options.first();
        let of_channel = self.of_channel(&routed.context.channel);
        if routed.trigger == RoutingTrigger::Opened {
            of_channel.contacts.inc();
        }
        let place = best.map_or(Route::ALL.len(), |best| best.route as usize);
        if let Some(counter) = of_channel.by_route.get(place) {
            counter.inc();
        }
        if let Some(RouteOption { route, wait, .. }) = best {
            let labels = RouteLabels {
                route: route.as_str(),
            };
            let told = self.told_wait.get_or_create(&labels);
            told.observe(wait.expected.0 as f64 / MS_PER_S);
        }
    }

    fn of_channel(&self, channel: &Slug) -> Arc<OfChannel> {
        let mut by_channel = self
            .by_channel
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = by_channel.get(channel) {
            return known.clone();
        }
        let has_room = by_channel.len() < CHANNELS_MAX;
        let name = if has_room { channel.as_str() } else { OTHER };
        let made = Arc::new(self.made(name));
        if has_room {
            by_channel.insert(channel.clone(), made.clone());
        }
        made
    }

    fn made(&self, channel: &str) -> OfChannel {
        let channel = channel.to_owned();
        let labels = ChannelLabels {
            channel: channel.clone(),
        };
        let routes = Route::ALL.map(Route::as_str).into_iter().chain([NO_ROUTE]);
        let mut routes = routes.map(|route| {
            let channel = channel.clone();
            self.decisions
                .get_or_create_owned(&DecisionLabels { channel, route })
        });
        OfChannel {
            contacts: self.contacts.get_or_create_owned(&labels),
            by_route: std::array::from_fn(|_| routes.next().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_beyond_the_most_count_together() {
        let counts = DecisionCounts::default();
        for number in 0..2 * CHANNELS_MAX {
            let channel = Slug::stored(format!("channel_{number}"));
            counts.of_channel(&channel).contacts.inc();
        }
        let of = |channel: &str| {
            let channel = channel.to_owned();
            counts
                .contacts
                .get(&ChannelLabels { channel })
                .map(|it| it.get())
        };
        assert_eq!(of("channel_0"), Some(1));
        assert_eq!(of("channel_63"), Some(1));
        assert_eq!(of("channel_64"), None);
        assert_eq!(of(OTHER), Some(CHANNELS_MAX as u64));
    }
}
