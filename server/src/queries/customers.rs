//! Lists the customers that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::index;
use crate::codec::rows::{RowKind, decode, key};
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::EntryCursor;
use crate::index_scan::rows::customer;
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::customer::{Customer, SearchText};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::{CustomerFilter, Order};
use signpost_domain::state::Row;
use std::sync::Arc;

/// The maximum number of keys and handles that one search may find. A customer counts once for each of its own.
pub(crate) const SEARCH_FOUND_MAX: usize = 1_000;

/// A filter of customers, with what its search found.
pub(crate) struct SearchedCustomers {
    /// The filter.
    pub(crate) filter: CustomerFilter,
    /// The customers that the search found, each with the sequence that first recorded it; `None` without a search.
    pub(crate) found: Option<Vec<(Seq, CustomerId)>>,
}

/// The customers that have, or once had, a key or handle that begins with the text, in any order. `None` if these are
/// more than [`SEARCH_FOUND_MAX`] keys and handles.
///
/// # Errors
/// When an entry cannot be read or decoded.
pub(crate) fn search(
    reader: &RowReader,
    text: &SearchText,
) -> Result<Option<Vec<(Seq, CustomerId)>>, StoreError> {
    let mut all = Vec::new();
    for begin in text.forms() {
        all.extend(by_id(reader, begin)?);
        let prefix = index::customers_by_beginning(begin);
        let mut after: Option<Vec<u8>> = None;
        loop {
            if all.len() > SEARCH_FOUND_MAX {
                return Ok(None);
            }
            let left = SEARCH_FOUND_MAX + 1 - all.len();
            let (rows, _) = reader.scan_blocking(&prefix, after.as_deref(), left)?;
            for (key, id) in &rows {
                let seq = index::seq_at_end(key).map_err(undecoded)?;
                all.push((seq, index::decode_customer_id(id).map_err(undecoded)?));
            }
            match rows.last() {
                Some((key, _)) => after = Some(key.clone()),
                None => break,
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(Some(all))
}

/// The customers whose id begins with the text, at most one more than [`SEARCH_FOUND_MAX`]. They are read from the rows
/// of the customers.
fn by_id(reader: &RowReader, begin: &str) -> Result<Vec<(Seq, CustomerId)>, StoreError> {
    let prefix = index::customers_by_id(begin);
    let (mut all, mut after) = (Vec::new(), None::<Vec<u8>>);
    while all.len() <= SEARCH_FOUND_MAX {
        let left = SEARCH_FOUND_MAX + 1 - all.len();
        let (rows, _) = reader.scan_blocking(&prefix, after.as_deref(), left)?;
        let Some((last, _)) = rows.last() else {
            break;
        };
        // Entries of a customer follow its row, and may be many.
        after = Some(index::after_entries_of_customer(last));
        for (key, value) in rows.iter().filter(|(key, _)| !index::is_index(key)) {
            if let Row::Customer(found) =
                decode(RowKind::of(&key::decode(key).map_err(undecoded)?), value)
                    .map_err(undecoded)?
            {
                all.push((found.opened, found.id.clone()));
            }
        }
    }
    Ok(all)
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
    let entry = |(seq, id): (Seq, CustomerId)| (seq, id.as_str().as_bytes().to_vec());
    EntryCursor::of(all.into_iter().map(entry).collect())
}
