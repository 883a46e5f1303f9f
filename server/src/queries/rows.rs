//! Rows by their names, wherever they are at the moment.

use super::undecoded;
use crate::codec;
use crate::codec::row::RowKind;
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
pub(super) fn case(reader: &RowReader, id: CaseId) -> Result<Option<Arc<Case>>, StoreError> {
    let newest = rows(reader, &RowKey::Case(id))?.into_iter();
    let cases = newest.filter_map(|row| match row {
        Row::Case(case) => Some(case),
        _ => None,
    });
    Ok(cases.max_by_key(|case| case.changed))
}

/// A contact.
pub(super) fn contact(
    reader: &RowReader,
    id: &ContactId,
) -> Result<Option<Arc<Contact>>, StoreError> {
    let newest = rows(reader, &RowKey::Contact(id.clone()))?.into_iter();
    let contacts = newest.filter_map(|row| match row {
        Row::Contact(contact) => Some(contact),
        _ => None,
    });
    Ok(contacts.max_by_key(|contact| contact.changed))
}

/// A customer.
pub(super) fn customer(
    reader: &RowReader,
    id: &CustomerId,
) -> Result<Option<Arc<Customer>>, StoreError> {
    let found = rows(reader, &RowKey::Customer(id.clone()))?;
    Ok(found.into_iter().find_map(|row| match row {
        Row::Customer(customer) => Some(customer),
        _ => None,
    }))
}

/// The keys of all who are one with the customer that a filter means, the one that goes on first; nobody, if there is
/// no such customer.
pub(super) fn whose(reader: &RowReader, of: &OfCustomer) -> Result<Vec<CustomerId>, StoreError> {
    let Some(first) = goes_on(reader, of)? else {
        return Ok(Vec::new());
    };
    let merged = first.merged_ids().cloned();
    Ok(std::iter::once(first.id.clone()).chain(merged).collect())
}

/// The customer that a filter means, or the one that goes on for it.
pub(super) fn goes_on(
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
    let mut holder = rows(reader, &RowKey::Holder(key.clone()))?.into_iter();
    let holder = holder.find_map(|row| match row {
        Row::Holder(id) => Some(CustomerId::clone(&id)),
        _ => None,
    });
    let Some(id) = holder else { return Ok(None) };
    // A profile that leaves the identity out has let it go.
    let customer = customer(reader, &id)?;
    Ok(customer.filter(|customer| customer.profile.holds(key)))
}

/// The row under each key of this name that has it: two for a moment, while it goes from one to the other.
fn rows(reader: &RowReader, key: &RowKey) -> Result<Vec<Row>, StoreError> {
    let keys: Vec<Vec<u8>> = codec::key::lookup_keys(key).collect();
    for _ in 0..LOOKS_MAX {
        let (values, _) = reader.get_many_blocking(&keys)?;
        let found = values.into_iter().flatten();
        let rows = found.map(|bytes| codec::row::decode(RowKind::of(key), &bytes));
        let rows: Vec<Row> = rows.collect::<Result<_, _>>().map_err(undecoded)?;
        // It may have gone to the key that was looked at first.
        if !rows.is_empty() || keys.len() == 1 {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}
