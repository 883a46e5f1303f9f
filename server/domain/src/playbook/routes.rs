//! Routes of reasons with where they lead, what guards take away, and what is left at the last.

use super::{BasisPoints, ChannelIndex, FactIndex, QueueIndex};
use crate::ids::Slug;
use crate::money::Money;
use crate::route::{Medium, Route, RouteSet};
use crate::time::Millis;
use std::sync::Arc;

/// What one route of a reason is like.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// Which.
    pub route: Route,
    /// The flow of self-service.
    pub flow: Option<Slug>,
    /// The line of people where none of the others fits.
    pub queue: Option<QueueIndex>,
    /// Lines of people for some contacts, the first that fits: by brand, then channel, medium, language.
    pub queues: Vec<(QueueColumn, QueueIndex)>,
    /// What handling costs.
    pub cost: Money,
    /// How likely it resolves.
    pub resolves: BasisPoints,
    /// How long it takes from when the wait is over until the matter is settled.
    pub takes: Option<Millis>,
    /// What else must be known for it.
    pub facts: Vec<FactIndex>,
    /// The consent without which it is not allowed (index into [`super::Playbook::consents`]).
    pub consent: Option<u16>,
    /// Where each of its values was written.
    pub inherited: Inherited,
}

impl RouteSpec {
    /// The line of people for a contact.
    pub fn queue_for(&self, contact: Whereabouts<'_>) -> Option<QueueIndex> {
        let mut queues = self.queues.iter();
        let fitting = queues.find(|(column, _)| column.fits(contact));
        fitting.map(|(_, queue)| *queue).or(self.queue)
    }

    /// Every line of people that it can lead to; some may be there twice.
    pub fn all_queues(&self) -> impl Iterator<Item = QueueIndex> {
        self.queues
            .iter()
            .map(|(_, queue)| *queue)
            .chain(self.queue)
    }
}

/// What the queue of a route can differ by.
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
    /// Whether it is that of the contact.
    pub fn fits(&self, contact: Whereabouts<'_>) -> bool {
        match self {
            QueueColumn::Channel(channel) => contact.channel == Some(*channel),
            QueueColumn::Brand(brand) => contact.brand == Some(*brand),
            QueueColumn::Medium(medium) => contact.medium == Some(*medium),
            QueueColumn::Language(language) => contact.language == Some(language.as_ref()),
        }
    }
}

/// What of a contact its queue can depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts<'a> {
    /// The channel, if the playbook knows it.
    pub channel: Option<ChannelIndex>,
    /// The medium of the channel.
    pub medium: Option<Medium>,
    /// The brand (index into [`super::Playbook::brands`]).
    pub brand: Option<u16>,
    /// The language as [`primary_language`] gives it.
    pub language: Option<&'a str>,
}

/// The language of a tag without region or script, in lower case: `en` of `en-US`, `EN` and `en_GB`.
pub fn primary_language(tag: &str) -> Arc<str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    primary.to_ascii_lowercase().into()
}

/// Where something of a route was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// At the reason itself, or nowhere.
    #[default]
    Reason,
    /// At its primary reason, for all reasons below that.
    Primary,
    /// At the playbook, for all reasons.
    Playbook,
}

/// Where each value of a route was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inherited {
    /// The queues.
    pub queue: Level,
    /// The flow.
    pub flow: Level,
    /// The cost.
    pub cost: Level,
    /// How likely it resolves.
    pub resolves: Level,
    /// How long it takes.
    pub takes: Level,
    /// What else must be known.
    pub facts: Level,
    /// The consent.
    pub consent: Level,
}

/// Which routes are taken away, whatever rules say, from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    /// From who asked for a person.
    pub asked_for_person: RouteSet,
    /// From who is vulnerable.
    pub vulnerable: RouteSet,
}

/// Where a contact goes when nothing else is allowed.
#[derive(Clone, Debug)]
pub struct LastResort {
    /// How we help then.
    pub route: Route,
    /// Which line.
    pub queue: Option<QueueIndex>,
    /// For contacts by channels of these media, in the order written; empty: any.
    pub media: Vec<Medium>,
    /// What handling costs; `None` for what the reasons say.
    pub cost: Option<Money>,
    /// How likely it resolves; `None` for what the reasons say.
    pub resolves: Option<BasisPoints>,
    /// The consent without which it is not allowed (index into [`super::Playbook::consents`]).
    pub consent: Option<u16>,
    /// How long it takes from when the wait is over until the matter is settled.
    pub takes: Option<Millis>,
}

impl LastResort {
    /// Whether it is for contacts by channels of `medium`; one without media is for all.
    pub fn is_for(&self, medium: Option<Medium>) -> bool {
        self.media.is_empty() || medium.is_some_and(|medium| self.media.contains(&medium))
    }
}
