//! A filter of the request ids that are kept: says in which generations of the log one may have been answered.
//!
//! Each generation has bits of its own, which go with it. Their bytes are bounded: generations that find no room are
//! looked into, each at the cost of one row.

use super::key_filter::{KEY_BITS, bits_for};
use crate::codec::rows::key::{GENERATION_EVENTS, generation_of};
use fastbloom::AtomicBloomFilter;
use signpost_domain::ids::Seq;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Bytes of one generation: it has one request an event at most.
const GENERATION_BYTES: u64 = GENERATION_EVENTS * KEY_BITS / 8;

/// Request ids that are kept. Any number of threads add and look.
pub(super) struct RequestFilter {
    generations: RwLock<BTreeMap<u64, Generation>>,
    bytes_max: u64,
    /// In tests: it forgets one id in so many.
    #[cfg(test)]
    forgets_one_in: Option<u64>,
}

struct Generation {
    /// `None` if there was no room.
    bits: Option<AtomicBloomFilter>,
    keys: AtomicU64,
    /// Whether it has every id that was there at the start.
    is_complete: AtomicBool,
}

impl RequestFilter {
    /// An empty filter that takes at most so many bytes.
    pub(super) fn new(bytes_max: u64) -> RequestFilter {
        RequestFilter {
            generations: RwLock::default(),
            bytes_max,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }

    /// There are ids of these generations, and of none else: they are looked into until they are complete.
    pub(super) fn begin(&self, from: u64, to: u64) {
        let mut generations = self.write();
        for number in from..=to {
            let generation = self.generation(&generations, false);
            generations.insert(number, generation);
        }
    }

    /// Takes in an id that the event at `seq` answered.
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

    /// From here on the generations before this one have every id there is.
    pub(super) fn complete_before(&self, number: u64) {
        for (_, generation) in self.read().range(..number) {
            generation.is_complete.store(true, Ordering::Release);
        }
    }

    /// Ids of events before `seq` are gone.
    pub(super) fn forget_before(&self, seq: Seq) {
        let first = generation_of(seq);
        let oldest = self.read().keys().next().copied();
        if oldest.is_some_and(|oldest| oldest < first) {
            self.write().retain(|number, _| *number >= first);
        }
    }

    /// The generations that an id may be in, the newest first.
    pub(super) fn places(&self, hash: u64) -> Vec<u64> {
        let generations = self.read();
        let may_be_in = generations.iter().rev().filter(|(_, it)| it.may_have(hash));
        may_be_in.map(|(number, _)| *number).collect()
    }

    /// Whether it is surely in none.
    pub(super) fn is_absent(&self, hash: u64) -> bool {
        !self.read().values().any(|it| it.may_have(hash))
    }

    /// All generations there are.
    pub(super) fn all(&self) -> Vec<u64> {
        self.read().keys().copied().collect()
    }

    /// How many ids it has, and in how many bytes.
    pub(super) fn size(&self) -> (u64, u64) {
        let generations = self.read();
        let keys = generations
            .values()
            .map(|it| it.keys.load(Ordering::Relaxed));
        (keys.sum(), bytes(&generations))
    }

    /// With bits, if there is room for them.
    fn generation(&self, others: &BTreeMap<u64, Generation>, is_complete: bool) -> Generation {
        let has_room = bytes(others) + GENERATION_BYTES <= self.bytes_max;
        Generation {
            bits: has_room.then(|| bits_for(GENERATION_EVENTS)),
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
