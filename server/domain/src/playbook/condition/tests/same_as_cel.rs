//! Random conditions have the same result here as in the interpreter of the `cel` crate.

use super::{FACTS, Known, Value, declared};
use crate::fact::FactType;
use crate::playbook::condition::inputs::{FIELDS, QUEUE_FIELDS, Type};
use crate::playbook::condition::{Condition, ConditionResult, Field};
use crate::playbook::{FactIndex, QueueIndex};
use crate::route::Route;
use cel::{Context, Program, Value as CelValue};
use chrono::{DateTime, FixedOffset, TimeDelta};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// An own random generator, so that a new version of a dependency cannot change what a seed gives.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len() as u64) as usize]
    }
}

const TEXTS: [&str; 7] = ["", "phone", "gold", "a", "aé", "KL1234", "chat"];
const NUMBERS: [i64; 7] = [0, 1, 2, 3, -7, i64::MAX, i64::MIN + 1];
/// Values far from the limits of the interpreter's times.
const SPANS: [i64; 5] = [0, 1, -60_000, 86_400_000, 31_536_000_000];
const INSTANTS: [i64; 4] = [0, 1_700_000_000_000, 1_700_000_060_000, 1_800_000_000_000];

/// A random expression of a type, with at most `depth` levels below it.
fn expression(dice: &mut Dice, of: Type, depth: u32) -> String {
    if depth == 0 || dice.below(4) == 0 {
        return leaf(dice, of);
    }
    let depth = depth - 1;
    match of {
        Type::Bool => truth(dice, depth),
        Type::Text => choice(dice, of, depth),
        Type::Int => match dice.below(4) {
            0 => choice(dice, of, depth),
            1 => format!("size({})", expression(dice, Type::Text, depth)),
            2 => format!("-({})", expression(dice, of, depth)),
            _ => sum(dice, &["+", "-", "*"], of, of, depth),
        },
        Type::Money => match dice.below(4) {
            0 => choice(dice, of, depth),
            1 => sum(dice, &["*"], of, Type::Int, depth),
            2 => format!("-({})", expression(dice, of, depth)),
            _ => sum(dice, &["+", "-"], of, of, depth),
        },
        Type::Span => match dice.below(3) {
            0 => choice(dice, of, depth),
            1 => sum(dice, &["-"], Type::Instant, Type::Instant, depth),
            _ => sum(dice, &["+", "-"], of, of, depth),
        },
        Type::Instant => match dice.below(3) {
            0 => choice(dice, of, depth),
            1 => sum(dice, &["+"], Type::Span, of, depth),
            _ => sum(dice, &["+", "-"], of, Type::Span, depth),
        },
        // No expression makes a list of routes; see `truth`.
        Type::Routes => leaf(dice, of),
    }
}

fn truth(dice: &mut Dice, depth: u32) -> String {
    let of = *dice.one(&[
        Type::Text,
        Type::Int,
        Type::Money,
        Type::Instant,
        Type::Span,
    ]);
    match dice.below(13) {
        0..=2 => sum(dice, &["&&"], Type::Bool, Type::Bool, depth),
        3..=5 => sum(dice, &["||"], Type::Bool, Type::Bool, depth),
        6 => format!("!({})", expression(dice, Type::Bool, depth)),
        7 => choice(dice, Type::Bool, depth),
        8 => {
            let parts: Vec<String> = (0..4).map(|_| expression(dice, of, depth)).collect();
            format!("{} in [{}]", parts[0], parts[1..].join(", "))
        }
        9 => {
            let test = dice.one(&["startsWith", "endsWith", "contains"]);
            let text = expression(dice, Type::Text, depth);
            format!("({text}).{test}({})", expression(dice, Type::Text, depth))
        }
        10 => {
            let text = expression(dice, Type::Text, depth);
            format!("{text} in {}", leaf(dice, Type::Routes))
        }
        11 => format!(
            "({}).matches('[a-z]+$')",
            expression(dice, Type::Text, depth)
        ),
        _ => sum(dice, &["==", "!=", "<", "<=", ">", ">="], of, of, depth),
    }
}

fn choice(dice: &mut Dice, of: Type, depth: u32) -> String {
    let test = expression(dice, Type::Bool, depth);
    let then = expression(dice, of, depth);
    format!("({test} ? {then} : {})", expression(dice, of, depth))
}

fn sum(dice: &mut Dice, operators: &[&str], left: Type, right: Type, depth: u32) -> String {
    let operator = dice.one(operators);
    let left = expression(dice, left, depth);
    format!("({left} {operator} {})", expression(dice, right, depth))
}

fn leaf(dice: &mut Dice, of: Type) -> String {
    let names: Vec<String> = fields()
        .into_iter()
        .filter(|(_, _, other)| *other == of)
        .map(|(_, name, _)| name)
        .collect();
    if of == Type::Bool && dice.below(4) == 0 {
        let all = fields();
        let (_, name, _) = dice.one(&all[..all.len() - 1]);
        return format!("has({name})");
    }
    if !names.is_empty() && (of == Type::Routes || dice.below(2) == 0) {
        return dice.one(&names).clone();
    }
    match of {
        Type::Bool => dice.one(&["true", "false"]).to_string(),
        Type::Text => format!("'{}'", dice.one(&TEXTS)),
        Type::Int => dice.one(&NUMBERS).to_string(),
        Type::Money => dice
            .one(&["money('0.50')", "money('-3')", "money('1000000')"])
            .to_string(),
        Type::Span => dice
            .one(&["duration('24h')", "duration('-1m')", "duration('90s')"])
            .to_string(),
        Type::Instant => {
            let times = ["2023-11-14T22:13:20Z", "1970-01-01T00:00:00Z"];
            format!("timestamp('{}')", dice.one(&times))
        }
        Type::Routes => "case.tried".to_owned(),
    }
}

/// All fields with name and type. `now`, which `has` cannot test, is the last.
fn fields() -> Vec<(Field, String, Type)> {
    let facts = (0..)
        .zip(FACTS)
        .map(|(index, (name, of)): (u16, (&str, FactType))| {
            (
                Field::Fact(FactIndex(index)),
                format!("facts.{name}"),
                Type::from(of),
            )
        });
    let named = FIELDS
        .iter()
        .map(|&(field, name, of)| (field, name.to_owned(), of));
    let queues = QUEUE_FIELDS.into_iter().flat_map(|(name, make, of)| {
        let queues = (0..).zip(["desk", "calls"]);
        queues.map(move |(index, queue): (u16, &str)| {
            let name = format!("queues.{queue}.{name}");
            (make(QueueIndex(index)), name, of)
        })
    });
    facts.chain(queues).chain(named).collect()
}

fn some_known(dice: &mut Dice) -> Known {
    let mut known = BTreeMap::new();
    for (field, _, of) in fields() {
        if field != Field::Now && dice.below(3) == 0 {
            continue;
        }
        let value = match of {
            Type::Text => Value::Text(dice.one(&TEXTS).to_string()),
            Type::Int => Value::Int(*dice.one(&NUMBERS)),
            Type::Bool => Value::Bool(dice.below(2) == 0),
            Type::Money => Value::Money(*dice.one(&NUMBERS)),
            Type::Instant => Value::Instant(*dice.one(&INSTANTS)),
            Type::Span => Value::Span(*dice.one(&SPANS)),
            Type::Routes => Value::Routes(vec![*dice.one(&Route::ALL), *dice.one(&Route::ALL)]),
        };
        known.insert(field, value);
    }
    Known(known)
}

fn in_cel(value: &Value) -> CelValue {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Int(number) | Value::Money(number) => (*number).into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Instant(at) => CelValue::Timestamp(instant(*at)),
        Value::Span(millis) => CelValue::Duration(TimeDelta::milliseconds(*millis)),
        Value::Routes(routes) => {
            let names = routes.iter().map(|route| CelValue::from(route.as_str()));
            names.collect::<Vec<CelValue>>().into()
        }
    }
}

fn instant(unix_ms: i64) -> DateTime<FixedOffset> {
    DateTime::from_timestamp_millis(unix_ms)
        .unwrap_or_default()
        .fixed_offset()
}

/// The result of the interpreter; `None` if it returns an error. Its times have no fields, so the fields of `now` are
/// read from a mapping with another name.
fn by_cel(text: &str, known: &Known) -> Result<Option<bool>, String> {
    let text = text.replace("now.", "clock.");
    let mut context = Context::default();
    let mut groups: HashMap<&str, HashMap<String, CelValue>> =
        ["contact", "customer", "case", "facts", "clock"]
            .map(|group| (group, HashMap::new()))
            .into();
    let mut queues: HashMap<String, HashMap<String, CelValue>> = ["desk", "calls"]
        .map(|queue| (queue.to_owned(), HashMap::new()))
        .into();
    for (field, name, _) in fields() {
        let Some(value) = known.0.get(&field) else {
            continue;
        };
        let name = name.replace("now.", "clock.");
        if let Some((queue, name)) = name.strip_prefix("queues.").and_then(|n| n.split_once('.')) {
            let queue = queues.get_mut(queue).ok_or("no such queue")?;
            queue.insert(name.to_owned(), in_cel(value));
            continue;
        }
        match name.split_once('.') {
            Some((group, name)) => {
                let group = groups.get_mut(group).ok_or("no such group")?;
                group.insert(name.to_owned(), in_cel(value));
            }
            None => context.add_variable_from_value(name, in_cel(value)),
        }
    }
    for (group, fields) in groups {
        context.add_variable_from_value(group, fields);
    }
    let queues: HashMap<String, CelValue> = queues
        .into_iter()
        .map(|(queue, fields)| (queue, fields.into()))
        .collect();
    context.add_variable_from_value("queues", queues);
    let money = |text: std::sync::Arc<String>| {
        crate::money::Money::parse(&text).map_or(0, |amount| amount.micros())
    };
    context
        .add_function("money", money)
        .map_err(|error| format!("{error:?}"))?;
    let program = Program::compile(&text).map_err(|errors| errors.to_string())?;
    match program.execute(&context) {
        Ok(CelValue::Bool(yes)) => Ok(Some(yes)),
        Ok(other) => Err(format!("{other:?}")),
        Err(_) => Ok(None),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_condition_means_what_cel_says(seed in 1_u64..) {
        let mut dice = Dice(seed);
        let text = expression(&mut dice, Type::Bool, 4);
        let known = some_known(&mut dice);
        prop_assume!(text.len() <= super::super::CONDITION_BYTES_MAX);
        // The ids of the playbook are not declared, so any text may be compared with any field.
        let compiled = Condition::compile(&text, &declared());
        let condition = match compiled {
            Ok(condition) => condition,
            Err(error) => {
                prop_assert!(error.what.starts_with("there is no "), "{text}\n{error:?}");
                return Ok(());
            }
        };
        let ours = match condition.holds(&known) {
            ConditionResult::Holds => Some(true),
            ConditionResult::HoldsNot => Some(false),
            ConditionResult::Unknown(_) | ConditionResult::Failed(_) => None,
        };
        prop_assert_eq!(Ok(ours), by_cel(&text, &known), "{}\n{:?}", text, known);
    }
}
