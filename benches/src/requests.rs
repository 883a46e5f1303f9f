//! The requests of the load.

use signpost_proto::v1;
use std::ops::Range;

/// The contact with this number, of a gold customer about an order of the retailer. Every number has another contact
/// and another customer.
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
            stated_reason: "order_issue/manage_cancel".into(),
            facts: vec![fact],
            language_code: "en".into(),
            ..v1::ContactContext::default()
        }),
        ..v1::RouteContactRequest::default()
    }
}

/// The contacts that [`route`] makes for these numbers, as a table (CSV).
pub fn table(numbers: Range<u64>) -> String {
    let mut table = "customer,tier,channel,reason,order,language\n".to_owned();
    for number in numbers {
        table +=
            &format!("customer-{number},gold,web_chat,order_issue/manage_cancel,{number:010},en\n");
    }
    table
}

/// The channels of the retailer.
const CHANNELS: [&str; 7] = [
    "phone", "web_chat", "app", "email", "web_form", "social", "store",
];
/// The tiers of the retailer.
const TIERS: [&str; 4] = ["gold", "silver", "bronze", "guest"];
/// The number of desks. A desk is a channel and a tier.
pub const DESKS: u64 = (CHANNELS.len() * TIERS.len()) as u64;

/// The channel and the tier of the desk with this number.
pub fn desk(number: u64) -> (&'static str, &'static str) {
    let desk = (number % DESKS) as usize;
    (
        CHANNELS[desk % CHANNELS.len()],
        TIERS[desk / CHANNELS.len()],
    )
}

/// As [`route`], for one desk after another.
pub fn route_to_desks(number: u64) -> v1::RouteContactRequest {
    let (channel, tier) = desk(number);
    let mut request = route(number);
    if let Some(context) = &mut request.context {
        context.channel = channel.into();
        if let Some(customer) = &mut context.customer {
            customer.tier = tier.into();
        }
    }
    request
}

/// As [`route`], of one of so many customers, who come again in no order.
pub fn route_returning(number: u64, customers: u64) -> v1::RouteContactRequest {
    // Spread, so that who comes does not follow from who came before.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let mut request = route(number);
    let context = request.context.as_mut();
    if let Some(customer) = context.and_then(|context| context.customer.as_mut()) {
        customer.customer_id = format!("customer-{}", spread % customers.max(1));
    }
    request
}

/// The end of the contact with this number.
pub fn end(number: u64) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("end-{number}"),
        contact_id: format!("contact-{number}"),
        outcome: v1::ContactOutcome::Resolved.into(),
        ..v1::EndContactRequest::default()
    }
}
