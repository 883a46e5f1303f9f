//! Looks up the rows of a command before the command is decided.

use super::batch::Live;
use super::key_filters::KeyFilters;
use super::recent_rows::RecentRows;
use crate::codec;
use crate::codec::rows::RowKind;
use crate::index_scan::undecoded;
use crate::store::{RowReader, StoreError};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::state::{Row, RowKey, RowNotLoaded, State};
use std::sync::Arc;

/// Rows that were looked up; `None` for a row that does not exist.
#[derive(Debug)]
pub(crate) struct Prefetched {
    /// The keys and rows, in the order in which they were needed.
    pub(crate) rows: Vec<(RowKey, Option<Row>)>,
    /// The rows include every event up to this one.
    pub(crate) as_of: Seq,
}

/// Where rows are looked up: first in the filters, which know of most missing rows that they are missing.
#[derive(Clone)]
pub(super) struct RowLookup {
    pub(super) rows: RowReader,
    pub(super) filters: Arc<KeyFilters>,
    pub(super) recent: Arc<RecentRows>,
}

/// Looks up the rows `also`, and every row that `seek` asks for. With `trusts_recent`, it ends where `seek` asks for a
/// contact or a case that the deciding thread has in memory.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(super) async fn look_up(
    lookup: &RowLookup,
    Live {
        playbook,
        comparing,
        tokens: _,
    }: Live,
    also: &[RowKey],
    seek: impl Fn(&State) -> Result<(), RowNotLoaded>,
    trusts_recent: bool,
) -> Result<Prefetched, StoreError> {
    let mut state = State::for_prefetch(playbook, comparing);
    let mut looked = Prefetched {
        rows: Vec::new(),
        as_of: Seq(u64::MAX),
    };
    fetch(lookup, also, &mut looked, &mut state).await?;
    while let Err(RowNotLoaded(mut keys)) = seek(&state) {
        let asked = keys.len();
        keys.retain(|key| !(trusts_recent && lookup.recent.has(key)));
        let is_all = keys.len() == asked;
        fetch(lookup, &keys, &mut looked, &mut state).await?;
        if !is_all {
            break;
        }
    }
    Ok(looked)
}

async fn fetch(
    lookup: &RowLookup,
    keys: &[RowKey],
    looked: &mut Prefetched,
    state: &mut State,
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let RowLookup { rows, filters, .. } = lookup;
    // Before the filters are asked: of what is applied later they may not know yet.
    let as_of = Seq(rows.applied());
    looked.as_of = looked.as_of.min(as_of);
    let with_records = recorded(lookup, keys).await?;
    let places = with_records.iter().map(|key| filters.places(key));
    let places: Vec<Vec<Vec<u8>>> = places.collect();
    filters.prove_absent(rows, keys, &places)?;
    let counts: Vec<usize> = places.iter().map(Vec::len).collect();
    let stored_keys: Vec<Vec<u8>> = places.into_iter().flatten().collect();
    let mut values = match stored_keys.is_empty() {
        true => Vec::new(),
        false => rows.get_many(&stored_keys).await?.0,
    }
    .into_iter();
    for (key, places) in keys.iter().zip(counts) {
        let row = first_row(key, values.by_ref().take(places))?;
        looked.rows.push((key.clone(), row.clone()));
        state.cache(key.clone(), row);
    }
    Ok(())
}

/// The rows with these keys, in the order of the keys; `None` for a key without a row. No kind that is stored by
/// generation: those are looked up with the filters.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(super) async fn read(
    lookup: &RowLookup,
    keys: &[RowKey],
) -> Result<Vec<Option<Row>>, StoreError> {
    debug_assert!(!keys.iter().any(codec::rows::key::is_by_generation));
    let with_records = recorded(lookup, keys).await?;
    let stored_keys = with_records.iter().map(codec::rows::key::lookup_keys);
    let places: Vec<usize> = stored_keys.clone().map(Iterator::count).collect();
    let stored_keys: Vec<Vec<u8>> = stored_keys.flatten().collect();
    let (values, _) = lookup.rows.get_many(&stored_keys).await?;
    let mut values = values.into_iter();
    let rows = keys.iter().zip(places);
    rows.map(|(key, places)| first_row(key, values.by_ref().take(places)))
        .collect()
}

/// The row with this key; `None` if there is none. It blocks, so it is for threads of the engine.
///
/// # Errors
/// When the row cannot be read or decoded.
pub(super) fn read_blocking(lookup: &RowLookup, key: &RowKey) -> Result<Option<Row>, StoreError> {
    let mut with_record = key.clone();
    if let RowKey::Customer(id) = &mut with_record
        && id.record().is_none()
    {
        let (records, _) = lookup
            .rows
            .get_many_blocking(&lookup.filters.record_places(id))?;
        record(id, records.into_iter())?;
    }
    let stored_keys = lookup.filters.places(&with_record);
    let (values, _) = lookup.rows.get_many_blocking(&stored_keys)?;
    first_row(key, values.into_iter())
}

/// The same keys, where a customer's has the number of the record, if there is one.
async fn recorded(
    RowLookup { rows, filters, .. }: &RowLookup,
    keys: &[RowKey],
) -> Result<Vec<RowKey>, StoreError> {
    let mut keys = keys.to_vec();
    let unknown = keys.iter_mut().filter_map(|key| match key {
        RowKey::Customer(id) if id.record().is_none() => {
            let places = filters.record_places(id);
            (!places.is_empty()).then_some((id, places))
        }
        _ => None,
    });
    let (unknown, places): (Vec<&mut CustomerId>, Vec<Vec<Vec<u8>>>) = unknown.unzip();
    if !places.is_empty() {
        let (records, _) = rows.get_many(&places.concat()).await?;
        let mut records = records.into_iter();
        for (id, places) in unknown.into_iter().zip(&places) {
            record(id, records.by_ref().take(places.len()))?;
        }
    }
    Ok(keys)
}

/// Gives the id of a customer the number of the record: the first of those that are stored.
fn record(
    id: &mut CustomerId,
    stored: impl Iterator<Item = Option<Vec<u8>>>,
) -> Result<(), StoreError> {
    if let Some(stored) = stored.fold(None, Option::or) {
        let record = codec::rows::key::decode_record(&stored).map_err(undecoded)?;
        *id = id.clone().of_record(record);
    }
    Ok(())
}

/// The row under the first of the stored keys of `key` that has one.
fn first_row(
    key: &RowKey,
    values: impl Iterator<Item = Option<Vec<u8>>>,
) -> Result<Option<Row>, StoreError> {
    let stored = values.fold(None, Option::or);
    let decoded = stored
        .map(|bytes| codec::rows::decode(RowKind::of(key), &bytes))
        .transpose();
    decoded.map_err(undecoded)
}
