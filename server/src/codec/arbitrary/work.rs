//! Any work on a case.

use super::{amount, case_id, reason, slug, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::case::{
    CaseLink, CaseState, CaseUpdate, CaseWork, LinkKind, MergedCase, Resolution,
};
use signpost_domain::event::CaseWorked;

pub(super) fn worked() -> impl Strategy<Value = CaseWorked> {
    let parts = (case_id(), select(&CaseState::ALL), work());
    parts.prop_map(|(case, state, work)| CaseWorked { case, state, work })
}

fn work() -> BoxedStrategy<CaseWork> {
    prop_oneof![
        text().prop_map(CaseWork::Noted),
        (update(), of(update())).prop_map(|(update, before)| CaseWork::Updated(update, before)),
        (resolution(), text()).prop_map(|(how, note)| CaseWork::Resolved(how, note)),
        text().prop_map(CaseWork::Reopened),
        (merged(), text()).prop_map(|(merged, note)| CaseWork::Merged(merged, note)),
        merged().prop_map(CaseWork::Unmerged),
        link().prop_map(CaseWork::Linked),
        link().prop_map(CaseWork::Unlinked),
    ]
    .boxed()
}

fn update() -> impl Strategy<Value = CaseUpdate> {
    let parts = (of(of(reason())), of(any::<bool>()), of(of(time())));
    parts.prop_map(|(confirmed, legal_hold, retain_until)| CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
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
