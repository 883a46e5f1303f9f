//! Changed copies of inputs: always the same ones for the same number.

/// The most places that are changed in one copy.
const CHANGES_MAX: u64 = 6;
/// The longest run of bytes that is repeated or left out.
const RUN_BYTES_MAX: usize = 40;
/// Bytes that mean something to many formats.
const TELLING: &[u8] = b"\0\x01\x7f\x80\xff\"'{}[]:,-#&*!|>%@` \n\t09.;/\\<>=()";

/// Changed copies of inputs, without end.
#[derive(Debug)]
pub struct Changed {
    of: Vec<Vec<u8>>,
    state: u64,
}

impl Changed {
    /// Changed copies of `of`.
    ///
    /// # Panics
    /// When there are none.
    pub fn new(of: Vec<Vec<u8>>, seed: u64) -> Changed {
        assert!(!of.is_empty(), "there is nothing to change");
        Changed { of, state: seed }
    }

    /// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            end => (self.number() % end as u64) as usize,
        }
    }

    fn one(&mut self) -> Vec<u8> {
        let chosen = self.below(self.of.len());
        self.of[chosen].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len());
        let until = (at + 1 + self.below(RUN_BYTES_MAX)).min(input.len());
        match self.number() % 8 {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = self.number() as u8,
            2 => {
                let telling = self.below(TELLING.len());
                input.insert(at, TELLING[telling]);
            }
            3 => drop(input.drain(at..until)),
            4 => {
                let run = input[at..until].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, run);
            }
            5 => input.truncate(at),
            6 => {
                let other = self.one();
                let from = self.below(other.len());
                input.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let bytes = self.number().to_le_bytes();
                input.splice(at..until, bytes);
            }
        }
    }
}

impl Iterator for Changed {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.one();
        for _ in 0..=self.number() % CHANGES_MAX {
            self.change(&mut input);
        }
        Some(input)
    }
}
