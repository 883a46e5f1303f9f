//! Blocks. A block says which of [`BLOCK_SEQUENCES`] consecutive sequences belong to a set, in one small value.
//!
//! A separate entry for every sequence would cost a write each. The sequences of one second are in the same few blocks.
//! So one write of a block serves all of them, and one read of a block finds thousands.

use crate::codec::CodecError;
use signpost_domain::ids::Seq;

/// The number of sequences of one block.
pub const BLOCK_SEQUENCES: u64 = 1 << BITS;

const BITS: u32 = 12;
const WORDS: usize = (BLOCK_SEQUENCES / 64) as usize;
/// The bytes of a block that is written as a bitmap.
const BITMAP_BYTES: usize = WORDS * 8;
/// The maximum number of members that are written as a list. With more, a list would not be shorter than a bitmap.
const LIST_MAX: usize = BITMAP_BYTES / 2 - 1;

/// The members of a block, one bit for each sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeqBitmap(Box<[u64; WORDS]>);

impl Default for SeqBitmap {
    fn default() -> SeqBitmap {
        SeqBitmap(Box::new([0; WORDS]))
    }
}

/// The number of the block of a sequence.
pub const fn number_of(seq: Seq) -> u64 {
    seq.0 >> BITS
}

impl SeqBitmap {
    /// Adds a sequence, which must belong to this block. Returns whether the sequence is new.
    pub fn insert(&mut self, seq: Seq) -> bool {
        let (word, bit) = place(seq);
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    /// The least member that is not less than `from`; `None` if there is none. `number` is the number of this block.
    pub fn first_from(&self, number: u64, from: Seq) -> Option<Seq> {
        let from = match number_of(from) {
            of if of > number => return None,
            of if of < number => Seq(number << BITS),
            _ => from,
        };
        let (start, bit) = place(from);
        let rest = self.0[start] & !(bit - 1);
        let later = self.0[start + 1..].iter().copied();
        let mut words = (start..).zip(std::iter::once(rest).chain(later));
        let (word, bits) = words.find(|(_, bits)| *bits != 0)?;
        Some(sequence(number, word, bits.trailing_zeros()))
    }

    /// The greatest member that is not greater than `to`; `None` if there is none. `number` is the number of this
    /// block.
    pub fn last_to(&self, number: u64, to: Seq) -> Option<Seq> {
        let to = match number_of(to) {
            of if of < number => return None,
            of if of > number => Seq((number << BITS) | (BLOCK_SEQUENCES - 1)),
            _ => to,
        };
        let (end, bit) = place(to);
        let rest = self.0[end] & (bit | (bit - 1));
        let earlier = self.0[..end].iter().copied().enumerate().rev();
        let mut words = std::iter::once((end, rest)).chain(earlier);
        let (word, bits) = words.find(|(_, bits)| *bits != 0)?;
        Some(sequence(number, word, 63 - bits.leading_zeros()))
    }

    /// The stored bytes: the places of the members with two bytes each, or a bitmap if there are so many members that a
    /// list would not be shorter.
    pub fn encode(&self) -> Vec<u8> {
        let members: usize = self.0.iter().map(|word| word.count_ones() as usize).sum();
        if members > LIST_MAX {
            return self.0.iter().flat_map(|word| word.to_be_bytes()).collect();
        }
        let mut bytes = Vec::with_capacity(2 * members);
        for (word, mut bits) in self.0.iter().copied().enumerate() {
            while bits != 0 {
                let at = word as u16 * 64 + bits.trailing_zeros() as u16;
                bytes.extend_from_slice(&at.to_be_bytes());
                bits &= bits - 1;
            }
        }
        bytes
    }

    /// Reads the bytes that [`SeqBitmap::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes do not have this form.
    pub fn decode(bytes: &[u8]) -> Result<SeqBitmap, CodecError> {
        let mut block = SeqBitmap::default();
        if bytes.len() == BITMAP_BYTES {
            for (word, bytes) in block.0.iter_mut().zip(bytes.chunks_exact(8)) {
                *word = bytes
                    .iter()
                    .fold(0, |word, byte| word << 8 | u64::from(*byte));
            }
            return Ok(block);
        }
        let (places, rest) = bytes.as_chunks::<2>();
        for place in places {
            let at = u64::from(u16::from_be_bytes(*place));
            if at >= BLOCK_SEQUENCES || !block.insert(Seq(at)) {
                return Err(SHAPE);
            }
        }
        match rest.is_empty() && places.len() <= LIST_MAX {
            true => Ok(block),
            false => Err(SHAPE),
        }
    }
}

/// The word and the bit of a sequence in its block.
const fn place(seq: Seq) -> (usize, u64) {
    let at = seq.0 % BLOCK_SEQUENCES;
    ((at / 64) as usize, 1 << (at % 64))
}

fn sequence(number: u64, word: usize, bit: u32) -> Seq {
    Seq((number << BITS) + word as u64 * 64 + u64::from(bit))
}

const SHAPE: CodecError = CodecError::Shape("block");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use std::collections::BTreeSet;

    fn block(members: &BTreeSet<u64>) -> SeqBitmap {
        let mut block = SeqBitmap::default();
        for member in members {
            assert!(block.insert(Seq(*member)));
        }
        block
    }

    proptest! {
        #[test]
        fn a_block_reads_back(
            few in btree_set(0..BLOCK_SEQUENCES, 0..20),
            many in btree_set(0..BLOCK_SEQUENCES, 200..300),
        ) {
            for members in [few, many] {
                let mut block = block(&members);
                let bytes = block.encode();
                prop_assert!(bytes.len() <= BITMAP_BYTES);
                prop_assert_eq!(SeqBitmap::decode(&bytes), Ok(block.clone()));
                prop_assert!(members.iter().all(|member| !block.insert(Seq(*member))));
            }
        }

        #[test]
        fn the_next_member_either_way_is_that_of_a_sorted_set(
            members in btree_set(0..BLOCK_SEQUENCES, 0..60),
            number in 0..5_u64,
            at in 0..6 * BLOCK_SEQUENCES,
        ) {
            let block = block(&members);
            let all = || members.iter().map(|member| Seq(number * BLOCK_SEQUENCES + member));
            prop_assert_eq!(block.first_from(number, Seq(at)), all().find(|seq| seq.0 >= at));
            prop_assert_eq!(block.last_to(number, Seq(at)), all().rev().find(|seq| seq.0 <= at));
        }

        #[test]
        fn any_bytes_read_or_are_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            if let Ok(block) = SeqBitmap::decode(&bytes) {
                prop_assert_eq!(SeqBitmap::decode(&block.encode()), Ok(block));
            }
        }
    }
}
