//! Lists: which cases, contacts and customers, and which page of them.

use super::field_path::FieldPath;
use super::revision::MIN_REVISION;
use super::{NamedRevision, Validator, filter, wire_enum};
use crate::grpc::tokens::page::{List, Page, TokenScope};
use signpost_domain::case::CaseNumbers;
use signpost_domain::list::{CaseFilter, ContactFilter, CustomerFilter, Order, View};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// What a list is asked for.
#[derive(Debug)]
pub(crate) struct ListRequest<F> {
    /// Which items.
    pub(crate) filter: F,
    /// In which order.
    pub(crate) order: Order,
    /// How much of each.
    pub(crate) view: View,
    /// Which page.
    pub(crate) page: Page,
}

/// Where a list is read.
#[derive(Clone, Debug)]
pub(crate) struct ListScope {
    /// The live playbook.
    pub(crate) live: Option<Arc<Playbook>>,
    /// The name of the store.
    pub(crate) store: [u8; 16],
}

/// Which cases.
pub(crate) fn cases(
    mut request: v1::ListCasesRequest,
    at_least: NamedRevision,
    place: ListScope,
    numbers: &CaseNumbers,
) -> Result<ListRequest<CaseFilter>, Faults> {
    let mut finder = Validator::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    request.min_revision.clear();
    let view = take(&mut request.view);
    let told = request.filter.unwrap_or_default();
    request.filter = Some(filter::sorted_cases(&told));
    let bound = TokenScope::new(List::Cases, place.store, &request);
    let v1::ListCasesRequest {
        filter: _,
        order,
        page_size: _,
        page_token: _,
        view: _,
        min_revision: _,
    } = request;
    let filter = finder.case_filter(told, place.live, numbers);
    finder.asked(
        filter,
        (order, view),
        (page_size, &page_token),
        bound,
        at_least,
    )
}

/// Which contacts.
pub(crate) fn contacts(
    mut request: v1::ListContactsRequest,
    at_least: NamedRevision,
    place: ListScope,
    numbers: &CaseNumbers,
) -> Result<ListRequest<ContactFilter>, Faults> {
    let mut finder = Validator::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    request.min_revision.clear();
    let view = take(&mut request.view);
    let told = request.filter.unwrap_or_default();
    request.filter = Some(filter::sorted_contacts(&told));
    let bound = TokenScope::new(List::Contacts, place.store, &request);
    let v1::ListContactsRequest {
        filter: _,
        order,
        page_size: _,
        page_token: _,
        view: _,
        min_revision: _,
    } = request;
    let filter = finder.contact_filter(told, place.live, numbers);
    finder.asked(
        filter,
        (order, view),
        (page_size, &page_token),
        bound,
        at_least,
    )
}

/// Which customers.
pub(crate) fn customers(
    mut request: v1::ListCustomersRequest,
    at_least: NamedRevision,
    place: ListScope,
) -> Result<ListRequest<CustomerFilter>, Faults> {
    let mut finder = Validator::default();
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    request.min_revision.clear();
    let told = request.filter.unwrap_or_default();
    request.filter = Some(filter::sorted_customers(&told));
    let bound = TokenScope::new(List::Customers, place.store, &request);
    let v1::ListCustomersRequest {
        filter: _,
        order,
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let filter = finder.customer_filter(told);
    let full = v1::View::Full.into();
    finder.asked(
        filter,
        (order, full),
        (page_size, &page_token),
        bound,
        at_least,
    )
}

impl Validator {
    fn asked<F>(
        mut self,
        filter: F,
        (order, view): (i32, i32),
        (page_size, page_token): (u32, &str),
        bound: TokenScope,
        at_least: NamedRevision,
    ) -> Result<ListRequest<F>, Faults> {
        let order = self.check(FieldPath::top("order"), wire_enum::order(order));
        let view = self.check(FieldPath::top("view"), wire_enum::view(view));
        let page = self.page(bound, page_size, page_token);
        let asked = order
            .zip(view)
            .zip(page)
            .map(|((order, view), page)| ListRequest {
                filter,
                order,
                view,
                page,
            });
        self.named_revision(MIN_REVISION, at_least);
        self.done(asked)
    }
}

impl Validator {
    /// Which page is asked for.
    pub(super) fn page(&mut self, bound: TokenScope, size: u32, token: &str) -> Option<Page> {
        let after = self.optional(FieldPath::top("page_token"), token, |token| {
            bound.read_token(token)
        });
        Some(Page::new(bound, size, after))
    }
}
