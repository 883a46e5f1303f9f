//! Work on a case: notes, changes, resolving, reopening, merging and linking.

use super::Case;
use crate::ids::{CaseId, ReasonId, Slug};
use crate::money::Amount;
use crate::tags::TagsUpdate;
use crate::time::UnixMs;
use std::sync::Arc;

/// The largest number of bytes in a note.
pub const CASE_TEXT_BYTES_MAX: usize = 4_096;
/// The largest number of links of one case.
pub const LINKS_MAX: usize = 32;
/// The largest number of cases merged into one case.
pub const MERGED_MAX: usize = 32;

/// How a case was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resolution {
    /// The outcome, by its name in the playbook.
    pub outcome: Slug,
    /// The cost of the resolution; `None` if nobody said.
    pub cost: Option<Amount>,
}

/// How a case is related to another case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// This case says the same as the other case.
    DuplicateOf,
    /// The other case says the same as this case.
    DuplicatedBy,
    /// The other case caused this case.
    CausedBy,
    /// This case caused the other case.
    CauseOf,
}

impl LinkKind {
    /// Every kind, in the order of declaration.
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

    /// The text for this kind that people read.
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
    /// The kind of link.
    pub kind: LinkKind,
    /// The other case.
    pub case: CaseId,
}

/// A case that was merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MergedCase {
    /// The merged case.
    pub case: CaseId,
    /// The ids of the facts that the other case got from the merged case. Undoing the merge removes these facts again.
    pub facts: Vec<Slug>,
}

/// New values for some fields of a case. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaseUpdate {
    /// The reason that an agent or a flow found. `Some(None)` removes the confirmed reason.
    pub confirmed: Option<Option<ReasonId>>,
    /// Whether the case must not be erased.
    pub legal_hold: Option<bool>,
    /// The case must not be erased before this time. `Some(None)` removes the time.
    pub retain_until: Option<Option<UnixMs>>,
    /// References and labels that callers store with the case for their own use.
    pub tags: TagsUpdate,
}

impl CaseUpdate {
    /// The present values, in `case`, of the fields that this update changes.
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

/// Who can read a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoteAudience {
    /// People who work for the company.
    #[default]
    Internal,
    /// The customer too.
    Customer,
}

/// The work that was done on a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseAction {
    /// A note was written, for these readers.
    Noted(Arc<str>, NoteAudience),
    /// Fields were changed: the new values, and the values before. `None` for changes that were stored before the old
    /// values were kept.
    Updated(CaseUpdate, Option<CaseUpdate>),
    /// The case was resolved, with a note that may be empty.
    Resolved(Resolution, Arc<str>),
    /// The case was reopened, with a note that may be empty.
    Reopened(Arc<str>),
    /// The named case was merged into this case, with a note that may be empty.
    Merged(MergedCase, Arc<str>),
    /// The merge of the named case was undone.
    Unmerged(MergedCase),
    /// A link to another case was added.
    Linked(CaseLink),
    /// A link to another case was removed.
    Unlinked(CaseLink),
}

impl CaseAction {
    /// The other case that the action changes; `None` if it changes no other case.
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
