//! The frame around every stored value: `[version: u8][crc32: u32, big-endian][payload]`.
//!
//! The checksum covers the key and the payload. So a value that is found under the wrong key counts as damage, too.

/// The version of the frame. There is only one so far.
const FRAME_VERSION: u8 = 1;
/// The number of bytes in front of the payload.
pub(super) const FRAME_HEAD_BYTES: usize = 5;

/// Why stored bytes are not a valid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    #[error("the value is {0} bytes long, shorter than its {FRAME_HEAD_BYTES} bytes of frame")]
    Short(usize),
    #[error("the frame has version {0}, this server reads version {FRAME_VERSION}")]
    Version(u8),
    #[error("the stored checksum is {found:08x}, the checksum of the bytes is {computed:08x}")]
    Checksum { found: u32, computed: u32 },
}

/// The bytes that are stored under `key` for `payload`.
pub(super) fn wrap(key: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(FRAME_HEAD_BYTES + payload.len());
    stored.push(FRAME_VERSION);
    stored.extend_from_slice(&checksum(key, payload).to_be_bytes());
    stored.extend_from_slice(payload);
    stored
}

/// The payload in the bytes that are stored under `key`.
///
/// # Errors
///
/// [`FrameError`] if the bytes were damaged, were stored under another key, or were written by a newer server.
pub(super) fn unwrap<'a>(key: &[u8], stored: &'a [u8]) -> Result<&'a [u8], FrameError> {
    let Some((head, payload)) = stored.split_first_chunk::<FRAME_HEAD_BYTES>() else {
        return Err(FrameError::Short(stored.len()));
    };
    let [version, c0, c1, c2, c3] = *head;
    if version != FRAME_VERSION {
        return Err(FrameError::Version(version));
    }
    let found = u32::from_be_bytes([c0, c1, c2, c3]);
    let computed = checksum(key, payload);
    if found != computed {
        return Err(FrameError::Checksum { found, computed });
    }
    Ok(payload)
}

fn checksum(key: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Stored bytes outlive the code that wrote them: this frame must stay readable for ever.
    #[test]
    fn the_stored_form_is_frozen() {
        let stored = wrap(&7_u64.to_be_bytes(), b"Signpost");
        assert_eq!(
            stored,
            [b"\x01\x05\x60\x9e\xd0".as_slice(), b"Signpost"].concat()
        );
    }

    proptest! {
        #[test]
        fn reads_back(key: Vec<u8>, payload: Vec<u8>) {
            let stored = wrap(&key, &payload);
            prop_assert_eq!(unwrap(&key, &stored), Ok(payload.as_slice()));
        }

        #[test]
        fn one_flipped_bit_is_noticed(key: Vec<u8>, payload: Vec<u8>, at: usize, bit in 0..8_u8) {
            let mut stored = wrap(&key, &payload);
            let at = at % stored.len();
            stored[at] ^= 1 << bit;
            prop_assert!(unwrap(&key, &stored).is_err());
        }

        #[test]
        fn another_key_is_noticed(a: u64, b: u64, payload: Vec<u8>) {
            prop_assume!(a != b);
            prop_assert!(unwrap(&b.to_be_bytes(), &wrap(&a.to_be_bytes(), &payload)).is_err());
        }
    }
}
