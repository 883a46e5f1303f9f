//! The functions of conditions.

use super::{Checker, ConditionError, Typed, error, mistakes};
use crate::money::Money;
use crate::playbook::condition::inputs::Type;
use crate::playbook::condition::term::{Term, TextTest};
use crate::playbook::fault::nearest;
use crate::playbook::pattern::limited;
use crate::playbook::tree::echo;
use crate::time::{Millis, UnixMs};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

/// A function of conditions, described for authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name of the function.
    pub name: &'static str,
    /// An example of a call.
    pub usage: &'static str,
    /// A description of the result.
    pub about: &'static str,
}

const fn function(name: &'static str, usage: &'static str, about: &'static str) -> Function {
    Function { name, usage, about }
}

/// All functions of conditions.
pub const FUNCTIONS: [Function; 9] = [
    function(
        "duration",
        "duration('1d12h')",
        "A span of time: whole numbers of d, h, m and s, the largest unit first. With - before the first number it is negative.",
    ),
    function(
        "timestamp",
        "timestamp('2026-01-31T09:00:00Z')",
        "A point in time, written as RFC 3339.",
    ),
    function(
        "money",
        "money('4.10')",
        "An amount in the playbook's currency.",
    ),
    function("has", "has(facts.since)", "Whether a variable is known."),
    function(
        "size",
        "size(facts.code)",
        "The number of characters of a text.",
    ),
    function(
        "startsWith",
        "facts.code.startsWith('KL')",
        "Whether a text starts with another text.",
    ),
    function(
        "endsWith",
        "facts.code.endsWith('9')",
        "Whether a text ends with another text.",
    ),
    function(
        "contains",
        "facts.code.contains('-')",
        "Whether a text contains another text.",
    ),
    function(
        "matches",
        "facts.code.matches('[A-Z]{2}[0-9]+')",
        "Whether a part of a text matches a regular expression. With ^ and $ the whole text must match.",
    ),
];

impl Checker<'_> {
    pub(super) fn function(&mut self, call: &CallExpr) -> Result<Typed, ConditionError> {
        let target = call.target.as_deref();
        match (call.func_name.as_str(), target, call.args.as_slice()) {
            (name @ "duration", None, [text]) => {
                let right = "a span such as duration('24h') or duration('7d')";
                constant(name, text, right, span)
            }
            (name @ "timestamp", None, [text]) => {
                let right = "a point in time such as timestamp('2026-01-31T09:00:00Z')";
                constant(name, text, right, instant)
            }
            (name @ "money", None, [text]) => {
                constant(name, text, "an amount such as money('4.10')", amount)
            }
            ("size", None, [text]) | ("size", Some(text), []) => {
                let text = self.of_type(text, Type::Text, "the value whose `size` is asked")?;
                Ok((Term::Size(Box::new(text)), Type::Int))
            }
            ("startsWith", Some(text), [part]) => self.test(TextTest::StartsWith, text, part),
            ("endsWith", Some(text), [part]) => self.test(TextTest::EndsWith, text, part),
            ("contains", Some(text), [part]) => self.test(TextTest::Contains, text, part),
            ("matches", Some(text), [pattern]) | ("matches", None, [text, pattern]) => {
                self.matches(text, pattern)
            }
            (name, ..)
                if name.contains('_') && !name.starts_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                let sign = name.replace(['_', '@'], "");
                let fix = match name {
                    operators::DIVIDE => mistakes::NO_DIVISION,
                    operators::INDEX => mistakes::NO_BRACKETS,
                    _ => mistakes::NO_OPERATOR,
                };
                error(format!("the operator {sign} is used"), fix)
            }
            (name, ..) => not_called_so(name),
        }
    }

    fn test(
        &mut self,
        test: TextTest,
        text: &IdedExpr,
        part: &IdedExpr,
    ) -> Result<Typed, ConditionError> {
        let name = test.as_str();
        let text = self.of_type(text, Type::Text, &format!("the value before `.{name}`"))?;
        let part = self.of_type(part, Type::Text, &format!("the value in `{name}(…)`"))?;
        Ok((Term::Test(test, Box::new((text, part))), Type::Bool))
    }

    fn matches(&mut self, text: &IdedExpr, pattern: &IdedExpr) -> Result<Typed, ConditionError> {
        let text = self.of_type(text, Type::Text, "the value before `.matches`")?;
        let Some(pattern) = literal(pattern) else {
            return error(
                "matches is called without a quoted pattern",
                "must be a call such as facts.code.matches('[A-Z]{2}[0-9]+')",
            );
        };
        match limited(pattern) {
            Ok(regex) => {
                self.patterns += 1;
                Ok((Term::Matches(Box::new((text, regex))), Type::Bool))
            }
            Err(why) => error(
                format!("the pattern \"{}\" {why}", echo(pattern)),
                "must be a regular expression such as [A-Z]{2}[0-9]+",
            ),
        }
    }
}

/// The error for a function that does not exist, or that is called in another form.
fn not_called_so<T>(name: &str) -> Result<T, ConditionError> {
    if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
        return error(
            format!("{name} is called in another form than it has"),
            format!("must be {}", function.usage),
        );
    }
    let fix = match nearest(name, FUNCTIONS.iter().map(|function| function.name)) {
        Some(near) => format!("did you mean {near}?"),
        None => {
            let usages: Vec<&str> = FUNCTIONS.iter().map(|function| function.usage).collect();
            format!("must be one of {}", usages.join(", "))
        }
    };
    error(format!("there is no function {}", echo(name)), fix)
}

fn literal(expr: &IdedExpr) -> Option<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The constant that `function` makes of a quoted text.
fn constant(
    function: &str,
    expr: &IdedExpr,
    right: &str,
    read: impl Fn(&str) -> Option<Typed>,
) -> Result<Typed, ConditionError> {
    let Some(text) = literal(expr) else {
        return error(
            format!("{function} is called without a quoted text"),
            format!("must be {right}"),
        );
    };
    match read(text) {
        Some(typed) => Ok(typed),
        None => error(
            format!("{function} is called with \"{}\"", echo(text)),
            format!("must be {right}"),
        ),
    }
}

fn span(text: &str) -> Option<Typed> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let Millis(millis) = Millis::parse(text)?;
    Some((Term::Span(Millis(sign * millis)), Type::Span))
}

fn instant(text: &str) -> Option<Typed> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some((Term::Instant(UnixMs(at.as_millisecond())), Type::Instant))
}

fn amount(text: &str) -> Option<Typed> {
    let amount = Money::parse(text).ok()?;
    Some((Term::Money(amount), Type::Money))
}
