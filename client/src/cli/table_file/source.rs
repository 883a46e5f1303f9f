//! The file of a table: opened so that it can be read more than once, and what it is by its first bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The maximum size of a file, in bytes: 1 GiB.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;
/// How many bytes at the beginning of a file show what it is.
const HEAD_BYTES: u64 = 512;
/// The name of the stream in which a workbook with a password is kept.
const ENCRYPTED: &str = "EncryptedPackage";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Text: rows on lines.
    Text,
    /// A zip archive, as workbooks are.
    Zip,
}

/// Opens a file. What can be read only once (stdin, a pipe) is copied into a temporary file.
///
/// # Errors
/// What is wrong: it does not exist, cannot be read, is a folder, or is too large.
pub(super) fn open(path: &Path) -> Result<File, String> {
    let too_large = || format!("has over {FILE_BYTES_MAX} bytes, the most that are read");
    let words = |error: io::Error| error.to_string();
    if path.as_os_str() == "-" {
        return copied(io::stdin().lock())
            .map_err(words)?
            .ok_or_else(too_large);
    }
    let file = File::open(path).map_err(words)?;
    let about = file.metadata().map_err(words)?;
    if about.is_dir() {
        return Err("is a folder".to_owned());
    }
    match about.is_file() {
        true if about.len() > FILE_BYTES_MAX => Err(too_large()),
        true => Ok(file),
        false => copied(file).map_err(words)?.ok_or_else(too_large),
    }
}

/// A copy that can be read again; `None` if there is too much.
fn copied(from: impl Read) -> io::Result<Option<File>> {
    let mut copy = tempfile::tempfile()?;
    let bytes = io::copy(&mut from.take(FILE_BYTES_MAX + 1), &mut copy)?;
    copy.rewind()?;
    Ok((bytes <= FILE_BYTES_MAX).then_some(copy))
}

/// What the file is.
///
/// # Errors
/// What it is, and what to do, if no table can be read from it.
pub(super) fn kind(file: &mut File) -> Result<FileKind, String> {
    const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let words = |error: io::Error| error.to_string();
    let mut head = Vec::new();
    file.rewind().map_err(words)?;
    let mut start = file.take(HEAD_BYTES);
    start.read_to_end(&mut head).map_err(words)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(FileKind::Zip);
    }
    if head.starts_with(OLD_WORKBOOK) {
        return Err(match has_password(file).map_err(words)? {
            true => "the workbook has a password: save it without one".to_owned(),
            false => {
                "is a workbook of the old kind (.xls): save it as .xlsx, .ods or CSV".to_owned()
            }
        });
    }
    let said = |what: &str| {
        Err(format!(
            "is {what}, not a table: save the table as .xlsx, .ods or CSV"
        ))
    };
    if head.starts_with(b"%PDF") {
        return said("a PDF");
    }
    if head.starts_with(b"\x1f\x8b") {
        return Err("is compressed: unpack it first".to_owned());
    }
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let text = text.to_ascii_lowercase();
    let page = ["<!doctype html", "<html", "<table", "<?xml"];
    match page.iter().any(|start| text.starts_with(start)) {
        true => said("a page of HTML or XML"),
        false => Ok(FileKind::Text),
    }
}

/// Whether a file in the old format of workbooks is the cover of a workbook with a password.
fn has_password(file: &mut File) -> io::Result<bool> {
    let name: Vec<u8> = ENCRYPTED
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = file.read(&mut bytes[kept..])?;
        if read == 0 {
            return Ok(false);
        }
        let there = kept + read;
        if bytes[..there].windows(name.len()).any(|part| part == name) {
            return Ok(true);
        }
        // A name can begin in this part and end in the next one.
        kept = there.min(name.len() - 1);
        bytes.copy_within(there - kept..there, 0);
    }
}
