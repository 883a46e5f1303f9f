//! Reads several customers or cases by their ids.

use crate::index_scan::rows;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::customer::Customer;
use signpost_domain::ids::{CaseId, CustomerId};
use signpost_domain::list::OfCustomer;
use std::sync::Arc;

/// The customers with these ids, in the order of the ids. A merged customer is replaced by the customer that it was
/// merged into. `None` for an id without a customer.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn batch_of_customers(
    reader: &RowReader,
    ids: &[CustomerId],
) -> Result<Vec<Option<Arc<Customer>>>, StoreError> {
    let found = ids.iter();
    found
        .map(|id| rows::goes_on(reader, &OfCustomer::Id(id.clone())))
        .collect()
}

/// The cases with these ids, in the order of the ids; `None` for an id without a case.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn batch_of_cases(
    reader: &RowReader,
    ids: impl Iterator<Item = CaseId>,
) -> Result<Vec<Option<Arc<Case>>>, StoreError> {
    ids.map(|id| rows::case(reader, id)).collect()
}
