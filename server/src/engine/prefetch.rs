//! Looks up the rows of a command before the command is decided.

use super::batch::Live;
use super::key_filters::KeyFilters;
use super::recent_rows::RecentRows;
use crate::codec;
use crate::codec::rows::RowKind;
use crate::store::{RowReader, StoreError};
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey, RowNotLoaded, State};
use std::path::PathBuf;
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
    let places: Vec<Vec<Vec<u8>>> = keys.iter().map(|key| filters.places(key)).collect();
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
    reader: &RowReader,
    keys: &[RowKey],
) -> Result<Vec<Option<Row>>, StoreError> {
    debug_assert!(!keys.iter().any(codec::rows::key::is_by_generation));
    let stored_keys = keys.iter().map(codec::rows::key::lookup_keys);
    let places: Vec<usize> = stored_keys.clone().map(Iterator::count).collect();
    let stored_keys: Vec<Vec<u8>> = stored_keys.flatten().collect();
    let (values, _) = reader.get_many(&stored_keys).await?;
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
    let stored_keys = lookup.filters.places(key);
    let (values, _) = lookup.rows.get_many_blocking(&stored_keys)?;
    first_row(key, values.into_iter())
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
    decoded.map_err(|error| StoreError::Damaged {
        path: PathBuf::from("state"),
        what: error.to_string(),
    })
}
