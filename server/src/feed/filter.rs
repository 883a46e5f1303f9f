//! Whether a case or a contact is one that a watcher asked for.

use crate::codec::rows::contact::PartialContact;
use crate::grpc::from_proto::feed::Filter;
use crate::tail::Item;
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::Contact;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::{ContactFilter, ContactSeen, ContactStateKind, OfCustomer};

/// What a watcher asked for, with the customers looked up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResolvedFilter {
    /// Which.
    pub(super) filter: Filter,
    /// Whose; anybody's, if `None`.
    customers: Option<Vec<CustomerId>>,
}

impl Filter {
    /// The customers that it names.
    pub(super) fn customers(&self) -> &[OfCustomer] {
        match self {
            Filter::Cases(filter) => &filter.customers,
            Filter::Contacts(filter) => &filter.customers,
        }
    }
}

impl ResolvedFilter {
    /// `customers` are all who are one with those that the filter names, as far as there are any. One who is named by
    /// key and is not there yet counts from the beginning.
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

    /// Whose; anybody's, if `None`.
    pub(super) fn customers(&self) -> Option<&[CustomerId]> {
        self.customers.as_deref()
    }

    /// Whether a case or a contact is asked for.
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

    /// Whether a contact is asked for.
    pub(super) fn holds_contact(&self, contact: &Contact) -> bool {
        match &self.filter {
            Filter::Contacts(filter) => filter.holds(contact, self.customers()),
            Filter::Cases(_) => false,
        }
    }

    /// Whether a snapshot can hold anything.
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

/// Whether a contact of anybody may be asked for, as far as a glance tells.
pub(super) fn may_hold(filter: &ContactFilter, seen: &PartialContact) -> bool {
    filter.may_hold_seen(&ContactSeen {
        place: seen.place,
        channel: &seen.channel,
        reasons: [seen.reason.as_ref(), seen.confirmed.as_ref()],
        tier: seen.tier.as_ref(),
    })
}
