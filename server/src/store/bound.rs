//! Which keys a data folder is sealed under: a check value of them, beside FORMAT. So a start whose keys are lost or
//! are those of another store is refused, and never makes others in their place.

use super::disk;
use super::format::{DataFolder, OpenError, doing};
use std::fs;
use std::io;
use std::path::Path;

/// The name of the file with the check value of the keys.
pub(super) const SEALED: &str = "SEALED";
const SEALED_TEMPORARY: &str = "SEALED.new";
const LINE: &str = "keys = ";

impl DataFolder {
    /// The check value of the keys that values in this folder are sealed under; `None` if nothing was sealed yet.
    ///
    /// # Errors
    /// When the file does not read.
    pub(crate) fn check_of_keys(&self) -> Result<Option<String>, OpenError> {
        let path = self.path().join(SEALED);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| doing("could not read", &path, error))?,
        };
        let text = String::from_utf8_lossy(&text);
        let value = text.lines().find_map(|line| line.strip_prefix(LINE));
        match value {
            Some(value) => Ok(Some(value.to_owned())),
            None => Err(OpenError::Unreadable {
                what: format!("it has no line `{LINE}`"),
                path,
            }),
        }
    }

    /// From now on this folder opens with the keys of this check value alone.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn bind_to_keys(&self, check: &str) -> Result<(), OpenError> {
        let text = format!(
            "# The check value of the keys that personal data in this folder is sealed under. Do not edit.\n\
             {LINE}{check}\n"
        );
        disk::write_whole(self.path(), SEALED_TEMPORARY, SEALED, text.as_bytes())
            .map_err(|error| doing("could not write", &self.path().join(SEALED), error))
    }
}

/// Removes the check value from a folder that is being discarded.
pub(super) fn discard(folder: &Path) -> io::Result<()> {
    [SEALED, SEALED_TEMPORARY].iter().try_for_each(|name| {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    })
}
