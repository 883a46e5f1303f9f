//! Lists, read from the rows in `state/`: never from the engine's memory, and without a word to the deciding thread.
//!
//! A page shows what was durable when it was asked for ([`crate::engine::Engine::rows`] waits for that) and goes no
//! further than the rows hold whole. Its token says after which sequence the next one begins: what opened an item never
//! changes, so that nothing is missed or repeated by what is written between two pages.
//!
//! The snapshots of watches are read the same way, page by page, of what is open or live.

mod batch;
mod blocks;
mod cases;
mod contacts;
mod customers;
mod history;
mod look;
mod rows;
mod run;
#[cfg(test)]
mod tests;
mod times;

pub(crate) use batch::{batch_of_cases, batch_of_customers};
pub(crate) use cases::{active_cases, cases};
pub(crate) use contacts::{contacts, live_contacts, live_contacts_of};
pub(crate) use customers::customers;
pub(crate) use history::{Told, history};
pub(crate) use rows::whose;

use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;
use std::path::PathBuf;

/// Entries, marks and rows that one page looks at. Over it the page ends with what it has.
pub(crate) const LOOKED_AT_MAX: usize = 10_000;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// In which order.
    pub(crate) order: Order,
    /// At most so many items.
    pub(crate) size: usize,
    /// Where the page before ended.
    pub(crate) after: Option<Seq>,
}

/// A page. Where it ends is told by a sequence, if by nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Found<T, N = Seq> {
    /// In the order asked for.
    pub(crate) items: Vec<T>,
    /// Where it ended; `None` at the end of the list.
    pub(crate) next: Option<N>,
}

impl<T> Found<T> {
    /// Nothing, and nothing after it.
    fn nothing() -> Found<T> {
        Found {
            items: Vec::new(),
            next: None,
        }
    }
}

/// Rows that do not decode.
fn undecoded(error: impl ToString) -> StoreError {
    StoreError::Damaged {
        path: PathBuf::from("state"),
        what: error.to_string(),
    }
}
