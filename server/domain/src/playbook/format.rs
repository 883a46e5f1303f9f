//! A playbook as written. Everything that has a form of its own (decimals, spans of time, ids) is still text here.
//!
//! These structs are the format: the JSON schema for editors is made from them and from their comments.

pub(super) mod parts;
pub(super) mod routes;
pub(super) mod test;

use crate::fact::FactType;
use crate::route::{Medium, Route};
use parts::{Columns, Decimal, Entries, Id, Span};
use routes::{GuardsFile, LastResorts, RouteFile};
use schemars::JsonSchema;
use serde::Deserialize;
use test::TestFile;

/// A playbook: the whole configuration of one company as one document.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Signpost playbook")]
pub(super) struct File {
    /// The name of the playbook.
    pub(super) playbook: Id,
    /// The currency of all amounts: three capital letters.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"), extend("examples" = ["EUR"]))]
    pub(super) currency: String,
    /// The company's IANA time zone, which calendars have unless they name another.
    #[schemars(extend("examples" = ["Europe/Amsterdam"]))]
    pub(super) time_zone: String,
    /// The languages of the labels; the first is the one to fall back to.
    #[schemars(length(min = 1), extend("examples" = [["en", "nl"]]))]
    pub(super) locales: Vec<String>,
    /// Customer groups, the most valuable first; exactly one has `default: true`.
    #[schemars(length(min = 1))]
    pub(super) tiers: Vec<TierFile>,
    /// Stages of the life cycle, in order. Left out: awareness, interest, intent, purchase, fulfilment, activation,
    /// support, retention.
    #[serde(default)]
    pub(super) stages: Vec<Id>,
    /// Personas that a contact or a customer may have.
    #[serde(default)]
    pub(super) personas: Vec<Id>,
    /// Brands that a contact may be for.
    #[serde(default)]
    pub(super) brands: Vec<Id>,
    /// Kinds of consent that a customer may give.
    #[serde(default)]
    pub(super) consents: Vec<Id>,
    /// Where contacts come in.
    pub(super) channels: Entries<Id, ChannelFile>,
    /// Opening hours by name.
    #[serde(default)]
    pub(super) calendars: Entries<Id, CalendarFile>,
    /// Waiting lines.
    pub(super) queues: Entries<Id, QueueFile>,
    /// Typed pieces of context that reasons need.
    #[serde(default)]
    pub(super) facts: Entries<Id, FactFile>,
    /// What the routes of reasons are like that say nothing else: every reason has these routes, and each key of one
    /// that its primary reason and the reason itself leave out.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
    /// Primary reasons in the order of the menu; 6 to 8 are easy to choose from.
    #[schemars(length(min = 1))]
    pub(super) reasons: Vec<PrimaryFile>,
    /// Reasons that became several, so that the history of each compares with its parts together.
    #[serde(default)]
    pub(super) splits: Vec<SplitFile>,
    /// What can come of a case, in the order of the list: when somebody resolves one, the outcome must be one of these
    /// that is for its reason. Left out: any outcome will do.
    #[serde(default)]
    pub(super) outcomes: Vec<OutcomeFile>,
    /// Which routes are taken away, before any rule and whatever rules say, from whom.
    #[serde(default)]
    pub(super) guards: GuardsFile,
    /// Rules, in the order in which they apply.
    #[serde(default)]
    pub(super) rules: Vec<RuleFile>,
    /// What to ask the customer when a case was resolved, by locale. Left out: nothing.
    #[serde(default)]
    pub(super) feedback_question: Entries<String, String>,
    /// What weighs in besides handling, waiting and failing.
    #[serde(default)]
    pub(super) costs: CostsFile,
    /// Where a contact goes when nothing else is allowed: one entry, or a list of them of which the best that is
    /// possible is taken. For each medium of a channel there is an entry.
    pub(super) last_resort: LastResorts,
    /// Situations and what is expected of the first answer. A playbook whose tests fail is not published.
    #[serde(default)]
    pub(super) tests: Vec<TestFile>,
}

/// A customer group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TierFile {
    /// Its id.
    pub(super) id: Id,
    /// Its name for people, by locale.
    pub(super) label: Entries<String, String>,
    /// How long a contact of this tier should wait at most.
    pub(super) waiting_target: Span,
    /// What a minute of its waiting costs.
    pub(super) waiting_cost_per_minute: Decimal,
    /// What it costs to fail.
    pub(super) cost_of_failure: Decimal,
    /// What an hour costs of waiting for a window that was agreed on, such as a callback at eight. Left out: what a
    /// minute of waiting costs.
    #[serde(default)]
    pub(super) agreed_wait_cost_per_hour: Option<Decimal>,
    /// Whether this is the tier of a customer of whom none is known.
    #[serde(default)]
    pub(super) default: bool,
}

/// Where contacts come in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelFile {
    /// Its name for people, by locale. Left out: its id.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// What kind of conversation it carries.
    pub(super) medium: Medium,
    /// The routes that can be given here; of equally good ones the first is taken.
    #[schemars(length(min = 1))]
    pub(super) routes: Vec<Route>,
    /// Whether the menu is chosen from with a keypad. Left out: yes on voice.
    #[serde(default)]
    pub(super) keypad: Option<bool>,
}

/// Opening hours.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarFile {
    /// An IANA time zone. Left out: the playbook's.
    #[serde(default)]
    pub(super) time_zone: Option<String>,
    /// The hours of a week: `mon-fri 07:00-22:00`, `sat,sun 08:00-20:00`, or `always`.
    #[schemars(extend("examples" = [["mon-fri 07:00-22:00", "sat,sun 08:00-20:00"]]))]
    pub(super) open: Vec<String>,
    /// Dates without any hours.
    #[serde(default)]
    #[schemars(extend("examples" = [["2026-12-25"]]))]
    pub(super) closed: Vec<String>,
    /// Dates with hours of their own, in place of those of the week.
    #[serde(default)]
    #[schemars(extend("examples" = [["2026-12-24 08:00-12:00"]]))]
    pub(super) open_on: Vec<String>,
}

/// A waiting line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueFile {
    /// Its name for people, by locale. Left out: its id.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// The calendar of its opening hours. Left out: always open.
    #[serde(default)]
    pub(super) calendar: Option<Id>,
    /// What an agent must know, with the level from 1 to 10.
    #[serde(default)]
    pub(super) skills: Entries<Id, i64>,
    /// The wait to reckon with while nothing is reported.
    pub(super) assumed_wait: Span,
    /// The handle time to reckon with while nothing is reported. Left out: 6m.
    #[serde(default)]
    pub(super) assumed_handle_time: Option<Span>,
    /// The languages that are spoken there, without regions. Left out: any.
    #[serde(default)]
    #[schemars(extend("examples" = [["en", "nl"]]))]
    pub(super) languages: Vec<String>,
    /// The media in which it serves: voice for human and callback, live_text for chat, async_text for message,
    /// in_person for human at a counter. Left out: any.
    #[serde(default)]
    pub(super) media: Vec<Medium>,
}

/// A typed piece of context.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FactFile {
    /// What kind of value it has.
    #[serde(rename = "type")]
    pub(super) fact_type: FactType,
    /// How to ask for it, by locale. Left out: its id.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// A regular expression that a text must match as a whole. Left out: any text will do.
    #[serde(default)]
    #[schemars(extend("examples" = ["[A-Z0-9]{6}"]))]
    pub(super) pattern: Option<String>,
    /// Whether it is kept out of logs.
    #[serde(default)]
    pub(super) personal: bool,
}

/// A primary reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PrimaryFile {
    /// Its id.
    pub(super) id: Id,
    /// Its name in the menu, by locale.
    pub(super) label: Entries<String, String>,
    /// The stage of its secondary reasons that name none. Left out: they have none.
    #[serde(default)]
    pub(super) stage: Option<Id>,
    /// Retired primary reasons that this one stands for; each takes its secondary reasons along. See `replaces` of a
    /// secondary reason for what compares with history.
    #[serde(default)]
    pub(super) replaces: Vec<Id>,
    /// What the routes of its secondary reasons are like that say nothing else: they have these routes, and each key of
    /// one that they leave out.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
    /// Routes of the playbook of which its secondary reasons have nothing unless it is written here or there.
    #[serde(default)]
    pub(super) without: Vec<Route>,
    /// Its secondary reasons in the order of the menu; 6 to 8 are easy to choose from.
    #[schemars(length(min = 1))]
    pub(super) secondary: Vec<SecondaryFile>,
}

/// A secondary reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondaryFile {
    /// Its id, once under its primary.
    pub(super) id: Id,
    /// Its name in the menu, by locale.
    pub(super) label: Entries<String, String>,
    /// Where in the life cycle. Left out: its primary's.
    #[serde(default)]
    pub(super) stage: Option<Id>,
    /// Facts that must be known, in the order of asking.
    #[serde(default)]
    pub(super) facts: Vec<Id>,
    /// Those of its facts that tell one matter from another.
    #[serde(default)]
    pub(super) case_key: Vec<Id>,
    /// How long an open case is continued after its last contact. Left out: 7d.
    #[serde(default)]
    pub(super) continues_for: Option<Span>,
    /// How long a resolved case is reopened rather than followed by a new one. Left out: 14d.
    #[serde(default)]
    pub(super) reopens_within: Option<Span>,
    /// How much a failure hurts, from 0.1 to 20; a rule can raise it. Left out: 1.0.
    #[serde(default)]
    pub(super) need: Option<Decimal>,
    /// What a failure costs whoever the customer is, beside the tier's cost of failure; in the
    /// playbook's currency. Left out: 0.
    #[serde(default)]
    pub(super) stake: Option<Decimal>,
    /// The fact, of type instant, by which it must be done: a route that takes too long for it loses its chance. Left
    /// out: there is none.
    #[serde(default)]
    #[schemars(extend("examples" = ["departs_at"]))]
    pub(super) deadline: Option<Id>,
    /// Retired reasons (`primary/secondary`) that this one stands for: requests that name them mean this one, open
    /// cases continue, and their counts are added to this one's. So a reason that is renamed, or merged out of several,
    /// compares with its whole history.
    ///
    /// A reason is replaced by one reason only. One that became several is told in `splits`.
    #[serde(default)]
    #[schemars(extend("examples" = [["existing_flight/move_date"]]))]
    pub(super) replaces: Vec<String>,
    /// Inherited routes of which it has nothing unless it is written here.
    #[serde(default)]
    pub(super) without: Vec<Route>,
    /// How it can be helped; of equally good routes the first of the channel's is taken. Routes, and keys of a route,
    /// that are left out are those of its primary reason, and then those of the playbook; they come after its own.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
}

/// A rule: where it can apply, when, and what it does.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    /// Its id.
    pub(super) id: Id,
    /// Reasons it is about: `primary` or `primary/secondary`. Left out: any.
    #[serde(default)]
    pub(super) reason: Columns,
    /// Tiers it is about. Left out: any.
    #[serde(default)]
    pub(super) tier: Columns,
    /// Channels it is about. Left out: any.
    #[serde(default)]
    pub(super) channel: Columns,
    /// Stages it is about. Left out: any.
    #[serde(default)]
    pub(super) stage: Columns,
    /// Brands it is about. Left out: any.
    #[serde(default)]
    pub(super) brand: Columns,
    /// The condition, in CEL. Left out: always.
    #[serde(default)]
    #[schemars(extend("examples" = ["facts.departs_at - now < duration('24h')"]))]
    pub(super) when: Option<String>,
    /// Routes that it takes away.
    #[serde(default)]
    pub(super) forbid: Vec<Route>,
    /// The only routes that it leaves. Guards come first: where they take all of these away it is set aside, and leaves
    /// what guards leave.
    #[serde(default)]
    pub(super) only: Vec<Route>,
    /// What each route gains, in the playbook's currency.
    #[serde(default)]
    pub(super) prefer: Entries<Route, Decimal>,
    /// Raises the need to at least this, from 0.1 to 20. Left out: the need stays as it is.
    #[serde(default)]
    pub(super) need: Option<Decimal>,
    /// What else must be known.
    #[serde(default)]
    pub(super) facts: Vec<Id>,
    /// Where routes to people lead whose medium this queue serves; of several rules the last wins. Left out: the
    /// queues of the routes.
    #[serde(default)]
    pub(super) queue: Option<Id>,
    /// How soon the queue should take it, from 0 to 10; higher goes first, and of several rules the last wins. Left
    /// out: 5, unless another rule sets it.
    #[serde(default)]
    pub(super) priority: Option<i64>,
    /// What an agent must know besides what the queue asks for, with the level from 1 to 10; of several rules the
    /// highest level wins.
    #[serde(default)]
    pub(super) skills: Entries<Id, i64>,
}

/// What weighs in besides handling, waiting and failing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CostsFile {
    /// What it costs to leave the customer's channel. Left out: 0.
    #[serde(default)]
    pub(super) leaving_channel: Option<Decimal>,
    /// Has no effect any more: `preferred_share` says what a preferred route is worth. Left out: nothing changes.
    #[serde(default)]
    pub(super) preferred_route: Option<Decimal>,
    /// What the route that a customer prefers is worth, as a share from 0 to 1 of what is at stake: the cost of
    /// failure of the tier and the stake of the reason. Left out: 0.1.
    #[serde(default)]
    pub(super) preferred_share: Option<Decimal>,
    /// What the need is raised by for each attempt with people that failed on the case, from 0 to 20. Left out: 0.5.
    #[serde(default)]
    pub(super) repeat_need: Option<Decimal>,
    /// How much a minute of waiting on each route weighs, from 0 to 100. Left out: human 1, chat 1, callback 0.25,
    /// message 0.05, self_service 0.
    #[serde(default)]
    pub(super) waiting_weight: Entries<Route, Decimal>,
}

/// A reason that became several, so that its history compares with theirs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitFile {
    /// The reason that was split, as `primary/secondary`: a retired one, or one that stays as one of the parts.
    #[schemars(extend("examples" = ["existing_flight/change"]))]
    pub(super) reason: String,
    /// Older names of the retired reason, which count with it.
    #[serde(default)]
    pub(super) replaces: Vec<String>,
    /// Its parts: reasons of this playbook, or reasons that were split in turn; at least two. A reason is a part of
    /// one split only.
    #[schemars(length(min = 2), extend("examples" = [["existing_flight/change_date", "existing_flight/change_name"]]))]
    pub(super) into: Vec<String>,
    /// The part that a contact is for which names the retired reason, as an older menu does, where its facts tell
    /// none. It must be written where the reason is retired. Left out: the reason stays, and a contact that names it is
    /// for it.
    #[serde(default)]
    pub(super) default: Option<String>,
    /// A fact whose value tells the part: a text, an integer or a boolean. Left out: all go to `default`.
    #[serde(default)]
    pub(super) fact: Option<Id>,
    /// The part by the value of the fact.
    #[serde(default)]
    #[schemars(extend("examples" = [{"name": "existing_flight/change_name"}]))]
    pub(super) values: Entries<String, String>,
}

/// What can come of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeFile {
    /// Its id: the code with which a case is resolved.
    #[schemars(extend("examples" = ["refunded"]))]
    pub(super) id: Id,
    /// Its name for people, by locale.
    pub(super) label: Entries<String, String>,
    /// Reasons whose cases it can come of: `primary` or `primary/secondary`. Left out: any.
    #[serde(default)]
    pub(super) reason: Columns,
}
