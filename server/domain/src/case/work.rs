//! What people do to a case: notes, changes, resolving, opening again, merging, linking.

use super::Case;
use crate::ids::{CaseId, ReasonId, Slug};
use crate::money::Amount;
use crate::tags::TagsUpdate;
use crate::time::UnixMs;
use std::sync::Arc;

/// Most bytes of a note.
pub const CASE_TEXT_BYTES_MAX: usize = 4_096;
/// Most links of one case.
pub const LINKS_MAX: usize = 32;
/// Most cases that one goes on for.
pub const MERGED_MAX: usize = 32;

/// How a case was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resolution {
    /// What came of it.
    pub outcome: Slug,
    /// What it cost.
    pub cost: Option<Amount>,
}

/// How a case belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// It says the same as the other.
    DuplicateOf,
    /// The other says the same as it.
    DuplicatedBy,
    /// The other brought it about.
    CausedBy,
    /// It brought the other about.
    CauseOf,
}

impl LinkKind {
    /// Every kind.
    pub const ALL: [LinkKind; 4] = [
        LinkKind::DuplicateOf,
        LinkKind::DuplicatedBy,
        LinkKind::CausedBy,
        LinkKind::CauseOf,
    ];

    /// The same link, seen from the other case.
    pub const fn reversed(self) -> LinkKind {
        match self {
            LinkKind::DuplicateOf => LinkKind::DuplicatedBy,
            LinkKind::DuplicatedBy => LinkKind::DuplicateOf,
            LinkKind::CausedBy => LinkKind::CauseOf,
            LinkKind::CauseOf => LinkKind::CausedBy,
        }
    }

    /// As people read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            LinkKind::DuplicateOf => "duplicate of",
            LinkKind::DuplicatedBy => "duplicated by",
            LinkKind::CausedBy => "caused by",
            LinkKind::CauseOf => "cause of",
        }
    }
}

/// A link from one case to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaseLink {
    /// How.
    pub kind: LinkKind,
    /// The other case.
    pub case: CaseId,
}

/// A case that another goes on for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MergedCase {
    /// Which.
    pub case: CaseId,
    /// The facts that the other case learnt from it; undoing the merge takes them back.
    pub facts: Vec<Slug>,
}

/// New values of some fields of a case; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaseUpdate {
    /// The reason as an agent or a flow found it, or that none was found.
    pub confirmed: Option<Option<ReasonId>>,
    /// Whether it must not be erased.
    pub legal_hold: Option<bool>,
    /// Until when it must not be erased, or that no such time is set.
    pub retain_until: Option<Option<UnixMs>>,
    /// What callers keep of it for themselves.
    pub tags: TagsUpdate,
}

impl CaseUpdate {
    /// What the fields that this changes hold in `case`.
    #[must_use]
    pub fn before(&self, case: &Case) -> CaseUpdate {
        let CaseUpdate {
            confirmed,
            legal_hold,
            retain_until,
            tags,
        } = self;
        CaseUpdate {
            confirmed: confirmed.as_ref().map(|_| case.confirmed.clone()),
            legal_hold: legal_hold.map(|_| case.legal_hold),
            retain_until: retain_until.map(|_| case.retain_until),
            tags: tags.before(&case.tags),
        }
    }
}

/// Who may read a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoteAudience {
    /// Those who work for the company.
    #[default]
    Internal,
    /// The customer as well.
    Customer,
}

/// What was done to a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseAction {
    /// Somebody wrote this down, for these readers.
    Noted(Arc<str>, NoteAudience),
    /// These fields were changed, and held this before; `None` for what was changed before that was kept.
    Updated(CaseUpdate, Option<CaseUpdate>),
    /// It was resolved, with a note that may be empty.
    Resolved(Resolution, Arc<str>),
    /// It was opened again, with a note that may be empty.
    Reopened(Arc<str>),
    /// It goes on for another from now on, with a note that may be empty.
    Merged(MergedCase, Arc<str>),
    /// It goes on for another no more.
    Unmerged(MergedCase),
    /// It belongs to another.
    Linked(CaseLink),
    /// It does not.
    Unlinked(CaseLink),
}

impl CaseAction {
    /// The other case that this changes.
    pub const fn other(&self) -> Option<CaseId> {
        match self {
            CaseAction::Merged(merged, _) | CaseAction::Unmerged(merged) => Some(merged.case),
            CaseAction::Linked(link) | CaseAction::Unlinked(link) => Some(link.case),
            CaseAction::Noted(..)
            | CaseAction::Updated(..)
            | CaseAction::Resolved(..)
            | CaseAction::Reopened(_) => None,
        }
    }
}
