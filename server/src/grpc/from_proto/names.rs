//! Names that a playbook defines: channels, tiers, stages and others.

use super::Validator;
use super::field_path::FieldPath;
use signpost_domain::ids::{SLUG_BYTES_MAX, Slug};
use signpost_domain::playbook::{Playbook, right_names};

/// The kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Channel,
    Tier,
    Stage,
    Persona,
    Brand,
    Consent,
    Queue,
    Fact,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Kind::Channel => "channel",
            Kind::Tier => "tier",
            Kind::Stage => "stage",
            Kind::Persona => "persona",
            Kind::Brand => "brand",
            Kind::Consent => "consent",
            Kind::Queue => "queue",
            Kind::Fact => "fact",
        }
    }
}

impl Validator {
    /// The copy of a name in the playbook. `None` if the playbook does not have it; then the fault is noted.
    pub(super) fn name(
        &mut self,
        at: FieldPath<'_>,
        playbook: &Playbook,
        kind: Kind,
        text: &str,
    ) -> Option<Slug> {
        let known = find(playbook, kind, text).cloned();
        if known.is_none() {
            self.fault(at, what_is_right(playbook, kind, text));
        }
        known
    }

    /// The same as [`Validator::name`], for an optional name; `None` if it is empty.
    pub(super) fn optional_name(
        &mut self,
        at: FieldPath<'_>,
        playbook: &Playbook,
        kind: Kind,
        text: &str,
    ) -> Option<Slug> {
        match text {
            "" => None,
            text => self.name(at, playbook, kind, text),
        }
    }
}

fn find<'p>(playbook: &'p Playbook, kind: Kind, text: &str) -> Option<&'p Slug> {
    let index = &playbook.index;
    let in_list = |list: &'p [Slug]| list.iter().find(|id| id.as_str() == text);
    match kind {
        Kind::Channel => index.channels.get_key_value(text).map(|(id, _)| id),
        Kind::Tier => index.tiers.get_key_value(text).map(|(id, _)| id),
        Kind::Stage => in_list(&playbook.stages),
        Kind::Persona => in_list(&playbook.personas),
        Kind::Brand => in_list(&playbook.brands),
        Kind::Consent => in_list(&playbook.consents),
        Kind::Queue => index.queues.get_key_value(text).map(|(id, _)| id),
        Kind::Fact => index.facts.get_key_value(text).map(|(id, _)| id),
    }
}

fn what_is_right(playbook: &Playbook, kind: Kind, text: &str) -> String {
    if text.is_empty() {
        return "must be set".into();
    }
    if text.len() > SLUG_BYTES_MAX {
        return format!("must be at most {SLUG_BYTES_MAX} bytes, is {}", text.len());
    }
    let names: Vec<&str> = match kind {
        Kind::Channel => playbook.channels.iter().map(|it| it.id.as_str()).collect(),
        Kind::Tier => playbook.tiers.iter().map(|it| it.id.as_str()).collect(),
        Kind::Stage => playbook.stages.iter().map(Slug::as_str).collect(),
        Kind::Persona => playbook.personas.iter().map(Slug::as_str).collect(),
        Kind::Brand => playbook.brands.iter().map(Slug::as_str).collect(),
        Kind::Consent => playbook.consents.iter().map(Slug::as_str).collect(),
        Kind::Queue => playbook.queues.iter().map(|it| it.id.as_str()).collect(),
        Kind::Fact => playbook.facts.iter().map(|it| it.id.as_str()).collect(),
    };
    let kind = kind.as_str();
    let right = right_names(text, kind, names.iter().copied());
    format!("is not a {kind} of the live playbook; {right}")
}
