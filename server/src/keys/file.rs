//! The folder of the keys: its files, each wrapped by the master key and written whole.

use super::master::MasterKey;
use super::tree::{KEY_BYTES, KeyBytes, KeyTree, Node};
use crate::store::sync_folder;
use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The beginning of every file of keys, with the version of its form.
const MAGIC: &[u8; 8] = b"SPKEYS1\n";
const NONCE_BYTES: usize = 12;
/// The bytes of a node: its first leaf, its level, its secret.
const NODE_BYTES: usize = 4 + 1 + KEY_BYTES;
pub(super) const MASTER: &str = "master";
const HASHES: &str = "hashes";
const SINCE: &str = "since";
const KEYS_SUFFIX: &str = ".keys";
const NEW_SUFFIX: &str = ".new";
/// The end of the second name of a file whose successor is being written.
const GONE_SUFFIX: &str = ".gone";

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The disk refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// The action that failed, such as "could not read".
        doing: &'static str,
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The text is not a master key.
    #[error("a master key is 64 hexadecimal digits: make one by `openssl rand -hex 32`")]
    Master,
    /// Others may read the master key.
    #[error("{} may be read by others; give it mode 600", path.display())]
    Rights {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file does not open under this master key.
    #[error(
        "{} does not open: the master key is another one, or the file is damaged; name the right master key, or restore \
         the folder keys from its own backup",
        path.display()
    )]
    Wrapped {
        /// The path of the file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// What is to be sealed is longer than the cipher takes.
    #[error("too long to be sealed")]
    Sealing,
    /// There are no keys in the folder.
    #[error(
        "{} holds no keys; name the folder `keys` of a data folder, or what `signpostd keys backup` wrote",
        path.display()
    )]
    NotThere {
        /// The path of the folder.
        path: PathBuf,
    },
    /// The keys that values are sealed under are gone.
    #[error(
        "{} holds no keys, but personal data in the data folder is sealed under keys; mount the folder of the keys, or \
         put back the newest copy of them that `signpostd keys backup` made",
        path.display()
    )]
    Gone {
        /// The path of the folder of the keys.
        path: PathBuf,
    },
    /// The keys are those of another store.
    #[error(
        "{} holds the keys of another store, not those that personal data in the data folder is sealed under; put back \
         the newest copy of the right ones that `signpostd keys backup` made",
        path.display()
    )]
    OfAnother {
        /// The path of the folder of the keys.
        path: PathBuf,
    },
    /// The folder never had the keys of these events.
    #[error(
        "the keys of file {number} are missing; put back {number:04}.keys from the newest copy that \
         `signpostd keys backup` made"
    )]
    NoKeys {
        /// The number of the file.
        number: u64,
    },
}

impl KeyError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> KeyError {
        let path = path.to_owned();
        KeyError::Io {
            doing,
            path,
            source,
        }
    }
}

/// Refuses a folder that has no keys, where they must be.
pub(super) fn refuse_gone(path: &Path) -> Result<(), KeyError> {
    match path.join(HASHES).is_file() {
        true => Ok(()),
        false => Err(KeyError::Gone {
            path: path.to_owned(),
        }),
    }
}

/// Random bytes for a key.
pub(super) fn random() -> Result<KeyBytes, KeyError> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
    Ok(bytes)
}

/// The folder, and the key that wraps its files.
pub(super) struct KeyFolder {
    path: PathBuf,
    wrapping: Aes256GcmSiv,
    /// Gives a file a second name.
    pub(super) link: Link,
}

type Link = fn(&Path, &Path) -> io::Result<()>;

fn link(path: &Path, second: &Path) -> io::Result<()> {
    fs::hard_link(path, second)
}

impl KeyFolder {
    /// The folder at `path`, to be read alone. Nothing in it is changed.
    pub(super) fn to_read(path: &Path, master: Option<MasterKey>) -> Result<KeyFolder, KeyError> {
        let path = path.to_owned();
        if !path.join(HASHES).is_file() {
            return Err(KeyError::NotThere { path });
        }
        let own = path.join(MASTER);
        let master = match master {
            Some(master) => master,
            None if own.exists() => MasterKey::read(&own)?,
            None => {
                return Err(KeyError::Wrapped {
                    path: path.join(HASHES),
                });
            }
        };
        Ok(KeyFolder {
            wrapping: Aes256GcmSiv::new(&master.wrapping().into()),
            path,
            link,
        })
    }

    pub(super) fn open(path: &Path, master: Option<MasterKey>) -> Result<KeyFolder, KeyError> {
        match fs::create_dir(path) {
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            created => created
                .and_then(|()| sync_folder(path.parent().unwrap_or(path)))
                .map_err(|source| KeyError::io("could not create", path, source))?,
        }
        let master = match master {
            Some(master) => master,
            None => own_master(path)?,
        };
        Ok(KeyFolder {
            path: path.to_owned(),
            wrapping: Aes256GcmSiv::new(&master.wrapping().into()),
            link,
        })
    }

    /// The key of hashes. It is made if there is none.
    pub(super) fn hashing(&self) -> Result<KeyBytes, KeyError> {
        match self.path.join(HASHES).try_exists() {
            Ok(false) => {
                let key = random()?;
                self.set_hashing(&key)?;
                Ok(key)
            }
            // Whoever reads it says what is wrong.
            Ok(true) | Err(_) => self.stored_hashing(),
        }
    }

    /// The key of hashes, which must be there.
    pub(super) fn stored_hashing(&self) -> Result<KeyBytes, KeyError> {
        let path = self.path.join(HASHES);
        let bytes = self.unwrapped(&path, HASHES)?;
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or(KeyError::Wrapped { path })
    }

    /// Makes this the key of hashes.
    pub(super) fn set_hashing(&self, key: &KeyBytes) -> Result<(), KeyError> {
        self.wrap(HASHES, key)
    }

    /// The first event that is sealed; `None` if that was not written yet.
    pub(super) fn since(&self) -> Result<Option<u64>, KeyError> {
        let path = self.path.join(SINCE);
        let Some(bytes) = self.unwrapped(&path, SINCE)? else {
            return Ok(None);
        };
        let since = bytes.try_into().map(u64::from_be_bytes);
        since.map(Some).map_err(|_| KeyError::Wrapped { path })
    }

    /// Makes this the first event that is sealed.
    pub(super) fn set_since(&self, sequence: u64) -> Result<(), KeyError> {
        self.wrap(SINCE, &sequence.to_be_bytes())
    }

    /// Finishes what a crash interrupted: overwrites and removes files that have a successor.
    pub(super) fn tidy(&self) -> Result<(), KeyError> {
        let failed = |source| KeyError::io("could not tidy", &self.path, source);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if let Some(name) = name.to_string_lossy().strip_suffix(GONE_SUFFIX) {
                self.finish(name).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// All trees, by their numbers.
    pub(super) fn trees(&self) -> Result<BTreeMap<u64, KeyTree>, KeyError> {
        let unread = |source| KeyError::io("could not read", &self.path, source);
        let mut trees = BTreeMap::new();
        for entry in fs::read_dir(&self.path).map_err(unread)? {
            let entry = entry.map_err(unread)?.file_name();
            let name = entry.to_string_lossy();
            let number = name.strip_suffix(KEYS_SUFFIX);
            let Some(number) = number.and_then(|number| number.parse().ok()) else {
                continue;
            };
            let path = self.path.join(&*name);
            let bytes = self.unwrapped(&path, &name)?.unwrap_or_default();
            let nodes = bytes.chunks_exact(NODE_BYTES).map(node);
            let tree = KeyTree::of_nodes(nodes).ok_or(KeyError::Wrapped { path })?;
            trees.insert(number, tree);
        }
        Ok(trees)
    }

    /// Writes a tree. The one before is overwritten on disk before its file is let go.
    pub(super) fn write(&self, number: u64, tree: &KeyTree) -> Result<(), KeyError> {
        let mut bytes = Vec::with_capacity(tree.nodes().len() * NODE_BYTES);
        for (first, node) in tree.nodes() {
            bytes.extend(first.to_be_bytes());
            bytes.push(node.level);
            bytes.extend(node.secret);
        }
        self.wrap(&format!("{number:04}{KEYS_SUFFIX}"), &bytes)
    }

    /// Overwrites and removes what a file was before, if it is still there.
    fn finish(&self, name: &str) -> io::Result<()> {
        let path = self.path.join(name);
        let before = self.path.join(format!("{name}{GONE_SUFFIX}"));
        if before.try_exists()? && !path.try_exists()? {
            // It was put aside after its successor was whole on disk.
            fs::rename(self.path.join(format!("{name}{NEW_SUFFIX}")), &path)?;
            sync_folder(&self.path)?;
        }
        match fs::metadata(&before) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // With two names the new file did not come to its place.
            found => {
                if found?.nlink() == 1 {
                    overwrite(&before)?;
                }
            }
        }
        fs::remove_file(&before)?;
        sync_folder(&self.path)
    }

    fn unwrapped(&self, path: &Path, name: &str) -> Result<Option<Vec<u8>>, KeyError> {
        let bytes = match fs::read(path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|source| KeyError::io("could not read", path, source))?,
        };
        let wrapped = bytes.strip_prefix(MAGIC);
        let parts = wrapped.and_then(|bytes| bytes.split_first_chunk::<NONCE_BYTES>());
        let opened = parts.and_then(|(nonce, msg)| {
            let aad = name.as_bytes();
            self.wrapping
                .decrypt(Nonce::from_slice(nonce), Payload { msg, aad })
                .ok()
        });
        let path = path.to_owned();
        opened.map(Some).ok_or(KeyError::Wrapped { path })
    }

    fn wrap(&self, name: &str, msg: &[u8]) -> Result<(), KeyError> {
        let path = self.path.join(name);
        let random = random()?;
        let nonce = &random[..NONCE_BYTES];
        let aad = name.as_bytes();
        let wrapped = self
            .wrapping
            .encrypt(Nonce::from_slice(nonce), Payload { msg, aad });
        let wrapped = wrapped.map_err(|_| KeyError::Wrapped { path: path.clone() })?;
        let written = self.path.join(format!("{name}{NEW_SUFFIX}"));
        let write = || -> io::Result<()> {
            // Of a write that failed.
            self.finish(name)?;
            let mut file = File::create(&written)?;
            file.write_all(&[&MAGIC[..], nonce, &wrapped].concat())?;
            file.sync_all()?;
            // A second name keeps the file before, to be overwritten after the new one is in its place.
            let before = self.path.join(format!("{name}{GONE_SUFFIX}"));
            match (self.link)(&path, &before) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // Some file systems have no second names. Then the file is put aside.
                Err(_) if !path.try_exists()? => {}
                Err(_) => {
                    sync_folder(&self.path)?;
                    fs::rename(&path, &before)?;
                    sync_folder(&self.path)?;
                }
            }
            fs::rename(&written, &path)?;
            sync_folder(&self.path)?;
            self.finish(name)
        };
        write().map_err(|source| KeyError::io("could not write", &path, source))
    }
}

/// The master key in the folder itself. It is made if there is none.
fn own_master(folder: &Path) -> Result<MasterKey, KeyError> {
    let path = folder.join(MASTER);
    if path.exists() {
        return MasterKey::read(&path);
    }
    if folder.join(HASHES).exists() {
        // Another master key wrapped what is here.
        return Err(KeyError::Wrapped {
            path: folder.join(HASHES),
        });
    }
    tracing::warn!(
        path = %path.display(),
        "no master key is named: made one in the data folder, where whoever copies all of the folder copies it, too; \
         name another place by --master-key-file"
    );
    let master = MasterKey::create(&path)?;
    sync_folder(folder).map_err(|source| KeyError::io("could not write", folder, source))?;
    Ok(master)
}

/// Whether a file of a folder of keys stays; others are there while one is written.
pub(super) fn is_kept(name: &str) -> bool {
    [MASTER, HASHES, SINCE].contains(&name) || name.ends_with(KEYS_SUFFIX)
}

fn node(bytes: &[u8]) -> (u32, Node) {
    let (first, rest) = bytes.split_at(4);
    let (level, secret) = rest.split_at(1);
    let first = u32::from_be_bytes(first.try_into().unwrap_or_default());
    let secret = secret.try_into().unwrap_or_default();
    let level = level[0];
    (first, Node { level, secret })
}

pub(super) fn overwrite(path: &Path) -> io::Result<()> {
    let length = usize::try_from(fs::metadata(path)?.len()).unwrap_or_default();
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()
}
