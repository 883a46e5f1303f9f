//! Amounts over the wire say their currency: that of the playbook under which they were told. Another is refused.

use expect_test::expect;
use signpost_client::{ClientError, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use v1::ContactOutcome as Ended;

fn resolution(currency_code: &str) -> Option<v1::CaseResolution> {
    Some(v1::CaseResolution {
        outcome: "refunded".to_owned(),
        cost_micros: Some(12_500_000),
        currency_code: currency_code.to_owned(),
    })
}

fn customer(request_id: &str, currency_code: &str) -> v1::UpsertCustomerRequest {
    v1::UpsertCustomerRequest {
        request_id: request_id.to_owned(),
        customer: Some(v1::Customer {
            customer_id: "c1".to_owned(),
            value_micros: Some(900_000_000),
            currency_code: currency_code.to_owned(),
            ..Default::default()
        }),
        event_time: Some(minute(2)),
        ..Default::default()
    }
}

fn fare(currency_code: &str) -> v1::Fact {
    v1::Fact {
        fact_id: "fare".to_owned(),
        value: Some(v1::fact::Value::MoneyMicros(40_000_000)),
        currency_code: currency_code.to_owned(),
        ..Default::default()
    }
}

fn faults<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> String {
    match answer {
        Err(error) => format!("{error}\n"),
        Ok(answer) => format!("not refused: {answer:?}\n"),
    }
}

#[tokio::test]
async fn an_amount_keeps_the_currency_under_which_it_was_told() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut call = Attempt::new("call-1", "phone")
        .of("c1")
        .about("existing_flight/change_date")
        .fact("booking_reference", "ABC123");
    call.context.facts.push(fare("EUR"));
    let case_id = client.route_contact(call.route()).await?;
    let case_id = case_id.answer.unwrap_or_default().case_id;
    // Nothing needs to be told of it.
    client.upsert_customer(customer("u1", "")).await?;
    let mut resolved = end("call-1", Ended::Resolved, 5);
    resolved.resolution = resolution("");
    client.end_contact(resolved).await?;
    let publish = v1::PublishPlaybookRequest {
        request_id: "p1".to_owned(),
        document: FLIGHTS.replace("currency: EUR", "currency: USD"),
        event_time: Some(minute(6)),
        ..Default::default()
    };
    client.publish_playbook(publish).await?;
    let server = server.restart().await?;
    let client = server.client();
    let get = v1::GetCaseRequest {
        case_id,
        ..Default::default()
    };
    let case = client.get_case(get).await?.case.unwrap_or_default();
    assert_eq!(case.resolution, resolution("EUR"));
    let money = case.facts.iter().find(|fact| fact.fact_id == "fare");
    assert_eq!(money.map(|fact| fact.currency_code.as_str()), Some("EUR"));
    let text = case.facts.iter().find(|fact| fact.fact_id != "fare");
    assert_eq!(text.map(|fact| fact.currency_code.as_str()), Some(""));
    let by = v1::get_customer_request::By::CustomerId("c1".to_owned());
    let get = v1::GetCustomerRequest {
        by: Some(by),
        ..Default::default()
    };
    let kept = client.get_customer(get).await?.customer.unwrap_or_default();
    assert_eq!(kept.currency_code, "EUR");
    // From now on amounts are told in dollars.
    let anew = client.upsert_customer(customer("u2", "USD")).await?;
    assert_eq!(anew.customer.unwrap_or_default().currency_code, "USD");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn an_amount_of_another_currency_is_refused_and_changes_nothing() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let call = Attempt::new("call-1", "phone")
        .of("c1")
        .about("existing_flight/change_date")
        .fact("booking_reference", "ABC123");
    let case_id = client.route_contact(call.route()).await?;
    let case_id = case_id.answer.unwrap_or_default().case_id;
    let mut all = String::new();
    for code in ["USD", "eur", "EURO", "\u{20ac}"] {
        all += &faults(client.upsert_customer(customer("u1", code)).await);
    }
    let mut told = Attempt::new("call-2", "phone").about("existing_flight/change_date");
    told.context.facts.push(fare("USD"));
    told.context.facts.push(v1::Fact {
        fact_id: "bags".to_owned(),
        value: Some(v1::fact::Value::Integer(2)),
        currency_code: "EUR".to_owned(),
        ..Default::default()
    });
    all += &faults(client.route_contact(told.route()).await);
    let mut ended = end("call-1", Ended::Resolved, 5);
    ended.resolution = resolution("USD");
    all += &faults(client.end_contact(ended).await);
    let resolve = v1::ResolveCaseRequest {
        request_id: "r1".to_owned(),
        case_id,
        resolution: resolution("GBP"),
        event_time: Some(minute(5)),
        ..Default::default()
    };
    all += &faults(client.resolve_case(resolve).await);
    expect![[r#"
        customer.currency_code: must be EUR, the currency of the live playbook, or empty
        customer.currency_code: must be EUR, the currency of the live playbook, or empty
        customer.currency_code: must be EUR, the currency of the live playbook, or empty
        customer.currency_code: must be EUR, the currency of the live playbook, or empty
        context.facts[0].currency_code: must be EUR, the currency of the live playbook, or empty
        context.facts[1].currency_code: must be empty: the value is not an amount
        resolution.currency_code: must be EUR, the currency of the live playbook, or empty
        resolution.currency_code: must be EUR, the currency of the live playbook, or empty
    "#]]
    .assert_eq(&all);
    assert_eq!(server.finish().await?.state.seq().0, 2);
    Ok(())
}
