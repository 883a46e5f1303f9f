//! Work on a case, one of each kind.

use super::slug;
use signpost_domain::case::{
    CaseLink, CaseState, CaseUpdate, CaseWork, LinkKind, MergedCase, Resolution,
};
use signpost_domain::event::{CaseWorked, Event};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::money::{Amount, Money};

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
    };
    let work = [
        ("case noted", CaseWork::Noted("called back".into())),
        ("case updated", CaseWork::Updated(update, None)),
        (
            "case resolved",
            CaseWork::Resolved(resolution(), "as promised".into()),
        ),
        ("case reopened", CaseWork::Reopened("not yet".into())),
        ("cases merged", CaseWork::Merged(merged(), "".into())),
        ("merge undone", CaseWork::Unmerged(merged())),
        ("cases linked", CaseWork::Linked(link())),
        ("cases unlinked", CaseWork::Unlinked(link())),
        (
            "cases merged with a note",
            CaseWork::Merged(merged(), "the same bag".into()),
        ),
        (
            "case updated, with what was before",
            CaseWork::Updated(
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
        Event::CaseWorked(Box::new(CaseWorked {
            case: CaseId(Seq(77)),
            state: CaseState::Open,
            work,
        }))
    };
    work.map(|(title, work)| (title, event(work))).into()
}
