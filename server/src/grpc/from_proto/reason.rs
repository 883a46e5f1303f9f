//! Reasons: those of the live playbook, those that they replaced, and those of the playbook of the caller's menu.

use super::field_path::FieldPath;
use super::{NamedPlaybooks, Validator};
use crate::grpc::retired::RetiredReason;
use signpost_domain::command::UnknownReason;
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::{Playbook, right_names};

impl Validator {
    /// The stated reason, if there is one, and the handling of a reason that the live playbook does not have.
    pub(super) fn reason(
        &mut self,
        at: FieldPath<'_>,
        playbooks: NamedPlaybooks<'_>,
        text: &str,
        allow_unknown: bool,
    ) -> (Option<ReasonId>, UnknownReason) {
        let stated = self.optional(at, text, parse);
        let Some(stated) = stated else {
            let unknown = match allow_unknown {
                true => UnknownReason::LastResort,
                false => UnknownReason::Refuse,
            };
            return (None, unknown);
        };
        let of_menu = playbooks.menu.is_some_and(|menu| has(menu, &stated));
        if allow_unknown || of_menu {
            return (Some(stated), UnknownReason::LastResort);
        }
        if !has(playbooks.live, &stated) {
            let what = what_is_right(playbooks.live, &stated, playbooks.retired);
            self.unknown_reason(at, what);
        }
        (Some(stated), UnknownReason::Refuse)
    }

    /// An optional primary reason; `None` if the text is empty or wrong. A replaced reason gives the reason that
    /// replaced it.
    pub(super) fn optional_primary(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        text: &str,
    ) -> Option<Slug> {
        let primary = self.optional(at, text, Slug::new)?;
        match live.index.primaries.get(&primary) {
            Some(&index) => Some(live.primaries[index as usize].id.clone()),
            None => {
                let reason = ReasonId {
                    primary,
                    secondary: None,
                };
                self.unknown_reason(at, what_is_right(live, &reason, &[]));
                None
            }
        }
    }

    /// The reason that an agent or a flow confirmed. It must be a secondary reason.
    pub(super) fn confirmed_reason(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        text: &str,
        retired: &[RetiredReason],
    ) -> Option<ReasonId> {
        let reason = self.optional(at, text, parse)?;
        match live {
            Some(live) if !live.knows(&reason) => {
                self.unknown_reason(at, what_is_right(live, &reason, retired));
            }
            Some(_) | None => {}
        }
        Some(reason)
    }
}

/// Reads a text such as `primary` or `primary/secondary`.
pub(crate) fn parse(text: &str) -> Result<ReasonId, String> {
    ReasonId::parse(text)
        .map_err(|error| format!("must be primary or primary/secondary; each part {error}"))
}

/// Whether the playbook has the reason, or another that replaces it.
pub(crate) fn has(playbook: &Playbook, reason: &ReasonId) -> bool {
    match reason.secondary {
        None => playbook.index.primaries.contains_key(&reason.primary),
        Some(_) => playbook.knows(reason),
    }
}

fn what_is_right(live: &Playbook, reason: &ReasonId, retired: &[RetiredReason]) -> String {
    let was = retired.iter().find(|retired| retired.reason == *reason);
    let was = was.map_or_else(String::new, |was| format!(", but {was}"));
    let Some(secondary) = &reason.secondary else {
        let primaries = live.primaries.iter().map(|primary| primary.id.as_str());
        let right = right_names(reason.primary.as_str(), "primary reason", primaries);
        return match live.index.primaries.contains_key(&reason.primary) {
            true => "must be a secondary reason, as primary/secondary".into(),
            false => format!("is not a primary reason of the live playbook{was}; {right}"),
        };
    };
    let same = live
        .reasons
        .iter()
        .find(|reason| reason.id.secondary.as_ref() == Some(secondary));
    if let Some(same) = same {
        return format!(
            "is not a reason of the live playbook{was}; did you mean {}?",
            same.id
        );
    }
    let names: Vec<String> = live.reasons.iter().map(|it| it.id.to_string()).collect();
    let names = names.iter().map(String::as_str);
    let right = right_names(&reason.to_string(), "reason", names);
    format!("is not a reason of the live playbook{was}; {right}")
}
