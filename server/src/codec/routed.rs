//! The event of a contact that was decided on.

use super::context::{
    context, context_message, facts, facts_message, offered, offered_message, profile,
    profile_message,
};
use super::decision::{
    decision, decision_message, findings, findings_message, standing, standing_message,
};
use super::number::{Numbered, known};
use super::text::{
    case, case_seq, matter_or_empty, matter_or_none, name, name_or_empty, name_or_none, name_text,
    name_texts, reason, reason_text, slugs,
};
use super::{CodecError, required, wire};
use signpost_domain::event::{CaseJoin, ContactRouted, CustomerJoin, LeftCase, Next, OpenedCase};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

pub(super) fn routed_message(routed: &ContactRouted, base: UnixMs) -> wire::ContactRouted {
    let ContactRouted {
        contact,
        step,
        context,
        customer,
        case,
        left,
        standing,
        profile,
        carried,
        noticed,
        decision,
        next,
    } = routed;
    wire::ContactRouted {
        contact: name_text(contact),
        step: step.number(),
        context: Some(context_message(context, base)),
        customer: customer.as_ref().map(customer_join_message),
        case: case.as_ref().map(case_join_message),
        left: left.as_ref().map(left_message),
        standing: Some(standing_message(standing, base)),
        profile: profile.as_deref().map(profile_message),
        carried: facts_message(carried, base),
        noticed: findings_message(noticed),
        decision: Some(decision_message(decision)),
        next: Some(next_message(next)),
    }
}

pub(super) fn routed(
    message: wire::ContactRouted,
    base: UnixMs,
) -> Result<ContactRouted, CodecError> {
    let wire::ContactRouted {
        contact,
        step,
        context: context_message,
        customer,
        case,
        left: left_message,
        standing: standing_message,
        profile: profile_message,
        carried,
        noticed,
        decision: decision_message,
        next: next_message,
    } = message;
    let context = context(required(context_message, "routed.context")?, base)?;
    let profile = profile_message.map(profile).transpose()?;
    Ok(ContactRouted {
        contact: name(contact, "routed.contact")?,
        step: known(step, "routed.step")?,
        context: Arc::new(context),
        customer: customer.map(customer_join).transpose()?,
        case: case.map(case_join).transpose()?,
        left: left_message.map(left),
        standing: standing(required(standing_message, "routed.standing")?, base),
        profile: profile.map(Box::new),
        carried: facts(carried, base)?,
        noticed: findings(noticed)?,
        decision: decision(required(decision_message, "routed.decision")?)?,
        next: next(required(next_message, "routed.next")?)?,
    })
}

fn customer_join_message(join: &CustomerJoin) -> wire::CustomerJoin {
    let CustomerJoin { id, learnt } = join;
    wire::CustomerJoin {
        id: name_text(id),
        learnt: learnt.as_deref().map(profile_message),
    }
}

fn customer_join(message: wire::CustomerJoin) -> Result<CustomerJoin, CodecError> {
    let wire::CustomerJoin { id, learnt } = message;
    Ok(CustomerJoin {
        id: name(id, "customer_join.id")?,
        learnt: learnt.map(profile).transpose()?.map(Box::new),
    })
}

fn case_join_message(join: &CaseJoin) -> wire::CaseJoin {
    let CaseJoin {
        case,
        joined,
        first,
        repeat,
        switched,
        previous,
        opened,
        claimed,
    } = join;
    wire::CaseJoin {
        case_seq: case_seq(*case),
        joined: joined.number(),
        first: *first,
        repeat: *repeat,
        switched: *switched,
        previous_seq: previous.map(case_seq),
        opened: opened.as_ref().map(opened_message),
        claimed_matter: matter_or_empty(claimed.as_ref()),
    }
}

fn case_join(message: wire::CaseJoin) -> Result<CaseJoin, CodecError> {
    let wire::CaseJoin {
        case_seq,
        joined,
        first,
        repeat,
        switched,
        previous_seq,
        opened: opened_message,
        claimed_matter,
    } = message;
    Ok(CaseJoin {
        case: case(case_seq),
        joined: known(joined, "case_join.joined")?,
        first,
        repeat,
        switched,
        previous: previous_seq.map(case),
        opened: opened_message.map(opened).transpose()?,
        claimed: matter_or_none(&claimed_matter, "case_join.claimed_matter")?,
    })
}

fn opened_message(opened: &OpenedCase) -> wire::OpenedCase {
    let OpenedCase {
        reason,
        matter,
        tier,
        continues_for,
        reopens_within,
    } = opened;
    wire::OpenedCase {
        reason: reason_text(reason),
        matter: matter_or_empty(matter.as_ref()),
        tier: name_text(tier),
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
        matter: matter_or_none(&matter, "opened_case.matter")?,
        tier: name(tier, "opened_case.tier")?,
        continues_for: Millis(continues_for_ms),
        reopens_within: Millis(reopens_within_ms),
    })
}

fn left_message(LeftCase { case, withdrawn }: &LeftCase) -> wire::LeftCase {
    wire::LeftCase {
        case_seq: case_seq(*case),
        withdrawn: *withdrawn,
    }
}

fn left(message: wire::LeftCase) -> LeftCase {
    let wire::LeftCase {
        case_seq,
        withdrawn,
    } = message;
    LeftCase {
        case: case(case_seq),
        withdrawn,
    }
}

fn next_message(next: &Next) -> wire::contact_routed::Next {
    use wire::contact_routed::Next as Wire;
    match next {
        Next::ChooseReason(primary) => Wire::ChooseReason(wire::ChooseReason {
            primary: name_or_empty(primary.as_ref()),
        }),
        Next::AskFacts(facts) => Wire::AskFacts(wire::AskFacts {
            facts: name_texts(facts),
        }),
        Next::ChooseRoute => Wire::ChooseRoute(wire::ChooseRoute {}),
        Next::Take(offered) => Wire::Take(offered_message(offered)),
    }
}

fn next(message: wire::contact_routed::Next) -> Result<Next, CodecError> {
    use wire::contact_routed::Next as Wire;
    Ok(match message {
        Wire::ChooseReason(wire::ChooseReason { primary }) => {
            Next::ChooseReason(name_or_none(primary))
        }
        Wire::AskFacts(wire::AskFacts { facts }) => {
            Next::AskFacts(slugs(facts, "ask_facts.facts")?)
        }
        Wire::ChooseRoute(wire::ChooseRoute {}) => Next::ChooseRoute,
        Wire::Take(taken) => Next::Take(offered(taken)?),
    })
}
