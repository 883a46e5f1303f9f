//! The end of the chain on disk, as a writer finds it when it begins.

use crate::files::AuditFile;
use crate::head::Head;
use crate::reader::AuditLines;
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// The last file of a folder, as it was found.
#[derive(Debug)]
pub(crate) struct Tail {
    /// The last record that reads; that before the file if none does.
    pub(crate) head: Head,
    /// When the first record of the file was made; `None` if it has none.
    pub(crate) begun: Option<Timestamp>,
    /// The bytes of the whole lines.
    pub(crate) bytes: u64,
    /// The bytes of a half line at the end.
    pub(crate) cut_bytes: u64,
    /// What does not hold in the file. Then it stays as it is, and a new file goes on.
    pub(crate) damage: Option<String>,
}

impl Tail {
    /// Looks at a file, which follows `before` if that is known.
    pub(crate) fn of(file: &AuditFile, before: Option<Head>) -> io::Result<Tail> {
        let mut tail = Tail {
            head: before.unwrap_or(Head {
                number: file.first - 1,
                hash: Head::NONE.hash,
            }),
            begun: None,
            bytes: 0,
            cut_bytes: 0,
            damage: None,
        };
        let mut lines = AuditLines::open(&file.path)?;
        let mut is_known = before.is_some() || file.first == 1;
        while let Some(line) = lines.next_line()? {
            if !line.is_whole {
                tail.cut_bytes = line.bytes;
                break;
            }
            tail.bytes += line.bytes;
            let what = match line.read {
                Ok(read) => {
                    let follows = read.head.number == tail.head.number + 1
                        && (!is_known || read.previous == tail.head.hash);
                    is_known = true;
                    tail.head = read.head;
                    tail.begun = tail.begun.or(Some(read.record.time));
                    (!follows).then(|| "it does not follow the record before".to_owned())
                }
                Err(fault) => {
                    // What it was is not known; the next line must be one further.
                    tail.head.number += 1;
                    Some(fault.to_string())
                }
            };
            let damage =
                what.map(|what| format!("{}: line {}: {what}", file.path.display(), line.line));
            tail.damage = tail.damage.or(damage);
        }
        Ok(tail)
    }
}

/// Cuts a file to its first `bytes`, for good.
pub(crate) fn cut(path: &Path, bytes: u64) -> io::Result<File> {
    let file = OpenOptions::new().append(true).open(path)?;
    file.set_len(bytes)?;
    file.sync_all()?;
    Ok(file)
}
