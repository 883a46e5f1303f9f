//! An event of the tail, with the cases and contacts that it changed.

use bytes::Bytes;
use signpost_domain::case::Case;
use signpost_domain::contact::Contact;
use signpost_domain::event::Recorded;
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey, State};
use std::sync::{Arc, OnceLock};

/// The number of forms in which one item or event is sent.
const FORMS: usize = 2;

/// The encoded bytes of one item or event. They are made when the first watcher needs them, and all watchers share
/// them.
#[derive(Debug, Default)]
pub(crate) struct EncodedOnce([OnceLock<Bytes>; FORMS]);

impl EncodedOnce {
    /// The bytes in the form with the index `form`. The first call makes them with `make`; later calls return the same
    /// bytes.
    pub(crate) fn get(&self, form: usize, make: impl FnOnce() -> Bytes) -> Bytes {
        self.0[form % FORMS].get_or_init(make).clone()
    }
}

/// An item whose changes can be watched.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A case.
    Case(Arc<Case>),
    /// A contact.
    Contact(Arc<Contact>),
}

impl Item {
    /// The item of a row. `None` if the row is neither a case nor a contact.
    pub(crate) fn of(row: Row) -> Option<Item> {
        match row {
            Row::Case(row) => Some(Item::Case(row)),
            Row::Contact(row) => Some(Item::Contact(row)),
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) => None,
            Row::Request(_) | Row::Counts(_) | Row::Publication(_) => None,
            Row::ReportedQueue(_) | Row::Token(_) => None,
        }
    }

    /// The key of its row.
    pub(crate) fn key(&self) -> RowKey {
        match self {
            Item::Case(case) => RowKey::Case(case.id),
            Item::Contact(contact) => RowKey::Contact(contact.id.clone()),
        }
    }

    /// The sequence of the event that changed the item last.
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
    /// The item before the event; `None` if the event created it.
    pub(crate) before: Option<Item>,
    /// The item after the event.
    pub(crate) after: Item,
    /// The bytes of `after` that are sent to watchers.
    pub(crate) made: EncodedOnce,
}

/// An event of the tail.
#[derive(Debug)]
pub(crate) struct TailEvent {
    /// The event.
    pub(crate) recorded: Arc<Recorded>,
    /// The cases and contacts that the event changed.
    pub(crate) changes: Vec<Change>,
    /// The bytes of the event that are sent to watchers.
    pub(crate) made: EncodedOnce,
}

/// Cases and contacts as they were before an event.
pub(crate) struct Before(pub(super) Vec<(RowKey, Item)>);

impl TailEvent {
    /// Makes the tail's form of an event that was just folded into `state`. `keys` names the rows that the event
    /// changed.
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

/// The case or the contact of a key, from memory. `None` if the key names another kind of row, or if the row is not in
/// memory.
pub(super) fn item(state: &State, key: &RowKey) -> Option<Item> {
    match key {
        RowKey::Case(_) | RowKey::Contact(_) => state.row(key).and_then(Item::of),
        _ => None,
    }
}
