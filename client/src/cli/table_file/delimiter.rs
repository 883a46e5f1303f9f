//! Which character is between two cells, found out from the first lines.

/// The characters that can be found out. The comma is taken if nothing shows another one.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows are looked at.
const ROWS_MAX: usize = 200;

/// How cells are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delimiter {
    /// The character between two cells.
    pub(super) byte: u8,
    /// Whether the first line is `sep=` with the delimiter, and not the header.
    pub(super) has_line: bool,
}

/// A delimiter as the command line writes it.
pub(super) fn written(text: &str) -> Result<u8, String> {
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

/// The delimiter for people: `,`, or the word tab.
pub(super) fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

/// Finds out the delimiter from the start of a text; `is_all` says that it is the whole text. `told` is what the
/// command line says.
///
/// # Errors
/// If two delimiters are as likely.
pub(super) fn find(start: &str, is_all: bool, told: Option<u8>) -> Result<Delimiter, String> {
    let first = start.lines().next().unwrap_or_default();
    let said = sep_line(first);
    let has_line = said.is_some();
    if let Some(byte) = told.or(said) {
        return Ok(Delimiter { byte, has_line });
    }
    let mut best: Vec<Fit> = Vec::new();
    for byte in CANDIDATES {
        let fit = Fit::of(start, is_all, byte);
        if fit.cells < 2 {
            continue;
        }
        match best.first().map(|other| fit.is_better(other)) {
            Some(std::cmp::Ordering::Less) => {}
            Some(std::cmp::Ordering::Equal) => best.push(fit),
            Some(std::cmp::Ordering::Greater) | None => best = vec![fit],
        }
    }
    let byte = match best.as_slice() {
        [] => b',',
        [one] => one.byte,
        several if several.iter().any(|fit| fit.same == 0 && fit.rows > 0) => several[0].byte,
        [one, other, ..] => {
            return Err(format!(
                "the cells could be separated by {} ({} columns) or by {} ({} columns): say which with --delimiter",
                shown(one.byte),
                one.cells,
                shown(other.byte),
                other.cells
            ));
        }
    };
    Ok(Delimiter { byte, has_line })
}

/// The delimiter that a line such as `sep=;` says.
fn sep_line(line: &str) -> Option<u8> {
    let (start, rest) = line.split_at_checked(4)?;
    match rest.as_bytes() {
        [one] if start.eq_ignore_ascii_case("sep=") && one.is_ascii() && *one != b'"' => Some(*one),
        _ => None,
    }
}

/// How well a delimiter fits.
struct Fit {
    byte: u8,
    /// Cells of the header.
    cells: usize,
    /// Rows below the header.
    rows: usize,
    /// Of these, the rows with as many cells.
    same: usize,
}

impl Fit {
    fn of(start: &str, is_all: bool, byte: u8) -> Fit {
        let counts = counts(start, byte);
        let whole = if is_all {
            counts.len()
        } else {
            counts.len().saturating_sub(1)
        };
        let (cells, rows) = counts[..whole].split_first().unwrap_or((&0, &[]));
        let rows = &rows[..rows.len().min(ROWS_MAX)];
        Fit {
            byte,
            cells: *cells,
            rows: rows.len(),
            same: rows.iter().filter(|row| *row == cells).count(),
        }
    }

    /// Whether a larger part of the rows has as many cells as the header.
    fn is_better(&self, other: &Fit) -> std::cmp::Ordering {
        (self.same * other.rows.max(1)).cmp(&(other.same * self.rows.max(1)))
    }
}

/// The number of cells of each of the first rows.
fn counts(start: &str, delimiter: u8) -> Vec<usize> {
    let reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(start.as_bytes());
    let records = reader.into_records().take(ROWS_MAX + 2);
    records
        .map_while(|record| record.ok().map(|it| it.len()))
        .collect()
}

/// Whether a row that has one cell has this many with another delimiter; gives that delimiter.
pub(super) fn another(cell: &str, cells: usize, delimiter: u8) -> Option<u8> {
    let mut others = CANDIDATES.into_iter().filter(|other| *other != delimiter);
    others.find(|other| cells > 1 && counts(cell, *other) == [cells])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Delimiter, String> {
        find(text, true, None)
    }

    #[test]
    fn the_delimiter_is_what_fits_the_header_and_the_rows() {
        for (text, byte) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2\n1,7;3\n", b';'),
            ("a\tb\n\"x\ty\"\t2\n", b'\t'),
            ("a|b,c\n1|2\n1|3\n", b'|'),
            ("\"why, closer\";b\n1;2\n", b';'),
            ("a,b\n1;2;3\n1,2\n4\n", b','),
            ("one\nx; y\n", b','),
            ("a, told\nx\ny\n", b','),
            ("a;b", b';'),
            ("", b','),
        ] {
            assert_eq!(found(text).map(|it| it.byte), Ok(byte), "{text:?}");
        }
        let unsure = found("a,b;c\n1,2;3\n");
        assert_eq!(
            unsure.err().as_deref(),
            Some(
                "the cells could be separated by `,` (2 columns) or by `;` (2 columns): say which with --delimiter"
            )
        );
        assert_eq!(
            find("a,b;c\n1,2;3\n", true, Some(b';')).map(|it| it.byte),
            Ok(b';')
        );
    }

    #[test]
    fn a_first_line_that_says_the_delimiter_is_no_header() {
        for (text, byte) in [("sep=;\na;b\n", b';'), ("SEP=\t\r\na,b\n", b'\t')] {
            assert_eq!(
                found(text),
                Ok(Delimiter {
                    byte,
                    has_line: true
                }),
                "{text:?}"
            );
        }
        assert_eq!(found("sep=,x\n1,2\n").map(|it| it.has_line), Ok(false));
    }

    #[test]
    fn the_row_that_is_cut_is_not_looked_at() {
        let found = find("a;b,c\n1;2,3\n1;2", false, None);
        assert!(found.is_err(), "{found:?}");
        assert_eq!(find("a;b\n1;2\n1", false, None).map(|it| it.byte), Ok(b';'));
    }

    #[test]
    fn rows_with_another_delimiter_are_known() {
        assert_eq!(another("1;2;3", 3, b','), Some(b';'));
        assert_eq!(another("1;2", 3, b','), None);
        assert_eq!(another("1", 1, b','), None);
    }
}
