//! The stored form of the row of a case.

use crate::codec::case_work::{
    link, link_to_wire, merged_case, merged_case_to_wire, resolution, resolution_to_wire,
};
use crate::codec::context::{facts, facts_to_wire};
use crate::codec::memory::{all_tried, all_tried_to_wire, person_report, person_report_to_wire};
use crate::codec::number::{Numbered, known};
use crate::codec::tags::{labels_to_wire, references_to_wire, tags};
use crate::codec::text::{
    after, at, case, case_seq, customer_or_none, customer_text, matter_bytes, matter_or_none, name,
    name_or_none, name_text, reason, reason_or_none, reason_text, reason_text_or_none, record_seq,
    version_cow, version_or_none,
};
use crate::codec::{CodecError, wire, written};
use signpost_domain::case::{Case, CaseContact, OfMerged};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::tags::Tags;
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn case_to_wire(row: &Case) -> written::Case<'_> {
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
        last_activity,
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
        tags: Tags { references, labels },
        events,
        event_count,
        tried,
        reported,
        of_merged,
    } = row;
    let base = *opened;
    let before = std::iter::once(0).chain(events.iter().map(|seq| seq.0));
    let steps = events.iter().zip(before);
    let contacts = contacts.iter().map(|row| case_contact_to_wire(row, base));
    let of_merged = of_merged.iter().map(|of| of_merged_to_wire(of, base));
    written::Case {
        seq: case_seq(*id),
        state: state.number(),
        customer: customer_text(customer.as_ref()),
        customer_seq: record_seq(customer.as_ref()),
        matter: matter_bytes(matter.as_ref()),
        reason: reason_text(reason),
        confirmed_reason: reason_text_or_none(confirmed.as_ref()),
        tier: tier.as_str().into(),
        facts: facts_to_wire(facts, base),
        contacts: contacts.collect(),
        contact_count: *contact_count,
        live_contacts: *live_contacts,
        awaiting_reply: *awaiting_reply,
        repeats: *repeats,
        channel_switches: *channel_switches,
        reopens: *reopens,
        previous_seq: previous.map(case_seq),
        opened_unix_ms: base.0,
        last_activity_after_ms: after(*last_activity, base),
        closed_after_ms: closed.map(|closed| after(closed, base)),
        continues_for_ms: continues_for.0,
        reopens_within_ms: reopens_within.0,
        playbook_version: version_cow(Some(playbook)),
        changed_seq: changed.0,
        resolution: resolution.as_ref().map(resolution_to_wire),
        notes: *notes,
        links: links.iter().map(link_to_wire).collect(),
        merged_into_seq: merged_into.map(case_seq),
        merged: merged.iter().map(merged_case_to_wire).collect(),
        merged_live: *merged_live,
        merged_awaiting_reply: *merged_awaiting_reply,
        legal_hold: *legal_hold,
        retain_until_after_ms: retain_until.map(|until| after(until, base)),
        event_steps: steps
            .map(|(seq, before)| seq.0.wrapping_sub(before) as i64)
            .collect(),
        event_count: *event_count,
        queue: name_text(queue.as_ref()),
        tried: all_tried_to_wire(tried, base),
        told: person_report_to_wire(reported, base),
        of_merged: of_merged.collect(),
        references: references_to_wire(references),
        labels: labels_to_wire(labels),
    }
}

fn of_merged_to_wire(of: &OfMerged, base: UnixMs) -> written::OfMerged<'_> {
    let OfMerged {
        case,
        tried,
        reported,
        due,
        inbound,
    } = of;
    let inbound = inbound.iter();
    let inbound = inbound.map(|(contact, arrived)| written::InboundContact {
        contact: contact.as_str().into(),
        arrived_after_ms: after(*arrived, base),
    });
    written::OfMerged {
        case_seq: case_seq(*case),
        tried: all_tried_to_wire(tried, base),
        told: person_report_to_wire(reported, base),
        due_after_ms: due.map(|due| after(due, base)),
        inbound: inbound.collect(),
    }
}

fn of_merged(message: wire::OfMerged, base: UnixMs) -> Result<OfMerged, CodecError> {
    let wire::OfMerged {
        case_seq,
        tried: tried_messages,
        told: person_message,
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
        reported: person_report(person_message, base)?,
        due: due_after_ms.map(|after_ms| at(base, after_ms)),
        inbound: inbound.collect::<Result<_, CodecError>>()?,
    })
}

pub(super) fn case_row(message: wire::Case) -> Result<Case, CodecError> {
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
        told: person_message,
        of_merged: merged_messages,
        references,
        labels,
        customer_seq,
    } = message;
    let of_merged_messages = merged_messages.into_iter();
    let opened = UnixMs(opened_unix_ms);
    let contacts = contacts.into_iter().map(|row| case_contact(row, opened));
    let playbook = version_or_none(&playbook_version, "case.playbook_version")?;
    Ok(Case {
        id: case(seq),
        state: known(state, "case.state")?,
        customer: customer_or_none(customer, customer_seq),
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
        reported: person_report(person_message, opened)?,
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

fn case_contact_to_wire(row: &CaseContact, base: UnixMs) -> written::CaseContact<'_> {
    let CaseContact {
        contact,
        channel,
        case_match,
        arrived,
        repeat,
        live,
        outbound,
        due,
        presumed,
    } = row;
    written::CaseContact {
        contact: contact.as_str().into(),
        channel: channel.as_str().into(),
        case_match: case_match.number(),
        arrived_after_ms: after(*arrived, base),
        repeat: *repeat,
        live: *live,
        outbound: *outbound,
        due_after_ms: due.map(|due| after(due, base)),
        presumed: *presumed,
    }
}

fn case_contact(message: wire::CaseContact, base: UnixMs) -> Result<CaseContact, CodecError> {
    let wire::CaseContact {
        contact,
        channel,
        case_match,
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
        case_match: known(case_match, "case_contact.joined")?,
        arrived: at(base, arrived_after_ms),
        repeat,
        live,
        outbound,
        due: due_after_ms.map(|after_ms| at(base, after_ms)),
        presumed,
    })
}
