//! Conditions of rules: CEL, checked against the declared inputs when the playbook is read, then walked as a small
//! typed tree.
//!
//! The parser is that of the `cel` crate and so is the meaning; the values, the types and the walk are ours, since a
//! condition costs tens of nanoseconds this way. Comprehensions, floating point and user functions do not exist here.

mod check;
mod inputs;
mod term;
#[cfg(test)]
mod tests;

pub(super) use check::{ConditionError, Declared};
pub use check::{FUNCTIONS, Function};
pub use inputs::{Field, InputValue, Inputs, Variable, variables};
use std::fmt;
use std::sync::Arc;
use term::{Term, TermError};

/// Most bytes of a condition as written.
pub const CONDITION_BYTES_MAX: usize = 2_000;
/// Most levels of expressions in each other.
pub const CONDITION_DEPTH_MAX: usize = 32;

/// What a condition says of one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionResult {
    /// It is true.
    Holds,
    /// It is false.
    HoldsNot,
    /// It depends on an input that is not known: the first one met.
    Unknown(Field),
    /// It cannot be computed, and why: a number or a time became too large.
    Failed(&'static str),
}

/// A checked condition.
#[derive(Clone)]
pub struct Condition(Arc<Compiled>);

struct Compiled {
    source: Arc<str>,
    term: Term,
    fields: Vec<Field>,
    patterns: usize,
    odd: Vec<ConditionError>,
}

impl Condition {
    /// Checks and compiles an expression.
    pub(super) fn compile(
        source: &str,
        declared: &Declared<'_>,
    ) -> Result<Condition, ConditionError> {
        let checked = check::compile(source, declared)?;
        let mut fields = checked.fields;
        fields.sort_unstable();
        fields.dedup();
        Ok(Condition(Arc::new(Compiled {
            source: source.into(),
            term: checked.term,
            fields,
            patterns: checked.patterns,
            odd: checked.odd,
        })))
    }

    /// Whether it holds. A value that is missing makes the verdict unknown unless the result does not depend on it:
    /// `false && missing` holds not, `true || missing` holds. Never fails, never panics, and does not allocate.
    pub fn holds(&self, inputs: &dyn Inputs) -> ConditionResult {
        match self.0.term.walk(inputs) {
            Ok(InputValue::Bool(true)) => ConditionResult::Holds,
            Ok(InputValue::Bool(false)) => ConditionResult::HoldsNot,
            Ok(_) => ConditionResult::Failed(term::OTHER_TYPE),
            Err(TermError::Missing(field)) => ConditionResult::Unknown(field),
            Err(TermError::Failed(why)) => ConditionResult::Failed(why),
        }
    }

    /// Whether it holds as far as what is known says: parts of an `&&` that depend on what is not known are taken to
    /// hold. `None` if nothing of it is known, or it asks whether something is known.
    pub(super) fn may_hold(&self, inputs: &dyn Inputs) -> Option<bool> {
        if self.0.term.asks_presence() {
            return None;
        }
        let parts = self.0.term.parts();
        let mut known = parts.iter().filter_map(|part| part.truth(inputs).ok());
        let first = known.next()?;
        Some(first && known.all(|holds| holds))
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The inputs that it names, sorted.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// How many `matches` patterns it holds.
    pub(super) fn patterns(&self) -> usize {
        self.0.patterns
    }

    /// What has a meaning but is never meant: faults, unless the version was published before they were looked for.
    pub(super) fn odd(&self) -> &[ConditionError] {
        &self.0.odd
    }

    /// Its value, if that is the same for every contact.
    pub(super) fn constant(&self) -> Option<bool> {
        struct NothingKnown;
        impl Inputs for NothingKnown {
            fn value(&self, _: Field) -> Option<InputValue<'_>> {
                None
            }
        }
        match self.holds(&NothingKnown) {
            _ if self.0.term.asks_presence() => None,
            ConditionResult::Holds => Some(true),
            ConditionResult::HoldsNot => Some(false),
            ConditionResult::Unknown(_) | ConditionResult::Failed(_) => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({})", self.0.source)
    }
}
