//! Keys of the log: the sequence as eight bytes, most significant first, so that the order of the
//! bytes is the order of the numbers.

/// The number of bytes of a sequence as a key.
pub(super) const SEQUENCE_BYTES: usize = 8;

/// The key of the event `sequence`.
pub(super) fn sequence(sequence: u64) -> [u8; SEQUENCE_BYTES] {
    sequence.to_be_bytes()
}

/// The sequence of `key`; `None` if `key` does not have [`SEQUENCE_BYTES`] bytes.
pub(super) fn decode_sequence(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_back_and_keeps_order(a: u64, b: u64) {
            prop_assert_eq!(decode_sequence(&sequence(a)), Some(a));
            prop_assert_eq!(sequence(a).cmp(&sequence(b)), a.cmp(&b));
        }

        #[test]
        fn other_lengths_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            prop_assert_eq!(decode_sequence(&bytes).is_some(), bytes.len() == SEQUENCE_BYTES);
        }
    }
}
