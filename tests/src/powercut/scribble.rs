//! Writers on which the harness is tested. Each keeps records in a folder in its own way, and only some of the ways
//! survive a power cut. The power-cut test of the harness itself must find out which.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Dice;

/// The maximum number of bytes of a record. Some records are within one sector, some cover several.
const RECORD_BYTES_MAX: usize = 9_000;
/// The bytes before a record in the log, which hold its number.
const HEAD_BYTES: usize = 8;
/// The name of the file to which records are appended.
const LOG: &str = "log";

/// How records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Appended to a log that is synced, and written to a file that is synced, renamed, and its
    /// folder synced.
    Safe,
    /// Appended to a log that is never synced. Loses.
    NoSync,
    /// Each in a new file that is synced; its folder is not. Loses.
    NoFolderSync,
    /// Each in a new file that is synced with its folder, then renamed; the folder is not synced
    /// again. Loses.
    NoRenameSync,
    /// In sled with a flush. The folder is synced after it was opened.
    Sled,
    /// In sled with a flush. The folder stays as sled leaves it when it opens. Loses: the names of its files are not
    /// durable.
    SledUnsettled,
    /// In sled. The folder is synced, but there is never a flush. Loses.
    SledNoFlush,
}

impl Way {
    /// Every way, with its name on the command line.
    pub const ALL: [(&'static str, Way); 7] = [
        ("--safe", Way::Safe),
        ("--no-sync", Way::NoSync),
        ("--no-folder-sync", Way::NoFolderSync),
        ("--no-rename-sync", Way::NoRenameSync),
        ("--sled", Way::Sled),
        ("--sled-unsettled", Way::SledUnsettled),
        ("--sled-no-flush", Way::SledNoFlush),
    ];

    /// The way with this name.
    pub fn named(name: &str) -> Option<Way> {
        Way::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, way)| *way)
    }
}

/// Keeps records in one folder, in one way.
pub struct Scribbler {
    way: Way,
    folder: PathBuf,
    log: Option<File>,
    db: Option<sled::Db<128>>,
}

impl Scribbler {
    /// Opens the folder. Makes it durably if it does not exist.
    ///
    /// # Errors
    /// The error of the system.
    pub fn open(way: Way, folder: &Path) -> io::Result<Scribbler> {
        fs::create_dir_all(folder)?;
        sync_folder(folder.parent().unwrap_or(folder))?;
        let (mut log, mut db) = (None, None);
        match way {
            Way::Safe | Way::NoSync => {
                log = Some(
                    OpenOptions::new()
                        .create(true)
                        .append(true)
                        .open(folder.join(LOG))?,
                );
            }
            Way::Sled | Way::SledUnsettled | Way::SledNoFlush => db = Some(sled_at(folder)?),
            Way::NoFolderSync | Way::NoRenameSync => {}
        }
        match way {
            Way::Sled | Way::SledNoFlush => settle(folder)?,
            Way::SledUnsettled => {}
            _ => sync_folder(folder)?,
        }
        Ok(Scribbler {
            way,
            folder: folder.to_path_buf(),
            log,
            db,
        })
    }

    /// Keeps record `n`. The caller answers right after this.
    ///
    /// # Errors
    /// The error of the system or of sled.
    pub fn keep(&mut self, n: u64) -> io::Result<()> {
        if let Some(log) = &mut self.log {
            log.write_all(&[&n.to_be_bytes()[..], &record(n)].concat())?;
        }
        if let Some(db) = &self.db {
            db.insert(n.to_be_bytes(), record(n))?;
        }
        match self.way {
            Way::Safe => {
                self.log.as_ref().map_or(Ok(()), File::sync_data)?;
                self.file("draft", n)?;
                self.rename(n)?;
                sync_folder(&self.folder)?;
            }
            Way::NoFolderSync => self.file(&n.to_string(), n)?,
            Way::NoRenameSync => {
                self.file("draft", n)?;
                sync_folder(&self.folder)?;
                self.rename(n)?;
            }
            Way::Sled | Way::SledUnsettled => {
                self.db.as_ref().map_or(Ok(()), |db| db.flush().map(drop))?;
            }
            Way::NoSync | Way::SledNoFlush => {}
        }
        Ok(())
    }

    fn file(&self, name: &str, n: u64) -> io::Result<()> {
        let mut file = File::create(self.folder.join(name))?;
        file.write_all(&record(n))?;
        file.sync_all()
    }

    fn rename(&self, n: u64) -> io::Result<()> {
        fs::rename(self.folder.join("draft"), self.folder.join(n.to_string()))
    }
}

/// The numbers of the records that are whole in the folder, exactly as they were kept.
///
/// # Errors
/// The error of the system or of sled. A folder that cannot be opened has lost all records.
pub fn read_back(way: Way, folder: &Path) -> io::Result<BTreeSet<u64>> {
    match way {
        Way::Safe => Ok(&in_log(folder)? & &in_files(folder)?),
        Way::NoSync => in_log(folder),
        Way::NoFolderSync | Way::NoRenameSync => in_files(folder),
        Way::Sled | Way::SledUnsettled | Way::SledNoFlush => in_sled(folder),
    }
}

/// Record `n`, which always has the same bytes.
fn record(n: u64) -> Vec<u8> {
    let mut dice = Dice::new(n);
    (0..=dice.below(RECORD_BYTES_MAX))
        .map(|_| dice.throw() as u8)
        .collect()
}

fn in_log(folder: &Path) -> io::Result<BTreeSet<u64>> {
    let bytes = fs::read(folder.join(LOG)).or_else(|err| match err.kind() {
        io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(err),
    })?;
    let (mut whole, mut rest) = (BTreeSet::new(), &bytes[..]);
    while let Some((head, behind)) = rest.split_first_chunk::<HEAD_BYTES>() {
        let n = u64::from_be_bytes(*head);
        let Some(behind) = behind.strip_prefix(&record(n)[..]) else {
            break;
        };
        whole.insert(n);
        rest = behind;
    }
    Ok(whole)
}

fn in_files(folder: &Path) -> io::Result<BTreeSet<u64>> {
    let mut whole = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(n) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if fs::read(entry.path())? == record(n) {
            whole.insert(n);
        }
    }
    Ok(whole)
}

fn in_sled(folder: &Path) -> io::Result<BTreeSet<u64>> {
    let mut whole = BTreeSet::new();
    for row in sled_at(folder)?.iter() {
        let (key, value) = row?;
        let Some(n) = key
            .first_chunk::<HEAD_BYTES>()
            .map(|key| u64::from_be_bytes(*key))
        else {
            continue;
        };
        if value == record(n)[..] {
            whole.insert(n);
        }
    }
    Ok(whole)
}

fn sled_at(folder: &Path) -> io::Result<sled::Db<128>> {
    sled::Config::new().path(folder).flush_every_ms(None).open()
}

/// Makes everything in the folder durable, both content and names.
fn settle(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => settle(&entry.path())?,
            false => File::open(entry.path())?.sync_all()?,
        }
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
