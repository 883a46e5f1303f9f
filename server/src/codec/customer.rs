//! The stored form of customers, for events and rows: the customer, the customers merged into it, and the tier that a
//! contact got.

use super::actor::{actor, actor_to_wire};
use super::number::{Numbered, known};
use super::profile::{identity_key, identity_key_to_wire, profile, profile_to_wire};
use super::text::{
    after, at, borrowed, case, case_seq, name, name_or_none, name_text, reason, reason_text,
};
use super::{CodecError, required, wire, written};
use signpost_domain::customer::{CaseReasons, Customer, CustomerMerge, MergedCustomer, TierFound};
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::Seq;
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
        id: id.as_str().into(),
        profile: Some(profile_to_wire(profile)),
        created_unix_ms: created.0,
        contact_count: *contact_count,
        recent_after_ms: spans.map(|(at, base)| after(*at, *base)).collect(),
        changed_seq: changed.0,
        opened_seq: opened.0,
        merged_into: name_text(merged_into.as_ref()),
        merged: merged.iter().map(merged_to_wire).collect(),
        merges: *merges,
        unverified_identities: Vec::new(),
        case_reasons: reasons.iter().map(reason_text).collect(),
        case_reasons_over: case_reasons.listed().is_none(),
        compares_as: compares_as.collect(),
        in_conflict: *in_conflict,
        last_case_seq: last_case.map_or(0, case_seq),
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
    } = message;
    let profile = profile(required(profile_message, "customer.profile")?)?;
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
        id: name(id, "customer.id")?,
        profile,
        created,
        contact_count,
        recent: recent.collect(),
        merged_into: name_or_none(merged_into),
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

pub(super) fn merge_to_wire(merge: &CustomerMerge) -> written::CustomerMerge<'_> {
    let CustomerMerge {
        customer,
        proof,
        note,
    } = merge;
    written::CustomerMerge {
        customer: customer.as_str().into(),
        proof: proof.as_ref().map(identity_key_to_wire),
        note: borrowed(note),
    }
}

pub(super) fn merge(message: wire::CustomerMerge) -> Result<CustomerMerge, CodecError> {
    let wire::CustomerMerge {
        customer,
        proof,
        note,
    } = message;
    Ok(CustomerMerge {
        customer: name(customer, "merge.customer")?,
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
        stored_of: name_text(stored_of.as_ref()),
        basis: basis.number(),
    }
}

pub(super) fn tier_found(message: wire::TierFound) -> Result<TierFound, CodecError> {
    let wire::TierFound {
        stored,
        stored_of,
        basis,
    } = message;
    Ok(TierFound {
        stored: name_or_none(stored),
        stored_of: name_or_none(stored_of),
        basis: known(basis, "tier_found.basis")?,
    })
}
