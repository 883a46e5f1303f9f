//! Chunks: many events, packed together.

use std::io::{self, Read};

/// The bytes of events after which a chunk ends. A chunk may have one event more, which has at most 1 MiB.
pub const CHUNK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The maximum number of events of a chunk.
pub const CHUNK_EVENTS_MAX: usize = 8_192;
/// The maximum number of bytes that a chunk may unpack to, so that damaged or foreign bytes do not fill the memory.
pub const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How hard bytes are packed, from 1 (fast) to 19 (small). More than 1 costs the server too much beside its calls.
const LEVEL: i32 = 1;

/// The bytes, packed.
///
/// # Errors
/// When there is no memory.
pub fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL)
}

/// What was packed.
///
/// # Errors
/// When the bytes were not packed so, are damaged, or unpack to more than [`UNPACKED_BYTES_MAX`].
pub fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = UNPACKED_BYTES_MAX as u64 + 1;
    zstd::stream::read::Decoder::with_buffer(packed)?
        .take(limit)
        .read_to_end(&mut bytes)?;
    match bytes.len() > UNPACKED_BYTES_MAX {
        true => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it unpacks to more than {UNPACKED_BYTES_MAX} bytes"),
        )),
        false => Ok(bytes),
    }
}

/// What was packed, as text.
///
/// # Errors
/// As [`unpack`]; and when it is no UTF-8.
pub fn unpack_text(packed: &[u8]) -> io::Result<String> {
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    String::from_utf8(unpack(packed)?).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_back(bytes: Vec<u8>) {
            let packed = pack(&bytes).unwrap_or_default();
            prop_assert_eq!(unpack(&packed).ok(), Some(bytes));
        }
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() -> io::Result<()> {
        let packed = pack(&vec![0; UNPACKED_BYTES_MAX + 1])?;
        assert!(packed.len() < 100_000);
        let error = unpack(&packed).err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("it unpacks to more than 67108864 bytes")
        );
        Ok(())
    }
}
