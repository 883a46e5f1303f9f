//! Hashes of several parts. The hash includes the length of each part, so two parts never run together. Some of these
//! hashes are stored: the same parts must always give the same hash.

/// A hash of several parts. The length of each part is hashed before the part.
#[derive(Default)]
pub(crate) struct Parts(blake3::Hasher);

impl Parts {
    /// Adds one part, with its length before it.
    pub(crate) fn put(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u32).to_be_bytes());
        self.0.update(part);
    }

    /// Adds one byte, without a length.
    pub(crate) fn put_byte(&mut self, byte: u8) {
        self.0.update(&[byte]);
    }

    /// The first 16 bytes of the hash of everything that was added.
    pub(crate) fn hash(&self) -> [u8; 16] {
        let mut hash = [0; 16];
        self.0.finalize_xof().fill(&mut hash);
        hash
    }
}
