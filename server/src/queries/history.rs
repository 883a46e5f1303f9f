//! What a customer came for so far.

use super::{PageRequest, cases, contacts};
use crate::index_scan::rows::goes_on;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::customer::{Customer, HISTORY_CASES_MAX, HISTORY_SHOWN_MAX, History};
use signpost_domain::list::{CaseFilter, ContactFilter, OfCustomer, Order};
use signpost_domain::playbook::Playbook;
use std::sync::Arc;

/// A customer's history.
#[derive(Debug)]
pub(crate) struct CustomerHistory {
    /// The one that goes on.
    pub(crate) customer: Arc<Customer>,
    /// By reason.
    pub(crate) history: History,
    /// Whether there are cases that were not looked at.
    pub(crate) has_older_cases: bool,
    /// The latest, the newest first.
    pub(crate) contacts: Vec<Arc<Contact>>,
    /// The latest, the newest first.
    pub(crate) cases: Vec<Arc<Case>>,
}

/// The history of a customer and of all who are one with it; `None` if there is no such customer.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn history(
    reader: &RowReader,
    of: &OfCustomer,
    live: Option<&Playbook>,
) -> Result<Option<CustomerHistory>, StoreError> {
    let Some(customer) = goes_on(reader, of)? else {
        return Ok(None);
    };
    let newest = |size| PageRequest {
        order: Order::NewestFirst,
        size,
        after: None,
    };
    let all = vec![OfCustomer::Id(customer.id.clone())];
    let of_cases = CaseFilter {
        customers: all.clone(),
        ..CaseFilter::default()
    };
    let of_contacts = ContactFilter {
        customers: all,
        ..ContactFilter::default()
    };
    let found = cases(reader, &of_cases, &newest(HISTORY_CASES_MAX))?;
    let latest = contacts(reader, &of_contacts, &newest(HISTORY_SHOWN_MAX))?;
    let history = History::of(found.items.iter().map(Arc::as_ref), live);
    let mut shown = found.items;
    shown.truncate(HISTORY_SHOWN_MAX);
    Ok(Some(CustomerHistory {
        customer,
        history,
        has_older_cases: found.next.is_some(),
        contacts: latest.items,
        cases: shown,
    }))
}
