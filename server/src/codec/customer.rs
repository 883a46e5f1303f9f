//! The stored form of customers, for events and rows: the customer, the customers merged into it, and the tier that a
//! contact got.

use super::actor::{actor, actor_to_wire};
use super::number::{Numbered, known};
use super::profile::{identity_key, identity_key_to_wire, profile, profile_to_wire};
use super::text::{
    after, at, borrowed, case, case_seq, customer_id, customer_or_none, customer_text,
    name_or_none, name_text, reason, reason_text, record_seq,
};
use super::{CodecError, required, wire, written};
use signpost_domain::customer::{
    CaseReasons, Customer, CustomerMerge, MergedCustomer, Profile, TierFound,
};
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::time::UnixMs;

pub(super) fn customer_to_wire(customer: &Customer) -> written::Customer<'_> {
    let Customer {
        id,
        profile,
        created,
        contact_count,
        recent,
        merged_into,
        merged,
        merges,
        handles,
        in_conflict,
        case_reasons,
        last_case,
        opened,
        changed,
    } = customer;
    let told = profile
        .identities
        .iter()
        .map(|identity| &identity.key.value);
    let compares_as = handles.iter().zip(told).map(|(key, told)| {
        let differs = key.value != *told;
        if differs {
            borrowed(&key.value)
        } else {
            "".into()
        }
    });
    let bases = std::iter::once(created).chain(recent);
    let spans = recent.iter().zip(bases);
    let reasons = case_reasons.listed().unwrap_or_default();
    written::Customer {
        id: customer_text(Some(id)),
        profile: Some(profile_to_wire(profile)),
        created_unix_ms: created.0,
        contact_count: *contact_count,
        recent_after_ms: spans.map(|(at, base)| after(*at, *base)).collect(),
        changed_seq: changed.0,
        opened_seq: opened.0,
        merged_into: customer_text(merged_into.as_ref()),
        merged: merged.iter().map(merged_to_wire).collect(),
        merges: *merges,
        unverified_identities: Vec::new(),
        case_reasons: reasons.iter().map(reason_text).collect(),
        case_reasons_over: case_reasons.listed().is_none(),
        compares_as: compares_as.collect(),
        in_conflict: *in_conflict,
        last_case_seq: last_case.map_or(0, case_seq),
        merged_into_seq: record_seq(merged_into.as_ref()),
        record_seq: record_seq(Some(id)),
    }
}

pub(super) fn customer(message: wire::Customer) -> Result<Customer, CodecError> {
    let wire::Customer {
        id,
        profile: profile_message,
        created_unix_ms,
        contact_count,
        recent_after_ms,
        changed_seq,
        opened_seq,
        merged_into,
        merged: merged_messages,
        merges,
        unverified_identities: _,
        case_reasons,
        case_reasons_over,
        compares_as,
        in_conflict,
        last_case_seq,
        merged_into_seq,
        record_seq,
    } = message;
    let profile = match (profile_message, id.is_empty()) {
        // Erased.
        (None, true) => Profile::default(),
        (message, _) => profile(required(message, "customer.profile")?)?,
    };
    let identities = profile.identities.iter();
    let handles = identities
        .zip(compares_as)
        .map(|(told, compares_as)| HandleKey {
            kind: told.key.kind.clone(),
            value: match compares_as.is_empty() {
                true => told.key.value.clone(),
                false => compares_as.into(),
            },
        });
    let handles = handles.collect();
    let listed = case_reasons.iter();
    let listed = listed.map(|text| reason(text, "customer.case_reasons"));
    let created = UnixMs(created_unix_ms);
    let recent = recent_after_ms.into_iter().scan(created, |base, after_ms| {
        *base = at(*base, after_ms);
        Some(*base)
    });
    let merged = merged_messages.into_iter().map(merged);
    Ok(Customer {
        id: customer_id(id, record_seq, "customer.id")?,
        profile,
        created,
        contact_count,
        recent: recent.collect(),
        merged_into: customer_or_none(merged_into, merged_into_seq),
        merged: merged.collect::<Result<_, _>>()?,
        merges,
        handles,
        in_conflict,
        case_reasons: CaseReasons::stored(listed.collect::<Result<_, _>>()?, case_reasons_over),
        last_case: (last_case_seq > 0).then(|| case(last_case_seq)),
        opened: Seq(opened_seq),
        changed: Seq(changed_seq),
    })
}

/// The key of a customer, with the number of its record.
pub(super) fn customer_key_to_wire(id: &CustomerId) -> written::CustomerKey<'_> {
    written::CustomerKey {
        id: customer_text(Some(id)),
        record_seq: record_seq(Some(id)),
    }
}

pub(super) fn customer_key(message: wire::CustomerKey) -> Result<CustomerId, CodecError> {
    let wire::CustomerKey { id, record_seq } = message;
    customer_id(id, record_seq, "customer_key.id")
}

pub(super) fn merge_to_wire(merge: &CustomerMerge) -> written::CustomerMerge<'_> {
    let CustomerMerge {
        customer,
        proof,
        note,
    } = merge;
    written::CustomerMerge {
        customer: customer_text(Some(customer)),
        customer_seq: record_seq(Some(customer)),
        proof: proof.as_ref().map(identity_key_to_wire),
        note: borrowed(note),
    }
}

pub(super) fn merge(message: wire::CustomerMerge) -> Result<CustomerMerge, CodecError> {
    let wire::CustomerMerge {
        customer,
        proof,
        note,
        customer_seq,
    } = message;
    Ok(CustomerMerge {
        customer: customer_id(customer, customer_seq, "merge.customer")?,
        proof: proof.map(identity_key).transpose()?,
        note: note.into(),
    })
}

fn merged_to_wire(merged: &MergedCustomer) -> written::MergedCustomer<'_> {
    let MergedCustomer {
        merge,
        at,
        actor,
        on_behalf_of,
    } = merged;
    written::MergedCustomer {
        merge: Some(merge_to_wire(merge)),
        at_unix_ms: at.0,
        actor: Some(actor_to_wire(actor)),
        on_behalf_of: on_behalf_of.as_ref().map(actor_to_wire),
    }
}

fn merged(message: wire::MergedCustomer) -> Result<MergedCustomer, CodecError> {
    let wire::MergedCustomer {
        merge: merge_message,
        at_unix_ms,
        actor: actor_message,
        on_behalf_of,
    } = message;
    Ok(MergedCustomer {
        merge: merge(required(merge_message, "merged.merge")?)?,
        at: UnixMs(at_unix_ms),
        actor: actor(required(actor_message, "merged.actor")?)?,
        on_behalf_of: on_behalf_of.map(actor).transpose()?,
    })
}

pub(super) fn tier_found_to_wire(found: &TierFound) -> written::TierFound<'_> {
    let TierFound {
        stored,
        stored_of,
        basis,
    } = found;
    written::TierFound {
        stored: name_text(stored.as_ref()),
        stored_of: customer_text(stored_of.as_ref()),
        stored_of_seq: record_seq(stored_of.as_ref()),
        basis: basis.number(),
    }
}

pub(super) fn tier_found(message: wire::TierFound) -> Result<TierFound, CodecError> {
    let wire::TierFound {
        stored,
        stored_of,
        basis,
        stored_of_seq,
    } = message;
    Ok(TierFound {
        stored: name_or_none(stored),
        stored_of: customer_or_none(stored_of, stored_of_seq),
        basis: known(basis, "tier_found.basis")?,
    })
}
