//! What is open of some customers: where a watch of theirs begins, without a look at everything that is open.

use super::undecoded;
use crate::codec::{index, key};
use crate::store::{Row, RowReader, SCAN_ROWS_MAX, StoreError};
use signpost_domain::ids::{CaseId, CustomerId, Seq};
use signpost_domain::state::RowKey;
use std::collections::BTreeSet;

/// The rows of their open cases, behind the one with the key `after`, in the order of their keys: at most `max`.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn open_cases_of(
    reader: &RowReader,
    customers: &[CustomerId],
    after: Option<&[u8]>,
    max: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut keys = BTreeSet::new();
    for customer in customers {
        let opened = sequences(reader, &index::cases_of_customer(customer))?;
        let opened = opened.into_iter().map(|seq| RowKey::Case(CaseId(seq)));
        keys.extend(opened.filter_map(|case| key::active(&case)));
    }
    present(reader, keys, after, max)
}

/// The same of their live contacts.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn live_contacts_of(
    reader: &RowReader,
    customers: &[CustomerId],
    after: Option<&[u8]>,
    max: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut keys = BTreeSet::new();
    for customer in customers {
        let opened = sequences(reader, &index::contacts_of_customer(customer))?;
        let marks = opened
            .iter()
            .map(|seq| index::at(&index::CONTACT_MARKS, *seq));
        let (marks, _) = reader.get_many_blocking(&marks.collect::<Vec<_>>())?;
        for mark in marks.into_iter().flatten() {
            let (contact, _) = index::decode_contact_mark(&mark).map_err(undecoded)?;
            keys.extend(key::active(&RowKey::Contact(contact)));
        }
    }
    present(reader, keys, after, max)
}

/// All sequences under a prefix.
fn sequences(reader: &RowReader, prefix: &[u8]) -> Result<Vec<Seq>, StoreError> {
    let mut all = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let (found, _) = reader.scan_blocking(prefix, after.as_deref(), SCAN_ROWS_MAX)?;
        for (key, _) in &found {
            all.push(index::seq_under(prefix, key).map_err(undecoded)?);
        }
        if found.len() < SCAN_ROWS_MAX {
            return Ok(all);
        }
        after = found.into_iter().next_back().map(|(last, _)| last);
    }
}

/// The first rows that are there, under keys behind `after`.
fn present(
    reader: &RowReader,
    keys: BTreeSet<Vec<u8>>,
    after: Option<&[u8]>,
    max: usize,
) -> Result<Vec<Row>, StoreError> {
    let keys = keys.into_iter();
    let keys: Vec<Vec<u8>> = keys.filter(|key| Some(key.as_slice()) > after).collect();
    let mut rows = Vec::new();
    for chunk in keys.chunks(max.max(1)) {
        let (values, _) = reader.get_many_blocking(chunk)?;
        let found = chunk.iter().zip(values);
        rows.extend(found.filter_map(|(key, value)| Some((key.clone(), value?))));
        if rows.len() >= max {
            rows.truncate(max);
            break;
        }
    }
    Ok(rows)
}
