//! Routes and media: the fixed lists of ways to help a customer.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The way to help a customer. The variants are ordered from the least to the most human help. Routes with equal costs
/// are ranked by the order that the playbook lists, if the playbook lists one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The customer is helped by a flow: an IVR, a bot, a page.
    SelfService,
    /// The company writes, and the customer reads the message later: asynchronous.
    Message,
    /// Live text with a person.
    Chat,
    /// The company calls the customer back.
    Callback,
    /// A person helps at once: by voice, by video or at a counter.
    Human,
}

impl Route {
    /// Every route.
    pub const ALL: [Route; 5] = [
        Route::SelfService,
        Route::Message,
        Route::Chat,
        Route::Callback,
        Route::Human,
    ];

    /// The text for this route in playbooks and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Route::SelfService => "self_service",
            Route::Message => "message",
            Route::Chat => "chat",
            Route::Callback => "callback",
            Route::Human => "human",
        }
    }

    /// A capital letter for this route, for places with little room.
    pub const fn letter(self) -> char {
        match self {
            Route::SelfService => 'S',
            Route::Message => 'M',
            Route::Chat => 'C',
            Route::Callback => 'B',
            Route::Human => 'H',
        }
    }

    /// Reads a text that [`Route::as_str`] writes. `None` for any other text.
    pub fn parse(text: &str) -> Option<Route> {
        Route::ALL.into_iter().find(|route| route.as_str() == text)
    }

    /// Whether the route needs a person soon, so that its queue must be open now.
    pub const fn needs_open_queue(self) -> bool {
        matches!(self, Route::Chat | Route::Callback | Route::Human)
    }

    /// The medium in which people serve a customer by this route, if the customer came on a channel of `medium`. `None`
    /// for self-service, where no people serve.
    pub const fn served_in(self, medium: Medium) -> Option<Medium> {
        match (self, medium) {
            (Route::SelfService, _) => None,
            (Route::Message, _) => Some(Medium::AsyncText),
            (Route::Chat, _) => Some(Medium::LiveText),
            (Route::Human, Medium::InPerson) => Some(Medium::InPerson),
            (Route::Human | Route::Callback, _) => Some(Medium::Voice),
        }
    }

    /// Whether the company owes the customer an answer after the contact was routed here.
    pub const fn is_owed(self) -> bool {
        matches!(self, Route::Message | Route::Callback)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of conversation on a channel.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Spoken: phone, video.
    Voice,
    /// Written, both sides present at the same time: web chat, in-app chat.
    LiveText,
    /// Written, each side in its own time: e-mail, SMS, social media, a web form.
    AsyncText,
    /// Face to face: a store, a counter.
    InPerson,
}

impl Medium {
    /// Every medium.
    pub const ALL: [Medium; 4] = [
        Medium::Voice,
        Medium::LiveText,
        Medium::AsyncText,
        Medium::InPerson,
    ];

    /// The text for this medium in playbooks and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Medium::Voice => "voice",
            Medium::LiveText => "live_text",
            Medium::AsyncText => "async_text",
            Medium::InPerson => "in_person",
        }
    }

    /// Reads a text that [`Medium::as_str`] writes. `None` for any other text.
    pub fn parse(text: &str) -> Option<Medium> {
        Medium::ALL
            .into_iter()
            .find(|medium| medium.as_str() == text)
    }

    /// Whether a customer who came on a channel of this medium must leave the channel to be helped by `route`.
    pub const fn leaves(self, route: Route) -> bool {
        match (self, route) {
            (_, Route::SelfService) => false,
            (Medium::Voice, Route::Human | Route::Callback) => false,
            (Medium::LiveText, Route::Chat) => false,
            (Medium::AsyncText, Route::Message) => false,
            (Medium::InPerson, Route::Human) => false,
            (_, Route::Message | Route::Chat | Route::Callback | Route::Human) => true,
        }
    }
}

/// A set of routes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RouteSet(u8);

impl RouteSet {
    /// The empty set.
    pub const EMPTY: RouteSet = RouteSet(0);
    /// The set of all routes.
    pub const ALL: RouteSet = RouteSet(0b1_1111);

    /// A set from a list.
    pub fn from_routes(routes: &[Route]) -> RouteSet {
        routes
            .iter()
            .fold(RouteSet::EMPTY, |set, &route| set.with(route))
    }

    /// A set from the bits that [`RouteSet::bits`] returns. Unknown bits are dropped.
    pub const fn from_bits(bits: u8) -> RouteSet {
        RouteSet(bits & RouteSet::ALL.0)
    }

    /// The set as bits: one bit for each route, in the order of [`Route::ALL`].
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// This set with `route` added.
    #[must_use]
    pub const fn with(self, route: Route) -> RouteSet {
        RouteSet(self.0 | 1 << route as u8)
    }

    /// The routes that are in this set and in `other`.
    #[must_use]
    pub const fn common(self, other: RouteSet) -> RouteSet {
        RouteSet(self.0 & other.0)
    }

    /// Whether the set contains `route`.
    pub const fn contains(self, route: Route) -> bool {
        self.0 & 1 << route as u8 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The routes of the set, in the order of [`Route::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Route> {
        Route::ALL
            .into_iter()
            .filter(move |&route| self.contains(route))
    }
}
