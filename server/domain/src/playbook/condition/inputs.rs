//! What a condition can read.

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
    /// Yes or no.
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
    /// The value of an input, of the type that [`Field`] says; `None` if it is not known.
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
    ($($(#[$doc:meta])* $field:ident = $name:literal: $type:ident,)*) => {
        /// An input of conditions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $(#[$doc])* $field,)*
            /// `facts.…`: a fact of the playbook, of its type.
            Fact(FactIndex),
            /// `queues.….wait`, a span: the wait on the line as it was reported or follows from what was; not known
            /// while nothing is reported.
            QueueWait(QueueIndex),
            /// `queues.….staffed`, a whole number: who is signed in, as it was reported.
            QueueStaffed(QueueIndex),
            /// `queues.….open_until`, a point in time: when an open queue closes next; not known while it is closed,
            /// and the last point in time there is for one that never closes.
            QueueOpenUntil(QueueIndex),
        }

        /// Every input but the facts.
        pub(super) const FIELDS: &[(Field, &str, Type)] = &[$((Field::$field, $name, Type::$type),)*];

        impl Field {
            /// As a condition writes it; `playbook` must be the one whose condition this is of.
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

/// The name of what can be read of a queue, the field of one, and its type.
type QueueField = (&'static str, fn(QueueIndex) -> Field, Type);

/// What a condition can read of a queue.
pub(super) const QUEUE_FIELDS: [QueueField; 3] = [
    ("wait", Field::QueueWait, Type::Span),
    ("staffed", Field::QueueStaffed, Type::Int),
    ("open_until", Field::QueueOpenUntil, Type::Instant),
];

fn of_queue(playbook: &Playbook, QueueIndex(index): QueueIndex, field: &str) -> String {
    match playbook.queues.get(usize::from(index)) {
        Some(queue) => format!("queues.{}.{field}", queue.id),
        None => format!("queues[{index}].{field}"),
    }
}

fields! {
    /// Text: an id of the playbook.
    ContactChannel = "contact.channel": Text,
    /// Text: voice, live_text, async_text or in_person.
    ContactMedium = "contact.medium": Text,
    /// Text.
    ContactDevice = "contact.device": Text,
    /// Text: an id of the playbook.
    ContactStage = "contact.stage": Text,
    /// Text: an id of the playbook.
    ContactPersona = "contact.persona": Text,
    /// A whole number from -100 to 100.
    ContactSentiment = "contact.sentiment": Int,
    /// Text: the language without a region, in lower case; the contact's, else the case's, else the stored one.
    ContactLanguage = "contact.language": Text,
    /// Text: an id of the playbook.
    ContactBrand = "contact.brand": Text,
    /// Yes or no.
    ContactAskedForPerson = "contact.asked_for_person": Bool,
    /// Text: inbound or outbound.
    ContactDirection = "contact.direction": Text,
    /// Yes or no.
    CustomerKnown = "customer.known": Bool,
    /// Text: an id of the playbook.
    CustomerTier = "customer.tier": Text,
    /// Text: an id of the playbook.
    CustomerPersona = "customer.persona": Text,
    /// Text: the language without a region, in lower case.
    CustomerLanguage = "customer.language": Text,
    /// Yes or no.
    CustomerVulnerable = "customer.vulnerable": Bool,
    /// Money.
    CustomerValue = "customer.value": Money,
    /// A whole number.
    CustomerLoyaltyYears = "customer.loyalty_years": Int,
    /// A whole number: inbound contacts of the customer in the last 7 days about cases that are open, before this one.
    CustomerContacts7d = "customer.contacts_7d": Int,
    /// A whole number: all contacts of the customer in the last 7 days, before this one.
    CustomerAllContacts7d = "customer.all_contacts_7d": Int,
    /// A whole number.
    CaseRepeats = "case.repeats": Int,
    /// A whole number: before this contact.
    CaseContacts = "case.contacts": Int,
    /// A whole number.
    CaseChannelSwitches = "case.channel_switches": Int,
    /// A whole number.
    CaseBrokenPromises = "case.broken_promises": Int,
    /// A span.
    CaseAge = "case.age": Span,
    /// The routes that were tried on the case: `'chat' in case.tried`.
    CaseTried = "case.tried": Routes,
    /// Text: what came of the newest attempt, such as gave_up; not known if nothing was tried or it goes on.
    CaseLastOutcome = "case.last_outcome": Text,
    /// Yes or no: whether an answer that we owe on the case is overdue.
    CaseOwedOverdue = "case.owed_overdue": Bool,
    /// A whole number from 0 to 23: the hour in the playbook's time zone.
    NowHour = "now.hour": Int,
    /// A whole number from 1, Monday, to 7, Sunday: the weekday in the playbook's time zone.
    NowWeekday = "now.weekday": Int,
    /// A point in time: when it is decided.
    Now = "now": Instant,
}
