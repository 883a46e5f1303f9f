//! Several customers or cases by their names.

use crate::index_scan::rows;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::customer::Customer;
use signpost_domain::ids::{CaseId, CustomerId};
use signpost_domain::list::OfCustomer;
use std::sync::Arc;

/// The customers, or who goes on for them, in the order asked.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn batch_of_customers(
    reader: &RowReader,
    ids: &[CustomerId],
) -> Result<Vec<Option<Arc<Customer>>>, StoreError> {
    let found = ids.iter();
    found
        .map(|id| rows::goes_on(reader, &OfCustomer::Id(id.clone())))
        .collect()
}

/// The cases, in the order asked.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn batch_of_cases(
    reader: &RowReader,
    ids: impl Iterator<Item = CaseId>,
) -> Result<Vec<Option<Arc<Case>>>, StoreError> {
    ids.map(|id| rows::case(reader, id)).collect()
}
