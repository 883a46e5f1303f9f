//! The rows of a table, apart from the memory of the program: those of a small table are in memory, those of a larger
//! one in a temporary file without a name. Each row can be read again by its place.

use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// Rows of at most this size, in bytes, stay in memory: 1 MiB.
const MEMORY_BYTES_MAX: usize = 1 << 20;
/// How many bytes are read at once by a reader of all rows: 64 KiB.
const READ_BYTES: usize = 64 << 10;
/// The bytes before each row, with its length.
const LENGTH_BYTES: usize = 4;
/// The bit in the length of a cell that marks a cell without a value; its text then says why.
const WITHOUT_VALUE: u32 = 1 << 31;

/// The rows as they are kept.
#[derive(Debug)]
pub(super) struct Spool {
    file: Mutex<SpooledTempFile>,
    bytes: u64,
}

/// One row as it is kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The place of the row.
    pub(super) place: u64,
    /// The line on which the row begins, from 1.
    pub(super) line: u64,
    /// The cells.
    pub(super) cells: csv::StringRecord,
    /// The places of cells that have no value; their text says why.
    pub(super) without_value: Vec<usize>,
}

/// Takes rows to keep.
#[derive(Debug)]
pub(super) struct Writer {
    file: BufWriter<SpooledTempFile>,
    bytes: u64,
    row: Vec<u8>,
    hash: blake3::Hasher,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer {
            file: BufWriter::new(SpooledTempFile::new(MEMORY_BYTES_MAX)),
            bytes: 0,
            row: Vec::new(),
            hash: blake3::Hasher::new(),
        }
    }

    /// Keeps a row. A cell that is an error has no value.
    pub(super) fn add<'c>(
        &mut self,
        line: u64,
        cells: impl Iterator<Item = Result<&'c str, &'c str>>,
    ) -> io::Result<()> {
        self.row.clear();
        self.row.extend([0; LENGTH_BYTES]);
        self.row.extend(line.to_le_bytes());
        for cell in cells {
            let (text, mark) = match cell {
                Ok(text) => (text, 0),
                Err(why) => (why, WITHOUT_VALUE),
            };
            let len = u32::try_from(text.len()).ok();
            let len = len.filter(|len| len & WITHOUT_VALUE == 0);
            let len = len.ok_or_else(|| io::Error::other("a cell is too large"))?;
            self.row.extend((len | mark).to_le_bytes());
            self.row.extend(text.as_bytes());
        }
        let len = u32::try_from(self.row.len() - LENGTH_BYTES);
        let len = len.map_err(|_| io::Error::other("a row is too large"))?;
        self.row[..LENGTH_BYTES].copy_from_slice(&len.to_le_bytes());
        self.hash.update(&self.row);
        self.bytes += self.row.len() as u64;
        self.file.write_all(&self.row)
    }

    /// The rows, and the hash of all of them.
    pub(super) fn done(self) -> io::Result<(Spool, blake3::Hash)> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        let spool = Spool {
            file: Mutex::new(file),
            bytes: self.bytes,
        };
        Ok((spool, self.hash.finalize()))
    }
}

impl Spool {
    /// The row at this place.
    pub(super) fn row(&self, place: u64) -> io::Result<Kept> {
        let mut length = [0; LENGTH_BYTES];
        self.read(place, &mut length)?;
        let mut row = vec![0; u32::from_le_bytes(length) as usize];
        self.read(place + LENGTH_BYTES as u64, &mut row)?;
        decoded(place, &row)
    }

    /// All rows in their order.
    pub(super) fn rows(&self) -> AllRows<'_> {
        AllRows {
            spool: self,
            next: 0,
            ahead: Vec::new(),
            used: 0,
        }
    }

    fn read(&self, place: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place))?;
        file.read_exact(into)
    }
}

/// Reads all rows, many with each read of the file.
#[derive(Debug)]
pub(super) struct AllRows<'s> {
    spool: &'s Spool,
    /// The place of the next row.
    next: u64,
    /// Bytes that were read, of which `used` are used.
    ahead: Vec<u8>,
    used: usize,
}

impl AllRows<'_> {
    /// The next `bytes` bytes, unused still; reads more if they are not there.
    fn ahead(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let there = self.ahead.len() - self.used;
        if there < bytes {
            self.ahead.drain(..self.used);
            self.used = 0;
            let from = self.next + there as u64;
            let left = usize::try_from(self.spool.bytes - from).unwrap_or(usize::MAX);
            let more = left.min(READ_BYTES.max(bytes - there));
            self.ahead.resize(there + more, 0);
            self.spool.read(from, &mut self.ahead[there..])?;
        }
        let end = self.used + bytes;
        let found = self.ahead.get(self.used..end);
        found.ok_or_else(|| io::Error::other("the temporary file is too short"))
    }

    fn row(&mut self) -> io::Result<Kept> {
        let mut length = [0; LENGTH_BYTES];
        length.copy_from_slice(self.ahead(LENGTH_BYTES)?);
        let whole = LENGTH_BYTES + u32::from_le_bytes(length) as usize;
        let place = self.next;
        let row = decoded(place, &self.ahead(whole)?[LENGTH_BYTES..])?;
        self.used += whole;
        self.next += whole as u64;
        Ok(row)
    }
}

impl Iterator for AllRows<'_> {
    type Item = io::Result<Kept>;

    fn next(&mut self) -> Option<io::Result<Kept>> {
        if self.next >= self.spool.bytes {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            self.next = self.spool.bytes;
        }
        Some(row)
    }
}

fn decoded(place: u64, row: &[u8]) -> io::Result<Kept> {
    let damaged = || io::Error::other("the temporary file is damaged");
    let (line, mut rest) = row.split_first_chunk::<8>().ok_or_else(damaged)?;
    let mut kept = Kept {
        place,
        line: u64::from_le_bytes(*line),
        ..Kept::default()
    };
    while let Some((mark, after)) = rest.split_first_chunk::<4>() {
        let mark = u32::from_le_bytes(*mark);
        if mark & WITHOUT_VALUE != 0 {
            kept.without_value.push(kept.cells.len());
        }
        let len = (mark & !WITHOUT_VALUE) as usize;
        let (cell, after) = after.split_at_checked(len).ok_or_else(damaged)?;
        kept.cells
            .push_field(std::str::from_utf8(cell).map_err(|_| damaged())?);
        rest = after;
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn rows_are_what_was_kept_in_memory_and_in_a_file_from_any_place() {
        for (rows, size) in [(0, 0), (3, 5), (40_000, 40), (40, 100_000)] {
            let mut writer = Writer::new();
            let text = |row: usize| format!("{row}ü{}", "x".repeat(size * (row % 3)));
            for row in 0..rows {
                let cells = [Ok(""), Ok(&*text(row)), Err("no value")];
                writer.add(row as u64 + 2, cells.into_iter()).unwrap();
            }
            let (spool, _) = writer.done().unwrap();
            let all: Vec<Kept> = spool.rows().map(Result::unwrap).collect();
            assert_eq!(all.len(), rows);
            for (row, kept) in all.iter().enumerate() {
                assert_eq!((kept.line, kept.cells.len()), (row as u64 + 2, 3));
                assert_eq!(&kept.cells[1], text(row));
                assert_eq!(kept.without_value, [2]);
            }
            for row in all.iter().rev().step_by(7) {
                assert_eq!(spool.row(row.place).unwrap().cells, row.cells);
            }
        }
    }
}
