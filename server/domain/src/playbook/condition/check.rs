//! Checks an expression: every name is declared, every operand has the right type, and every function is one of
//! Signpost's. A valid expression becomes a [`Term`].

mod calls;
mod mistakes;
mod operators;

use super::inputs::{FIELDS, Field, QUEUE_FIELDS, Type};
use super::term::Term;
use super::{CONDITION_BYTES_MAX, CONDITION_DEPTH_MAX};
use crate::fact::FactType;
use crate::playbook::fault::right_names;
use crate::playbook::pattern::Pattern;
use crate::playbook::tree::echo;
use crate::playbook::{FactIndex, QueueIndex};
pub use calls::{FUNCTIONS, Function};
use cel::common::ast::{Expr, IdedExpr, LiteralValue, SelectExpr};
use cel::parser::Parser;
use std::collections::BTreeMap;

/// The largest number of facts that an error names.
const NAMED_FACTS_MAX: usize = 32;

/// The names and values that a condition may use.
#[derive(Debug, Default)]
pub(in crate::playbook) struct Declared<'a> {
    /// The facts by id.
    pub(in crate::playbook) facts: BTreeMap<&'a str, (FactIndex, FactType)>,
    /// Patterns of facts that have one.
    pub(in crate::playbook) patterns: BTreeMap<FactIndex, Pattern>,
    /// The values of `contact.channel`.
    pub(in crate::playbook) channels: Vec<&'a str>,
    /// The values of `customer.tier`.
    pub(in crate::playbook) tiers: Vec<&'a str>,
    /// The values of `contact.stage`.
    pub(in crate::playbook) stages: Vec<&'a str>,
    /// The values of `contact.persona` and `customer.persona`.
    pub(in crate::playbook) personas: Vec<&'a str>,
    /// The values of `contact.brand`.
    pub(in crate::playbook) brands: Vec<&'a str>,
    /// The queues, in their order.
    pub(in crate::playbook) queues: Vec<&'a str>,
}

/// Why an expression is not a valid condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::playbook) struct ConditionError {
    /// What is wrong.
    pub(in crate::playbook) what: String,
    /// What would be valid.
    pub(in crate::playbook) fix: String,
}

/// An expression and its type.
type Typed = (Term, Type);

fn error<T>(what: impl Into<String>, fix: impl Into<String>) -> Result<T, ConditionError> {
    Err(ConditionError {
        what: what.into(),
        fix: fix.into(),
    })
}

/// A condition that passed all checks.
pub(super) struct Checked {
    pub(super) term: Term,
    /// The inputs that the condition uses, in the order in which they appear.
    pub(super) fields: Vec<Field>,
    /// How many patterns the calls of `matches` in the condition have together.
    pub(super) patterns: usize,
    /// What is valid in the condition but surely not intended, in the order in which they appear.
    pub(super) odd: Vec<ConditionError>,
}

/// Parses and checks a condition.
pub(super) fn compile(source: &str, declared: &Declared<'_>) -> Result<Checked, ConditionError> {
    if source.len() > CONDITION_BYTES_MAX {
        return error(
            format!("the condition has {} bytes", source.len()),
            format!("must have at most {CONDITION_BYTES_MAX} bytes"),
        );
    }
    let parsed = parse(source)?;
    let mut checker = Checker {
        declared,
        fields: Vec::new(),
        patterns: 0,
        odd: Vec::new(),
        depth: 0,
    };
    match checker.expr(&parsed)? {
        (term, Type::Bool) => Ok(Checked {
            term,
            fields: checker.fields,
            patterns: checker.patterns,
            odd: checker.odd,
        }),
        (_, other) => error(
            format!("the condition is {}", other.as_str()),
            "must be true or false, such as contact.asked_for_person or case.repeats >= 2",
        ),
    }
}

fn parse(source: &str) -> Result<IdedExpr, ConditionError> {
    if bracket_depth(source) > CONDITION_DEPTH_MAX {
        return too_deep();
    }
    let parsed = Parser::default().parse(source);
    parsed.or_else(|errors| {
        let first = errors.errors.first();
        if first.is_some_and(|error| error.msg.contains("Recursion limit")) {
            return too_deep();
        }
        let words = first.map_or("", |error| error.msg.as_str());
        let column = first.map_or(1, |error| error.pos.1.max(1));
        let fix = mistakes::right(source, words).unwrap_or(mistakes::CONDITION);
        error(
            format!(
                "the condition cannot be read at its character {column}: {}",
                mistakes::plain(words)
            ),
            fix,
        )
    })
}

fn is_queues(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Expr::Ident(name) if name == "queues")
}

/// How deep brackets are nested. This limits the recursion of the parser. Brackets in texts are counted too.
fn bracket_depth(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn too_deep<T>() -> Result<T, ConditionError> {
    error(
        "the condition has too many levels of brackets and operators",
        format!("must have at most {CONDITION_DEPTH_MAX} levels"),
    )
}

struct Checker<'a> {
    declared: &'a Declared<'a>,
    fields: Vec<Field>,
    patterns: usize,
    odd: Vec<ConditionError>,
    depth: usize,
}

impl Checker<'_> {
    fn expr(&mut self, expr: &IdedExpr) -> Result<Typed, ConditionError> {
        self.depth += 1;
        if self.depth > CONDITION_DEPTH_MAX {
            return too_deep();
        }
        let typed = match &expr.expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => self.input(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(_) => error(
                "all, exists, map or filter is used",
                "must be written out, such as facts.code == 'a' || facts.code == 'b'",
            ),
            Expr::List(_) => error(
                "a list is used elsewhere than after `in`",
                "must be on the right side of `in`, such as contact.medium in ['voice', 'live_text']",
            ),
            Expr::Map(_) | Expr::Struct(_) => error(
                "a mapping is written",
                "must be left out: conditions have no mappings",
            ),
            Expr::Unspecified => error("a part is empty", mistakes::CONDITION),
        };
        self.depth -= 1;
        typed
    }

    fn literal(&self, literal: &LiteralValue) -> Result<Typed, ConditionError> {
        match literal {
            LiteralValue::Boolean(value) => Ok((Term::Bool(value.into_inner()), Type::Bool)),
            LiteralValue::Int(value) => Ok((Term::Int(value.into_inner()), Type::Int)),
            LiteralValue::String(text) => Ok((Term::Text(text.inner().into()), Type::Text)),
            LiteralValue::Double(_) => error("a decimal number is written", mistakes::NO_DECIMALS),
            LiteralValue::UInt(_) => error(
                "a number with u at its end is written",
                "must be a whole number without u",
            ),
            LiteralValue::Bytes(_) => error(
                "a text with b before it is written",
                "must be a text without b",
            ),
            LiteralValue::Null => error(
                "null is written",
                "must be a call such as has(facts.since) or !has(facts.since), which asks whether a value is known",
            ),
        }
    }

    fn select(&mut self, select: &SelectExpr) -> Result<Typed, ConditionError> {
        let (term, of) = match &select.operand.expr {
            Expr::Ident(group) => self.input(&format!("{group}.{}", select.field))?,
            Expr::Select(above) if is_queues(&above.operand) && !above.test => {
                self.queue_field(&above.field, &select.field)?
            }
            _ => {
                return error(
                    format!("there is no field {}", echo(&select.field)),
                    "must be a variable such as contact.channel, facts.ID or queues.ID.wait",
                );
            }
        };
        match term {
            Term::Field(field) if select.test => Ok((Term::Has(field), Type::Bool)),
            term => Ok((term, of)),
        }
    }

    /// Checks a field of a queue, such as `queues.desk.wait`.
    fn queue_field(&mut self, queue: &str, field: &str) -> Result<Typed, ConditionError> {
        let queues = &self.declared.queues;
        let Some(number) = queues.iter().position(|known| *known == queue) else {
            return error(
                format!("there is no queue {}", echo(queue)),
                right_names(queue, "queue", queues.iter().copied()),
            );
        };
        let Some(&(_, make, of)) = QUEUE_FIELDS.iter().find(|(name, ..)| *name == field) else {
            return error(
                format!("a queue has no field {}", echo(field)),
                right_names(field, "field", QUEUE_FIELDS.iter().map(|(name, ..)| *name)),
            );
        };
        let field = make(QueueIndex(number as u16));
        self.fields.push(field);
        Ok((Term::Field(field), of))
    }

    fn input(&mut self, name: &str) -> Result<Typed, ConditionError> {
        let fact = name.strip_prefix("facts.");
        let found = match fact {
            Some(fact) => {
                let fact = self.declared.facts.get(fact);
                fact.map(|&(index, of)| (Field::Fact(index), Type::from(of)))
            }
            None => FIELDS
                .iter()
                .find(|(_, field, _)| *field == name)
                .map(|&(field, _, of)| (field, of)),
        };
        match found {
            Some((field, of)) => {
                self.fields.push(field);
                Ok((Term::Field(field), of))
            }
            None => self.unknown(name, fact),
        }
    }

    fn unknown<T>(&self, name: &str, fact: Option<&str>) -> Result<T, ConditionError> {
        let fix = match fact {
            _ if name.starts_with("queues.") => {
                "must be wait, staffed or open_until of a queue, such as queues.desk.wait"
                    .to_owned()
            }
            Some(_) => {
                let facts = self.declared.facts.keys();
                let mut names: Vec<String> = facts.map(|fact| format!("facts.{fact}")).collect();
                names.sort_unstable();
                right_names(name, "fact", names.iter().map(String::as_str))
            }
            None => {
                let group = name.split('.').next().unwrap_or_default();
                let in_group = |field: &&str| field.split('.').next() == Some(group);
                let names = FIELDS.iter().map(|(_, field, _)| *field);
                match names.clone().any(|field| in_group(&field)) {
                    true => right_names(name, "variable", names.filter(in_group)),
                    false => right_names(name, "variable", names),
                }
            }
        };
        let fix = match fix.starts_with("must be a variable") || fix.starts_with("must be a fact") {
            true => self.all_variables(),
            false => fix,
        };
        error(format!("there is no variable {}", echo(name)), fix)
    }

    /// All variables, by group, for an error message.
    fn all_variables(&self) -> String {
        let group = |prefix: &str| {
            let names = FIELDS
                .iter()
                .filter_map(|(_, name, _)| name.strip_prefix(prefix));
            format!("{prefix}({})", names.collect::<Vec<_>>().join(" "))
        };
        let mut facts: Vec<&str> = self.declared.facts.keys().copied().collect();
        facts.sort_unstable();
        let more = facts.len().saturating_sub(NAMED_FACTS_MAX);
        facts.truncate(NAMED_FACTS_MAX);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "must be one of now, {}, {}, {}, {}, facts.({}{more}), queues.ID.(wait staffed open_until)",
            group("now."),
            group("contact."),
            group("customer."),
            group("case."),
            facts.join(" "),
        )
    }

    /// Checks an expression that must have the type `right`. `place` says in an error which expression it is.
    fn of_type(
        &mut self,
        expr: &IdedExpr,
        right: Type,
        place: &str,
    ) -> Result<Term, ConditionError> {
        match self.expr(expr)? {
            (term, of) if of == right => Ok(term),
            (_, of) => error(
                format!("{place} is {}", of.as_str()),
                format!("must be {}", right.as_str()),
            ),
        }
    }
}
