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
mod conflicts;
mod contacts;
mod customers;
mod erasure;
mod history;
mod in_use;
#[cfg(test)]
mod tests;

pub(crate) use crate::index_scan::PageRequest;
pub(crate) use crate::index_scan::rows::whose;

use crate::index_scan::budget::{ScanBudget, Span};
use crate::index_scan::cursor::Step;
use crate::index_scan::undecoded;
use crate::store::StoreError;
pub(crate) use batch::{batch_of_cases, batch_of_customers};
pub(crate) use cases::{active_cases, cases};
pub(crate) use conflicts::{Conflict, handle_conflicts};
pub(crate) use contacts::{contacts, live_contacts, live_contacts_of};
pub(crate) use customers::{SEARCH_FOUND_MAX, SearchedCustomers, customers, search};
pub(crate) use erasure::erasure;
pub(crate) use history::{CustomerHistory, history};
pub(crate) use in_use::names_in_use;

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

/// A page of at most `size` items of a span. `next` takes the next step from a sequence on. It gives the sequence of
/// what it found, with the item if the item matches.
fn page<T>(
    look: &mut ScanBudget<'_>,
    span: Span,
    size: usize,
    mut next: impl FnMut(&mut ScanBudget<'_>, Seq) -> Result<Step<(Seq, Option<T>)>, StoreError>,
) -> Result<ListPage<T>, StoreError> {
    let mut items = Vec::new();
    let mut last_shown = None;
    let mut from = span.first;
    loop {
        let step = match look.is_spent() && from != span.first {
            true => Step::Spent(from),
            false => next(look, from)?,
        };
        let (seq, found) = match step {
            Step::At(found) => found,
            Step::Spent(at) => {
                let next = Some(look.previous(at));
                return Ok(ListPage { items, next });
            }
            Step::End => return Ok(ListPage { items, next: None }),
        };
        if let Some(item) = found {
            if items.len() == size {
                let next = last_shown;
                return Ok(ListPage { items, next });
            }
            items.push(item);
            last_shown = Some(seq);
        }
        match look.next(seq) {
            Some(next) if !look.is_before(span.last, next) => from = next,
            _ => return Ok(ListPage { items, next: None }),
        }
    }
}
