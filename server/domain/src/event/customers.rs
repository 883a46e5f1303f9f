//! The customers that an event names, and the numbers of their records.

use super::{Event, Recorded};
use crate::customer::CustomerAction;
use crate::ids::{CustomerId, Seq};
use crate::state::State;

impl Recorded {
    /// The same event, where each id of a customer has the number of its record: that of the row, or that of this event
    /// for a customer whom it creates. `state` is as it was before the event.
    #[must_use]
    pub fn of_records(self, state: &State) -> Recorded {
        self.of_records_after(state, &mut Vec::new())
    }

    /// The same as [`Recorded::of_records`], of an event that follows others after `state`. Those created the customers
    /// `created`, to which it adds its own.
    #[must_use]
    pub(crate) fn of_records_after(
        mut self,
        state: &State,
        created: &mut Vec<CustomerId>,
    ) -> Recorded {
        let seq = self.envelope.seq;
        let (edited, named) = self.event.customers_mut();
        for id in edited {
            let before = created.iter().find(|known| *known == id);
            let known = state.record_of(id).or_else(|| before?.record());
            *id = id.clone().of_record(known.unwrap_or(seq));
            if known.is_none() {
                created.push(id.clone());
            }
        }
        for id in named {
            let before = created.iter().find(|known| *known == id);
            let known = id.record().or_else(|| state.record_of(id));
            if let Some(record) = known.or_else(|| before?.record()) {
                *id = id.clone().of_record(record);
            }
        }
        self
    }

    /// Whether it names a customer without a number, as events of before there were numbers do.
    pub(crate) fn lacks_records(&self) -> bool {
        let id = match &self.event {
            Event::CustomerUpserted(saved) => Some(&saved.customer.id),
            Event::ContactRouted(routed) => routed.customer.as_ref().map(|join| &join.id),
            Event::CaseAddedToContact(added) => Some(&added.customer),
            Event::ContactCustomerCorrected(corrected) => {
                corrected.customer.as_ref().or(corrected.former.as_ref())
            }
            Event::CustomerActionTaken(worked) => Some(&worked.customer),
            _ => None,
        };
        id.is_some_and(|id| id.record().is_none())
    }
}

impl State {
    /// The number of the record of a customer; `None` if no row of it is in memory.
    fn record_of(&self, id: &CustomerId) -> Option<Seq> {
        let row = self.customer(id).ok().flatten();
        row.map(|row| row.opened)
    }
}

impl State {
    /// The event by which the contact of this event came in; `None` if the event is about no contact. The event must
    /// just have been applied.
    pub fn contact_opened(&self, event: &Event) -> Option<Seq> {
        let id = match event {
            Event::ContactRouted(routed) => &routed.contact,
            Event::RouteSelected(selected) => &selected.contact,
            Event::ContactEnded(ended) => &ended.contact,
            Event::CaseAddedToContact(added) => &added.contact,
            Event::ContactUpdated(updated) => &updated.contact,
            Event::ContactCustomerCorrected(corrected) => &corrected.contact,
            Event::PlaybookPublished(_)
            | Event::CustomerErased(_)
            | Event::CustomerUpserted(_)
            | Event::CaseLapsed(_)
            | Event::CaseActionTaken(_)
            | Event::CustomerActionTaken(_)
            | Event::QueueStatsReported(_)
            | Event::TokenCreated(_)
            | Event::TokenRevoked(_) => return None,
        };
        let row = self.contact(id).ok().flatten();
        row.map(|row| row.opened)
    }
}

impl Event {
    /// The ids of the customers whose rows the event edits, and creates where there are none; and the ids that it only
    /// names.
    fn customers_mut(&mut self) -> (Vec<&mut CustomerId>, Vec<&mut CustomerId>) {
        match self {
            Event::CustomerUpserted(saved) => {
                let customer = &mut saved.customer;
                let merged = customer.merged.iter_mut();
                let merged = merged.map(|merged| &mut merged.merge.customer);
                let named = customer.merged_into.iter_mut().chain(merged);
                (vec![&mut customer.id], named.collect())
            }
            Event::ContactRouted(routed) => {
                let found = routed.tier_found.as_mut();
                let named = found.and_then(|found| found.stored_of.as_mut());
                let edited = routed.customer.iter_mut().map(|join| &mut join.id);
                (edited.collect(), named.into_iter().collect())
            }
            Event::CaseAddedToContact(added) => (vec![&mut added.customer], Vec::new()),
            Event::ContactCustomerCorrected(corrected) => {
                let named = corrected.former.iter_mut().collect();
                (corrected.customer.iter_mut().collect(), named)
            }
            Event::CustomerActionTaken(worked) => {
                let other = match &mut worked.action {
                    CustomerAction::Merged(merge) => Some(&mut merge.customer),
                    CustomerAction::Unmerged(customer, _) => Some(customer),
                    CustomerAction::Linked { .. } | CustomerAction::Unlinked(_) => None,
                };
                let edited = std::iter::once(&mut worked.customer).chain(other);
                (edited.collect(), Vec::new())
            }
            // They have them.
            Event::CustomerErased(_)
            | Event::PlaybookPublished(_)
            | Event::RouteSelected(_)
            | Event::ContactEnded(_)
            | Event::CaseLapsed(_)
            | Event::CaseActionTaken(_)
            | Event::QueueStatsReported(_)
            | Event::ContactUpdated(_)
            | Event::TokenCreated(_)
            | Event::TokenRevoked(_) => (Vec::new(), Vec::new()),
        }
    }
}
