//! The snapshot of a watch: open cases or live contacts, page by page, each as it is when its page is read.

use super::{Feeds, Over};
use crate::codec::row::RowKind;
use crate::codec::{self, CodecError};
use crate::engine::{Halt, Item};
use crate::intake::feed::Filter;
use crate::queries;
use crate::store::{Row, RowReader, StoreError};
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
        let filter = filter.clone();
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|_| Over::Halted(Halt::Stopping))?;
        let rows = self.engine.rows().clone();
        let read = tokio::task::spawn_blocking(move || -> Result<Vec<Kept>, StoreError> {
            let found = found(&rows, &filter, after.as_deref())?.into_iter();
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

/// All that is open or live; of some customers, what they have.
fn found(rows: &RowReader, filter: &Filter, after: Option<&[u8]>) -> Result<Vec<Row>, StoreError> {
    let scan = |prefix: [u8; 1]| rows.scan_blocking(&prefix, after, PAGE_ROWS);
    let customers = &filter.facets().customers;
    match filter {
        Filter::Cases(..) if customers.is_empty() => Ok(scan(codec::key::OPEN_CASES)?.0),
        Filter::Cases(..) => queries::open_cases_of(rows, customers, after, PAGE_ROWS),
        Filter::Contacts(..) if customers.is_empty() => Ok(scan(codec::key::LIVE_CONTACTS)?.0),
        Filter::Contacts(..) => queries::live_contacts_of(rows, customers, after, PAGE_ROWS),
    }
}

fn decoded(key: &[u8], value: &[u8]) -> Result<Item, CodecError> {
    let row = codec::row::decode(RowKind::of(&codec::key::decode(key)?), value)?;
    Item::of(row).ok_or(CodecError::Shape("row"))
}
