//! Samples of work on a case, one of each kind.

use super::slug;
use signpost_domain::case::{
    CaseAction, CaseLink, CaseState, CaseUpdate, LinkKind, MergedCase, NoteAudience, Resolution,
};
use signpost_domain::event::{CaseActionTaken, Event};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::money::{Amount, Money};
use signpost_domain::tags::TagsUpdate;

pub(super) fn resolution() -> Resolution {
    Resolution {
        outcome: slug("refunded"),
        cost: Some(Amount {
            money: Money::from_micros(12_500_000),
            currency: None,
        }),
    }
}

pub(super) fn link() -> CaseLink {
    CaseLink {
        kind: LinkKind::CausedBy,
        case: CaseId(Seq(70)),
    }
}

pub(super) fn merged() -> MergedCase {
    MergedCase {
        case: CaseId(Seq(75)),
        facts: vec![slug("booking")],
    }
}

/// One event of each kind of work.
pub(super) fn worked() -> Vec<(&'static str, Event)> {
    let update = CaseUpdate {
        confirmed: Some(None),
        legal_hold: Some(false),
        retain_until: Some(None),
        tags: TagsUpdate::default(),
    };
    let work = [
        (
            "case noted",
            CaseAction::Noted("called back".into(), NoteAudience::Internal),
        ),
        ("case updated", CaseAction::Updated(update, None)),
        (
            "case resolved",
            CaseAction::Resolved(resolution(), "as promised".into()),
        ),
        ("case reopened", CaseAction::Reopened("not yet".into())),
        ("cases merged", CaseAction::Merged(merged(), "".into())),
        ("merge undone", CaseAction::Unmerged(merged())),
        ("cases linked", CaseAction::Linked(link())),
        ("cases unlinked", CaseAction::Unlinked(link())),
        (
            "cases merged with a note",
            CaseAction::Merged(merged(), "the same bag".into()),
        ),
        (
            "case updated, with what was before",
            CaseAction::Updated(
                CaseUpdate {
                    legal_hold: Some(true),
                    ..CaseUpdate::default()
                },
                Some(CaseUpdate {
                    legal_hold: Some(false),
                    ..CaseUpdate::default()
                }),
            ),
        ),
    ];
    let event = |work| {
        Event::CaseActionTaken(Box::new(CaseActionTaken {
            case: CaseId(Seq(77)),
            state: CaseState::Open,
            action: work,
        }))
    };
    work.map(|(title, work)| (title, event(work))).into()
}
