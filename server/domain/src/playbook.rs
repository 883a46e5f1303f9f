//! A playbook as the decision reads it: compiled, immutable, identified by the hash of what was written.
//!
//! How one is read, checked and compiled is in the modules below; what it means is in [`crate::decision`].

pub mod calendar;
mod compile;
pub mod condition;
pub mod diff;
mod fault;
mod format;
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

use crate::fact::FactType;
use crate::ids::{PlaybookVersion, ReasonId, Slug};
use crate::money::Money;
use crate::route::{Medium, Route};
use crate::time::Millis;
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

/// Index of a tier in [`Playbook::tiers`], the most valuable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierIndex(pub u16);
/// Index of a channel in [`Playbook::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelIndex(pub u16);
/// Index of a secondary reason in [`Playbook::reasons`], in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonIndex(pub u16);
/// Index of a queue in [`Playbook::queues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueIndex(pub u16);
/// Index of a fact in [`Playbook::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactIndex(pub u16);
/// Index of a rule in [`Playbook::rules`], in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

/// Factors such as `need` in thousandths: 1000 is 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need(pub u32);

impl Need {
    /// 1.0.
    pub const ONE: Need = Need(1_000);
}

/// A probability in basis points: 10 000 is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(pub u16);

impl BasisPoints {
    /// Certain.
    pub const ONE: BasisPoints = BasisPoints(10_000);
}

/// A text in the playbook's locales.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(pub Vec<(Arc<str>, Arc<str>)>);

/// The whole configuration of one company.
#[derive(Debug)]
pub struct Playbook {
    /// The hash of what was written.
    pub version: PlaybookVersion,
    /// The text as it was published, byte for byte.
    pub source: Arc<str>,
    /// Its name.
    pub name: Slug,
    /// Three capital letters.
    pub currency: Arc<str>,
    /// The company's own time zone.
    pub time_zone: jiff::tz::TimeZone,
    /// The first is the one to fall back to.
    pub locales: Vec<Arc<str>>,
    /// Most valuable first.
    pub tiers: Vec<Tier>,
    /// The tier of a customer of whom we know none.
    pub tier_default: TierIndex,
    /// In the order of the life cycle.
    pub stages: Vec<Slug>,
    /// Personas that a request may name.
    pub personas: Vec<Slug>,
    /// Brands that a request may name.
    pub brands: Vec<Slug>,
    /// Kinds of consent that a customer may give or refuse.
    pub consents: Vec<Slug>,
    /// In the order written.
    pub channels: Vec<Channel>,
    /// In the order written.
    pub queues: Vec<Queue>,
    /// In the order written.
    pub facts: Vec<FactSpec>,
    /// Primary reasons in the order of the menu.
    pub primaries: Vec<Primary>,
    /// Every secondary reason, in the order written.
    pub reasons: Vec<Reason>,
    /// Reasons that became several, in the order written.
    pub splits: Vec<Split>,
    /// What can come of a case, in the order written; empty: anything.
    pub outcomes: Vec<OutcomeDefinition>,
    /// In the order in which they apply.
    pub rules: Vec<Rule>,
    /// Which routes the guards take away, before any rule.
    pub guards: Guards,
    /// How much a minute on each route weighs as waiting, in hundredths, in the order of [`Route::ALL`].
    pub waiting_weight_percent: [u16; 5],
    /// What it costs to leave the customer's channel.
    pub leaving_channel: Money,
    /// What a preferred route of the customer was worth by the formula before: a flat amount.
    pub preferred_route: Money,
    /// What a preferred route of the customer is worth: this share of what is at stake without need.
    pub preferred_share: BasisPoints,
    /// What the need is raised by for each attempt with people that failed on the case; 0 for nothing.
    pub repeat_need: Need,
    /// What is left when nothing else is allowed, in the order written; at least one.
    pub last_resort: Vec<LastResort>,
    /// What to ask the customer when a case was resolved.
    pub feedback_question: Option<Label>,
    /// What is expected of it, in the order written.
    pub tests: Vec<test::PlaybookTest>,
    /// Finding things by what a request calls them.
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

    /// Its tiers with their indexes, the most valuable first.
    pub fn tiers_indexed(&self) -> impl Iterator<Item = (TierIndex, &Tier)> {
        (0..).map(TierIndex).zip(&self.tiers)
    }

    /// Its secondary reasons with their indexes, in the order written.
    pub fn reasons_indexed(&self) -> impl Iterator<Item = (ReasonIndex, &Reason)> {
        (0..).map(ReasonIndex).zip(&self.reasons)
    }

    /// Its channels with their indexes, in the order written.
    pub fn channels_indexed(&self) -> impl Iterator<Item = (ChannelIndex, &Channel)> {
        (0..).map(ChannelIndex).zip(&self.channels)
    }

    /// What stands for a reason under this playbook; itself, if the playbook does not know it.
    pub fn stands_for<'a>(&'a self, reason: &'a ReasonId) -> &'a ReasonId {
        let known = self.index.reasons.get(reason);
        let stands = known.map(|&index| &self.reason(index).id);
        let split = || self.split_of(reason).map(|split| &split.reason);
        stands.or_else(split).unwrap_or(reason)
    }

    /// Reads, checks and compiles a playbook as somebody wrote it.
    ///
    /// # Errors
    /// First the structure: its first fault alone. Then all faults of meaning at once, at most [`FAULTS_MAX`],
    /// then those of its tests that fail. Show them to the writer. Where there are none there may still be warnings,
    /// at most [`WARNINGS_MAX`].
    pub fn read(source: &str) -> Result<(Playbook, Warnings), PlaybookFaults> {
        let root = yaml::read(source)?;
        let file = structure::fit(&root)?;
        match compile::compile(&file, &root, source) {
            (Some(playbook), faults) if faults.is_empty() => {
                let failed = test::run(&playbook, &root);
                if !failed.is_empty() {
                    return Err(failed);
                }
                let warnings = warning::look(&file, &playbook, &root);
                Ok((playbook, warnings))
            }
            (_, faults) => Err(faults),
        }
    }

    /// Compiles a version that was published once: limits and rules that came later do not count.
    ///
    /// # Errors
    /// When it has no meaning to this program; then it was damaged, or written by a newer one.
    pub fn stored(source: &str) -> Result<Playbook, PlaybookFaults> {
        let root = yaml::read(source)?;
        let file = structure::fit(&root)?;
        let (playbook, faults) = compile::compile(&file, &root, source);
        playbook.ok_or(faults)
    }
}

/// Lookups from the names of requests to indexes.
#[derive(Debug, Default)]
pub struct Index {
    /// Tiers by id.
    pub tiers: HashMap<Slug, TierIndex>,
    /// Channels by id.
    pub channels: HashMap<Slug, ChannelIndex>,
    /// Queues by id.
    pub queues: HashMap<Slug, QueueIndex>,
    /// Facts by id.
    pub facts: HashMap<Slug, FactIndex>,
    /// Secondary reasons by id, and each replaced one by its old id (transitively).
    pub reasons: HashMap<ReasonId, ReasonIndex>,
    /// Split reasons by id and by their older names (index into [`Playbook::splits`]).
    pub splits: HashMap<ReasonId, u16>,
    /// Primary reasons by id (index into [`Playbook::primaries`]), and each replaced one by its old id.
    pub primaries: HashMap<Slug, u16>,
    /// Queues that rules lead to or look at, and those of the last resort.
    pub queues_of_all: HashSet<QueueIndex>,
    /// The rules that fit a contact by all their columns.
    pub rule_sets: rule_sets::RuleSets,
}

/// A customer group.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its id.
    pub id: Slug,
    /// For people.
    pub label: Label,
    /// How long a contact of this tier should wait at most.
    pub waiting_target: Millis,
    /// What a minute of its waiting costs.
    pub waiting_cost_per_minute: Money,
    /// What it costs to fail.
    pub cost_of_failure: Money,
    /// What an hour costs of waiting for a window that was agreed on.
    pub agreed_wait_cost_per_hour: Money,
}

/// Where contacts come in.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: Slug,
    /// For people.
    pub label: Label,
    /// What kind of conversation.
    pub medium: Medium,
    /// What can be given here, in the order in which ties are broken.
    pub routes: Vec<Route>,
    /// Whether the menu is chosen from a keypad: at most [`KEYPAD_ITEMS_MAX`] items.
    pub keypad: bool,
}

/// Most items of a menu on a keypad.
pub const KEYPAD_ITEMS_MAX: usize = 9;

/// A waiting line.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its id.
    pub id: Slug,
    /// For people.
    pub label: Label,
    /// When it is open; always, if none.
    pub calendar: Option<Arc<calendar::Calendar>>,
    /// What an agent must know, with the level.
    pub skills: Vec<(Slug, u8)>,
    /// The wait to reckon with while nothing is reported.
    pub assumed_wait: Millis,
    /// The handle time to reckon with while nothing is reported.
    pub assumed_handle_time: Millis,
    /// The languages that are spoken there, such as `en`, in the order written; empty: any.
    pub languages: Vec<Arc<str>>,
    /// The media in which it serves, in the order written; empty: any.
    pub media: Vec<Medium>,
}

impl Queue {
    /// Whether it serves in `medium`.
    pub fn serves(&self, medium: Medium) -> bool {
        self.media.is_empty() || self.media.contains(&medium)
    }

    /// Whether `language`, a primary language tag such as `en`, is spoken there.
    pub fn speaks(&self, language: &str) -> bool {
        let mut spoken = self.languages.iter();
        self.languages.is_empty() || spoken.any(|spoken| **spoken == *language)
    }
}

/// What a fact is.
#[derive(Clone, Debug)]
pub struct FactSpec {
    /// Its id.
    pub id: Slug,
    /// How to ask for it.
    pub label: Label,
    /// What kind of value.
    pub fact_type: FactType,
    /// What a text must match as a whole.
    pub pattern: Option<pattern::Pattern>,
    /// Never in logs.
    pub personal: bool,
}

/// A primary reason.
#[derive(Clone, Debug)]
pub struct Primary {
    /// Its id.
    pub id: Slug,
    /// For the menu.
    pub label: Label,
    /// Its secondary reasons, as a range of [`Playbook::reasons`].
    pub secondary: std::ops::Range<u16>,
    /// Old primary ids that this one stands for.
    pub replaces: Vec<Slug>,
}

/// A secondary reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// `primary/secondary`.
    pub id: ReasonId,
    /// Its primary (index into [`Playbook::primaries`]).
    pub primary: u16,
    /// For the menu.
    pub label: Label,
    /// Where in the life cycle (index into [`Playbook::stages`]).
    pub stage: Option<u16>,
    /// What must be known, in the order of asking.
    pub facts: Vec<FactIndex>,
    /// Facts that tell one matter from another.
    pub case_key: Vec<FactIndex>,
    /// How long after its last contact an open case is continued, and a further contact is a repeat.
    pub continues_for: Millis,
    /// How long after it was resolved a case is reopened rather than followed by a new one.
    pub reopens_within: Millis,
    /// Value at stake. A version that was published when the limit was higher can have more than
    /// [`limits::NEED_MAX`]; the decision reckons with that limit.
    pub need: Need,
    /// What failing costs whoever the customer is, beside what it costs by the tier.
    pub stake: Money,
    /// The fact, an instant, by which it must be done.
    pub deadline: Option<FactIndex>,
    /// Its own in the order written, then those of its primary reason, then those of the playbook.
    pub routes: Vec<RouteSpec>,
    /// Old reasons that this one stands for, transitively, direct ones first.
    pub replaces: Vec<ReasonId>,
}

/// A rule: where it can apply, when, and what it does.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: Slug,
    /// Reasons it is about (indexes, sorted); empty: any.
    pub reasons: Vec<ReasonIndex>,
    /// Tiers it is about; empty: any.
    pub tiers: Vec<TierIndex>,
    /// Channels it is about; empty: any.
    pub channels: Vec<ChannelIndex>,
    /// Stages it is about (indexes into [`Playbook::stages`]); empty: any.
    pub stages: Vec<u16>,
    /// Brands it is about (indexes into [`Playbook::brands`]); empty: any.
    pub brands: Vec<u16>,
    /// The condition; none: always.
    pub when: Option<condition::Condition>,
    /// Routes that it takes away.
    pub forbid: Vec<Route>,
    /// Routes that it leaves, if not empty.
    pub only: Vec<Route>,
    /// What each route gains.
    pub prefer: Vec<(Route, Money)>,
    /// Raises the need to at least this.
    pub need: Option<Need>,
    /// What else must be known.
    pub facts: Vec<FactIndex>,
    /// Where routes to people lead whose medium this queue serves.
    pub queue: Option<QueueIndex>,
    /// How soon the queue should take it, from 0 to [`limits::PRIORITY_MAX`]; higher goes first.
    pub priority: Option<u8>,
    /// What an agent must know besides what the queue asks for, with the level from 1 to
    /// [`limits::SKILL_LEVEL_MAX`].
    pub skills: Vec<(Slug, u8)>,
}
