//! Lists: the cases, contacts or customers to list, and the page.

use super::field_path::FieldPath;
use super::filter::FilterScope;
use super::revision::MIN_REVISION;
use super::{NamedRevision, Validator, filter, wire_enum};
use crate::grpc::tokens::page::{List, Page, TokenScope};
use signpost_domain::case::CaseNumbers;
use signpost_domain::list::{CaseFilter, ContactFilter, CustomerFilter, Order, View};
use signpost_domain::refusal::Faults;
use signpost_proto::v1;

/// The parameters of a list.
#[derive(Debug)]
pub(crate) struct ListRequest<F> {
    /// The filter of the items.
    pub(crate) filter: F,
    /// The order of the items.
    pub(crate) order: Order,
    /// How much of each item to return.
    pub(crate) view: View,
    /// The page.
    pub(crate) page: Page,
}

/// The live playbook and the store, which lists need.
#[derive(Clone, Debug)]
pub(crate) struct ListScope {
    /// What filters are read with.
    pub(crate) filters: FilterScope,
    /// The id of the store.
    pub(crate) store: [u8; 16],
}

/// The list of cases that is asked for.
pub(crate) fn cases(
    request: v1::ListCasesRequest,
    at_least: NamedRevision,
    place: ListScope,
    numbers: &CaseNumbers,
) -> Result<ListRequest<CaseFilter>, Faults> {
    let v1::ListCasesRequest {
        filter,
        order,
        page_size,
        page_token,
        view,
        min_revision: _,
    } = request;
    let filter = filter.unwrap_or_default();
    // A page token is bound only to the filter and the order. The other fields may change from page to page.
    let same = v1::ListCasesRequest {
        filter: Some(filter::sorted_cases(&filter)),
        order,
        ..v1::ListCasesRequest::default()
    };
    let scope = TokenScope::new(List::Cases, place.store, &same);
    let mut validator = Validator::default();
    let filter = validator.case_filter(filter, &place.filters, numbers);
    let page = (page_size, page_token.as_str());
    validator.asked(filter, (order, view), page, scope, at_least)
}

/// The list of contacts that is asked for.
pub(crate) fn contacts(
    request: v1::ListContactsRequest,
    at_least: NamedRevision,
    place: ListScope,
    numbers: &CaseNumbers,
) -> Result<ListRequest<ContactFilter>, Faults> {
    let v1::ListContactsRequest {
        filter,
        order,
        page_size,
        page_token,
        view,
        min_revision: _,
    } = request;
    let filter = filter.unwrap_or_default();
    // A page token is bound only to the filter and the order. The other fields may change from page to page.
    let same = v1::ListContactsRequest {
        filter: Some(filter::sorted_contacts(&filter)),
        order,
        ..v1::ListContactsRequest::default()
    };
    let scope = TokenScope::new(List::Contacts, place.store, &same);
    let mut validator = Validator::default();
    let filter = validator.contact_filter(filter, &place.filters, numbers);
    let page = (page_size, page_token.as_str());
    validator.asked(filter, (order, view), page, scope, at_least)
}

/// The list of customers that is asked for.
pub(crate) fn customers(
    request: v1::ListCustomersRequest,
    at_least: NamedRevision,
    place: ListScope,
) -> Result<ListRequest<CustomerFilter>, Faults> {
    let v1::ListCustomersRequest {
        filter,
        order,
        page_size,
        page_token,
        min_revision: _,
    } = request;
    let filter = filter.unwrap_or_default();
    // A page token is bound only to the filter and the order. The other fields may change from page to page.
    let same = v1::ListCustomersRequest {
        filter: Some(filter::sorted_customers(&filter)),
        order,
        ..v1::ListCustomersRequest::default()
    };
    let scope = TokenScope::new(List::Customers, place.store, &same);
    let mut validator = Validator::default();
    let filter = validator.customer_filter(filter, &place.filters.kinds);
    let full = v1::View::Full.into();
    let page = (page_size, page_token.as_str());
    validator.asked(filter, (order, full), page, scope, at_least)
}

/// The list of customers in conflict over a handle that is asked for.
pub(crate) fn handle_conflicts(
    request: v1::ListHandleConflictsRequest,
    at_least: NamedRevision,
    place: ListScope,
) -> Result<ListRequest<()>, Faults> {
    let v1::ListHandleConflictsRequest {
        order,
        page_size,
        page_token,
        min_revision: _,
    } = request;
    let same = v1::ListHandleConflictsRequest {
        order,
        ..v1::ListHandleConflictsRequest::default()
    };
    let scope = TokenScope::new(List::HandleConflicts, place.store, &same);
    let full = v1::View::Full.into();
    let page = (page_size, page_token.as_str());
    Validator::default().asked((), (order, full), page, scope, at_least)
}

impl Validator {
    fn asked<F>(
        mut self,
        filter: F,
        (order, view): (i32, i32),
        (page_size, page_token): (u32, &str),
        scope: TokenScope,
        at_least: NamedRevision,
    ) -> Result<ListRequest<F>, Faults> {
        let order = self.check(FieldPath::top("order"), wire_enum::order(order));
        let view = self.check(FieldPath::top("view"), wire_enum::view(view));
        let page = self.page(scope, page_size, page_token);
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
    /// The page that is asked for.
    pub(super) fn page(&mut self, scope: TokenScope, size: u32, token: &str) -> Option<Page> {
        let after = self.optional(FieldPath::top("page_token"), token, |token| {
            scope.read_token(token)
        });
        Some(Page::new(scope, size, after))
    }
}
