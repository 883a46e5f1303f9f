//! What both conversations need: a connection in the name of one actor, and names that nobody used before.
//!
//! Deadlines and safe repetitions come with the client library.

use signpost_client::{Client, ClientError, Options, request_id, v1};
use std::error::Error;

/// What a conversation comes to; an error says what did not go as told.
pub(crate) type Told<T = ()> = Result<T, Box<dyn Error>>;

/// A client of the server that `SIGNPOST_SERVER` names.
pub(crate) fn connect(actor: &str) -> Result<Client, ClientError> {
    let server = std::env::var("SIGNPOST_SERVER");
    let options = Options {
        actor: actor.to_owned(),
        ..Options::default()
    };
    Client::connect(server.as_deref().unwrap_or("127.0.0.1:7100"), options)
}

/// Ends the conversation where it does not go as told.
pub(crate) fn check(what: &str, is_so: bool) -> Told {
    if is_so {
        Ok(())
    } else {
        Err(format!("not so: {what}").into())
    }
}

/// A part of names that nobody used before, so that a conversation can be had again on the same server.
pub(crate) fn fresh() -> String {
    request_id().replace('-', "")[..12].to_owned()
}

/// An order number that nobody used before.
pub(crate) fn digits() -> Told<String> {
    let number = u128::from_str_radix(&request_id().replace('-', ""), 16)?;
    Ok(format!("{:012}", number % 1_000_000_000_000))
}

/// A text that is known of one fact.
pub(crate) fn fact(fact_id: &str, text: &str, source: v1::FactSource) -> v1::Fact {
    v1::Fact {
        fact_id: fact_id.to_owned(),
        value: Some(v1::fact::Value::Text(text.to_owned())),
        source: source.into(),
        ..Default::default()
    }
}

/// A phone number that the caller has proof of.
pub(crate) fn verified_phone(number: &str) -> v1::Identity {
    v1::Identity {
        kind: "phone".to_owned(),
        value: number.to_owned(),
        verified: true,
        shared: false,
        ..Default::default()
    }
}

/// What the case knows, as texts.
pub(crate) fn known(answer: &v1::ContactAnswer) -> Vec<(&str, &str)> {
    let texts = answer.known_facts.iter().map(|fact| match &fact.value {
        Some(v1::fact::Value::Text(text)) => (fact.fact_id.as_str(), text.as_str()),
        _ => (fact.fact_id.as_str(), ""),
    });
    texts.collect()
}

/// Where the contact goes; an error if something must be asked first.
pub(crate) fn routed(answer: &v1::ContactAnswer) -> Told<&v1::RouteTarget> {
    match &answer.next {
        Some(v1::contact_answer::Next::Target(target)) => Ok(target),
        other => Err(format!("not routed: {other:?}").into()),
    }
}
