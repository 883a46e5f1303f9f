//! Customers: upsert and get.

use super::at::At;
use super::names::Kind;
use super::{Caller, Finder, content, values};
use signpost_domain::command::{Command, CommandBody, Query, UpsertCustomer};
use signpost_domain::customer::{LOYALTY_YEARS_MAX, Profile};
use signpost_domain::event::Method;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::OfCustomer;
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use v1::get_customer_request::By;

/// A customer to keep.
pub(crate) fn upsert(
    mut request: v1::UpsertCustomerRequest,
    caller: Caller,
    live: &Playbook,
) -> Result<Command, Faults> {
    let mut finder = Finder::default();
    let request_id = take(&mut request.request_id);
    let content = content(Method::UpsertCustomer, &request);
    let v1::UpsertCustomerRequest {
        request_id: _,
        customer,
        event_time: arrive_time,
        etag,
    } = request;
    let stamp = finder.stamp(&request_id, Method::UpsertCustomer, content);
    let at = At::top("customer");
    let customer = match customer {
        Some(told) => finder.customer(at, live, told),
        None => {
            finder.fault(at, "must be set");
            None
        }
    };
    let seen = finder.seen(&etag, "customer");
    let arrive_time = finder.arrive_time(arrive_time, &caller);
    let told = customer.zip(seen);
    let body = told.map(|((id, profile), seen)| {
        CommandBody::Upsert(Box::new(UpsertCustomer { id, seen, profile }))
    });
    finder.command(caller, stamp, arrive_time, body)
}

/// Which customer.
pub(crate) fn get(request: v1::GetCustomerRequest) -> Result<Query, Faults> {
    let v1::GetCustomerRequest { by } = request;
    let of = of_customer(by)?;
    Ok(match of {
        OfCustomer::Id(id) => Query::Customer(id),
        OfCustomer::Holder(key) => Query::Holder(key),
    })
}

/// Whose history.
pub(crate) fn history(request: v1::GetCustomerHistoryRequest) -> Result<OfCustomer, Faults> {
    use v1::get_customer_history_request::By as Of;
    let v1::GetCustomerHistoryRequest { by } = request;
    of_customer(by.map(|by| match by {
        Of::CustomerId(id) => By::CustomerId(id),
        Of::Identity(identity) => By::Identity(identity),
    }))
}

fn of_customer(by: Option<By>) -> Result<OfCustomer, Faults> {
    let mut finder = Finder::default();
    let of = match by {
        Some(By::CustomerId(id)) => finder
            .keep(At::top("customer_id"), CustomerId::new(id))
            .map(OfCustomer::Id),
        Some(By::Identity(identity)) => finder
            .identity(At::top("identity"), identity)
            .map(|identity| OfCustomer::Holder(identity.key)),
        None => {
            finder.fault(At::top("by"), "must be set: customer_id or identity");
            None
        }
    };
    finder.done(of)
}

impl Finder {
    fn customer(
        &mut self,
        at: At<'_>,
        live: &Playbook,
        told: v1::Customer,
    ) -> Option<(CustomerId, Profile)> {
        let v1::Customer {
            customer_id,
            identities,
            tier,
            persona,
            value_micros,
            loyalty_years,
            language_code: language,
            time_zone,
            preferred_routes,
            consents,
            vulnerable,
            cannot_use,
            // Set by us.
            create_time: _,
            contact_count: _,
            sequence: _,
            etag: _,
            merged_into_customer_id: _,
            merged: _,
        } = told;
        let id = self.keep(at.field("customer_id"), CustomerId::new(customer_id));
        let identities = self.identities(at.field("identities"), identities);
        let tier = self.optional_name(at.field("tier"), live, Kind::Tier, &tier);
        let persona = self.optional_name(at.field("persona"), live, Kind::Persona, &persona);
        let value = value_micros.map(values::cost).transpose();
        let value = self.keep(at.field("value_micros"), value);
        let loyalty_years = loyalty_years.map(years).transpose();
        let loyalty_years = self.keep(at.field("loyalty_years"), loyalty_years);
        let language = self.optional(at.field("language_code"), &language, values::language);
        let time_zone = self.optional(at.field("time_zone"), &time_zone, values::time_zone);
        let preferred_routes = self.routes(at.field("preferred_routes"), &preferred_routes);
        let consents = self.consents(at.field("consents"), live, consents);
        let cannot_use = self.abilities(at.field("cannot_use"), &cannot_use);
        let profile = Profile {
            identities,
            tier,
            persona,
            value: value?,
            loyalty_years: loyalty_years?,
            language,
            time_zone,
            preferred_routes,
            consents,
            vulnerable,
            cannot_use,
        };
        Some((id?, profile))
    }
}

fn years(count: u32) -> Result<u32, String> {
    match count <= LOYALTY_YEARS_MAX {
        true => Ok(count),
        false => Err(format!("must be at most {LOYALTY_YEARS_MAX}, is {count}")),
    }
}
