//! The check of a chain: nothing changed, nothing missing, and, with a head, nothing cut off its end.

use crate::files::AuditFile;
use crate::head::Head;
use crate::reader::AuditLines;
use crate::record::RecordKind;
use std::io;
use std::path::PathBuf;

/// The maximum number of faults that are listed.
pub const FAULTS_MAX: usize = 16;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFault {
    /// In which file.
    pub path: PathBuf,
    /// In which line of it, from 1 on; 0: in the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifiedAudit {
    /// How many files there are.
    pub files: u64,
    /// How many records hold.
    pub records: u64,
    /// The number of the first record that holds.
    pub first: u64,
    /// The last record that holds.
    pub last: Option<Head>,
    /// How many records say that the file was not written for a while.
    pub gaps: u64,
    /// The records up to this one were removed, as a record says, for they were older than they are kept.
    pub retired_up_to: u64,
    /// The bytes of half a line at the end: what is being written, or what a kill left.
    pub half_line_bytes: u64,
    /// Heads of records that were removed with their files, so that they cannot be looked at.
    pub unchecked_heads: Vec<Head>,
    /// What is wrong, the first first, at most [`FAULTS_MAX`].
    pub faults: Vec<AuditFault>,
    /// How many more faults there are.
    pub more_faults: u64,
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl VerifiedAudit {
    fn fault(&mut self, file: &AuditFile, line: u64, what: String) {
        match self.faults.len() {
            ..FAULTS_MAX => self.faults.push(AuditFault {
                path: file.path.clone(),
                line,
                what,
            }),
            _ => self.more_faults += 1,
        }
    }
}

/// Checks files, which must be in the order of their records. `heads` are what was kept of records. `is_all` says that
/// these are all files of the folder, so that the first record must be there, or a record must say that it was removed.
/// `progress` is told now and then how many records were read.
///
/// # Errors
/// When a file cannot be read.
pub fn verify(
    files: &[AuditFile],
    heads: &[Head],
    is_all: bool,
    mut progress: impl FnMut(u64),
) -> Result<VerifiedAudit, NotVerified> {
    let mut found = VerifiedAudit {
        files: files.len() as u64,
        ..VerifiedAudit::default()
    };
    // The last record; whether it held, so that the next must have its hash.
    let mut last: Option<(Head, bool)> = None;
    let mut heads_left = heads.to_vec();
    for (place, file) in files.iter().enumerate() {
        let read = |source| NotVerified::Io {
            path: file.path.clone(),
            source,
        };
        let mut lines = AuditLines::open(&file.path).map_err(read)?;
        let is_last_file = place + 1 == files.len();
        let mut is_first_line = true;
        while let Some(line) = lines.next_line().map_err(read)? {
            if !line.is_whole {
                match is_last_file {
                    true => found.half_line_bytes = line.bytes,
                    false => found.fault(file, line.line, "it has no end".to_owned()),
                }
                break;
            }
            let expected = last.map(|(head, _)| head.number + 1);
            let record = match line.read {
                Ok(record) => record,
                Err(fault) => {
                    let number = expected.unwrap_or(file.first);
                    found.fault(file, line.line, format!("record {number}: {fault}"));
                    let hash = Head::NONE.hash;
                    last = Some((Head { number, hash }, false));
                    is_first_line = false;
                    continue;
                }
            };
            let number = record.head.number;
            if is_first_line && number != file.first {
                let what = format!(
                    "it begins with record {number}, and its name says {}",
                    file.first
                );
                found.fault(file, line.line, what);
            }
            is_first_line = false;
            match (expected, last) {
                (Some(expected), _) if number > expected => {
                    found.fault(file, line.line, missing(expected, number - 1));
                }
                (Some(expected), _) if number < expected => {
                    let what = format!("record {number} comes after record {}", expected - 1);
                    found.fault(file, line.line, what);
                }
                (_, Some((before, true))) if record.previous != before.hash => {
                    let what = format!(
                        "record {number} does not follow record {}: one of them is not the one that was written",
                        before.number
                    );
                    found.fault(file, line.line, what);
                }
                (None, None) if number == 1 && record.previous != Head::NONE.hash => {
                    found.fault(file, line.line, "record 1 follows another".to_owned());
                }
                _ => {}
            }
            match record.record.kind {
                RecordKind::Gap => found.gaps += 1,
                RecordKind::Retired => {
                    let up_to = record.record.up_to.unwrap_or(0);
                    found.retired_up_to = found.retired_up_to.max(up_to);
                }
                _ => {}
            }
            heads_left.retain(|head| {
                let is_it = head.number == number;
                if is_it && head.hash != record.head.hash {
                    let what = format!("record {number} is not the one whose head was kept");
                    found.fault(file, line.line, what);
                }
                !is_it
            });
            if found.records == 0 {
                found.first = number;
            }
            found.records += 1;
            found.last = Some(record.head);
            last = Some((record.head, true));
            progress(found.records);
        }
    }
    of_ends(&mut found, files, heads_left, is_all);
    Ok(found)
}

/// What is missing at the begin and at the end.
fn of_ends(found: &mut VerifiedAudit, files: &[AuditFile], heads: Vec<Head>, is_all: bool) {
    let (Some(begin), Some(end)) = (files.first(), files.last()) else {
        return;
    };
    let first = begin.first;
    if is_all && first > 1 && found.retired_up_to < first - 1 {
        let what = format!(
            "{}, and no record says that they were removed",
            missing(1, first - 1)
        );
        found.faults.insert(
            0,
            AuditFault {
                path: begin.path.clone(),
                line: 0,
                what,
            },
        );
    }
    let last = found.last.map_or(0, |head| head.number);
    for head in heads {
        match head.number {
            // Before the first record: all files agree with that.
            0 => {}
            number if number < first => found.unchecked_heads.push(head),
            number if number > last => {
                let what = format!("the end was cut: {}", missing(last + 1, number));
                found.fault(end, 0, what);
            }
            // The record is damaged or missing, which is a fault already.
            _ => {}
        }
    }
}

fn missing(first: u64, last: u64) -> String {
    match first == last {
        true => format!("record {first} is missing"),
        false => format!("records {first} to {last} are missing"),
    }
}
