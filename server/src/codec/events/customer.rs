//! The stored form of the events for customers.

use crate::codec::customer::{
    customer, customer_key, customer_key_to_wire, customer_to_wire, merge, merge_to_wire,
};
use crate::codec::profile::{identity, identity_key, identity_key_to_wire, identity_to_wire};
use crate::codec::text::{borrowed, case_seqs, cases, customer_id, customer_text, record_seq};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::customer::{CustomerAction, CustomerMerge};
use signpost_domain::event::{CustomerActionTaken, CustomerErased, CustomerUpserted};
use signpost_domain::ids::Seq;

pub(super) fn upserted_to_wire(upserted: &CustomerUpserted) -> written::Customer<'_> {
    let CustomerUpserted {
        customer,
        unverified_identities,
    } = upserted;
    let unverified_identities = unverified_identities.iter().map(identity_key_to_wire);
    written::Customer {
        unverified_identities: unverified_identities.collect(),
        ..customer_to_wire(customer)
    }
}

pub(super) fn upserted(mut message: wire::Customer) -> Result<CustomerUpserted, CodecError> {
    let unverified_identities = std::mem::take(&mut message.unverified_identities);
    let unverified_identities = unverified_identities.into_iter().map(identity_key);
    Ok(CustomerUpserted {
        unverified_identities: unverified_identities.collect::<Result<_, _>>()?,
        customer: customer(message)?,
    })
}

pub(super) fn action_to_wire(taken: &CustomerActionTaken) -> written::CustomerActionTaken<'_> {
    use written::customer_action_taken::Work as Wire;
    let CustomerActionTaken { customer, action } = taken;
    let mut lost = false;
    let work = match action {
        CustomerAction::Linked {
            identity,
            verification_lost,
        } => {
            lost = *verification_lost;
            Wire::Linked(identity_to_wire(identity))
        }
        CustomerAction::Unlinked(key) => Wire::Unlinked(identity_key_to_wire(key)),
        CustomerAction::Merged(merge) => Wire::Merged(merge_to_wire(merge)),
        CustomerAction::Unmerged(customer, note) => Wire::Unmerged(written::CustomerMerge {
            customer: customer_text(Some(customer)),
            customer_seq: record_seq(Some(customer)),
            proof: None,
            note: borrowed(note),
        }),
    };
    written::CustomerActionTaken {
        customer: customer_text(Some(customer)),
        record_seq: record_seq(Some(customer)),
        work: Some(work),
        verification_lost: lost,
    }
}

pub(super) fn action(
    message: wire::CustomerActionTaken,
) -> Result<CustomerActionTaken, CodecError> {
    use wire::customer_action_taken::Work as Wire;
    let wire::CustomerActionTaken {
        customer,
        work,
        verification_lost,
        record_seq,
    } = message;
    let action = match required(work, "customer_worked.work")? {
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
        customer: customer_id(customer, record_seq, "customer_worked.customer")?,
        action,
    })
}

pub(super) fn erased_to_wire(erased: &CustomerErased) -> written::CustomerErased<'_> {
    let CustomerErased {
        customers,
        contacts,
        cases,
        note,
    } = erased;
    written::CustomerErased {
        customers: customers.iter().map(customer_key_to_wire).collect(),
        contact_seqs: contacts.iter().map(|seq| seq.0).collect(),
        case_seqs: case_seqs(cases),
        note: borrowed(note),
    }
}

pub(super) fn erased(message: wire::CustomerErased) -> Result<CustomerErased, CodecError> {
    let wire::CustomerErased {
        customers,
        contact_seqs,
        case_seqs,
        note,
    } = message;
    let customers = customers.into_iter().map(customer_key);
    Ok(CustomerErased {
        customers: customers.collect::<Result<_, _>>()?,
        contacts: contact_seqs.into_iter().map(Seq).collect(),
        cases: cases(case_seqs),
        note: note.into(),
    })
}
