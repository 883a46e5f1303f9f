//! The rows that an event edits.

use super::Event;
use crate::ids::{CaseId, ContactId};
use crate::state::RowKey;

impl Event {
    /// The rows that this event edits. They must be in memory before the event is applied. Rows that the event only
    /// writes are not listed. If a case in the list is merged, applying the event also edits the case that it
    /// was merged into.
    pub fn edits(&self) -> Vec<RowKey> {
        let contact = |id: &ContactId| RowKey::Contact(id.clone());
        match self {
            Event::PlaybookPublished(_)
            | Event::QueueStatsReported(_)
            | Event::TokenCreated(_)
            | Event::TokenRevoked(_) => Vec::new(),
            Event::CustomerErased(erased) => {
                let customers = erased.customers.iter().cloned();
                customers.map(RowKey::Customer).collect()
            }
            Event::CustomerUpserted(saved) => vec![RowKey::Customer(saved.customer.id.clone())],
            Event::ContactRouted(routed) => {
                let customer = routed.customer.as_ref();
                let customer = customer.map(|join| RowKey::Customer(join.id.clone()));
                let joined = routed.case.as_ref().filter(|join| join.opened.is_none());
                let joined = joined.map(|join| RowKey::Case(join.case));
                let left = routed.former.map(|left| RowKey::Case(left.case));
                let additional = cases(&routed.additional);
                let thanked = routed.thanks_for.map(RowKey::Case);
                let rows = customer.into_iter().chain(joined).chain(left);
                let rows = rows.chain(thanked);
                rows.chain(additional)
                    .chain([contact(&routed.contact)])
                    .collect()
            }
            Event::RouteSelected(taken) => taken
                .case
                .map(RowKey::Case)
                .into_iter()
                .chain(cases(&taken.additional))
                .chain([contact(&taken.contact)])
                .collect(),
            Event::ContactEnded(ended) => ended
                .case
                .into_iter()
                .chain(ended.resolves)
                .map(RowKey::Case)
                .chain(cases(&ended.additional))
                .chain([contact(&ended.contact)])
                .collect(),
            Event::CaseLapsed(case) => vec![RowKey::Case(*case)],
            Event::CaseActionTaken(worked) => [Some(worked.case), worked.action.other()]
                .into_iter()
                .flatten()
                .map(RowKey::Case)
                .collect(),
            Event::CustomerActionTaken(worked) => [Some(&worked.customer), worked.action.other()]
                .into_iter()
                .flatten()
                .cloned()
                .map(RowKey::Customer)
                .collect(),
            Event::ContactUpdated(updated) => vec![contact(&updated.contact)],
            Event::ContactCustomerCorrected(corrected) => {
                let customers = [&corrected.former, &corrected.customer];
                let customers = customers.into_iter().flatten().cloned();
                let lefts = corrected.cases.iter().filter_map(|case| case.left());
                let joined = lefts.filter_map(|left| left.join.as_ref());
                let joined = joined.filter(|join| join.opened.is_none());
                let had = corrected.cases.iter().filter_map(|case| case.case);
                had.chain(joined.map(|join| join.case))
                    .map(RowKey::Case)
                    .chain(customers.map(RowKey::Customer))
                    .chain([contact(&corrected.contact)])
                    .collect()
            }
            Event::CaseAddedToContact(added) => {
                let joined = added.join.opened.is_none();
                let joined = joined.then_some(RowKey::Case(added.join.case));
                // The row of the case's customer records the reason.
                let opens = added.join.opened.is_some();
                let owner = opens.then(|| RowKey::Customer(added.customer.clone()));
                joined
                    .into_iter()
                    .chain(owner)
                    .chain([contact(&added.contact)])
                    .collect()
            }
        }
    }

    /// The case whose matter this event identifies. The row of the case's owner records the reason.
    pub(crate) fn claimed_case(&self) -> Option<CaseId> {
        match self {
            Event::ContactRouted(routed) => {
                let joined = routed.case.as_ref();
                joined
                    .filter(|join| join.claimed.is_some())
                    .map(|join| join.case)
            }
            _ => None,
        }
    }
}

fn cases(ids: &[CaseId]) -> impl Iterator<Item = RowKey> {
    ids.iter().copied().map(RowKey::Case)
}
