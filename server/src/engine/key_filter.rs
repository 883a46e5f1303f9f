//! A growing filter of keys: it says of a key that it is surely not stored, or that it may be.
//!
//! It has layers, each as large as all earlier layers together. So its memory follows the number of keys, and a look
//! needs few layers. Its memory is bounded: a filter that is full calls no key absent any more. The layers are Bloom
//! filters (Almeida and others, Scalable Bloom Filters, 2007).

use fastbloom::AtomicBloomFilter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The number of bits for each key.
const KEY_BITS: u64 = 12;
/// The number of bits that one key sets. With [`KEY_BITS`], a full layer takes one absent key in 300 for a stored one.
const KEY_HASHES: u32 = 8;
/// The number of keys of the first layer.
const FIRST_KEYS: u64 = 64 * 1_024;
/// The minimum number of keys of a layer. If there is no room for so many, the filter is full.
const LAYER_KEYS_MIN: u64 = 1_024;

/// The keys of one kind of rows. Keys are never removed. Any number of threads add keys and look them up.
pub(super) struct KeyFilter {
    inside: RwLock<Inside>,
    bytes_max: u64,
    /// In tests: every key whose hash is a multiple of this number is forgotten.
    #[cfg(test)]
    forgets_one_in: Option<u64>,
}

struct Inside {
    /// The newest last.
    layers: Vec<Layer>,
    /// Whether it has every key that was stored when the server started.
    is_complete: bool,
    /// Whether there was no room for a key. Then the filter calls no key absent any more.
    is_full: bool,
}

struct Layer {
    bits: AtomicBloomFilter,
    keys_max: u64,
    keys: AtomicU64,
}

/// Bits for `keys` keys, so many for each.
fn bits_for(keys: u64, key_bits: u64) -> AtomicBloomFilter {
    // A whole number of 64-bit words.
    let bits = (keys * key_bits / 64 * 64) as usize;
    AtomicBloomFilter::with_num_bits(bits).hashes(KEY_HASHES)
}

impl KeyFilter {
    /// An empty filter that uses at most `bytes_max` bytes. Until [`KeyFilter::complete`], it calls no key absent.
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

    /// Adds a key, by its hash.
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

    /// Notes that every stored key was added.
    pub(super) fn complete(&self) {
        self.write().is_complete = true;
    }

    /// Whether a key is surely not stored.
    pub(super) fn is_absent(&self, hash: u64) -> bool {
        let inside = self.read();
        inside.is_complete && !inside.is_full && !inside.has(hash)
    }

    /// The number of keys, and the bytes of the layers.
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

    /// Adds a key to the newest layer, unless a layer has it already. Returns whether a layer has it now.
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

    /// Adds a layer if the newest is full. Returns whether there is room for a key now.
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
            bits: bits_for(keys_max, KEY_BITS),
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
