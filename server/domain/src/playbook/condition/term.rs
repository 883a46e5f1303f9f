//! A checked condition as a typed tree, and its evaluation.
//!
//! `&&` and `||` work as in CEL: if one side decides the result, a missing value on the other side does not matter.

use super::inputs::{Field, InputValue, Inputs};
use crate::money::Money;
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use regex::Regex;
use std::cmp::Ordering;

pub(super) const OTHER_TYPE: &str = "an input has another type than declared";
const TOO_LARGE: &str = "a number became too large";

/// One expression. The types of the operands were checked before.
#[derive(Debug)]
pub(super) enum Term {
    Bool(bool),
    Int(i64),
    Text(Box<str>),
    Money(Money),
    Instant(UnixMs),
    Span(Millis),
    Field(Field),
    Has(Field),
    Not(Box<Term>),
    And(Box<(Term, Term)>),
    Or(Box<(Term, Term)>),
    Compare(Comparison, Box<(Term, Term)>),
    In(Box<(Term, Vec<Term>)>),
    /// Whether a text is one of the routes in a field.
    InRoutes(Box<(Term, Field)>),
    Sum(Arithmetic, Box<(Term, Term)>),
    Negative(Box<Term>),
    Choose(Box<(Term, Term, Term)>),
    Size(Box<Term>),
    Test(TextTest, Box<(Term, Term)>),
    Matches(Box<(Term, Regex)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermError {
    Missing(Field),
    Failed(&'static str),
}

type Walked<'a> = Result<InputValue<'a>, TermError>;

impl Term {
    /// The value of the expression for these inputs.
    pub(super) fn walk<'a>(&'a self, inputs: &'a dyn Inputs) -> Walked<'a> {
        Ok(match self {
            Term::Bool(value) => InputValue::Bool(*value),
            Term::Int(value) => InputValue::Int(*value),
            Term::Text(value) => InputValue::Text(value),
            Term::Money(value) => InputValue::Money(*value),
            Term::Instant(value) => InputValue::Instant(*value),
            Term::Span(value) => InputValue::Span(*value),
            Term::Field(field) => input(*field, inputs)?,
            Term::Has(field) => InputValue::Bool(inputs.value(*field).is_some()),
            Term::Not(term) => InputValue::Bool(!term.truth(inputs)?),
            Term::And(sides) => InputValue::Bool(either(sides, false, inputs)?),
            Term::Or(sides) => InputValue::Bool(either(sides, true, inputs)?),
            Term::Compare(comparison, sides) => {
                let (left, right) = (sides.0.walk(inputs)?, sides.1.walk(inputs)?);
                InputValue::Bool(comparison.holds(left, right)?)
            }
            Term::In(parts) => InputValue::Bool(is_in(&parts.0, &parts.1, inputs)?),
            Term::InRoutes(parts) => {
                let name = parts.0.text(inputs)?;
                let InputValue::Routes(routes) = input(parts.1, inputs)? else {
                    return Err(TermError::Failed(OTHER_TYPE));
                };
                InputValue::Bool(Route::parse(name).is_some_and(|route| routes.contains(route)))
            }
            Term::Sum(arithmetic, sides) => {
                arithmetic.of(sides.0.walk(inputs)?, sides.1.walk(inputs)?)?
            }
            Term::Negative(term) => negative(term.walk(inputs)?)?,
            Term::Choose(parts) => match parts.0.truth(inputs)? {
                true => parts.1.walk(inputs)?,
                false => parts.2.walk(inputs)?,
            },
            Term::Size(term) => InputValue::Int(term.text(inputs)?.chars().count() as i64),
            Term::Test(test, sides) => {
                let (text, part) = (sides.0.text(inputs)?, sides.1.text(inputs)?);
                InputValue::Bool(test.holds(text, part))
            }
            Term::Matches(parts) => InputValue::Bool(parts.1.is_match(parts.0.text(inputs)?)),
        })
    }

    /// Whether any part of the expression asks if an input is known, of the inputs that `is_asked` names.
    pub(super) fn asks_presence(&self, is_asked: &dyn Fn(Field) -> bool) -> bool {
        let asks = |term: &Term| term.asks_presence(is_asked);
        let either = |sides: &(Term, Term)| asks(&sides.0) || asks(&sides.1);
        match self {
            Term::Has(field) => is_asked(*field),
            Term::Bool(_) | Term::Int(_) | Term::Text(_) | Term::Money(_) => false,
            Term::Instant(_) | Term::Span(_) | Term::Field(_) => false,
            Term::Not(term) | Term::Negative(term) | Term::Size(term) => asks(term),
            Term::And(sides) | Term::Or(sides) => either(sides),
            Term::Compare(_, sides) => either(sides),
            Term::Sum(_, sides) => either(sides),
            Term::Test(_, sides) => either(sides),
            Term::Matches(parts) => asks(&parts.0),
            Term::InRoutes(parts) => asks(&parts.0),
            Term::In(parts) => asks(&parts.0) || parts.1.iter().any(asks),
            Term::Choose(parts) => asks(&parts.0) || asks(&parts.1) || asks(&parts.2),
        }
    }

    /// The parts that are joined by `&&`.
    pub(super) fn parts(&self) -> Vec<&Term> {
        match self {
            Term::And(sides) => [sides.0.parts(), sides.1.parts()].concat(),
            term => vec![term],
        }
    }

    pub(super) fn truth(&self, inputs: &dyn Inputs) -> Result<bool, TermError> {
        match self.walk(inputs)? {
            InputValue::Bool(value) => Ok(value),
            _ => Err(TermError::Failed(OTHER_TYPE)),
        }
    }

    fn text<'a>(&'a self, inputs: &'a dyn Inputs) -> Result<&'a str, TermError> {
        match self.walk(inputs)? {
            InputValue::Text(text) => Ok(text),
            _ => Err(TermError::Failed(OTHER_TYPE)),
        }
    }
}

fn input(field: Field, inputs: &dyn Inputs) -> Walked<'_> {
    inputs.value(field).ok_or(TermError::Missing(field))
}

/// The result of `&&` (decided by false) or `||` (decided by true). A side that decides wins over a side without a
/// value.
fn either(sides: &(Term, Term), decides: bool, inputs: &dyn Inputs) -> Result<bool, TermError> {
    let left = sides.0.truth(inputs);
    if left == Ok(decides) {
        return left;
    }
    let right = sides.1.truth(inputs);
    if right == Ok(decides) {
        right
    } else {
        left.and(right)
    }
}

fn is_in(needle: &Term, list: &[Term], inputs: &dyn Inputs) -> Result<bool, TermError> {
    let needle = needle.walk(inputs)?;
    let mut found = false;
    for item in list {
        // Evaluate all items, because CEL builds the whole list before it searches.
        found |= Comparison::Equal.holds(needle, item.walk(inputs)?)?;
    }
    Ok(found)
}

impl Comparison {
    fn holds(self, left: InputValue<'_>, right: InputValue<'_>) -> Result<bool, TermError> {
        let ordering = match (left, right) {
            (InputValue::Text(left), InputValue::Text(right)) => left.cmp(right),
            (InputValue::Int(left), InputValue::Int(right)) => left.cmp(&right),
            (InputValue::Bool(left), InputValue::Bool(right)) => left.cmp(&right),
            (InputValue::Money(left), InputValue::Money(right)) => left.cmp(&right),
            (InputValue::Instant(left), InputValue::Instant(right)) => left.cmp(&right),
            (InputValue::Span(left), InputValue::Span(right)) => left.cmp(&right),
            _ => return Err(TermError::Failed(OTHER_TYPE)),
        };
        Ok(match self {
            Comparison::Equal => ordering == Ordering::Equal,
            Comparison::NotEqual => ordering != Ordering::Equal,
            Comparison::Less => ordering == Ordering::Less,
            Comparison::LessOrEqual => ordering != Ordering::Greater,
            Comparison::Greater => ordering == Ordering::Greater,
            Comparison::GreaterOrEqual => ordering != Ordering::Less,
        })
    }
}

impl Arithmetic {
    fn of<'a>(self, left: InputValue<'a>, right: InputValue<'a>) -> Walked<'a> {
        use InputValue::{Instant, Int, Money, Span};
        let (make, left, right): (fn(i64) -> InputValue<'a>, i64, i64) = match (left, right) {
            (Int(left), Int(right)) => (Int, left, right),
            (Money(left), Money(right)) => (money, left.micros(), right.micros()),
            (Money(left), Int(right)) => (money, left.micros(), right),
            (Int(left), Money(right)) => (money, left, right.micros()),
            (Span(left), Span(right)) => (span, left.0, right.0),
            (Instant(left), Instant(right)) => (span, left.0, right.0),
            (Instant(left), Span(right)) => (instant, left.0, right.0),
            (Span(left), Instant(right)) => (instant, left.0, right.0),
            _ => return Err(TermError::Failed(OTHER_TYPE)),
        };
        let value = match self {
            Arithmetic::Add => left.checked_add(right),
            Arithmetic::Subtract => left.checked_sub(right),
            Arithmetic::Multiply => left.checked_mul(right),
        };
        value.map(make).ok_or(TermError::Failed(TOO_LARGE))
    }
}

impl TextTest {
    /// The name of the function in a condition.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            TextTest::StartsWith => "startsWith",
            TextTest::EndsWith => "endsWith",
            TextTest::Contains => "contains",
        }
    }

    fn holds(self, text: &str, part: &str) -> bool {
        match self {
            TextTest::StartsWith => text.starts_with(part),
            TextTest::EndsWith => text.ends_with(part),
            TextTest::Contains => text.contains(part),
        }
    }
}

fn negative(value: InputValue<'_>) -> Walked<'_> {
    let (make, value): (fn(i64) -> InputValue<'static>, i64) = match value {
        InputValue::Int(value) => (InputValue::Int, value),
        InputValue::Money(value) => (money, value.micros()),
        _ => return Err(TermError::Failed(OTHER_TYPE)),
    };
    value
        .checked_neg()
        .map(make)
        .ok_or(TermError::Failed(TOO_LARGE))
}

fn money(micros: i64) -> InputValue<'static> {
    InputValue::Money(Money::from_micros(micros))
}

fn span(millis: i64) -> InputValue<'static> {
    InputValue::Span(Millis(millis))
}

fn instant(unix_ms: i64) -> InputValue<'static> {
    InputValue::Instant(UnixMs(unix_ms))
}
