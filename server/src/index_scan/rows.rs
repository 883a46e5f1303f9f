//! Rows by their names, wherever they are at the moment.

use crate::codec;
use crate::codec::rows::RowKind;
use crate::codec::rows::key;
use crate::index_scan::undecoded;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::customer::{Customer, IdentityKey};
use signpost_domain::ids::{CaseId, ContactId, CustomerId};
use signpost_domain::list::OfCustomer;
use signpost_domain::state::{Row, RowKey};
use std::sync::Arc;

/// How often a row is looked for that goes from one key to the other and back meanwhile.
const LOOKS_MAX: usize = 8;

/// A case.
pub(crate) fn case(reader: &RowReader, id: CaseId) -> Result<Option<Arc<Case>>, StoreError> {
    Ok(match row(reader, &RowKey::Case(id))? {
        Some(Row::Case(case)) => Some(case),
        _ => None,
    })
}

/// A contact.
pub(crate) fn contact(
    reader: &RowReader,
    id: &ContactId,
) -> Result<Option<Arc<Contact>>, StoreError> {
    Ok(match row(reader, &RowKey::Contact(id.clone()))? {
        Some(Row::Contact(contact)) => Some(contact),
        _ => None,
    })
}

/// A customer.
pub(crate) fn customer(
    reader: &RowReader,
    id: &CustomerId,
) -> Result<Option<Arc<Customer>>, StoreError> {
    Ok(match row(reader, &RowKey::Customer(id.clone()))? {
        Some(Row::Customer(customer)) => Some(customer),
        _ => None,
    })
}

/// The keys of all who are one with the customers that a filter means, each once; `None` if it asks for nobody's.
///
/// # Errors
/// When the rows do not read.
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

/// The customer that a filter means, or the one that goes on for it.
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

/// The customer that holds an identity.
fn holder(reader: &RowReader, key: &IdentityKey) -> Result<Option<Arc<Customer>>, StoreError> {
    let Some(Row::IdentityOwner(id)) = row(reader, &RowKey::IdentityOwner(key.clone()))? else {
        return Ok(None);
    };
    // A profile that leaves the identity out has let it go.
    let customer = customer(reader, &id)?;
    Ok(customer.filter(|customer| customer.profile.holds(key)))
}

/// The row of this name. It is under one of its keys, or under two for a moment while it goes from one to the other;
/// until the later state counts as applied, the earlier one is as good.
fn row(reader: &RowReader, key: &RowKey) -> Result<Option<Row>, StoreError> {
    let places: Vec<[Vec<u8>; 1]> = key::lookup_keys(key).map(|place| [place]).collect();
    for _ in 0..LOOKS_MAX {
        // One after another: each costs a leaf, and most rows are at the first.
        for place in &places {
            let (values, _) = reader.get_many_blocking(place)?;
            if let Some(bytes) = values.into_iter().flatten().next() {
                let decoded = codec::rows::decode(RowKind::of(key), &bytes);
                return decoded.map(Some).map_err(undecoded);
            }
        }
        // It may have gone to the key that was looked at first.
        if places.len() == 1 {
            break;
        }
    }
    Ok(None)
}
