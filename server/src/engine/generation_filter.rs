//! A filter of keys that are stored by generation of the log: it says in which generations a key may be.
//!
//! Each generation has bits of its own, which are dropped with it. Their memory is bounded. Where there is no room for
//! the bits of a generation, the filter answers that any key may be in it, and each look reads one row there.

use super::key_filter::bits_for;
use crate::codec::rows::key::generation_of;
use fastbloom::AtomicBloomFilter;
use signpost_domain::ids::Seq;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The number of bits for each key. A full generation takes one absent key in 1,700 for a stored one; a look asks every
/// generation.
const KEY_BITS: u64 = 16;

/// The keys of one kind of rows. Any number of threads add keys and look them up.
pub(super) struct GenerationFilter {
    generations: RwLock<BTreeMap<u64, Generation>>,
    /// The number of keys that the bits of one generation are made for. With more keys, more looks are in vain.
    keys_each: u64,
    /// The maximum number of bytes of all bits.
    bytes_max: u64,
    /// In tests: every key whose hash is a multiple of this number is forgotten.
    #[cfg(test)]
    forgets_one_in: Option<u64>,
}

struct Generation {
    /// `None` if there was no room for them.
    bits: Option<AtomicBloomFilter>,
    keys: AtomicU64,
    /// Whether it has every key that was stored when the server started.
    is_complete: AtomicBool,
}

impl GenerationFilter {
    /// An empty filter for about `keys_each` keys in a generation. All its bits use at most `bytes_max` bytes.
    pub(super) fn new(keys_each: u64, bytes_max: u64) -> GenerationFilter {
        GenerationFilter {
            generations: RwLock::default(),
            keys_each,
            bytes_max,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }

    /// Notes at a start of the server that the generations `from..=to`, and no others, have stored keys. Until
    /// [`GenerationFilter::complete_before`], any key may be in them.
    pub(super) fn begin(&self, from: u64, to: u64) {
        let mut generations = self.write();
        for number in from..=to {
            let generation = self.generation(&generations, false);
            generations.insert(number, generation);
        }
    }

    /// Adds a key, by its hash, that is stored in the generation of the event `seq`.
    pub(super) fn add(&self, hash: u64, seq: Seq) {
        #[cfg(test)]
        if self
            .forgets_one_in
            .is_some_and(|keys| hash.is_multiple_of(keys))
        {
            return;
        }
        let number = generation_of(seq);
        if let Some(generation) = self.read().get(&number) {
            return generation.add(hash);
        }
        let mut generations = self.write();
        let new = self.generation(&generations, true);
        generations.entry(number).or_insert(new).add(hash);
    }

    /// Notes that every stored key of the generations before `number` was added.
    pub(super) fn complete_before(&self, number: u64) {
        for (_, generation) in self.read().range(..number) {
            generation.is_complete.store(true, Ordering::Release);
        }
    }

    /// Drops the generations before that of the event `seq`: their keys are no longer stored.
    pub(super) fn forget_before(&self, seq: Seq) {
        let first = generation_of(seq);
        let oldest = self.read().keys().next().copied();
        if oldest.is_some_and(|oldest| oldest < first) {
            self.write().retain(|number, _| *number >= first);
        }
    }

    /// The generations that a key may be in, the newest first.
    pub(super) fn places(&self, hash: u64) -> Vec<u64> {
        let generations = self.read();
        let may_be_in = generations.iter().rev().filter(|(_, it)| it.may_have(hash));
        may_be_in.map(|(number, _)| *number).collect()
    }

    /// Whether a key is surely in no generation.
    pub(super) fn is_absent(&self, hash: u64) -> bool {
        !self.read().values().any(|it| it.may_have(hash))
    }

    /// All generations with stored keys, the oldest first.
    pub(super) fn all(&self) -> Vec<u64> {
        self.read().keys().copied().collect()
    }

    /// The number of keys in all bits, and the bytes of these bits.
    pub(super) fn size(&self) -> (u64, u64) {
        let generations = self.read();
        let keys = generations
            .values()
            .map(|it| it.keys.load(Ordering::Relaxed));
        (keys.sum(), bytes(&generations))
    }

    /// A new generation. It has bits if there is room for them beside those of `others`.
    fn generation(&self, others: &BTreeMap<u64, Generation>, is_complete: bool) -> Generation {
        let has_room = bytes(others) + self.keys_each * KEY_BITS / 8 <= self.bytes_max;
        Generation {
            bits: has_room.then(|| bits_for(self.keys_each, KEY_BITS)),
            keys: AtomicU64::new(0),
            is_complete: AtomicBool::new(is_complete),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<u64, Generation>> {
        let read = self.generations.read();
        read.unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Generation>> {
        let write = self.generations.write();
        write.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generation {
    fn add(&self, hash: u64) {
        if let Some(bits) = &self.bits
            && !bits.insert_hash(hash)
        {
            self.keys.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn may_have(&self, hash: u64) -> bool {
        match &self.bits {
            Some(bits) if self.is_complete.load(Ordering::Acquire) => bits.contains_hash(hash),
            _ => true,
        }
    }
}

fn bytes(generations: &BTreeMap<u64, Generation>) -> u64 {
    let bits = generations.values().filter_map(|it| it.bits.as_ref());
    bits.map(|bits| bits.num_bits() as u64 / 8).sum()
}

#[cfg(test)]
mod tests;
