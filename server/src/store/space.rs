//! The room on the disk, and whether writes are taken.
//!
//! Below a floor of free space writes are refused before they reach the log. The room under the floor is a reserve: for
//! the groups that were accepted before, and for their rows.

use super::format::DataFolder;
use super::sizes::{SizeGauge, StoredSizes};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// The bytes that must be free so that writes are taken, if nothing else is said. Half of it is more than the rows that
/// wait for their flush can take ([`super::REOPEN_BYTES`]), the other half more than the groups on their way.
pub const MIN_FREE_BYTES_DEFAULT: u64 = 256 * 1024 * 1024;
/// How often the disk is looked at.
pub const SPACE_LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// The bytes of events after whose writing the disk is looked at at once.
const LOOK_AFTER_BYTES: u64 = 2 * 1024 * 1024;
/// Writes are taken again when this part of the floor is free above it, so that they do not come and go all the time.
const RETURN_PART: u64 = 8;

/// Whether there is room for writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    /// Writes are taken.
    Enough,
    /// Too little is free. Writes are taken when `needed_bytes` are.
    Low {
        /// The folder on the disk that is nearly full.
        folder: PathBuf,
        /// The bytes that are free.
        free_bytes: u64,
        /// The bytes that must be free before writes are taken again.
        needed_bytes: u64,
    },
    /// The folder cannot be written, since its file system is read-only.
    ReadOnly {
        /// The folder.
        folder: PathBuf,
    },
    /// There is room again, and the folder must be opened anew to write.
    Back,
}

/// Looks at the disk of a data folder.
pub struct Space {
    folders: [PathBuf; 2],
    min_free_bytes: u64,
    /// The bytes written since the last look.
    written: AtomicU64,
    room: watch::Sender<Room>,
    is_sealed: bool,
    folder: DataFolder,
    sizes: SizeGauge,
}

impl Room {
    /// Whether writes are taken.
    pub fn takes_writes(&self) -> bool {
        *self == Room::Enough
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Room::Enough => write!(f, "there is room"),
            Room::Low {
                folder,
                free_bytes,
                needed_bytes,
            } => write!(
                f,
                "the disk of {} is nearly full: {} are free, {} must be",
                folder.display(),
                size(*free_bytes),
                size(*needed_bytes)
            ),
            Room::ReadOnly { folder } => write!(
                f,
                "{} cannot be written, since its file system is read-only",
                folder.display()
            ),
            Room::Back => write!(f, "there is room again, and the folder is being opened"),
        }
    }
}

impl Space {
    /// Looks at the disk of `folder` for the first time.
    pub fn new(folder: &DataFolder, min_free_bytes: u64) -> Space {
        let space = Space {
            folders: [folder.log_path(), folder.state_path()],
            min_free_bytes,
            written: AtomicU64::new(0),
            room: watch::Sender::new(folder.sealed().cloned().unwrap_or(Room::Enough)),
            is_sealed: folder.sealed().is_some(),
            folder: folder.clone(),
            sizes: SizeGauge::default(),
        };
        space.look();
        space
    }

    /// Whether there is room, and every change of it.
    pub fn room(&self) -> watch::Receiver<Room> {
        self.room.subscribe()
    }

    /// Notes that events were written. After enough of them this looks at the disk.
    pub fn note_written(&self, bytes: u64) {
        let before = self.written.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes >= LOOK_AFTER_BYTES {
            self.look();
        }
    }

    /// Looks at the disk. A change is logged, and told to everyone who watches it.
    pub fn look(&self) {
        self.written.store(0, Ordering::Relaxed);
        let now = self.measured();
        let changed = self.room.send_if_modified(|room| {
            let takes = |room: &Room| room.takes_writes();
            let other = std::mem::discriminant(room) != std::mem::discriminant(&now);
            let told = other || takes(room) != takes(&now);
            *room = now.clone();
            told
        });
        match (changed, &now) {
            (false, _) => {}
            (true, Room::Enough) => tracing::info!("there is room again: writes are taken"),
            (true, Room::Back) => {
                tracing::info!("there is room again: opening the folder to write")
            }
            (true, why) => tracing::warn!("writes are refused, reads are answered: {why}"),
        }
    }

    /// Whether the rows may be flushed now. They wait in memory when less than half of the floor is free: they follow
    /// from the log, and a flush that fails would end the server.
    pub fn has_reserve(&self) -> bool {
        !self.is_sealed && (self.min_free_bytes == 0 || self.free().1 >= self.min_free_bytes / 2)
    }

    /// The bytes that are free on the disk that has the least.
    pub fn free_bytes(&self) -> u64 {
        self.free().1
    }

    /// The bytes that must be free so that writes are taken.
    pub fn floor_bytes(&self) -> u64 {
        self.min_free_bytes
    }

    /// What the store takes on disk, as of [`super::SIZES_KEPT`] ago or later.
    pub fn stored(&self) -> StoredSizes {
        let [log, state] = &self.folders;
        self.sizes.sizes(log, state)
    }

    fn measured(&self) -> Room {
        let before = self.room.borrow().clone();
        if before == Room::Back {
            return before;
        }
        if self.is_sealed && self.folder.is_read_only() {
            let folder = self.folder.path().to_owned();
            return Room::ReadOnly { folder };
        }
        let (folder, free_bytes) = self.free();
        let room = low(
            folder,
            free_bytes,
            self.min_free_bytes,
            before.takes_writes(),
        );
        match room {
            Room::Enough if self.is_sealed => Room::Back,
            room => room,
        }
    }

    /// The folder whose disk has the least free bytes, and how many they are.
    fn free(&self) -> (&Path, u64) {
        let free = self
            .folders
            .each_ref()
            .map(|folder| (folder.as_path(), free_bytes(folder)));
        let [log, state] = free;
        match state.1 < log.1 {
            true => state,
            false => log,
        }
    }
}

/// What is to be said of a disk with so many free bytes. `takes` says whether writes were taken before.
pub(super) fn low(folder: &Path, free_bytes: u64, min_free_bytes: u64, takes: bool) -> Room {
    let needed_bytes = min_free_bytes.saturating_add(min_free_bytes / RETURN_PART);
    let floor = if takes { min_free_bytes } else { needed_bytes };
    match free_bytes >= floor {
        true => Room::Enough,
        false => Room::Low {
            folder: folder.to_owned(),
            free_bytes,
            needed_bytes,
        },
    }
}

/// The bytes that this user may still write to the disk of `folder`. If the system does not say, they count as enough:
/// then a write says what is wrong.
pub(super) fn free_bytes(folder: &Path) -> u64 {
    fs2::available_space(folder).unwrap_or(u64::MAX)
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = KIB * KIB;
    match bytes {
        0..MIB => format!("{} KiB", bytes / KIB),
        _ => format!("{} MiB", bytes / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_return_only_with_more_room_than_the_floor() {
        let folder = PathBuf::from("/data");
        let takes = |free, took| low(&folder, free, 800, took).takes_writes();
        assert!(takes(800, true) && !takes(799, true));
        assert!(takes(900, false) && !takes(899, false));
        assert!(low(&folder, 0, 0, true).takes_writes());
        let words = low(&folder, 3 << 20, 80 << 20, true).to_string();
        assert_eq!(
            words,
            "the disk of /data is nearly full: 3 MiB are free, 90 MiB must be"
        );
    }
}
