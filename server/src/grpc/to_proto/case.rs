//! Cases.

use super::decision::text;
use super::{actor_or_none, fact, tags, time, wire_enum};
use signpost_domain::case::{
    Case, CaseAction, CaseContact, CaseLink, CaseNumbers, CaseState, Resolution,
};
use signpost_domain::decision::{PersonReport, Reported, Tried};
use signpost_domain::event::CaseActionTaken;
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq};
use signpost_domain::list::View;
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;

/// The answer to GetCase. The live playbook gives the name of the outcome.
pub(crate) fn got(
    case: &Case,
    numbers: &CaseNumbers,
    live: Option<&Playbook>,
    locale: &str,
    revision: String,
) -> v1::GetCaseResponse {
    let label = live
        .zip(case.resolution.as_ref())
        .map(|(live, resolution)| {
            let locale = live.locale(Some(locale).filter(|locale| !locale.is_empty()));
            let outcome = live.outcome(&resolution.outcome);
            outcome.map(|it| live.text(&it.label, locale).to_owned())
        });
    v1::GetCaseResponse {
        case: Some(self::case(case, numbers)),
        outcome_label: label.flatten().unwrap_or_default(),
        revision,
    }
}

/// A case for a list.
pub(crate) fn listed(row: &Case, numbers: &CaseNumbers, view: View) -> v1::Case {
    let full = case(row, numbers);
    match view {
        View::Full => full,
        View::Basic => v1::Case {
            facts: Vec::new(),
            contacts: Vec::new(),
            attempts: Vec::new(),
            person: None,
            ..full
        },
    }
}

/// A case that was asked for under the name `asked`; empty if there is no such case.
pub(crate) fn found(asked: String, row: Option<&Case>, numbers: &CaseNumbers) -> v1::FoundCase {
    v1::FoundCase {
        case_id: asked,
        case: row.map(|row| case(row, numbers)),
    }
}

/// A case.
pub(crate) fn case(case: &Case, numbers: &CaseNumbers) -> v1::Case {
    let resolved = case.closed.filter(|_| case.state == CaseState::Resolved);
    let merged = case.merged.iter().map(|merged| merged.case.to_string());
    let (external_references, labels) = tags::tags(&case.tags);
    v1::Case {
        case_id: case.id.to_string(),
        state: wire_enum::case_state(case.state),
        customer_id: case
            .customer
            .as_ref()
            .map_or_else(String::new, CustomerId::to_string),
        stated_reason: case.reason.to_string(),
        confirmed_reason: case
            .confirmed
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        facts: fact::facts(&case.facts),
        contacts: case.contacts.iter().map(contact).collect(),
        contact_count: case.contact_count,
        repeat_count: case.repeats,
        channel_switch_count: case.channel_switches,
        reopen_count: case.reopens,
        previous_case_id: id(case.previous),
        open_time: Some(time::timestamp(case.opened)),
        resolve_time: resolved.map(time::timestamp),
        playbook_version: case.playbook.to_string(),
        sequence: case.changed.0,
        etag: case.changed.0.to_string(),
        case_number: numbers.of(case.id),
        tier: case.tier.to_string(),
        last_queue_id: text(case.queue.as_ref()),
        resolution: case.resolution.as_ref().map(resolution),
        note_count: case.notes,
        links: case.links.iter().map(link).collect(),
        merged_into_case_id: id(case.merged_into),
        merged_case_ids: merged.collect(),
        legal_hold: case.legal_hold,
        retain_until_time: case.retain_until.map(time::timestamp),
        attempts: case.tried_in_all().iter().map(attempt).collect(),
        person: person(&case.reported_in_all()),
        owed_due_time: case.owed_due().map(time::timestamp),
        external_references,
        labels,
    }
}

fn attempt(tried: &Tried) -> v1::CaseAttempt {
    let Tried {
        contact,
        route,
        flow,
        queue,
        at,
        outcome,
    } = tried;
    v1::CaseAttempt {
        contact_id: contact.to_string(),
        route: wire_enum::route(*route),
        flow_id: text(flow.as_ref()),
        queue_id: text(queue.as_ref()),
        start_time: Some(time::timestamp(*at)),
        outcome: wire_enum::attempt_outcome(*outcome),
        failed: tried.failed(),
    }
}

/// The reported data of the person; `None` if there are none.
fn person(reported: &PersonReport) -> Option<v1::CasePerson> {
    let PersonReport {
        vulnerable,
        cannot_use,
        asked_for_person,
        language,
        persona,
    } = reported;
    let cannot_use_value = cannot_use.as_ref().map(|report| report.value);
    let language_value = language.as_ref().map(|report| report.value.to_string());
    let person = v1::CasePerson {
        vulnerable: vulnerable.is_some(),
        asked_for_person: asked_for_person.is_some(),
        cannot_use: cannot_use_value.map_or_else(Vec::new, wire_enum::abilities),
        language_code: language_value.unwrap_or_default(),
        persona: text(persona.as_ref().map(|report| &report.value)),
        vulnerable_told: telling(vulnerable.as_ref()),
        asked_for_person_told: telling(asked_for_person.as_ref()),
        cannot_use_told: telling(cannot_use.as_ref()),
        language_code_told: telling(language.as_ref()),
        persona_told: telling(persona.as_ref()),
    };
    (*reported != PersonReport::default()).then_some(person)
}

fn telling<T>(report: Option<&Reported<T>>) -> Option<v1::PersonTelling> {
    report.map(|report| v1::PersonTelling {
        contact_id: report.contact.to_string(),
        actor: report.actor.to_string(),
        on_behalf_of: actor_or_none(report.on_behalf_of.as_ref()),
        tell_time: Some(time::timestamp(report.at)),
    })
}

/// The receipt of a write for its case, from its event at `seq`.
pub(crate) fn receipt(worked: &CaseActionTaken, seq: Seq) -> v1::CaseReceipt {
    receipt_of(worked.case, worked.state, seq)
}

/// The receipt of a merge, or of its undoing, for the case that is or was merged. `None` for other writes.
pub(crate) fn receipt_of_merged(worked: &CaseActionTaken, seq: Seq) -> Option<v1::CaseReceipt> {
    let (merged, state) = match &worked.action {
        CaseAction::Merged(merged, _) => (merged, CaseState::Merged),
        CaseAction::Unmerged(merged) => (merged, CaseState::Open),
        _ => return None,
    };
    Some(receipt_of(merged.case, state, seq))
}

fn receipt_of(case: CaseId, state: CaseState, seq: Seq) -> v1::CaseReceipt {
    v1::CaseReceipt {
        case_id: case.to_string(),
        state: wire_enum::case_state(state),
        etag: seq.0.to_string(),
    }
}

/// The resolution of a case.
pub(super) fn resolution(resolution: &Resolution) -> v1::CaseResolution {
    let Resolution { outcome, cost } = resolution;
    v1::CaseResolution {
        outcome: outcome.to_string(),
        cost_micros: cost.map(|cost| cost.money.micros()),
        currency_code: fact::code(cost.and_then(|cost| cost.currency)),
    }
}

pub(super) fn link(link: &CaseLink) -> v1::CaseLink {
    v1::CaseLink {
        kind: wire_enum::link_kind(link.kind),
        case_id: link.case.to_string(),
    }
}

/// The text of an id; empty for `None`.
pub(super) fn id(case: Option<CaseId>) -> String {
    case.map_or_else(String::new, |case| case.to_string())
}

/// The texts of ids.
pub(super) fn ids(cases: &[CaseId]) -> Vec<String> {
    cases.iter().map(CaseId::to_string).collect()
}

fn contact(listed: &CaseContact) -> v1::CaseContact {
    let CaseContact {
        outbound: _,
        due: _,
        presumed: _,
        contact,
        channel,
        case_match: joined,
        arrived,
        repeat,
        live,
    } = listed;
    v1::CaseContact {
        contact_id: contact.to_string(),
        channel: channel.to_string(),
        case_match: wire_enum::joined(*joined),
        arrive_time: Some(time::timestamp(*arrived)),
        repeat: *repeat,
        live: *live,
    }
}
