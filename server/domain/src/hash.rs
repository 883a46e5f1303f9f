//! Hashes of several parts, none of which runs into the next. Some are stored: what they come to must stay.

/// A hash of parts, each after its length.
#[derive(Default)]
pub(crate) struct Parts(blake3::Hasher);

impl Parts {
    /// One more part.
    pub(crate) fn put(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u32).to_be_bytes());
        self.0.update(part);
    }

    /// One byte, without a length.
    pub(crate) fn put_byte(&mut self, byte: u8) {
        self.0.update(&[byte]);
    }

    /// The hash of all.
    pub(crate) fn hash(&self) -> [u8; 16] {
        let mut hash = [0; 16];
        self.0.finalize_xof().fill(&mut hash);
        hash
    }
}
