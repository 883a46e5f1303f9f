//! A growing filter of keys: says of a key that it is surely not there, or that it may be.
//!
//! It is made of layers, each as large as all before it, so that it costs memory for the keys there are and a look
//! stays short. Its bytes are bounded: a filter that is full no longer says that anything is absent.

use fastbloom::AtomicBloomFilter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Bits of one key.
pub(super) const KEY_BITS: u64 = 12;
/// Bits that one key sets: with as many bits a key one look in 300 finds a key in a full layer that is not there.
const KEY_HASHES: u32 = 8;
/// Keys of the first layer.
const FIRST_KEYS: u64 = 64 * 1_024;
/// A layer for fewer keys is not worth it: the filter is full.
const LAYER_KEYS_MIN: u64 = 1_024;

/// Keys of one kind of rows, which never go. Any number of threads add and look.
pub(super) struct KeyFilter {
    inside: RwLock<Inside>,
    bytes_max: u64,
    /// In tests: it forgets one key in so many.
    #[cfg(test)]
    forgets_one_in: Option<u64>,
}

struct Inside {
    /// The newest last.
    layers: Vec<Layer>,
    /// Whether it has every key that was there when it was made.
    is_complete: bool,
    /// Whether a key found no room: it never says anything again.
    is_full: bool,
}

struct Layer {
    bits: AtomicBloomFilter,
    keys_max: u64,
    keys: AtomicU64,
}

/// Bits for so many keys.
pub(super) fn bits_for(keys: u64) -> AtomicBloomFilter {
    // Whole words of 64 bits, and not more than there is room for.
    let bits = (keys * KEY_BITS / 64 * 64) as usize;
    AtomicBloomFilter::with_num_bits(bits).hashes(KEY_HASHES)
}

impl KeyFilter {
    /// An empty filter that takes at most so many bytes. It says nothing before [`KeyFilter::complete`].
    pub(super) fn new(bytes_max: u64) -> KeyFilter {
        KeyFilter {
            inside: RwLock::new(Inside {
                layers: Vec::new(),
                is_complete: false,
                is_full: false,
            }),
            bytes_max,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }

    /// Takes a key in.
    pub(super) fn add(&self, hash: u64) {
        #[cfg(test)]
        if self
            .forgets_one_in
            .is_some_and(|keys| hash.is_multiple_of(keys))
        {
            return;
        }
        if self.read().take_in(hash) {
            return;
        }
        let mut inside = self.write();
        if inside.is_full || !inside.grow(self.bytes_max) {
            inside.is_full = true;
            inside.layers = Vec::new();
            return;
        }
        inside.take_in(hash);
    }

    /// From here on it has every key there is.
    pub(super) fn complete(&self) {
        self.write().is_complete = true;
    }

    /// Whether there is surely no row with this key.
    pub(super) fn is_absent(&self, hash: u64) -> bool {
        let inside = self.read();
        inside.is_complete && !inside.is_full && !inside.has(hash)
    }

    /// How many keys it has, and in how many bytes.
    pub(super) fn size(&self) -> (u64, u64) {
        let inside = self.read();
        (inside.keys(), inside.bytes())
    }

    fn read(&self) -> RwLockReadGuard<'_, Inside> {
        self.inside.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inside> {
        self.inside.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn has(&self, hash: u64) -> bool {
        self.layers.iter().any(|it| it.bits.contains_hash(hash))
    }

    /// Takes a key in, if it is not there already and there is room.
    fn take_in(&self, hash: u64) -> bool {
        if self.has(hash) {
            return true;
        }
        let newest = self.layers.last();
        let room = newest.filter(|it| it.keys.load(Ordering::Relaxed) < it.keys_max);
        let Some(layer) = room else { return false };
        layer.bits.insert_hash(hash);
        layer.keys.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Makes room for a key. Says whether there is any.
    fn grow(&mut self, bytes_max: u64) -> bool {
        let newest = self.layers.last();
        if newest.is_some_and(|it| it.keys.load(Ordering::Relaxed) < it.keys_max) {
            return true;
        }
        let room = bytes_max.saturating_sub(self.bytes()) * 8 / KEY_BITS;
        let keys_max = self.keys().max(FIRST_KEYS).min(room);
        if keys_max < LAYER_KEYS_MIN {
            return false;
        }
        self.layers.push(Layer {
            bits: bits_for(keys_max),
            keys_max,
            keys: AtomicU64::new(0),
        });
        true
    }

    fn keys(&self) -> u64 {
        let keys = self.layers.iter().map(|it| it.keys.load(Ordering::Relaxed));
        keys.sum()
    }

    fn bytes(&self) -> u64 {
        let bytes = self.layers.iter().map(|it| it.bits.num_bits() as u64 / 8);
        bytes.sum()
    }
}

#[cfg(test)]
pub(super) mod tests;
