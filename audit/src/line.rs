//! A line of the file: a record, its number, the hash of the record before, and its own.

use crate::head::{Head, hash_of};
use crate::record::AuditRecord;
use serde::{Deserialize, Serialize};

/// The maximum number of bytes of a line.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// What stands before the hash of a line.
const HASH_KEY: &str = ",\"hash\":\"";
/// The digits of a hash.
const HASH_DIGITS: usize = 64;
/// What stands after the hash of a line.
const END: &str = "\"}";

/// A record with its place in the chain.
#[derive(Serialize, Deserialize)]
struct Chained {
    number: u64,
    #[serde(flatten)]
    record: AuditRecord,
    previous: String,
}

/// A line that holds by itself. Whether it follows the line before it is for the reader to look at.
#[derive(Clone, Debug)]
pub struct ReadLine {
    /// Its number and its hash.
    pub head: Head,
    /// The hash of the record before, as it says.
    pub previous: [u8; 32],
    /// The record.
    pub record: AuditRecord,
}

/// Why a line does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It is not of the form of a line.
    #[error("it is no record of an audit file")]
    NoRecord,
    /// Its hash is not that of its bytes.
    #[error("its hash does not hold: it was changed")]
    Changed,
}

/// Appends the line of a record that follows `before` to `out`. Gives its head.
///
/// # Errors
/// Never: a record has nothing that is no JSON.
pub(crate) fn push(
    out: &mut Vec<u8>,
    record: AuditRecord,
    before: &Head,
) -> Result<Head, serde_json::Error> {
    let number = before.number + 1;
    let begin = out.len();
    let chained = Chained {
        number,
        record,
        previous: before.hash_text(),
    };
    serde_json::to_writer(&mut *out, &chained)?;
    // The closing brace comes after the hash.
    out.pop();
    let hash = blake3::hash(&out[begin..]);
    out.extend_from_slice(HASH_KEY.as_bytes());
    out.extend_from_slice(hash.to_hex().as_bytes());
    out.extend_from_slice(END.as_bytes());
    out.push(b'\n');
    Ok(Head {
        number,
        hash: hash.into(),
    })
}

impl ReadLine {
    /// Reads a line without its line end.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn of(line: &[u8]) -> Result<ReadLine, LineFault> {
        let tail = HASH_KEY.len() + HASH_DIGITS + END.len();
        let begin = line.len().checked_sub(tail).ok_or(LineFault::NoRecord)?;
        let (body, tail) = line.split_at(begin);
        let tail = std::str::from_utf8(tail).map_err(|_| LineFault::NoRecord)?;
        let digits = tail
            .strip_prefix(HASH_KEY)
            .and_then(|it| it.strip_suffix(END));
        let hash = digits.and_then(hash_of).ok_or(LineFault::NoRecord)?;
        if blake3::hash(body) != blake3::Hash::from(hash) {
            return Err(LineFault::Changed);
        }
        let mut json = body.to_vec();
        json.push(b'}');
        let chained: Chained = serde_json::from_slice(&json).map_err(|_| LineFault::NoRecord)?;
        Ok(ReadLine {
            head: Head {
                number: chained.number,
                hash,
            },
            previous: hash_of(&chained.previous).ok_or(LineFault::NoRecord)?,
            record: chained.record,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::record::RecordKind;

    #[test]
    fn a_line_reads_as_it_was_written_and_no_bit_of_it_can_change() {
        let record = AuditRecord {
            call: "CaseService/GetCase".to_owned(),
            actor: "agent/\"ann\"\n".to_owned(),
            count: Some(3),
            ..AuditRecord::now(RecordKind::Read)
        };
        let mut line = Vec::new();
        let head = push(&mut line, record.clone(), &Head::NONE).unwrap();
        assert_eq!(line.pop(), Some(b'\n'));
        assert!(!line.contains(&b'\n'));
        let read = ReadLine::of(&line).unwrap();
        let as_written = jiff::Timestamp::to_string(&record.time);
        assert_eq!(read.record.time.to_string(), as_written);
        assert_eq!((read.head, read.previous), (head, Head::NONE.hash));
        assert_eq!(read.record, record);
        for place in 0..line.len() {
            for bit in 0..8 {
                line[place] ^= 1 << bit;
                // The digits of a hash may be capitals: then it is the same hash.
                if let Ok(read) = ReadLine::of(&line) {
                    assert_eq!((read.head, &read.record), (head, &record), "{place}");
                    assert!(line[place].is_ascii_uppercase());
                }
                line[place] ^= 1 << bit;
            }
        }
    }
}
