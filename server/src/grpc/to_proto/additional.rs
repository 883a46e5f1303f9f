//! Additional cases of contacts.

use super::contact::text_of_matter;
use super::event::new_case;
use super::{case, customer, fact, matters, note, wire_enum};
use signpost_domain::contact::{AdditionalCase, CaseMatch};
use signpost_domain::event::CaseAddedToContact;
use signpost_domain::ids::{CaseId, DecisionId, Seq};
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;
use signpost_proto::v1::{TimelineEntry, TimelineKind};

/// The answer to AddCaseToContact.
pub(crate) fn added(
    (added, seq): (&CaseAddedToContact, Seq),
    playbook: &Playbook,
    receipt: v1::WriteReceipt,
) -> v1::AddCaseToContactResponse {
    let join = &added.join;
    let mut additional = case::ids(&added.additional);
    additional.push(join.case.to_string());
    v1::AddCaseToContactResponse {
        contact_id: added.contact.to_string(),
        case_id: join.case.to_string(),
        case_match: wire_enum::joined(join.case_match),
        previous_case_id: case::id(join.previous),
        main_case_id: case::id(added.own),
        additional_case_ids: additional,
        known_facts: fact::facts(&added.facts),
        receipt: Some(receipt),
        repeat: join.repeat,
        channel_switched: join.switched,
        decision: matters::decision(playbook, (added, Some(seq))),
    }
}

/// An additional case of a contact.
pub(super) fn case(additional: &AdditionalCase) -> v1::AdditionalCase {
    let AdditionalCase {
        case,
        reason,
        case_match: joined,
        matter,
        owner: _,
    } = additional;
    v1::AdditionalCase {
        case_id: case.to_string(),
        stated_reason: reason.to_string(),
        case_match: wire_enum::joined(*joined),
        matter_id: text_of_matter(matter.as_ref()),
    }
}

/// The event in the form for integrators.
pub(super) fn event(added: &CaseAddedToContact, seq: Seq) -> v1::CaseAddedToContactEvent {
    let CaseAddedToContact {
        contact,
        channel,
        customer,
        own,
        additional: _,
        reason,
        facts,
        join,
        note,
        matter,
        decided,
    } = added;
    let decision = decided.as_ref().map(|_| DecisionId(seq).to_string());
    v1::CaseAddedToContactEvent {
        contact_id: contact.to_string(),
        case_id: join.case.to_string(),
        case_match: wire_enum::joined(join.case_match),
        previous_case_id: case::id(join.previous),
        channel: channel.to_string(),
        customer_id: customer::id(Some(customer)),
        main_case_id: case::id(*own),
        reason: reason.to_string(),
        repeat: join.repeat,
        channel_switched: join.switched,
        facts: fact::facts(facts),
        note: note.to_string(),
        matter_id: text_of_matter(matter.as_ref()),
        newly_matched: join.first,
        new_case: new_case(join),
        decision_id: decision.unwrap_or_default(),
        note_id: note::id(seq, note),
    }
}

/// The entry in the timeline of the case `of`. This may be the case into which the added case was merged.
pub(super) fn entry(added: &CaseAddedToContact, of: CaseId, seq: Seq) -> TimelineEntry {
    let join = &added.join;
    let how = match join.case_match {
        CaseMatch::New => "opened it",
        CaseMatch::Continued => "continued it",
        CaseMatch::Reopened => "reopened it",
    };
    let marks = [
        (join.repeat, ", a repeat"),
        (join.switched, ", on another channel"),
    ];
    let marks: String = marks
        .iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, text)| *text)
        .collect();
    let note = match &*added.note {
        "" => String::new(),
        note => format!(": {note}"),
    };
    let (contact, reason) = (&added.contact, &added.reason);
    TimelineEntry {
        kind: TimelineKind::CaseAddedToContact.into(),
        text: match join.first {
            true => format!("contact {contact} came about {reason}, too, and {how}{marks}{note}"),
            false => format!("contact {contact} sent more about {reason}{note}"),
        },
        case_id: of.to_string(),
        contact_id: contact.to_string(),
        channel: added.channel.to_string(),
        other_case_id: case::id(added.own),
        note_id: note::id(seq, &added.note),
        ..TimelineEntry::default()
    }
}
