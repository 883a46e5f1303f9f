//! Counts by reason and tier, in the order of the playbook.

use super::wire_enum;
use signpost_domain::case::CaseState;
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::route::Route;
use signpost_domain::state::Counts;
use signpost_proto::v1;

/// The place of a count: reasons and tiers in the order of the playbook, then those that the playbook does not have, by
/// name.
type Place<'a> = (usize, &'a ReasonId, usize, &'a Slug);

/// The answer to CountReasons, with the counts under the reasons of the live playbook.
pub(crate) fn counted(
    live: Option<&Playbook>,
    mut counts: Vec<Counts>,
    revision: String,
) -> v1::CountReasonsResponse {
    counts.sort_by(|a, b| place(live, a).cmp(&place(live, b)));
    v1::CountReasonsResponse {
        counts: counts.iter().map(count).collect(),
        split_reasons: live.map(|live| families(live, &counts)).unwrap_or_default(),
        revision,
    }
}

fn families(live: &Playbook, counts: &[Counts]) -> Vec<v1::SplitReason> {
    let families = Counts::together(live, counts).into_iter();
    let families = families.map(|(split, mut sums)| {
        sums.sort_by(|a, b| place(Some(live), a).cmp(&place(Some(live), b)));
        let parts = live.parts_of(split).into_iter();
        v1::SplitReason {
            reason: split.reason.to_string(),
            parts: parts.map(|it| live.reason(it).id.to_string()).collect(),
            counts: sums.iter().map(count).collect(),
        }
    });
    families.collect()
}

fn place<'a>(live: Option<&Playbook>, count: &'a Counts) -> Place<'a> {
    let index = live.map(|playbook| &playbook.index);
    let reason = index.and_then(|index| index.reasons.get(&count.reason));
    let tier = index.and_then(|index| index.tiers.get(&count.tier));
    (
        reason.map_or(usize::MAX, |at| usize::from(at.0)),
        &count.reason,
        tier.map_or(usize::MAX, |at| usize::from(at.0)),
        &count.tier,
    )
}

fn count(count: &Counts) -> v1::ReasonCount {
    let Counts {
        reason,
        tier,
        contacts,
        contacts_left,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened: _,
        cases_lapsed: _,
        cases_withdrawn: _,
        cases_merged: _,
        routes_taken,
    } = count;
    let taken = Route::ALL.into_iter().zip(routes_taken);
    let taken = taken.map(|(route, contacts)| v1::RouteCount {
        route: wire_enum::route(route),
        contact_count: *contacts,
    });
    let in_state = CaseState::ALL.into_iter().zip(count.cases_in());
    let in_state = in_state.map(|(state, cases)| v1::CaseStateCount {
        state: wire_enum::case_state(state),
        case_count: u64::try_from(cases).unwrap_or(0),
    });
    v1::ReasonCount {
        reason: reason.to_string(),
        tier: tier.to_string(),
        contact_count: contacts.saturating_sub(*contacts_left),
        repeat_count: *repeats,
        opened_case_count: *cases_opened,
        resolved_case_count: *cases_resolved,
        route_counts: taken.collect(),
        case_state_counts: in_state.collect(),
    }
}
