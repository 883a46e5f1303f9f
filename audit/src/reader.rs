//! Reads the lines of a file, one after the other, with a bound for each.

use crate::line::{LINE_BYTES_MAX, LineFault, ReadLine};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// A line of a file.
#[derive(Debug)]
pub struct NumberedLine {
    /// The number of the line in its file, from 1 on.
    pub line: u64,
    /// Its bytes in the file, with its line end.
    pub bytes: u64,
    /// Whether it has its line end. Only the last line of a file can lack it.
    pub is_whole: bool,
    /// What it says, or why it does not hold.
    pub read: Result<ReadLine, LineFault>,
}

/// The lines of a file.
pub struct AuditLines {
    reader: BufReader<File>,
    line: u64,
}

impl AuditLines {
    /// Opens a file.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<AuditLines> {
        Ok(AuditLines {
            reader: BufReader::new(File::open(path)?),
            line: 0,
        })
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<NumberedLine>> {
        let mut bytes = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        let mut taken = self
            .reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut bytes)? as u64;
        if taken == 0 {
            return Ok(None);
        }
        self.line += 1;
        let is_whole = bytes.last() == Some(&b'\n');
        if taken == limit && !is_whole {
            // Longer than any line: the rest of it is passed over.
            taken += self.skip_line()?;
            return Ok(Some(self.of(taken, true, Err(LineFault::NoRecord))));
        }
        if is_whole {
            bytes.pop();
        }
        Ok(Some(self.of(taken, is_whole, ReadLine::of(&bytes))))
    }

    fn of(&self, bytes: u64, is_whole: bool, read: Result<ReadLine, LineFault>) -> NumberedLine {
        NumberedLine {
            line: self.line,
            bytes,
            is_whole,
            read,
        }
    }

    fn skip_line(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(skipped);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(used);
            skipped += used as u64;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}
