//! The requests that the load consists of.

use signpost_proto::v1;

/// A gold customer's contact about an order of the retailer, by number: every contact and customer is another.
pub fn route(number: u64) -> v1::RouteContactRequest {
    let fact = v1::Fact {
        fact_id: "order_id".into(),
        value: Some(v1::fact::Value::Text(format!("{:010}", number))),
        ..v1::Fact::default()
    };
    v1::RouteContactRequest {
        request_id: format!("route-{number}"),
        contact_id: format!("contact-{number}"),
        context: Some(v1::ContactContext {
            channel: "web_chat".into(),
            customer: Some(v1::CustomerRef {
                customer_id: format!("customer-{number}"),
                tier: "gold".into(),
                ..v1::CustomerRef::default()
            }),
            reason: "order_issue/manage_cancel".into(),
            facts: vec![fact],
            language: "en".into(),
            ..v1::ContactContext::default()
        }),
        ..v1::RouteContactRequest::default()
    }
}

/// The end of that contact.
pub fn end(number: u64) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("end-{number}"),
        contact_id: format!("contact-{number}"),
        outcome: v1::ContactOutcome::Resolved.into(),
        ..v1::EndContactRequest::default()
    }
}
