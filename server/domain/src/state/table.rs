//! A table of rows, of which some may not be in memory.

use crate::ids::Seq;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

/// Rows by key. A row can be known, known to be absent, or not be in memory.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Slot<V>>,
}

#[derive(Clone, Debug)]
struct Slot<V> {
    row: Option<Arc<V>>,
    /// The sequence at which it was put or lent last.
    at: Seq,
}

/// What a table says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held<'a, V> {
    /// The row.
    Present(&'a Arc<V>),
    /// There is none.
    Absent,
    /// It is not in memory.
    NotLoaded,
}

impl<V> Held<'_, V> {
    /// Whether it is known what the row is, or that there is none.
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
    /// What is held of a key.
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

    /// The row, if it is in memory.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&Arc<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        match self.held(key) {
            Held::Present(row) => Some(row),
            Held::Absent | Held::NotLoaded => None,
        }
    }

    /// Puts a row, or its absence.
    pub(super) fn put(&mut self, key: K, row: Option<Arc<V>>, at: Seq) {
        self.rows.insert(key, Slot { row, at });
    }

    /// Edits a row in place (a copy of it, while somebody else looks at it). Says whether there is one.
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

    /// Takes a row in that was read elsewhere, unless something is held. Says whether it was taken.
    pub(super) fn cache(&mut self, key: K, row: Option<Arc<V>>, at: Seq) -> bool {
        match self.rows.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(Slot { row, at });
                true
            }
        }
    }

    /// Forgets a row that was put or lent at `at` and not since, unless `stays`.
    pub(super) fn evict(&mut self, key: &K, at: Seq, stays: impl Fn(&V) -> bool) -> bool {
        let goes = self
            .rows
            .get(key)
            .is_some_and(|slot| slot.at == at && !slot.row.as_ref().is_some_and(|row| stays(row)));
        if goes {
            self.rows.remove(key);
        }
        goes
    }

    /// How many rows are known, or known to be absent.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Rows in memory, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&K, &Arc<V>)> {
        self.rows
            .iter()
            .filter_map(|(key, slot)| slot.row.as_ref().map(|row| (key, row)))
    }
}
