//! Requests that add cases to contacts, and servers to send them to.

use crate::Outcome;
use crate::attempt::Attempt;
use crate::server::TestServer;
use crate::time::minute;
use signpost_client::v1;

/// The reason of the call of [`a_call`].
pub const ABOUT: &str = "existing_flight/change_date";

/// A request that adds a case with `reason` to a contact at minute `at`. Its request id is `request`.
pub fn add_case(
    contact: &str,
    reason: &str,
    request: &str,
    at: i64,
) -> v1::AddCaseToContactRequest {
    v1::AddCaseToContactRequest {
        request_id: request.to_owned(),
        contact_id: contact.to_owned(),
        stated_reason: reason.to_owned(),
        facts: Vec::new(),
        note: String::new(),
        event_time: Some(minute(at)),
    }
}

/// As [`add_case`], with a fact.
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

/// A server with a call of `c1`, `call-1`, about a booking.
///
/// # Errors
/// When the server does not start or refuses the call.
pub async fn a_call() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    let call = Attempt::new("call-1", "phone").about(ABOUT);
    let call = call.of("c1").fact("booking_reference", "ABC123").at(1);
    server.client().route_contact(call.route()).await?;
    Ok(server)
}

/// The contact `call-1`, as the server keeps it.
///
/// # Errors
/// When the server refuses the request.
pub async fn contact(server: &TestServer) -> Outcome<v1::Contact> {
    let request = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let got = server.client().get_contact(request).await?;
    Ok(got.contact.unwrap_or_default())
}
