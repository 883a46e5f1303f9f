//! The stored form of the memory of a case: the attempts so far, and what was reported of the person.

use super::actor::{actor, actor_to_wire};
use super::number::{Numbered, abilities, known, known_or_none, number_or_none};
use super::text::{after, at, name, name_or_none, name_text};
use super::{CodecError, required, wire, written};
use signpost_domain::ability::Abilities;
use signpost_domain::decision::{Memory, PersonReport, Reported, Tried};
use signpost_domain::time::UnixMs;

/// The stored form of a memory; `None` for an empty memory.
pub(super) fn memory_to_wire(memory: &Memory, base: UnixMs) -> Option<written::Memory<'_>> {
    let Memory {
        tried,
        reported,
        owed_overdue,
        all_contacts_7d,
    } = memory;
    (*memory != Memory::default()).then(|| written::Memory {
        tried: all_tried_to_wire(tried, base),
        told: person_report_to_wire(reported, base),
        owed_overdue: *owed_overdue,
        all_contacts_7d: *all_contacts_7d,
    })
}

/// Reads a memory. If the message is absent, the memory is empty.
pub(super) fn memory(message: Option<wire::Memory>, base: UnixMs) -> Result<Memory, CodecError> {
    let wire::Memory {
        tried,
        told,
        owed_overdue,
        all_contacts_7d,
    } = message.unwrap_or_default();
    Ok(Memory {
        tried: all_tried(tried, base)?,
        reported: person_report(told, base)?,
        owed_overdue,
        all_contacts_7d,
    })
}

pub(super) fn all_tried_to_wire(all: &[Tried], base: UnixMs) -> Vec<written::Tried<'_>> {
    all.iter().map(|tried| tried_to_wire(tried, base)).collect()
}

fn tried_to_wire(tried: &Tried, base: UnixMs) -> written::Tried<'_> {
    let Tried {
        contact,
        route,
        flow,
        queue,
        at,
        outcome,
    } = tried;
    written::Tried {
        contact: contact.as_str().into(),
        route: route.number(),
        flow: name_text(flow.as_ref()),
        queue: name_text(queue.as_ref()),
        at_after_ms: after(*at, base),
        outcome: number_or_none(outcome.as_ref()),
    }
}

pub(super) fn all_tried(
    messages: Vec<wire::Tried>,
    base: UnixMs,
) -> Result<Vec<Tried>, CodecError> {
    let all = messages.into_iter().map(|message| tried(message, base));
    all.collect()
}

fn tried(message: wire::Tried, base: UnixMs) -> Result<Tried, CodecError> {
    let wire::Tried {
        contact,
        route,
        flow,
        queue,
        at_after_ms,
        outcome,
    } = message;
    Ok(Tried {
        contact: name(contact, "tried.contact")?,
        route: known(route, "tried.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
        at: at(base, at_after_ms),
        outcome: known_or_none(outcome, "tried.outcome")?,
    })
}

/// The stored form of what was reported of the person; `None` if nothing was reported.
pub(super) fn person_report_to_wire(
    report: &PersonReport,
    base: UnixMs,
) -> Option<written::PersonTold<'_>> {
    let PersonReport {
        vulnerable,
        cannot_use,
        asked_for_person,
        language,
        persona,
    } = report;
    let (vulnerable, asked) = (vulnerable.as_ref(), asked_for_person.as_ref());
    let cannot_use = cannot_use.as_ref();
    let language = language.as_ref();
    let persona = persona.as_ref();
    (*report != PersonReport::default()).then(|| written::PersonTold {
        vulnerable: vulnerable.map(|one| reported_to_wire(one, Abilities::EMPTY, "", base)),
        cannot_use: cannot_use.map(|one| reported_to_wire(one, one.value, "", base)),
        asked_for_person: asked.map(|one| reported_to_wire(one, Abilities::EMPTY, "", base)),
        language: language.map(|one| reported_to_wire(one, Abilities::EMPTY, &one.value, base)),
        persona: persona
            .map(|one| reported_to_wire(one, Abilities::EMPTY, one.value.as_str(), base)),
    })
}

pub(super) fn person_report(
    message: Option<wire::PersonTold>,
    base: UnixMs,
) -> Result<PersonReport, CodecError> {
    let wire::PersonTold {
        vulnerable,
        cannot_use,
        asked_for_person,
        language,
        persona,
    } = message.unwrap_or_default();
    let bits = |message: &wire::Told| abilities(message.cannot_use_bits, "told.cannot_use");
    Ok(PersonReport {
        vulnerable: reported(vulnerable, base, |_| Ok(()))?,
        cannot_use: reported(cannot_use, base, bits)?,
        asked_for_person: reported(asked_for_person, base, |_| Ok(()))?,
        language: reported(language, base, |message| Ok(message.text.as_str().into()))?,
        // An erased one is empty.
        persona: reported(
            persona.filter(|told| !told.text.is_empty()),
            base,
            |message| name(message.text.clone(), "told.persona"),
        )?,
    })
}

fn reported_to_wire<'a, T>(
    reported: &'a Reported<T>,
    cannot_use: Abilities,
    text: &'a str,
    base: UnixMs,
) -> written::Told<'a> {
    let Reported {
        value: _,
        contact,
        actor,
        on_behalf_of,
        at,
    } = reported;
    written::Told {
        contact: contact.as_str().into(),
        actor: Some(actor_to_wire(actor)),
        at_after_ms: after(*at, base),
        cannot_use_bits: cannot_use.bits().into(),
        text: text.into(),
        on_behalf_of: on_behalf_of.as_ref().map(actor_to_wire),
    }
}

fn reported<T>(
    message: Option<wire::Told>,
    base: UnixMs,
    value: impl Fn(&wire::Told) -> Result<T, CodecError>,
) -> Result<Option<Reported<T>>, CodecError> {
    let Some(message) = message else {
        return Ok(None);
    };
    let value = value(&message)?;
    let wire::Told {
        contact,
        actor: actor_message,
        on_behalf_of,
        at_after_ms,
        cannot_use_bits: _,
        text: _,
    } = message;
    Ok(Some(Reported {
        value,
        contact: name(contact, "told.contact")?,
        actor: actor(required(actor_message, "told.actor")?)?,
        on_behalf_of: on_behalf_of.map(actor).transpose()?,
        at: at(base, at_after_ms),
    }))
}
