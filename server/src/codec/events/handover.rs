//! What goes with a contact wherever it is sent.

use crate::codec::number::nonsense;
use crate::codec::text::name;
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, wire};
use signpost_domain::decision::Handover;
use signpost_domain::ids::Slug;

pub(in crate::codec) fn write_handover(w: &mut MessageWriter, handover: &Handover) {
    let Handover {
        priority,
        skills,
        language,
    } = handover;
    w.number(1, u32::from(*priority));
    w.messages(2, skills, write_skill);
    w.text_or_none(3, language.as_deref());
}

pub(in crate::codec) fn handover(message: wire::Handover) -> Result<Handover, CodecError> {
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

pub(in crate::codec) fn write_skill(w: &mut MessageWriter, (id, level): &(Slug, u8)) {
    w.text(1, id.as_str());
    w.number(2, u32::from(*level));
}

pub(in crate::codec) fn skill(message: wire::Skill) -> Result<(Slug, u8), CodecError> {
    let wire::Skill { id, level } = message;
    Ok((name(id, "skill.id")?, small(level, "skill.level")?))
}

/// A number of one byte.
pub(in crate::codec) fn small(number: u32, field: &'static str) -> Result<u8, CodecError> {
    u8::try_from(number).map_err(|_| nonsense(field, number))
}
