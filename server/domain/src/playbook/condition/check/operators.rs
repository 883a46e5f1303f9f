//! Checks the operators of conditions.

use super::{Checker, ConditionError, Typed, error, mistakes};
use crate::decision::AttemptOutcome;
use crate::playbook::condition::inputs::{Field, Type};
use crate::playbook::condition::term::{Arithmetic, Comparison, Term};
use crate::playbook::fault::right_names;
use crate::playbook::primary_language;
use crate::playbook::tree::echo;
use crate::route::Route;
use cel::common::ast::{CallExpr, Expr, IdedExpr, ListExpr, operators};

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &CallExpr) -> Result<Typed, ConditionError> {
        let operands = (&call.target, call.args.as_slice());
        match (call.func_name.as_str(), operands) {
            (operators::LOGICAL_AND, (None, [left, right])) => {
                Ok((Term::And(self.truths("&&", left, right)?), Type::Bool))
            }
            (operators::LOGICAL_OR, (None, [left, right])) => {
                Ok((Term::Or(self.truths("||", left, right)?), Type::Bool))
            }
            (operators::LOGICAL_NOT, (None, [operand])) => {
                let term = self.of_type(operand, Type::Bool, "the value after `!`")?;
                Ok((Term::Not(Box::new(term)), Type::Bool))
            }
            (operators::NEGATE, (None, [operand])) => self.negative(operand),
            (operators::CONDITIONAL, (None, [test, then, other])) => self.choose(test, then, other),
            (operators::IN, (None, [needle, list])) => self.is_in(needle, list),
            (name, (None, [left, right])) if comparison(name).is_some() => {
                self.compare(name, left, right)
            }
            (name, (None, [left, right])) if arithmetic(name).is_some() => {
                self.sum(name, left, right)
            }
            _ => self.function(call),
        }
    }

    fn truths(
        &mut self,
        operator: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Box<(Term, Term)>, ConditionError> {
        let side = |side: &str| format!("the {side} side of `{operator}`");
        let left = self.of_type(left, Type::Bool, &side("left"))?;
        let right = self.of_type(right, Type::Bool, &side("right"))?;
        Ok(Box::new((left, right)))
    }

    fn negative(&mut self, operand: &IdedExpr) -> Result<Typed, ConditionError> {
        match self.expr(operand)? {
            (term, of @ (Type::Int | Type::Money)) => Ok((Term::Negative(Box::new(term)), of)),
            (_, of) => error(
                format!("the value after `-` is {}", of.as_str()),
                "must be a whole number or an amount of money",
            ),
        }
    }

    fn choose(
        &mut self,
        test: &IdedExpr,
        then: &IdedExpr,
        other: &IdedExpr,
    ) -> Result<Typed, ConditionError> {
        let test = self.of_type(test, Type::Bool, "the part before `?`")?;
        let (then, of) = self.expr(then)?;
        if of == Type::Routes {
            return list_alone();
        }
        let other = self.of_type(other, of, "the part after `:`")?;
        Ok((Term::Choose(Box::new((test, then, other))), of))
    }

    fn is_in(&mut self, needle: &IdedExpr, list: &IdedExpr) -> Result<Typed, ConditionError> {
        let (needle, of) = self.expr(needle)?;
        if of == Type::Routes {
            return list_alone();
        }
        if let Expr::Select(select) = &list.expr
            && !select.test
        {
            return self.is_in_field(needle, of, list);
        }
        let Expr::List(ListExpr { elements, .. }) = &list.expr else {
            return no_list();
        };
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            let item = self.of_type(element, of, "an item of the list after `in`")?;
            self.known_value(&needle, &item)?;
            self.note_pattern(&needle, &item);
            items.push(item);
        }
        Ok((Term::In(Box::new((needle, items))), Type::Bool))
    }

    /// Checks an expression such as `'chat' in case.tried`.
    fn is_in_field(
        &mut self,
        needle: Term,
        of: Type,
        list: &IdedExpr,
    ) -> Result<Typed, ConditionError> {
        let (Term::Field(field), Type::Routes) = self.expr(list)? else {
            return no_list();
        };
        if of != Type::Text {
            return error(
                format!(
                    "the left side of `in` is {}, and the right side is a list of routes",
                    of.as_str()
                ),
                "must be a route such as 'chat'",
            );
        }
        self.known_value(&Term::Field(field), &needle)?;
        Ok((Term::InRoutes(Box::new((needle, field))), Type::Bool))
    }

    fn compare(
        &mut self,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Typed, ConditionError> {
        let ((left, left_type), (right, right_type)) = (self.expr(left)?, self.expr(right)?);
        let comparison = comparison(name).unwrap_or(Comparison::Equal);
        if left_type != right_type {
            let is_now = [&left, &right]
                .into_iter()
                .any(|term| matches!(term, Term::Field(Field::Now)));
            let fix = mistakes::same_type(left_type, right_type, is_now)
                .or_else(|| mistakes::same_type(right_type, left_type, is_now));
            return error(
                format!(
                    "{} is compared with {}",
                    left_type.as_str(),
                    right_type.as_str()
                ),
                match fix {
                    Some(fix) => format!("must be two values of the same type; {fix}"),
                    None => "must be two values of the same type".to_owned(),
                },
            );
        }
        if left_type == Type::Routes {
            return list_alone();
        }
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if left_type == Type::Bool && !is_equality {
            return error(
                "two values that are true or false are compared with < <= > or >=",
                "must be compared with == or !=",
            );
        }
        self.known_value(&left, &right)?;
        self.known_value(&right, &left)?;
        if is_equality {
            self.note_pattern(&left, &right);
            self.note_pattern(&right, &left);
        }
        let sides = Box::new((left, right));
        Ok((Term::Compare(comparison, sides), Type::Bool))
    }

    fn sum(
        &mut self,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Typed, ConditionError> {
        let ((left, left_type), (right, right_type)) = (self.expr(left)?, self.expr(right)?);
        let arithmetic = arithmetic(name).unwrap_or(Arithmetic::Add);
        match sum_type(arithmetic, left_type, right_type) {
            Some(of) => Ok((Term::Sum(arithmetic, Box::new((left, right))), of)),
            None => error(
                format!(
                    "{} and {} are the two sides of {}",
                    left_type.as_str(),
                    right_type.as_str(),
                    name.trim_matches('_')
                ),
                sides_of(arithmetic),
            ),
        }
    }

    /// Returns an error if a field is compared with a text that it never has.
    fn known_value(&mut self, field: &Term, text: &Term) -> Result<(), ConditionError> {
        let (Term::Field(field), Term::Text(text)) = (field, text) else {
            return Ok(());
        };
        let routes = Route::ALL.map(Route::as_str);
        let outcomes = AttemptOutcome::ALL.map(AttemptOutcome::as_str);
        let (kind, known): (&str, &[&str]) = match field {
            Field::ContactChannel => ("channel", &self.declared.channels),
            Field::ContactStage => ("stage", &self.declared.stages),
            Field::ContactPersona | Field::CustomerPersona => ("persona", &self.declared.personas),
            Field::ContactBrand => ("brand", &self.declared.brands),
            Field::CustomerTier => ("tier", &self.declared.tiers),
            Field::ContactMedium => ("medium", &["voice", "live_text", "async_text", "in_person"]),
            Field::ContactDirection => ("direction", &["inbound", "outbound"]),
            Field::CaseTried => ("route", &routes),
            Field::CaseLastOutcome => ("outcome", &outcomes),
            Field::ContactLanguage | Field::CustomerLanguage => {
                self.note_language(text);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if known.contains(&text.as_ref()) {
            return Ok(());
        }
        error(
            format!("there is no {kind} {}", echo(text)),
            right_names(text, kind, known.iter().copied()),
        )
    }
}

impl Checker<'_> {
    /// Records a text that is compared with a fact, although the pattern of the fact does not allow the text. The fact
    /// never has this value.
    fn note_pattern(&mut self, field: &Term, text: &Term) {
        let (Term::Field(Field::Fact(index)), Term::Text(text)) = (field, text) else {
            return;
        };
        let Some(pattern) = self.declared.patterns.get(index) else {
            return;
        };
        if pattern.matches(text) {
            return;
        }
        let mut facts = self.declared.facts.iter();
        let fact = facts.find_map(|(id, (known, _))| (known == index).then_some(*id));
        self.odd.push(ConditionError {
            what: format!(
                "facts.{} is never '{}', because its pattern is {}",
                fact.unwrap_or("ID"),
                echo(text),
                echo(pattern.as_str())
            ),
            fix: "must be a text that the pattern allows, or the pattern must allow this text"
                .to_owned(),
        });
    }

    /// Records a language that a contact never has, because it has a region or capital letters.
    fn note_language(&mut self, text: &str) {
        let primary = primary_language(text);
        if *primary != *text {
            self.odd.push(ConditionError {
                what: format!("the language is never '{}'", echo(text)),
                fix: format!(
                    "must be the language without a region, in lower case: '{}'",
                    echo(&primary)
                ),
            });
        }
    }
}

fn list_alone<T>() -> Result<T, ConditionError> {
    error(
        "a list of routes is used elsewhere than after `in`",
        "must be on the right side of `in`, such as 'chat' in case.tried",
    )
}

fn no_list<T>() -> Result<T, ConditionError> {
    error(
        "the right side of `in` is no list",
        "must be a list such as ['a', 'b'], or case.tried",
    )
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessOrEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(operator: &str) -> Option<Arithmetic> {
    Some(match operator {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        _ => return None,
    })
}

/// What the two sides of the operator must be.
fn sides_of(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Add => {
            "must be two whole numbers, two amounts of money, two spans of time, or a point in time and a span of time"
        }
        Arithmetic::Subtract => {
            "must be two whole numbers, two amounts of money, two spans of time, two points in time, or a span of time \
            subtracted from a point in time"
        }
        Arithmetic::Multiply => {
            "must be two whole numbers, or a whole number and an amount of money"
        }
    }
}

fn sum_type(arithmetic: Arithmetic, left: Type, right: Type) -> Option<Type> {
    use Arithmetic::{Add, Multiply, Subtract};
    match (arithmetic, left, right) {
        (_, Type::Int, Type::Int) => Some(Type::Int),
        (Add | Subtract, Type::Money, Type::Money) => Some(Type::Money),
        (Multiply, Type::Money, Type::Int) | (Multiply, Type::Int, Type::Money) => {
            Some(Type::Money)
        }
        (Add | Subtract, Type::Span, Type::Span) => Some(Type::Span),
        (Subtract, Type::Instant, Type::Instant) => Some(Type::Span),
        (Add | Subtract, Type::Instant, Type::Span) => Some(Type::Instant),
        (Add, Type::Span, Type::Instant) => Some(Type::Instant),
        _ => None,
    }
}
