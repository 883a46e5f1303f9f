//! The stored form of the event that adds a further case to a contact.

use super::case_join::{case_join, case_join_to_wire};
use super::decision::{decision, decision_to_wire, standing, standing_to_wire};
use super::finding::{findings, findings_to_wire};
use crate::codec::context::{
    all_queue_stats, all_queue_stats_to_wire, context, context_to_wire, facts, facts_to_wire,
};
use crate::codec::memory::{memory, memory_to_wire};
use crate::codec::profile::{profile, profile_to_wire};
use crate::codec::text::{
    borrowed, case, case_seq, case_seqs, cases, customer_id, customer_text, name, name_or_none,
    name_text, reason, reason_text, record_seq,
};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::event::{CaseAddedToContact, MatterDecided};
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(super) fn added_to_wire(
    added: &CaseAddedToContact,
    base: UnixMs,
) -> written::CaseAddedToContact<'_> {
    let CaseAddedToContact {
        contact,
        channel,
        customer,
        own,
        additional,
        reason,
        facts,
        join,
        note,
        matter,
        decided,
    } = added;
    let decided = decided.as_deref();
    written::CaseAddedToContact {
        contact: contact.as_str().into(),
        channel: channel.as_str().into(),
        customer: customer_text(Some(customer)),
        customer_seq: record_seq(Some(customer)),
        own_seq: own.map(case_seq),
        additional_seqs: case_seqs(additional),
        reason: reason_text(reason),
        facts: facts_to_wire(facts, base),
        join: Some(case_join_to_wire(join)),
        note: borrowed(note),
        matter: name_text(matter.as_ref()),
        decided: decided.map(|decided| decided_to_wire(decided, base)),
    }
}

fn decided_to_wire(decided: &MatterDecided, base: UnixMs) -> written::MatterDecided<'_> {
    let MatterDecided {
        context,
        standing,
        memory,
        profile,
        carried,
        reported,
        noticed,
        decision,
    } = decided;
    written::MatterDecided {
        context: Some(context_to_wire(context, base)),
        standing: Some(standing_to_wire(standing, base)),
        memory: memory_to_wire(memory, base),
        profile: profile.as_deref().map(profile_to_wire),
        carried: facts_to_wire(carried, base),
        noticed: findings_to_wire(noticed),
        decision: Some(decision_to_wire(decision)),
        reported: all_queue_stats_to_wire(reported),
    }
}

fn decided(message: wire::MatterDecided, base: UnixMs) -> Result<MatterDecided, CodecError> {
    let wire::MatterDecided {
        context: context_message,
        standing: standing_message,
        memory: memory_message,
        profile: profile_message,
        carried,
        noticed,
        decision: decision_message,
        reported,
    } = message;
    let context = context(required(context_message, "decided.context")?, base)?;
    Ok(MatterDecided {
        context: Arc::new(context),
        standing: standing(required(standing_message, "decided.standing")?, base),
        memory: memory(memory_message, base)?,
        profile: profile_message.map(profile).transpose()?.map(Box::new),
        carried: facts(carried, base)?,
        reported: all_queue_stats(reported)?,
        noticed: findings(noticed)?,
        decision: decision(required(decision_message, "decided.decision")?)?,
    })
}

pub(super) fn added(
    message: wire::CaseAddedToContact,
    base: UnixMs,
) -> Result<CaseAddedToContact, CodecError> {
    let wire::CaseAddedToContact {
        contact,
        channel,
        customer,
        own_seq,
        additional_seqs,
        reason: reason_text,
        facts: fact_messages,
        join,
        note,
        matter,
        decided: decided_message,
        customer_seq,
    } = message;
    let decided = decided_message.map(|message| decided(message, base));
    Ok(CaseAddedToContact {
        contact: name(contact, "added.contact")?,
        channel: name(channel, "added.channel")?,
        customer: customer_id(customer, customer_seq, "added.customer")?,
        own: own_seq.map(case),
        additional: cases(additional_seqs),
        reason: reason(&reason_text, "added.reason")?,
        facts: facts(fact_messages, base)?,
        join: case_join(required(join, "added.join")?)?,
        note: note.into(),
        matter: name_or_none(matter),
        decided: decided.transpose()?.map(Box::new),
    })
}
