//! The snapshot of a watch: open cases or live contacts, page by page, each as it is when its page is read.

use super::{Feeds, Over};
use crate::codec::row::RowKind;
use crate::codec::{self, CodecError};
use crate::engine::{Halt, Item};
use crate::intake::feed::Filter;
use crate::store::StoreError;
use std::path::PathBuf;

/// Rows that are read at once.
const PAGE_ROWS: usize = 256;

/// A case or a contact with its key, behind which the snapshot can go on.
pub(super) type Kept = (Vec<u8>, Item);

impl Feeds {
    /// Rows that a snapshot of this filter looks through, behind the one with the key `after`; none at the end.
    pub(super) async fn page(
        &self,
        filter: &Filter,
        after: Option<Vec<u8>>,
    ) -> Result<Vec<Kept>, Over> {
        if !filter.has_snapshot() {
            return Ok(Vec::new());
        }
        let prefix = match filter {
            Filter::Cases(..) => codec::key::OPEN_CASES,
            Filter::Contacts(..) => codec::key::LIVE_CONTACTS,
        };
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|_| Over::Halted(Halt::Stopping))?;
        let rows = self.engine.rows().clone();
        let read = tokio::task::spawn_blocking(move || -> Result<Vec<Kept>, StoreError> {
            let (found, _) = rows.scan_blocking(&prefix, after.as_deref(), PAGE_ROWS)?;
            let found = found.into_iter();
            found
                .map(|(key, value)| decoded(&key, &value).map(|item| (key, item)))
                .collect::<Result<_, CodecError>>()
                .map_err(|error| StoreError::Damaged {
                    path: PathBuf::from("state"),
                    what: error.to_string(),
                })
        });
        let read = read.await.map_err(|_| Over::Halted(Halt::Stopping))?;
        Ok(read?)
    }
}

fn decoded(key: &[u8], value: &[u8]) -> Result<Item, CodecError> {
    let row = codec::row::decode(RowKind::of(&codec::key::decode(key)?), value)?;
    Item::of(row).ok_or(CodecError::Shape("row"))
}
