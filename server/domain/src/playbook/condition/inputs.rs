//! What a condition can read.

use crate::fact::FactType;
use crate::money::Money;
use crate::playbook::{FactIndex, Playbook};
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
                }
            }
        }
    };
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
    /// Text.
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
    /// Text.
    CustomerLanguage = "customer.language": Text,
    /// Yes or no.
    CustomerVulnerable = "customer.vulnerable": Bool,
    /// Money.
    CustomerValue = "customer.value": Money,
    /// A whole number.
    CustomerLoyaltyYears = "customer.loyalty_years": Int,
    /// A whole number: contacts of the customer in the last 7 days before this one.
    CustomerContacts7d = "customer.contacts_7d": Int,
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
    /// A point in time: when it is decided.
    Now = "now": Instant,
}
