//! Checks whether a case or a contact matches the filter of a watcher.

use crate::codec::rows::contact::PartialContact;
use crate::grpc::from_proto::feed::Filter;
use crate::tail::Item;
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::Contact;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::{ContactFilter, ContactSeen, ContactStateKind, OfCustomer};

/// The filter of a watcher, with its customers looked up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResolvedFilter {
    /// The filter as the watcher sent it.
    pub(super) filter: Filter,
    /// The customers; `None` for any customer.
    customers: Option<Vec<CustomerId>>,
}

impl Filter {
    /// The customers that the filter names.
    pub(super) fn customers(&self) -> &[OfCustomer] {
        match self {
            Filter::Cases(filter) => &filter.customers,
            Filter::Contacts(filter) => &filter.customers,
        }
    }
}

impl ResolvedFilter {
    /// `customers` are the customers that the filter names and those merged into them, as far as they exist; `None` if
    /// the filter names none. A customer that is named by id but does not exist yet is added.
    pub(super) fn new(filter: Filter, mut customers: Option<Vec<CustomerId>>) -> ResolvedFilter {
        if let Some(customers) = &mut customers {
            for of in filter.customers() {
                match of {
                    OfCustomer::Id(id) if !customers.contains(id) => customers.push(id.clone()),
                    OfCustomer::Id(_) | OfCustomer::Holder(_) => {}
                }
            }
        }
        ResolvedFilter { filter, customers }
    }

    /// The customers; `None` for any customer.
    pub(super) fn customers(&self) -> Option<&[CustomerId]> {
        self.customers.as_deref()
    }

    /// Whether a case or a contact matches.
    pub(super) fn holds(&self, item: &Item) -> bool {
        match item {
            Item::Case(case) => self.holds_case(case),
            Item::Contact(contact) => self.holds_contact(contact),
        }
    }

    fn holds_case(&self, case: &Case) -> bool {
        match &self.filter {
            Filter::Cases(filter) => filter.holds(case, self.customers()),
            Filter::Contacts(_) => false,
        }
    }

    /// Whether a contact matches.
    pub(super) fn holds_contact(&self, contact: &Contact) -> bool {
        match &self.filter {
            Filter::Contacts(filter) => filter.holds(contact, self.customers()),
            Filter::Cases(_) => false,
        }
    }

    /// Whether a snapshot can have any item: it has only open cases or live contacts.
    pub(super) fn has_snapshot(&self) -> bool {
        match &self.filter {
            Filter::Cases(filter) => filter.states.contains(&CaseState::Open),
            Filter::Contacts(filter) => {
                let mut places = filter.places.iter();
                places.any(|place| *place != ContactStateKind::Ended)
            }
        }
    }
}

/// Whether a contact can match, as far as its partial form shows. The customer is not checked.
pub(super) fn may_hold(filter: &ContactFilter, seen: &PartialContact) -> bool {
    filter.may_hold_seen(&ContactSeen {
        place: seen.place,
        channel: &seen.channel,
        reasons: [seen.reason.as_ref(), seen.confirmed.as_ref()],
        tier: seen.tier.as_ref(),
    })
}
