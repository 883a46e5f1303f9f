//! A table in a workbook: one sheet of an `.xlsx` or `.ods` file.

use super::spool::Writer;
use super::{Content, Form, TableArgs, cells};
use calamine::{Data, Ods, OdsError, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use zip::ZipArchive;

/// The maximum size of the unpacked parts of a workbook, in bytes: 1 GiB.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// The maximum number of sheets that an error lists.
const SHEETS_LISTED_MAX: usize = 20;

/// What kind of workbook it is.
enum Kind {
    Xlsx,
    Ods,
}

/// Reads a sheet of a workbook. Its first row that is not empty is the header.
///
/// # Errors
/// What is wrong, with the sheet and the cell.
pub(super) fn read(mut file: File, args: &TableArgs) -> Result<Content, String> {
    if args.delimiter.is_some() || args.encoding.is_some() {
        let what = "--delimiter and --encoding are for text, and this file is a workbook";
        return Err(what.to_owned());
    }
    let kind = kind(&file)?;
    file.rewind().map_err(|error| error.to_string())?;
    match kind {
        Kind::Xlsx => xlsx(file, args.sheet.as_deref()),
        Kind::Ods => ods(file, args.sheet.as_deref()),
    }
}

fn kind(file: &File) -> Result<Kind, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the workbook is damaged: {error}");
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(&error))?;
    let mut unpacked = 0_u64;
    for place in 0..zip.len() {
        let part = zip.by_index_raw(place).map_err(|error| damaged(&error))?;
        unpacked = unpacked.saturating_add(part.size());
    }
    if unpacked > UNPACKED_BYTES_MAX {
        return Err(format!(
            "unpacked, the workbook would have over {UNPACKED_BYTES_MAX} bytes, the most that are read"
        ));
    }
    let has = |name: &str| zip.file_names().any(|part| part.eq_ignore_ascii_case(name));
    if has("xl/workbook.xml") {
        Ok(Kind::Xlsx)
    } else if has("mimetype") && has("content.xml") {
        Ok(Kind::Ods)
    } else if has("xl/workbook.bin") {
        Err(
            "is a workbook of a kind that is not read (.xlsb): save it as .xlsx, .ods or CSV"
                .to_owned(),
        )
    } else {
        Err(
            "is a zip file, and no workbook that is read: save the table as .xlsx, .ods or CSV"
                .to_owned(),
        )
    }
}

/// The sheet to read: the one that is asked for by its name or its number from 1, else the first that is shown. Also
/// gives what to say of it.
fn chosen(sheets: &[Sheet], asked: Option<&str>) -> Result<(String, Option<String>), String> {
    let sheets: Vec<&Sheet> = sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    let names = || {
        let names = sheets.iter().take(SHEETS_LISTED_MAX);
        let names: Vec<&str> = names.map(|sheet| sheet.name.as_str()).collect();
        names.join(", ")
    };
    if let Some(asked) = asked {
        let number = asked.parse::<usize>().ok();
        let numbered = || sheets.get(number?.checked_sub(1)?);
        let found = sheets
            .iter()
            .find(|sheet| sheet.name == asked)
            .or_else(numbered);
        return match found {
            Some(sheet) => Ok((sheet.name.clone(), None)),
            None => Err(format!(
                "--sheet: there is no sheet {asked}; the sheets are {}",
                names()
            )),
        };
    }
    let shown = sheets
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible);
    let Some(first) = shown.or(sheets.first()) else {
        return Err("the workbook has no sheet with cells".to_owned());
    };
    let said = (sheets.len() > 1).then(|| {
        format!(
            "read from the sheet `{}`, one of {}: --sheet names another ({})",
            first.name,
            sheets.len(),
            names()
        )
    });
    Ok((first.name.clone(), said))
}

fn xlsx(file: File, asked: Option<&str>) -> Result<Content, String> {
    let words = |error: XlsxError| match error {
        XlsxError::Password => "the workbook has a password: save it without one".to_owned(),
        error => format!("the workbook cannot be read: {error}"),
    };
    let mut book = Xlsx::new(BufReader::new(file)).map_err(words)?;
    let (sheet, said) = chosen(book.sheets_metadata(), asked)?;
    let merged = book.merge_cells_by_sheet_name(&sheet).map_err(words)?;
    if let Some(area) = merged.first() {
        let (from, to) = (cells::name(area.start), cells::name(area.end));
        return Err(merged_cells(&sheet, &format!(" {from} to {to}")));
    }
    let is_1904 = book.has_1904_epoch();
    let mut rows = Rows::new(sheet);
    let mut reader = book.worksheet_cells_reader(&rows.sheet).map_err(words)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(words)? {
        let value = Data::from(cell.value);
        rows.cell(cell.pos, &value, cell.formula.is_some(), is_1904)?;
    }
    rows.done(said)
}

fn ods(file: File, asked: Option<&str>) -> Result<Content, String> {
    let words = |error: OdsError| match error {
        OdsError::Password => "the workbook has a password: save it without one".to_owned(),
        error => format!("the workbook cannot be read: {error}"),
    };
    let other = file.try_clone().map_err(|error| error.to_string())?;
    let mut book = Ods::new(BufReader::new(file)).map_err(words)?;
    let (sheet, said) = chosen(book.sheets_metadata(), asked)?;
    if spans(other, &sheet).map_err(|error| error.to_string())? {
        return Err(merged_cells(&sheet, ""));
    }
    let formulas = book.worksheet_formula(&sheet).map_err(words)?;
    let range = book.worksheet_range(&sheet).map_err(words)?;
    drop(book);
    let mut rows = Rows::new(sheet);
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (down, row) in range.rows().enumerate() {
        for (right, value) in row.iter().enumerate() {
            let at = (first_row + down as u32, first_column + right as u32);
            let is_formula = formulas.get_value(at).is_some_and(|it| !it.is_empty());
            if is_formula || *value != Data::Empty {
                rows.cell(at, value, is_formula, false)?;
            }
        }
    }
    rows.done(said)
}

fn merged_cells(sheet: &str, area: &str) -> String {
    format!(
        "the sheet `{sheet}` has merged cells{area}: a row below or beside would be read as empty there; split them, and fill \
         each"
    )
}

/// Whether cells of this sheet of an `.ods` file are merged.
fn spans(file: File, sheet: &str) -> io::Result<bool> {
    const SPANS: [&str; 2] = [
        "table:number-columns-spanned=",
        "table:number-rows-spanned=",
    ];
    let mut zip = ZipArchive::new(BufReader::new(file))?;
    let mut content = BufReader::new(zip.by_name("content.xml")?);
    let (mut tag, mut is_here) = (Vec::new(), false);
    loop {
        tag.clear();
        if content.read_until(b'>', &mut tag)? == 0 {
            return Ok(false);
        }
        let text = String::from_utf8_lossy(&tag);
        let Some((_, tag)) = text.rsplit_once('<') else {
            continue;
        };
        if let Some(table) = tag.strip_prefix("table:table ") {
            is_here = attribute(table, "table:name=").is_some_and(|name| unescaped(name) == sheet);
        }
        let spanned = |name: &&str| attribute(tag, name).is_some_and(|count| count != "1");
        if is_here && tag.starts_with("table:table-cell") && SPANS.iter().any(spanned) {
            return Ok(true);
        }
    }
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(name)?;
    let quote = rest.chars().next()?;
    rest[1..].split_once(quote).map(|(value, _)| value)
}

fn unescaped(text: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    signs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Makes rows of cells that come in the order of the sheet.
struct Rows {
    sheet: String,
    header: Vec<String>,
    out: Writer,
    /// The row that is being read, from 0, with its cells.
    row: u32,
    cells: Vec<Result<String, String>>,
    formulas: u64,
}

impl Rows {
    fn new(sheet: String) -> Rows {
        Rows {
            sheet,
            header: Vec::new(),
            out: Writer::new(),
            row: 0,
            cells: Vec::new(),
            formulas: 0,
        }
    }

    fn cell(
        &mut self,
        at: (u32, u32),
        value: &Data,
        is_formula: bool,
        is_1904: bool,
    ) -> Result<(), String> {
        let (row, column) = at;
        if row != self.row {
            self.row_done()?;
            self.row = row;
        }
        if is_formula && *value == Data::Empty {
            return Err(format!(
                "the sheet `{}`: cell {} is a formula without a result: open the workbook in a spreadsheet program and save \
                 it, or paste the values",
                self.sheet,
                cells::name(at)
            ));
        }
        self.formulas += u64::from(is_formula);
        let text = cells::text(value, is_1904);
        if text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
            return Ok(());
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Ok(String::new()));
        }
        self.cells[column] = text.map_err(|what| format!("cell {}: {what}", cells::name(at)));
        Ok(())
    }

    fn row_done(&mut self) -> Result<(), String> {
        let mut cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        if self.header.is_empty() {
            let names = cells
                .into_iter()
                .map(|cell| cell.map(|name| name.trim().to_owned()));
            self.header = names.collect::<Result<_, _>>()?;
            return Ok(());
        }
        if cells.len() < self.header.len() {
            cells.resize(self.header.len(), Ok(String::new()));
        }
        let texts = cells.iter().map(|cell| match cell {
            Ok(text) => Ok(text.as_str()),
            Err(what) => Err(what.as_str()),
        });
        let kept = self.out.add(u64::from(self.row) + 1, texts);
        cells.clear();
        self.cells = cells;
        kept.map_err(|error| error.to_string())
    }

    fn done(mut self, said: Option<String>) -> Result<Content, String> {
        self.row_done()?;
        if self.header.is_empty() {
            return Err(format!("the sheet `{}` is empty", self.sheet));
        }
        let mut assumed = Vec::from_iter(said);
        if self.formulas > 0 {
            assumed.push(format!(
                "{} of the sheet `{}` are formulas: read with the results that the workbook holds",
                super::words::counted(self.formulas, "cell"),
                self.sheet
            ));
        }
        let (spool, hash) = self.out.done().map_err(|error| error.to_string())?;
        Ok(Content {
            header: self.header,
            spool,
            hash,
            empty: 0,
            assumed,
            form: Form {
                delimiter: b',',
                is_marked: true,
            },
            mended: Vec::new(),
        })
    }
}
