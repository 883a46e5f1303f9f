//! The files of a folder, in the order of their records.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the name of each file ends.
const EXTENSION: &str = "jsonl";
/// The digits of the number in a name.
const DIGITS: usize = 20;

/// A file of the audit folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditFile {
    /// The number of its first record, as its name says.
    pub first: u64,
    /// Where it is.
    pub path: PathBuf,
}

impl AuditFile {
    /// The file in `folder` that begins with this record.
    pub(crate) fn at(folder: &Path, first: u64) -> AuditFile {
        let name = format!("{first:0DIGITS$}.{EXTENSION}");
        AuditFile {
            first,
            path: folder.join(name),
        }
    }

    /// The file at this path; `None` if its name is not one of an audit file.
    pub fn named(path: &Path) -> Option<AuditFile> {
        let name = path.file_name()?.to_str()?;
        let (digits, extension) = name.split_once('.')?;
        let is_number = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let first = digits
            .parse()
            .ok()
            .filter(|_| is_number && extension == EXTENSION)?;
        Some(AuditFile {
            first,
            path: path.to_owned(),
        })
    }
}

/// The audit files of a folder, in order. Other files are not looked at.
///
/// # Errors
/// When the folder cannot be read.
pub fn audit_files(folder: &Path) -> io::Result<Vec<AuditFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.extend(AuditFile::named(&entry?.path()));
    }
    files.sort();
    Ok(files)
}
