//! Fills the filters with the keys that are stored when the server starts. It runs while the server already works.
//!
//! It reads rows that hold little more than a key: the marks of contacts, the records of customers, the buckets of
//! request ids, the owners of identities, the matters.

use super::generation_filter::GenerationFilter;
use super::key_filter::KeyFilter;
use super::key_filters::KeyFilters;
use super::row_write_error::RowWriteError;
use crate::codec::CodecError;
use crate::codec::index::request_id_buckets::{self, RequestIdBucket, STRETCH_EVENTS};
use crate::codec::index::{CONTACT_MARKS, decode_contact_mark};
use crate::codec::rows::key;
use crate::store::{RowReader, StoreError, StoredRow};
use signpost_domain::ids::Seq;
use signpost_domain::state::RowKey;
use std::time::Instant;

/// The number of rows that are read in one step. During a step, the rows cannot be opened anew.
const ROWS_AT_ONCE: usize = 2_048;

/// Notes which generations of request ids, of matters and of customers are stored. Call it before any row is written.
///
/// # Errors
/// When the rows do not read.
pub(super) fn begin(filters: &KeyFilters, rows: &RowReader) -> Result<(), RowWriteError> {
    let newest = key::generation_of(Seq(rows.applied()));
    let (oldest, _) = rows.scan_blocking(&key::REQUEST_AGES, None, 1)?;
    if let Some((name, _)) = oldest.first() {
        let oldest = Seq(request_id_buckets::decode_key(name)? * STRETCH_EVENTS);
        filters.requests.begin(key::generation_of(oldest), newest);
    }
    for (prefix, filter) in [
        (key::MATTERS, &filters.matter_generations),
        (key::CUSTOMER_RECORDS, &filters.customer_generations),
    ] {
        let (oldest, _) = rows.scan_blocking(&prefix, None, 1)?;
        if let Some((name, _)) = oldest.first() {
            filter.begin(key::decode_generation(name)?, newest);
        }
    }
    Ok(())
}

/// Fills the filters. It ends early when the engine stops.
pub(super) fn run(filters: &KeyFilters, rows: &RowReader) {
    match fill(filters, rows) {
        Ok(()) | Err(RowWriteError::Read(StoreError::Closed)) => {}
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "the filters could not be filled: keys that are not stored are looked up in the rows"
        ),
    }
}

/// The filters that are asked most come first: each is used as soon as it is complete.
fn fill(filters: &KeyFilters, rows: &RowReader) -> Result<(), RowWriteError> {
    let began = Instant::now();
    each(rows, &key::CUSTOMER_RECORDS, |(name, _)| {
        let generation = key::decode_generation(name)?;
        filters.customer_generations.complete_before(generation);
        filters.add_stored_customer(name, generation);
        Ok(())
    })?;
    filters.customer_generations.complete_before(u64::MAX);
    filters.customers.complete();
    each(rows, &key::HOLDERS, |(name, _)| {
        filters.add_stored_owner(name);
        Ok(())
    })?;
    filters.identity_owners.complete();
    each(rows, &key::REQUEST_AGES, |(name, stretch)| {
        let of = Seq(request_id_buckets::decode_key(name)? * STRETCH_EVENTS);
        filters.requests.complete_before(key::generation_of(of));
        let stretch = RequestIdBucket::decode(stretch)?;
        let requests = stretch.requests();
        requests.for_each(|it| filters.add_in_generation(&RowKey::Request(it), of));
        Ok(())
    })?;
    filters.requests.complete_before(u64::MAX);
    each(rows, &key::MATTERS, |(name, _)| {
        let generation = key::decode_generation(name)?;
        filters.matter_generations.complete_before(generation);
        filters.add_in_generation(&key::decode(name)?, key::first_of(generation));
        Ok(())
    })?;
    filters.matter_generations.complete_before(u64::MAX);
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
    let by_generation = [
        &filters.matter_generations,
        &filters.customer_generations,
        &filters.requests,
    ]
    .map(GenerationFilter::size);
    let sizes: Vec<(u64, u64)> = sizes.chain(by_generation).collect();
    tracing::info!(
        seconds = began.elapsed().as_secs_f64(),
        keys = sizes.iter().map(|(keys, _)| keys).sum::<u64>(),
        bytes = sizes.iter().map(|(_, bytes)| bytes).sum::<u64>(),
        "the filters know which keys are stored"
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
