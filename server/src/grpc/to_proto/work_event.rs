//! The events of work on cases and customers, in the form for integrators.

use super::customer::{identity, proven, verification_lost};
use super::event::EventParts;
use super::{case, note, tags, time, wire_enum};
use prost_types::FieldMask;
use signpost_domain::case::{CaseAction, CaseLink, CaseUpdate};
use signpost_domain::customer::CustomerAction;
use signpost_domain::event::{CaseActionTaken, CustomerActionTaken, CustomerErased};
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::tags::TagsUpdate;
use signpost_proto::v1;
use v1::event::Body;

/// The event of work on a case, at `seq`.
pub(super) fn of_case(worked: &CaseActionTaken, seq: Seq) -> EventParts {
    let of_case = worked.case;
    let case_id = of_case.to_string();
    let (body, name) = match &worked.action {
        CaseAction::Noted(text, audience) => {
            let event = v1::CaseNotedEvent {
                case_id,
                note_id: note::id(seq, text),
                text: text.to_string(),
                audience: wire_enum::audience(*audience),
                text_state: match text.is_empty() {
                    true => v1::ValueState::Erased.into(),
                    false => v1::ValueState::Present.into(),
                },
            };
            (Body::CaseNoted(event), "case_noted")
        }
        CaseAction::Updated(update, before) => {
            let values = |update| Some(updated(of_case, update));
            let event = v1::CaseUpdatedEvent {
                case_id,
                update_mask: Some(mask(update)),
                case: values(update),
                previous_case: before.as_ref().and_then(values),
            };
            (Body::CaseUpdated(event), "case_updated")
        }
        CaseAction::Resolved(resolution, note) => {
            let event = v1::CaseResolvedEvent {
                case_id,
                resolution: Some(case::resolution(resolution)),
                note: note.to_string(),
                note_id: note::id(seq, note),
            };
            (Body::CaseResolved(event), "case_resolved")
        }
        CaseAction::Reopened(note) => {
            let event = v1::CaseReopenedEvent {
                case_id,
                note: note.to_string(),
                note_id: note::id(seq, note),
            };
            (Body::CaseReopened(event), "case_reopened")
        }
        CaseAction::Merged(merged, note) => {
            let event = v1::CaseMergedEvent {
                surviving_case_id: case_id,
                duplicate_case_id: merged.case.to_string(),
                learnt_fact_ids: merged.facts.iter().map(Slug::to_string).collect(),
                note: note.to_string(),
                note_id: note::id(seq, note),
            };
            (Body::CaseMerged(event), "case_merged")
        }
        CaseAction::Unmerged(merged) => {
            let event = v1::CaseUnmergedEvent {
                surviving_case_id: case_id,
                duplicate_case_id: merged.case.to_string(),
                forgotten_fact_ids: merged.facts.iter().map(Slug::to_string).collect(),
            };
            (Body::CaseUnmerged(event), "case_unmerged")
        }
        CaseAction::Linked(link) => {
            let event = v1::CaseLinkedEvent {
                case_id,
                link: linked(link),
            };
            (Body::CaseLinked(event), "case_linked")
        }
        CaseAction::Unlinked(link) => {
            let event = v1::CaseUnlinkedEvent {
                case_id,
                link: linked(link),
            };
            (Body::CaseUnlinked(event), "case_unlinked")
        }
    };
    EventParts {
        body,
        name,
        subject: format!("case/{of_case}"),
    }
}

fn linked(link: &CaseLink) -> Option<v1::CaseLink> {
    Some(case::link(link))
}

/// The field mask of an update: the fields that it changes.
fn mask(update: &CaseUpdate) -> FieldMask {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags: TagsUpdate { references, labels },
    } = update;
    let paths = [
        (confirmed.is_some(), "confirmed_reason"),
        (legal_hold.is_some(), "legal_hold"),
        (retain_until.is_some(), "retain_until_time"),
        (references.is_some(), "external_references"),
        (labels.is_some(), "labels"),
    ];
    let named = paths.iter().filter(|(is_named, _)| *is_named);
    FieldMask {
        paths: named.map(|(_, path)| (*path).to_owned()).collect(),
    }
}

/// The new values of an update, in the fields of a case.
fn updated(of_case: CaseId, update: &CaseUpdate) -> v1::Case {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags: kept,
    } = update;
    let (external_references, labels) = tags::updated_tags(kept);
    let confirmed = confirmed.as_ref().and_then(Option::as_ref);
    v1::Case {
        case_id: of_case.to_string(),
        confirmed_reason: confirmed.map_or_else(String::new, ReasonId::to_string),
        legal_hold: legal_hold.unwrap_or_default(),
        retain_until_time: retain_until.flatten().map(time::timestamp),
        external_references,
        labels,
        ..v1::Case::default()
    }
}

/// The event of work on a customer.
pub(super) fn of_customer(worked: &CustomerActionTaken) -> EventParts {
    let customer_id = worked.customer.to_string();
    let subject = format!("customer/{customer_id}");
    let (body, name) = match &worked.action {
        CustomerAction::Linked {
            identity: linked, ..
        } => {
            let event = v1::IdentityLinkedEvent {
                customer_id,
                identity: Some(identity(linked)),
                verification_lost: verification_lost(&worked.action),
            };
            (Body::IdentityLinked(event), "identity_linked")
        }
        CustomerAction::Unlinked(key) => {
            let event = v1::IdentityUnlinkedEvent {
                customer_id,
                identity: Some(v1::Identity {
                    verified: false,
                    ..proven(key)
                }),
            };
            (Body::IdentityUnlinked(event), "identity_unlinked")
        }
        CustomerAction::Merged(merge) => {
            let event = v1::CustomerMergedEvent {
                surviving_customer_id: customer_id,
                duplicate_customer_id: merge.customer.to_string(),
                proof_identity: merge.proof.as_ref().map(proven),
                note: merge.note.to_string(),
            };
            (Body::CustomerMerged(event), "customer_merged")
        }
        CustomerAction::Unmerged(duplicate, note) => {
            let event = v1::CustomerUnmergedEvent {
                surviving_customer_id: customer_id,
                duplicate_customer_id: duplicate.to_string(),
                note: note.to_string(),
            };
            (Body::CustomerUnmerged(event), "customer_unmerged")
        }
    };
    EventParts {
        body,
        name,
        subject,
    }
}

/// The most cases that the event of an erasure names.
const ERASED_CASES_TOLD_MAX: usize = 1_000;

pub(super) fn of_erased(erased: &CustomerErased) -> EventParts {
    let CustomerErased {
        customers: _,
        contacts,
        cases,
        note,
    } = erased;
    let ids = erased_ids(erased);
    let told = cases.iter().take(ERASED_CASES_TOLD_MAX);
    let subject = ids
        .first()
        .map_or("customer/".to_owned(), |id| format!("customer/{id}"));
    EventParts {
        body: Body::CustomerErased(v1::CustomerErasedEvent {
            erased_customer_ids: ids,
            contact_count: count(contacts.len()),
            case_ids: told.map(ToString::to_string).collect(),
            case_count: count(cases.len()),
            note: note[..].to_owned(),
        }),
        name: "customer_erased",
        subject,
    }
}

/// The answer to a request to erase a customer; `receipt` is `None` if nothing was erased.
pub(crate) fn erased_answer(
    erased: &CustomerErased,
    receipt: Option<v1::WriteReceipt>,
    sealed_from: Seq,
) -> v1::EraseCustomerResponse {
    let records = erased.customers.iter().filter_map(CustomerId::record);
    let opened = records.chain(erased.contacts.iter().copied());
    let mut opened = opened.chain(erased.cases.iter().map(|case| case.0));
    let is_in_clear = opened.any(|opened| opened < sealed_from);
    v1::EraseCustomerResponse {
        receipt,
        erased_customer_ids: erased_ids(erased),
        contact_count: count(erased.contacts.len()),
        case_count: count(erased.cases.len()),
        clear_until_sequence: if is_in_clear { sealed_from.0 - 1 } else { 0 },
    }
}

fn erased_ids(erased: &CustomerErased) -> Vec<String> {
    let records = erased.customers.iter().filter_map(CustomerId::record);
    records
        .map(|record| CustomerId::erased(record).to_string())
        .collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
