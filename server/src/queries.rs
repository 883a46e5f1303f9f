//! Lists, read from the rows in `state/`. They use neither the memory of the engine nor the deciding thread.
//!
//! A page shows everything that was durable when it was requested ([`crate::engine::Engine::rows_caught_up`] waits for
//! the rows). It shows nothing that the rows hold only in part. The page token names the sequence after which the next
//! page begins. The sequence that opened an item never changes, so writes between two pages make no item missing or
//! repeated.
//!
//! The snapshots of watches are read in the same way, page by page, from open cases and live contacts.

mod batch;
mod cases;
mod contacts;
mod customers;
mod history;
#[cfg(test)]
mod tests;

pub(crate) use crate::index_scan::PageRequest;
pub(crate) use crate::index_scan::rows::whose;
use crate::index_scan::undecoded;
pub(crate) use batch::{batch_of_cases, batch_of_customers};
pub(crate) use cases::{active_cases, cases};
pub(crate) use contacts::{contacts, live_contacts, live_contacts_of};
pub(crate) use customers::customers;
pub(crate) use history::{CustomerHistory, history};

use signpost_domain::ids::Seq;

/// A page of a list. `N` is the type of the position where the page ends; by default a sequence.
#[derive(Clone, Debug)]
pub(crate) struct ListPage<T, N = Seq> {
    /// The items, in the requested order.
    pub(crate) items: Vec<T>,
    /// The position where the page ended; `None` at the end of the list.
    pub(crate) next: Option<N>,
}

impl<T> ListPage<T> {
    /// An empty page at the end of a list.
    fn nothing() -> ListPage<T> {
        ListPage {
            items: Vec::new(),
            next: None,
        }
    }
}
