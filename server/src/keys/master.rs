//! The master key: it wraps the keys of a folder, and is in none of its files unless nobody says where it is.

use super::file::KeyError;
use super::tree::{KEY_BYTES, KeyBytes};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The rights of a file that only its owner may read.
const OWNER_ONLY: u32 = 0o600;
/// The rights of anybody but the owner.
const OTHERS: u32 = 0o077;

/// The key that wraps the keys of a folder. `Debug` does not show it.
#[derive(Clone)]
pub struct MasterKey(KeyBytes);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

impl MasterKey {
    /// Reads 64 hexadecimal digits, with blanks around them.
    ///
    /// # Errors
    /// If the text is another one. Says what is right, and nothing of the text.
    pub fn parse(text: &str) -> Result<MasterKey, KeyError> {
        let digits = text.trim().as_bytes();
        let mut key = [0; KEY_BYTES];
        let value = |digit: u8| char::from(digit).to_digit(16);
        if digits.len() != 2 * KEY_BYTES {
            return Err(KeyError::Master);
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let (Some(high), Some(low)) = (value(pair[0]), value(pair[1])) else {
                return Err(KeyError::Master);
            };
            *byte = (high << 4 | low) as u8;
        }
        Ok(MasterKey(key))
    }

    /// Reads the key from a file that only its owner may read.
    ///
    /// # Errors
    /// If the file does not read, if others may read it, or if it holds something else.
    pub fn read(path: &Path) -> Result<MasterKey, KeyError> {
        let io = |source| KeyError::io("could not read", path, source);
        let rights = fs::metadata(path).map_err(io)?.permissions().mode();
        if rights & OTHERS != 0 {
            let path = path.to_owned();
            return Err(KeyError::Rights { path });
        }
        MasterKey::parse(&fs::read_to_string(path).map_err(io)?)
    }

    /// Makes a key and writes it to a new file that only its owner may read. The file is whole or not there.
    pub(super) fn create(path: &Path) -> Result<MasterKey, KeyError> {
        let key = super::file::random()?;
        let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let written = path.with_extension("new");
        let write = || -> io::Result<()> {
            match fs::remove_file(&written) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
            let mut options = OpenOptions::new();
            let options = options.write(true).create_new(true).mode(OWNER_ONLY);
            let mut file = options.open(&written)?;
            writeln!(file, "{text}")?;
            file.sync_all()?;
            fs::rename(&written, path)
        };
        write().map_err(|source| KeyError::io("could not write", path, source))?;
        Ok(MasterKey(key))
    }

    /// The key that wraps the files of a folder.
    pub(super) fn wrapping(&self) -> KeyBytes {
        blake3::derive_key("signpost 2026-11-30 wrapped keys", &self.0)
    }
}
