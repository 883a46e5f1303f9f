//! Lists the customers that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::index;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::EntryCursor;
use crate::index_scan::rows::customer;
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::customer::Customer;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::{CustomerFilter, Order};
use std::sync::Arc;

/// A page of the customers that match `filter`.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn customers(
    reader: &RowReader,
    filter: &CustomerFilter,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Customer>>, StoreError> {
    let mut look = ScanBudget::new(reader, asked.order);
    let (low, high) = sequences(reader, Marks::Customers, filter.opened, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(ListPage::nothing());
    };
    let (mut run, by_mark) = match (filter.ids.as_slice(), &filter.identity) {
        ([], Some(handle)) => (EntryCursor::new(index::customers_by_handle(handle)), false),
        ([], None) => (EntryCursor::new(index::CUSTOMER_MARKS.to_vec()), true),
        (ids, _) => (named(&look, ids)?, false),
    };
    super::page(&mut look, span, asked.size, |look, from| {
        run.next(look, from, span)?.try_map(|seq| {
            let id = match by_mark {
                true => of_mark(filter, run.value())?,
                false => Some(index::decode_customer_id(run.value()).map_err(undecoded)?),
            };
            let Some(id) = id else {
                return Ok((seq, None));
            };
            look.looked_at(1);
            let found = customer(reader, &id)?;
            Ok((seq, found.filter(|found| filter.holds(found))))
        })
    })
}

/// The customer of a mark; `None` if its tier does not match the filter.
fn of_mark(filter: &CustomerFilter, mark: &[u8]) -> Result<Option<CustomerId>, StoreError> {
    let mark = index::decode_customer_mark(mark).map_err(undecoded)?;
    let fits = filter.has_tier(mark.tier.as_ref());
    Ok(fits.then_some(mark.id))
}

/// A cursor over the customers with these ids, each once. Ids without a customer are left out.
fn named(look: &ScanBudget<'_>, ids: &[CustomerId]) -> Result<EntryCursor, StoreError> {
    let mut all: Vec<(Seq, Vec<u8>)> = Vec::new();
    for id in ids {
        let found = customer(look.reader, id)?;
        all.extend(found.map(|found| (found.opened, id.as_str().as_bytes().to_vec())));
    }
    all.sort_unstable();
    all.dedup();
    if look.order() == Order::NewestFirst {
        all.reverse();
    }
    Ok(EntryCursor::of(all))
}
