//! The row of a case.

use crate::codec::context::{facts, write_facts};
use crate::codec::events::memory::{person_told, tried, write_person_told, write_tried};
use crate::codec::events::work::{
    link, merged_case, resolution, write_link, write_merged, write_resolution,
};
use crate::codec::number::known;
use crate::codec::tags::{tags, write_tags};
use crate::codec::text::{
    after, at, case, case_seq, matter_bytes, matter_or_none, name, name_or_none, reason,
    reason_or_none, version_or_none,
};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, wire};
use signpost_domain::case::{Case, CaseContact, OfMerged};
use signpost_domain::decision::{PersonTold, Tried};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::time::{Millis, UnixMs};

pub(in crate::codec) fn write_case(w: &mut MessageWriter, row: &Case) {
    let Case {
        id,
        state,
        customer,
        key: matter,
        reason,
        confirmed,
        tier,
        queue,
        facts,
        contacts,
        contact_count,
        live_contacts,
        awaiting_reply,
        repeats,
        channel_switches,
        reopens,
        previous,
        opened,
        last_activity: heard,
        closed,
        continues_for,
        reopens_within,
        playbook,
        changed,
        resolution,
        notes,
        links,
        merged_into,
        merged,
        merged_live,
        merged_awaiting_reply,
        legal_hold,
        retain_until,
        tags,
        events,
        event_count,
        tried,
        told,
        of_merged,
    } = row;
    let base = *opened;
    w.number(1, case_seq(*id));
    w.known(2, state);
    w.name_or_none(3, customer.as_ref());
    w.bytes(4, matter_bytes(matter.as_ref()));
    w.reason(5, reason);
    w.reason_or_none(6, confirmed.as_ref());
    w.text(7, tier.as_str());
    write_facts(w, 8, facts, base);
    w.messages(9, contacts, |w, row| write_case_contact(w, row, base));
    w.number(10, *contact_count);
    w.number(11, *live_contacts);
    w.number(12, *awaiting_reply);
    w.number(13, *repeats);
    w.number(14, *channel_switches);
    w.number(15, *reopens);
    w.number_or_none(16, previous.map(case_seq));
    w.number(17, base.0);
    w.signed(18, after(*heard, base));
    w.signed_or_none(19, closed.map(|closed| after(closed, base)));
    w.number(20, continues_for.0);
    w.number(21, reopens_within.0);
    w.version_or_none(22, Some(playbook));
    w.number(23, changed.0);
    w.messages(24, resolution, write_resolution);
    w.number(25, *notes);
    w.messages(26, links, write_link);
    w.number_or_none(27, merged_into.map(case_seq));
    w.messages(28, merged, write_merged);
    w.number(29, *merged_live);
    w.number(30, *merged_awaiting_reply);
    w.number(31, *legal_hold);
    w.signed_or_none(32, retain_until.map(|until| after(until, base)));
    let before = std::iter::once(0).chain(events.iter().map(|seq| seq.0));
    let steps = events.iter().zip(before);
    w.all_signed(
        33,
        steps.map(|(seq, before)| seq.0.wrapping_sub(before) as i64),
    );
    w.number(34, *event_count);
    w.name_or_none(35, queue.as_ref());
    w.messages(36, tried, |w, tried| write_tried(w, tried, base));
    let was_told = (*told != PersonTold::default()).then_some(told);
    w.messages(37, was_told, |w, told| write_person_told(w, told, base));
    w.messages(38, of_merged, |w, of| write_of_merged(w, of, base));
    write_tags(w, 45, tags);
}

fn write_of_merged(w: &mut MessageWriter, of: &OfMerged, base: UnixMs) {
    let OfMerged {
        case,
        tried,
        told,
        due,
        inbound,
    } = of;
    w.number(1, case_seq(*case));
    w.messages(2, tried, |w, tried| write_tried(w, tried, base));
    let was_told = (*told != PersonTold::default()).then_some(told);
    w.messages(3, was_told, |w, told| write_person_told(w, told, base));
    w.signed_or_none(4, due.map(|due| after(due, base)));
    w.messages(5, inbound, |w, (contact, arrived)| {
        w.text(1, contact.as_str());
        w.signed(2, after(*arrived, base));
    });
}

fn of_merged(message: wire::OfMerged, base: UnixMs) -> Result<OfMerged, CodecError> {
    let wire::OfMerged {
        case_seq,
        tried: tried_messages,
        told: told_message,
        due_after_ms,
        inbound,
    } = message;
    let inbound = inbound.into_iter().map(|inbound| {
        let wire::InboundContact {
            contact,
            arrived_after_ms,
        } = inbound;
        let contact = name(contact, "inbound_contact.contact")?;
        Ok((contact, at(base, arrived_after_ms)))
    });
    Ok(OfMerged {
        case: case(case_seq),
        tried: all_tried(tried_messages, base)?,
        told: told(told_message, base)?,
        due: due_after_ms.map(|after_ms| at(base, after_ms)),
        inbound: inbound.collect::<Result<_, CodecError>>()?,
    })
}

fn all_tried(messages: Vec<wire::Tried>, base: UnixMs) -> Result<Vec<Tried>, CodecError> {
    let all = messages.into_iter().map(|message| tried(message, base));
    all.collect()
}

fn told(message: Option<wire::PersonTold>, base: UnixMs) -> Result<PersonTold, CodecError> {
    let told = message.map(|message| person_told(message, base));
    Ok(told.transpose()?.unwrap_or_default())
}

pub(in crate::codec) fn case_row(message: wire::Case) -> Result<Case, CodecError> {
    let wire::Case {
        seq,
        state,
        customer,
        matter,
        reason: reason_text,
        confirmed_reason,
        tier,
        facts: fact_messages,
        contacts,
        contact_count,
        live_contacts,
        awaiting_reply,
        repeats,
        channel_switches,
        reopens,
        previous_seq,
        opened_unix_ms,
        last_activity_after_ms,
        closed_after_ms,
        continues_for_ms,
        reopens_within_ms,
        playbook_version,
        changed_seq,
        resolution: resolution_message,
        notes,
        links,
        merged_into_seq,
        merged,
        merged_live,
        merged_awaiting_reply,
        legal_hold,
        retain_until_after_ms,
        event_steps,
        event_count,
        queue,
        tried: tried_messages,
        told: told_message,
        of_merged: merged_messages,
        references,
        labels,
    } = message;
    let of_merged_messages = merged_messages.into_iter();
    let opened = UnixMs(opened_unix_ms);
    let contacts = contacts.into_iter().map(|row| case_contact(row, opened));
    let playbook = version_or_none(&playbook_version, "case.playbook_version")?;
    Ok(Case {
        id: case(seq),
        state: known(state, "case.state")?,
        customer: name_or_none(customer),
        key: matter_or_none(&matter, "case.matter")?,
        reason: reason(&reason_text, "case.reason")?,
        confirmed: reason_or_none(&confirmed_reason, "case.confirmed_reason")?,
        tier: name(tier, "case.tier")?,
        queue: name_or_none(queue),
        facts: facts(fact_messages, opened)?,
        contacts: contacts.collect::<Result<_, _>>()?,
        contact_count,
        live_contacts,
        awaiting_reply,
        repeats,
        channel_switches,
        reopens,
        previous: previous_seq.map(case),
        opened,
        last_activity: at(opened, last_activity_after_ms),
        closed: closed_after_ms.map(|after_ms| at(opened, after_ms)),
        continues_for: Millis(continues_for_ms),
        reopens_within: Millis(reopens_within_ms),
        playbook: playbook.unwrap_or_else(|| PlaybookVersion::stored("")),
        changed: Seq(changed_seq),
        resolution: resolution_message.map(resolution).transpose()?,
        notes,
        links: links.into_iter().map(link).collect::<Result<_, _>>()?,
        merged_into: merged_into_seq.map(case),
        merged: merged
            .into_iter()
            .map(merged_case)
            .collect::<Result<_, _>>()?,
        merged_live,
        merged_awaiting_reply,
        legal_hold,
        retain_until: retain_until_after_ms.map(|after_ms| at(opened, after_ms)),
        tags: tags(references, labels),
        events: events(&event_steps),
        event_count,
        tried: all_tried(tried_messages, opened)?,
        told: told(told_message, opened)?,
        of_merged: of_merged_messages
            .map(|message| of_merged(message, opened))
            .collect::<Result<_, _>>()?,
    })
}

fn events(steps: &[i64]) -> Vec<Seq> {
    let next = |last: &mut u64, step: &i64| {
        *last = last.wrapping_add(*step as u64);
        Some(Seq(*last))
    };
    steps.iter().scan(0, next).collect()
}

fn write_case_contact(w: &mut MessageWriter, row: &CaseContact, base: UnixMs) {
    let CaseContact {
        contact,
        channel,
        case_match: joined,
        arrived,
        repeat,
        live,
        outbound,
        due,
        presumed,
    } = row;
    w.text(1, contact.as_str());
    w.text(2, channel.as_str());
    w.known(3, joined);
    w.signed(4, after(*arrived, base));
    w.number(5, *repeat);
    w.number(6, *live);
    w.number(7, *outbound);
    w.signed_or_none(8, due.map(|due| after(due, base)));
    w.number(9, *presumed);
}

fn case_contact(message: wire::CaseContact, base: UnixMs) -> Result<CaseContact, CodecError> {
    let wire::CaseContact {
        contact,
        channel,
        case_match: joined,
        arrived_after_ms,
        repeat,
        live,
        outbound,
        due_after_ms,
        presumed,
    } = message;
    Ok(CaseContact {
        contact: name(contact, "case_contact.contact")?,
        channel: name(channel, "case_contact.channel")?,
        case_match: known(joined, "case_contact.joined")?,
        arrived: at(base, arrived_after_ms),
        repeat,
        live,
        outbound,
        due: due_after_ms.map(|after_ms| at(base, after_ms)),
        presumed,
    })
}
