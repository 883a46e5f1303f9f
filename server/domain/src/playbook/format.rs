//! A playbook as written. Everything that has a form of its own (decimals, spans of time, ids) is still text here.
//!
//! These structs are the format: the JSON schema for editors is made from them and from their comments.

pub(super) mod parts;
pub(super) mod routes;
pub(super) mod test;

use crate::fact::{FactCase, FactCompare, FactType};
use crate::handle::HandleCompare;
use crate::route::{Medium, Route};
use parts::{Columns, Decimal, Entries, Id, Span};
use routes::{GuardsFile, LastResorts, RouteFile};
use schemars::JsonSchema;
use serde::Deserialize;
use test::TestFile;

/// A playbook: the whole configuration of one company in one document.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Signpost playbook")]
pub(super) struct File {
    /// The name of the playbook.
    pub(super) playbook: Id,
    /// The currency of all amounts, as three capital letters.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"), extend("examples" = ["EUR"]))]
    pub(super) currency: String,
    /// The company's time zone, by its IANA name. A calendar without a time zone of its own uses it.
    #[schemars(extend("examples" = ["Europe/Amsterdam"]))]
    pub(super) time_zone: String,
    /// The 1 to 16 languages of the labels, such as `en` or `pt-BR`. The first is used where a label has no text in the
    /// customer's language.
    #[schemars(length(min = 1), extend("examples" = [["en", "nl"]]))]
    pub(super) locales: Vec<String>,
    /// The 1 to 16 customer groups, the most valuable first. Exactly one has `default: true`.
    #[schemars(length(min = 1))]
    pub(super) tiers: Vec<TierFile>,
    /// Stages of the life cycle, in order; at most 32. Default: awareness, interest, intent, purchase, fulfilment,
    /// activation, support, retention.
    #[serde(default)]
    pub(super) stages: Vec<Id>,
    /// Personas that a contact or a customer can have; at most 64.
    #[serde(default)]
    pub(super) personas: Vec<Id>,
    /// Brands that a contact can be for; at most 64.
    #[serde(default)]
    pub(super) brands: Vec<Id>,
    /// Kinds of consent that a customer can give or refuse; at most 32.
    #[serde(default)]
    pub(super) consents: Vec<Id>,
    /// How what customers are known by compares, by the kinds of handles that requests name; at most 32. Default:
    /// `phone` compares as phone numbers and `email` as e-mail addresses, every other kind exactly.
    #[serde(default)]
    #[schemars(extend("examples" = [{"phone": {"compare": "phone", "region": "BR"}, "email": {"compare": "email"}}]))]
    pub(super) handles: Entries<Id, HandleFile>,
    /// The 1 to 64 channels by which contacts come in, by their ids.
    pub(super) channels: Entries<Id, ChannelFile>,
    /// Opening hours, by the ids of the calendars; at most 64.
    #[serde(default)]
    pub(super) calendars: Entries<Id, CalendarFile>,
    /// The queues in which contacts wait for people, by their ids; at most 1000.
    pub(super) queues: Entries<Id, QueueFile>,
    /// Facts that reasons, routes and rules can ask for, by their ids; at most 256.
    #[serde(default)]
    pub(super) facts: Entries<Id, FactFile>,
    /// Routes that every reason has. A key that a reason or its primary reason writes goes before the same key here. A
    /// reason that names a route in `without` does not inherit it.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
    /// The 1 to 64 primary reasons, in the order of the menu; 6 to 8 are easy to choose from.
    #[schemars(length(min = 1))]
    pub(super) reasons: Vec<PrimaryFile>,
    /// Reasons that were split into several; at most 256. The history of such a reason is compared with the sum of its
    /// parts.
    #[serde(default)]
    pub(super) splits: Vec<SplitFile>,
    /// The outcomes with which a case can be resolved, in the order in which they are shown; at most 128. Each reason
    /// needs at least one. Default: any outcome is accepted.
    #[serde(default)]
    pub(super) outcomes: Vec<OutcomeFile>,
    /// Routes that some customers do not get. Guards come before all rules, and no rule gives such a route back.
    #[serde(default)]
    pub(super) guards: GuardsFile,
    /// Rules, in the order in which they apply; at most 20000.
    #[serde(default)]
    pub(super) rules: Vec<RuleFile>,
    /// The question that the customer is asked after a case was resolved, by locale. Default: no question.
    #[serde(default)]
    pub(super) feedback_question: Entries<String, String>,
    /// Costs besides handling, waiting and failing.
    #[serde(default)]
    pub(super) costs: CostsFile,
    /// Where a contact goes when no route is left: one entry, or a list of up to 16. Each medium of a channel needs an
    /// entry. Of the entries that are possible, the one with the least expected cost is taken.
    pub(super) last_resort: LastResorts,
    /// Situations, each with what is expected of the first answer; at most 1000. A playbook whose tests fail is not
    /// published.
    #[serde(default)]
    pub(super) tests: Vec<TestFile>,
}

/// A customer group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TierFile {
    /// The id, once in the list.
    pub(super) id: Id,
    /// The name that people see, by locale.
    pub(super) label: Entries<String, String>,
    /// How long a contact of this tier should wait at most, up to 30d. Answers show it; it changes no decision.
    pub(super) waiting_target: Span,
    /// What one minute of waiting costs, in the playbook's currency; 0 or more.
    pub(super) waiting_cost_per_minute: Decimal,
    /// What it costs when the help does not settle the matter, in the playbook's currency; 0 or more.
    pub(super) cost_of_failure: Decimal,
    /// What one hour of waiting for an agreed time costs, such as for a callback at 20:00. In the playbook's currency;
    /// 0 or more. No decision uses it yet. Default: the same number as `waiting_cost_per_minute`, so that an hour of
    /// agreed waiting costs as much as one minute of other waiting.
    #[serde(default)]
    pub(super) agreed_wait_cost_per_hour: Option<Decimal>,
    /// Whether a customer whose tier is not known has this tier; true for exactly one tier.
    #[serde(default)]
    pub(super) default: bool,
}

/// A kind of handle: a phone number, an e-mail address, a name in a social network.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandleFile {
    /// How handles of this kind compare. phone: as phone numbers, however they are written; extensions are kept apart.
    /// email: without differences of case, and with the domain as it is looked up; dots and `+` count. handle: without
    /// differences of case and without an `@` at the beginning. exact: as written. All but for the form of Unicode.
    pub(super) compare: HandleCompare,
    /// The region that phone numbers without a country code belong to, as two capital letters; only for phone. Default:
    /// none, so that only numbers with a country code compare as numbers.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"), extend("examples" = ["BR"]))]
    pub(super) region: Option<String>,
    /// The regions of contacts that are for a brand, by the brands; only for phone. Default: `region`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"express": "DE"}]))]
    pub(super) brand_regions: Entries<Id, String>,
}

/// A channel by which contacts come in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelFile {
    /// The name that people see, by locale. Default: the id as words.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// The kind of conversation on this channel.
    pub(super) medium: Medium,
    /// The routes that are possible on this channel; at least one. Of routes with the same expected cost, the first in
    /// this list is taken.
    #[schemars(length(min = 1))]
    pub(super) routes: Vec<Route>,
    /// Whether customers choose from the menu with a keypad. The menu then has at most 9 items. Default: true if the
    /// medium is voice, else false.
    #[serde(default)]
    pub(super) keypad: Option<bool>,
}

/// Opening hours.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarFile {
    /// The time zone, by its IANA name. Default: the playbook's.
    #[serde(default)]
    pub(super) time_zone: Option<String>,
    /// The hours of every week, such as `mon-fri 07:00-22:00` or `sat,sun 08:00-20:00`, or `always`; at most 64 lines.
    /// Hours over midnight are two lines: one up to 24:00, one from 00:00.
    #[schemars(extend("examples" = [["mon-fri 07:00-22:00", "sat,sun 08:00-20:00"]]))]
    pub(super) open: Vec<String>,
    /// Dates on which it is closed all day. With those of `open_on` at most 400.
    #[serde(default)]
    #[schemars(extend("examples" = [["2026-12-25"]]))]
    pub(super) closed: Vec<String>,
    /// Dates with hours of their own, which replace the hours of the week on that date.
    #[serde(default)]
    #[schemars(extend("examples" = [["2026-12-24 08:00-12:00"]]))]
    pub(super) open_on: Vec<String>,
}

/// A queue in which contacts wait for people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueFile {
    /// The name that people see, by locale. Default: the id as words.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// The calendar with its opening hours. Default: always open.
    #[serde(default)]
    pub(super) calendar: Option<Id>,
    /// Skills that an agent needs, each with its level from 1 to 10; at most 16.
    #[serde(default)]
    pub(super) skills: Entries<Id, i64>,
    /// The wait that is assumed while nothing is reported of the queue; at most 30d.
    pub(super) assumed_wait: Span,
    /// How long an agent needs for one contact, as assumed while nothing is reported of it; at most 30d. Default: 6m.
    #[serde(default)]
    pub(super) assumed_handle_time: Option<Span>,
    /// The languages that the agents speak, without regions; at most 32. Default: any.
    #[serde(default)]
    #[schemars(extend("examples" = [["en", "nl"]]))]
    pub(super) languages: Vec<String>,
    /// The media in which the agents work: voice for human and callback, live_text for chat, async_text for message,
    /// in_person for human at a counter. Default: any.
    #[serde(default)]
    pub(super) media: Vec<Medium>,
}

/// A piece of information about a matter, such as a booking reference.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FactFile {
    /// The type of the value.
    #[serde(rename = "type")]
    pub(super) fact_type: FactType,
    /// How to ask for the fact, by locale. Default: the id as words.
    #[serde(default)]
    pub(super) label: Option<Entries<String, String>>,
    /// A regular expression that the whole text must match; only for the type text. Default: any text.
    #[serde(default)]
    #[schemars(extend("examples" = ["[A-Z0-9]{6}"]))]
    pub(super) pattern: Option<String>,
    /// Whether the value is personal data, which is kept out of logs.
    #[serde(default)]
    pub(super) personal: bool,
    /// What of a text counts where it tells one matter from another; only for the type text. exact: all of it;
    /// letters_and_digits: `F 78` is `F-78`; digits: `order 4711` is `4711`. With these two, letters and digits of full
    /// width are those of ASCII. Blanks at the ends and the form of Unicode never count. Default: exact.
    #[serde(default)]
    pub(super) compare: FactCompare,
    /// Whether small and capital letters differ where the text tells one matter from another; only for the type text.
    /// keep: they do; upper, lower: `f78` is `F78`. Default: keep.
    #[serde(default)]
    pub(super) case: FactCase,
}

/// A primary reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PrimaryFile {
    /// The id, once in the list.
    pub(super) id: Id,
    /// The name in the menu, by locale.
    pub(super) label: Entries<String, String>,
    /// The stage of the secondary reasons that name no stage themselves. Default: no stage.
    #[serde(default)]
    pub(super) stage: Option<Id>,
    /// Retired primary reasons that this one replaces. Their secondary reasons are replaced by those of the same id
    /// here. See `replaces` of a secondary reason for what that means.
    #[serde(default)]
    pub(super) replaces: Vec<Id>,
    /// Routes that all its secondary reasons have. A key that a secondary reason writes goes before the same key here.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
    /// Routes of the playbook that its secondary reasons do not inherit. A reason has such a route only with what is
    /// written here or in the reason itself.
    #[serde(default)]
    pub(super) without: Vec<Route>,
    /// Its 1 to 64 secondary reasons, in the order of the menu; 6 to 8 are easy to choose from.
    #[schemars(length(min = 1))]
    pub(super) secondary: Vec<SecondaryFile>,
}

/// A secondary reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondaryFile {
    /// The id, once under its primary reason.
    pub(super) id: Id,
    /// The name in the menu, by locale.
    pub(super) label: Entries<String, String>,
    /// The stage of the life cycle. Default: the stage of the primary reason.
    #[serde(default)]
    pub(super) stage: Option<Id>,
    /// Facts that must be known before help starts, in the order in which they are asked; at most 16.
    #[serde(default)]
    pub(super) facts: Vec<Id>,
    /// The facts that make one matter different from another, such as an invoice number: two invoices are two cases.
    /// Each must be in `facts` too.
    #[serde(default)]
    pub(super) case_key: Vec<Id>,
    /// For how long after its last contact an open case is continued by a new contact; at most 3650d. Default: 7d.
    #[serde(default)]
    pub(super) continues_for: Option<Span>,
    /// For how long after it was resolved a case is reopened by a new contact; at most 3650d. Later a new contact opens
    /// a new case. Default: 14d.
    #[serde(default)]
    pub(super) reopens_within: Option<Span>,
    /// How much a failure matters, from 0.1 to 20: it multiplies the cost of a failure. A rule can raise it. Default:
    /// 1.0.
    #[serde(default)]
    pub(super) need: Option<Decimal>,
    /// What a failure costs besides the tier's `cost_of_failure`, the same for every customer. In the playbook's
    /// currency; 0 or more. Default: 0.
    #[serde(default)]
    pub(super) stake: Option<Decimal>,
    /// The fact that says by when the matter must be settled; its type must be instant. A route that needs more time
    /// than is left has less chance, or none. Default: no deadline.
    #[serde(default)]
    #[schemars(extend("examples" = ["departs_at"]))]
    pub(super) deadline: Option<Id>,
    /// Retired reasons (`primary/secondary`) that this one replaces. A request that names one of them means this
    /// reason, open cases continue, and the old counts are added to the counts of this reason. So a reason that is
    /// renamed, or merged from several, keeps its whole history.
    ///
    /// A retired reason is replaced by one reason only. If it became several, write it in `splits`.
    #[serde(default)]
    #[schemars(extend("examples" = [["existing_flight/move_date"]]))]
    pub(super) replaces: Vec<String>,
    /// Routes that this reason does not inherit. It has such a route only with what is written in its own `routes`.
    #[serde(default)]
    pub(super) without: Vec<Route>,
    /// The routes by which it can be helped. Routes and keys that are left out are inherited: first from the primary
    /// reason, then from the playbook. Of routes with the same expected cost, the first in the list of the channel is
    /// taken.
    #[serde(default)]
    pub(super) routes: Entries<Route, RouteFile>,
}

/// A rule: for which contacts it applies, and what it changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    /// The id, once in the list.
    pub(super) id: Id,
    /// The reasons for which the rule applies: `primary` or `primary/secondary`. Default: any.
    #[serde(default)]
    pub(super) reason: Columns,
    /// The tiers for which it applies. Default: any.
    #[serde(default)]
    pub(super) tier: Columns,
    /// The channels on which it applies. Default: any.
    #[serde(default)]
    pub(super) channel: Columns,
    /// The stages in which it applies. Default: any.
    #[serde(default)]
    pub(super) stage: Columns,
    /// The brands for which it applies. Default: any.
    #[serde(default)]
    pub(super) brand: Columns,
    /// The condition, in CEL. Default: always.
    #[serde(default)]
    #[schemars(extend("examples" = ["facts.departs_at - now < duration('24h')"]))]
    pub(super) when: Option<String>,
    /// Routes that the rule takes away.
    #[serde(default)]
    pub(super) forbid: Vec<Route>,
    /// The only routes that the rule leaves. Guards come first: if they take away all of these routes, this list is set
    /// aside, and the routes that guards leave stay.
    #[serde(default)]
    pub(super) only: Vec<Route>,
    /// How much each route gains, in the playbook's currency: the amount is taken off its expected cost. A negative
    /// amount is added to the cost.
    #[serde(default)]
    pub(super) prefer: Entries<Route, Decimal>,
    /// Raises the need to at least this value, from 0.1 to 20. Default: the need does not change.
    #[serde(default)]
    pub(super) need: Option<Decimal>,
    /// More facts that must be known before help starts; at most 16.
    #[serde(default)]
    pub(super) facts: Vec<Id>,
    /// The queue for the routes whose medium it serves; other routes keep their queues. If several rules set one, the
    /// last wins. Default: the queues of the routes.
    #[serde(default)]
    pub(super) queue: Option<Id>,
    /// How soon the queue should serve the contact, from 0 to 10; the highest goes first. If several rules set it, the
    /// last wins. Default: 5, unless another rule sets it.
    #[serde(default)]
    pub(super) priority: Option<i64>,
    /// Skills that an agent needs besides those of the queue, each with its level from 1 to 10; at most 16. If several
    /// rules name a skill, the highest level wins.
    #[serde(default)]
    pub(super) skills: Entries<Id, i64>,
}

/// Costs besides handling, waiting and failing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CostsFile {
    /// What it costs when a route leaves the customer's channel, in the playbook's currency; 0 or more. Default: 0.
    #[serde(default)]
    pub(super) leaving_channel: Option<Decimal>,
    /// Has no effect any more: `preferred_share` says what a preferred route is worth. Default: no effect.
    #[serde(default)]
    pub(super) preferred_route: Option<Decimal>,
    /// What a route is worth that the customer prefers: a share, from 0 to 1, of the tier's `cost_of_failure` plus the
    /// reason's `stake`. Default: 0.1.
    #[serde(default)]
    pub(super) preferred_share: Option<Decimal>,
    /// How much the need rises for each attempt with people that failed on the case, from 0 to 20. Default: 0.5.
    #[serde(default)]
    pub(super) repeat_need: Option<Decimal>,
    /// How much a minute of waiting counts on each route, from 0 to 100. 1 is the tier's full
    /// `waiting_cost_per_minute`. Default: human 1, chat 1, callback 0.25, message 0.05, self_service 0.
    #[serde(default)]
    pub(super) waiting_weight: Entries<Route, Decimal>,
}

/// A reason that was split into several, so that its history can be compared with that of its parts together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitFile {
    /// The reason that was split, as `primary/secondary`: a retired reason, or a reason that stays and is one of the
    /// parts.
    #[schemars(extend("examples" = ["existing_flight/change"]))]
    pub(super) reason: String,
    /// Older ids of the retired reason, as `primary/secondary`. Their history is added to its own.
    #[serde(default)]
    pub(super) replaces: Vec<String>,
    /// The 2 to 32 parts: reasons of this playbook, or reasons that were split themselves. A reason can be a part
    /// of one split only.
    #[schemars(length(min = 2), extend("examples" = [["existing_flight/change_date", "existing_flight/change_name"]]))]
    pub(super) into: Vec<String>,
    /// The part for contacts that name the retired reason, such as those of an older menu, when their facts decide no
    /// part. It is required if the reason is retired, and refused if the reason stays. Default: for a reason that
    /// stays, the reason itself.
    #[serde(default)]
    pub(super) default: Option<String>,
    /// The fact whose value decides the part; its type must be text, integer or boolean. Default: all contacts go to
    /// `default`.
    #[serde(default)]
    pub(super) fact: Option<Id>,
    /// The part for each value of the fact; at most 256.
    #[serde(default)]
    #[schemars(extend("examples" = [{"name": "existing_flight/change_name"}]))]
    pub(super) values: Entries<String, String>,
}

/// An outcome with which a case can be resolved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeFile {
    /// The id: the code that is given when a case is resolved.
    #[schemars(extend("examples" = ["refunded"]))]
    pub(super) id: Id,
    /// The name that people see, by locale.
    pub(super) label: Entries<String, String>,
    /// The reasons whose cases can have this outcome: `primary` or `primary/secondary`. Default: any.
    #[serde(default)]
    pub(super) reason: Columns,
}
