//! Tests of facts of every type, right and wrong.

use super::{check, route, routed, with};
use expect_test::expect;
use prost_types::Timestamp;
use signpost_domain::fact::{FactValue, Knowledge};
use signpost_domain::money::Money;
use signpost_domain::refusal::FAULTS_MAX;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;
use v1::fact::Value;

fn fact(id: &str, value: Value) -> v1::Fact {
    v1::Fact {
        fact_id: id.into(),
        value: Some(value),
        ..Default::default()
    }
}

fn text(id: &str, text: &str) -> v1::Fact {
    fact(id, Value::Text(text.into()))
}

fn known(told: v1::Fact) -> Option<FactValue> {
    let id = told.fact_id.clone();
    let command = route(with(|context| context.facts = vec![told])).ok()?;
    let facts = routed(command)?.context.facts;
    match &facts.get(&id)?.knowledge {
        Knowledge::Known(value) => Some(value.clone()),
        Knowledge::Declined | Knowledge::Erased => None,
    }
}

#[test]
fn a_text_is_taken_for_what_the_fact_is() {
    let read = [
        (text("bags", "42"), FactValue::Integer(42)),
        (text("insured", "true"), FactValue::Boolean(true)),
        (
            text("damage", "4.10"),
            FactValue::Money(Money::from_micros(4_100_000)),
        ),
        (
            text("departs_at", "2026-11-22T09:30:00+01:00"),
            FactValue::Instant(UnixMs(1_795_336_200_000)),
        ),
        (
            text("booking_reference", "ABC123"),
            FactValue::Text("ABC123".into()),
        ),
    ];
    for (told, expected) in read {
        assert_eq!(
            known(told.clone()).as_ref(),
            Some(&expected),
            "{}",
            told.fact_id
        );
    }
}

#[test]
fn typed_values_are_taken_as_they_are() {
    let seconds = Timestamp {
        seconds: -1,
        nanos: 999_999_999,
    };
    let instant = known(fact("departs_at", Value::Instant(seconds)));
    assert_eq!(instant, Some(FactValue::Instant(UnixMs(-1))));
    let money = known(fact("damage", Value::MoneyMicros(-1)));
    assert_eq!(money, Some(FactValue::Money(Money::from_micros(-1))));
}

#[test]
fn values_of_another_type() {
    check(
        with(|context| {
            context.facts = vec![
                text("bags", "many"),
                fact("insured", Value::Integer(1)),
                text("damage", "1e3"),
                text("departs_at", "tomorrow"),
                fact("booking_reference", Value::Boolean(true)),
                fact("passport", Value::Declined(false)),
                v1::Fact {
                    fact_id: "bag".into(),
                    source: 9,
                    ..Default::default()
                },
            ];
        }),
        expect![[r#"
            context.facts[0].text: must be a whole number such as 42
            context.facts[1].integer: must be true or false
            context.facts[2].text: must be an amount such as 4.10, at most a million, with at most 6 decimals
            context.facts[3].text: must be a point in time such as 2026-11-22T09:30:00Z
            context.facts[4].boolean: must be a text
            context.facts[5].declined: must be true, or another value must be set
            context.facts[6].fact_id: is not a fact of the live playbook; did you mean bags?
            context.facts[6].source: is not known to this server
            context.facts[6].value: must be set
        "#]],
    );
}

#[test]
fn values_out_of_bounds() {
    check(
        with(|context| {
            context.facts = vec![
                text("booking_reference", "abc123 and more"),
                text("passport", &"x".repeat(513)),
                fact("damage", Value::MoneyMicros(i64::MIN)),
                fact(
                    "departs_at",
                    Value::Instant(Timestamp {
                        seconds: i64::MAX,
                        nanos: 0,
                    }),
                ),
            ];
        }),
        expect![[r#"
            context.facts[0].text: must match the pattern [A-Z0-9]{6} as a whole
            context.facts[1].text: must be at most 512 bytes, is 513
            context.facts[2].money_micros: must be between -1000000000000 and 1000000000000 (millionths of the currency), is -9223372036854775808
            context.facts[3].instant: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
        "#]],
    );
    check(
        with(|context| context.facts = vec![text("passport", ""), text("passport", "x")]),
        expect![[r#"
            context.facts[0].text: must not be empty; leave the fact out if it is not known
        "#]],
    );
}

#[test]
fn too_many_and_twice() {
    check(
        with(|context| context.facts = vec![text("bags", "1"); 10_000]),
        expect![[r#"
            context.facts: must be at most 64, are 10000
        "#]],
    );
    check(
        with(|context| context.facts = vec![text("bags", "1"), text("bags", "2")]),
        expect![[r#"
            context.facts[1].fact_id: is there twice
        "#]],
    );
    let faults = route(with(|context| {
        context.facts = vec![text("nothing", "1"); 20]
    }));
    let counted = faults.map_err(|faults| (faults.found().len(), faults.more()));
    assert_eq!(counted.err(), Some((FAULTS_MAX, 20 - FAULTS_MAX)));
}

#[test]
fn a_value_is_never_repeated() {
    let secret = "NL-SECRET-7";
    let wrong = [
        "bags",
        "insured",
        "damage",
        "departs_at",
        "booking_reference",
        "passpor",
    ];
    for id in wrong {
        let faults = route(with(|context| context.facts = vec![text(id, secret)]));
        assert!(faults.is_err(), "{id}");
        assert!(!super::told(faults).contains("SECRET"), "{id}");
    }
    let command = route(with(|context| {
        context.facts = vec![text("passport", secret)]
    }));
    assert!(command.is_ok());
    assert!(!format!("{command:?}").contains("SECRET"));
}
