//! Conditions of rules, written in CEL. A condition is checked against the declared inputs when the playbook is read,
//! and evaluated as a small typed tree.
//!
//! The parser is that of the `cel` crate, and the meaning is that of CEL. The values, the types and the evaluation are
//! Signpost's own, because a condition then costs only tens of nanoseconds. Comprehensions, floating point and user
//! functions are not available.

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

/// The largest number of bytes in a condition as written.
pub const CONDITION_BYTES_MAX: usize = 2_000;
/// The largest number of nested levels of an expression.
pub const CONDITION_DEPTH_MAX: usize = 32;

/// The result of a condition for one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionResult {
    /// The condition is true.
    Holds,
    /// The condition is false.
    HoldsNot,
    /// The result depends on an input that is not known. The value is the first such input.
    Unknown(Field),
    /// The condition cannot be computed, because a number or a time became too large. The value is the reason in words.
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

    /// Whether the condition is true. If an input is missing, the result is unknown, unless the result does not depend
    /// on this input: `false && missing` is false, and `true || missing` is true. This function never panics, and does
    /// not allocate.
    pub fn holds(&self, inputs: &dyn Inputs) -> ConditionResult {
        match self.0.term.walk(inputs) {
            Ok(InputValue::Bool(true)) => ConditionResult::Holds,
            Ok(InputValue::Bool(false)) => ConditionResult::HoldsNot,
            Ok(_) => ConditionResult::Failed(term::OTHER_TYPE),
            Err(TermError::Missing(field)) => ConditionResult::Unknown(field),
            Err(TermError::Failed(why)) => ConditionResult::Failed(why),
        }
    }

    /// Whether the condition can be true, judged only by the known inputs. Parts of an `&&` that depend on unknown
    /// inputs, or ask whether one of them is known, count as true. `None` if no part can be computed.
    pub(super) fn may_hold(&self, inputs: &dyn Inputs) -> Option<bool> {
        let parts = self.0.term.parts().into_iter();
        let parts =
            parts.filter(|part| !part.asks_presence(&|field| inputs.value(field).is_none()));
        let mut known = parts.filter_map(|part| part.truth(inputs).ok());
        let first = known.next()?;
        Some(first && known.all(|holds| holds))
    }

    /// The text of the condition as written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The inputs that the condition uses, sorted.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// How many patterns the calls of `matches` in the condition have together.
    pub(super) fn patterns(&self) -> usize {
        self.0.patterns
    }

    /// What is valid in the condition but surely not intended. These are faults, except in versions that were published
    /// before this check existed.
    pub(super) fn odd(&self) -> &[ConditionError] {
        &self.0.odd
    }

    /// The result of the condition if it is the same for every contact; else `None`.
    pub(super) fn constant(&self) -> Option<bool> {
        struct NothingKnown;
        impl Inputs for NothingKnown {
            fn value(&self, _: Field) -> Option<InputValue<'_>> {
                None
            }
        }
        match self.holds(&NothingKnown) {
            _ if self.0.term.asks_presence(&|_| true) => None,
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
