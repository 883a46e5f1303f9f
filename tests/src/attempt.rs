//! Contacts as tests write them: `Attempt::new("call-1", "phone").of("c1").about("baggage/lost")`.

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
    /// What is known; whatever has no method of its own is set here.
    pub context: v1::ContactContext,
}

impl Attempt {
    /// At minute 1, its first route taken.
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

    /// Of this customer.
    #[must_use]
    pub fn of(mut self, customer: &str) -> Attempt {
        self.customer().customer_id = customer.to_owned();
        self
    }

    /// Of this tier.
    #[must_use]
    pub fn tier(mut self, tier: &str) -> Attempt {
        self.customer().tier = tier.to_owned();
        self
    }

    /// With a handle of the customer.
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

    /// For this reason.
    #[must_use]
    pub fn about(mut self, reason: &str) -> Attempt {
        self.context.stated_reason = reason.to_owned();
        self
    }

    /// With a fact, as text.
    #[must_use]
    pub fn fact(self, id: &str, text: &str) -> Attempt {
        self.value(id, v1::fact::Value::Text(text.to_owned()))
    }

    /// With a fact of any type.
    #[must_use]
    pub fn value(mut self, id: &str, value: v1::fact::Value) -> Attempt {
        self.context.facts.push(v1::Fact {
            fact_id: id.to_owned(),
            value: Some(value),
            ..Default::default()
        });
        self
    }

    /// At this minute.
    #[must_use]
    pub fn at(mut self, minute: i64) -> Attempt {
        self.minute = minute;
        self
    }

    /// The customer is to choose among the routes.
    #[must_use]
    pub fn choose(mut self) -> Attempt {
        self.take = v1::RouteSelection::ByCustomer;
        self
    }

    /// Under this request id, not one made of the contact and the minute.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Attempt {
        self.request_id = Some(id.to_owned());
        self
    }

    /// Picked from the menu of this playbook.
    #[must_use]
    pub fn menu(mut self, version: &str) -> Attempt {
        self.menu_version = version.to_owned();
        self
    }

    /// The request to route it.
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

    /// The request to preview it.
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

/// The end of a contact.
pub fn end(contact: &str, outcome: v1::ContactOutcome, at: i64) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("end-{contact}@{at}"),
        contact_id: contact.to_owned(),
        outcome: outcome.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// An attempt that came to nothing.
pub fn reroute(contact: &str, outcome: v1::AttemptOutcome, at: i64) -> v1::RerouteContactRequest {
    v1::RerouteContactRequest {
        request_id: format!("reroute-{contact}@{at}"),
        contact_id: contact.to_owned(),
        outcome: outcome.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// A route that the customer took.
pub fn take(contact: &str, route: v1::Route, at: i64) -> v1::SelectRouteRequest {
    v1::SelectRouteRequest {
        request_id: format!("take-{contact}@{at}"),
        contact_id: contact.to_owned(),
        route: route.into(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

/// A customer to keep.
pub fn upsert(customer: v1::Customer, at: i64) -> v1::UpsertCustomerRequest {
    v1::UpsertCustomerRequest {
        request_id: format!("upsert-{}@{at}", customer.customer_id),
        customer: Some(customer),
        event_time: Some(minute(at)),
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
