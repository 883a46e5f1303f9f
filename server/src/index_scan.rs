//! Reads lists from the index: cursors over runs of entries are united and intersected, within a budget.

pub(crate) mod blocks;
pub(crate) mod budget;
pub(crate) mod cursor;
pub(crate) mod rows;
pub(crate) mod times;

use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;
use std::path::PathBuf;

/// Maximum number of entries, marks and rows that are read for one page. When the budget is spent, the page ends with
/// the items found so far.
pub(crate) const LOOKED_AT_MAX: usize = 10_000;

/// The page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// The order of the items.
    pub(crate) order: Order,
    /// The maximum number of items of the page.
    pub(crate) size: usize,
    /// The sequence at which the page before ended; `None` for the first page.
    pub(crate) after: Option<Seq>,
}

/// The error for a row that cannot be decoded.
pub(crate) fn undecoded(error: impl ToString) -> StoreError {
    StoreError::Damaged {
        path: PathBuf::from("state"),
        what: error.to_string(),
    }
}
