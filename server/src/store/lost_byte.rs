//! The leaves that the engine stores without their last byte, and the padding that keeps a leaf from being one.
//!
//! A slot has the length of its leaf at its end. The engine reckons with fewer bytes for it when it chooses the slot
//! than it writes: a leaf of 65,529 packed bytes goes to a slot of 65,536, whose last 8 bytes are taken, so the last
//! byte of the leaf is lost. The checksum is made afterwards, and holds. The engine cannot read such a leaf again, and
//! panics. Read in the source of sled 1.0.0-alpha.124 (`overhead_for_size`), and seen to happen.
//!
//! No other size is concerned: slots of at most 255 bytes, and those between, take what was reckoned for them.

use super::sealed::Sealed;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The packed bytes of a leaf that loses its last one.
pub(super) const LEAF_BYTES: u64 = 65_529;
/// The bytes of the slot that it is put into.
pub(super) const SLOT_BYTES: u64 = 65_536;
/// Where the length is in a slot, and the checksum. Each has 4 bytes.
const LENGTH_AT: u64 = SLOT_BYTES - 8;
const CHECKSUM_AT: u64 = SLOT_BYTES - 4;
/// How often the bookkeeping is read at most until it holds still meanwhile, and the wait between.
const READS_MAX: usize = 500;
const READ_AGAIN: Duration = Duration::from_millis(10);
/// The value of a row that is put beside others so that their leaf gets another size. Nobody sees it. It is no frame.
pub(super) const PADDING: &[u8] = b"\0padding";

/// The slots of leaves that lost a byte and are stored elsewhere by now: their numbers and checksums. They stay as they
/// are until the engine takes them for another leaf. To find out that a leaf is elsewhere takes long.
pub(super) type Left = HashSet<(u64, [u8; 4])>;

/// The first keys of the leaves of an open database that were stored without their last byte, beside those in `left`,
/// which gets the slots of the others. Nobody may write to the database in the meantime.
///
/// # Errors
/// When the disk refuses, or where the leaves are does not read.
pub(super) fn leaves(database: &Path, left: &mut Left) -> io::Result<Vec<Vec<u8>>> {
    let mut found = slots(&database.join("slabs").join(SLOT_BYTES.to_string()))?;
    left.retain(|known| found.contains(known));
    found.retain(|slot| !left.contains(slot));
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<u64> = found.iter().map(|(slot, _)| *slot).collect();
    let leaves = open_at_rest(database)?.leaves_in(SLOT_BYTES, &numbers);
    if leaves.is_empty() {
        left.extend(found);
    }
    Ok(leaves)
}

/// Reads where the leaves are, while the engine does not replace the files that say so: a thread of its own does that.
fn open_at_rest(database: &Path) -> io::Result<Sealed> {
    for _ in 0..READS_MAX {
        let before = file_names(&database.join("metadata"))?;
        let sealed = Sealed::open(database, 0);
        if file_names(&database.join("metadata"))? == before {
            return sealed;
        }
        thread::sleep(READ_AGAIN);
    }
    let what = "the files that say where its leaves are do not come to rest";
    Err(io::Error::other(what))
}

fn file_names(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    names.collect()
}

/// The slots whose length is that of a leaf that lost a byte, also of leaves that are no longer there.
fn slots(path: &Path) -> io::Result<Left> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Left::new()),
        file => file?,
    };
    let mut found = Left::new();
    let (mut length, mut checksum) = ([0; 4], [0; 4]);
    for slot in 0..file.metadata()?.len() / SLOT_BYTES {
        file.read_exact_at(&mut length, slot * SLOT_BYTES + LENGTH_AT)?;
        if u64::from(u32::from_le_bytes(length)) == LEAF_BYTES {
            file.read_exact_at(&mut checksum, slot * SLOT_BYTES + CHECKSUM_AT)?;
            found.insert((slot, checksum));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::database::Database;
    use super::super::sealed::Sealed;
    use super::{LEAF_BYTES, Left, SLOT_BYTES, leaves, slots};
    use std::io;
    use std::ops::ControlFlow;
    use std::path::Path;

    type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;
    type Row = (Vec<u8>, Vec<u8>);

    const CACHE_BYTES: usize = 1024 * 1024;

    /// A value of so many bytes that does not pack.
    fn value(length: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let bytes = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        });
        bytes.take(length).collect()
    }

    fn rows(length: usize) -> [Row; 2] {
        [(b"a".to_vec(), value(length)), (b"b".to_vec(), Vec::new())]
    }

    fn open(path: &Path) -> Outcome<Database<32>> {
        Ok(Database::open(path, CACHE_BYTES)?)
    }

    /// The length of a value whose leaf loses its last byte, and the database with it. That leaf is stored.
    fn losing(path: &Path) -> Outcome<(usize, Database<32>)> {
        let mut database = open(path)?;
        let longest = usize::try_from(LEAF_BYTES)?;
        for length in longest - 256..longest {
            database.put_all(rows(length))?;
            database.flush_unchecked()?;
            if !leaves(path, &mut Left::new())?.is_empty() {
                return Ok((length, database));
            }
        }
        Err("no leaf had that size".into())
    }

    /// All rows, as the reader without the engine and the engine see them.
    fn seen(path: &Path) -> Outcome<[Vec<Row>; 2]> {
        let mut all = [Vec::new(), Vec::new()];
        Sealed::open(path, CACHE_BYTES)?.scan(&[], &mut |key, value| {
            all[0].push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })?;
        let database = open(path)?;
        let handle = database.handle()?;
        handle.scan(&[], |key, value| {
            all[1].push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })?;
        let mut down = Vec::new();
        handle.scan_down(&[0xff], |key, value| {
            down.insert(0, (key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })?;
        assert_eq!(down, all[1]);
        assert_eq!(handle.last_key()?.as_deref(), Some(b"b".as_slice()));
        assert_eq!(handle.get(b"a\0")?, None);
        drop(handle);
        database.close()?;
        Ok(all)
    }

    #[test]
    fn the_engine_cannot_read_such_a_leaf() -> Outcome {
        let temporary = tempfile::tempdir()?;
        let (length, mut database) = losing(temporary.path())?;
        let sealed = Sealed::open(temporary.path(), CACHE_BYTES)?;
        let read = sealed.get(b"a");
        let lost = match &read {
            Err(error) => error.kind() == io::ErrorKind::InvalidData,
            Ok(found) => found.as_ref() != Some(&value(length)),
        };
        assert!(lost, "a later version of the engine may have mended it");
        database.flush_all()?;
        database.close()?;
        Ok(())
    }

    #[test]
    fn closing_mends_it() -> Outcome {
        let temporary = tempfile::tempdir()?;
        let (length, database) = losing(temporary.path())?;
        database.close()?;
        let mut left = Left::new();
        assert_eq!(leaves(temporary.path(), &mut left)?, Vec::<Vec<u8>>::new());
        assert_eq!(
            left.len(),
            1,
            "the slot of before is still there, and is not looked up again"
        );
        assert_eq!(seen(temporary.path())?, [rows(length), rows(length)]);
        Ok(())
    }

    #[test]
    fn no_group_is_answered_before_its_leaves_read() -> Outcome {
        let temporary = tempfile::tempdir()?;
        let (length, database) = losing(&temporary.path().join("first"))?;
        database.close()?;
        let path = temporary.path().join("second");
        let mut database = open(&path)?;
        // As often as the leaf of before was changed, for the engine stores how often that was.
        for shorter in 0..2 {
            database.put_all(rows(length - 1 + shorter))?;
            database.flush()?;
            let sealed = Sealed::open(&path, CACHE_BYTES)?;
            assert_eq!(sealed.get(b"a")?, Some(value(length - 1 + shorter)));
        }
        let met = slots(&path.join("slabs").join(SLOT_BYTES.to_string()))?;
        assert_eq!(met.len(), 1, "the leaf never had that size");
        database.close()?;
        assert_eq!(seen(&path)?, [rows(length), rows(length)]);
        Ok(())
    }
}
