//! Customers.

use super::decision::text;
use super::{actor_or_none, case, contact, decision, fact, time, wire_enum};
use crate::queries::Conflict;
use crate::queries::CustomerHistory;
use signpost_domain::case::CaseNumbers;
use signpost_domain::customer::{
    Consent, Customer, CustomerAction, CustomerMerge, History, HistoryCounts, Identity,
    IdentityKey, MergedCustomer, Profile,
};
use signpost_domain::decision::Finding;
use signpost_domain::event::CustomerUpserted;
use signpost_domain::ids::{CustomerId, ReasonId, Seq};
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;

/// The answer to UpsertCustomer, from its event at `seq`.
pub(crate) fn upserted(
    saved: &CustomerUpserted,
    seq: Seq,
    playbook: &Playbook,
    receipt: v1::WriteReceipt,
) -> v1::UpsertCustomerResponse {
    let v1::CustomerUpsertedEvent {
        customer,
        unverified_identities,
    } = self::saved(saved, seq);
    v1::UpsertCustomerResponse {
        customer,
        unverified_identities,
        receipt: Some(receipt),
        findings: kept_as_written(playbook, &saved.customer.profile.identities),
    }
}

/// The findings about identities that are kept as they were written.
pub(crate) fn kept_as_written(playbook: &Playbook, identities: &[Identity]) -> Vec<v1::Finding> {
    let kinds = playbook.handles.kept_as_written(identities).into_iter();
    let findings = kinds.map(|kind| Finding::IdentityAsWritten(kind.clone()));
    findings
        .map(|finding| decision::finding(&finding))
        .collect()
}

/// The findings about an identity that was linked to a customer.
pub(crate) fn linked_as_written(playbook: &Playbook, action: &CustomerAction) -> Vec<v1::Finding> {
    match action {
        CustomerAction::Linked { identity, .. } => {
            kept_as_written(playbook, std::slice::from_ref(identity))
        }
        CustomerAction::Unlinked(_) | CustomerAction::Merged(_) | CustomerAction::Unmerged(..) => {
            Vec::new()
        }
    }
}

/// The event that writes a customer, at `seq`, in the form for integrators.
pub(super) fn saved(saved: &CustomerUpserted, seq: Seq) -> v1::CustomerUpsertedEvent {
    let CustomerUpserted {
        customer,
        unverified_identities,
    } = saved;
    v1::CustomerUpsertedEvent {
        customer: Some(self::customer(customer, seq)),
        unverified_identities: unverified_identities.iter().map(proven).collect(),
    }
}

/// Whether this write linked an identity that proved the customer before, and does not prove the customer any more
/// because of this write.
pub(crate) const fn verification_lost(work: &CustomerAction) -> bool {
    matches!(
        work,
        CustomerAction::Linked {
            verification_lost: true,
            ..
        }
    )
}

/// The answer to GetCustomer.
pub(crate) fn got(row: &Customer, revision: String) -> v1::GetCustomerResponse {
    v1::GetCustomerResponse {
        customer: Some(customer(row, row.changed)),
        revision,
    }
}

/// The answer to LookUpCustomer.
pub(crate) fn looked_up(row: &Customer, revision: String) -> v1::LookUpCustomerResponse {
    v1::LookUpCustomerResponse {
        customer: Some(customer(row, row.changed)),
        revision,
    }
}

/// A customer for a list.
pub(crate) fn listed(row: &Customer) -> v1::Customer {
    customer(row, row.changed)
}

/// A customer that was asked for under the id `asked`; empty if there is no such customer.
pub(crate) fn found(asked: &CustomerId, row: Option<&Customer>) -> v1::FoundCustomer {
    v1::FoundCustomer {
        customer_id: asked.to_string(),
        customer: row.map(|row| customer(row, row.changed)),
    }
}

/// A customer whose last change is the event `changed`.
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
        cannot_use,
    } = &row.profile;
    v1::Customer {
        customer_id: row.id.to_string(),
        identities: self::identities(identities),
        tier: text(tier.as_ref()),
        persona: text(persona.as_ref()),
        value_micros: value.map(|value| value.money.micros()),
        loyalty_years: *loyalty_years,
        language_code: language.as_deref().unwrap_or_default().to_owned(),
        time_zone: time_zone.as_deref().unwrap_or_default().to_owned(),
        preferred_routes: wire_enum::routes(preferred_routes.iter().copied()),
        consents: self::consents(consents),
        vulnerable: *vulnerable,
        cannot_use: wire_enum::abilities(*cannot_use),
        create_time: Some(time::timestamp(row.created)),
        contact_count: row.contact_count,
        sequence: changed.0,
        etag: changed.0.to_string(),
        merged_into_customer_id: id(row.merged_into.as_ref()),
        merged: row.merged.iter().map(merged).collect(),
        currency_code: fact::code(value.and_then(|value| value.currency)),
    }
}

fn merged(merged: &MergedCustomer) -> v1::MergedCustomer {
    let MergedCustomer {
        merge,
        at,
        actor,
        on_behalf_of,
    } = merged;
    let CustomerMerge {
        customer,
        proof,
        note,
    } = merge;
    v1::MergedCustomer {
        customer_id: customer.to_string(),
        merge_time: Some(time::timestamp(*at)),
        actor: actor.to_string(),
        on_behalf_of: actor_or_none(on_behalf_of.as_ref()),
        note: note.to_string(),
        proof_identity: proof.as_ref().map(proven),
    }
}

/// A verified identity that was proof.
pub(super) fn proven(key: &IdentityKey) -> v1::Identity {
    v1::Identity {
        kind: key.kind.to_string(),
        value: key.value.to_string(),
        verified: true,
        shared: false,
        value_state: value_state(&key.value),
    }
}

/// The text of an id; empty for `None`.
pub(super) fn id(customer: Option<&CustomerId>) -> String {
    customer.map_or_else(String::new, CustomerId::to_string)
}

/// The receipt of a write for one customer, from its event at `seq`.
pub(crate) fn receipt(customer: &CustomerId, seq: Seq) -> v1::CustomerReceipt {
    v1::CustomerReceipt {
        customer_id: customer.to_string(),
        etag: seq.0.to_string(),
    }
}

/// The answer to GetCustomerHistory.
pub(crate) fn history(
    history: &CustomerHistory,
    numbers: &CaseNumbers,
    revision: String,
) -> v1::GetCustomerHistoryResponse {
    let CustomerHistory {
        customer,
        history,
        has_older_cases,
        contacts,
        cases,
    } = history;
    let History {
        reasons,
        others,
        total,
    } = history;
    let reasons = reasons.iter();
    let of_reason = |(reason, counted): &(ReasonId, _)| counts(reason.to_string(), counted);
    v1::GetCustomerHistoryResponse {
        customer: Some(self::customer(customer, customer.changed)),
        reasons: reasons.map(of_reason).collect(),
        others: Some(counts(String::new(), others)),
        total: Some(counts(String::new(), total)),
        has_older_cases: *has_older_cases,
        contacts: contacts.iter().map(|row| contact::contact(row)).collect(),
        cases: cases.iter().map(|row| case::case(row, numbers)).collect(),
        revision,
    }
}

fn counts(reason: String, counted: &HistoryCounts) -> v1::CustomerReasonCounts {
    let HistoryCounts {
        contacts,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened,
        cases_open,
    } = *counted;
    v1::CustomerReasonCounts {
        reason,
        contact_count: contacts,
        repeat_count: repeats,
        opened_case_count: cases_opened,
        resolved_case_count: cases_resolved,
        reopened_case_count: cases_reopened,
        open_case_count: cases_open,
    }
}

/// The identities of a customer.
pub(super) fn identities(identities: &[Identity]) -> Vec<v1::Identity> {
    identities.iter().map(identity).collect()
}

pub(super) fn identity(identity: &Identity) -> v1::Identity {
    let Identity {
        key: IdentityKey { kind, value },
        verified,
        shared,
        region: _,
    } = identity;
    v1::Identity {
        kind: kind.to_string(),
        value: value.to_string(),
        verified: *verified,
        shared: *shared,
        value_state: value_state(value),
    }
}

/// Whether the value of an identity is there. None is empty unless it was erased.
fn value_state(value: &str) -> i32 {
    match value {
        "" => v1::ValueState::Erased.into(),
        _ => v1::ValueState::Present.into(),
    }
}

/// Consents.
pub(super) fn consents(consents: &[Consent]) -> Vec<v1::Consent> {
    let consents = consents.iter().map(|consent| v1::Consent {
        consent_id: consent.id.to_string(),
        granted: consent.granted,
    });
    consents.collect()
}

/// A customer in conflict over handles.
pub(crate) fn conflict(conflict: &Conflict) -> v1::HandleConflict {
    let handles = conflict.handles.iter().map(|contested| {
        let others = contested.others.iter().map(|(id, told)| v1::HandleHolder {
            customer_id: id.to_string(),
            identity: Some(identity(told)),
        });
        v1::ContestedHandle {
            identity: Some(identity(&contested.told)),
            compares_as: contested.key.value.to_string(),
            others: others.collect(),
        }
    });
    v1::HandleConflict {
        customer_id: conflict.customer.id.to_string(),
        handles: handles.collect(),
    }
}
