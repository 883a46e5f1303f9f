//! The file for the rows that were not taken: looked at before anything is sent.

use crate::cli::failure::Failure;
use std::fs;
use std::path::Path;

/// Looks whether the rows that are not taken can be written to `errors` later; what it holds stays as it is.
///
/// # Errors
/// [`Failure::Fix`] if it is the table itself, under whatever name, or cannot be written.
pub(super) fn check(errors: &Path, table: &Path) -> Result<(), Failure> {
    let fix = |what: String| Failure::Fix(format!("--errors {}: {what}", errors.display()));
    // A shell may have opened the table for us.
    let table = match table.as_os_str() == "-" {
        true => Path::new("/dev/stdin"),
        false => table,
    };
    let same = match (fs::canonicalize(errors), fs::canonicalize(table)) {
        (Ok(errors), Ok(table)) => errors == table || is_one_file(&errors, &table),
        _ => false,
    };
    if same {
        return Err(fix(
            "is the table that is sent; name another file".to_owned()
        ));
    }
    let opened = fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(errors);
    opened.map(drop).map_err(|error| fix(error.to_string()))
}

/// Whether two names are of one file, as hard links are.
#[cfg(unix)]
fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_one_file(_one: &Path, _other: &Path) -> bool {
    false
}
