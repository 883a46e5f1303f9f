//! The history of a customer: the contacts and cases so far.

use super::{PageRequest, cases, contacts};
use crate::index_scan::rows::goes_on;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::customer::{Customer, HISTORY_CASES_MAX, HISTORY_SHOWN_MAX, History};
use signpost_domain::list::{CaseFilter, ContactFilter, OfCustomer, Order};
use signpost_domain::playbook::Playbook;
use std::sync::Arc;

/// The history of a customer.
#[derive(Debug)]
pub(crate) struct CustomerHistory {
    /// The customer. For a merged customer, the one that it was merged into.
    pub(crate) customer: Arc<Customer>,
    /// The counts by reason.
    pub(crate) history: History,
    /// Whether there are older cases that were not read.
    pub(crate) has_older_cases: bool,
    /// The latest contacts, the newest first. At most [`HISTORY_SHOWN_MAX`].
    pub(crate) contacts: Vec<Arc<Contact>>,
    /// The latest cases, the newest first. At most [`HISTORY_SHOWN_MAX`].
    pub(crate) cases: Vec<Arc<Case>>,
}

/// The history of a customer and of the customers merged into it. `None` if there is no such customer.
///
/// # Errors
/// When a row cannot be read or decoded.
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
