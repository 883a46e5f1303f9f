//! Lists: which cases, contacts and customers, and which page of them.

use super::at::At;
use super::case::case_named;
use super::page::{Bound, List, Page};
use super::{Finder, Fresh, reason, wire_enum};
use signpost_domain::case::{CaseNumbers, CaseState};
use signpost_domain::customer::IdentityKey;
use signpost_domain::ids::{CaseId, CustomerId, Slug};
use signpost_domain::list::{
    Between, CaseFilter, ContactFilter, CustomerFilter, OfCustomer, Order, PlaceKind, ReasonFilter,
};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// What a list is asked for.
#[derive(Debug)]
pub(crate) struct Asked<F> {
    /// Which items.
    pub(crate) filter: F,
    /// In which order.
    pub(crate) order: Order,
    /// Which page.
    pub(crate) page: Page,
}

/// Where a list is read.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The live playbook.
    pub(crate) live: Option<Arc<Playbook>>,
    /// The name of the store.
    pub(crate) store: [u8; 16],
}

/// Which cases.
pub(crate) fn cases(
    mut request: v1::ListCasesRequest,
    place: Place,
    numbers: &CaseNumbers,
) -> Result<Fresh<Asked<CaseFilter>>, Faults> {
    let mut finder = Finder::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = Bound::new(List::Cases, place.store, &request);
    let v1::ListCasesRequest {
        state,
        reason,
        tier,
        channel,
        queue_id: queue,
        customer_id,
        identity,
        opened_from,
        opened_before,
        case_id: number,
        order,
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let filter = CaseFilter {
        state: finder.case_state(At::top("state"), state),
        reason: finder.reason_wanted(&reason, place.live),
        tier: finder.slug(At::top("tier"), &tier),
        channel: finder.slug(At::top("channel"), &channel),
        queue: finder.slug(At::top("queue_id"), &queue),
        customer: finder.of_customer(&customer_id, identity),
        opened: finder.opened(opened_from, opened_before),
        number: finder.number(At::top("case_id"), &number, numbers),
    };
    finder.asked(
        filter,
        order,
        (page_size, &page_token),
        bound,
        &min_revision,
    )
}

/// Which contacts.
pub(crate) fn contacts(
    mut request: v1::ListContactsRequest,
    place: Place,
    numbers: &CaseNumbers,
) -> Result<Fresh<Asked<ContactFilter>>, Faults> {
    let mut finder = Finder::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = Bound::new(List::Contacts, place.store, &request);
    let v1::ListContactsRequest {
        state: at_place,
        reason,
        tier,
        channel,
        queue_id: queue,
        customer_id,
        identity,
        opened_from,
        opened_before,
        case_id: case_number,
        order,
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let filter = ContactFilter {
        place: finder.contact_place(At::top("state"), at_place),
        reason: finder.reason_wanted(&reason, place.live),
        tier: finder.slug(At::top("tier"), &tier),
        channel: finder.slug(At::top("channel"), &channel),
        queue: finder.slug(At::top("queue_id"), &queue),
        customer: finder.of_customer(&customer_id, identity),
        opened: finder.opened(opened_from, opened_before),
        case: finder.number(At::top("case_id"), &case_number, numbers),
    };
    finder.asked(
        filter,
        order,
        (page_size, &page_token),
        bound,
        &min_revision,
    )
}

/// Which customers.
pub(crate) fn customers(
    mut request: v1::ListCustomersRequest,
    place: Place,
) -> Result<Fresh<Asked<CustomerFilter>>, Faults> {
    let mut finder = Finder::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = Bound::new(List::Customers, place.store, &request);
    let v1::ListCustomersRequest {
        tier,
        customer_id,
        identity,
        opened_from,
        opened_before,
        order,
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let filter = CustomerFilter {
        tier: finder.slug(At::top("tier"), &tier),
        id: finder.optional(At::top("customer_id"), &customer_id, CustomerId::new),
        identity: finder.handle(identity),
        opened: finder.opened(opened_from, opened_before),
    };
    finder.asked(
        filter,
        order,
        (page_size, &page_token),
        bound,
        &min_revision,
    )
}

impl Finder {
    fn asked<F>(
        mut self,
        filter: F,
        order: i32,
        (page_size, page_token): (u32, &str),
        bound: Bound,
        min_revision: &str,
    ) -> Result<Fresh<Asked<F>>, Faults> {
        let order = self.keep(At::top("order"), wire_enum::order(order));
        let page = self.page(bound, page_size, page_token);
        let asked = order.zip(page).map(|(order, page)| Asked {
            filter,
            order,
            page,
        });
        self.fresh(asked, min_revision)
    }

    fn case_state(&mut self, at: At<'_>, number: i32) -> Option<CaseState> {
        self.keep(at, wire_enum::case_state_wanted(number))
            .flatten()
    }

    fn contact_place(&mut self, at: At<'_>, number: i32) -> Option<PlaceKind> {
        self.keep(at, wire_enum::place_wanted(number)).flatten()
    }

    /// A name of some playbook: what a retired one named is still kept.
    fn slug(&mut self, at: At<'_>, text: &str) -> Option<Slug> {
        self.optional(at, text, Slug::new)
    }

    /// A case by the text of its number or its id, if one is told.
    fn number(&mut self, at: At<'_>, text: &str, numbers: &CaseNumbers) -> Option<CaseId> {
        self.optional(at, text.trim(), |text| case_named(text, numbers))
    }

    fn reason_wanted(&mut self, text: &str, live: Option<Arc<Playbook>>) -> Option<ReasonFilter> {
        let wanted = self.optional(At::top("reason"), text, reason::parse)?;
        Some(ReasonFilter::new(wanted, live))
    }

    fn of_customer(&mut self, id: &str, identity: Option<v1::Identity>) -> Option<OfCustomer> {
        let both = !id.is_empty() && identity.is_some();
        if both {
            self.fault(
                At::top("identity"),
                "must not be set together with customer_id",
            );
        }
        let id = self.optional(At::top("customer_id"), id, CustomerId::new);
        let handle = self.handle(identity);
        id.map(OfCustomer::Id).or(handle.map(OfCustomer::Holder))
    }

    fn handle(&mut self, identity: Option<v1::Identity>) -> Option<IdentityKey> {
        let identity = self.identity(At::top("identity"), identity?)?;
        Some(identity.key)
    }

    fn opened(
        &mut self,
        from: Option<prost_types::Timestamp>,
        before: Option<prost_types::Timestamp>,
    ) -> Between {
        let from = from.map(super::values::instant).transpose();
        let before = before.map(super::values::instant).transpose();
        let from = self.keep(At::top("opened_from"), from).flatten();
        let before = self.keep(At::top("opened_before"), before).flatten();
        if from
            .zip(before)
            .is_some_and(|(from, before)| from >= before)
        {
            self.fault(At::top("opened_before"), "must be after opened_from");
        }
        Between { from, before }
    }
}
