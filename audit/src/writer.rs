//! Appends records to the files of a folder. What was appended is on disk.

use crate::files::{AuditFile, audit_files};
use crate::head::Head;
use crate::line::{LINE_BYTES_MAX, push};
use crate::reader::AuditLines;
use crate::record::{AuditRecord, RecordKind, Touched};
use crate::tail::{Tail, cut};
use jiff::{SignedDuration, Timestamp};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The bytes from which on a file is closed, and the next one begun.
pub const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The time after its first record from which on a file is closed, and the next one begun.
pub const FILE_TIME_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The file that is locked by whoever writes.
const LOCK: &str = "LOCK";
/// Only the user of the server reads and writes files.
const FILE_MODE: u32 = 0o600;
/// Only the user of the server enters the folder.
const FOLDER_MODE: u32 = 0o700;

/// Why the audit file is not written.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Another program writes to the folder.
    #[error("{}: another program writes to this audit folder; each server needs its own", .0.display())]
    InUse(PathBuf),
    /// The system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What a writer found when it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// The last record that was there.
    pub head: Head,
    /// The bytes of half a line, which a kill had left and which were cut off.
    pub cut_bytes: u64,
    /// What does not hold at the end. It was left as it is, and a new file goes on.
    pub damage: Option<String>,
}

/// Files that were removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetiredFiles {
    /// How many.
    pub count: u64,
    /// The number of the last record in them.
    pub up_to: u64,
}

/// A writer. There is one for a folder at a time.
#[derive(Debug)]
pub struct AuditWriter {
    folder: PathBuf,
    lock: File,
    head: Head,
    file: Option<OpenFile>,
    /// A file of which more may be on disk than was answered for, and how many bytes of it count.
    unsure: Option<(PathBuf, u64)>,
}

/// The file that is written.
#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    file: File,
    /// The bytes that are on disk.
    bytes: u64,
    begun: Option<Timestamp>,
}

impl AuditWriter {
    /// Opens a folder, which is made if it is not there (but not what it is in), and goes on after its last record.
    ///
    /// # Errors
    /// When the folder is in use, or cannot be written.
    pub fn open(folder: &Path) -> Result<(AuditWriter, Reopened), AuditError> {
        let lock = locked(folder)?;
        let files = audit_files(folder).map_err(at(folder))?;
        let mut writer = AuditWriter {
            folder: folder.to_owned(),
            lock,
            head: Head::NONE,
            file: None,
            unsure: None,
        };
        let mut found = Reopened {
            head: Head::NONE,
            cut_bytes: 0,
            damage: None,
        };
        let Some((last, earlier)) = files.split_last() else {
            return Ok((writer, found));
        };
        let before = earlier
            .last()
            .map(|file| Tail::of(file, None).map_err(at(&file.path)));
        let before = before.transpose()?;
        let tail = Tail::of(last, before.as_ref().map(|it| it.head)).map_err(at(&last.path))?;
        writer.head = tail.head;
        found.head = tail.head;
        found.damage = tail.damage;
        if found.damage.is_none() {
            found.cut_bytes = tail.cut_bytes;
            let file = cut(&last.path, tail.bytes).map_err(at(&last.path))?;
            writer.file = Some(OpenFile {
                path: last.path.clone(),
                file,
                bytes: tail.bytes,
                begun: tail.begun,
            });
        }
        Ok((writer, found))
    }

    /// The last record that is on disk.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Appends records. On return they are on disk. After an error none of them counts, and the next call goes on in a
    /// new file.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn append(&mut self, records: Vec<AuditRecord>) -> Result<Head, AuditError> {
        self.settle()?;
        let now = records.first().map(|record| record.time);
        let mut bytes = Vec::new();
        let mut head = self.head;
        for record in records {
            let begin = bytes.len();
            let short = AuditRecord {
                touched: Touched::default(),
                asked: Vec::new(),
                note: "more than fits into a record".to_owned(),
                ..record.clone()
            };
            let pushed = push(&mut bytes, record, &head).map_err(io::Error::from);
            let mut pushed = pushed.map_err(at(&self.folder))?;
            if bytes.len() - begin > LINE_BYTES_MAX {
                bytes.truncate(begin);
                let again = push(&mut bytes, short, &head).map_err(io::Error::from);
                pushed = again.map_err(at(&self.folder))?;
            }
            head = pushed;
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.new_file()?,
        };
        let written = file
            .file
            .write_all(&bytes)
            .and_then(|()| file.file.sync_data());
        if let Err(source) = written {
            self.unsure = Some((file.path.clone(), file.bytes));
            let error = at(&file.path)(source);
            // At once if it can be: nobody who looks at the file sees half a line then. Else the next call does it.
            let _settled = self.cut_unsure();
            return Err(error);
        }
        file.bytes += bytes.len() as u64;
        file.begun = file.begun.or(now);
        self.file = Some(file);
        self.head = head;
        Ok(head)
    }

    /// Cuts what a failed write left.
    fn cut_unsure(&mut self) -> Result<(), AuditError> {
        let Some((path, bytes)) = &self.unsure else {
            return Ok(());
        };
        match cut(path, *bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(path)(error)),
        }
        self.unsure = None;
        Ok(())
    }

    /// Makes sure that there is a file that can be appended to, or none: cuts what a failed write left, and closes a
    /// file that is full, old or gone.
    fn settle(&mut self) -> Result<(), AuditError> {
        self.cut_unsure()?;
        if let Some(file) = &self.file {
            let is_old = |begun: Timestamp| Timestamp::now().duration_since(begun) >= FILE_TIME_MAX;
            // Somebody may have removed it, or moved the folder away.
            let open = file.file.metadata().map_err(at(&file.path))?;
            let is_gone = fs::metadata(&file.path).map_or(true, |named| named.ino() != open.ino());
            if is_gone || file.bytes >= FILE_BYTES_MAX || file.begun.is_some_and(is_old) {
                self.file = None;
            }
        }
        Ok(())
    }

    /// The file that the next record begins.
    fn new_file(&mut self) -> Result<OpenFile, AuditError> {
        if !self.folder.join(LOCK).exists() {
            // Somebody removed the folder.
            self.lock = locked(&self.folder)?;
        }
        let path = AuditFile::at(&self.folder, self.head.number + 1).path;
        // What such a file holds was never answered for.
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&path);
        let file = file.map_err(at(&path))?;
        sync_folder(&self.folder)?;
        Ok(OpenFile {
            path,
            file,
            bytes: 0,
            begun: None,
        })
    }

    /// Removes the closed files whose records are all older than `kept_days`, after a record that says so. `None` if
    /// there are none.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn retire(&mut self, kept_days: u32) -> Result<Option<RetiredFiles>, AuditError> {
        const HOURS_A_DAY: i64 = 24;
        let kept = SignedDuration::from_hours(i64::from(kept_days) * HOURS_A_DAY);
        let now = Timestamp::now();
        let files = audit_files(&self.folder).map_err(at(&self.folder))?;
        let mut old = Vec::new();
        let mut up_to = 0;
        for pair in files.windows(2) {
            // All records of a file are older than the first one of the next.
            let first = first_time(&pair[1].path).map_err(at(&pair[1].path))?;
            if first.is_none_or(|first| now.duration_since(first) < kept) {
                break;
            }
            up_to = pair[1].first - 1;
            old.push(&pair[0].path);
        }
        if old.is_empty() {
            return Ok(None);
        }
        let record = AuditRecord {
            count: Some(old.len() as u64),
            up_to: Some(up_to),
            ..AuditRecord::now(RecordKind::Retired)
        };
        self.append(vec![record])?;
        for path in &old {
            fs::remove_file(path).map_err(at(path))?;
        }
        sync_folder(&self.folder)?;
        Ok(Some(RetiredFiles {
            count: old.len() as u64,
            up_to,
        }))
    }
}

/// When the first record of a file was made; `None` if it has none that reads.
fn first_time(path: &Path) -> io::Result<Option<Timestamp>> {
    let line = AuditLines::open(path)?.next_line()?;
    let read = line.and_then(|line| line.read.ok());
    Ok(read.map(|read| read.record.time))
}

/// Makes the folder if it is not there, and locks it. What it is in must be there: a data folder that somebody deleted
/// is not made again.
fn locked(folder: &Path) -> Result<File, AuditError> {
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(folder)(error)),
    }
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(FILE_MODE)
        .open(&path);
    let file = file.map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AuditError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(at(&path)(source)),
    }
}

fn sync_folder(folder: &Path) -> Result<(), AuditError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(at(folder))
}

fn at(path: &Path) -> impl Fn(io::Error) -> AuditError + use<> {
    let path = path.to_owned();
    move |source| AuditError::Io {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests;
