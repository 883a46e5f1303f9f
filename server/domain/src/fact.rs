//! Facts: typed pieces of context that a reason needs.

use crate::ids::{NameError, Slug};
use crate::money::{Currency, Money};
use crate::text::{one_form, plain_form};
use crate::time::UnixMs;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The largest number of bytes in the text of one fact.
pub const FACT_TEXT_BYTES_MAX: usize = 512;
/// The largest number of facts that one contact or one case has.
pub const FACTS_MAX: usize = 64;

/// The type of the value of a fact.
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

/// What of a text counts where it tells one matter from another.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FactCompare {
    /// All of it, without blanks at the ends.
    #[default]
    Exact,
    /// Its letters and digits.
    LettersAndDigits,
    /// Its digits.
    Digits,
}

/// Whether small and capital letters differ where a text tells one matter from another.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FactCase {
    /// They differ.
    #[default]
    Keep,
    /// They do not: capital letters are compared.
    Upper,
    /// They do not: small letters are compared.
    Lower,
}

/// A fact that tells one matter of a reason from another, and how it compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFact {
    /// The id of the fact.
    pub id: Slug,
    /// What of a text counts.
    pub compare: FactCompare,
    /// Whether small and capital letters of a text differ.
    pub case: FactCase,
}

impl KeyFact {
    /// The value as it compares. A value of another type than text compares as it is.
    pub fn compared<'a>(&self, value: &'a FactValue) -> Cow<'a, FactValue> {
        with_text(value, |told| self.compared_text(told))
    }

    /// The value as it compared before the forms of Unicode that look alike, such as letters of full width, were one
    /// for letters and digits. Cases have keys of it that were opened then.
    pub fn compared_before<'a>(&self, value: &'a FactValue) -> Cow<'a, FactValue> {
        with_text(value, |told| self.compared_in(told, one_form))
    }

    /// The text as it compares; empty if nothing of it counts. Where only letters or digits count, those that differ in
    /// their looks alone are one: of full width, in a circle, raised.
    pub fn compared_text<'a>(&self, told: &'a str) -> Cow<'a, str> {
        match self.compare {
            FactCompare::Exact => self.compared_in(told, one_form),
            FactCompare::LettersAndDigits | FactCompare::Digits => {
                self.compared_in(told, plain_form)
            }
        }
    }

    fn compared_in<'a>(&self, told: &'a str, form: fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
        let text = form(told.trim());
        let text = match self.case {
            FactCase::Keep => text,
            FactCase::Lower => Cow::Owned(crate::text::without_case(&text)),
            // By way of small letters: some letters have several capital forms.
            FactCase::Upper => {
                let small = crate::text::without_case(&text);
                let capitals: String = small.chars().flat_map(char::to_uppercase).collect();
                Cow::Owned(form(&capitals).into_owned())
            }
        };
        // After the case: a capital letter can be several signs, of which not all count.
        match self.compare {
            FactCompare::Exact => text,
            FactCompare::LettersAndDigits => filtered(text, char::is_alphanumeric, form),
            FactCompare::Digits => filtered(text, char::is_numeric, form),
        }
    }

    /// Whether both values are the same matter. A value of which nothing counts is the same as none.
    pub fn are_same(&self, one: &FactValue, other: &FactValue) -> bool {
        let one = self.compared(one);
        let counts = !matches!(&*one, FactValue::Text(text) if text.is_empty());
        counts && one == self.compared(other)
    }
}

/// The value with another text in the place of its own; another type stays as it is.
fn with_text<'a>(
    value: &'a FactValue,
    compared: impl FnOnce(&'a str) -> Cow<'a, str>,
) -> Cow<'a, FactValue> {
    let FactValue::Text(told) = value else {
        return Cow::Borrowed(value);
    };
    let text = compared(told);
    match *text == **told {
        true => Cow::Borrowed(value),
        false => Cow::Owned(FactValue::Text(text.into())),
    }
}

fn filtered<'a>(
    text: Cow<'a, str>,
    counts: fn(char) -> bool,
    form: fn(&str) -> Cow<'_, str>,
) -> Cow<'a, str> {
    match text.chars().all(counts) {
        true => text,
        false => {
            let rest: String = text.chars().filter(|sign| counts(*sign)).collect();
            Cow::Owned(form(&rest).into_owned())
        }
    }
}

/// The value of a fact, one variant for each [`FactType`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum FactValue {
    /// A value of [`FactType::Text`].
    Text(Arc<str>),
    /// A value of [`FactType::Integer`].
    Integer(i64),
    /// A value of [`FactType::Boolean`].
    Boolean(bool),
    /// A value of [`FactType::Money`].
    Money(Money),
    /// A value of [`FactType::Instant`].
    Instant(UnixMs),
}

impl FactValue {
    /// The type of this value.
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
    /// Bytes that are different for any two different values, also of different types.
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
    /// Writes the type, never the value: personal data of a customer must not reach logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(***)", self.fact_type())
    }
}

/// What is known about a fact that was asked or reported.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Knowledge {
    /// The value is known, from the customer or from a system.
    Known(FactValue),
    /// The customer was asked, and would not or could not give the value.
    Declined,
    /// The value was known, and was erased.
    Erased,
}

/// The source of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactSource {
    /// The customer gave the value.
    Customer,
    /// A flow or a bot asked for the value.
    Bot,
    /// An agent entered the value.
    Agent,
    /// A system of the company had it.
    System,
}

/// One fact of a contact or a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The name of the fact in the playbook.
    pub id: Slug,
    /// What is known about the fact.
    pub knowledge: Knowledge,
    /// The source of the fact.
    pub source: FactSource,
    /// When Signpost learnt the fact, in log time. The decision sets it.
    pub learnt_at: UnixMs,
    /// The currency, if the value is an amount; `None` for other values, and for amounts stored before currencies were
    /// kept.
    pub currency: Option<Currency>,
}

/// Facts sorted by id, at most [`FACTS_MAX`], each id once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// No facts.
    pub const fn none() -> Facts {
        Facts(Vec::new())
    }

    /// Builds the set from facts in any order. If two facts have the same id, the later one stays, but a declined fact
    /// never replaces a known one.
    pub fn from_facts(facts: impl IntoIterator<Item = Fact>) -> Facts {
        let mut sorted = Facts::none();
        for fact in facts {
            sorted.learn(fact);
        }
        sorted
    }

    /// The fact with this id; `None` if it was never asked or reported.
    pub fn get(&self, id: &str) -> Option<&Fact> {
        self.place(id).ok().map(|index| &self.0[index])
    }

    /// The value of the fact with this id; `None` if the value is not known.
    pub fn value(&self, id: &str) -> Option<&FactValue> {
        match &self.get(id)?.knowledge {
            Knowledge::Known(value) => Some(value),
            Knowledge::Declined | Knowledge::Erased => None,
        }
    }

    /// Adds a fact, or replaces the fact with the same id. A declined fact never replaces a known one.
    pub fn learn(&mut self, fact: Fact) {
        match self.place(fact.id.as_str()) {
            Ok(index) => {
                let forgets = fact.knowledge == Knowledge::Declined
                    && !matches!(self.0[index].knowledge, Knowledge::Declined);
                if !forgets {
                    self.0[index] = fact;
                }
            }
            Err(index) => self.0.insert(index, fact),
        }
    }

    /// Removes the fact with this id, as if it had never been asked.
    pub fn forget(&mut self, id: &str) {
        if let Ok(index) = self.place(id) {
            self.0.remove(index);
        }
    }

    /// The same facts, with `at` as the time when each was learnt.
    #[must_use]
    pub fn learnt_at(mut self, at: UnixMs) -> Facts {
        self.0.iter_mut().for_each(|fact| fact.learnt_at = at);
        self
    }

    /// Adds every fact of `others`.
    pub fn learn_all(&mut self, others: &Facts) {
        others.iter().for_each(|fact| self.learn(fact.clone()));
    }

    /// These facts together with the facts of `others`.
    #[must_use]
    pub fn with(&self, others: &Facts) -> Facts {
        let mut all = self.clone();
        all.learn_all(others);
        all
    }

    /// The facts, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter()
    }

    /// The number of facts.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no facts.
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
    /// The id is not a valid name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The live playbook does not define this fact.
    #[error("is not a fact of the playbook")]
    Unknown,
    /// The value has another type than the playbook requires.
    #[error("must be of type {expected:?}, is {given:?}")]
    Type {
        /// The type that the playbook requires.
        expected: FactType,
        /// The type of the given value.
        given: FactType,
    },
    /// The text does not match the pattern in the playbook.
    #[error("must match the pattern {0}")]
    Pattern(String),
    /// The text is longer than [`FACT_TEXT_BYTES_MAX`]. Holds its length.
    #[error("must be at most {FACT_TEXT_BYTES_MAX} bytes, is {0}")]
    TooLong(usize),
}
