//! Strategies for any work on a case.

use super::{amount, case_id, reason, slug, tags_update, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::case::{
    CaseAction, CaseLink, CaseState, CaseUpdate, LinkKind, MergedCase, NoteAudience, Resolution,
};
use signpost_domain::event::CaseActionTaken;

pub(super) fn worked() -> impl Strategy<Value = CaseActionTaken> {
    let parts = (case_id(), select(&CaseState::ALL), work());
    parts.prop_map(|(case, state, work)| CaseActionTaken {
        case,
        state,
        action: work,
    })
}

fn work() -> BoxedStrategy<CaseAction> {
    prop_oneof![
        (text(), any::<bool>()).prop_map(|(text, for_customer)| {
            let audience = match for_customer {
                true => NoteAudience::Customer,
                false => NoteAudience::Internal,
            };
            CaseAction::Noted(text, audience)
        }),
        (update(), of(update())).prop_map(|(update, before)| CaseAction::Updated(update, before)),
        (resolution(), text()).prop_map(|(how, note)| CaseAction::Resolved(how, note)),
        text().prop_map(CaseAction::Reopened),
        (merged(), text()).prop_map(|(merged, note)| CaseAction::Merged(merged, note)),
        merged().prop_map(CaseAction::Unmerged),
        link().prop_map(CaseAction::Linked),
        link().prop_map(CaseAction::Unlinked),
    ]
    .boxed()
}

fn update() -> impl Strategy<Value = CaseUpdate> {
    let kept = (of(any::<bool>()), of(of(time())));
    let parts = (of(of(reason())), kept, tags_update());
    parts.prop_map(|(confirmed, (legal_hold, retain_until), tags)| CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags,
    })
}

pub(super) fn resolution() -> impl Strategy<Value = Resolution> {
    (slug(), of(amount())).prop_map(|(outcome, cost)| Resolution { outcome, cost })
}

pub(super) fn merged() -> impl Strategy<Value = MergedCase> {
    (case_id(), vec(slug(), 0..3)).prop_map(|(case, facts)| MergedCase { case, facts })
}

pub(super) fn link() -> impl Strategy<Value = CaseLink> {
    (select(&LinkKind::ALL), case_id()).prop_map(|(kind, case)| CaseLink { kind, case })
}
