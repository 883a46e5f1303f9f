//! Finds quotes that are not closed where they should be. An open quote would take all rows up to the next quote, or to
//! the end of the file, into one cell. So it is looked for before any row is read.

/// The maximum number of lines of one cell.
const CELL_LINES_MAX: u64 = 1_000;

/// The state of a reader of CSV.
#[derive(Clone, Copy)]
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

/// Checks that each quoted cell is closed, and that it can be meant to end where it does.
///
/// # Errors
/// What is wrong, with the line on which the cell began.
pub(super) fn check(text: &[u8], delimiter: u8) -> Result<(), String> {
    if !text.contains(&b'"') {
        return Ok(());
    }
    let (mut at, mut line) = (At::Start, 1);
    for (place, &byte) in text.iter().enumerate() {
        let ends_line = matches!(byte, b'\r' | b'\n');
        at = match (at, byte) {
            (At::Start, b'"') => At::Quoted(line),
            (At::Quoted(began), b'"') => At::Quote(began),
            (At::Quote(began), b'"') => At::Quoted(began),
            (At::Quoted(began), _) => At::Quoted(began),
            _ if ends_line || byte == delimiter => At::Start,
            (At::Quote(began), _) if began < line => {
                return Err(format!(
                    "line {began}: a quote is opened, and the next one, on line {line}, is in the middle of a cell; \
                     close it on its line, or write a quote in a cell twice"
                ));
            }
            _ => At::Bare,
        };
        let half = byte == b'\r' && text.get(place + 1) == Some(&b'\n');
        line += u64::from(ends_line && !half);
        if let At::Quoted(began) = at
            && line - began >= CELL_LINES_MAX
        {
            return Err(match text[place + 1..].contains(&b'"') {
                true => format!(
                    "line {began}: a quote is opened and not closed within {CELL_LINES_MAX} lines"
                ),
                false => unclosed(began),
            });
        }
    }
    match at {
        At::Quoted(began) => Err(unclosed(began)),
        _ => Ok(()),
    }
}

fn unclosed(began: u64) -> String {
    format!("line {began}: a quote is opened and never closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        check(text.as_bytes(), b',').err().unwrap_or_default()
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
