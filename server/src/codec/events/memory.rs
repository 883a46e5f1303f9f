//! What a case remembers: what was tried, and what was told of the person.

use super::{actor, write_actor, write_actor_or_none};
use crate::codec::context::abilities;
use crate::codec::number::{known, known_or_none};
use crate::codec::text::{after, at, name, name_or_none};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::ability::Abilities;
use signpost_domain::decision::{Memory, PersonTold, Reported, Tried};
use signpost_domain::time::UnixMs;

pub(in crate::codec) fn write_memory(w: &mut MessageWriter, memory: &Memory, base: UnixMs) {
    let Memory {
        tried,
        told,
        owed_overdue,
        all_contacts_7d,
    } = memory;
    w.messages(1, tried, |w, tried| write_tried(w, tried, base));
    let was_told = (*told != PersonTold::default()).then_some(told);
    w.messages(2, was_told, |w, told| write_person_told(w, told, base));
    w.number(3, *owed_overdue);
    w.number(4, *all_contacts_7d);
}

pub(in crate::codec) fn memory(message: wire::Memory, base: UnixMs) -> Result<Memory, CodecError> {
    let wire::Memory {
        tried: tried_messages,
        told,
        owed_overdue,
        all_contacts_7d,
    } = message;
    let tried = tried_messages
        .into_iter()
        .map(|message| tried(message, base));
    Ok(Memory {
        tried: tried.collect::<Result<_, _>>()?,
        told: told
            .map(|message| person_told(message, base))
            .transpose()?
            .unwrap_or_default(),
        owed_overdue,
        all_contacts_7d,
    })
}

pub(in crate::codec) fn write_tried(w: &mut MessageWriter, tried: &Tried, base: UnixMs) {
    let Tried {
        contact,
        route,
        flow,
        queue,
        at,
        outcome,
    } = tried;
    w.text(1, contact.as_str());
    w.known(2, route);
    w.name_or_none(3, flow.as_ref());
    w.name_or_none(4, queue.as_ref());
    w.signed(5, after(*at, base));
    if let Some(outcome) = outcome {
        w.known(6, outcome);
    }
}

pub(in crate::codec) fn tried(message: wire::Tried, base: UnixMs) -> Result<Tried, CodecError> {
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

pub(in crate::codec) fn write_person_told(w: &mut MessageWriter, told: &PersonTold, base: UnixMs) {
    let PersonTold {
        vulnerable,
        cannot_use,
        asked_for_person,
        language,
        persona,
    } = told;
    let none = Abilities::EMPTY;
    w.messages(1, vulnerable, |w, told| {
        write_told(w, told, none, "", base);
    });
    w.messages(2, cannot_use, |w, told| {
        write_told(w, told, told.value, "", base);
    });
    w.messages(3, asked_for_person, |w, told| {
        write_told(w, told, none, "", base);
    });
    w.messages(4, language, |w, told| {
        write_told(w, told, none, &told.value, base);
    });
    w.messages(5, persona, |w, told| {
        write_told(w, told, none, told.value.as_str(), base);
    });
}

pub(in crate::codec) fn person_told(
    message: wire::PersonTold,
    base: UnixMs,
) -> Result<PersonTold, CodecError> {
    let wire::PersonTold {
        vulnerable,
        cannot_use,
        asked_for_person,
        language,
        persona,
    } = message;
    let bits = |message: &wire::Told| abilities(message.cannot_use_bits, "told.cannot_use");
    Ok(PersonTold {
        vulnerable: told(vulnerable, base, |_| Ok(()))?,
        cannot_use: told(cannot_use, base, bits)?,
        asked_for_person: told(asked_for_person, base, |_| Ok(()))?,
        language: told(language, base, |message| Ok(message.text.as_str().into()))?,
        persona: told(persona, base, |message| {
            name(message.text.clone(), "told.persona")
        })?,
    })
}

fn write_told<T>(
    w: &mut MessageWriter,
    told: &Reported<T>,
    cannot_use: Abilities,
    text: &str,
    base: UnixMs,
) {
    let Reported {
        value: _,
        contact,
        actor,
        on_behalf_of,
        at,
    } = told;
    w.text(1, contact.as_str());
    w.message(2, |w| write_actor(w, actor));
    w.signed(3, after(*at, base));
    w.number(4, u32::from(cannot_use.bits()));
    w.text(5, text);
    write_actor_or_none(w, 6, on_behalf_of.as_ref());
}

fn told<T>(
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
