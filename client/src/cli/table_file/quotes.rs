//! Finds quotes that are not closed where they should be. An open quote would take all rows up to the next quote, or to
//! the end of the file, into one cell. So it is looked for before any row is read.

/// The maximum number of lines of one cell.
const CELL_LINES_MAX: u64 = 1_000;

/// Where a cell begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Began {
    /// The line, from 1.
    pub(super) line: u64,
    /// The place of the cell in its row, from 0.
    pub(super) cell: usize,
}

/// The state of a reader of CSV.
#[derive(Clone, Copy, Debug)]
enum At {
    /// Before a cell.
    Start,
    /// In a cell without quotes: a quote there is an ordinary character.
    Bare,
    /// In a quoted cell that began here.
    Quoted(Began),
    /// After a quote in a cell that began here: the end of the cell, or the first of two quotes that stand for
    /// one.
    Quote(Began),
}

/// A quoted cell that is not closed where it should be.
#[derive(Debug)]
pub(super) struct Unclosed {
    /// Where the cell began.
    pub(super) began: Began,
    /// What is wrong, with the line.
    pub(super) what: String,
}

/// Checks that each quoted cell is closed, and that it can be meant to end where it does. The text is given a part
/// after the other. Where it is told to, it closes a cell at the end of the line on which the cell began.
#[derive(Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    at: At,
    line: u64,
    /// The place in its row of the cell that is read, from 0.
    cell: usize,
    after_cr: bool,
    /// A cell with too many lines. Which message is right depends on whether another quote follows.
    too_long: Option<Began>,
    /// The lines at whose end a cell that began on them is closed.
    closes: Vec<u64>,
}

impl Quotes {
    /// Looks at a text whose cells are separated by `delimiter`, and closes what began on one of the lines `closes` at
    /// the end of that line.
    pub(super) fn new(delimiter: u8, closes: &[u64]) -> Quotes {
        Quotes {
            delimiter,
            at: At::Start,
            line: 1,
            cell: 0,
            after_cr: false,
            too_long: None,
            closes: closes.to_vec(),
        }
    }

    /// Looks at the next part of the text. Gives the part with the quotes that it adds; `None` if it adds none.
    ///
    /// # Errors
    /// What is wrong, with the line on which the cell began.
    pub(super) fn feed(&mut self, text: &[u8]) -> Result<Option<Vec<u8>>, Unclosed> {
        let mut added: Vec<usize> = Vec::new();
        for (place, &byte) in text.iter().enumerate() {
            if matches!(byte, b'\r' | b'\n') && self.closes_here() {
                self.byte(b'"')?;
                added.push(place);
            }
            self.byte(byte)?;
        }
        Ok((!added.is_empty()).then(|| with_quotes(text, &added)))
    }

    /// Whether a cell that began on this line is closed at its end.
    fn closes_here(&self) -> bool {
        matches!(self.at, At::Quoted(began) if began.line == self.line && self.closes.contains(&began.line))
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unclosed> {
        if let Some(began) = self.too_long {
            return match byte {
                b'"' => Err(Unclosed {
                    began,
                    what: format!(
                        "line {}: a quote is opened and not closed within {CELL_LINES_MAX} lines",
                        began.line
                    ),
                }),
                _ => Ok(()),
            };
        }
        let ends_line = matches!(byte, b'\r' | b'\n');
        self.at = match (self.at, byte) {
            (At::Start, b'"') => At::Quoted(Began {
                line: self.line,
                cell: self.cell,
            }),
            (At::Quoted(began), b'"') => At::Quote(began),
            (At::Quote(began), b'"') => At::Quoted(began),
            (At::Quoted(began), _) => At::Quoted(began),
            _ if ends_line || byte == self.delimiter => At::Start,
            (At::Quote(began), _) if began.line < self.line => {
                return Err(Unclosed {
                    began,
                    what: format!(
                        "line {}: a quote is opened, and the next one, on line {}, is in the middle of a cell; close \
                         it on its line, or write a quote in a cell twice",
                        began.line, self.line
                    ),
                });
            }
            _ => At::Bare,
        };
        if let At::Start = self.at {
            self.cell = if ends_line { 0 } else { self.cell + 1 };
        }
        let second_half = byte == b'\n' && self.after_cr;
        self.line += u64::from(ends_line && !second_half);
        self.after_cr = byte == b'\r';
        if let At::Quoted(began) = self.at
            && self.line - began.line >= CELL_LINES_MAX
        {
            self.too_long = Some(began);
        }
        Ok(())
    }

    /// The text is at its end. Gives whether a quote must be added there.
    ///
    /// # Errors
    /// As [`Quotes::feed`].
    pub(super) fn end(&self) -> Result<bool, Unclosed> {
        match (self.too_long, self.at) {
            (None, At::Quoted(_)) if self.closes_here() => Ok(true),
            (Some(began), _) | (None, At::Quoted(began)) => Err(Unclosed {
                began,
                what: format!("line {}: a quote is opened and never closed", began.line),
            }),
            _ => Ok(false),
        }
    }
}

/// The text with a quote before the byte at each of these places, which are in order.
fn with_quotes(text: &[u8], places: &[usize]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(text.len() + places.len());
    let mut from = 0;
    for &place in places {
        mended.extend(&text[from..place]);
        mended.push(b'"');
        from = place;
    }
    mended.extend(&text[from..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str, closes: &[u64]) -> Result<String, String> {
        let mut quotes = Quotes::new(b',', closes);
        let mut all = Vec::new();
        // A part may end anywhere.
        for part in text.as_bytes().chunks(1) {
            let fed = quotes.feed(part).map_err(|unclosed| unclosed.what)?;
            all.extend(fed.unwrap_or_else(|| part.to_vec()));
        }
        let ends = quotes.end().map_err(|unclosed| unclosed.what)?;
        all.extend(ends.then_some(b'"'));
        Ok(String::from_utf8_lossy(&all).into_owned())
    }

    fn found(text: &str) -> String {
        mended(text, &[]).err().unwrap_or_default()
    }

    #[test]
    fn a_quote_is_closed_at_the_end_of_the_line_that_is_told() {
        for (text, lines, expected) in [
            (
                "a,b\r\n1,\"x\r\n2,\"y\"\r\n",
                &[2][..],
                "a,b\r\n1,\"x\"\r\n2,\"y\"\r\n",
            ),
            ("a,b\n1,\"x", &[2], "a,b\n1,\"x\""),
            ("a,b\n1,\"x\n2,\"y\n", &[2, 3], "a,b\n1,\"x\"\n2,\"y\"\n"),
            // A cell of two lines that is closed, and lines without a quote, stay as they are.
            ("a,b\n1,\"x\ny\"\n2,z\n", &[3, 4], "a,b\n1,\"x\ny\"\n2,z\n"),
        ] {
            assert_eq!(mended(text, lines).as_deref(), Ok(expected), "{text:?}");
        }
        assert!(mended("a,b\n1,\"x\n2,\"y\n", &[2]).is_err());
    }

    #[test]
    fn a_quote_that_is_not_closed_is_refused_with_its_line() {
        let never = |line: u64| format!("line {line}: a quote is opened and never closed");
        for (text, line) in [
            ("a,b\n1,\"x\n2,y\n", 2),
            ("a,b\r\n1,x\r\n2,\"y", 3),
            ("a,\"b", 1),
            ("a,b\n\"1\"\",x\n", 2),
            ("a,b\r1,\"x\r", 2),
        ] {
            assert_eq!(found(text), never(line), "{text:?}");
        }
        let taken = found("a,b\n1,\"x\n2,y\n3,\"z\"\n");
        let expected =
            "line 2: a quote is opened, and the next one, on line 4, is in the middle of a cell";
        assert!(taken.starts_with(expected), "{taken}");
        let long = "a,b\n1,\"x".to_owned() + &"\n".repeat(2_000);
        assert_eq!(found(&long), never(2));
    }

    #[test]
    fn quotes_that_are_closed_and_those_that_are_characters_are_taken() {
        for text in [
            "a,b\n1,\"x \"\"y\"\"\nz\"\n",
            "a,b\n1,5\" pipe\n",
            "a,b\n\"1\",\"\"\n",
            "a,b\n\"1\" x,2\n",
            "a,b\n\"1\nx\"\r\n",
            "",
        ] {
            assert_eq!(found(text), "", "{text:?}");
        }
    }

    #[test]
    fn a_cell_has_a_limit_of_lines() {
        let cell = |lines: usize| format!("a\n\"{}\"\n", "\n".repeat(lines - 1));
        assert_eq!(found(&cell(1_000)), "");
        assert_eq!(
            found(&cell(1_001)),
            "line 2: a quote is opened and not closed within 1000 lines"
        );
    }
}
