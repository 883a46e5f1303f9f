//! Filling the filters at a start with the keys of the rows there are, while work is taken already.
//!
//! What holds no more than the key and a little is read: the marks of contacts and customers, the stretches of request
//! ids, owners and matters.

use super::key_filter::KeyFilter;
use super::key_filters::KeyFilters;
use super::row_write_error::RowWriteError;
use crate::codec::CodecError;
use crate::codec::index::request_id_buckets::{self, RequestIdBucket, STRETCH_EVENTS};
use crate::codec::index::{
    CONTACT_MARKS, CUSTOMER_MARKS, decode_contact_mark, decode_customer_mark,
};
use crate::codec::rows::key;
use crate::store::{RowReader, StoreError, StoredRow};
use signpost_domain::ids::Seq;
use signpost_domain::state::RowKey;
use std::time::Instant;

/// Rows that are read at once: while they are, the rows cannot be opened anew.
const ROWS_AT_ONCE: usize = 2_048;

/// Says which generations of request ids there are: before any row is put.
///
/// # Errors
/// When the rows do not read.
pub(super) fn begin(filters: &KeyFilters, rows: &RowReader) -> Result<(), RowWriteError> {
    let (oldest, _) = rows.scan_blocking(&key::REQUEST_AGES, None, 1)?;
    if let Some((name, _)) = oldest.first() {
        let oldest = Seq(request_id_buckets::decode_key(name)? * STRETCH_EVENTS);
        let newest = key::generation_of(Seq(rows.applied()));
        filters.requests.begin(key::generation_of(oldest), newest);
    }
    Ok(())
}

/// Fills the filters. An engine that stops ends this.
pub(super) fn run(filters: &KeyFilters, rows: &RowReader) {
    match fill(filters, rows) {
        Ok(()) | Err(RowWriteError::Read(StoreError::Closed)) => {}
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "what is not there is looked for in the rows: the filters could not be filled"
        ),
    }
}

/// The most wanted first: each speaks as soon as it is full.
fn fill(filters: &KeyFilters, rows: &RowReader) -> Result<(), RowWriteError> {
    let began = Instant::now();
    each(rows, &CUSTOMER_MARKS, |(_, mark)| {
        filters.add_key(&RowKey::Customer(decode_customer_mark(mark)?.id));
        Ok(())
    })?;
    filters.customers.complete();
    each(rows, &key::HOLDERS, |(name, _)| {
        filters.add_key(&key::decode(name)?);
        Ok(())
    })?;
    filters.identity_owners.complete();
    each(rows, &key::REQUEST_AGES, |(name, stretch)| {
        let of = Seq(request_id_buckets::decode_key(name)? * STRETCH_EVENTS);
        filters.requests.complete_before(key::generation_of(of));
        let stretch = RequestIdBucket::decode(stretch)?;
        let requests = stretch.requests();
        requests.for_each(|request| filters.add_request(&request, of));
        Ok(())
    })?;
    filters.requests.complete_before(u64::MAX);
    each(rows, &key::MATTERS, |(name, _)| {
        filters.add_key(&key::decode(name)?);
        Ok(())
    })?;
    filters.matters.complete();
    each(rows, &CONTACT_MARKS, |(_, mark)| {
        filters.add_key(&RowKey::Contact(decode_contact_mark(mark)?.0));
        Ok(())
    })?;
    filters.contacts.complete();
    let sizes = [
        &filters.contacts,
        &filters.customers,
        &filters.identity_owners,
        &filters.matters,
    ];
    let sizes = sizes.map(KeyFilter::size).into_iter();
    let sizes: Vec<(u64, u64)> = sizes.chain([filters.requests.size()]).collect();
    tracing::info!(
        seconds = began.elapsed().as_secs_f64(),
        keys = sizes.iter().map(|(keys, _)| keys).sum::<u64>(),
        bytes = sizes.iter().map(|(_, bytes)| bytes).sum::<u64>(),
        "knows in memory which rows are not there"
    );
    Ok(())
}

fn each(
    rows: &RowReader,
    prefix: &[u8],
    take: impl Fn(&StoredRow) -> Result<(), CodecError>,
) -> Result<(), RowWriteError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let (found, _) = rows.scan_blocking(prefix, after.as_deref(), ROWS_AT_ONCE)?;
        found.iter().try_for_each(&take)?;
        match found.into_iter().next_back() {
            Some((last, _)) => after = Some(last),
            None => return Ok(()),
        }
    }
}
