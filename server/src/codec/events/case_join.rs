//! The stored form of how a contact joined a case, and of the case that it opened.

use crate::codec::number::{Numbered, known};
use crate::codec::text::{
    case, case_seq, matter_bytes, matter_or_none, name, reason, reason_or_none, reason_text,
    reason_text_or_none,
};
use crate::codec::{CodecError, wire, written};
use signpost_domain::event::{CaseJoin, Claim, OpenedCase};
use signpost_domain::time::Millis;

pub(super) fn case_join_to_wire(join: &CaseJoin) -> written::CaseJoin<'_> {
    let CaseJoin {
        case,
        case_match,
        first,
        repeat,
        switched,
        previous,
        opened,
        claimed,
        presumed,
    } = join;
    let claimed = claimed.as_ref();
    let of = claimed.and_then(|claim| claim.reason.as_ref());
    written::CaseJoin {
        case_seq: case_seq(*case),
        case_match: case_match.number(),
        first: *first,
        repeat: *repeat,
        switched: *switched,
        previous_seq: previous.map(case_seq),
        opened: opened.as_ref().map(opened_to_wire),
        claimed_matter: matter_bytes(claimed.map(|claim| &claim.matter)),
        presumed: *presumed,
        claimed_reason: reason_text_or_none(of),
    }
}

pub(super) fn case_join(message: wire::CaseJoin) -> Result<CaseJoin, CodecError> {
    let wire::CaseJoin {
        case_seq,
        case_match,
        first,
        repeat,
        switched,
        previous_seq,
        opened: opened_message,
        claimed_matter,
        presumed,
        claimed_reason,
    } = message;
    let claimed = matter_or_none(&claimed_matter, "case_join.claimed_matter")?;
    let of = reason_or_none(&claimed_reason, "case_join.claimed_reason")?;
    Ok(CaseJoin {
        case: case(case_seq),
        case_match: known(case_match, "case_join.joined")?,
        first,
        repeat,
        switched,
        previous: previous_seq.map(case),
        opened: opened_message.map(opened).transpose()?,
        claimed: claimed.map(|matter| Claim { matter, reason: of }),
        presumed,
    })
}

fn opened_to_wire(opened: &OpenedCase) -> written::OpenedCase<'_> {
    let OpenedCase {
        reason,
        key,
        tier,
        continues_for,
        reopens_within,
    } = opened;
    written::OpenedCase {
        reason: reason_text(reason),
        matter: matter_bytes(key.as_ref()),
        tier: tier.as_str().into(),
        continues_for_ms: continues_for.0,
        reopens_within_ms: reopens_within.0,
    }
}

fn opened(message: wire::OpenedCase) -> Result<OpenedCase, CodecError> {
    let wire::OpenedCase {
        reason: reason_text,
        matter,
        tier,
        continues_for_ms,
        reopens_within_ms,
    } = message;
    Ok(OpenedCase {
        reason: reason(&reason_text, "opened_case.reason")?,
        key: matter_or_none(&matter, "opened_case.matter")?,
        tier: name(tier, "opened_case.tier")?,
        continues_for: Millis(continues_for_ms),
        reopens_within: Millis(reopens_within_ms),
    })
}
