//! What a store takes on disk.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what was found counts. Looking takes a look at every file that may have changed.
pub const SIZES_KEPT: Duration = Duration::from_secs(5);
/// The bytes of a block, as the system counts blocks.
const BLOCK_BYTES: u64 = 512;

/// What a store takes on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredSizes {
    /// The log, in bytes.
    pub log_bytes: u64,
    /// The segments of the log.
    pub segments: u64,
    /// The rows, in bytes.
    pub rows_bytes: u64,
}

/// Measures what a store takes. Closed segments never change, and are measured once.
#[derive(Debug, Default)]
pub(super) struct SizeGauge(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    at: Option<(Instant, StoredSizes)>,
    closed: HashMap<PathBuf, u64>,
}

impl SizeGauge {
    /// What is stored in these folders. What cannot be read counts as nothing: a file may go while it is looked at.
    pub(super) fn sizes(&self, log: &Path, state: &Path) -> StoredSizes {
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, sizes)) = measured.at
            && at.elapsed() < SIZES_KEPT
        {
            return sizes;
        }
        let segments = segments(log).unwrap_or_default();
        measured.closed.retain(|path, _| segments.contains(path));
        let mut log_bytes = 0;
        for (place, path) in segments.iter().enumerate() {
            let is_closed = place + 1 < segments.len();
            log_bytes += match measured.closed.get(path).copied().filter(|_| is_closed) {
                Some(bytes) => bytes,
                None => {
                    let bytes = bytes_below(path).unwrap_or_default();
                    if is_closed {
                        measured.closed.insert(path.clone(), bytes);
                    }
                    bytes
                }
            };
        }
        let sizes = StoredSizes {
            log_bytes,
            segments: segments.len() as u64,
            rows_bytes: bytes_below(state).unwrap_or_default(),
        };
        measured.at = Some((Instant::now(), sizes));
        sizes
    }
}

/// The folders of the segments, the oldest first.
fn segments(log: &Path) -> io::Result<Vec<PathBuf>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(log)? {
        segments.push(entry?.path());
    }
    segments.sort();
    Ok(segments)
}

/// The bytes on disk of all files below a folder. Files with holes take less than their length.
fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += match metadata.is_dir() {
            true => bytes_below(&entry.path())?,
            false => metadata.blocks() * BLOCK_BYTES,
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_measured_and_closed_segments_once() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (log, state) = (folder.path().join("log"), folder.path().join("state"));
        let segments = [1, 2].map(|first| log.join(format!("{first:020}")));
        for segment in &segments {
            fs::create_dir_all(segment.join("slabs"))?;
            fs::write(segment.join("slabs/8192"), vec![1; 10_000])?;
        }
        fs::create_dir_all(&state)?;
        fs::write(state.join("rows"), vec![1; 100_000])?;
        let gauge = SizeGauge::default();
        let sizes = gauge.sizes(&log, &state);
        assert_eq!(sizes.segments, 2);
        assert!((20_000..60_000).contains(&sizes.log_bytes), "{sizes:?}");
        assert!((100_000..200_000).contains(&sizes.rows_bytes), "{sizes:?}");

        let measured = || gauge.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(measured().closed.len(), 1);
        fs::remove_dir_all(&segments[0])?;
        assert_eq!(gauge.sizes(&log, &state), sizes, "it counts for a while");
        measured().at = None;
        let less = gauge.sizes(&log, &state);
        assert_eq!((less.segments, measured().closed.len()), (1, 0));
        assert!(less.log_bytes < sizes.log_bytes);
        Ok(())
    }
}
