//! The path of a field in a request. It is built on the stack on the way down, and written out only for a fault.

use std::fmt;

/// A path such as `context.facts[2].fact_id`.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldPath<'a> {
    above: Option<&'a FieldPath<'a>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Field(&'static str),
    Item(usize),
}

impl<'a> FieldPath<'a> {
    /// A field of the request itself.
    pub(super) const fn top(field: &'static str) -> FieldPath<'static> {
        FieldPath {
            above: None,
            step: Step::Field(field),
        }
    }

    /// A field of the message at this path.
    pub(super) const fn field(&'a self, field: &'static str) -> FieldPath<'a> {
        FieldPath {
            above: Some(self),
            step: Step::Field(field),
        }
    }

    /// An item of the list at this path; `index` starts at 0.
    pub(super) const fn item(&'a self, index: usize) -> FieldPath<'a> {
        FieldPath {
            above: Some(self),
            step: Step::Item(index),
        }
    }
}

impl fmt::Display for FieldPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match (self.step, self.above) {
            (Step::Field(field), None) => f.write_str(field),
            (Step::Field(field), Some(_)) => write!(f, ".{field}"),
            (Step::Item(index), _) => write!(f, "[{index}]"),
        }
    }
}
