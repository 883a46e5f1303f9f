//! A table of rows in a file, as offices save them: text in any encoding and with any delimiter, or a sheet of a
//! workbook. Its columns are found by name. What can be wrong with the file as a whole is found before the first row is
//! used.

mod cells;
mod delimiter;
mod encoding;
mod lines;
mod quotes;
mod source;
mod spool;
mod text;
mod workbook;

use super::failure::Failure;
use super::out::Out;
use super::render::words;
use clap::Args;
use encoding_rs::Encoding;
use quotes::Began;
use signpost_domain::playbook::right_names;
use spool::{Kept, Spool};
use std::fs::File;
use std::path::PathBuf;

/// The maximum size of a cell that is used, in bytes: 1 MiB.
pub(crate) const CELL_BYTES_MAX: usize = 1 << 20;
/// The maximum number of names of columns that an error lists.
const COLUMNS_LISTED_MAX: usize = 40;

/// Which table to read, and how it is written.
#[derive(Args, Debug)]
pub(crate) struct TableArgs {
    /// The table: a text with a header, such as CSV, or a workbook (.xlsx, .ods). '-' reads stdin.
    pub(crate) file: PathBuf,
    /// The character between two cells: one ASCII character, or the word 'tab' [default: found out from the first
    /// lines].
    #[arg(long, value_name = "CHAR", value_parser = delimiter::written)]
    pub(crate) delimiter: Option<u8>,
    /// The encoding of a text, such as windows-1252 [default: found out, and told if it is a guess].
    #[arg(long, value_name = "NAME", value_parser = encoding::named)]
    pub(crate) encoding: Option<&'static Encoding>,
    /// The sheet of a workbook: its name, or its number from 1 [default: the first that is shown].
    #[arg(long, value_name = "SHEET")]
    pub(crate) sheet: Option<String>,
    /// A cell text that stands for nothing known, such as '?'; an empty cell always does. May be given again.
    #[arg(long, value_name = "TEXT")]
    pub(crate) missing: Vec<String>,
    /// Read a quote that is not closed as closed at the end of its line, and say so, instead of refusing the table.
    #[arg(long)]
    pub(crate) mend_quotes: bool,
}

impl TableArgs {
    /// A table that is read as it is found.
    pub(crate) fn of(file: PathBuf) -> TableArgs {
        TableArgs {
            file,
            delimiter: None,
            encoding: None,
            sheet: None,
            missing: Vec::new(),
            mend_quotes: false,
        }
    }

    /// The trimmed text of a cell; `None` if the cell is empty or marked as missing.
    pub(crate) fn filled<'c>(&self, cell: &'c str) -> Option<&'c str> {
        let cell = cell.trim();
        let missing = cell.is_empty() || self.missing.iter().any(|mark| mark.trim() == cell);
        (!missing).then_some(cell)
    }
}

/// How a text is written, so that another one can be written like it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The character between two cells.
    pub(crate) delimiter: u8,
    /// Whether the text begins with a byte order mark, without which some spreadsheets misread it.
    pub(crate) is_marked: bool,
}

/// What a file holds.
struct Content {
    header: Vec<String>,
    spool: Spool,
    hash: blake3::Hash,
    /// Rows without anything in them, which are left out.
    empty: u64,
    /// What was assumed, for people.
    assumed: Vec<String>,
    form: Form,
    /// The cells that were closed at the end of their line.
    mended: Vec<Began>,
}

/// A table. Its rows are not in memory.
#[derive(Debug)]
pub(crate) struct Table {
    /// The name of the file, for people.
    pub(crate) name: String,
    /// The names of the columns, without blanks around them.
    pub(crate) header: Vec<String>,
    /// How the table is written.
    pub(crate) form: Form,
    spool: Spool,
    hash: blake3::Hash,
    assumed: Vec<String>,
    /// Whether quotes were added that were missing.
    pub(crate) is_mended: bool,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line on which the row begins, from 1; in a workbook the row.
    pub(crate) line: u64,
    /// The place of the row, for [`Table::row`].
    pub(crate) place: u64,
    /// All cells of the row, as they are in the file.
    pub(crate) cells: csv::StringRecord,
    /// The places of cells without a value; their text says why they have none.
    without_value: Vec<usize>,
}

impl From<Kept> for Row {
    fn from(kept: Kept) -> Row {
        Row {
            line: kept.line,
            place: kept.place,
            cells: kept.cells,
            without_value: kept.without_value,
        }
    }
}

impl Table {
    /// Reads the table, and tells on stderr what was assumed.
    ///
    /// # Errors
    /// [`Failure::Fix`] if the file cannot be read as a table; the failure names the line where there is one.
    pub(crate) fn read(args: &TableArgs, out: Out) -> Result<Table, Failure> {
        let name = args.file.display().to_string();
        let file = source::open(&args.file);
        let file = file.map_err(|what| Failure::Fix(format!("{name}: {what}")))?;
        let table = Table::of(name, file, args)?;
        for what in &table.assumed {
            out.say(&format!("{}: {what}", table.name));
        }
        Ok(table)
    }

    fn of(name: String, mut file: File, args: &TableArgs) -> Result<Table, Failure> {
        let content = match source::kind(&mut file) {
            Ok(source::FileKind::Text) => text::read(file, args),
            Ok(source::FileKind::Zip) => workbook::read(file, args),
            Err(what) => Err(what),
        };
        let content = content.map_err(|what| Failure::Fix(format!("{name}: {what}")))?;
        let mut assumed = content.assumed;
        if content.empty > 0 {
            let empty = words::counted(content.empty, "row");
            assumed.push(format!("{empty} without anything in them left out"));
        }
        assumed.extend(content.mended.iter().map(|Began { line, cell }| {
            let column = content.header.get(*cell);
            let column = column.map_or(String::new(), |name| format!(", column {name}"));
            format!(
                "line {line}{column}: a quote is opened and not closed on its line: read as closed at the end of the line"
            )
        }));
        Ok(Table {
            name,
            header: content.header,
            form: content.form,
            spool: content.spool,
            hash: content.hash,
            assumed,
            is_mended: !content.mended.is_empty(),
        })
    }

    fn fix(&self, what: String) -> Failure {
        Failure::Fix(format!("{}: {what}", self.name))
    }

    /// The hash of the content of the table: 32 hexadecimal digits. A text has the same one in every encoding, with or
    /// without a byte order mark.
    pub(crate) fn content(&self) -> String {
        self.hash.to_hex().as_str()[..32].to_owned()
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
    pub(crate) fn rows(&self) -> impl Iterator<Item = Result<Row, Failure>> {
        self.spool.rows().map(|row| {
            row.map(Row::from)
                .map_err(|error| Failure::Other(format!("the rows of the table: {error}")))
        })
    }

    /// The row at this place, which a row told before.
    ///
    /// # Errors
    /// [`Failure::Other`] if the temporary file cannot be read.
    pub(crate) fn row(&self, place: u64) -> Result<Row, Failure> {
        let row = self.spool.row(place).map(Row::from);
        row.map_err(|error| Failure::Other(format!("the rows of the table: {error}")))
    }

    /// The text of a cell.
    ///
    /// # Errors
    /// A message if the row has not as many cells as the header, or the cell is too large or has no value.
    pub(crate) fn cell<'r>(&self, row: &'r Row, column: usize) -> Result<&'r str, String> {
        self.is_whole(row)?;
        let cell = row.cells.get(column).unwrap_or_default();
        if row.without_value.contains(&column) {
            return Err(format!("{}: {cell}", self.header[column]));
        }
        match cell.len() {
            len if len > CELL_BYTES_MAX => Err(format!(
                "{}: a cell must have at most {CELL_BYTES_MAX} bytes, has {len}",
                self.header[column]
            )),
            _ => Ok(cell),
        }
    }

    /// Checks that the row has as many cells as the header. Columns without a name at the end may be missing.
    fn is_whole(&self, row: &Row) -> Result<(), String> {
        let width = self.header.len();
        let named = self.header.iter().rposition(|name| !name.is_empty());
        match row.cells.len() {
            len if len == width => Ok(()),
            len if len < width && Some(len) > named => Ok(()),
            len => Err(format!(
                "has {}, and the header has {width}: is the delimiter right, or is a quote missing?",
                words::counted(len as u64, "cell")
            )),
        }
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// A table named `t.csv` with this content.
    pub(super) fn table(bytes: &[u8]) -> Result<Table, Failure> {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        Table::of("t.csv".to_owned(), file, &TableArgs::of(PathBuf::new()))
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
                let row = row.unwrap();
                let whole = read.is_whole(&row);
                let cells = row.cells.iter().map(str::to_owned).collect();
                (row.line, whole.map(|()| cells))
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
        let latin = table(b"\xef\xbb\xbfa,b\n1,2\n3,caf\xe9,\n").unwrap_err();
        let words_of_latin = words(&latin);
        assert!(
            words_of_latin.starts_with("t.csv: line 3: byte 0xe9 is not UTF-8"),
            "{words_of_latin}"
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
            let row = table.rows().next().unwrap().unwrap();
            assert_eq!(table.cell(&row, 0).is_ok(), fits, "{len}");
        }
    }
}
