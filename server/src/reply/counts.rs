//! Counts by reason and tier, a reason's old names with its own.

use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::state::Counts;
use signpost_proto::v1;
use std::collections::BTreeMap;

/// Where a count stands: reasons and tiers in the order of the playbook, then those that it does not have by name.
type Place = ((usize, ReasonId), (usize, Slug));

/// The answer to CountReasons.
pub(crate) fn counted(live: Option<&Playbook>, counts: &[Counts]) -> v1::CountReasonsResponse {
    let mut sums: BTreeMap<Place, Counts> = BTreeMap::new();
    for count in counts {
        let (reason, tier) = place(live, count);
        let none = || Counts::none(reason.1.clone(), tier.1.clone());
        let place = (reason.clone(), tier.clone());
        sums.entry(place).or_insert_with(none).add(count);
    }
    v1::CountReasonsResponse {
        counts: sums.values().map(count).collect(),
    }
}

fn place(live: Option<&Playbook>, count: &Counts) -> Place {
    let index = live.map(|playbook| &playbook.index);
    let reason = index.and_then(|index| index.reasons.get(&count.reason));
    let reason = match (live, reason) {
        (Some(playbook), Some(&at)) => (usize::from(at.0), playbook.reason(at).id.clone()),
        _ => (usize::MAX, count.reason.clone()),
    };
    let tier = index.and_then(|index| index.tiers.get(&count.tier));
    let tier = tier.map_or(usize::MAX, |at| usize::from(at.0));
    (reason, (tier, count.tier.clone()))
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
        routes_taken,
    } = count;
    v1::ReasonCount {
        reason: reason.to_string(),
        tier: tier.to_string(),
        contacts: contacts.saturating_sub(*contacts_left),
        repeats: *repeats,
        cases_opened: *cases_opened,
        cases_resolved: *cases_resolved,
        routes_taken: routes_taken.to_vec(),
    }
}
