//! The settings of a database, which the engine writes once and reads when it opens it: `durability_cookie`.

use std::fs;
use std::io;
use std::path::Path;

/// The size of the settings in bytes.
const SETTINGS_BYTES: usize = 64;
/// The number of bytes that the checksum is of, which follows them.
const CHECKED_BYTES: usize = 60;
/// What the engine adds to the checksum, by "exclusive or".
const CHECKSUM_SALT: u32 = 0xAF;

/// Checks that the engine can read the settings of the database in `path`. None are fine: it writes them anew.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if it cannot.
pub(in crate::store) fn check(path: &Path) -> io::Result<()> {
    let file = path.join("durability_cookie");
    let bytes = match fs::read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    let checksum = |checked: &[u8]| (crc32fast::hash(checked) ^ CHECKSUM_SALT).to_le_bytes();
    let is_whole = bytes
        .get(..SETTINGS_BYTES)
        .and_then(|settings| settings.split_at_checked(CHECKED_BYTES))
        .is_some_and(|(checked, stored)| checksum(checked) == stored);
    match is_whole {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: its checksum does not hold", file.display()),
        )),
    }
}
