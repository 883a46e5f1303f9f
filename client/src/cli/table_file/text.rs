//! A table of text: rows on lines, cells between delimiters.

use super::delimiter::{self, Delimiter};
use super::encoding::{self, Coding, Text};
use super::quotes::{Began, Quotes};
use super::spool::Writer;
use super::{Content, Form, TableArgs};
use encoding_rs::UTF_8;
use std::fs::File;
use std::io;

/// From how many bytes at the start of the text the delimiter is found out: 64 KiB.
const START_BYTES: usize = 64 << 10;
/// This many rows, one after the other, that fit another delimiter show that the delimiter changes there.
const CHANGED_ROWS: usize = 2;
/// A cell of several lines is taken for rows behind a quote that is not closed if its whole lines have at least this
/// many delimiters, each line as many as a row.
const SWALLOWED_DELIMITERS: usize = 4;
/// The maximum number of quotes that are closed in one table. Of more, something else is wrong.
const CLOSED_MAX: usize = 20;

/// Reads a table of text.
///
/// # Errors
/// What is wrong, with the line.
pub(super) fn read(mut file: File, args: &TableArgs) -> Result<Content, String> {
    if args.sheet.is_some() {
        return Err("--sheet is for workbooks, and this file is text".to_owned());
    }
    let coding = encoding::find(&mut file, args.encoding)?;
    let (start, is_all) = Text::new(&file, coding, None)?.start(START_BYTES)?;
    let delimiter = delimiter::find(&start, is_all, args.delimiter)?;
    let mut closed: Vec<Began> = Vec::new();
    loop {
        let lines: Vec<u64> = closed.iter().map(|began| began.line).collect();
        let text = Text::new(&file, coding, Some(Quotes::new(delimiter.byte, &lines)))?;
        let mut rows = Rows::new(text, delimiter.byte);
        match rows.read(&delimiter) {
            Ok((header, kept)) => {
                let mut content = content(&rows, args, coding, &delimiter, header, kept)?;
                closed.sort_unstable();
                content.mended = closed;
                return Ok(content);
            }
            Err(what) => match rows.unclosed() {
                None => return Err(what),
                Some(began) if !args.mend_quotes => {
                    return Err(format!(
                        "{what}; --mend-quotes reads it as closed at the end of line {}",
                        began.line
                    ));
                }
                Some(began) if closed.len() < CLOSED_MAX && !lines.contains(&began.line) => {
                    closed.push(began)
                }
                Some(_) => return Err(what),
            },
        }
    }
}

/// What was read, with what was assumed.
fn content(
    rows: &Rows,
    args: &TableArgs,
    coding: Coding,
    delimiter: &Delimiter,
    header: Vec<String>,
    (out, empty): (Writer, u64),
) -> Result<Content, String> {
    let text = rows.reader.get_ref();
    let hash = text.hash();
    let mut assumed = Vec::new();
    assumed.extend(guessed(coding, text.word.as_ref()));
    let found = args.delimiter.is_none() && !delimiter.has_line && delimiter.byte != b',';
    assumed.extend(found.then(|| {
        let shown = delimiter::shown(delimiter.byte);
        format!("read with {shown} between the cells")
    }));
    let (spool, _) = out.done().map_err(|error| error.to_string())?;
    Ok(Content {
        header,
        spool,
        hash,
        empty,
        assumed,
        form: Form {
            delimiter: delimiter.byte,
            is_marked: coding.is_marked || coding.encoding != UTF_8,
        },
        mended: Vec::new(),
    })
}

/// What to say of an encoding that is a guess.
fn guessed(coding: Coding, word: Option<&(u64, String)>) -> Option<String> {
    let name = coding.encoding.name();
    let shows = word.map(|(line, word)| format!("; line {line} then says `{word}`"));
    let shows = shows.unwrap_or_default();
    coding
        .is_guess
        .then(|| format!("read as {name}, a guess{shows}: --encoding names another"))
}

/// Why rows cannot be kept.
enum Wrong {
    Said(String),
    Io(io::Error),
}

/// The rows of a text, one after the other.
struct Rows {
    reader: csv::Reader<Text>,
    delimiter: u8,
    record: csv::StringRecord,
    line: u64,
    /// The cell whose quote takes whole rows into it, once one is found.
    swallows: Option<Began>,
}

impl Rows {
    fn new(text: Text, delimiter: u8) -> Rows {
        let reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(text);
        Rows {
            reader,
            delimiter,
            record: csv::StringRecord::new(),
            line: 1,
            swallows: None,
        }
    }

    /// The header, the rows, and how many rows were empty.
    fn read(&mut self, delimiter: &Delimiter) -> Result<(Vec<String>, (Writer, u64)), String> {
        if delimiter.has_line {
            self.next()?;
        }
        let header = self.header()?;
        let mut out = Writer::new();
        let empty = self.keep(header.len(), &mut out);
        let empty = empty.map_err(|what| match what {
            Wrong::Said(what) => what,
            Wrong::Io(error) => error.to_string(),
        })?;
        Ok((header, (out, empty)))
    }

    /// The cell whose quote is not closed, if that is why the rows cannot be read.
    fn unclosed(&self) -> Option<Began> {
        self.swallows.or(self.reader.get_ref().unclosed)
    }

    /// Reads the next row into `record`; `false` at the end.
    fn next(&mut self) -> Result<bool, String> {
        let read = self.reader.read_record(&mut self.record);
        if !read.map_err(|error| error.to_string())? {
            return Ok(false);
        }
        let byte = self.record.position().map_or(0, csv::Position::byte);
        self.line = self.reader.get_mut().lines.at(byte);
        Ok(true)
    }

    fn header(&mut self) -> Result<Vec<String>, String> {
        let is_there = self.next()?;
        let header: Vec<String> = self.record.iter().map(|it| it.trim().to_owned()).collect();
        match is_there && header.iter().any(|name| !name.is_empty()) {
            true => Ok(header),
            false => Err("there is no header: the first line must name the columns".to_owned()),
        }
    }

    /// Keeps all rows that are left, and gives how many were empty.
    fn keep(&mut self, width: usize, out: &mut Writer) -> Result<u64, Wrong> {
        let (mut empty, mut changed) = (0, Vec::new());
        while self.next().map_err(Wrong::Said)? {
            if self.record.iter().all(|cell| cell.trim().is_empty()) {
                empty += 1;
                continue;
            }
            self.is_no_rows_in_a_cell(width).map_err(Wrong::Said)?;
            if let Some(other) = self.is_otherwise(width) {
                changed.push(self.line);
                if changed.len() == CHANGED_ROWS {
                    return Err(Wrong::Said(format!(
                        "line {}: from here on the cells are separated by {}, and before by {}: make it one delimiter",
                        changed[0],
                        delimiter::shown(other),
                        delimiter::shown(self.delimiter)
                    )));
                }
            } else {
                changed.clear();
            }
            let cells = self.record.iter().map(Ok);
            out.add(self.line, cells).map_err(Wrong::Io)?;
        }
        Ok(empty)
    }

    /// The delimiter with which this row has as many cells as the header, if it has one cell now.
    fn is_otherwise(&self, width: usize) -> Option<u8> {
        match self.record.len() {
            1 => delimiter::another(&self.record[0], width, self.delimiter),
            _ => None,
        }
    }

    /// Refuses a cell that has whole rows in it: the quote before them was not meant to open a cell, or is not closed.
    fn is_no_rows_in_a_cell(&mut self, width: usize) -> Result<(), String> {
        let cells = self.record.iter().enumerate();
        for (place, cell) in cells.filter(|(_, cell)| cell.contains(['\n', '\r'])) {
            let lines: Vec<&str> = cell.lines().collect();
            let Some((_, [inner @ .., _])) = lines.split_first() else {
                continue;
            };
            let delimiters = |line: &&str| line.bytes().filter(|it| *it == self.delimiter).count();
            let of_rows = inner.iter().all(|line| delimiters(line) + 1 == width);
            if of_rows && inner.len() * width.saturating_sub(1) >= SWALLOWED_DELIMITERS {
                self.swallows = Some(Began {
                    line: self.line,
                    cell: place,
                });
                return Err(format!(
                    "line {}: a quote is opened here, and the {} lines after it are in its cell, though they look like \
                     rows: close the quote on its line, or write a quote in a cell twice",
                    self.line,
                    lines.len() - 1
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::tests::table;
    use crate::cli::failure::Failure;

    fn refused(text: &str) -> String {
        match table(text.as_bytes()).unwrap_err() {
            Failure::Fix(words) => words,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn rows_in_a_cell_and_a_delimiter_that_changes_are_named_with_their_line() {
        let rows = "1,2,3\n".repeat(5);
        let swallowed = refused(&format!("a,b,c\n{rows}1,\"2,3\n{rows}x\",3,4\n"));
        assert!(
            swallowed.starts_with("t.csv: line 7: a quote is opened here, and the 6 lines"),
            "{swallowed}"
        );
        let changed = refused(&format!("a,b,c\n{rows}1;2;3\n1;2;3\n"));
        assert!(
            changed.contains("line 7: from here on the cells are separated by `;`"),
            "{changed}"
        );
        let one = table(format!("a,b,c\n{rows}1;2;3\n{rows}").as_bytes()).unwrap();
        assert_eq!(
            one.rows().count(),
            11,
            "one such row is a bad row like any other"
        );
        let letter =
            table(b"a,b\n1,\"Dear all,\n\nthe lamp is broken,\nsince May.\n\nBob\"\n").unwrap();
        assert_eq!(letter.rows().count(), 1);
    }
}
