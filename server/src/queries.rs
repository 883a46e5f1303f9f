//! Lists, read from the rows in `state/`: never from the engine's memory, and without a word to the deciding thread.
//!
//! A page shows what was durable when it was asked for ([`crate::engine::Engine::rows`] waits for that) and goes no
//! further than the rows hold whole. Its token says after which sequence the next one begins: what opened an item never
//! changes, so that nothing is missed or repeated by what is written between two pages.
//!
//! The snapshots of watches are read the same way, page by page, of what is open or live.

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

/// A page. Where it ends is told by a sequence, if by nothing else.
#[derive(Clone, Debug)]
pub(crate) struct ListPage<T, N = Seq> {
    /// In the order asked for.
    pub(crate) items: Vec<T>,
    /// Where it ended; `None` at the end of the list.
    pub(crate) next: Option<N>,
}

impl<T> ListPage<T> {
    /// Nothing, and nothing after it.
    fn nothing() -> ListPage<T> {
        ListPage {
            items: Vec::new(),
            next: None,
        }
    }
}
