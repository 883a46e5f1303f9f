//! How we help, and where the customer is: the closed enums of routing.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How we help. The order is that of the playbook's own listing when costs tie only if a playbook says so;
/// here it is from the least to the most human.
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
    /// We write, the customer reads when it suits: asynchronous.
    Message,
    /// Live text with a person.
    Chat,
    /// We call back.
    Callback,
    /// A person, live: voice, video, a counter.
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

    /// As a playbook and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Route::SelfService => "self_service",
            Route::Message => "message",
            Route::Chat => "chat",
            Route::Callback => "callback",
            Route::Human => "human",
        }
    }

    /// A capital letter for it, where there is little room.
    pub const fn letter(self) -> char {
        match self {
            Route::SelfService => 'S',
            Route::Message => 'M',
            Route::Chat => 'C',
            Route::Callback => 'B',
            Route::Human => 'H',
        }
    }

    /// Reads what [`Route::as_str`] writes.
    pub fn parse(text: &str) -> Option<Route> {
        Route::ALL.into_iter().find(|route| route.as_str() == text)
    }

    /// Whether the customer is with a person at once, so that the queue must be open now.
    pub const fn needs_open_queue(self) -> bool {
        matches!(self, Route::Chat | Route::Callback | Route::Human)
    }

    /// The medium in which people serve by this route who came by a channel of `medium`; `None` for a flow.
    pub const fn served_in(self, medium: Medium) -> Option<Medium> {
        match (self, medium) {
            (Route::SelfService, _) => None,
            (Route::Message, _) => Some(Medium::AsyncText),
            (Route::Chat, _) => Some(Medium::LiveText),
            (Route::Human, Medium::InPerson) => Some(Medium::InPerson),
            (Route::Human | Route::Callback, _) => Some(Medium::Voice),
        }
    }

    /// Whether we owe the customer an answer after the contact was routed here.
    pub const fn is_owed(self) -> bool {
        matches!(self, Route::Message | Route::Callback)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of conversation a channel carries.
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
    /// Written, both there: web chat, in-app chat.
    LiveText,
    /// Written, each in their own time: e-mail, SMS, social, a web form.
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

    /// As a playbook and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Medium::Voice => "voice",
            Medium::LiveText => "live_text",
            Medium::AsyncText => "async_text",
            Medium::InPerson => "in_person",
        }
    }

    /// Reads what [`Medium::as_str`] writes.
    pub fn parse(text: &str) -> Option<Medium> {
        Medium::ALL
            .into_iter()
            .find(|medium| medium.as_str() == text)
    }

    /// Whether a customer helped by `route` leaves a channel of this medium.
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
    /// No route.
    pub const EMPTY: RouteSet = RouteSet(0);
    /// Every route.
    pub const ALL: RouteSet = RouteSet(0b1_1111);

    /// From a list.
    pub fn from_routes(routes: &[Route]) -> RouteSet {
        routes
            .iter()
            .fold(RouteSet::EMPTY, |set, &route| set.with(route))
    }

    /// From the bits that [`RouteSet::bits`] gives; others are dropped.
    pub const fn from_bits(bits: u8) -> RouteSet {
        RouteSet(bits & RouteSet::ALL.0)
    }

    /// One bit a route, in the order of [`Route::ALL`].
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// This set and `route`.
    #[must_use]
    pub const fn with(self, route: Route) -> RouteSet {
        RouteSet(self.0 | 1 << route as u8)
    }

    /// What is in this set and in `other`.
    #[must_use]
    pub const fn common(self, other: RouteSet) -> RouteSet {
        RouteSet(self.0 & other.0)
    }

    /// Whether `route` is in it.
    pub const fn contains(self, route: Route) -> bool {
        self.0 & 1 << route as u8 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of [`Route::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Route> {
        Route::ALL
            .into_iter()
            .filter(move |&route| self.contains(route))
    }
}
