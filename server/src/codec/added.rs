//! The event of a further case that was added to a contact.

use super::context::{facts, write_facts};
use super::routed::{case_join, write_case_join};
use super::text::{case, case_seq, case_seqs, cases, name, reason};
use super::write::Writer;
use super::{CodecError, required, wire};
use signpost_domain::event::CaseAdded;
use signpost_domain::time::UnixMs;

pub(super) fn write_added(w: &mut Writer, added: &CaseAdded, base: UnixMs) {
    let CaseAdded {
        contact,
        channel,
        customer,
        own,
        further,
        reason,
        facts,
        join,
        note,
    } = added;
    w.text(1, contact.as_str());
    w.text(2, channel.as_str());
    w.text(3, customer.as_str());
    w.number_or_none(4, own.map(case_seq));
    w.numbers(5, case_seqs(further));
    w.reason(6, reason);
    write_facts(w, 7, facts, base);
    w.message(8, |w| write_case_join(w, join));
    w.text(9, note);
}

pub(super) fn added(message: wire::CaseAdded, base: UnixMs) -> Result<CaseAdded, CodecError> {
    let wire::CaseAdded {
        contact,
        channel,
        customer,
        own_seq,
        further_seqs,
        reason: reason_text,
        facts: fact_messages,
        join,
        note,
    } = message;
    Ok(CaseAdded {
        contact: name(contact, "added.contact")?,
        channel: name(channel, "added.channel")?,
        customer: name(customer, "added.customer")?,
        own: own_seq.map(case),
        further: cases(further_seqs),
        reason: reason(&reason_text, "added.reason")?,
        facts: facts(fact_messages, base)?,
        join: case_join(required(join, "added.join")?)?,
        note: note.into(),
    })
}
