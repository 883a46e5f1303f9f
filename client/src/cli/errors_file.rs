//! The file for the rows that were not taken: looked at before anything is sent.

use super::failure::Failure;
use super::not_taken::Bad;
use super::table_file::Table;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Looks whether the rows that are not taken can be written to `errors` later; what it holds stays as it is.
///
/// # Errors
/// [`Failure::Fix`] if it is the table itself, under whatever name, or cannot be written.
pub(crate) fn check(errors: &Path, table: &Path) -> Result<(), Failure> {
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

/// Writes the rows that were not taken, as the file has them, each with its line and what is wrong.
///
/// # Errors
/// When the file does not take them.
pub(crate) fn write(
    file: &Path,
    table: &Table,
    kinds: &[(&str, &Vec<Bad>)],
) -> Result<(), csv::Error> {
    let mut wrong: BTreeMap<u64, (&str, &str)> = BTreeMap::new();
    for (kind, rows) in kinds {
        wrong.extend(
            rows.iter()
                .map(|row| (row.line, (*kind, row.what.as_str()))),
        );
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_path(file)?;
    let head = ["line", "problem", "what"].into_iter();
    out.write_record(head.chain(table.header.iter().map(String::as_str)))?;
    for row in table.rows() {
        if let Some((kind, what)) = wrong.get(&row.line) {
            let line = row.line.to_string();
            let cells = row.cells.unwrap_or_default();
            let head = [line.as_str(), kind, what].into_iter();
            out.write_record(head.chain(cells.iter()))?;
        }
    }
    out.flush()?;
    Ok(())
}
