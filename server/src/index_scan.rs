//! Reading lists from the index: cursors over runs of entries, joined and cut by a budget.

pub(crate) mod blocks;
pub(crate) mod budget;
pub(crate) mod cursor;
pub(crate) mod rows;
pub(crate) mod times;

use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;
use std::path::PathBuf;

/// Entries, marks and rows that one page looks at. Over it the page ends with what it has.
pub(crate) const LOOKED_AT_MAX: usize = 10_000;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// In which order.
    pub(crate) order: Order,
    /// At most so many items.
    pub(crate) size: usize,
    /// Where the page before ended.
    pub(crate) after: Option<Seq>,
}

/// Rows that do not decode.
pub(crate) fn undecoded(error: impl ToString) -> StoreError {
    StoreError::Damaged {
        path: PathBuf::from("state"),
        what: error.to_string(),
    }
}
