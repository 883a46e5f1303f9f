//! Facts, and the questions that ask for them.

use super::{time, wire_enum};
use signpost_domain::fact::{Fact, FactValue, Facts, Knowledge};
use signpost_domain::ids::Slug;
use signpost_domain::money::Currency;
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;
use v1::fact::Value;

/// Facts in the order of their ids.
pub(super) fn facts(facts: &Facts) -> Vec<v1::Fact> {
    facts.iter().map(fact).collect()
}

fn fact(fact: &Fact) -> v1::Fact {
    let Fact {
        id,
        knowledge,
        source,
        learnt_at,
        currency,
    } = fact;
    v1::Fact {
        fact_id: id.as_str().to_owned(),
        value: value(knowledge),
        source: wire_enum::fact_source(*source),
        learn_time: Some(time::timestamp(*learnt_at)),
        currency_code: code(*currency),
        value_state: value_state(knowledge).into(),
    }
}

fn value_state(knowledge: &Knowledge) -> v1::ValueState {
    match knowledge {
        Knowledge::Known(_) | Knowledge::Declined => v1::ValueState::Present,
        Knowledge::Erased => v1::ValueState::Erased,
    }
}

/// The code of a currency; empty for `None`.
pub(super) fn code(currency: Option<Currency>) -> String {
    currency.map_or_else(String::new, |currency| currency.as_str().to_owned())
}

/// The value; `None` if it was erased.
fn value(knowledge: &Knowledge) -> Option<Value> {
    Some(match knowledge {
        Knowledge::Declined => Value::Declined(true),
        Knowledge::Known(FactValue::Text(text)) => Value::Text(text[..].to_owned()),
        Knowledge::Known(FactValue::Integer(number)) => Value::Integer(*number),
        Knowledge::Known(FactValue::Boolean(yes)) => Value::Boolean(*yes),
        Knowledge::Known(FactValue::Money(amount)) => Value::MoneyMicros(amount.micros()),
        Knowledge::Known(FactValue::Instant(at)) => Value::Instant(time::timestamp(*at)),
        Knowledge::Erased => return None,
    })
}

/// The questions for facts, in the language of the customer. Facts that the playbook does not have are left out.
pub(super) fn questions(
    playbook: &Playbook,
    language: Option<&str>,
    facts: &[Slug],
) -> Vec<v1::FactQuestion> {
    let locale = playbook.locale(language);
    let specs = facts.iter().filter_map(|id| playbook.index.facts.get(id));
    let specs = specs.map(|&index| playbook.fact(index));
    let questions = specs.map(|spec| v1::FactQuestion {
        fact_id: spec.id.as_str().to_owned(),
        label: playbook.text(&spec.label, locale).to_owned(),
        r#type: wire_enum::fact_type(spec.fact_type),
        pattern: spec
            .pattern
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        personal: spec.personal,
        matter_id: String::new(),
    });
    questions.collect()
}
