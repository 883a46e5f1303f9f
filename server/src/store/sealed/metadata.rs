//! The bookkeeping of the engine in `metadata/`: where each leaf is.

use super::leaf::CHECKSUM_MASK;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The bytes in front of a frame: 6 of its length, 2 of the checksum of the length.
const HEAD_BYTES: usize = 8;
const LENGTH_BYTES: usize = 6;
/// The bytes of the checksum after a frame.
const TAIL_BYTES: usize = 4;
/// The collection that has the rows. (The other one has names of collections, of which we use none.)
const ROWS_COLLECTION: u64 = 1;

/// Leaves by their numbers: the first key, the place, and whether it was written after the snapshot.
type Leaves = HashMap<u64, (Vec<u8>, u64, bool)>;

/// Where all leaves are, in the order of their keys.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) places: Vec<Place>,
    /// Why the end of the newest log does not read; `None` if it does.
    pub(super) torn: Option<String>,
}

/// Where a leaf is.
pub(super) struct Place {
    /// The first key that the leaf can hold.
    pub(super) low_key: Vec<u8>,
    pub(super) location: Location,
    /// Whether the leaf was written after the snapshot.
    pub(super) is_recent: bool,
}

/// A slot of a file.
#[derive(Clone, Copy)]
pub(super) struct Location {
    pub(super) slab: u8,
    pub(super) slot: u64,
}

/// The files that count: the newest snapshot, and the logs after it.
struct Files {
    snapshot: Option<PathBuf>,
    logs: Vec<PathBuf>,
}

/// The frames of a file, unpacked or not, and what is wrong after them.
struct Frames<'a> {
    frames: Vec<&'a [u8]>,
    /// Where the bytes begin that are no frame; `None` if there are none.
    rest: Option<usize>,
}

impl Catalog {
    /// Reads the bookkeeping in `folder`. A folder that does not exist has no leaves.
    pub(super) fn read(folder: &Path) -> io::Result<Catalog> {
        let files = Files::find(folder)?;
        let mut leaves = Leaves::new();
        if let Some(path) = &files.snapshot {
            let bytes = fs::read(path)?;
            let Frames { frames, rest } = Frames::of(&bytes);
            match (frames.as_slice(), rest) {
                ([frame], None) => take_in(&mut leaves, frame, path, false)?,
                _ => return Err(invalid(path, "its checksum does not hold")),
            }
        }
        let mut torn = None;
        for (index, path) in files.logs.iter().enumerate() {
            let bytes = fs::read(path)?;
            let Frames { frames, rest } = Frames::of(&bytes);
            for frame in frames {
                take_in(&mut leaves, frame, path, true)?;
            }
            if let Some(rest) = rest {
                let is_newest = index + 1 == files.logs.len();
                torn = Some(not_whole(path, &bytes, rest, is_newest)?);
            }
        }
        let mut places = BTreeMap::new();
        for (low_key, location, is_recent) in leaves.into_values() {
            let [slab, slot @ ..] = location.to_be_bytes();
            let slab = slab.checked_sub(1);
            let slab = slab.ok_or_else(|| invalid(folder, "a leaf has no place"))?;
            let mut number = [0; 8];
            number[1..].copy_from_slice(&slot);
            let slot = u64::from_be_bytes(number);
            let location = Location { slab, slot };
            if places.insert(low_key, (location, is_recent)).is_some() {
                return Err(invalid(folder, "two leaves begin with one key"));
            }
        }
        let places = places.into_iter();
        let places = places.map(|(low_key, (location, is_recent))| Place {
            low_key,
            location,
            is_recent,
        });
        let places: Vec<Place> = places.collect();
        if places
            .first()
            .is_some_and(|first| !first.low_key.is_empty())
        {
            return Err(invalid(folder, "the first leaf is missing"));
        }
        Ok(Catalog { places, torn })
    }

    /// The leaf that holds `key`; `None` if there are no leaves.
    pub(super) fn around(&self, key: &[u8]) -> Option<usize> {
        let after = self
            .places
            .partition_point(|place| place.low_key.as_slice() <= key);
        after.checked_sub(1)
    }
}

/// Checks the bookkeeping in `folder` before the engine opens it. The engine ignores what follows after bytes that it
/// cannot read, although it was acknowledged.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if whole frames follow after damage.
pub(in crate::store) fn check(folder: &Path) -> io::Result<()> {
    let files = Files::find(folder)?;
    for (index, path) in files.logs.iter().enumerate() {
        let bytes = fs::read(path)?;
        if let Some(rest) = Frames::of(&bytes).rest {
            not_whole(path, &bytes, rest, index + 1 == files.logs.len())?;
        }
    }
    Ok(())
}

/// Whether there is a snapshot in `folder` but no log after it. The engine leaves it so only for a moment, when it
/// opens.
pub(in crate::store) fn lacks_log(folder: &Path) -> io::Result<bool> {
    let files = Files::find(folder)?;
    Ok(files.snapshot.is_some() && files.logs.is_empty())
}

/// What is to be said of a log that does not read from byte `rest` on. The newest may end so: the power went, or the
/// disk was full, while its last frame was written, and nothing was answered from it.
///
/// # Errors
/// If it cannot have come about like that: it is damage.
fn not_whole(path: &Path, bytes: &[u8], rest: usize, is_newest: bool) -> io::Result<String> {
    let follows = (rest + 1..bytes.len()).any(|at| frame_at(bytes, at).is_some());
    if follows || !is_newest {
        let what = format!("it does not read at byte {rest}, and more was written after that");
        return Err(invalid(path, &what));
    }
    let size = bytes.len();
    Ok(format!(
        "{} does not read from byte {rest} of {size} on",
        path.display()
    ))
}

impl Files {
    fn find(folder: &Path) -> io::Result<Files> {
        let (mut snapshots, mut logs) = (BTreeMap::new(), BTreeMap::new());
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Files {
                    snapshot: None,
                    logs: Vec::new(),
                });
            }
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let number = |prefix: &str| {
                let digits = name.strip_prefix(prefix)?;
                u64::from_str_radix(digits, 16).ok()
            };
            // What ends with `.tmp` was not finished, and does not read as a number.
            if let Some(number) = number("snapshot_") {
                snapshots.insert(number, entry.path());
            } else if let Some(number) = number("log_") {
                logs.insert(number, entry.path());
            }
        }
        let newest = snapshots.pop_last();
        let from = newest.as_ref().map_or(0, |(number, _)| number + 1);
        let logs = logs.split_off(&from);
        let is_whole = logs
            .keys()
            .zip(logs.keys().skip(1))
            .all(|(a, b)| a + 1 == *b)
            && (newest.is_none() || logs.keys().next().is_none_or(|first| *first == from));
        if !is_whole {
            return Err(invalid(folder, "one of its logs is missing"));
        }
        Ok(Files {
            snapshot: newest.map(|(_, path)| path),
            logs: logs.into_values().collect(),
        })
    }
}

impl Frames<'_> {
    fn of(bytes: &[u8]) -> Frames<'_> {
        let (mut frames, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            match frame_at(bytes, at) {
                Some((frame, end)) => {
                    frames.push(frame);
                    at = end;
                }
                None => {
                    return Frames {
                        frames,
                        rest: Some(at),
                    };
                }
            }
        }
        Frames { frames, rest: None }
    }
}

/// The frame at byte `at`, still packed, and where it ends; `None` if there is no whole frame.
fn frame_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let head = bytes.get(at..at + HEAD_BYTES)?;
    let (length, checksum) = head.split_at(LENGTH_BYTES);
    if crc32fast::hash(length).to_le_bytes()[..checksum.len()] != *checksum {
        return None;
    }
    let mut number = [0; 8];
    number[..LENGTH_BYTES].copy_from_slice(length);
    let length = usize::try_from(u64::from_le_bytes(number)).ok()?;
    let end = at.checked_add(HEAD_BYTES)?.checked_add(length)?;
    let checksum = bytes.get(end..end.checked_add(TAIL_BYTES)?)?;
    let computed = crc32fast::hash(&bytes[at..end]) ^ CHECKSUM_MASK;
    (computed.to_le_bytes() == checksum).then(|| (&bytes[at + HEAD_BYTES..end], end + TAIL_BYTES))
}

/// Takes the changes of a frame in: for each leaf its number, its collection, its place (0 if it is gone) and its first
/// key.
fn take_in(leaves: &mut Leaves, frame: &[u8], path: &Path, is_recent: bool) -> io::Result<()> {
    let bytes = zstd::stream::decode_all(frame).map_err(|_| invalid(path, "it does not unpack"))?;
    let mut at = 0;
    while at < bytes.len() {
        let mut take = || -> Option<()> {
            let leaf = number_at(&bytes, &mut at)?;
            let collection = number_at(&bytes, &mut at)?;
            let place = number_at(&bytes, &mut at)?;
            let length = usize::try_from(number_at(&bytes, &mut at)?).ok()?;
            let low_key = bytes_at(&bytes, &mut at, length)?.to_vec();
            if place == 0 {
                leaves.remove(&leaf);
            } else if collection == ROWS_COLLECTION {
                leaves.insert(leaf, (low_key, place, is_recent));
            }
            Some(())
        };
        take().ok_or_else(|| invalid(path, "a frame of it ends too early"))?;
    }
    Ok(())
}

/// The error for bytes of a file that make no sense.
pub(super) fn invalid(path: &Path, what: &str) -> io::Error {
    let what = format!("{}: {what}", path.display());
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The number at `at`, which moves behind it.
pub(super) fn number_at(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let number = bytes_at(bytes, at, 8)?;
    Some(u64::from_le_bytes(number.try_into().ok()?))
}

/// The next `length` bytes at `at`, which moves behind them.
pub(super) fn bytes_at<'a>(bytes: &'a [u8], at: &mut usize, length: usize) -> Option<&'a [u8]> {
    let found = bytes.get(*at..at.checked_add(length)?)?;
    *at += length;
    Some(found)
}
