//! Tables in the format of RFC 4180: quotes, doubled quotes, line breaks within quotes.

use crate::Outcome;
use std::path::Path;

/// A table in memory.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file cannot be read, or a row is not as long as the header.
    pub fn read(path: &Path) -> Outcome<Table> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut rows = rows(text.trim_start_matches('\u{feff}')).into_iter();
        let header = rows.next().ok_or("there is no header")?;
        let rows: Vec<Vec<String>> = rows.collect();
        match rows.iter().position(|row| row.len() != header.len()) {
            None => Ok(Table { header, rows }),
            Some(at) => {
                let what = format!("{}: row {} is of another length", path.display(), at + 1);
                Err(what.into())
            }
        }
    }

    /// The place of a column in a row, from 0.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn column(&self, name: &str) -> Outcome<usize> {
        let found = self.header.iter().position(|column| column == name);
        found.ok_or_else(|| format!("there is no column {name}").into())
    }
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => field.extend(chars.next()),
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut field)),
            (false, '\r') => {}
            (false, '\n') => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (_, c) => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_quotes_and_line_breaks() {
        let read = rows("a,\"b,\"\"c\"\"\nd\",\r\n,,e");
        assert_eq!(read, [["a", "b,\"c\"\nd", ""], ["", "", "e"]]);
    }
}
