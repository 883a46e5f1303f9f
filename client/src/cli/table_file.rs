//! A table of rows in a CSV file. The file is read as a whole. It must be UTF-8 and close its quotes; its columns are
//! found by name.

mod quotes;

use super::failure::Failure;
use super::render::words;
use clap::Args;
use signpost_domain::playbook::right_names;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The maximum size of a file, in bytes: 1 GiB.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;
/// The maximum size of a cell that is used, in bytes: 1 MiB.
pub(crate) const CELL_BYTES_MAX: usize = 1 << 20;
/// The maximum number of names of columns that an error lists.
const COLUMNS_LISTED_MAX: usize = 40;

/// Which table to read, and how it is written.
#[derive(Args, Debug)]
pub(crate) struct TableArgs {
    /// The table: CSV with a header, in UTF-8. '-' reads stdin.
    pub(crate) file: PathBuf,
    /// The character between two cells: one ASCII character, or the word 'tab'.
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    pub(crate) delimiter: u8,
    /// A cell text that stands for nothing known, such as '?'; an empty cell always does. May be given again.
    #[arg(long, value_name = "TEXT")]
    pub(crate) missing: Vec<String>,
}

impl TableArgs {
    /// The trimmed text of a cell; `None` if the cell is empty or marked as missing.
    pub(crate) fn filled<'c>(&self, cell: &'c str) -> Option<&'c str> {
        let cell = cell.trim();
        let missing = cell.is_empty() || self.missing.iter().any(|mark| mark.trim() == cell);
        (!missing).then_some(cell)
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\r' | b'\n') => Ok(*one),
            _ => Err(format!(
                "`{text}` must be one ASCII character, no quote and no line end; or the word tab"
            )),
        },
    }
}

/// A table in memory.
#[derive(Debug)]
pub(crate) struct Table {
    /// The name of the file, for people.
    pub(crate) name: String,
    /// The names of the columns, without blanks around them.
    pub(crate) header: Vec<String>,
    text: String,
    delimiter: u8,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line on which the row begins, from 1.
    pub(crate) line: u64,
    /// The cells of the row, as many as the header has; or what is wrong with the row.
    pub(crate) cells: Result<csv::StringRecord, String>,
}

impl Table {
    /// Reads the table.
    ///
    /// # Errors
    /// [`Failure::Fix`] if the file cannot be read, is too large, is not UTF-8, does not close a quote (with the line),
    /// or has no header.
    pub(crate) fn read(args: &TableArgs) -> Result<Table, Failure> {
        let name = args.file.display().to_string();
        let bytes = bytes(&args.file).map_err(|what| Failure::Fix(format!("{name}: {what}")))?;
        Table::of(name, bytes, args.delimiter)
    }

    fn of(name: String, bytes: Vec<u8>, delimiter: u8) -> Result<Table, Failure> {
        let fix = |what: String| Failure::Fix(format!("{name}: {what}"));
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..at];
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            fix(format!(
                "line {line}: byte 0x{byte:02x} is not UTF-8; save the table as UTF-8"
            ))
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        quotes::check(text.as_bytes(), delimiter).map_err(fix)?;
        let mut table = Table {
            name,
            header: Vec::new(),
            text,
            delimiter,
        };
        let header = table.reader().headers().cloned();
        let header = header.map_err(|error| table.fix(error.to_string()))?;
        table.header = header.iter().map(|cell| cell.trim().to_owned()).collect();
        if table.header.iter().all(String::is_empty) {
            return Err(
                table.fix("there is no header: the first line must name the columns".to_owned())
            );
        }
        Ok(table)
    }

    fn fix(&self, what: String) -> Failure {
        Failure::Fix(format!("{}: {what}", self.name))
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(self.text.as_bytes())
    }

    /// The hash of the text of the file, without its byte order mark: 32 hexadecimal digits.
    pub(crate) fn content(&self) -> String {
        let hash = blake3::hash(self.text.as_bytes()).to_hex();
        hash.as_str()[..32].to_owned()
    }

    /// The place of a column in a row, from 0.
    ///
    /// # Errors
    /// [`Failure::Fix`] if no column has this name (the failure lists the names that there are), or if several have it.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Failure> {
        let mut found = self.header.iter().enumerate();
        let mut found = found.by_ref().filter(|(_, column)| *column == name.trim());
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(self.fix(format!(
                "more than one column is named `{name}`: rename the others"
            ))),
            (None, _) => {
                let names = self.header.iter().map(String::as_str);
                let near = right_names(name, "column", names.clone());
                let near = match near.starts_with("did you mean") {
                    true => format!(" {near}"),
                    false => String::new(),
                };
                let listed: Vec<&str> = names.take(COLUMNS_LISTED_MAX).collect();
                let more = match self.header.len().saturating_sub(COLUMNS_LISTED_MAX) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let listed = listed.join(", ");
                Err(self.fix(format!(
                    "there is no column {name};{near} the columns are {listed}{more}"
                )))
            }
        }
    }

    /// The rows in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        let width = self.header.len();
        let mut lines = Lines::of(self.text.as_bytes());
        self.reader()
            .into_records()
            .map(move |record| match record {
                Ok(record) => {
                    let line = lines.at(record.position().map_or(0, csv::Position::byte));
                    let cells = match record.len() {
                        len if len == width => Ok(record),
                        len => Err(format!(
                            "has {}, and the header has {width}: is the delimiter right, or is a quote missing?",
                            words::counted(len as u64, "cell")
                        )),
                    };
                    Row { line, cells }
                }
                Err(error) => Row {
                    line: lines.at(error.position().map_or(0, csv::Position::byte)),
                    cells: Err(error.to_string()),
                },
            })
    }
}

/// Counts the lines of a text as far as they were asked for.
struct Lines<'t> {
    text: &'t [u8],
    counted: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn of(text: &'t [u8]) -> Lines<'t> {
        Lines {
            text,
            counted: 0,
            line: 1,
        }
    }

    /// The line of the first byte at or after `byte` that is no line end. Later calls must ask for later bytes.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(&next) = self.text.get(self.counted) {
            let ends = matches!(next, b'\r' | b'\n');
            if self.counted >= byte && !ends {
                break;
            }
            self.counted += 1;
            let half = next == b'\r' && self.text.get(self.counted) == Some(&b'\n');
            self.line += u64::from(ends && !half);
        }
        self.line
    }
}

/// The text of a cell.
///
/// # Errors
/// A message if the cell is too large.
pub(crate) fn cell<'r>(
    table: &Table,
    record: &'r csv::StringRecord,
    column: usize,
) -> Result<&'r str, String> {
    let cell = record.get(column).unwrap_or_default();
    match cell.len() {
        len if len > CELL_BYTES_MAX => Err(format!(
            "{}: a cell must have at most {CELL_BYTES_MAX} bytes, has {len}",
            table.header[column]
        )),
        _ => Ok(cell),
    }
}

/// The pairs of a text such as `target=COLUMN,target=COLUMN`. A part without `=` belongs to the part before it, because
/// names of columns can have commas.
///
/// # Errors
/// [`Failure::Fix`] if the first part has no `=`.
pub(crate) fn mapped(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once('='), parts.last_mut()) {
            (Some((target, column)), _) => {
                parts.push((target.trim().to_owned(), column.trim().to_owned()));
            }
            (None, Some((_, column))) => {
                column.push(',');
                column.push_str(part);
            }
            (None, None) if text.trim().is_empty() => {}
            (None, None) => {
                let what = format!("--map: write `{part}` as target=COLUMN");
                return Err(Failure::Fix(what));
            }
        }
    }
    Ok(parts)
}

fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        let stdin = std::io::stdin();
        stdin.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file)
            .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| error.to_string())?;
    match bytes.len() as u64 > FILE_BYTES_MAX {
        true => Err(format!(
            "has over {FILE_BYTES_MAX} bytes, the most that are read"
        )),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn table(bytes: &[u8]) -> Result<Table, Failure> {
        Table::of("t.csv".to_owned(), bytes.to_vec(), b',')
    }

    fn words(failure: &Failure) -> String {
        match failure {
            Failure::Fix(words) => words.clone(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn marks_line_ends_and_quotes_are_read() {
        let read =
            table(b"\xef\xbb\xbfa ,\"b\"\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2\r\n3,4\r\n").unwrap();
        assert_eq!(read.header, ["a", "b"]);
        let rows: Vec<(u64, Result<Vec<String>, String>)> = read
            .rows()
            .map(|row| {
                let cells = row.cells;
                (
                    row.line,
                    cells.map(|it| it.iter().map(str::to_owned).collect()),
                )
            })
            .collect();
        let cells = |cells: [&str; 2]| Ok(cells.map(str::to_owned).to_vec());
        assert_eq!(rows[0], (2, cells(["1", "x, \"y\"\nz"])));
        assert_eq!(
            rows[1].1,
            Err(
                "has 1 cell, and the header has 2: is the delimiter right, or is a quote missing?"
                    .to_owned()
            )
        );
        assert_eq!(rows[2], (6, cells(["3", "4"])));
        let without_mark = table(b"a ,\"b\"\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2\r\n3,4\r\n").unwrap();
        assert_eq!(read.content(), without_mark.content());
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        let latin = table(b"a,b\n1,2\n3,caf\xe9\n").unwrap_err();
        assert_eq!(
            words(&latin),
            "t.csv: line 3: byte 0xe9 is not UTF-8; save the table as UTF-8"
        );
        assert!(words(&table(b"").unwrap_err()).contains("no header"));
        let twice = table(b"a,b,a\n").unwrap();
        assert!(
            words(&twice.column("a").unwrap_err()).contains("more than one column is named `a`")
        );
        let missing = words(
            &table(b"category,channel\n")
                .unwrap()
                .column("chanel")
                .unwrap_err(),
        );
        assert!(missing.contains("did you mean channel?"), "{missing}");
        assert!(
            missing.contains("the columns are category, channel"),
            "{missing}"
        );
    }

    #[test]
    fn a_cell_has_a_limit() {
        let text = |len: usize| format!("a\n{}\n", "x".repeat(len)).into_bytes();
        for (len, fits) in [(CELL_BYTES_MAX, true), (CELL_BYTES_MAX + 1, false)] {
            let table = table(&text(len)).unwrap();
            let row = table.rows().next().unwrap().cells.unwrap();
            assert_eq!(cell(&table, &row, 0).is_ok(), fits, "{len}");
        }
    }
}
