//! The file of `--errors`, for the rows that were not taken. It is checked before anything is sent.

use super::failure::Failure;
use super::not_taken::Bad;
use super::table_file::Table;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Checks that rows can be written to the file `errors` later. Makes the file if it does not exist; does not change its
/// content.
///
/// # Errors
/// [`Failure::Fix`] if `errors` is the table itself, also under another name, or cannot be written.
pub(crate) fn check(errors: &Path, table: &Path) -> Result<(), Failure> {
    let fix = |what: String| Failure::Fix(format!("--errors {}: {what}", errors.display()));
    // A shell may have opened the table as our stdin.
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

/// Whether two names are names of the same file, as hard links are.
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

/// Writes the rows that were not taken, with all cells that they have in the table, as the table is written: with its
/// delimiter, and with a byte order mark if the table was no plain UTF-8. Each row also has its line and what is wrong.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn write(
    file: &Path,
    table: &Table,
    kinds: &[(&str, &Vec<Bad>)],
) -> Result<(), Failure> {
    let failed = |error: csv::Error| Failure::Other(format!("{}: {error}", file.display()));
    let mut wrong: BTreeMap<u64, (&str, &str)> = BTreeMap::new();
    for (kind, rows) in kinds {
        wrong.extend(
            rows.iter()
                .map(|row| (row.line, (*kind, row.what.as_str()))),
        );
    }
    let mut text = fs::File::create(file).map_err(|error| failed(error.into()))?;
    if table.form.is_marked {
        let marked = text.write_all("\u{feff}".as_bytes());
        marked.map_err(|error| failed(error.into()))?;
    }
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(table.form.delimiter)
        .from_writer(text);
    let head = ["line", "problem", "what"].into_iter();
    let head = out.write_record(head.chain(table.header.iter().map(String::as_str)));
    head.map_err(failed)?;
    for row in table.rows() {
        let row = row?;
        if let Some((kind, what)) = wrong.get(&row.line) {
            let line = row.line.to_string();
            let head = [line.as_str(), kind, what].into_iter();
            out.write_record(head.chain(row.cells.iter()))
                .map_err(failed)?;
        }
    }
    out.flush().map_err(|error| failed(error.into()))
}
