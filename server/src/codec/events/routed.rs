//! The event of a contact that was decided on.

use super::decision::{
    decision, findings, standing, write_decision, write_finding, write_standing,
};
use super::memory::{memory, write_memory};
use crate::codec::context::{
    all_queue_stats, context, facts, offered, profile, write_context, write_facts, write_offered,
    write_profile, write_queue_stats,
};
use crate::codec::number::known;
use crate::codec::rows::customer::{tier_found, write_tier_found};
use crate::codec::text::{
    after, at, case, case_seq, case_seqs, cases, matter_bytes, matter_or_none, name, name_or_none,
    reason, reason_or_none, slugs,
};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::decision::Memory;
use signpost_domain::event::{
    CaseJoin, Claim, ContactRouted, CustomerJoin, FormerCase, Next, OpenCase, OpenedCase,
};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

pub(in crate::codec) fn write_routed(w: &mut MessageWriter, routed: &ContactRouted, base: UnixMs) {
    let ContactRouted {
        contact,
        trigger: step,
        context,
        customer,
        tier_found,
        case,
        former: left,
        additional,
        leading,
        followed_by,
        open_cases,
        standing,
        memory,
        profile,
        carried,
        reported,
        findings: noticed,
        decision,
        next,
        note,
    } = routed;
    w.text(1, contact.as_str());
    w.known(2, step);
    w.message(3, |w| write_context(w, context, base));
    w.messages(4, customer, write_customer_join);
    w.messages(5, case, write_case_join);
    w.messages(6, left, write_left);
    w.message(7, |w| write_standing(w, standing, base));
    w.messages(8, profile.as_deref(), write_profile);
    write_facts(w, 9, carried, base);
    w.messages(10, noticed, write_finding);
    w.message(11, |w| write_decision(w, decision));
    match next {
        Next::ChooseReason { primary, open_case } => w.message(12, |w| {
            w.name_or_none(1, primary.as_ref());
            w.number(2, !*open_case);
        }),
        Next::AskFacts(facts) => w.message(13, |w| w.names(1, facts)),
        Next::ChooseRoute => w.message(14, |_| ()),
        Next::Target(offered) => w.message(15, |w| write_offered(w, offered)),
    }
    w.messages(16, tier_found, write_tier_found);
    w.numbers(17, case_seqs(additional));
    let remembered = (*memory != Memory::default()).then_some(memory);
    w.messages(18, remembered, |w, memory| write_memory(w, memory, base));
    w.name_or_none(19, leading.as_ref());
    w.number(20, *followed_by);
    w.messages(21, open_cases, |w, open| write_open(w, open, base));
    w.text(22, note);
    w.messages(23, reported, write_queue_stats);
}

fn write_open(w: &mut MessageWriter, open: &OpenCase, base: UnixMs) {
    let OpenCase {
        case,
        reason,
        key,
        arrived,
    } = open;
    w.number(1, case_seq(*case));
    w.reason(2, reason);
    write_facts(w, 3, key, base);
    w.signed(4, after(*arrived, base));
}

fn open_case(message: wire::OpenCase, base: UnixMs) -> Result<OpenCase, CodecError> {
    let wire::OpenCase {
        case_seq,
        reason: reason_text,
        key,
        arrived_after_ms,
    } = message;
    Ok(OpenCase {
        case: case(case_seq),
        reason: reason(&reason_text, "open_case.reason")?,
        key: facts(key, base)?,
        arrived: at(base, arrived_after_ms),
    })
}

pub(in crate::codec) fn routed(
    message: wire::ContactRouted,
    base: UnixMs,
) -> Result<ContactRouted, CodecError> {
    let wire::ContactRouted {
        contact,
        trigger: step,
        context: context_message,
        customer,
        case,
        former: left_message,
        standing: standing_message,
        profile: profile_message,
        carried,
        noticed,
        decision: decision_message,
        next: next_message,
        tier_found: tier_message,
        additional_seqs,
        memory: memory_message,
        leading_matter,
        followed_by,
        open_cases,
        note,
        reported,
    } = message;
    let open_cases = open_cases.into_iter().map(|open| open_case(open, base));
    let context = context(required(context_message, "routed.context")?, base)?;
    let profile = profile_message.map(profile).transpose()?;
    Ok(ContactRouted {
        contact: name(contact, "routed.contact")?,
        trigger: known(step, "routed.step")?,
        context: Arc::new(context),
        customer: customer.map(customer_join).transpose()?,
        tier_found: tier_message.map(tier_found).transpose()?,
        case: case.map(case_join).transpose()?,
        former: left_message.map(left),
        additional: cases(additional_seqs),
        leading: name_or_none(leading_matter),
        followed_by,
        open_cases: open_cases.collect::<Result<_, _>>()?,
        standing: standing(required(standing_message, "routed.standing")?, base),
        memory: memory_message
            .map(|message| memory(message, base))
            .transpose()?
            .unwrap_or_default(),
        profile: profile.map(Box::new),
        carried: facts(carried, base)?,
        reported: all_queue_stats(reported)?,
        findings: findings(noticed)?,
        decision: decision(required(decision_message, "routed.decision")?)?,
        next: next(required(next_message, "routed.next")?)?,
        note: note.into(),
    })
}

fn write_customer_join(w: &mut MessageWriter, join: &CustomerJoin) {
    let CustomerJoin { id, learnt } = join;
    w.text(1, id.as_str());
    w.messages(2, learnt.as_deref(), write_profile);
}

fn customer_join(message: wire::CustomerJoin) -> Result<CustomerJoin, CodecError> {
    let wire::CustomerJoin { id, learnt } = message;
    Ok(CustomerJoin {
        id: name(id, "customer_join.id")?,
        learnt: learnt.map(profile).transpose()?.map(Box::new),
    })
}

pub(in crate::codec) fn write_case_join(w: &mut MessageWriter, join: &CaseJoin) {
    let CaseJoin {
        case,
        case_match: joined,
        first,
        repeat,
        switched,
        previous,
        opened,
        claimed,
        presumed,
    } = join;
    w.number(1, case_seq(*case));
    w.known(2, joined);
    w.number(3, *first);
    w.number(4, *repeat);
    w.number(5, *switched);
    w.number_or_none(6, previous.map(case_seq));
    w.messages(7, opened, write_opened);
    let matter = claimed.as_ref().map(|claim| &claim.matter);
    w.bytes(8, matter_bytes(matter));
    w.number(9, *presumed);
    let of = claimed.as_ref().and_then(|claim| claim.reason.as_ref());
    w.reason_or_none(10, of);
}

pub(in crate::codec) fn case_join(message: wire::CaseJoin) -> Result<CaseJoin, CodecError> {
    let wire::CaseJoin {
        case_seq,
        case_match: joined,
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
        case_match: known(joined, "case_join.joined")?,
        first,
        repeat,
        switched,
        previous: previous_seq.map(case),
        opened: opened_message.map(opened).transpose()?,
        claimed: claimed.map(|matter| Claim { matter, reason: of }),
        presumed,
    })
}

fn write_opened(w: &mut MessageWriter, opened: &OpenedCase) {
    let OpenedCase {
        reason,
        key: matter,
        tier,
        continues_for,
        reopens_within,
    } = opened;
    w.reason(1, reason);
    w.bytes(2, matter_bytes(matter.as_ref()));
    w.text(3, tier.as_str());
    w.number(4, continues_for.0);
    w.number(5, reopens_within.0);
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

fn write_left(w: &mut MessageWriter, FormerCase { case, withdrawn }: &FormerCase) {
    w.number(1, case_seq(*case));
    w.number(2, *withdrawn);
}

fn left(message: wire::FormerCase) -> FormerCase {
    let wire::FormerCase {
        case_seq,
        withdrawn,
    } = message;
    FormerCase {
        case: case(case_seq),
        withdrawn,
    }
}

fn next(message: wire::contact_routed::Next) -> Result<Next, CodecError> {
    use wire::contact_routed::Next as Wire;
    Ok(match message {
        Wire::ChooseReason(wire::ChooseReason {
            primary,
            no_open_case,
        }) => Next::ChooseReason {
            primary: name_or_none(primary),
            open_case: !no_open_case,
        },
        Wire::AskFacts(wire::AskFacts { facts }) => {
            Next::AskFacts(slugs(facts, "ask_facts.facts")?)
        }
        Wire::ChooseRoute(wire::ChooseRoute {}) => Next::ChooseRoute,
        Wire::Take(taken) => Next::Target(offered(taken)?),
    })
}
