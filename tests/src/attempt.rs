//! A builder for contacts of tests: `Attempt::new("call-1", "phone").of("c1").about("baggage/lost")`.

use crate::time::minute;
use signpost_client::v1;

/// An attempt to reach the company, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    contact: String,
    minute: i64,
    take: v1::RouteSelection,
    request_id: Option<String>,
    menu_version: String,
    /// What is known of the contact. Fields without a method of their own are set here.
    pub context: v1::ContactContext,
}

impl Attempt {
    /// An attempt at minute 1. The server selects its route.
    pub fn new(contact: &str, channel: &str) -> Attempt {
        Attempt {
            contact: contact.to_owned(),
            minute: 1,
            context: v1::ContactContext {
                channel: channel.to_owned(),
                ..Default::default()
            },
            ..Attempt::default()
        }
    }

    /// Sets the customer's key.
    #[must_use]
    pub fn of(mut self, customer: &str) -> Attempt {
        self.customer().customer_id = customer.to_owned();
        self
    }

    /// Sets the customer's tier.
    #[must_use]
    pub fn tier(mut self, tier: &str) -> Attempt {
        self.customer().tier = tier.to_owned();
        self
    }

    /// Adds a handle of the customer.
    #[must_use]
    pub fn identity(mut self, kind: &str, value: &str, verified: bool) -> Attempt {
        self.customer().identities.push(v1::Identity {
            kind: kind.to_owned(),
            value: value.to_owned(),
            verified,
            shared: false,
            ..Default::default()
        });
        self
    }

    /// Sets the reason.
    #[must_use]
    pub fn about(mut self, reason: &str) -> Attempt {
        self.context.stated_reason = reason.to_owned();
        self
    }

    /// Adds a fact, as text.
    #[must_use]
    pub fn fact(self, id: &str, text: &str) -> Attempt {
        self.value(id, v1::fact::Value::Text(text.to_owned()))
    }

    /// Adds a fact of any type.
    #[must_use]
    pub fn value(mut self, id: &str, value: v1::fact::Value) -> Attempt {
        self.context.facts.push(v1::Fact {
            fact_id: id.to_owned(),
            value: Some(value),
            ..Default::default()
        });
        self
    }

    /// Sets the minute.
    #[must_use]
    pub fn at(mut self, minute: i64) -> Attempt {
        self.minute = minute;
        self
    }

    /// Lets the customer select the route.
    #[must_use]
    pub fn choose(mut self) -> Attempt {
        self.take = v1::RouteSelection::ByCustomer;
        self
    }

    /// Sets the request id. Without this, it is made from the contact and the minute.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Attempt {
        self.request_id = Some(id.to_owned());
        self
    }

    /// Sets the version of the playbook from whose menu the reason was picked.
    #[must_use]
    pub fn menu(mut self, version: &str) -> Attempt {
        self.menu_version = version.to_owned();
        self
    }

    /// The request that routes the contact.
    pub fn route(self) -> v1::RouteContactRequest {
        let made = format!("{}@{}", self.contact, self.minute);
        v1::RouteContactRequest {
            request_id: self.request_id.unwrap_or(made),
            contact_id: self.contact,
            context: Some(self.context),
            route_selection: self.take.into(),
            menu_playbook_version: self.menu_version,
            event_time: Some(minute(self.minute)),
            allow_unknown_reason: false,
            ..Default::default()
        }
    }

    /// The request that previews the route.
    pub fn preview(self) -> v1::PreviewRouteRequest {
        v1::PreviewRouteRequest {
            contact_id: self.contact,
            context: Some(self.context),
            menu_playbook_version: self.menu_version,
            at_time: Some(minute(self.minute)),
            allow_unknown_reason: false,
            ..Default::default()
        }
    }

    fn customer(&mut self) -> &mut v1::CustomerRef {
        self.context.customer.get_or_insert_default()
    }
}

/// The request that ends a contact.
pub fn end(contact: &str, outcome: v1::ContactOutcome, at: i64) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("end-{contact}@{at}"),
        contact_id: contact.to_owned(),
        outcome: outcome.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// The request that routes a contact again after an attempt that did not succeed.
pub fn reroute(contact: &str, outcome: v1::AttemptOutcome, at: i64) -> v1::RerouteContactRequest {
    v1::RerouteContactRequest {
        request_id: format!("reroute-{contact}@{at}"),
        contact_id: contact.to_owned(),
        outcome: outcome.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// The request that records the route that the customer selected.
pub fn take(contact: &str, route: v1::Route, at: i64) -> v1::SelectRouteRequest {
    v1::SelectRouteRequest {
        request_id: format!("take-{contact}@{at}"),
        contact_id: contact.to_owned(),
        route: route.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// The request that puts a contact under another customer. Without a name, it is under none.
pub fn correct(contact: &str, customer: &str, at: i64) -> v1::CorrectContactCustomerRequest {
    v1::CorrectContactCustomerRequest {
        request_id: format!("correct-{contact}-{customer}@{at}"),
        contact_id: contact.to_owned(),
        customer_id: customer.to_owned(),
        no_customer: customer.is_empty(),
        note: "the caller was somebody else".to_owned(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// The request that creates or changes a customer.
pub fn upsert(customer: v1::Customer, at: i64) -> v1::UpsertCustomerRequest {
    v1::UpsertCustomerRequest {
        request_id: format!("upsert-{}@{at}", customer.customer_id),
        customer: Some(customer),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// A customer of whom only the key is told.
pub fn bare_customer(id: &str) -> v1::Customer {
    v1::Customer {
        customer_id: id.to_owned(),
        ..Default::default()
    }
}

/// A mask of these fields.
pub fn mask(paths: &[&str]) -> prost_types::FieldMask {
    let paths = paths.iter().map(|path| (*path).to_owned());
    prost_types::FieldMask {
        paths: paths.collect(),
    }
}
