//! The row of a customer, and what is done to customers.

use crate::codec::context::{
    identity, identity_key, profile, write_identity, write_identity_key, write_profile,
};
use crate::codec::events::{actor, write_actor, write_actor_or_none};
use crate::codec::number::known;
use crate::codec::text::{after, at, name, name_or_none, reason};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::customer::{
    CaseReasons, Customer, CustomerAction, CustomerMerge, MergedCustomer, TierFound,
};
use signpost_domain::event::{CustomerActionTaken, CustomerUpserted};
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;

pub(in crate::codec) fn write_customer(w: &mut MessageWriter, customer: &Customer) {
    let Customer {
        id,
        profile,
        created,
        contact_count,
        recent,
        merged_into,
        merged,
        merges,
        case_reasons,
        opened,
        changed,
    } = customer;
    let bases = std::iter::once(created).chain(recent);
    let spans = recent.iter().zip(bases);
    w.text(1, id.as_str());
    w.message(2, |w| write_profile(w, profile));
    w.number(3, created.0);
    w.number(4, *contact_count);
    w.all_signed(5, spans.map(|(at, base)| after(*at, *base)));
    w.number(6, changed.0);
    w.number(7, opened.0);
    w.name_or_none(8, merged_into.as_ref());
    w.messages(9, merged, write_merged);
    w.number(10, *merges);
    for reason in case_reasons.listed().into_iter().flatten() {
        w.reason(12, reason);
    }
    w.number(13, case_reasons.listed().is_none());
}

pub(in crate::codec) fn customer(message: wire::Customer) -> Result<Customer, CodecError> {
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
    } = message;
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
        profile: profile(required(profile_message, "customer.profile")?)?,
        created,
        contact_count,
        recent: recent.collect(),
        merged_into: name_or_none(merged_into),
        merged: merged.collect::<Result<_, _>>()?,
        merges,
        case_reasons: CaseReasons::stored(listed.collect::<Result<_, _>>()?, case_reasons_over),
        opened: Seq(opened_seq),
        changed: Seq(changed_seq),
    })
}

/// The event by which a customer is kept.
pub(in crate::codec) fn write_saved(w: &mut MessageWriter, saved: &CustomerUpserted) {
    let CustomerUpserted {
        customer,
        unverified_identities,
    } = saved;
    write_customer(w, customer);
    w.messages(11, unverified_identities, write_identity_key);
}

pub(in crate::codec) fn saved(mut message: wire::Customer) -> Result<CustomerUpserted, CodecError> {
    let unverified_identities = std::mem::take(&mut message.unverified_identities);
    let unverified_identities = unverified_identities.into_iter().map(identity_key);
    Ok(CustomerUpserted {
        unverified_identities: unverified_identities.collect::<Result<_, _>>()?,
        customer: customer(message)?,
    })
}

fn write_merge(w: &mut MessageWriter, merge: &CustomerMerge) {
    let CustomerMerge {
        customer,
        proof,
        note,
    } = merge;
    w.text(1, customer.as_str());
    w.messages(2, proof, write_identity_key);
    w.text(3, note);
}

fn merge(message: wire::CustomerMerge) -> Result<CustomerMerge, CodecError> {
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

fn write_merged(w: &mut MessageWriter, merged: &MergedCustomer) {
    let MergedCustomer {
        merge,
        at,
        actor,
        on_behalf_of,
    } = merged;
    w.message(1, |w| write_merge(w, merge));
    w.number(2, at.0);
    w.message(3, |w| write_actor(w, actor));
    write_actor_or_none(w, 4, on_behalf_of.as_ref());
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

pub(in crate::codec) fn write_worked(w: &mut MessageWriter, worked: &CustomerActionTaken) {
    let CustomerActionTaken {
        customer,
        action: work,
    } = worked;
    w.text(1, customer.as_str());
    match work {
        CustomerAction::Linked {
            identity,
            verification_lost,
        } => {
            w.message(2, |w| write_identity(w, identity));
            w.number(6, *verification_lost);
        }
        CustomerAction::Unlinked(key) => w.message(3, |w| write_identity_key(w, key)),
        CustomerAction::Merged(merge) => w.message(4, |w| write_merge(w, merge)),
        CustomerAction::Unmerged(customer, note) => w.message(5, |w| {
            w.text(1, customer.as_str());
            w.text(3, note);
        }),
    }
}

pub(in crate::codec) fn worked(
    message: wire::CustomerActionTaken,
) -> Result<CustomerActionTaken, CodecError> {
    use wire::customer_action_taken::Work as Wire;
    let wire::CustomerActionTaken {
        customer,
        work,
        verification_lost,
    } = message;
    let work = match required(work, "customer_worked.work")? {
        Wire::Linked(message) => CustomerAction::Linked {
            identity: identity(message)?,
            verification_lost,
        },
        Wire::Unlinked(message) => CustomerAction::Unlinked(identity_key(message)?),
        Wire::Merged(message) => CustomerAction::Merged(merge(message)?),
        Wire::Unmerged(message) => {
            let CustomerMerge {
                customer,
                proof: _,
                note,
            } = merge(message)?;
            CustomerAction::Unmerged(customer, note)
        }
    };
    Ok(CustomerActionTaken {
        customer: name(customer, "customer_worked.customer")?,
        action: work,
    })
}

pub(in crate::codec) fn write_tier_found(w: &mut MessageWriter, found: &TierFound) {
    let TierFound {
        stored,
        stored_of,
        basis,
    } = found;
    w.name_or_none(1, stored.as_ref());
    w.name_or_none(2, stored_of.as_ref());
    w.known(3, basis);
}

pub(in crate::codec) fn tier_found(message: wire::TierFound) -> Result<TierFound, CodecError> {
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
