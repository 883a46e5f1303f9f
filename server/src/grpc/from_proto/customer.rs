//! Customers: upsert and get.

use super::field_path::FieldPath;
use super::mask::Paths;
use super::names::Kind;
use super::{Caller, Fresh, Validator, values};
use signpost_domain::command::{Command, CommandBody, Query, UpsertCustomer};
use signpost_domain::customer::{LOYALTY_YEARS_MAX, Profile, ProfileField};
use signpost_domain::event::Method;
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::OfCustomer;
use signpost_domain::money::Amount;
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use v1::get_customer_history_request::By;

const BY_SERVER: &str = "is set by the server";

const PATHS: Paths<ProfileField> = Paths {
    known: &[
        ("identities", ProfileField::Identities),
        ("tier", ProfileField::Tier),
        ("persona", ProfileField::Persona),
        ("value_micros", ProfileField::Value),
        ("loyalty_years", ProfileField::LoyaltyYears),
        ("language_code", ProfileField::Language),
        ("time_zone", ProfileField::TimeZone),
        ("preferred_routes", ProfileField::PreferredRoutes),
        ("consents", ProfileField::Consents),
        ("vulnerable", ProfileField::Vulnerable),
        ("cannot_use", ProfileField::CannotUse),
    ],
    refused: &[
        (
            "customer_id",
            "is the key of the customer, which never changes",
        ),
        (
            "currency_code",
            "is written together with value_micros: name value_micros",
        ),
        ("create_time", BY_SERVER),
        ("contact_count", BY_SERVER),
        ("sequence", BY_SERVER),
        ("etag", BY_SERVER),
        ("merged_into_customer_id", BY_SERVER),
        ("merged", BY_SERVER),
    ],
};

/// The command to write a customer.
pub(crate) fn upsert(
    mut request: v1::UpsertCustomerRequest,
    caller: Caller,
    live: &Playbook,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UpsertCustomer, &request_id, &request);
    let v1::UpsertCustomerRequest {
        request_id: _,
        customer,
        event_time,
        etag,
        update_mask,
    } = request;
    let message = v1::CustomerUpsert {
        customer,
        update_mask,
        etag,
    };
    let upsert = validator.upsert(None, live, message);
    let event_time = validator.event_time(event_time, &caller);
    let body = upsert.map(|upsert| CommandBody::Upsert(Box::new(upsert)));
    validator.command(caller, stamp, event_time, body)
}

/// The customer to read.
pub(crate) fn get(
    request: v1::GetCustomerRequest,
    kinds: &HandleKinds,
) -> Result<Fresh<Query>, Faults> {
    use v1::get_customer_request::By as Of;
    let v1::GetCustomerRequest { by, min_revision } = request;
    let mut validator = Validator::default();
    #[expect(deprecated, reason = "callers from before LookUpCustomer")]
    let by = by.map(|by| match by {
        Of::CustomerId(id) => By::CustomerId(id),
        Of::Identity(identity) => By::Identity(identity),
    });
    let of = validator.of_one_customer(by, kinds);
    let query = of.map(|of| match of {
        OfCustomer::Id(id) => Query::Customer(id),
        OfCustomer::Holder(key) => Query::Holder(key),
    });
    validator.fresh(query, &min_revision)
}

/// The identity whose customer is read.
pub(crate) fn look_up(
    request: v1::LookUpCustomerRequest,
    kinds: &HandleKinds,
) -> Result<Fresh<Query>, Faults> {
    let v1::LookUpCustomerRequest {
        identity,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let identity = validator.one_identity(identity);
    let query = identity.map(|identity| Query::Holder(kinds.key_of(&identity)));
    validator.fresh(query, &min_revision)
}

/// The customer whose history is read.
pub(crate) fn history(
    request: v1::GetCustomerHistoryRequest,
    kinds: &HandleKinds,
) -> Result<Fresh<OfCustomer>, Faults> {
    let v1::GetCustomerHistoryRequest { by, min_revision } = request;
    let mut validator = Validator::default();
    let of = validator.of_one_customer(by, kinds);
    validator.fresh(of, &min_revision)
}

impl Validator {
    fn of_one_customer(&mut self, by: Option<By>, kinds: &HandleKinds) -> Option<OfCustomer> {
        match by {
            Some(By::CustomerId(id)) => self
                .check(FieldPath::top("customer_id"), CustomerId::new(id))
                .map(OfCustomer::Id),
            Some(By::Identity(identity)) => self
                .identity(FieldPath::top("identity"), identity)
                .map(|identity| OfCustomer::Holder(kinds.key_of(&identity))),
            None => {
                self.fault(FieldPath::top("by"), "must be set: customer_id or identity");
                None
            }
        }
    }

    /// A customer to write, at this path; `None` for the request itself.
    pub(super) fn upsert(
        &mut self,
        at: Option<FieldPath<'_>>,
        live: &Playbook,
        message: v1::CustomerUpsert,
    ) -> Option<UpsertCustomer> {
        let field = |name| match &at {
            Some(at) => at.field(name),
            None => FieldPath::top(name),
        };
        let v1::CustomerUpsert {
            customer,
            update_mask,
            etag,
        } = message;
        let named = self.mask(field("update_mask"), update_mask.as_ref(), &PATHS);
        let customer = match customer {
            Some(mut customer) => {
                // Fields that the mask leaves out are not checked.
                if let Some(named) = &named {
                    only(&mut customer, named);
                }
                self.customer(field("customer"), live, customer)
            }
            None => {
                self.fault(field("customer"), "must be set");
                None
            }
        };
        let seen = self.seen_at(field("etag"), &etag, "customer");
        let parsed = customer.zip(seen);
        parsed.map(|((id, profile), seen)| UpsertCustomer {
            id,
            seen,
            profile,
            named,
        })
    }

    fn customer(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        message: v1::Customer,
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
            currency_code,
            // The server sets these fields.
            create_time: _,
            contact_count: _,
            sequence: _,
            etag: _,
            merged_into_customer_id: _,
            merged: _,
        } = message;
        let id = self.check(at.field("customer_id"), CustomerId::new(customer_id));
        let identities = self.identities(at.field("identities"), identities);
        let tier = self.optional_name(at.field("tier"), live, Kind::Tier, &tier);
        let persona = self.optional_name(at.field("persona"), live, Kind::Persona, &persona);
        let value = value_micros.map(values::cost).transpose();
        let value = self.check(at.field("value_micros"), value);
        let currency = self.currency(at.field("currency_code"), Some(live), &currency_code);
        let amount = |money| Amount { money, currency };
        let loyalty_years = loyalty_years.map(years).transpose();
        let loyalty_years = self.check(at.field("loyalty_years"), loyalty_years);
        let language = self.optional(at.field("language_code"), &language, values::language);
        let time_zone = self.optional(at.field("time_zone"), &time_zone, values::time_zone);
        let preferred_routes = self.routes(at.field("preferred_routes"), &preferred_routes);
        let consents = self.consents(at.field("consents"), live, consents);
        let cannot_use = self.abilities(at.field("cannot_use"), &cannot_use);
        let profile = Profile {
            identities,
            tier,
            persona,
            value: value?.map(amount),
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

/// Clears all fields of a customer except its id and the named fields.
fn only(customer: &mut v1::Customer, named: &[ProfileField]) {
    for field in ProfileField::ALL {
        if named.contains(&field) {
            continue;
        }
        match field {
            ProfileField::Identities => customer.identities.clear(),
            ProfileField::Tier => customer.tier.clear(),
            ProfileField::Persona => customer.persona.clear(),
            ProfileField::Value => {
                customer.value_micros = None;
                customer.currency_code.clear();
            }
            ProfileField::LoyaltyYears => customer.loyalty_years = None,
            ProfileField::Language => customer.language_code.clear(),
            ProfileField::TimeZone => customer.time_zone.clear(),
            ProfileField::PreferredRoutes => customer.preferred_routes.clear(),
            ProfileField::Consents => customer.consents.clear(),
            ProfileField::Vulnerable => customer.vulnerable = None,
            ProfileField::CannotUse => customer.cannot_use.clear(),
        }
    }
}

fn years(count: u32) -> Result<u32, String> {
    match count <= LOYALTY_YEARS_MAX {
        true => Ok(count),
        false => Err(format!("must be at most {LOYALTY_YEARS_MAX}, is {count}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_profile_has_a_path() {
        let fields: Vec<ProfileField> = PATHS.known.iter().map(|(_, field)| *field).collect();
        assert_eq!(fields, ProfileField::ALL);
    }
}
