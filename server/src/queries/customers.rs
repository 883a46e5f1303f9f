//! Lists the customers that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::index;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::EntryCursor;
use crate::index_scan::rows::customer;
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::customer::{Customer, SearchText};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::{CustomerFilter, Order};
use std::sync::Arc;

/// The maximum number of keys and handles that one search may find. A customer counts once for each of its own.
pub(crate) const SEARCH_FOUND_MAX: usize = 1_000;

/// The maximum number of customers that one search looks at: those whose keys or handles begin alike.
const SEARCH_LOOKED_AT_MAX: usize = 4 * SEARCH_FOUND_MAX;

/// A filter of customers, with what its search found.
pub(crate) struct SearchedCustomers {
    /// The filter.
    pub(crate) filter: CustomerFilter,
    /// The customers that the search found, each with the sequence that first recorded it; `None` without a search.
    pub(crate) found: Option<Vec<(Seq, CustomerId)>>,
}

/// The customers that have a key or handle that begins with the text, in any order. `None` if these are more than
/// [`SEARCH_FOUND_MAX`] keys and handles, or if more than [`SEARCH_LOOKED_AT_MAX`] customers had to be looked at.
///
/// # Errors
/// When an entry cannot be read or decoded.
pub(crate) fn search(
    reader: &RowReader,
    text: &SearchText,
) -> Result<Option<Vec<(Seq, CustomerId)>>, StoreError> {
    let mut all = Vec::new();
    for begin in text.forms() {
        let mut looked_at = Vec::new();
        for prefix in index::customers_beginning(begin) {
            let mut after: Option<Vec<u8>> = None;
            loop {
                if looked_at.len() > SEARCH_LOOKED_AT_MAX {
                    return Ok(None);
                }
                let left = SEARCH_LOOKED_AT_MAX + 1 - looked_at.len();
                let (rows, _) = reader.scan_blocking(&prefix, after.as_deref(), left)?;
                for (_, id) in &rows {
                    looked_at.push(index::decode_customer_id(id).map_err(undecoded)?);
                }
                match rows.last() {
                    Some((key, _)) => after = Some(key.clone()),
                    None => break,
                }
            }
        }
        for id in looked_at {
            // Whose form changed since, or begins otherwise after what the entries tell apart.
            let Some(row) = customer(reader, &id)? else {
                continue;
            };
            let found = row.search_forms().into_iter();
            let found = found
                .filter(|form| form.starts_with(begin.as_str()))
                .count();
            all.extend(std::iter::repeat_n((row.opened, id), found));
        }
        if all.len() > SEARCH_FOUND_MAX {
            return Ok(None);
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(Some(all))
}

/// A page of the customers that match the filter.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn customers(
    reader: &RowReader,
    SearchedCustomers { filter, found }: &SearchedCustomers,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Customer>>, StoreError> {
    let mut look = ScanBudget::new(reader, asked.order);
    let (low, high) = sequences(reader, Marks::Customers, filter.opened, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(ListPage::nothing());
    };
    let (mut run, by_mark) = match (filter.ids.as_slice(), &filter.identity, found) {
        ([], Some(handle), _) => (EntryCursor::new(index::customers_by_handle(handle)), false),
        ([], None, Some(found)) => (these(&look, found.clone()), false),
        ([], None, None) => (EntryCursor::new(index::CUSTOMER_MARKS.to_vec()), true),
        (ids, _, _) => (named(&look, ids)?, false),
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
    let mut all: Vec<(Seq, CustomerId)> = Vec::new();
    for id in ids {
        let found = customer(look.reader, id)?;
        all.extend(found.map(|found| (found.opened, id.clone())));
    }
    Ok(these(look, all))
}

/// A cursor over these customers, each once.
fn these(look: &ScanBudget<'_>, mut all: Vec<(Seq, CustomerId)>) -> EntryCursor {
    all.sort_unstable();
    all.dedup();
    if look.order() == Order::NewestFirst {
        all.reverse();
    }
    let entry = |(seq, id): (Seq, CustomerId)| (seq, index::encode_customer_id(&id));
    EntryCursor::of(all.into_iter().map(entry).collect())
}
