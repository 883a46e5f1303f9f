//! One record of the recorder's journal, and its bytes. `recorder/journal.h` writes the same numbers and layout. What
//! records mean for a disk is in the model (`disk.rs`).

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::journal::JournalError;

/// The "inode" of the folder that holds the watched folder.
pub const OUTSIDE: u64 = 0;
/// The note after the records of the folder's earlier content.
pub(super) const STARTS: &str = "recording starts";

const MAGIC: u32 = 0x5243_5053;
const END: u32 = 0x444e_4553;
/// Bytes before a record's text: magic, kind, three numbers, two lengths.
const HEAD_BYTES: usize = 40;
/// Bytes of the end mark.
const END_BYTES: usize = 4;

/// The kind of an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link to this target.
    Symlink(&'a OsStr),
}

/// What a sync makes durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One file's content, or one folder's names.
    Inode(u64),
    /// Everything (`sync`, `syncfs`).
    All,
}

/// One operation. Folders and files are named by their inodes. An inode that is created again is a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the operands of the system calls"
)]
pub enum Record<'a> {
    /// A new inode under a new name.
    Create {
        folder: u64,
        inode: u64,
        what: What<'a>,
        name: &'a OsStr,
    },
    /// Another name of a file.
    Link {
        folder: u64,
        inode: u64,
        name: &'a OsStr,
    },
    /// The name of a file, a link or a folder was removed.
    Unlink {
        folder: u64,
        inode: u64,
        name: &'a OsStr,
    },
    /// A name was moved. It replaces what had the new name.
    Rename {
        from: u64,
        to: u64,
        inode: u64,
        old: &'a OsStr,
        new: &'a OsStr,
    },
    /// Bytes were written, at `offset`.
    Write {
        inode: u64,
        offset: u64,
        data: &'a [u8],
    },
    /// The size was set. Added bytes are zeros.
    Truncate { inode: u64, len: u64 },
    /// A sync began. Nothing is durable by it yet.
    SyncBegin { id: u64, scope: Scope },
    /// The sync with this id succeeded: what was journaled before it began is durable.
    SyncEnd { id: u64 },
    /// Something that the model cannot follow.
    Unsupported { what: &'a OsStr, path: &'a OsStr },
    /// A note for people that changes nothing, such as `sync_file_range`.
    Note {
        inode: u64,
        what: &'a OsStr,
        path: &'a OsStr,
    },
}

impl Record<'_> {
    /// Appends the record to the bytes of a journal, as the recorder would.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        let none = OsStr::new("");
        let (kind, numbers, text, data): (u32, [u64; 3], &OsStr, &[u8]) = match *self {
            Record::Create {
                folder,
                inode,
                what,
                name,
            } => {
                let (what, target) = match what {
                    What::File => (1, none),
                    What::Folder => (2, none),
                    What::Symlink(target) => (3, target),
                };
                (1, [folder, inode, what], name, target.as_bytes())
            }
            Record::Link {
                folder,
                inode,
                name,
            } => (2, [folder, inode, 0], name, &[]),
            Record::Unlink {
                folder,
                inode,
                name,
            } => (3, [folder, inode, 0], name, &[]),
            Record::Rename {
                from,
                to,
                inode,
                old,
                new,
            } => (4, [from, to, inode], old, new.as_bytes()),
            Record::Write {
                inode,
                offset,
                data,
            } => (5, [inode, offset, 0], none, data),
            Record::Truncate { inode, len } => (6, [inode, len, 0], none, &[]),
            Record::SyncBegin {
                id,
                scope: Scope::Inode(inode),
            } => (7, [id, inode, 1], none, &[]),
            Record::SyncBegin {
                id,
                scope: Scope::All,
            } => (7, [id, 0, 2], none, &[]),
            Record::SyncEnd { id } => (8, [id, 0, 0], none, &[]),
            Record::Unsupported { what, path } => (9, [0; 3], what, path.as_bytes()),
            Record::Note { inode, what, path } => (10, [inode, 0, 0], what, path.as_bytes()),
        };
        bytes.extend(MAGIC.to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        numbers
            .iter()
            .for_each(|number| bytes.extend(number.to_ne_bytes()));
        bytes.extend((text.len() as u32).to_ne_bytes());
        bytes.extend((data.len() as u32).to_ne_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend(data);
        bytes.extend(END.to_ne_bytes());
    }
}

/// Whether this is the note after the folder's earlier content.
pub(super) fn starts(record: &Record<'_>) -> bool {
    matches!(record, Record::Note { what, .. } if *what == STARTS)
}

/// The record at byte `at`, and the byte at which it ends. `None` if the record is not complete.
pub(super) fn parse(bytes: &[u8], at: usize) -> Result<Option<(usize, Record<'_>)>, JournalError> {
    let corrupt = |what| JournalError::Corrupt {
        at: at as u64,
        what,
    };
    let Some(head) = bytes.get(at..at + HEAD_BYTES) else {
        return Ok(None);
    };
    if u32_at(head, 0) != MAGIC {
        return Err(corrupt("no record begins here"));
    }
    let text_end = at + HEAD_BYTES + u32_at(head, 32) as usize;
    let data_end = text_end + u32_at(head, 36) as usize;
    let Some(end) = bytes.get(data_end..data_end + END_BYTES) else {
        return Ok(None);
    };
    if u32_at(end, 0) != END {
        return Err(corrupt("the record has no end"));
    }
    let text = OsStr::from_bytes(&bytes[at + HEAD_BYTES..text_end]);
    let data = &bytes[text_end..data_end];
    let record = decode(
        u32_at(head, 4),
        [8, 16, 24].map(|from| u64_at(head, from)),
        text,
        data,
    );
    Ok(Some((
        data_end + END_BYTES,
        record.ok_or_else(|| corrupt("the record's kind is not known"))?,
    )))
}

fn decode<'a>(
    kind: u32,
    [a, b, c]: [u64; 3],
    text: &'a OsStr,
    data: &'a [u8],
) -> Option<Record<'a>> {
    let more = OsStr::from_bytes(data);
    Some(match (kind, c) {
        (1, 1) => Record::Create {
            folder: a,
            inode: b,
            what: What::File,
            name: text,
        },
        (1, 2) => Record::Create {
            folder: a,
            inode: b,
            what: What::Folder,
            name: text,
        },
        (1, 3) => Record::Create {
            folder: a,
            inode: b,
            what: What::Symlink(more),
            name: text,
        },
        (2, _) => Record::Link {
            folder: a,
            inode: b,
            name: text,
        },
        (3, _) => Record::Unlink {
            folder: a,
            inode: b,
            name: text,
        },
        (4, inode) => Record::Rename {
            from: a,
            to: b,
            inode,
            old: text,
            new: more,
        },
        (5, _) => Record::Write {
            inode: a,
            offset: b,
            data,
        },
        (6, _) => Record::Truncate { inode: a, len: b },
        (7, 1) => Record::SyncBegin {
            id: a,
            scope: Scope::Inode(b),
        },
        (7, 2) => Record::SyncBegin {
            id: a,
            scope: Scope::All,
        },
        (8, _) => Record::SyncEnd { id: a },
        (9, _) => Record::Unsupported {
            what: text,
            path: more,
        },
        (10, _) => Record::Note {
            inode: a,
            what: text,
            path: more,
        },
        _ => return None,
    })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_ne_bytes(word)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(word)
}
