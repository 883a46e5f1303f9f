//! Looks through a data folder without changing it: what reads, what does not, and what that means.

use super::error::StoreError;
use super::format::{DataFolder, OpenError};
use super::frame;
use super::key;
use super::rows::{DAMAGED, POSITION_KEY, check_closed, read_position};
use super::sealed::{Sealed, settings};
use super::segment::{LABEL_KEY, Segments};
use super::space::Room;
use super::store_id::StoreId;
use std::io;
use std::path::{Path, PathBuf};

/// The bytes of leaves that a look keeps in memory.
const CACHE_BYTES: usize = 1024 * 1024;

/// The most findings that are kept. More are only counted.
pub const FINDINGS_MAX: usize = 100;

/// Says why the bytes of the event with this sequence make no sense.
pub type Decode<'a> = dyn FnMut(u64, &[u8]) -> Result<(), String> + 'a;

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Nothing is lost, and there is nothing to do.
    None,
    /// Nothing is lost: a start makes it again from the log.
    MadeAgain,
    /// Events are lost, or may be.
    Lost,
}

/// Something that is not as a server leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong.
    pub what: String,
    /// What it means.
    pub harm: Harm,
    /// The first and the last event that do not read because of it; `None` if it is about no events.
    pub events: Option<(u64, u64)>,
}

/// What a look through a data folder found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The id of the store.
    pub store_id: StoreId,
    /// The sequence of the first event that is kept; 0 if there is none.
    pub first: u64,
    /// The sequence of the last event that reads; 0 if there is none.
    pub last: u64,
    /// The number of events that read.
    pub events: u64,
    /// The number of rows that read.
    pub rows: u64,
    /// The sequence up to which the rows are folded; `None` if they do not say.
    pub applied: Option<u64>,
    /// What is wrong, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// The number of findings over [`FINDINGS_MAX`].
    pub more: usize,
    /// The worst of all findings.
    pub harm: Harm,
}

impl Examined {
    fn found(&mut self, harm: Harm, path: &Path, what: String, events: Option<(u64, u64)>) {
        self.harm = self.harm.max(harm);
        if self.findings.len() == FINDINGS_MAX {
            self.more += 1;
            return;
        }
        self.findings.push(Finding {
            path: path.to_owned(),
            what,
            harm,
            events,
        });
    }
}

/// Looks through the data folder at `path`, which no server may use. Nothing in it is changed. `decode` says why the
/// bytes of an event make no sense.
///
/// # Errors
///
/// [`OpenError`] if it is no data folder, is in use, or its FORMAT does not read. [`StoreError::Io`] if the disk
/// refuses.
pub fn examine(path: &Path, decode: &mut Decode<'_>) -> Result<Examined, ExamineError> {
    let room = Room::ReadOnly {
        folder: path.to_owned(),
    };
    let folder = DataFolder::open_sealed(path, room)?;
    let mut examined = Examined {
        store_id: folder.store_id(),
        first: 0,
        last: 0,
        events: 0,
        rows: 0,
        applied: None,
        findings: Vec::new(),
        more: 0,
        harm: Harm::None,
    };
    let segments = Segments::find(&folder, CACHE_BYTES)?;
    let list = segments.all();
    examined.first = list.first().map_or(0, |(first, _)| *first);
    let mut next = examined.first;
    for (place, (first, path)) in list.iter().enumerate() {
        let end = list.get(place + 1).map(|(after, _)| *after);
        if *first > next {
            let what = "the events before it are missing".to_owned();
            examined.found(Harm::Lost, path, what, Some((next, first - 1)));
        }
        next = segment(
            &mut examined,
            folder.store_id(),
            (*first, end, path),
            decode,
        )?;
    }
    rows(&mut examined, &folder)?;
    Ok(examined)
}

/// Why a data folder cannot be looked through.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// It is no data folder that can be opened.
    #[error(transparent)]
    Folder(#[from] OpenError),
    /// The disk refused, or something is in the log that is no segment.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks through a segment. Gives the sequence that must follow after it.
fn segment(
    examined: &mut Examined,
    store: StoreId,
    (first, end, path): (u64, Option<u64>, &Path),
    decode: &mut Decode<'_>,
) -> Result<u64, StoreError> {
    let sealed = match sealed(path)? {
        Ok(sealed) => sealed,
        Err(what) => {
            let end = end.unwrap_or(first + 1);
            examined.found(Harm::Lost, path, what, Some((first, end - 1)));
            return Ok(end);
        }
    };
    let label = Segments::label_of(store, first);
    let mut labelled = false;
    let mut next = first;
    for leaf in 0..sealed.leaf_count() {
        let rows = match read(path, sealed.leaf_rows(leaf))? {
            Ok(rows) => rows,
            Err(what) => {
                let from = key::decode_sequence(sealed.leaf_from(leaf)).unwrap_or(first);
                let after = key::decode_sequence(sealed.leaf_from(leaf + 1));
                let after = after.or(end).unwrap_or(from + 1).max(from + 1);
                labelled |= leaf == 0;
                let from = from.max(next);
                examined.found(Harm::Lost, path, what, Some((from, after - 1)));
                next = after;
                continue;
            }
        };
        for (key, value) in rows {
            if key == LABEL_KEY {
                labelled = true;
                if value != label {
                    let what = "it belongs to another store or to another place".to_owned();
                    examined.found(Harm::Lost, path, what, None);
                }
                continue;
            }
            let Some(sequence) = key::decode_sequence(&key) else {
                let what = format!("the key {key:02x?} is not one of an event");
                examined.found(Harm::Lost, path, what, None);
                continue;
            };
            if sequence > next {
                let what = "events are missing".to_owned();
                examined.found(Harm::Lost, path, what, Some((next, sequence - 1)));
            }
            next = sequence + 1;
            let checked = frame::unwrap(&key, &value).map_err(|error| error.to_string());
            match checked.and_then(|event| decode(sequence, event)) {
                Ok(()) => {
                    examined.events += 1;
                    examined.last = sequence;
                }
                Err(what) => {
                    examined.found(Harm::Lost, path, what, Some((sequence, sequence)));
                }
            }
        }
    }
    // The engine opens only the newest segment. One without events is made anew.
    if end.is_none()
        && next > first
        && let Err(what) = read(path, settings::check(path))?
    {
        let what = format!("{what}: no event is lost by that, but no server can open it");
        examined.found(Harm::Lost, path, what, None);
    }
    if next > first && !labelled {
        let what = "it does not say to which store it belongs".to_owned();
        examined.found(Harm::Lost, path, what, None);
    }
    match end {
        Some(end) if end > next => {
            let what = "its last events are missing".to_owned();
            examined.found(Harm::Lost, path, what, Some((next, end - 1)));
        }
        _ => {}
    }
    if let Some(torn) = sealed.torn() {
        let what = format!(
            "{torn}: if the power went, or the disk was full, while its last group was written, that group had no \
             answer; else it is damage, and the events after {} are lost",
            next - 1
        );
        let harm = if end.is_some() {
            Harm::Lost
        } else {
            Harm::None
        };
        examined.found(harm, path, what, None);
    }
    Ok(end.unwrap_or(next).max(next))
}

/// Looks through the rows. Whatever is wrong with them, a start makes them again, as long as the log is whole.
fn rows(examined: &mut Examined, folder: &DataFolder) -> Result<(), StoreError> {
    let path = folder.state_path();
    let again = Harm::MadeAgain;
    if !path.exists() {
        examined.found(again, &path, "it is missing".to_owned(), None);
        return Ok(());
    }
    if path.join(DAMAGED).exists() {
        let what = "a server found it damaged while it read it".to_owned();
        examined.found(again, &path, what, None);
    }
    match check_closed(&path) {
        Err(StoreError::Damaged { what, .. }) => examined.found(again, &path, what, None),
        checked => checked?,
    }
    let sealed = match sealed(&path)? {
        Ok(sealed) => sealed,
        Err(what) => {
            examined.found(again, &path, what, None);
            return Ok(());
        }
    };
    for leaf in 0..sealed.leaf_count() {
        let rows = match read(&path, sealed.leaf_rows(leaf))? {
            Ok(rows) => rows,
            Err(what) => {
                examined.found(again, &path, what, None);
                continue;
            }
        };
        for (key, value) in rows {
            if key == POSITION_KEY {
                match read_position(&value, examined.store_id) {
                    Ok(applied) => examined.applied = Some(applied),
                    Err(what) => examined.found(again, &path, what, None),
                }
                continue;
            }
            match frame::unwrap(&key, &value) {
                Ok(_) => examined.rows += 1,
                Err(error) => {
                    let what = format!("the row {key:02x?}: {error}");
                    examined.found(again, &path, what, None);
                }
            }
        }
    }
    if let Some(torn) = sealed.torn() {
        let what = format!("{torn}: the rows of the last seconds are folded again from the log");
        examined.found(Harm::None, &path, what, None);
    }
    match examined.applied {
        Some(applied) if applied > examined.last => {
            let events = Some((examined.last + 1, applied));
            let what = "the rows hold events that the log does not hold".to_owned();
            examined.found(Harm::Lost, &folder.log_path(), what, events);
        }
        None if examined.rows > 0 => {
            let what = "it does not say how far it is folded".to_owned();
            examined.found(again, &path, what, None);
        }
        _ => {}
    }
    Ok(())
}

/// A database to read; or why it does not read.
fn sealed(path: &Path) -> Result<Result<Sealed, String>, StoreError> {
    read(path, Sealed::open(path, CACHE_BYTES))
}

/// What was read; or why it does not read. An error if the disk refuses.
fn read<T>(path: &Path, read: io::Result<T>) -> Result<Result<T, String>, StoreError> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Err(error.to_string())),
        Err(source) => Err(StoreError::Io {
            doing: "could not read",
            path: path.to_owned(),
            source,
        }),
    }
}
