//! The stored form of the event of a contact that was put under another customer.

use super::case_join::{case_join, case_join_to_wire};
use crate::codec::context::{facts, facts_to_wire};
use crate::codec::text::{
    borrowed, case, case_seq, customer_or_none, customer_text, matter_bytes, matter_or_none, name,
    name_or_none, name_text, name_texts, reason, reason_or_none, reason_text, reason_text_or_none,
    record_seq, slugs,
};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::event::{
    CaseChange, CaseCorrected, Claim, CustomerCorrected, LeftCase, MovedCase,
};
use signpost_domain::time::UnixMs;

pub(super) fn corrected_to_wire(
    corrected: &CustomerCorrected,
    base: UnixMs,
) -> written::CustomerCorrected<'_> {
    let CustomerCorrected {
        contact,
        former,
        customer,
        cases,
        note,
        followed_by,
    } = corrected;
    written::CustomerCorrected {
        contact: contact.as_str().into(),
        former: customer_text(former.as_ref()),
        customer: customer_text(customer.as_ref()),
        former_seq: record_seq(former.as_ref()),
        customer_seq: record_seq(customer.as_ref()),
        cases: cases.iter().map(|case| case_to_wire(case, base)).collect(),
        note: borrowed(note),
        followed_by: *followed_by,
    }
}

fn case_to_wire(corrected: &CaseCorrected, base: UnixMs) -> written::CaseCorrected<'_> {
    use written::case_corrected::Change as Wire;
    let CaseCorrected {
        case,
        is_own,
        reason,
        matter,
        change,
    } = corrected;
    written::CaseCorrected {
        case_seq: case.map(case_seq),
        own: *is_own,
        reason: reason_text(reason),
        matter: name_text(matter.as_ref()),
        change: Some(match change {
            CaseChange::Stays => Wire::Stays(written::CaseStays {}),
            CaseChange::Moves(moved) => Wire::Moved(moved_to_wire(moved)),
            CaseChange::Leaves(left) => Wire::Left(left_to_wire(left, base)),
        }),
    }
}

fn moved_to_wire(moved: &MovedCase) -> written::CaseMoved<'_> {
    let MovedCase {
        claimed,
        leads,
        previous,
        gives_back,
    } = moved;
    let claimed = claimed.as_ref();
    let of = claimed.and_then(|claim| claim.reason.as_ref());
    written::CaseMoved {
        claimed_matter: matter_bytes(claimed.map(|claim| &claim.matter)),
        claimed_reason: reason_text_or_none(of),
        leads: *leads,
        previous_seq: previous.map(case_seq),
        gives_back_seq: gives_back.map(case_seq),
    }
}

fn left_to_wire(left: &LeftCase, base: UnixMs) -> written::CaseLeft<'_> {
    let LeftCase {
        withdrawn,
        forgets,
        join,
        reopens,
        resolves,
        facts,
    } = left;
    written::CaseLeft {
        withdrawn: *withdrawn,
        forgotten: name_texts(forgets),
        join: join.as_ref().map(case_join_to_wire),
        reopens: *reopens,
        resolves: *resolves,
        facts: facts_to_wire(facts, base),
    }
}

pub(super) fn corrected(
    message: wire::CustomerCorrected,
    base: UnixMs,
) -> Result<CustomerCorrected, CodecError> {
    let wire::CustomerCorrected {
        contact,
        former,
        customer,
        cases,
        note,
        followed_by,
        former_seq,
        customer_seq,
    } = message;
    let cases = cases
        .into_iter()
        .map(|message| case_corrected(message, base));
    Ok(CustomerCorrected {
        contact: name(contact, "corrected.contact")?,
        former: customer_or_none(former, former_seq),
        customer: customer_or_none(customer, customer_seq),
        cases: cases.collect::<Result<_, _>>()?,
        note: note.into(),
        followed_by,
    })
}

fn case_corrected(message: wire::CaseCorrected, base: UnixMs) -> Result<CaseCorrected, CodecError> {
    use wire::case_corrected::Change as Wire;
    let wire::CaseCorrected {
        case_seq,
        own,
        reason: reason_text,
        matter,
        change,
    } = message;
    Ok(CaseCorrected {
        case: case_seq.map(case),
        is_own: own,
        reason: reason(&reason_text, "corrected.reason")?,
        matter: name_or_none(matter),
        change: match required(change, "corrected.change")? {
            Wire::Stays(wire::CaseStays {}) => CaseChange::Stays,
            Wire::Moved(message) => CaseChange::Moves(moved(message)?),
            Wire::Left(message) => CaseChange::Leaves(left(message, base)?),
        },
    })
}

fn moved(message: wire::CaseMoved) -> Result<MovedCase, CodecError> {
    let wire::CaseMoved {
        claimed_matter,
        claimed_reason,
        leads,
        previous_seq,
        gives_back_seq,
    } = message;
    let claimed = matter_or_none(&claimed_matter, "moved.claimed_matter")?;
    let of = reason_or_none(&claimed_reason, "moved.claimed_reason")?;
    Ok(MovedCase {
        claimed: claimed.map(|matter| Claim { matter, reason: of }),
        leads,
        previous: previous_seq.map(case),
        gives_back: gives_back_seq.map(case),
    })
}

fn left(message: wire::CaseLeft, base: UnixMs) -> Result<LeftCase, CodecError> {
    let wire::CaseLeft {
        withdrawn,
        forgotten,
        join,
        reopens,
        resolves,
        facts: fact_messages,
    } = message;
    Ok(LeftCase {
        withdrawn,
        forgets: slugs(forgotten, "left.forgotten")?,
        join: join.map(case_join).transpose()?,
        reopens,
        resolves,
        facts: facts(fact_messages, base)?,
    })
}
