//! The event of a further case that was added to a contact.

use super::decision::{
    decision, findings, standing, write_decision, write_finding, write_standing,
};
use super::memory::{memory, write_memory};
use super::routed::{case_join, write_case_join};
use crate::codec::context::{
    all_queue_stats, context, facts, profile, write_context, write_facts, write_profile,
    write_queue_stats,
};
use crate::codec::text::{case, case_seq, case_seqs, cases, name, name_or_none, reason};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::decision::Memory;
use signpost_domain::event::{CaseAddedToContact, MatterDecided};
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(in crate::codec) fn write_added(
    w: &mut MessageWriter,
    added: &CaseAddedToContact,
    base: UnixMs,
) {
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
    w.text(1, contact.as_str());
    w.text(2, channel.as_str());
    w.text(3, customer.as_str());
    w.number_or_none(4, own.map(case_seq));
    w.numbers(5, case_seqs(additional));
    w.reason(6, reason);
    write_facts(w, 7, facts, base);
    w.message(8, |w| write_case_join(w, join));
    w.text(9, note);
    w.name_or_none(10, matter.as_ref());
    w.messages(11, decided.as_deref(), |w, decided| {
        write_decided(w, decided, base);
    });
}

fn write_decided(w: &mut MessageWriter, decided: &MatterDecided, base: UnixMs) {
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
    w.message(1, |w| write_context(w, context, base));
    w.message(2, |w| write_standing(w, standing, base));
    let remembered = (*memory != Memory::default()).then_some(memory);
    w.messages(3, remembered, |w, memory| write_memory(w, memory, base));
    w.messages(4, profile.as_deref(), write_profile);
    write_facts(w, 5, carried, base);
    w.messages(6, noticed, write_finding);
    w.message(7, |w| write_decision(w, decision));
    w.messages(8, reported, write_queue_stats);
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
    let remembered = memory_message.map(|message| memory(message, base));
    Ok(MatterDecided {
        context: Arc::new(context),
        standing: standing(required(standing_message, "decided.standing")?, base),
        memory: remembered.transpose()?.unwrap_or_default(),
        profile: profile_message.map(profile).transpose()?.map(Box::new),
        carried: facts(carried, base)?,
        reported: all_queue_stats(reported)?,
        noticed: findings(noticed)?,
        decision: decision(required(decision_message, "decided.decision")?)?,
    })
}

pub(in crate::codec) fn added(
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
    } = message;
    let decided = decided_message.map(|message| decided(message, base));
    Ok(CaseAddedToContact {
        contact: name(contact, "added.contact")?,
        channel: name(channel, "added.channel")?,
        customer: name(customer, "added.customer")?,
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
