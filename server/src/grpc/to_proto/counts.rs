//! Counts by reason and tier, in the order of the playbook.

use super::wire_enum;
use signpost_domain::case::CaseState;
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::route::Route;
use signpost_domain::state::{Beside, Counts};
use signpost_proto::v1;

/// The place of a count: reasons and tiers in the order of the playbook, then those that the playbook does not have, by
/// name.
type Place<'a> = (usize, &'a ReasonId, usize, &'a Slug);

/// The answer to CountReasons, with the counts under the reasons of the live playbook.
pub(crate) fn counted(
    live: Option<&Playbook>,
    counts: Vec<Counts>,
    revision: String,
) -> v1::CountReasonsResponse {
    let is_beside = |counts: &Counts| counts.beside().is_some();
    let (beside, mut counts): (Vec<_>, Vec<_>) = counts.into_iter().partition(is_beside);
    counts.sort_by(|a, b| place(live, a).cmp(&place(live, b)));
    let of = |what: Beside| beside.iter().find(|counts| counts.beside() == Some(what));
    let without_case = [Beside::UnknownReason, Beside::NoReason].map(of);
    let without_case: Vec<&Counts> = without_case.into_iter().flatten().collect();
    let contacts = of(Beside::Contact).map_or(0, now);
    let counted: u64 = counts
        .iter()
        .chain(without_case.iter().copied())
        .map(now)
        .sum();
    v1::CountReasonsResponse {
        counts: counts.iter().map(count).collect(),
        split_reasons: live.map(|live| families(live, &counts)).unwrap_or_default(),
        revision,
        without_case: without_case.into_iter().map(without).collect(),
        contact_count: contacts,
        additional_case_count: counted.saturating_sub(contacts),
    }
}

/// How many contacts there are now.
fn now(count: &Counts) -> u64 {
    count.contacts.saturating_sub(count.contacts_left)
}

/// The counts of contacts without a case.
fn without(counts: &Counts) -> v1::ReasonCount {
    v1::ReasonCount {
        tier: String::new(),
        case_state_counts: Vec::new(),
        continued_contact_count: 0,
        ..count(counts)
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
        contacts: _,
        contacts_left: _,
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
        contact_count: now(count),
        repeat_count: *repeats,
        opened_case_count: *cases_opened,
        resolved_case_count: *cases_resolved,
        route_counts: taken.collect(),
        case_state_counts: in_state.collect(),
        continued_contact_count: i64::try_from(count.continued()).unwrap_or(i64::MAX),
    }
}
