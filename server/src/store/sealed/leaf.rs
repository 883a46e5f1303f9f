//! The slots of `slabs/`, and the leaves in them.

use super::metadata::{Location, bytes_at, invalid, number_at};
use crate::store::lost_byte::PADDING;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The mask of the engine over its checksums.
pub(super) const CHECKSUM_MASK: u32 = 0xAF;
/// The bytes of a checksum.
const CHECKSUM_BYTES: usize = 4;
/// The number of slot sizes.
pub(super) const SIZES: u8 = 78;

/// A leaf: rows in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    pub(super) rows: Vec<(Vec<u8>, Vec<u8>)>,
    /// The bytes of the rows.
    pub(super) bytes: usize,
}

/// The files with slots.
pub(super) struct Slabs {
    folder: PathBuf,
    files: Mutex<HashMap<u64, Arc<File>>>,
}

impl Leaf {
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let found = self
            .rows
            .binary_search_by(|(known, _)| known.as_slice().cmp(key));
        found.ok().map(|at| self.rows[at].1.as_slice())
    }

    /// Reads a leaf: its first key, the first key after it, the length of what its keys have in common, and its rows.
    /// `None` if it is not the leaf from `low_key` up to `next_low_key`.
    fn decode(bytes: &[u8], low_key: &[u8], next_low_key: Option<&[u8]>) -> Option<Leaf> {
        let mut at = 0;
        let first = text_at(bytes, &mut at)?;
        let has_next = bytes.get(at)?;
        at += 1;
        let next = match has_next {
            0 => None,
            1 => Some(text_at(bytes, &mut at)?),
            _ => return None,
        };
        let prefix = usize::try_from(number_at(bytes, &mut at)?).ok()?;
        let prefix = first.get(..prefix)?.to_vec();
        let count = number_at(bytes, &mut at)?;
        let mut leaf = Leaf::default();
        for _ in 0..count {
            let key = [prefix.as_slice(), text_at(bytes, &mut at)?].concat();
            let value = text_at(bytes, &mut at)?.to_vec();
            if value == PADDING {
                continue;
            }
            leaf.bytes += key.len() + value.len();
            leaf.rows.push((key, value));
        }
        let is_sorted = leaf.rows.is_sorted_by(|(a, _), (b, _)| a < b);
        (first == low_key && next == next_low_key && is_sorted).then_some(leaf)
    }
}

impl Slabs {
    pub(super) fn new(folder: PathBuf) -> Slabs {
        Slabs {
            folder,
            files: Mutex::default(),
        }
    }

    /// Reads the leaf at `location`, which must hold the keys from `low_key` up to `next_low_key`.
    pub(super) fn read(
        &self,
        location: Location,
        low_key: &[u8],
        next_low_key: Option<&[u8]>,
    ) -> io::Result<Leaf> {
        let size = slot_size(location.slab).ok_or_else(|| {
            invalid(
                &self.folder,
                "a leaf is said to be in a slot of no known size",
            )
        })?;
        let path = self.folder.join(size.to_string());
        let file = self.file(size)?;
        let slot_bytes = usize::try_from(size).map_err(io::Error::other)?;
        let from = location
            .slot
            .checked_mul(size)
            .filter(|from| file.metadata().is_ok_and(|meta| from + size <= meta.len()))
            .ok_or_else(|| invalid(&path, &format!("it ends before slot {}", location.slot)))?;
        let mut slot = vec![0; slot_bytes];
        file.read_exact_at(&mut slot, from)?;
        let damaged = |what: &str| invalid(&path, &format!("slot {}: {what}", location.slot));
        let stored = content(&slot).ok_or_else(|| damaged("its checksum does not hold"))?;
        let decoded =
            zstd::stream::decode_all(stored).map_err(|_| damaged("it does not unpack"))?;
        Leaf::decode(&decoded, low_key, next_low_key)
            .ok_or_else(|| damaged("it holds another leaf than it should"))
    }

    fn file(&self, size: u64) -> io::Result<Arc<File>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&size) {
            return Ok(file.clone());
        }
        let path = self.folder.join(size.to_string());
        let file = File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => invalid(&path, "it is missing"),
            _ => error,
        })?;
        let file = Arc::new(file);
        files.insert(size, file.clone());
        Ok(file)
    }
}

/// The bytes of a slot of the slab with this number; `None` if there is none.
pub(super) fn slot_size(slab: u8) -> Option<u64> {
    const KIB: u64 = 1024;
    let of_four = |number: u8| (64 + 16 * u64::from(number % 4)) << (number / 4);
    let of_two = |number: u8| (256 * KIB + 128 * KIB * u64::from(number % 2)) << (number / 2);
    match slab {
        0..=40 => Some(of_four(slab)),
        41 => Some(96 * KIB),
        42 => Some(128 * KIB),
        43 => Some(160 * KIB),
        44 => Some(192 * KIB),
        45..SIZES => Some(of_two(slab - 45)),
        _ => None,
    }
}

/// The content of a slot: its length and its checksum are at the end. `None` if the checksum does not hold.
pub(super) fn content(slot: &[u8]) -> Option<&[u8]> {
    let (checked, checksum) = slot.split_at_checked(slot.len().checked_sub(CHECKSUM_BYTES)?)?;
    if (crc32fast::hash(checked) ^ CHECKSUM_MASK).to_le_bytes() != checksum {
        return None;
    }
    let length_bytes = match slot.len() {
        ..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    let (content, length) = checked.split_at_checked(checked.len().checked_sub(length_bytes)?)?;
    let mut bytes = [0; 8];
    bytes[..length_bytes].copy_from_slice(length);
    content.get(..usize::try_from(u64::from_le_bytes(bytes)).ok()?)
}

/// Bytes with their length in front.
fn text_at<'a>(bytes: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let length = usize::try_from(number_at(bytes, at)?).ok()?;
    bytes_at(bytes, at, length)
}
