//! Customers.

use super::decision::text;
use super::{time, wire_enum};
use signpost_domain::customer::{Consent, Customer, Identity, Profile};
use signpost_domain::ids::Seq;
use signpost_domain::money::Money;
use signpost_proto::v1;
use std::sync::Arc;

/// The answer to UpsertCustomer, from its event at `seq`.
pub(crate) fn upserted(saved: &Customer, seq: Seq, replayed: bool) -> v1::UpsertCustomerResponse {
    v1::UpsertCustomerResponse {
        customer: Some(customer(saved, seq)),
        replayed,
    }
}

/// The answer to GetCustomer.
pub(crate) fn got(row: &Customer) -> v1::GetCustomerResponse {
    v1::GetCustomerResponse {
        customer: Some(customer(row, row.changed)),
    }
}

/// The answer to ListCustomers.
pub(crate) fn listed(rows: &[Arc<Customer>], next_page_token: String) -> v1::ListCustomersResponse {
    v1::ListCustomersResponse {
        customers: rows.iter().map(|row| customer(row, row.changed)).collect(),
        next_page_token,
    }
}

/// A customer whose last change is at `changed`.
pub(super) fn customer(row: &Customer, changed: Seq) -> v1::Customer {
    let Profile {
        identities,
        tier,
        persona,
        value,
        loyalty_years,
        language,
        time_zone,
        preferred_routes,
        consents,
        vulnerable,
    } = &row.profile;
    v1::Customer {
        customer_id: row.id.to_string(),
        identities: self::identities(identities),
        tier: text(tier.as_ref()),
        persona: text(persona.as_ref()),
        value_micros: value.map(Money::micros),
        loyalty_years: *loyalty_years,
        language: language.as_deref().unwrap_or_default().to_owned(),
        time_zone: time_zone.as_deref().unwrap_or_default().to_owned(),
        preferred_routes: wire_enum::routes(preferred_routes.iter().copied()),
        consents: self::consents(consents),
        vulnerable: *vulnerable,
        create_time: Some(time::timestamp(row.created)),
        contact_count: row.contact_count,
        sequence: changed.0,
    }
}

/// Handles.
pub(super) fn identities(identities: &[Identity]) -> Vec<v1::Identity> {
    let identities = identities.iter().map(|identity| v1::Identity {
        kind: identity.key.kind.to_string(),
        value: identity.key.value.to_string(),
        verified: identity.verified,
    });
    identities.collect()
}

/// Consents.
pub(super) fn consents(consents: &[Consent]) -> Vec<v1::Consent> {
    let consents = consents.iter().map(|consent| v1::Consent {
        consent_id: consent.id.to_string(),
        granted: consent.granted,
    });
    consents.collect()
}
