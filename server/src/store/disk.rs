//! Makes names and small files durable. A name is on disk only after its folder was synced.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The end of the name of a file or folder that is being deleted.
const GONE_SUFFIX: &str = ".gone";

/// Makes the names inside `folder` durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder that holds the name of `path`.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

/// Writes `bytes` to `folder/name` through `folder/temporary`. The file appears whole or not at all, and is durable on
/// return.
pub(super) fn write_whole(
    folder: &Path,
    temporary: &str,
    name: &str,
    bytes: &[u8],
) -> io::Result<()> {
    let written = folder.join(temporary);
    let mut file = File::create(&written)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&written, folder.join(name))?;
    sync_folder(folder)
}

/// Deletes the file or the folder at `path`, if there is one. A crash in the meantime never leaves half of it under its
/// name.
pub(super) fn discard(path: &Path) -> io::Result<()> {
    let gone = gone_name(path);
    remove(&gone)?;
    match fs::rename(path, &gone) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    sync_folder(parent(path))?;
    remove(&gone)
}

/// Finishes every [`discard`] inside `folder` that a crash interrupted.
pub(super) fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_gone(&path.to_string_lossy()) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Whether this is the name of something that is being deleted.
pub(super) fn is_gone(name: &str) -> bool {
    name.ends_with(GONE_SUFFIX)
}

fn gone_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(GONE_SUFFIX);
    PathBuf::from(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    }
}
