//! Reads rows by their names, under whichever of its keys a row is at the moment.

use crate::codec;
use crate::codec::rows::RowKind;
use crate::codec::rows::key;
use crate::index_scan::undecoded;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::customer::Customer;
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::{CaseId, ContactId, CustomerId, Seq};
use signpost_domain::list::OfCustomer;
use signpost_domain::state::{Row, RowKey};
use std::sync::Arc;

/// How many times a row is looked for. A row may move between its keys while it is looked for.
const LOOKS_MAX: usize = 8;

/// The case with this id; `None` if there is none.
pub(crate) fn case(reader: &RowReader, id: CaseId) -> Result<Option<Arc<Case>>, StoreError> {
    Ok(match row(reader, &RowKey::Case(id))? {
        Some(Row::Case(case)) => Some(case),
        _ => None,
    })
}

/// The contact with this id; `None` if there is none.
pub(crate) fn contact(
    reader: &RowReader,
    id: &ContactId,
) -> Result<Option<Arc<Contact>>, StoreError> {
    Ok(match row(reader, &RowKey::Contact(id.clone()))? {
        Some(Row::Contact(contact)) => Some(contact),
        _ => None,
    })
}

/// The customer with this id; `None` if there is none.
pub(crate) fn customer(
    reader: &RowReader,
    id: &CustomerId,
) -> Result<Option<Arc<Customer>>, StoreError> {
    let record = match id.record() {
        Some(record) => Some(record),
        None => {
            let places: Vec<Vec<u8>> = key::record_keys(Seq(reader.applied()), id).collect();
            let (stored, _) = reader.get_many_blocking(&places)?;
            let stored = stored.into_iter().flatten().next();
            let stored = stored.map(|bytes| key::decode_record(&bytes));
            stored.transpose().map_err(undecoded)?
        }
    };
    let found = record.map(|record| customer_at(reader, record));
    let found = found.transpose()?.flatten();
    Ok(found.filter(|found| found.id == *id))
}

/// The customer with this record; `None` if there is none, or if it was erased.
///
/// # Errors
/// When the row cannot be read or decoded.
pub(crate) fn customer_at(
    reader: &RowReader,
    record: Seq,
) -> Result<Option<Arc<Customer>>, StoreError> {
    let (stored, _) = reader.get_many_blocking(&[key::customer(record)])?;
    let Some(stored) = stored.into_iter().flatten().next() else {
        return Ok(None);
    };
    match codec::rows::decode(RowKind::Customer, &stored).map_err(undecoded)? {
        // What is left of one who was erased is nobody.
        Row::Customer(found) => Ok((!found.id.is_erased()).then_some(found)),
        _ => Ok(None),
    }
}

/// The ids of the customers that a filter names, together with the customers that were merged into them, each once.
/// `None` if the filter names no customer.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn whose(
    reader: &RowReader,
    wanted: &[OfCustomer],
) -> Result<Option<Vec<CustomerId>>, StoreError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut all: Vec<CustomerId> = Vec::new();
    for of in wanted {
        let Some(first) = goes_on(reader, of)? else {
            continue;
        };
        for id in std::iter::once(&first.id).chain(first.merged_ids()) {
            if !all.contains(id) {
                all.push(id.clone());
            }
        }
    }
    Ok(Some(all))
}

/// The customer that a filter names. If that customer was merged, the customer that it was merged into. `None` if there
/// is none.
pub(crate) fn goes_on(
    reader: &RowReader,
    of: &OfCustomer,
) -> Result<Option<Arc<Customer>>, StoreError> {
    let named = match of {
        OfCustomer::Id(id) => customer(reader, id)?,
        OfCustomer::Holder(key) => holder(reader, key)?,
    };
    let survivor = named.as_ref().and_then(|row| row.merged_into.as_ref());
    match survivor {
        Some(survivor) => customer(reader, survivor),
        None => Ok(named),
    }
}

/// The customer that holds a handle; `None` if there is none. Of several the one that got it last.
fn holder(reader: &RowReader, key: &HandleKey) -> Result<Option<Arc<Customer>>, StoreError> {
    for id in holders(reader, key)? {
        // The customer no longer holds an identity that its profile leaves out.
        let found = customer(reader, &id)?.filter(|customer| customer.holds(key));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The customers that hold a handle, or held it when it was last given to one, the latest first.
pub(crate) fn holders(reader: &RowReader, key: &HandleKey) -> Result<Vec<CustomerId>, StoreError> {
    match row(reader, &RowKey::IdentityOwner(key.clone()))? {
        Some(Row::IdentityOwner(holder)) => Ok(holder.all().cloned().collect()),
        _ => Ok(Vec::new()),
    }
}

/// The row with this name; `None` if there is none. The row is under one of its keys, or for a moment under two while
/// it moves from one to the other. This may return the earlier state. That is correct as long as the later state does
/// not count as applied.
fn row(reader: &RowReader, key: &RowKey) -> Result<Option<Row>, StoreError> {
    let places: Vec<[Vec<u8>; 1]> = key::lookup_keys(key).map(|place| [place]).collect();
    for _ in 0..LOOKS_MAX {
        // Look at one key after the other: each look reads a leaf, and most rows are under the first key.
        for place in &places {
            let (values, _) = reader.get_many_blocking(place)?;
            if let Some(bytes) = values.into_iter().flatten().next() {
                let decoded = codec::rows::decode(RowKind::of(key), &bytes);
                return decoded.map(Some).map_err(undecoded);
            }
        }
        // The row may have moved to the key that was looked at first.
        if places.len() == 1 {
            break;
        }
    }
    Ok(None)
}
