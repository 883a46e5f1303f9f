//! Contacts that were put under another customer.

use super::contact::{answer, text_of_matter};
use super::matters::Answered;
use super::{case, customer, fact, note, timeline, wire_enum};
use signpost_domain::contact::{CaseMatch, Contact};
use signpost_domain::event::{
    CaseAddedToContact, CaseChange, CaseCorrected, CaseJoin, CustomerCorrected, LeftCase,
};
use signpost_domain::ids::{CaseId, CustomerId, Seq};
use signpost_proto::v1;
use signpost_proto::v1::{TimelineEntry, TimelineKind};

/// The answer to CorrectContactCustomer, with the additional cases that were opened, and the decision, if one was made.
pub(crate) fn corrected(
    (corrected, seq): (&CustomerCorrected, Seq),
    opened: &[&CaseAddedToContact],
    decided: Option<Answered<'_>>,
    receipt: v1::WriteReceipt,
) -> v1::CorrectContactCustomerResponse {
    let event = event(corrected, seq);
    let additional = corrected.additional_now();
    let opened = opened.iter().filter(|added| added.join.first);
    let additional = additional.chain(opened.map(|added| added.join.case));
    let own = match decided {
        Some(of) => of.routed.case.as_ref().map(|join| join.case),
        None => corrected.own_now(),
    };
    v1::CorrectContactCustomerResponse {
        contact_id: event.contact_id,
        former_customer_id: event.former_customer_id,
        customer_id: event.customer_id,
        cases: event.cases,
        case_id: case::id(own),
        additional_case_ids: additional
            .filter(|id| Some(*id) != own)
            .map(|id| id.to_string())
            .collect(),
        answer: decided.map(answer),
        receipt: Some(receipt),
    }
}

/// The event in the form for integrators.
pub(super) fn event(corrected: &CustomerCorrected, seq: Seq) -> v1::ContactCustomerCorrectedEvent {
    let CustomerCorrected {
        contact,
        former,
        customer,
        cases,
        note,
        followed_by: _,
    } = corrected;
    v1::ContactCustomerCorrectedEvent {
        contact_id: contact.to_string(),
        former_customer_id: customer::id(former.as_ref()),
        customer_id: customer::id(customer.as_ref()),
        cases: cases.iter().map(corrected_case).collect(),
        note: note.to_string(),
        note_id: note::id(seq, note),
    }
}

fn corrected_case(corrected: &CaseCorrected) -> v1::CorrectedCase {
    let CaseCorrected {
        case: had,
        is_own,
        reason,
        matter,
        change,
    } = corrected;
    let all = v1::CorrectedCase {
        former_case_id: case::id(*had),
        case_id: case::id(corrected.now()),
        additional: !is_own,
        reason: reason.to_string(),
        matter_id: text_of_matter(matter.as_ref()),
        ..v1::CorrectedCase::default()
    };
    match change {
        CaseChange::Stays => v1::CorrectedCase {
            correction: v1::CaseCorrection::Stayed.into(),
            ..all
        },
        CaseChange::Moves(moved) => v1::CorrectedCase {
            correction: v1::CaseCorrection::Moved.into(),
            previous_case_id: case::id(moved.previous),
            ..all
        },
        CaseChange::Leaves(left) => left_case(left, all),
    }
}

fn left_case(left: &LeftCase, all: v1::CorrectedCase) -> v1::CorrectedCase {
    let LeftCase {
        withdrawn,
        forgets,
        join,
        // The transitions of the event say both.
        reopens: _,
        resolves: _,
        facts,
    } = left;
    let join = join.as_ref();
    let opened = join.and_then(|join| join.opened.as_ref());
    v1::CorrectedCase {
        correction: v1::CaseCorrection::Left.into(),
        former_case_withdrawn: *withdrawn,
        forgotten_fact_ids: forgets.iter().map(ToString::to_string).collect(),
        case_match: join.map_or(0, |join| wire_enum::joined(join.case_match)),
        repeat: join.is_some_and(|join| join.repeat),
        channel_switched: join.is_some_and(|join| join.switched),
        case_presumed: join.is_some_and(|join| join.presumed),
        previous_case_id: case::id(join.and_then(|join| join.previous)),
        new_case_tier: opened.map_or_else(String::new, |opened| opened.tier.to_string()),
        facts: fact::facts(facts),
        ..all
    }
}

/// What there was before the customer of a contact was corrected.
pub(super) fn correction(
    correction: &signpost_domain::contact::CustomerCorrection,
    row: &Contact,
) -> v1::CustomerCorrection {
    v1::CustomerCorrection {
        original_customer_id: customer::id(correction.first.as_ref()),
        decided_for_other_customer: row.is_decided_for_other(),
        decided_customer_id: customer::id(correction.decided_for.as_ref()),
    }
}

/// The entry in the timeline of the case `of`.
pub(super) fn entry(corrected: &CustomerCorrected, of: CaseId, seq: Seq) -> TimelineEntry {
    let contact = &corrected.contact;
    let name = |id: &Option<CustomerId>| id.as_ref().map_or("nobody".into(), ToString::to_string);
    let (customer, former) = (name(&corrected.customer), name(&corrected.former));
    let whose = format!("contact {contact} is of {customer}, not of {former}");
    let mut joined = corrected.cases.iter();
    let joined = joined.find(|case| case.now() == Some(of));
    let mut had = corrected.cases.iter();
    let had = had.find(|case| case.case == Some(of));
    let (kind, what, other) = match (joined, had) {
        (Some(case), _) => {
            let left = case.left();
            let other = left.and(case.case);
            let how = match (&case.change, left.and_then(|left| left.join.as_ref())) {
                (CaseChange::Moves(_), _) => "took it along",
                (_, Some(join)) => joins(join),
                (_, None) => "stays with it",
            };
            (TimelineKind::CustomerCorrected, how, other)
        }
        (None, case) => {
            let now = case.and_then(CaseCorrected::now);
            (TimelineKind::ContactRemoved, "left", now)
        }
    };
    TimelineEntry {
        kind: kind.into(),
        text: timeline::with_note(format!("{whose}: it {what}"), &corrected.note),
        contact_id: contact.to_string(),
        case_id: of.to_string(),
        other_case_id: case::id(other),
        note_id: note::id(seq, &corrected.note),
        ..TimelineEntry::default()
    }
}

const fn joins(join: &CaseJoin) -> &'static str {
    match (join.opened.is_some(), join.case_match, join.repeat) {
        (true, ..) => "opened it",
        (false, CaseMatch::Reopened, false) => "reopened it",
        (false, CaseMatch::Reopened, true) => "reopened it, a repeat",
        (false, CaseMatch::New | CaseMatch::Continued, false) => "joined it",
        (false, CaseMatch::New | CaseMatch::Continued, true) => "joined it, a repeat",
    }
}
