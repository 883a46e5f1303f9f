//! An event of the tail, with the cases and contacts that it changed.

use bytes::Bytes;
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::event::Recorded;
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey, State};
use std::sync::{Arc, OnceLock};

/// Forms in which one thing is sent.
const FORMS: usize = 2;

/// Bytes that are made from a thing when the first watcher asks for them, once for all.
#[derive(Debug, Default)]
pub(crate) struct EncodedOnce([OnceLock<Bytes>; FORMS]);

impl EncodedOnce {
    /// The bytes of this form.
    pub(crate) fn get(&self, form: usize, make: impl FnOnce() -> Bytes) -> Bytes {
        self.0[form % FORMS].get_or_init(make).clone()
    }
}

/// What can be watched as it changes.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A case.
    Case(Arc<Case>),
    /// A contact.
    Contact(Arc<Contact>),
}

impl Item {
    /// Of a row; `None` for one of another kind.
    pub(crate) fn of(row: Row) -> Option<Item> {
        match row {
            Row::Case(row) => Some(Item::Case(row)),
            Row::Contact(row) => Some(Item::Contact(row)),
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) => None,
            Row::Request(_) | Row::Counts(_) | Row::Publication(_) | Row::ReportedQueue(_) => None,
        }
    }

    /// Its name.
    pub(crate) fn key(&self) -> RowKey {
        match self {
            Item::Case(case) => RowKey::Case(case.id),
            Item::Contact(contact) => RowKey::Contact(contact.id.clone()),
        }
    }

    /// The event of its last change.
    pub(crate) fn changed(&self) -> Seq {
        match self {
            Item::Case(case) => case.changed,
            Item::Contact(contact) => contact.changed,
        }
    }
}

/// A case or a contact that an event changed.
#[derive(Debug)]
pub(crate) struct Change {
    /// As it was; `None` for a new one.
    pub(crate) before: Option<Item>,
    /// As it is by the event.
    pub(crate) after: Item,
    /// `after`, as watchers are sent it.
    pub(crate) made: EncodedOnce,
}

/// An event of the tail.
#[derive(Debug)]
pub(crate) struct TailEvent {
    /// The event.
    pub(crate) recorded: Arc<Recorded>,
    /// What it changed.
    pub(crate) changes: Vec<Change>,
    /// The event, as watchers are sent it.
    pub(crate) made: EncodedOnce,
}

/// Cases and contacts as they were before an event.
pub(crate) struct Before(pub(super) Vec<(RowKey, Item)>);

impl TailEvent {
    /// An event that was just folded in and touched the rows named `keys`.
    pub(crate) fn of(
        recorded: &Arc<Recorded>,
        before: Before,
        state: &State,
        keys: &[RowKey],
    ) -> TailEvent {
        let Before(mut items) = before;
        let changes = keys.iter().filter_map(|key| {
            let after = item(state, key)?;
            let place = items.iter().position(|(before, _)| before == key);
            Some(Change {
                before: place.map(|place| items.swap_remove(place).1),
                after,
                made: EncodedOnce::default(),
            })
        });
        TailEvent {
            recorded: recorded.clone(),
            changes: changes.collect(),
            made: EncodedOnce::default(),
        }
    }
}

/// A case or a contact in memory.
pub(super) fn item(state: &State, key: &RowKey) -> Option<Item> {
    match key {
        RowKey::Case(_) | RowKey::Contact(_) => state.row(key).and_then(Item::of),
        _ => None,
    }
}
