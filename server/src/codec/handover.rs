//! What goes with a contact wherever it is sent.

use super::number::nonsense;
use super::text::name;
use super::write::Writer;
use super::{CodecError, wire};
use signpost_domain::decision::Handover;
use signpost_domain::ids::Slug;

pub(super) fn write_handover(w: &mut Writer, handover: &Handover) {
    let Handover {
        priority,
        skills,
        language,
    } = handover;
    w.number(1, u32::from(*priority));
    w.messages(2, skills, write_skill);
    w.text_or_none(3, language.as_deref());
}

pub(super) fn handover(message: wire::Handover) -> Result<Handover, CodecError> {
    let wire::Handover {
        priority,
        skills,
        language,
    } = message;
    Ok(Handover {
        priority: small(priority, "handover.priority")?,
        skills: skills.into_iter().map(skill).collect::<Result<_, _>>()?,
        language: language.map(Into::into),
    })
}

pub(super) fn write_skill(w: &mut Writer, (id, level): &(Slug, u8)) {
    w.text(1, id.as_str());
    w.number(2, u32::from(*level));
}

pub(super) fn skill(message: wire::Skill) -> Result<(Slug, u8), CodecError> {
    let wire::Skill { id, level } = message;
    Ok((name(id, "skill.id")?, small(level, "skill.level")?))
}

/// A number of one byte.
pub(super) fn small(number: u32, field: &'static str) -> Result<u8, CodecError> {
    u8::try_from(number).map_err(|_| nonsense(field, number))
}
