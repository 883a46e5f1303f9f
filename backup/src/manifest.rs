//! The manifest: which store a backup is of, and its chunks.

use crate::error::BackupError;
use serde::{Deserialize, Serialize};

/// The name of the manifest.
pub const MANIFEST: &str = "MANIFEST.json";
/// The number of the form of backups. Add 1 for every change that older programs cannot read.
pub const FORM: u64 = 1;

/// A store of which this one was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ancestor {
    /// Its id, 32 hexadecimal digits.
    pub store_id: String,
    /// Its last event that this store has, too.
    pub last_sequence: u64,
}

/// A file of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChunkEntry {
    /// Its name.
    pub name: String,
    /// The sequence of its first event.
    pub first: u64,
    /// The sequence of its last event.
    pub last: u64,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// The size of its events when they are unpacked, in bytes.
    pub unpacked_bytes: u64,
    /// The BLAKE3 hash of the file, in hexadecimal digits.
    pub blake3: String,
}

/// What a backup is of, and its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The id of the store, 32 hexadecimal digits.
    pub store_id: String,
    /// The stores that it was restored of, the oldest first.
    pub ancestors: Vec<Ancestor>,
    /// The number of the schema of its log.
    pub schema: u64,
    /// The number of the layout of its rows. They are not in the backup; it says which server wrote it.
    pub layout: u64,
    /// The version of the server.
    pub server_version: String,
    /// The last event that is in the backup; 0 if it has none.
    pub last_sequence: u64,
    /// When the last event was recorded, in milliseconds since 1970.
    pub last_record_time_ms: i64,
    /// Whether the run that wrote it came to its end. If not, the backup is one that ends earlier.
    pub is_complete: bool,
    /// The files, in the order of their events.
    pub chunks: Vec<ChunkEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sealed {
    signpost_backup: u64,
    blake3: String,
    manifest: Manifest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    signpost_backup: u64,
}

impl ChunkEntry {
    /// The entry of a chunk with these bytes.
    pub fn of((first, last): (u64, u64), packed: &[u8], unpacked_bytes: u64) -> ChunkEntry {
        let hash = blake3::hash(packed).to_hex();
        ChunkEntry {
            name: format!("events-{first:020}-{last:020}-{}.zst", &hash[..16]),
            first,
            last,
            bytes: packed.len() as u64,
            unpacked_bytes,
            blake3: hash.to_string(),
        }
    }

    /// Whether a file with this name can be a chunk.
    pub fn is_name(name: &str) -> bool {
        name.starts_with("events-") && name.ends_with(".zst")
    }

    /// Checks the bytes of the file.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn check(&self, packed: &[u8]) -> Result<(), String> {
        let bytes = packed.len() as u64;
        if bytes != self.bytes {
            return Err(format!("it has {bytes} bytes, not {}", self.bytes));
        }
        match blake3::hash(packed).to_hex().as_str() == self.blake3 {
            true => Ok(()),
            false => Err("its bytes are not those that were written".to_owned()),
        }
    }
}

impl Manifest {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let sealed = Sealed {
            signpost_backup: FORM,
            blake3: self.hash(),
            manifest: self.clone(),
        };
        // A struct of texts and numbers always becomes JSON.
        let mut bytes = serde_json::to_vec_pretty(&sealed).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file at `place`.
    ///
    /// # Errors
    /// [`BackupError::Newer`], or [`BackupError::Damaged`] if it does not read, if its checksum is wrong, or if its
    /// chunks do not follow one another.
    pub fn read(place: &str, bytes: &[u8]) -> Result<Manifest, BackupError> {
        let damaged = |what: String| BackupError::Damaged {
            place: place.to_owned(),
            what,
        };
        let form: Form =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if form.signpost_backup > FORM {
            return Err(BackupError::Newer {
                place: place.to_owned(),
                found: form.signpost_backup,
                known: FORM,
            });
        }
        let sealed: Sealed =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if sealed.manifest.hash() != sealed.blake3 {
            return Err(damaged(
                "its checksum is not that of what it says".to_owned(),
            ));
        }
        let mut next = 1;
        for chunk in &sealed.manifest.chunks {
            if chunk.first != next || chunk.last < chunk.first {
                return Err(damaged(format!(
                    "{} does not follow event {}",
                    chunk.name,
                    next - 1
                )));
            }
            next = chunk.last + 1;
        }
        match next - 1 == sealed.manifest.last_sequence {
            true => Ok(sealed.manifest),
            false => Err(damaged(
                "its chunks do not end at its last event".to_owned(),
            )),
        }
    }

    /// The size of all chunks, in bytes.
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.bytes).sum()
    }

    fn hash(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        blake3::hash(&text).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        Manifest {
            store_id: "5a".repeat(16),
            ancestors: vec![Ancestor {
                store_id: "a5".repeat(16),
                last_sequence: 3,
            }],
            schema: 1,
            layout: 16,
            server_version: "0.1.0".to_owned(),
            last_sequence: 9,
            last_record_time_ms: 1_700_000_000_000,
            is_complete: true,
            chunks: vec![
                ChunkEntry::of((1, 4), b"one", 100),
                ChunkEntry::of((5, 9), b"two", 100),
            ],
        }
    }

    #[test]
    fn reads_back() {
        let read = Manifest::read("M", &sample().to_bytes());
        assert_eq!(read.ok(), Some(sample()));
    }

    #[test]
    fn every_flipped_bit_is_noticed_or_changes_nothing() {
        let bytes = sample().to_bytes();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << bit;
                if let Ok(read) = Manifest::read("M", &flipped) {
                    assert_eq!(read, sample(), "bit {bit} of byte {place}");
                }
            }
        }
    }

    #[test]
    fn a_gap_and_a_newer_form_are_named() {
        let mut gap = sample();
        gap.chunks[1].first = 6;
        let told = Manifest::read("M", &gap.to_bytes()).err();
        let told = told.map(|error| error.to_string()).unwrap_or_default();
        assert!(told.ends_with("does not follow event 4"), "{told}");
        let newer = String::from_utf8(sample().to_bytes()).unwrap_or_default();
        let newer = newer.replace("\"signpostBackup\": 1", "\"signpostBackup\": 2");
        let told = Manifest::read("M", newer.as_bytes()).err();
        assert_eq!(
            told.map(|error| error.to_string()).as_deref(),
            Some("M has the form 2 of a backup, this program reads 1; use a newer one")
        );
    }
}
