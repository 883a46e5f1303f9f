//! Lists the customers that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::index;
use crate::codec::rows::key::generation_of;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::EntryCursor;
use crate::index_scan::rows::{customer, customer_at};
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::customer::{Customer, SearchText};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::CustomerFilter;
use std::sync::Arc;

/// The maximum number of keys and handles that one search may find. A customer counts once for each of its own.
pub(crate) const SEARCH_FOUND_MAX: usize = 1_000;

/// The maximum number of customers that one search looks at: those whose keys or handles begin alike.
const SEARCH_LOOKED_AT_MAX: usize = 4 * SEARCH_FOUND_MAX;

/// A filter of customers, with what its search found.
pub(crate) struct SearchedCustomers {
    /// The filter.
    pub(crate) filter: CustomerFilter,
    /// The records of the customers that the search found; `None` without a search.
    pub(crate) found: Option<Vec<Seq>>,
}

/// The records of the customers that have a key or handle that begins with the text, in any order. `None` if these are
/// more than [`SEARCH_FOUND_MAX`] keys and handles, or if more than [`SEARCH_LOOKED_AT_MAX`] customers had to be looked
/// at.
///
/// # Errors
/// When an entry cannot be read or decoded.
pub(crate) fn search(
    reader: &RowReader,
    text: &SearchText,
) -> Result<Option<Vec<Seq>>, StoreError> {
    let mut all = Vec::new();
    for begin in text.forms() {
        let mut looked_at = Vec::new();
        // Those whose own key it is.
        let named = customer(reader, &CustomerId::stored(begin.as_str()))?;
        looked_at.extend(named.map(|row| row.opened));
        let shorter = index::indexed_beginning(begin);
        for generation in 0..=generation_of(Seq(reader.applied())) {
            let prefix = index::customers_by_beginning(generation, shorter);
            let mut after: Option<Vec<u8>> = None;
            loop {
                if looked_at.len() > SEARCH_LOOKED_AT_MAX {
                    return Ok(None);
                }
                let left = SEARCH_LOOKED_AT_MAX + 1 - looked_at.len();
                let (rows, _) = reader.scan_blocking(&prefix, after.as_deref(), left)?;
                for (key, _) in &rows {
                    looked_at.push(index::seq_at_end(key).map_err(undecoded)?);
                }
                match rows.last() {
                    Some((key, _)) => after = Some(key.clone()),
                    None => break,
                }
            }
        }
        looked_at.sort_unstable();
        looked_at.dedup();
        for record in looked_at {
            // Whose form changed since, or begins otherwise after what the entries tell apart.
            let Some(row) = customer_at(reader, record)? else {
                continue;
            };
            let found = row.search_forms().into_iter();
            let found = found
                .filter(|form| form.starts_with(begin.as_str()))
                .count();
            all.extend(std::iter::repeat_n(record, found));
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
        ([], None, Some(found)) => (EntryCursor::of_all(&look, found.clone()), false),
        ([], None, None) => (EntryCursor::new(index::CUSTOMER_MARKS.to_vec()), true),
        (ids, _, _) => (named(&look, ids)?, false),
    };
    super::page(&mut look, span, asked.size, |look, from| {
        run.next(look, from, span)?.try_map(|seq| {
            if by_mark && !may_hold(filter, run.value())? {
                return Ok((seq, None));
            }
            look.looked_at(1);
            let found = customer_at(reader, seq)?;
            Ok((seq, found.filter(|found| filter.holds(found))))
        })
    })
}

/// Whether the tier in a mark matches the filter.
fn may_hold(filter: &CustomerFilter, mark: &[u8]) -> Result<bool, StoreError> {
    let mark = index::decode_customer_mark(mark).map_err(undecoded)?;
    Ok(filter.has_tier(mark.tier.as_ref()))
}

/// A cursor over the customers with these ids, each once. Ids without a customer are left out.
fn named(look: &ScanBudget<'_>, ids: &[CustomerId]) -> Result<EntryCursor, StoreError> {
    let mut all: Vec<Seq> = Vec::new();
    for id in ids {
        let found = customer(look.reader, id)?;
        all.extend(found.map(|found| found.opened));
    }
    Ok(EntryCursor::of_all(look, all))
}
