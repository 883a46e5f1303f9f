//! What the disk under a folder is, and how fast it is.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// For how long plain writes are measured.
const MEASURED: Duration = Duration::from_secs(2);
/// The bytes of one plain write, as many as one event of a routed contact has.
const WRITE_BYTES: usize = 1_024;

/// The type of the file system that holds `folder`, as `stat` names it.
///
/// # Errors
/// When `stat` does not run or does not know.
pub fn file_system(folder: &Path) -> io::Result<String> {
    let told = Command::new("stat")
        .args(["-f", "-c", "%T"])
        .arg(folder)
        .output()?;
    Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

/// How many plain appends of 1 KiB, each followed by fdatasync, this disk does per second. One thread cannot get more.
///
/// # Errors
/// When the folder cannot be written.
pub fn syncs_a_second(folder: &Path) -> io::Result<f64> {
    let path = folder.join("syncs");
    let mut file: File = OpenOptions::new().create(true).append(true).open(&path)?;
    let bytes = [7; WRITE_BYTES];
    let (start, mut syncs) = (Instant::now(), 0_u32);
    while start.elapsed() < MEASURED {
        file.write_all(&bytes)?;
        file.sync_data()?;
        syncs += 1;
    }
    let rate = f64::from(syncs) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// The bytes of all files below `folder`.
///
/// # Errors
/// When the folder cannot be read.
pub fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => bytes_below(&entry.path())?,
            false => std::os::unix::fs::MetadataExt::blocks(&entry.metadata()?) * 512,
        };
    }
    Ok(bytes)
}
