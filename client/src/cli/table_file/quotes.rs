//! Finds quotes that are not closed where they should be. An open quote would take all rows up to the next quote, or to
//! the end of the file, into one cell. So it is looked for before any row is read.

/// The maximum number of lines of one cell.
const CELL_LINES_MAX: u64 = 1_000;

/// The state of a reader of CSV.
#[derive(Clone, Copy, Debug)]
enum At {
    /// Before a cell.
    Start,
    /// In a cell without quotes: a quote there is an ordinary character.
    Bare,
    /// In a quoted cell that began on this line.
    Quoted(u64),
    /// After a quote in a cell that began on this line: the end of the cell, or the first of two quotes that stand for
    /// one.
    Quote(u64),
}

/// Checks that each quoted cell is closed, and that it can be meant to end where it does. The text is given a part
/// after the other.
#[derive(Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    at: At,
    line: u64,
    after_cr: bool,
    /// The line of a cell with too many lines. Which message is right depends on whether another quote follows.
    too_long: Option<u64>,
}

impl Quotes {
    pub(super) fn new(delimiter: u8) -> Quotes {
        Quotes {
            delimiter,
            at: At::Start,
            line: 1,
            after_cr: false,
            too_long: None,
        }
    }

    /// Looks at the next part of the text.
    ///
    /// # Errors
    /// What is wrong, with the line on which the cell began.
    pub(super) fn feed(&mut self, text: &[u8]) -> Result<(), String> {
        for &byte in text {
            self.byte(byte)?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), String> {
        if let Some(began) = self.too_long {
            return match byte {
                b'"' => Err(format!(
                    "line {began}: a quote is opened and not closed within {CELL_LINES_MAX} lines"
                )),
                _ => Ok(()),
            };
        }
        let ends_line = matches!(byte, b'\r' | b'\n');
        self.at = match (self.at, byte) {
            (At::Start, b'"') => At::Quoted(self.line),
            (At::Quoted(began), b'"') => At::Quote(began),
            (At::Quote(began), b'"') => At::Quoted(began),
            (At::Quoted(began), _) => At::Quoted(began),
            _ if ends_line || byte == self.delimiter => At::Start,
            (At::Quote(began), _) if began < self.line => {
                return Err(format!(
                    "line {began}: a quote is opened, and the next one, on line {}, is in the middle of a cell; close it \
                     on its line, or write a quote in a cell twice",
                    self.line
                ));
            }
            _ => At::Bare,
        };
        let second_half = byte == b'\n' && self.after_cr;
        self.line += u64::from(ends_line && !second_half);
        self.after_cr = byte == b'\r';
        if let At::Quoted(began) = self.at
            && self.line - began >= CELL_LINES_MAX
        {
            self.too_long = Some(began);
        }
        Ok(())
    }

    /// The text is at its end.
    ///
    /// # Errors
    /// As [`Quotes::feed`].
    pub(super) fn end(&self) -> Result<(), String> {
        match (self.too_long, self.at) {
            (Some(began), _) | (None, At::Quoted(began)) => Err(unclosed(began)),
            _ => Ok(()),
        }
    }
}

fn unclosed(began: u64) -> String {
    format!("line {began}: a quote is opened and never closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let mut quotes = Quotes::new(b',');
        // A part may end anywhere.
        let mut bytes = text.as_bytes().chunks(1);
        let fed = bytes.try_for_each(|part| quotes.feed(part));
        fed.and_then(|()| quotes.end()).err().unwrap_or_default()
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
