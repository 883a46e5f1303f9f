//! The inputs that a condition can read.

use crate::fact::FactType;
use crate::money::Money;
use crate::playbook::{FactIndex, Playbook, QueueIndex};
use crate::route::RouteSet;
use crate::time::{Millis, UnixMs};

/// The value of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputValue<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// An amount of the playbook's currency.
    Money(Money),
    /// A point in time.
    Instant(UnixMs),
    /// A span of time.
    Span(Millis),
    /// A list of routes, by their names.
    Routes(RouteSet),
}

/// The inputs of one contact.
pub trait Inputs {
    /// The value of an input, with the type of the [`Field`]; `None` if it is not known.
    fn value(&self, field: Field) -> Option<InputValue<'_>>;
}

/// The type of an input or of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Int,
    Bool,
    Money,
    Instant,
    Span,
    Routes,
}

impl Type {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Type::Text => "a text",
            Type::Int => "a whole number",
            Type::Bool => "true or false",
            Type::Money => "an amount of money",
            Type::Instant => "a point in time",
            Type::Span => "a span of time",
            Type::Routes => "a list of routes",
        }
    }
}

impl From<FactType> for Type {
    fn from(fact_type: FactType) -> Type {
        match fact_type {
            FactType::Text => Type::Text,
            FactType::Integer => Type::Int,
            FactType::Boolean => Type::Bool,
            FactType::Money => Type::Money,
            FactType::Instant => Type::Instant,
        }
    }
}

macro_rules! fields {
    ($($(#[doc = $doc:literal])* $field:ident = $name:literal: $type:ident,)*) => {
        /// An input of conditions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $(#[doc = $doc])* $field,)*
            /// `facts.…`: a fact of the playbook, of its type.
            Fact(FactIndex),
            /// `queues.….wait`, a span: the wait in the queue, as reported or computed from reported numbers. Not known
            /// while nothing is reported.
            QueueWait(QueueIndex),
            /// `queues.….staffed`, a whole number: how many agents are signed in, as reported.
            QueueStaffed(QueueIndex),
            /// `queues.….open_until`, a point in time: when an open queue closes next. Not known while the queue is
            /// closed. For a queue that never closes, the last point in time.
            QueueOpenUntil(QueueIndex),
        }

        /// All inputs except the facts and the queues.
        pub(super) const FIELDS: &[(Field, &str, Type)] = &[$((Field::$field, $name, Type::$type),)*];

        /// The descriptions of these inputs, in the same order.
        const ABOUT: &[&str] = &[$(concat!($($doc,)*),)*];

        impl Field {
            /// The name in a condition. `playbook` must be the playbook that the condition belongs to.
            pub fn name(self, playbook: &Playbook) -> String {
                match self {
                    $(Field::$field => $name.to_owned(),)*
                    Field::Fact(FactIndex(index)) => match playbook.facts.get(usize::from(index)) {
                        Some(fact) => format!("facts.{}", fact.id),
                        None => format!("facts[{index}]"),
                    },
                    Field::QueueWait(queue) => of_queue(playbook, queue, "wait"),
                    Field::QueueStaffed(queue) => of_queue(playbook, queue, "staffed"),
                    Field::QueueOpenUntil(queue) => of_queue(playbook, queue, "open_until"),
                }
            }
        }
    };
}

/// An input of a queue: its name, its field for a queue, and its type.
type QueueField = (&'static str, fn(QueueIndex) -> Field, Type);

/// A variable of conditions, described for authors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name in a condition. `ID` stands for an id of the playbook.
    pub name: String,
    /// The type in words, such as `a text`.
    pub type_name: &'static str,
    /// The description: the meaning, the range, and when the value is unknown.
    pub about: String,
}

/// All variables of conditions, in the order of the declaration.
pub fn variables() -> Vec<Variable> {
    let variable = |name: &str, type_name, about: &str| Variable {
        name: name.to_owned(),
        type_name,
        about: about.trim().to_owned(),
    };
    let fields = FIELDS.iter().zip(ABOUT);
    let fields = fields.map(|((_, name, of), about)| variable(name, of.as_str(), about));
    let about_fact = "The value of a fact. Unknown until it is given, and when the customer declines to give it.";
    let fact = variable("facts.ID", "the type of the fact", about_fact);
    let queues = QUEUE_FIELDS.iter().zip(QUEUE_ABOUT);
    let queues = queues
        .map(|((name, _, of), about)| variable(&format!("queues.ID.{name}"), of.as_str(), about));
    fields.chain([fact]).chain(queues).collect()
}

/// The inputs of a queue.
pub(super) const QUEUE_FIELDS: [QueueField; 3] = [
    ("wait", Field::QueueWait, Type::Span),
    ("staffed", Field::QueueStaffed, Type::Int),
    ("open_until", Field::QueueOpenUntil, Type::Instant),
];

/// The descriptions of the inputs in [`QUEUE_FIELDS`], in the same order.
const QUEUE_ABOUT: [&str; 3] = [
    "The wait in the queue: as reported, or computed from the numbers that are reported. Unknown while nothing is reported.",
    "How many agents are signed in, as reported. Unknown while it is not reported.",
    "When the queue closes next. For a queue that never closes, it is after every other time. Unknown while the queue is closed.",
];

fn of_queue(playbook: &Playbook, QueueIndex(index): QueueIndex, field: &str) -> String {
    match playbook.queues.get(usize::from(index)) {
        Some(queue) => format!("queues.{}.{field}", queue.id),
        None => format!("queues[{index}].{field}"),
    }
}

fields! {
    /// The id of the channel. Always known.
    ContactChannel = "contact.channel": Text,
    /// The medium of the channel: voice, live_text, async_text or in_person. Always known.
    ContactMedium = "contact.medium": Text,
    /// The device, as an id that the caller chooses. Unknown when the contact gives none.
    ContactDevice = "contact.device": Text,
    /// The stage of the life cycle: the contact's, or else the reason's. Unknown when neither has one.
    ContactStage = "contact.stage": Text,
    /// The persona: the contact's, or else the case's, or else the customer's. Unknown when none of them has one.
    ContactPersona = "contact.persona": Text,
    /// How the customer feels, from -100 (furious) to 100 (delighted). Unknown when the contact does not say.
    ContactSentiment = "contact.sentiment": Int,
    /// The language without its region, in lower case: the contact's, or else the case's, or else the customer's.
    /// Unknown when none of them has one.
    ContactLanguage = "contact.language": Text,
    /// The id of the brand. Unknown when the contact gives none.
    ContactBrand = "contact.brand": Text,
    /// Whether the customer asked for a person, on this contact or on an earlier one of its case. Always known.
    ContactAskedForPerson = "contact.asked_for_person": Bool,
    /// Who began the contact: inbound is the customer, outbound is the company. Always known.
    ContactDirection = "contact.direction": Text,
    /// Whether the contact is from a customer who is stored. Always known.
    CustomerKnown = "customer.known": Bool,
    /// The id of the tier with which the contact is decided. Always known: without another tier it is the default one.
    CustomerTier = "customer.tier": Text,
    /// The stored persona. Unknown for an anonymous customer, and when no persona is stored.
    CustomerPersona = "customer.persona": Text,
    /// The stored language without its region, in lower case. Unknown for an anonymous customer, and when no language
    /// is stored.
    CustomerLanguage = "customer.language": Text,
    /// Whether the customer is vulnerable. True when the contact, the case or the stored customer says so. Unknown when
    /// none of them says anything.
    CustomerVulnerable = "customer.vulnerable": Bool,
    /// What the customer is worth, in the currency of the playbook. Unknown for an anonymous customer, and when no
    /// value is stored.
    CustomerValue = "customer.value": Money,
    /// For how many whole years the customer has been one. Unknown for an anonymous customer, and when no number is
    /// stored.
    CustomerLoyaltyYears = "customer.loyalty_years": Int,
    /// How many times the customer contacted us in the last 7 days about cases that are open, before this contact.
    /// Unknown for an anonymous customer.
    CustomerContacts7d = "customer.contacts_7d": Int,
    /// How many contacts the customer had in the last 7 days before this one: on all cases, whoever began them. Unknown
    /// for an anonymous customer.
    CustomerAllContacts7d = "customer.all_contacts_7d": Int,
    /// How many times the customer had to come back about this case, this contact included. Always known.
    CaseRepeats = "case.repeats": Int,
    /// How many contacts the case had before this one. Always known.
    CaseContacts = "case.contacts": Int,
    /// How many times the customer changed the channel on this case, this contact included. Always known.
    CaseChannelSwitches = "case.channel_switches": Int,
    /// How many promises of the case were broken. Always known: it is 0, because this version does not track promises.
    CaseBrokenPromises = "case.broken_promises": Int,
    /// How long ago the case was opened. Unknown when this contact opens it.
    CaseAge = "case.age": Span,
    /// The routes that were tried on the case: `'chat' in case.tried`. Always known.
    CaseTried = "case.tried": Routes,
    /// How the newest attempt to help ended: resolved, abandoned, gave_up, asked_for_person, no_answer, failed,
    /// repeated, transferred, switched or timed_out. Unknown when nothing was tried, and when the newest attempt has
    /// not ended.
    CaseLastOutcome = "case.last_outcome": Text,
    /// Whether an answer that the company owes on the case is overdue. Always known.
    CaseOwedOverdue = "case.owed_overdue": Bool,
    /// The hour in the playbook's time zone, from 0 to 23. Always known.
    NowHour = "now.hour": Int,
    /// The day of the week in the playbook's time zone, from 1 (Monday) to 7 (Sunday). Always known.
    NowWeekday = "now.weekday": Int,
    /// The time of the decision. Always known.
    Now = "now": Instant,
}
