//! Facts. A fact must be known to the playbook and have the type that it names. Faults never repeat a value.

use super::field_path::FieldPath;
use super::names::Kind;
use super::{Validator, values, wire_enum};
use signpost_domain::fact::{
    FACT_TEXT_BYTES_MAX, FACTS_MAX, Fact, FactCompare, FactType, FactValue, Facts, Knowledge,
};
use signpost_domain::ids::Slug;
use signpost_domain::money::Money;
use signpost_domain::playbook::{FactSpec, Playbook};
use signpost_domain::text::is_unseen;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;
use v1::fact::Value;

impl Validator {
    /// The facts from a caller, each at most once. The time when a fact was learnt is set when the contact is decided
    /// on.
    pub(super) fn facts(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        messages: Vec<v1::Fact>,
    ) -> Facts {
        Facts::from_facts(self.each_once(
            at,
            (messages, FACTS_MAX),
            |validator, at, message| validator.fact(at, live, message),
            Some("fact_id"),
            |one, other| one.id == other.id,
        ))
    }

    fn fact(&mut self, at: FieldPath<'_>, live: &Playbook, message: v1::Fact) -> Option<Fact> {
        let v1::Fact {
            fact_id,
            source,
            learn_time: _,
            value,
            currency_code,
            value_state: _,
        } = message;
        let id = self.name(at.field("fact_id"), live, Kind::Fact, &fact_id);
        let source = self.check(at.field("source"), wire_enum::fact_source(source));
        let spec = id.as_ref().and_then(|id| spec(live, id));
        let knowledge = match (value, spec) {
            (None, _) => {
                self.fault(at.field("value"), "must be set");
                None
            }
            (Some(value), Some(spec)) => self.knowledge(at, spec, value),
            (Some(_), None) => None,
        };
        let at_currency = at.field("currency_code");
        let currency = match knowledge {
            Some(Knowledge::Known(FactValue::Money(_))) => {
                self.currency(at_currency, Some(live), &currency_code)
            }
            Some(_) if !currency_code.is_empty() => {
                self.fault(at_currency, "must be empty: the value is not an amount");
                None
            }
            Some(_) | None => None,
        };
        Some(Fact {
            id: id?,
            knowledge: knowledge?,
            source: source?,
            learnt_at: UnixMs::default(),
            currency,
        })
    }

    fn knowledge(&mut self, at: FieldPath<'_>, spec: &FactSpec, value: Value) -> Option<Knowledge> {
        let (field, value) = match value {
            Value::Declined(true) => return Some(Knowledge::Declined),
            Value::Declined(false) => {
                self.fault(
                    at.field("declined"),
                    "must be true, or another value must be set",
                );
                return None;
            }
            Value::Text(text) => ("text", of_text(spec, &text)),
            Value::Integer(number) => {
                let value = FactValue::Integer(number);
                ("integer", of_type(spec, value))
            }
            Value::Boolean(yes) => ("boolean", of_type(spec, FactValue::Boolean(yes))),
            Value::MoneyMicros(micros) => {
                let value = values::money(micros).map(FactValue::Money);
                let value = value.and_then(|value| of_type(spec, value));
                ("money_micros", value)
            }
            Value::Instant(at) => {
                let value = values::instant(at).map(FactValue::Instant);
                let value = value.map_err(str::to_owned);
                ("instant", value.and_then(|value| of_type(spec, value)))
            }
        };
        self.check(at.field(field), value).map(Knowledge::Known)
    }
}

fn spec<'p>(live: &'p Playbook, id: &Slug) -> Option<&'p FactSpec> {
    live.index.facts.get(id).map(|&index| live.fact(index))
}

fn of_type(spec: &FactSpec, value: FactValue) -> Result<FactValue, String> {
    match value.fact_type() == spec.fact_type {
        true => Ok(value),
        false => Err(format!("must be {}", what_fits(spec.fact_type))),
    }
}

/// The value of a fact from a text. The text must have the form of the type of the fact.
fn of_text(spec: &FactSpec, text: &str) -> Result<FactValue, String> {
    if text.len() > FACT_TEXT_BYTES_MAX {
        let len = text.len();
        return Err(format!(
            "must be at most {FACT_TEXT_BYTES_MAX} bytes, is {len}"
        ));
    }
    let value = match spec.fact_type {
        FactType::Text => return matching(spec, text),
        FactType::Integer => text.parse().ok().map(FactValue::Integer),
        FactType::Boolean => text.parse().ok().map(FactValue::Boolean),
        FactType::Money => Money::parse(text).ok().map(FactValue::Money),
        FactType::Instant => {
            let at = values::instant_of_text(text);
            return at.map(FactValue::Instant).map_err(str::to_owned);
        }
    };
    value.ok_or_else(|| format!("must be {}", what_fits(spec.fact_type)))
}

fn matching(spec: &FactSpec, text: &str) -> Result<FactValue, String> {
    if text.is_empty() {
        return Err("must not be empty; leave the fact out if it is not known".into());
    }
    if spec.is_key && spec.as_key().compared_text(text).is_empty() {
        let counts = match spec.compare {
            FactCompare::Exact => "a sign that is not blank",
            FactCompare::LettersAndDigits => "a letter or a digit",
            FactCompare::Digits => "a digit",
        };
        return Err(format!(
            "must have {counts}: the fact tells one matter from another; send it as declined if the customer does not tell it"
        ));
    }
    if spec.is_key && text.chars().any(is_unseen) {
        return Err(
            "must be without characters that nobody sees, such as marks of direction or ends of lines: the fact tells \
             one matter from another"
                .into(),
        );
    }
    match &spec.pattern {
        Some(pattern) if !pattern.matches(text) => {
            Err(format!("must match the pattern {pattern} as a whole"))
        }
        Some(_) | None => Ok(FactValue::Text(text.into())),
    }
}

const fn what_fits(fact_type: FactType) -> &'static str {
    match fact_type {
        FactType::Text => "a text",
        FactType::Integer => "a whole number such as 42",
        FactType::Boolean => "true or false",
        FactType::Money => "an amount such as 4.10, at most a million, with at most 6 decimals",
        FactType::Instant => "a point in time such as 2026-11-22T09:30:00Z",
    }
}
