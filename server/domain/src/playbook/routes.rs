//! Routes of reasons and their queues, what guards remove, and the last resort.

use super::{BasisPoints, ChannelIndex, FactIndex, QueueIndex};
use crate::ids::Slug;
use crate::money::Money;
use crate::route::{Medium, Route, RouteSet};
use crate::time::Millis;
use std::sync::Arc;

/// One route of a reason.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// The route.
    pub route: Route,
    /// The flow, for self-service; else `None`.
    pub flow: Option<Slug>,
    /// The queue that is used if none of `queues` matches.
    pub queue: Option<QueueIndex>,
    /// Queues for some contacts. The first match is used: by brand, then channel, medium, language.
    pub queues: Vec<(QueueColumn, QueueIndex)>,
    /// The cost of handling a contact.
    pub cost: Money,
    /// The chance that the route resolves the matter.
    pub resolves: BasisPoints,
    /// The time from the end of the wait until the matter is settled; `None` if the playbook does not say.
    pub takes: Option<Millis>,
    /// More facts that must be known for this route.
    pub facts: Vec<FactIndex>,
    /// The consent that the route needs, as an index into [`super::Playbook::consents`]; `None` if it needs none.
    pub consent: Option<u16>,
    /// The level on which each of the values was written.
    pub inherited: Inherited,
}

impl RouteSpec {
    /// The queue for a contact; `None` if the route has no queue that matches.
    pub fn queue_for(&self, contact: Whereabouts<'_>) -> Option<QueueIndex> {
        let mut queues = self.queues.iter();
        let fitting = queues.find(|(column, _)| column.fits(contact));
        fitting.map(|(_, queue)| *queue).or(self.queue)
    }

    /// Every queue that the route can lead to. A queue may be listed twice.
    pub fn all_queues(&self) -> impl Iterator<Item = QueueIndex> {
        self.queues
            .iter()
            .map(|(_, queue)| *queue)
            .chain(self.queue)
    }
}

/// The property of a contact that a queue of a route depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QueueColumn {
    /// The channel.
    Channel(ChannelIndex),
    /// The brand (index into [`super::Playbook::brands`]).
    Brand(u16),
    /// The medium of the channel.
    Medium(Medium),
    /// The language, as a primary tag such as `en`.
    Language(Arc<str>),
}

impl QueueColumn {
    /// Whether the contact has this property.
    pub fn fits(&self, contact: Whereabouts<'_>) -> bool {
        match self {
            QueueColumn::Channel(channel) => contact.channel == Some(*channel),
            QueueColumn::Brand(brand) => contact.brand == Some(*brand),
            QueueColumn::Medium(medium) => contact.medium == Some(*medium),
            QueueColumn::Language(language) => contact.language == Some(language.as_ref()),
        }
    }
}

/// The properties of a contact that its queue can depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts<'a> {
    /// The channel; `None` if the playbook does not know it.
    pub channel: Option<ChannelIndex>,
    /// The medium of the channel; `None` if the playbook does not know the channel.
    pub medium: Option<Medium>,
    /// The brand, as an index into [`super::Playbook::brands`]; `None` if there is none.
    pub brand: Option<u16>,
    /// The language, in the form of [`primary_language`]; `None` if not known.
    pub language: Option<&'a str>,
}

/// The language of a tag without region and script, in lower case: `en` for `en-US`, `EN` and `en_GB`.
pub fn primary_language(tag: &str) -> Arc<str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    primary.to_ascii_lowercase().into()
}

/// The level of the playbook on which a value of a route was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The reason itself, or no level.
    #[default]
    Reason,
    /// The primary reason, for all reasons below it.
    Primary,
    /// The playbook, for all reasons.
    Playbook,
}

/// The level on which each value of a route was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inherited {
    /// The queues.
    pub queue: Level,
    /// The flow.
    pub flow: Level,
    /// The cost.
    pub cost: Level,
    /// The chance that the route resolves the matter.
    pub resolves: Level,
    /// The time that the route takes.
    pub takes: Level,
    /// The facts that must be known.
    pub facts: Level,
    /// The consent.
    pub consent: Level,
}

/// The routes that guards remove for certain customers, whatever the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    /// The routes that are removed for a customer who asked for a person.
    pub asked_for_person: RouteSet,
    /// The routes that are removed for a vulnerable customer.
    pub vulnerable: RouteSet,
}

/// An entry of the last resort, which is used if no other route is allowed.
#[derive(Clone, Debug)]
pub struct LastResort {
    /// The route.
    pub route: Route,
    /// The queue; `None` if the entry names none.
    pub queue: Option<QueueIndex>,
    /// The media of the channels that the entry is for, in the order written. Empty: any medium.
    pub media: Vec<Medium>,
    /// The cost of handling a contact; `None` to use what the reasons say.
    pub cost: Option<Money>,
    /// The chance that the route resolves the matter; `None` to use what the reasons say.
    pub resolves: Option<BasisPoints>,
    /// The consent that the entry needs, as an index into [`super::Playbook::consents`]; `None` if it needs none.
    pub consent: Option<u16>,
    /// The time from the end of the wait until the matter is settled; `None` if the playbook does not say.
    pub takes: Option<Millis>,
}

impl LastResort {
    /// Whether the entry is for contacts on channels of `medium`. An entry without media is for all contacts.
    pub fn is_for(&self, medium: Option<Medium>) -> bool {
        self.media.is_empty() || medium.is_some_and(|medium| self.media.contains(&medium))
    }
}
