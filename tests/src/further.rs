//! Further cases of contacts as tests ask for them.

use crate::time::minute;
use signpost_client::v1;

/// A further matter of a contact, told at a minute; its request id is `request`.
pub fn add_case(
    contact: &str,
    reason: &str,
    request: &str,
    at: i64,
) -> v1::AddCaseToContactRequest {
    v1::AddCaseToContactRequest {
        request_id: request.to_owned(),
        contact_id: contact.to_owned(),
        reason: reason.to_owned(),
        facts: Vec::new(),
        note: String::new(),
        arrive_time: Some(minute(at)),
    }
}

/// The same with a fact.
pub fn add_case_knowing(
    contact: &str,
    reason: &str,
    (fact_id, value): (&str, &str),
    request: &str,
    at: i64,
) -> v1::AddCaseToContactRequest {
    let fact = v1::Fact {
        fact_id: fact_id.to_owned(),
        value: Some(v1::fact::Value::Text(value.to_owned())),
        ..v1::Fact::default()
    };
    v1::AddCaseToContactRequest {
        facts: vec![fact],
        ..add_case(contact, reason, request, at)
    }
}
