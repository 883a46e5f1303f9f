//! A table of rows. Some rows may not be in memory.

use crate::ids::Seq;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

/// Rows by key. A row is in memory, or is known not to exist, or is not in memory.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Slot<V>>,
}

#[derive(Clone, Debug)]
struct Slot<V> {
    row: Option<Arc<V>>,
    /// The sequence at which the row was last put or lent.
    at: Seq,
}

/// What a table knows about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held<'a, V> {
    /// The row is in memory.
    Present(&'a Arc<V>),
    /// The row does not exist.
    Absent,
    /// The row is not in memory.
    NotLoaded,
}

impl<V> Held<'_, V> {
    /// Whether the row is in memory, or is known not to exist.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Held::NotLoaded)
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table {
            rows: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// What the table knows about a key.
    pub fn held<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Held<'_, V>
    where
        K: std::borrow::Borrow<Q>,
    {
        match self.rows.get(key) {
            Some(Slot { row: Some(row), .. }) => Held::Present(row),
            Some(Slot { row: None, .. }) => Held::Absent,
            None => Held::NotLoaded,
        }
    }

    /// The row if it is in memory; else `None`.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&Arc<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        match self.held(key) {
            Held::Present(row) => Some(row),
            Held::Absent | Held::NotLoaded => None,
        }
    }

    /// Stores a row, or that the row does not exist.
    pub(super) fn put(&mut self, key: K, row: Option<Arc<V>>, at: Seq) {
        self.rows.insert(key, Slot { row, at });
    }

    /// Edits a row in place. If somebody else holds the row, a copy is edited. Returns whether there is such a row.
    pub(super) fn edit<Q: Eq + Hash + ?Sized>(
        &mut self,
        key: &Q,
        at: Seq,
        edit: impl FnOnce(&mut V),
    ) -> bool
    where
        K: std::borrow::Borrow<Q>,
        V: Clone,
    {
        let Some(Slot {
            row: Some(row),
            at: last,
        }) = self.rows.get_mut(key)
        else {
            return false;
        };
        *last = at;
        edit(Arc::make_mut(row));
        true
    }

    /// Adds a row that was read from the store, unless the table knows the key already. Returns whether the row was
    /// added.
    pub(super) fn cache(&mut self, key: K, row: Option<Arc<V>>, at: Seq) -> bool {
        match self.rows.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(Slot { row, at });
                true
            }
        }
    }

    /// Removes a row that was last put or lent at `at`. Returns whether it was removed.
    pub(super) fn evict(&mut self, key: &K, at: Seq) -> bool {
        let goes = self.rows.get(key).is_some_and(|slot| slot.at == at);
        if goes {
            self.rows.remove(key);
        }
        goes
    }

    /// Puts in the place of each row what `again` returns for it, if it returns something.
    pub(super) fn read_again(&mut self, again: impl Fn(Arc<V>) -> Option<Arc<V>>) {
        for slot in self.rows.values_mut() {
            let now = slot.row.as_ref().and_then(|row| again(row.clone()));
            if let Some(now) = now {
                slot.row = Some(now);
            }
        }
    }

    /// How many rows are in memory or are known not to exist.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows in memory, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&K, &Arc<V>)> {
        self.rows
            .iter()
            .filter_map(|(key, slot)| slot.row.as_ref().map(|row| (key, row)))
    }
}
