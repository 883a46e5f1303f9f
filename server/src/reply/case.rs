//! Cases.

use super::{fact, time, wire_enum};
use signpost_domain::case::{Case, CaseContact, CaseState};
use signpost_domain::ids::{CaseId, CustomerId, ReasonId};
use signpost_proto::v1;

/// The answer to GetCase.
pub(crate) fn got(case: &Case) -> v1::GetCaseResponse {
    v1::GetCaseResponse {
        case: Some(self::case(case)),
    }
}

/// A case as it is kept.
pub(crate) fn case(case: &Case) -> v1::Case {
    let resolved = case.closed.filter(|_| case.state == CaseState::Resolved);
    v1::Case {
        case_id: case.id.to_string(),
        state: wire_enum::case_state(case.state),
        customer_id: case
            .customer
            .as_ref()
            .map_or_else(String::new, CustomerId::to_string),
        reason: case.reason.to_string(),
        confirmed_reason: case
            .confirmed
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        facts: fact::facts(&case.facts),
        contacts: case.contacts.iter().map(contact).collect(),
        contact_count: case.contact_count,
        repeats: case.repeats,
        channel_switches: case.channel_switches,
        reopens: case.reopens,
        previous_case_id: id(case.previous),
        open_time: Some(time::timestamp(case.opened)),
        resolve_time: resolved.map(time::timestamp),
        playbook_version: case.playbook.to_string(),
        sequence: case.changed.0,
    }
}

/// The text of an id that may be absent.
pub(super) fn id(case: Option<CaseId>) -> String {
    case.map_or_else(String::new, |case| case.to_string())
}

fn contact(listed: &CaseContact) -> v1::CaseContact {
    let CaseContact {
        contact,
        channel,
        joined,
        arrived,
        repeat,
        live,
    } = listed;
    v1::CaseContact {
        contact_id: contact.to_string(),
        channel: channel.to_string(),
        joined: wire_enum::joined(*joined),
        arrive_time: Some(time::timestamp(*arrived)),
        repeat: *repeat,
        live: *live,
    }
}
