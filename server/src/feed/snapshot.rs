//! The snapshot of a watch: open cases or live contacts, page by page. Each row is as of the time when its page is
//! read.
//!
//! Pages are read in the same way as those of lists. So the cost of a page depends on the items that it shows, not on
//! the number of rows in the store. Watchers that ask for the same page at about the same time share it.

use super::filter::{ResolvedFilter, may_hold};
use super::{Feeds, WatchEnd};
use crate::codec::index;
use crate::codec::rows::key;
use crate::engine::{EngineError, unreadable};
use crate::grpc::from_proto::feed::Filter;
use crate::queries::{self, ListPage, PageRequest};
use crate::store::{RowReader, StoreError};
use crate::tail::{EncodedOnce, Item};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::{CaseFilter, ContactFilter, ContactMark, Order};
use signpost_domain::state::RowKey;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum number of items of a page. With one more row, which shows whether there is another page, they are read in
/// four chunks, each twice as long as the one before. So no row is read for nothing.
const PAGE_ITEMS: usize = 479;
/// The maximum number of pages that are kept for watchers that need them a little later.
const PAGES_MAX: usize = 8;

/// A case or a contact of a snapshot.
pub(super) struct Kept {
    /// The key after which the snapshot can continue.
    pub(super) key: Vec<u8>,
    /// The case or the contact.
    pub(super) item: Item,
    /// The bytes of the item that are sent to watchers.
    pub(super) made: EncodedOnce,
}

/// A page of a snapshot.
pub(super) struct SnapshotPage {
    wanted: ResolvedFilter,
    after: Option<Vec<u8>>,
    /// The page includes every event up to this one.
    as_of: Seq,
    /// The items that may match.
    pub(super) kept: Vec<Kept>,
    /// The key after which the next page begins; `None` for the last page.
    pub(super) next: Option<Vec<u8>>,
}

/// The latest pages. They are kept while a snapshot is being read.
#[derive(Default)]
pub(super) struct Pages(Mutex<Shared>);

#[derive(Default)]
struct Shared {
    under_way: usize,
    kept: VecDeque<Arc<SnapshotPage>>,
}

/// A snapshot that is being read. When the last such value is dropped, all pages are dropped.
pub(super) struct UnderWay<'a>(&'a Pages);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut shared = self.0.shared();
        shared.under_way -= 1;
        if shared.under_way == 0 {
            shared.kept = VecDeque::new();
        }
    }
}

impl Pages {
    /// Begins a snapshot.
    pub(super) fn begin(&self) -> UnderWay<'_> {
        self.shared().under_way += 1;
        UnderWay(self)
    }

    /// The kept page of this filter after this key. `None` if there is none that includes every event up to `at`.
    fn get(
        &self,
        wanted: &ResolvedFilter,
        after: Option<&[u8]>,
        at: Seq,
    ) -> Option<Arc<SnapshotPage>> {
        let is_asked = |page: &&Arc<SnapshotPage>| {
            page.as_of >= at && page.after.as_deref() == after && page.wanted == *wanted
        };
        self.shared().kept.iter().find(is_asked).cloned()
    }

    fn put(&self, page: Arc<SnapshotPage>) {
        let kept = &mut self.shared().kept;
        kept.retain(|older| older.after != page.after || older.wanted != page.wanted);
        if kept.len() >= PAGES_MAX {
            kept.pop_front();
        }
        kept.push_back(page);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feeds {
    /// The page of a snapshot with this filter, after the item with the key `after`. It includes every event up to
    /// `at`. It is a kept page that was read for another watcher, or it is read now.
    pub(super) async fn page(
        &self,
        wanted: &ResolvedFilter,
        after: Option<Vec<u8>>,
        at: Seq,
    ) -> Result<Arc<SnapshotPage>, WatchEnd> {
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|_| WatchEnd::Halted(EngineError::Stopping))?;
        if let Some(page) = self.pages.get(wanted, after.as_deref(), at) {
            return Ok(page);
        }
        let rows = self.engine.rows().clone();
        let wanted = wanted.clone();
        let read = tokio::task::spawn_blocking(move || read(&rows, wanted, after));
        let page = read
            .await
            .map_err(|_| WatchEnd::Halted(EngineError::Stopping))?
            .map_err(unreadable)?;
        let page = Arc::new(page);
        self.pages.put(page.clone());
        Ok(page)
    }
}

fn read(
    rows: &RowReader,
    wanted: ResolvedFilter,
    after: Option<Vec<u8>>,
) -> Result<SnapshotPage, StoreError> {
    // Read this before the rows: changes that are applied afterwards may or may not be seen.
    let as_of = Seq(rows.applied());
    let key = after.as_deref();
    let (kept, next) = match (&wanted.filter, wanted.customers()) {
        _ if !wanted.has_snapshot() => (Vec::new(), None),
        (Filter::Cases(filter), customers) => cases(rows, (filter, customers), key)?,
        (Filter::Contacts(filter), None) => contacts(rows, &wanted, filter, key)?,
        (Filter::Contacts(filter), Some(customers)) => {
            contacts_of_customers(rows, &wanted, (filter, customers), key)?
        }
    };
    Ok(SnapshotPage {
        wanted,
        after,
        as_of,
        kept,
        next,
    })
}

/// The items of a page, and the key after which the next page begins; `None` for the last page.
type Read = (Vec<Kept>, Option<Vec<u8>>);

fn cases(
    rows: &RowReader,
    (filter, customers): (&CaseFilter, Option<&[CustomerId]>),
    after: Option<&[u8]>,
) -> Result<Read, StoreError> {
    let asked = asked(&key::OPEN_CASES, after);
    let ListPage { items, next } = queries::active_cases(rows, filter, customers, &asked)?;
    let kept = items.into_iter().map(|case| {
        let key = index::at(&key::OPEN_CASES, case.id.0);
        kept(key, Item::Case(case))
    });
    let next = next.map(|next| index::at(&key::OPEN_CASES, next));
    Ok((kept.collect(), next))
}

fn contacts(
    rows: &RowReader,
    wanted: &ResolvedFilter,
    filter: &ContactFilter,
    after: Option<&[u8]>,
) -> Result<Read, StoreError> {
    let may_hold = |glance: &_| may_hold(filter, glance);
    let holds = |contact: &Contact| wanted.holds_contact(contact);
    let found = queries::live_contacts(rows, may_hold, holds, after, PAGE_ITEMS)?;
    let kept = found.items.into_iter().filter_map(|contact| {
        let key = key::active(&RowKey::Contact(contact.id.clone()))?;
        Some(kept(key, Item::Contact(contact)))
    });
    Ok((kept.collect(), found.next))
}

fn contacts_of_customers(
    rows: &RowReader,
    wanted: &ResolvedFilter,
    (filter, customers): (&ContactFilter, &[CustomerId]),
    after: Option<&[u8]>,
) -> Result<Read, StoreError> {
    let may_hold = |mark: &ContactMark| filter.may_hold(mark);
    let holds = |contact: &Contact| wanted.holds_contact(contact);
    let asked = asked(&index::CONTACT_MARKS, after);
    let found = queries::live_contacts_of(rows, customers, may_hold, holds, &asked)?;
    let kept = found.items.into_iter().map(|contact| {
        let key = index::at(&index::CONTACT_MARKS, contact.opened);
        kept(key, Item::Contact(contact))
    });
    let next = found.next;
    let next = next.map(|next| index::at(&index::CONTACT_MARKS, next));
    Ok((kept.collect(), next))
}

/// The page after a key. A key that is not under this prefix is invalid, or comes from a version that read snapshots in
/// another way. The snapshot then begins again: no item is missing.
fn asked(prefix: &[u8], after: Option<&[u8]>) -> PageRequest {
    PageRequest {
        order: Order::OldestFirst,
        size: PAGE_ITEMS,
        after: after.and_then(|key| index::seq_under(prefix, key).ok()),
    }
}

fn kept(key: Vec<u8>, item: Item) -> Kept {
    Kept {
        key,
        item,
        made: EncodedOnce::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_domain::case::CaseState;
    use signpost_domain::ids::Slug;

    fn of(tiers: &[&str]) -> ResolvedFilter {
        let tiers = tiers.iter().map(|tier| Slug::stored(*tier));
        let filter = CaseFilter {
            states: vec![CaseState::Open],
            tiers: tiers.collect(),
            ..CaseFilter::default()
        };
        ResolvedFilter::new(Filter::Cases(filter), None)
    }

    fn gold() -> ResolvedFilter {
        of(&["gold"])
    }

    fn page(wanted: ResolvedFilter, after: Option<&[u8]>, as_of: u64) -> Arc<SnapshotPage> {
        Arc::new(SnapshotPage {
            wanted,
            after: after.map(<[u8]>::to_vec),
            as_of: Seq(as_of),
            kept: Vec::new(),
            next: None,
        })
    }

    #[test]
    fn a_page_is_shared_by_those_who_ask_for_it_and_began_before_it_was_read() {
        let any = || of(&[]);
        let pages = Pages::default();
        let (first, second) = (pages.begin(), pages.begin());
        pages.put(page(any(), None, 7));
        let get = |wanted: ResolvedFilter, after: Option<&[u8]>, at: u64| {
            let found = pages.get(&wanted, after, Seq(at));
            found.map(|page| page.as_of.0)
        };
        assert_eq!(get(any(), None, 7), Some(7));
        assert_eq!(get(any(), None, 8), None, "it lacks what 8 changed");
        assert_eq!(get(any(), Some(&[1]), 7), None, "another page");
        assert_eq!(get(gold(), None, 7), None, "another filter");
        pages.put(page(any(), None, 9));
        assert_eq!(get(any(), None, 8), Some(9), "read again since");
        for number in 0..PAGES_MAX {
            pages.put(page(gold(), Some(&number.to_be_bytes()), 9));
        }
        assert_eq!(get(any(), None, 8), None, "not kept for ever");
        let last = 1_usize.to_be_bytes();
        drop(first);
        assert_eq!(get(gold(), Some(&last), 9), Some(9));
        drop(second);
        assert_eq!(get(gold(), Some(&last), 9), None, "nobody comes to it");
    }

    #[test]
    fn a_snapshot_goes_on_behind_a_key_of_its_own_and_begins_again_behind_any_other() {
        let after = |key: &[u8]| asked(&index::CONTACT_MARKS, Some(key)).after;
        let own = index::at(&index::CONTACT_MARKS, Seq(5));
        assert_eq!(after(&own), Some(Seq(5)));
        let name = [&key::LIVE_CONTACTS[..], b"call-1"].concat();
        let longer = [&own[..], &[0]].concat();
        for other in [&name[..], &longer, &own[..8], &[]] {
            assert_eq!(after(other), None, "{other:?}");
        }
    }
}
