//! The stored form of the handover: the data that go with a contact to its target.

use super::number::nonsense;
use super::text::{borrowed, name};
use super::{CodecError, wire, written};
use signpost_domain::decision::Handover;
use signpost_domain::ids::Slug;

pub(super) fn handover_to_wire(handover: &Handover) -> written::Handover<'_> {
    let Handover {
        priority,
        skills,
        language,
    } = handover;
    written::Handover {
        priority: (*priority).into(),
        skills: skills.iter().map(skill_to_wire).collect(),
        language: language.as_deref().map(borrowed),
    }
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

pub(super) fn skill_to_wire((id, level): &(Slug, u8)) -> written::Skill<'_> {
    written::Skill {
        id: id.as_str().into(),
        level: (*level).into(),
    }
}

pub(super) fn skill(message: wire::Skill) -> Result<(Slug, u8), CodecError> {
    let wire::Skill { id, level } = message;
    Ok((name(id, "skill.id")?, small(level, "skill.level")?))
}

/// A number of one byte; an error if it is larger.
pub(super) fn small(number: u32, field: &'static str) -> Result<u8, CodecError> {
    u8::try_from(number).map_err(|_| nonsense(field, number))
}
