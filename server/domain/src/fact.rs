//! Facts: typed pieces of context that a reason needs.

use crate::ids::{NameError, Slug};
use crate::money::{Currency, Money};
use crate::time::UnixMs;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Most bytes of the text of one fact.
pub const FACT_TEXT_BYTES_MAX: usize = 512;
/// Most facts that one contact or one case carries.
pub const FACTS_MAX: usize = 64;

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// Any text; a playbook may give a pattern.
    Text,
    /// A whole number.
    Integer,
    /// Yes or no.
    Boolean,
    /// An amount of the playbook's currency.
    Money,
    /// A point in time.
    Instant,
}

/// The value of a fact.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum FactValue {
    /// For [`FactType::Text`].
    Text(Arc<str>),
    /// For [`FactType::Integer`].
    Integer(i64),
    /// For [`FactType::Boolean`].
    Boolean(bool),
    /// For [`FactType::Money`].
    Money(Money),
    /// For [`FactType::Instant`].
    Instant(UnixMs),
}

impl FactValue {
    /// The kind of this value.
    pub const fn fact_type(&self) -> FactType {
        match self {
            FactValue::Text(_) => FactType::Text,
            FactValue::Integer(_) => FactType::Integer,
            FactValue::Boolean(_) => FactType::Boolean,
            FactValue::Money(_) => FactType::Money,
            FactValue::Instant(_) => FactType::Instant,
        }
    }
}

impl FactValue {
    /// Bytes that tell this value from every other, of any type.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
        match self {
            FactValue::Text(text) => tagged(1, text.as_bytes()),
            FactValue::Integer(number) => tagged(2, &number.to_be_bytes()),
            FactValue::Boolean(yes) => tagged(3, &[u8::from(*yes)]),
            FactValue::Money(amount) => tagged(4, &amount.micros().to_be_bytes()),
            FactValue::Instant(at) => tagged(5, &at.0.to_be_bytes()),
        }
    }
}

impl fmt::Debug for FactValue {
    /// Never the value: what a customer told stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(***)", self.fact_type())
    }
}

/// What is known about a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Knowledge {
    /// The customer or a system told it.
    Known(FactValue),
    /// The customer was asked and would not or could not tell.
    Declined,
}

/// Where a fact came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactSource {
    /// The customer said it.
    Customer,
    /// A flow or a bot collected it.
    Bot,
    /// An agent wrote it down.
    Agent,
    /// A system of the company knew it.
    System,
}

/// One fact as a contact or a case carries it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The playbook's name of it.
    pub id: Slug,
    /// What is known.
    pub knowledge: Knowledge,
    /// Where it came from.
    pub source: FactSource,
    /// When we learnt it, in log time; set when it is decided on.
    pub learnt_at: UnixMs,
    /// Of an amount: the currency. Not known of what was told before it was kept.
    pub currency: Option<Currency>,
}

/// Facts by id, at most [`FACTS_MAX`], sorted by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// None.
    pub const fn none() -> Facts {
        Facts(Vec::new())
    }

    /// From facts in any order; of two with one id the later stays.
    pub fn from_facts(facts: impl IntoIterator<Item = Fact>) -> Facts {
        let mut sorted = Facts::none();
        for fact in facts {
            sorted.learn(fact);
        }
        sorted
    }

    /// What is known of one fact; `None` if it was never asked.
    pub fn get(&self, id: &str) -> Option<&Fact> {
        self.place(id).ok().map(|index| &self.0[index])
    }

    /// Its value, if it is known.
    pub fn value(&self, id: &str) -> Option<&FactValue> {
        match &self.get(id)?.knowledge {
            Knowledge::Known(value) => Some(value),
            Knowledge::Declined => None,
        }
    }

    /// Takes a fact in, replacing what was known of it. A declined one never replaces a known one.
    pub fn learn(&mut self, fact: Fact) {
        match self.place(fact.id.as_str()) {
            Ok(index) => {
                let forgets = fact.knowledge == Knowledge::Declined
                    && matches!(self.0[index].knowledge, Knowledge::Known(_));
                if !forgets {
                    self.0[index] = fact;
                }
            }
            Err(index) => self.0.insert(index, fact),
        }
    }

    /// As if it had never been asked.
    pub fn forget(&mut self, id: &str) {
        if let Ok(index) = self.place(id) {
            self.0.remove(index);
        }
    }

    /// The same facts, learnt at `at`.
    #[must_use]
    pub fn learnt_at(mut self, at: UnixMs) -> Facts {
        self.0.iter_mut().for_each(|fact| fact.learnt_at = at);
        self
    }

    /// Takes in every fact of others.
    pub fn learn_all(&mut self, others: &Facts) {
        others.iter().for_each(|fact| self.learn(fact.clone()));
    }

    /// These facts and those of others.
    #[must_use]
    pub fn with(&self, others: &Facts) -> Facts {
        let mut all = self.clone();
        all.learn_all(others);
        all
    }

    /// In order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|fact| fact.id.as_str().cmp(id))
    }
}

/// Why a value does not fit its fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// The id is not a name at all.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The live playbook has no such fact.
    #[error("is not a fact of the playbook")]
    Unknown,
    /// Another type than the playbook says.
    #[error("must be of type {expected:?}, is {given:?}")]
    Type {
        /// What the playbook says.
        expected: FactType,
        /// What was given.
        given: FactType,
    },
    /// The text does not match the pattern.
    #[error("must match the pattern {0}")]
    Pattern(String),
    /// The text is over [`FACT_TEXT_BYTES_MAX`].
    #[error("must be at most {FACT_TEXT_BYTES_MAX} bytes, is {0}")]
    TooLong(usize),
}
