//! Requests that change customers. All have the same time; only their request ids are different.

use crate::Outcome;
use crate::attempt::{Attempt, end, upsert};
use crate::server::TestServer;
use crate::time::minute;
use signpost_client::v1;
use v1::ContactOutcome as Ended;

/// The time of all these requests, in minutes.
pub const AT: i64 = 30;

/// A verified handle.
pub fn handle(kind: &str, value: &str) -> v1::Identity {
    v1::Identity {
        kind: kind.to_owned(),
        value: value.to_owned(),
        verified: true,
        shared: false,
        value_state: v1::ValueState::Present.into(),
    }
}

/// The request that links a handle to a customer.
pub fn link(customer: &str, identity: v1::Identity, request: &str) -> v1::LinkIdentityRequest {
    v1::LinkIdentityRequest {
        request_id: request.to_owned(),
        customer_id: customer.to_owned(),
        identity: Some(identity),
        etag: String::new(),
        event_time: Some(minute(AT)),
    }
}

/// The request that removes a handle from a customer.
pub fn unlink(customer: &str, identity: v1::Identity, request: &str) -> v1::UnlinkIdentityRequest {
    v1::UnlinkIdentityRequest {
        request_id: request.to_owned(),
        customer_id: customer.to_owned(),
        identity: Some(identity),
        etag: String::new(),
        event_time: Some(minute(AT)),
    }
}

/// The request that merges two customers. The first one survives.
pub fn merge(customer: &str, merged: &str, request: &str) -> v1::MergeCustomersRequest {
    v1::MergeCustomersRequest {
        request_id: request.to_owned(),
        customer_id: customer.to_owned(),
        duplicate_customer_id: merged.to_owned(),
        note: "said so at the desk".to_owned(),
        etag: String::new(),
        event_time: Some(minute(AT)),
    }
}

/// The request that undoes a merge.
pub fn unmerge(customer: &str, request: &str) -> v1::UnmergeCustomerRequest {
    v1::UnmergeCustomerRequest {
        request_id: request.to_owned(),
        customer_id: customer.to_owned(),
        note: String::new(),
        etag: String::new(),
        event_time: Some(minute(AT)),
    }
}

/// A server with two customers and what each of them came for: `c1`, who has a phone number, and `c2` of tier gold, who
/// has an e-mail address.
///
/// # Errors
/// When the server does not start, or refuses a request.
pub async fn two_customers() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    let client = server.client();
    let first = v1::Customer {
        customer_id: "c1".to_owned(),
        identities: vec![handle("phone", "+31201234567")],
        ..v1::Customer::default()
    };
    let second = v1::Customer {
        customer_id: "c2".to_owned(),
        identities: vec![handle("email", "ann@example.com")],
        tier: "gold".to_owned(),
        ..v1::Customer::default()
    };
    client.upsert_customer(upsert(first, 1)).await?;
    client.upsert_customer(upsert(second, 1)).await?;
    let bag = |contact: &str| Attempt::new(contact, "web_chat").about("baggage/lost");
    let bag = |contact: &str| bag(contact).fact("bag_tag", "KL123456");
    for attempt in [
        Attempt::new("call-1", "phone")
            .of("c1")
            .about("baggage/damaged")
            .at(2),
        bag("chat-2").of("c2").at(3),
    ] {
        client.route_contact(attempt.route()).await?;
    }
    for contact in ["call-1", "chat-2"] {
        client
            .end_contact(end(contact, Ended::Switched, 10))
            .await?;
    }
    Ok(server)
}
