//! The stored form of the events of a contact after its routing: its selected route, the updates by callers, its end.

use crate::codec::case_work::{resolution, resolution_to_wire};
use crate::codec::context::{offered, offered_to_wire};
use crate::codec::handover::{handover, handover_to_wire};
use crate::codec::number::{Numbered, known, numbers, routes};
use crate::codec::tags::{contact_links, contact_links_to_wire, tags_update, tags_update_to_wire};
use crate::codec::text::{
    borrowed, case, case_seq, case_seqs, cases, name, name_or_none, name_text, reason_or_none,
    reason_text_or_none,
};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::event::{ContactEnded, ContactUpdated, MatterEnded, RouteSelected};
use signpost_domain::tags::ContactUpdate;

pub(super) fn selected_to_wire(selected: &RouteSelected) -> written::RouteSelected<'_> {
    let RouteSelected {
        contact,
        case,
        additional,
        taken,
        declined,
        tier,
        handover,
    } = selected;
    written::RouteSelected {
        contact: contact.as_str().into(),
        case_seq: case.map(case_seq),
        taken: Some(offered_to_wire(taken)),
        declined: numbers(declined),
        additional_seqs: case_seqs(additional),
        tier: name_text(tier.as_ref()),
        handover: handover.as_deref().map(handover_to_wire),
    }
}

pub(super) fn selected(message: wire::RouteSelected) -> Result<RouteSelected, CodecError> {
    let wire::RouteSelected {
        contact,
        case_seq,
        taken: taken_message,
        declined,
        additional_seqs,
        tier,
        handover: handover_message,
    } = message;
    Ok(RouteSelected {
        contact: name(contact, "taken.contact")?,
        case: case_seq.map(case),
        additional: cases(additional_seqs),
        taken: offered(required(taken_message, "taken.taken")?)?,
        declined: routes(&declined, "taken.declined")?,
        tier: name_or_none(tier),
        handover: handover_message.map(handover).transpose()?.map(Box::new),
    })
}

pub(super) fn updated_to_wire(updated: &ContactUpdated) -> written::ContactUpdated<'_> {
    let ContactUpdated {
        contact,
        update: ContactUpdate { tags, links },
    } = updated;
    let (references, labels) = tags_update_to_wire(tags);
    let links = links.as_deref().map(|links| written::ContactLinks {
        links: contact_links_to_wire(links),
    });
    written::ContactUpdated {
        contact: contact.as_str().into(),
        references,
        labels,
        links,
    }
}

pub(super) fn updated(message: wire::ContactUpdated) -> Result<ContactUpdated, CodecError> {
    let wire::ContactUpdated {
        contact,
        references,
        labels,
        links,
    } = message;
    let links = links.map(|message| contact_links(message.links));
    Ok(ContactUpdated {
        contact: name(contact, "contact_updated.contact")?,
        update: ContactUpdate {
            tags: tags_update(references, labels),
            links: links.transpose()?,
        },
    })
}

pub(super) fn ended_to_wire(ended: &ContactEnded) -> written::ContactEnded<'_> {
    let ContactEnded {
        contact,
        case,
        additional,
        outcome,
        confirmed,
        resolves,
        resolution,
        note,
        matters,
    } = ended;
    let own = resolves.is_some() && resolves == case;
    written::ContactEnded {
        contact: contact.as_str().into(),
        case_seq: case.map(case_seq),
        outcome: outcome.number(),
        confirmed_reason: reason_text_or_none(confirmed.as_ref()),
        resolves_case: own,
        resolves_seq: resolves.filter(|_| !own).map(case_seq),
        additional_seqs: case_seqs(additional),
        resolution: resolution.as_ref().map(resolution_to_wire),
        note: borrowed(note),
        matters: matters.iter().map(matter_ended_to_wire).collect(),
    }
}

pub(super) fn ended(message: wire::ContactEnded) -> Result<ContactEnded, CodecError> {
    let wire::ContactEnded {
        contact,
        case_seq,
        outcome,
        confirmed_reason,
        resolves_case,
        resolves_seq,
        additional_seqs,
        resolution: resolution_message,
        note,
        matters,
    } = message;
    let matters = matters.into_iter().map(matter_ended);
    let own = case_seq.filter(|_| resolves_case);
    Ok(ContactEnded {
        contact: name(contact, "ended.contact")?,
        case: case_seq.map(case),
        additional: cases(additional_seqs),
        outcome: known(outcome, "ended.outcome")?,
        confirmed: reason_or_none(&confirmed_reason, "ended.confirmed_reason")?,
        resolves: own.or(resolves_seq).map(case),
        resolution: resolution_message.map(resolution).transpose()?,
        note: note.into(),
        matters: matters.collect::<Result<_, _>>()?,
    })
}

fn matter_ended_to_wire(ended: &MatterEnded) -> written::MatterEnded<'_> {
    let MatterEnded {
        matter,
        case,
        resolves,
        resolution,
        confirmed,
    } = ended;
    written::MatterEnded {
        matter: matter.as_str().into(),
        case_seq: case_seq(*case),
        resolves_seq: resolves.map(case_seq),
        resolution: resolution.as_ref().map(resolution_to_wire),
        confirmed_reason: reason_text_or_none(confirmed.as_ref()),
    }
}

fn matter_ended(message: wire::MatterEnded) -> Result<MatterEnded, CodecError> {
    let wire::MatterEnded {
        matter,
        case_seq,
        resolves_seq,
        resolution: resolution_message,
        confirmed_reason,
    } = message;
    Ok(MatterEnded {
        matter: name(matter, "matter_ended.matter")?,
        case: case(case_seq),
        resolves: resolves_seq.map(case),
        resolution: resolution_message.map(resolution).transpose()?,
        confirmed: reason_or_none(&confirmed_reason, "matter_ended.confirmed_reason")?,
    })
}
