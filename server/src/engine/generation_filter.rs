//! A filter of keys that are stored by generation of the log: it says in which generations a key may be.
//!
//! It is a Bloom filter for each generation, of which 32 share a block: a word has one bit of each of them. So a look
//! at the few words of a key asks 32 generations at once, and what a look costs hardly grows with history. (Bit-sliced
//! signatures: Zobel, Moffat and Ramamohanarao, ACM TODS 23(4), 1998.)
//!
//! Their memory is bounded. Where there is no room for a block, the filter answers that any key may be in its
//! generations, and each look reads one row in each of them.

use crate::codec::rows::key::generation_of;
use signpost_domain::ids::Seq;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The number of bits for each key. A full generation takes one absent key in 2,000 for a stored one; a look asks every
/// generation.
const KEY_BITS: u64 = 16;
/// The number of bits that a key sets: the best for so many bits.
const KEY_HASHES: u64 = 11;
/// The number of generations of a block: the bits of its words.
const BLOCK_GENERATIONS: u64 = u32::BITS as u64;

/// The keys of one kind of rows. Any number of threads add keys and look them up.
pub(super) struct GenerationFilter {
    blocks: RwLock<BTreeMap<u64, Block>>,
    /// The number of keys that the bits of one generation are made for. With more keys, more looks are in vain.
    keys_each: u64,
    /// The maximum number of bytes of all bits.
    bytes_max: u64,
    /// In tests: every key whose hash is a multiple of this number is forgotten.
    #[cfg(test)]
    forgets_one_in: Option<u64>,
}

/// Neighbouring generations. In each word the lowest bit is that of the oldest.
struct Block {
    /// `None` if there was no room for them.
    words: Option<Box<[AtomicU32]>>,
    /// Which generations have stored keys.
    stored: AtomicU32,
    /// Which of them lack keys that were stored when the server started.
    incomplete: AtomicU32,
    /// The number of keys of each.
    keys: [AtomicU64; BLOCK_GENERATIONS as usize],
}

impl GenerationFilter {
    /// An empty filter for about `keys_each` keys in a generation. All its bits use at most `bytes_max` bytes.
    pub(super) fn new(keys_each: u64, bytes_max: u64) -> GenerationFilter {
        GenerationFilter {
            blocks: RwLock::default(),
            keys_each,
            bytes_max,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }

    /// Notes at a start of the server that the generations `from..=to`, and no others, have stored keys. Until
    /// [`GenerationFilter::complete_before`], any key may be in them.
    pub(super) fn begin(&self, from: u64, to: u64) {
        let mut blocks = self.write();
        for generation in from..=to {
            let block = self.block_of(&mut blocks, generation);
            block
                .incomplete
                .fetch_or(bit(generation), Ordering::Release);
            block.stored.fetch_or(bit(generation), Ordering::Release);
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
        let generation = generation_of(seq);
        if let Some(block) = self.read().get(&(generation / BLOCK_GENERATIONS)) {
            return block.add(hash, generation);
        }
        let mut blocks = self.write();
        self.block_of(&mut blocks, generation).add(hash, generation);
    }

    /// Notes that every stored key of the generations before `number` was added.
    pub(super) fn complete_before(&self, number: u64) {
        for (block, it) in self.read().iter() {
            it.incomplete
                .fetch_and(!before(*block, number), Ordering::Release);
        }
    }

    /// Drops the generations before that of the event `seq`: their keys are no longer stored.
    pub(super) fn forget_before(&self, seq: Seq) {
        let first = generation_of(seq);
        let block = first / BLOCK_GENERATIONS;
        if let Some(it) = self.read().get(&block) {
            it.stored
                .fetch_and(!before(block, first), Ordering::Release);
        }
        let oldest = self.read().keys().next().copied();
        if oldest.is_some_and(|oldest| oldest < block) {
            self.write().retain(|number, _| *number >= block);
        }
    }

    /// The generations that a key may be in, the newest first.
    pub(super) fn places(&self, hash: u64) -> Vec<u64> {
        let blocks = self.read();
        let may_be_in = blocks.iter().rev();
        let may_be_in =
            may_be_in.flat_map(|(number, it)| generations(*number, it.places(hash)).rev());
        may_be_in.collect()
    }

    /// Whether a key is surely in no generation.
    pub(super) fn is_absent(&self, hash: u64) -> bool {
        self.read().values().all(|it| it.places(hash) == 0)
    }

    /// All generations with stored keys, the oldest first.
    pub(super) fn all(&self) -> Vec<u64> {
        let blocks = self.read();
        let stored = blocks.iter();
        let stored =
            stored.flat_map(|(number, it)| generations(*number, it.stored.load(Ordering::Acquire)));
        stored.collect()
    }

    /// The number of keys in all bits, and the bytes of these bits.
    pub(super) fn size(&self) -> (u64, u64) {
        let blocks = self.read();
        (blocks.values().map(Block::keys).sum(), bytes(&blocks))
    }

    /// The block of a generation. A new one has words if there is room for them beside those of the others.
    fn block_of<'a>(&self, blocks: &'a mut BTreeMap<u64, Block>, generation: u64) -> &'a Block {
        let words = self.keys_each * KEY_BITS;
        let has_room = bytes(blocks) + words * WORD_BYTES <= self.bytes_max;
        let block = blocks.entry(generation / BLOCK_GENERATIONS);
        block.or_insert_with(|| Block {
            words: has_room.then(|| (0..words).map(|_| AtomicU32::new(0)).collect()),
            stored: AtomicU32::new(0),
            incomplete: AtomicU32::new(0),
            keys: std::array::from_fn(|_| AtomicU64::new(0)),
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<u64, Block>> {
        let read = self.blocks.read();
        read.unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Block>> {
        let write = self.blocks.write();
        write.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Block {
    /// Adds a key to a generation of the block.
    fn add(&self, hash: u64, generation: u64) {
        let bit = bit(generation);
        if let Some(words) = &self.words {
            let mut was_there = true;
            for at in positions(hash, words.len()) {
                was_there &= words[at].fetch_or(bit, Ordering::Relaxed) & bit != 0;
            }
            if !was_there {
                self.keys[bit.trailing_zeros() as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
        self.stored.fetch_or(bit, Ordering::Release);
    }

    /// A bit for each generation that a key may be in.
    fn places(&self, hash: u64) -> u32 {
        let stored = self.stored.load(Ordering::Acquire);
        let Some(words) = &self.words else {
            return stored;
        };
        let incomplete = self.incomplete.load(Ordering::Acquire);
        let mut found = stored & !incomplete;
        for at in positions(hash, words.len()) {
            if found == 0 {
                break;
            }
            found &= words[at].load(Ordering::Relaxed);
        }
        found | stored & incomplete
    }

    /// The number of keys of the generations that are stored.
    fn keys(&self) -> u64 {
        let stored = generations(0, self.stored.load(Ordering::Acquire));
        let keys = stored.map(|it| self.keys[it as usize].load(Ordering::Relaxed));
        keys.sum()
    }
}

/// The bytes of a word.
const WORD_BYTES: u64 = BLOCK_GENERATIONS / 8;

/// The words of a key: the double hashing of Kirsch and Mitzenmacher ("Less Hashing, Same Performance", 2006).
fn positions(hash: u64, words: usize) -> impl Iterator<Item = usize> {
    let step = hash.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let place = move |hash: u64| ((u128::from(hash) * words as u128) >> u64::BITS) as usize;
    (0..KEY_HASHES).map(move |n| place(hash.wrapping_add(step.wrapping_mul(n))))
}

/// The bit of a generation in the words of its block.
fn bit(generation: u64) -> u32 {
    1 << (generation % BLOCK_GENERATIONS)
}

/// The bits of the generations of a block that come before `number`.
fn before(block: u64, number: u64) -> u32 {
    let first = block * BLOCK_GENERATIONS;
    match number.saturating_sub(first) {
        count @ 0..BLOCK_GENERATIONS => (1 << count) - 1,
        _ => u32::MAX,
    }
}

/// The numbers of the generations of a block with these bits, the oldest first.
fn generations(block: u64, bits: u32) -> impl DoubleEndedIterator<Item = u64> {
    let first = block * BLOCK_GENERATIONS;
    let all = first..first + BLOCK_GENERATIONS;
    all.filter(move |it| bits & bit(*it) != 0)
}

fn bytes(blocks: &BTreeMap<u64, Block>) -> u64 {
    let words = blocks.values().filter_map(|it| it.words.as_ref());
    words.map(|words| words.len() as u64 * WORD_BYTES).sum()
}

#[cfg(test)]
mod tests;
