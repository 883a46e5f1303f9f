//! A playbook in the form that decisions read: compiled, immutable, and identified by the hash of the written document.
//!
//! The modules below read, check and compile a playbook. [`crate::decision`] defines what the playbook means.

pub mod calendar;
mod compile;
pub mod condition;
pub mod diff;
mod fault;
mod format;
pub mod leaving;
pub mod limits;
pub mod map;
pub mod menu;
mod outcome;
pub mod pattern;
mod routes;
pub mod rule_sets;
mod schema;
pub mod situation;
mod split;
mod structure;
pub mod test;
#[cfg(test)]
mod tests;
mod tree;
mod version;
mod warning;
mod yaml;

use crate::fact::{FactCase, FactCompare, FactType, KeyFact};
use crate::handle::{BrandRegions, HandleKinds};
use crate::ids::{PlaybookVersion, ReasonId, Slug};
use crate::money::Money;
use crate::route::{Medium, Route};
use crate::time::{Millis, UnixMs};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use fault::{FAULTS_MAX, PlaybookFault, PlaybookFaults, nearest, right_names};
pub use outcome::OutcomeDefinition;
pub use routes::{
    Guards, Inherited, LastResort, Level, QueueColumn, RouteSpec, Whereabouts, primary_language,
};
pub use schema::json_schema;
pub use split::{Part, Split};
pub use tree::ECHO_CHARS_MAX;
pub use warning::{WARNINGS_MAX, Warning, Warnings};
pub use yaml::{PLAYBOOK_BYTES_MAX, PLAYBOOK_DEPTH_MAX};

/// The index of a tier in [`Playbook::tiers`]. The most valuable tier is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierIndex(pub u16);
/// The index of a channel in [`Playbook::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelIndex(pub u16);
/// The index of a secondary reason in [`Playbook::reasons`], in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonIndex(pub u16);
/// The index of a queue in [`Playbook::queues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueIndex(pub u16);
/// The index of a fact in [`Playbook::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactIndex(pub u16);
/// The index of a rule in [`Playbook::rules`], in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

/// A factor such as `need`, in thousandths: 1000 is 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need(pub u32);

impl Need {
    /// The factor 1.0.
    pub const ONE: Need = Need(1_000);
}

/// A probability in basis points: 10 000 is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(pub u16);

impl BasisPoints {
    /// The probability of a certain event.
    pub const ONE: BasisPoints = BasisPoints(10_000);
}

/// A text for people: pairs of a locale of the playbook and the text in this locale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(pub Vec<(Arc<str>, Arc<str>)>);

/// The whole configuration of one company.
#[derive(Debug)]
pub struct Playbook {
    /// The hash of the document as it was written.
    pub version: PlaybookVersion,
    /// The text as it was published, byte for byte.
    pub source: Arc<str>,
    /// The name of the playbook.
    pub name: Slug,
    /// The currency of all amounts: three capital letters.
    pub currency: Arc<str>,
    /// The company's own time zone.
    pub time_zone: jiff::tz::TimeZone,
    /// The locales of the labels. The first is used if a label has no text in the wanted locale.
    pub locales: Vec<Arc<str>>,
    /// The tiers, the most valuable first.
    pub tiers: Vec<Tier>,
    /// The tier of a customer whose tier is not known.
    pub tier_default: TierIndex,
    /// The stages, in the order of the life cycle.
    pub stages: Vec<Slug>,
    /// Personas that a request may name.
    pub personas: Vec<Slug>,
    /// Brands that a request may name.
    pub brands: Vec<Slug>,
    /// Kinds of consent that a customer may give or refuse.
    pub consents: Vec<Slug>,
    /// How the kinds of handles compare.
    pub handles: Arc<HandleKinds>,
    /// Where phone numbers without a country code belong if the contact is for a brand.
    pub brand_regions: BrandRegions,
    /// The channels, in the order written.
    pub channels: Vec<Channel>,
    /// The queues, in the order written.
    pub queues: Vec<Queue>,
    /// The facts, in the order written.
    pub facts: Vec<FactSpec>,
    /// The primary reasons, in the order of the menu.
    pub primaries: Vec<Primary>,
    /// Every secondary reason, in the order written.
    pub reasons: Vec<Reason>,
    /// The reasons that were split into several, in the order written.
    pub splits: Vec<Split>,
    /// The possible outcomes of a case, in the order written. Empty: any outcome is possible.
    pub outcomes: Vec<OutcomeDefinition>,
    /// The rules, in the order in which they apply.
    pub rules: Vec<Rule>,
    /// The routes that guards remove, before any rule.
    pub guards: Guards,
    /// The weight of a minute of waiting on each route, in hundredths, in the order of [`Route::ALL`].
    pub waiting_weight_percent: [u16; 5],
    /// The cost of leaving the customer's channel.
    pub leaving_channel: Money,
    /// The value of a route that the customer prefers, in the first formula: a flat amount.
    pub preferred_route: Money,
    /// The value of a route that the customer prefers: this share of what is at stake without need.
    pub preferred_share: BasisPoints,
    /// The amount that is added to the need for each failed attempt with people on the case. 0 adds nothing.
    pub repeat_need: Need,
    /// The routes that are used if no other route is allowed, in the order written; at least one.
    pub last_resort: Vec<LastResort>,
    /// The question to the customer after a case was resolved; `None` for no question.
    pub feedback_question: Option<Label>,
    /// The tests of the playbook, in the order written.
    pub tests: Vec<test::PlaybookTest>,
    /// The lookups from names in requests to indexes.
    pub index: Index,
}

impl Playbook {
    /// The tier at an index of this playbook.
    pub fn tier(&self, index: TierIndex) -> &Tier {
        &self.tiers[index.0 as usize]
    }

    /// The secondary reason at an index of this playbook.
    pub fn reason(&self, index: ReasonIndex) -> &Reason {
        &self.reasons[index.0 as usize]
    }

    /// The queue at an index of this playbook.
    pub fn queue(&self, index: QueueIndex) -> &Queue {
        &self.queues[index.0 as usize]
    }

    /// The fact at an index of this playbook.
    pub fn fact(&self, index: FactIndex) -> &FactSpec {
        &self.facts[index.0 as usize]
    }

    /// The rule at an index of this playbook.
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        &self.rules[index.0 as usize]
    }

    /// The tiers with their indexes, the most valuable first.
    pub fn tiers_indexed(&self) -> impl Iterator<Item = (TierIndex, &Tier)> {
        (0..).map(TierIndex).zip(&self.tiers)
    }

    /// The secondary reasons with their indexes, in the order written.
    pub fn reasons_indexed(&self) -> impl Iterator<Item = (ReasonIndex, &Reason)> {
        (0..).map(ReasonIndex).zip(&self.reasons)
    }

    /// The channels with their indexes, in the order written.
    pub fn channels_indexed(&self) -> impl Iterator<Item = (ChannelIndex, &Channel)> {
        (0..).map(ChannelIndex).zip(&self.channels)
    }

    /// The reason that replaced `reason` under this playbook, or the split reason that it belongs to. `reason` itself
    /// if the playbook does not know it.
    pub fn stands_for<'a>(&'a self, reason: &'a ReasonId) -> &'a ReasonId {
        let known = self.index.reasons.get(reason);
        let stands = known.map(|&index| &self.reason(index).id);
        let split = || self.split_of(reason).map(|split| &split.reason);
        stands.or_else(split).unwrap_or(reason)
    }

    /// Reads, checks and compiles a playbook in the form in which it was written.
    ///
    /// # Errors
    /// First the structure is checked, and only its first fault is returned. Then all faults of meaning are returned,
    /// at most [`FAULTS_MAX`]. If there are none, the failed tests of the playbook are returned. Show the faults to the
    /// author. A playbook without faults may still have warnings, at most [`WARNINGS_MAX`]. None of them depends on the
    /// time: see [`Playbook::read_at`].
    pub fn read(source: &str) -> Result<(Playbook, Warnings), PlaybookFaults> {
        Playbook::read_by(source, None)
    }

    /// The same as [`Playbook::read`], at a time. It also warns of what time has overtaken, or soon will: calendars
    /// whose closed dates end.
    ///
    /// # Errors
    /// Those of [`Playbook::read`].
    pub fn read_at(source: &str, now: UnixMs) -> Result<(Playbook, Warnings), PlaybookFaults> {
        Playbook::read_by(source, Some(now))
    }

    fn read_by(source: &str, now: Option<UnixMs>) -> Result<(Playbook, Warnings), PlaybookFaults> {
        let root = yaml::read(source)?;
        let file = structure::fit(&root)?;
        match compile::compile(&file, &root, source) {
            (Some(playbook), faults) if faults.is_empty() => {
                let failed = test::run(&playbook, &root);
                if !failed.is_empty() {
                    return Err(failed);
                }
                let warnings = warning::look(&file, &playbook, &root, now);
                Ok((playbook, warnings))
            }
            (_, faults) => Err(faults),
        }
    }

    /// Compiles a version that was published before. Limits and checks that were added later are not applied.
    ///
    /// # Errors
    /// If this program cannot compile the version. Then the document was damaged, or was written by a newer program.
    pub fn stored(source: &str) -> Result<Playbook, PlaybookFaults> {
        let root = yaml::read(source)?;
        let file = structure::fit(&root)?;
        let (playbook, faults) = compile::compile(&file, &root, source);
        playbook.ok_or(faults)
    }
}

/// The lookups from names in requests to indexes.
#[derive(Debug, Default)]
pub struct Index {
    /// The tiers by id.
    pub tiers: HashMap<Slug, TierIndex>,
    /// The channels by id.
    pub channels: HashMap<Slug, ChannelIndex>,
    /// The queues by id.
    pub queues: HashMap<Slug, QueueIndex>,
    /// The facts by id.
    pub facts: HashMap<Slug, FactIndex>,
    /// The secondary reasons by id, and by the id of each retired reason that they replace, directly or through others.
    pub reasons: HashMap<ReasonId, ReasonIndex>,
    /// The split reasons by id and by older ids, as indexes into [`Playbook::splits`].
    pub splits: HashMap<ReasonId, u16>,
    /// The primary reasons by id and by the id of each retired reason that they replace, as indexes into
    /// [`Playbook::primaries`].
    pub primaries: HashMap<Slug, u16>,
    /// The queues that rules lead to or read, and the queues of the last resort.
    pub queues_of_all: HashSet<QueueIndex>,
    /// Finds the rules whose columns all match a contact.
    pub rule_sets: rule_sets::RuleSets,
}

/// A tier: a group of customers.
#[derive(Clone, Debug)]
pub struct Tier {
    /// The id of the tier.
    pub id: Slug,
    /// The name that people see.
    pub label: Label,
    /// The longest time that a contact of this tier should wait.
    pub waiting_target: Millis,
    /// The cost of one minute of waiting.
    pub waiting_cost_per_minute: Money,
    /// The cost of a failure.
    pub cost_of_failure: Money,
    /// The cost of one hour of waiting for an agreed time.
    pub agreed_wait_cost_per_hour: Money,
}

/// A channel on which contacts come in.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The id of the channel.
    pub id: Slug,
    /// The name that people see.
    pub label: Label,
    /// The kind of conversation on the channel.
    pub medium: Medium,
    /// The routes that are possible on the channel. Of equally good routes, the earlier one is used.
    pub routes: Vec<Route>,
    /// Whether the customer chooses from the menu with a keypad. Then the menu has at most [`KEYPAD_ITEMS_MAX`] items.
    pub keypad: bool,
}

/// The largest number of items in a menu on a keypad.
pub const KEYPAD_ITEMS_MAX: usize = 9;

/// A queue: a line in which contacts wait for agents.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The id of the queue.
    pub id: Slug,
    /// The name that people see.
    pub label: Label,
    /// The opening hours; `None` if the queue is always open.
    pub calendar: Option<Arc<calendar::Calendar>>,
    /// The skills that an agent must have, with their level.
    pub skills: Vec<(Slug, u8)>,
    /// The wait that is used while nothing is reported.
    pub assumed_wait: Millis,
    /// The handle time that is used while nothing is reported.
    pub assumed_handle_time: Millis,
    /// The languages that the agents speak, such as `en`, in the order written. Empty: any language.
    pub languages: Vec<Arc<str>>,
    /// The media that the queue serves, in the order written. Empty: any medium.
    pub media: Vec<Medium>,
}

impl Queue {
    /// Whether the queue serves `medium`.
    pub fn serves(&self, medium: Medium) -> bool {
        self.media.is_empty() || self.media.contains(&medium)
    }

    /// Whether the agents speak `language`, a primary language tag such as `en`.
    pub fn speaks(&self, language: &str) -> bool {
        let mut spoken = self.languages.iter();
        self.languages.is_empty() || spoken.any(|spoken| **spoken == *language)
    }
}

/// The definition of a fact.
#[derive(Clone, Debug)]
pub struct FactSpec {
    /// The id of the fact.
    pub id: Slug,
    /// The question for the fact.
    pub label: Label,
    /// The type of its value.
    pub fact_type: FactType,
    /// The pattern that the whole text must match; `None` if any text is valid.
    pub pattern: Option<pattern::Pattern>,
    /// Whether the value must never appear in logs.
    pub personal: bool,
    /// What of a text counts where the fact tells one matter from another.
    pub compare: FactCompare,
    /// Whether small and capital letters of a text differ where the fact tells one matter from another.
    pub case: FactCase,
    /// Whether the fact tells one matter of a reason from another.
    pub is_key: bool,
}

impl FactSpec {
    /// The fact as it tells one matter from another.
    pub fn as_key(&self) -> KeyFact {
        KeyFact {
            id: self.id.clone(),
            compare: self.compare,
            case: self.case,
        }
    }
}

/// A primary reason.
#[derive(Clone, Debug)]
pub struct Primary {
    /// The id of the primary reason.
    pub id: Slug,
    /// The text in the menu.
    pub label: Label,
    /// The secondary reasons of this primary reason, as a range of [`Playbook::reasons`].
    pub secondary: std::ops::Range<u16>,
    /// The retired primary reasons that this one replaces.
    pub replaces: Vec<Slug>,
}

/// A secondary reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The id, as `primary/secondary`.
    pub id: ReasonId,
    /// The primary reason, as an index into [`Playbook::primaries`].
    pub primary: u16,
    /// The text in the menu.
    pub label: Label,
    /// The stage in the life cycle, as an index into [`Playbook::stages`]; `None` if it has none.
    pub stage: Option<u16>,
    /// The facts that must be known, in the order of asking.
    pub facts: Vec<FactIndex>,
    /// The key facts. They distinguish one matter of this reason from another.
    pub case_key: Vec<FactIndex>,
    /// For how long after its last contact an open case is continued. A further contact within this time is a repeat.
    pub continues_for: Millis,
    /// For how long after it was resolved a case can be reopened. After that, a new case is opened.
    pub reopens_within: Millis,
    /// How much help is needed, as a factor. A version that was published when the limit was higher can have more than
    /// [`limits::NEED_MAX`]. The decision uses this limit then.
    pub need: Need,
    /// The cost of a failure for this reason, in addition to the cost of the tier.
    pub stake: Money,
    /// The fact of type instant that is the deadline; `None` if there is no deadline.
    pub deadline: Option<FactIndex>,
    /// The routes: first those of this reason in the order written, then those of its primary reason, then those of the
    /// playbook. A route that is written on several levels is listed once, where it comes first.
    pub routes: Vec<RouteSpec>,
    /// The retired reasons that this one replaces, directly or through others; the direct ones first.
    pub replaces: Vec<ReasonId>,
}

/// A rule: where it can apply, under which condition, and its effects.
#[derive(Debug)]
pub struct Rule {
    /// The id of the rule.
    pub id: Slug,
    /// The reasons that the rule is for, as sorted indexes. Empty: any reason.
    pub reasons: Vec<ReasonIndex>,
    /// The tiers that the rule is for. Empty: any tier.
    pub tiers: Vec<TierIndex>,
    /// The channels that the rule is for. Empty: any channel.
    pub channels: Vec<ChannelIndex>,
    /// The stages that the rule is for, as indexes into [`Playbook::stages`]. Empty: any stage.
    pub stages: Vec<u16>,
    /// The brands that the rule is for, as indexes into [`Playbook::brands`]. Empty: any brand.
    pub brands: Vec<u16>,
    /// The condition; `None` if the rule always applies.
    pub when: Option<condition::Condition>,
    /// The routes that the rule removes.
    pub forbid: Vec<Route>,
    /// The only routes that the rule allows. Empty if the rule allows all.
    pub only: Vec<Route>,
    /// The amount that the rule gives to a route.
    pub prefer: Vec<(Route, Money)>,
    /// The rule raises the need to at least this value; `None` if it does not change the need.
    pub need: Option<Need>,
    /// More facts that must be known.
    pub facts: Vec<FactIndex>,
    /// The queue for routes to people, if this queue serves the medium of the route; `None` if the rule sets no queue.
    pub queue: Option<QueueIndex>,
    /// How soon the contact should be taken, from 0 to [`limits::PRIORITY_MAX`]. A higher number goes first. `None` if
    /// the rule sets no priority.
    pub priority: Option<u8>,
    /// The skills that an agent must have in addition to those of the queue, with the level from 1 to
    /// [`limits::SKILL_LEVEL_MAX`].
    pub skills: Vec<(Slug, u8)>,
}
