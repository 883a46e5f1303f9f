//! The stored form of the event that routes a contact.

use super::case_join::{case_join, case_join_to_wire};
use super::decision::{decision, decision_to_wire, standing, standing_to_wire};
use super::finding::{findings, findings_to_wire};
use crate::codec::context::{
    all_queue_stats, all_queue_stats_to_wire, context, context_to_wire, facts, facts_to_wire,
    offered, offered_to_wire,
};
use crate::codec::customer::{tier_found, tier_found_to_wire};
use crate::codec::memory::{memory, memory_to_wire};
use crate::codec::number::{Numbered, known};
use crate::codec::profile::{profile, profile_to_wire};
use crate::codec::text::{
    after, at, borrowed, case, case_seq, case_seqs, cases, customer_id, customer_text, name,
    name_or_none, name_text, name_texts, reason, reason_text, record_seq, slugs,
};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::event::{ContactRouted, CustomerJoin, FormerCase, Next, OpenCase};
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(super) fn routed_to_wire(routed: &ContactRouted, base: UnixMs) -> written::ContactRouted<'_> {
    let ContactRouted {
        contact,
        trigger,
        context,
        customer,
        tier_found,
        case,
        former,
        thanks_for,
        additional,
        leading,
        followed_by,
        open_cases,
        standing,
        memory,
        profile,
        carried,
        reported,
        findings,
        decision,
        next,
        note,
    } = routed;
    let open_cases = open_cases.iter().map(|open| open_case_to_wire(open, base));
    written::ContactRouted {
        contact: contact.as_str().into(),
        trigger: trigger.number(),
        context: Some(context_to_wire(context, base)),
        customer: customer.as_ref().map(customer_join_to_wire),
        case: case.as_ref().map(case_join_to_wire),
        former: former.as_ref().map(former_to_wire),
        thanks_for_seq: thanks_for.map_or(0, case_seq),
        standing: Some(standing_to_wire(standing, base)),
        profile: profile.as_deref().map(profile_to_wire),
        carried: facts_to_wire(carried, base),
        noticed: findings_to_wire(findings),
        decision: Some(decision_to_wire(decision)),
        next: Some(next_to_wire(next)),
        tier_found: tier_found.as_ref().map(tier_found_to_wire),
        additional_seqs: case_seqs(additional),
        memory: memory_to_wire(memory, base),
        leading_matter: name_text(leading.as_ref()),
        followed_by: *followed_by,
        open_cases: open_cases.collect(),
        note: borrowed(note),
        reported: all_queue_stats_to_wire(reported),
    }
}

fn open_case_to_wire(open: &OpenCase, base: UnixMs) -> written::OpenCase<'_> {
    let OpenCase {
        case,
        reason,
        key,
        arrived,
    } = open;
    written::OpenCase {
        case_seq: case_seq(*case),
        reason: reason_text(reason),
        key: facts_to_wire(key, base),
        arrived_after_ms: after(*arrived, base),
    }
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

pub(super) fn routed(
    message: wire::ContactRouted,
    base: UnixMs,
) -> Result<ContactRouted, CodecError> {
    let wire::ContactRouted {
        contact,
        trigger,
        context: context_message,
        customer,
        case,
        former,
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
        thanks_for_seq,
    } = message;
    let open_cases = open_cases.into_iter().map(|open| open_case(open, base));
    let context = context(required(context_message, "routed.context")?, base)?;
    let profile = profile_message.map(profile).transpose()?;
    Ok(ContactRouted {
        contact: name(contact, "routed.contact")?,
        trigger: known(trigger, "routed.step")?,
        context: Arc::new(context),
        customer: customer.map(customer_join).transpose()?,
        tier_found: tier_message.map(tier_found).transpose()?,
        case: case.map(case_join).transpose()?,
        former: former.map(self::former),
        thanks_for: (thanks_for_seq > 0).then(|| self::case(thanks_for_seq)),
        additional: cases(additional_seqs),
        leading: name_or_none(leading_matter),
        followed_by,
        open_cases: open_cases.collect::<Result<_, _>>()?,
        standing: standing(required(standing_message, "routed.standing")?, base),
        memory: memory(memory_message, base)?,
        profile: profile.map(Box::new),
        carried: facts(carried, base)?,
        reported: all_queue_stats(reported)?,
        findings: findings(noticed)?,
        decision: decision(required(decision_message, "routed.decision")?)?,
        next: next(required(next_message, "routed.next")?)?,
        note: note.into(),
    })
}

fn customer_join_to_wire(join: &CustomerJoin) -> written::CustomerJoin<'_> {
    let CustomerJoin { id, learnt } = join;
    written::CustomerJoin {
        id: customer_text(Some(id)),
        record_seq: record_seq(Some(id)),
        learnt: learnt.as_deref().map(profile_to_wire),
    }
}

fn customer_join(message: wire::CustomerJoin) -> Result<CustomerJoin, CodecError> {
    let wire::CustomerJoin {
        id,
        learnt,
        record_seq,
    } = message;
    Ok(CustomerJoin {
        id: customer_id(id, record_seq, "customer_join.id")?,
        learnt: learnt.map(profile).transpose()?.map(Box::new),
    })
}

fn former_to_wire(FormerCase { case, withdrawn }: &FormerCase) -> written::FormerCase {
    written::FormerCase {
        case_seq: case_seq(*case),
        withdrawn: *withdrawn,
    }
}

fn former(message: wire::FormerCase) -> FormerCase {
    let wire::FormerCase {
        case_seq,
        withdrawn,
    } = message;
    FormerCase {
        case: case(case_seq),
        withdrawn,
    }
}

fn next_to_wire(next: &Next) -> written::contact_routed::Next<'_> {
    use written::contact_routed::Next as Wire;
    match next {
        Next::ChooseReason { primary, open_case } => Wire::ChooseReason(written::ChooseReason {
            primary: name_text(primary.as_ref()),
            no_open_case: !*open_case,
        }),
        Next::AskFacts(facts) => Wire::AskFacts(written::AskFacts {
            facts: name_texts(facts),
        }),
        Next::ChooseRoute => Wire::ChooseRoute(written::ChooseRoute {}),
        Next::Target(offered) => Wire::Take(offered_to_wire(offered)),
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
