//! Makes a data folder from a backup, or from an export as lines of JSON.

use super::copy::Copy;
use super::fill::{EventsRead, Filled, Opening, Point, Source, fill};
use super::json_lines::JsonLine;
use crate::codec::json::{EventJson, EventJsonError};
use crate::engine::{RecoverError, StartError};
use crate::keys::{KeyError, Keys, MasterKey, newest};
use crate::store::{
    Ancestor, AppendError, Lineage, OpenError, SCHEMA, StoreError, StoreId, StoreIdError,
};
use signpost_backup::{
    BackupError, ChunkEntry, EXPORT_FORM, ExportHeader, MANIFEST, Place, Records, unpack,
};
use signpost_domain::time::UnixMs;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of lines of an export that are read at once.
const LINES_AT_ONCE: usize = 1_024;
/// The maximum number of bytes of a line of an export.
const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The first layout of rows of servers that seal what is personal.
const LAYOUT_FIRST_SEALED: u64 = 17;

/// A restore.
#[derive(Clone, Debug)]
pub struct Restore {
    /// Where the backup is.
    pub from: Place,
    /// The data folder to make.
    pub to: PathBuf,
    /// Up to where.
    pub point: Point,
    /// Whether the state is folded and checked.
    pub checks: bool,
    /// Where the keys of personal data are.
    pub keys: KeysGiven,
    /// The file of the master key; `None`: the folder of the keys has it, and so will the data folder.
    pub master_key_file: Option<PathBuf>,
}

/// Where the keys of a restore are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysGiven {
    /// Nobody said. A backup with sealed events is refused then.
    NotSaid,
    /// In this folder: the folder `keys` of a data folder, a copy of it, or a folder with copies, of which the newest
    /// counts.
    From(PathBuf),
    /// Nowhere: all that is sealed is erased.
    Without,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// The file of the export; `-` for stdin.
    pub from: PathBuf,
    /// The data folder to make.
    pub to: PathBuf,
    /// The file of the master key; `None`: one is made in the data folder.
    pub master_key_file: Option<PathBuf>,
    /// Whether the state is folded and checked.
    pub checks: bool,
}

/// Why no data folder was made.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The folder cannot be filled.
    #[error(transparent)]
    Folder(#[from] OpenError),
    /// The backup does not read.
    #[error("{0}")]
    Backup(#[from] BackupError),
    /// A file of the backup is damaged.
    #[error("{place}: {what}; {}", restorable(*first))]
    Damaged {
        /// The file.
        place: String,
        /// What is wrong.
        what: String,
        /// The first event of the file.
        first: u64,
    },
    /// The backup or the export was written by a newer server.
    #[error("{place} has the {what} {found}, this server reads {known}; use a newer server")]
    Newer {
        /// The file.
        place: String,
        /// What has the number.
        what: &'static str,
        /// The number.
        found: u64,
        /// The newest that this server reads.
        known: u64,
    },
    /// An event does not read.
    #[error("event {sequence}: {what}")]
    Event {
        /// Its sequence.
        sequence: u64,
        /// What is wrong.
        what: String,
    },
    /// A line of an export does not read.
    #[error("{}, line {line}: {what}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// An event is missing.
    #[error("event {found} comes where event {wanted} should be")]
    Gap {
        /// The event that came.
        found: u64,
        /// The event that should have come.
        wanted: u64,
    },
    /// There is no event before the point.
    #[error("there is no event up to that point, so there is nothing to restore")]
    Nothing,
    /// The point is after the last event.
    #[error("the backup ends at event {last}, before event {asked}")]
    After {
        /// The event up to which should be restored.
        asked: u64,
        /// The last event of the backup.
        last: u64,
    },
    /// The data folder would be a part of the backup.
    #[error("{} is in the backup {}; name another folder for --to", to.display(), from.display())]
    Inside {
        /// The data folder to make.
        to: PathBuf,
        /// The folder of the backup.
        from: PathBuf,
    },
    /// The disk refused.
    #[error("could not read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The log of the new folder could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log of the new folder could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log of the new folder could not be folded.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// The descriptors of stored messages do not read.
    #[error(transparent)]
    Json(#[from] EventJsonError),
    /// An id of a store does not read.
    #[error(transparent)]
    StoreId(#[from] StoreIdError),
    /// Events of a folder are sealed, and its keys are not there.
    #[error(
        "event {sequence} holds personal data that is sealed, and the keys are missing; put back the newest copy of \
         the folder keys that `signpostd keys backup` made, and try again"
    )]
    SealedAlready {
        /// The sequence of the first such event.
        sequence: u64,
    },
    /// Nobody said where the keys are.
    #[error(
        "the backup holds sealed personal data, and keys are in no backup: name their newest copy, or the folder `keys` of \
         the store, by --keys DIR; or restore all that is personal as erased, for good, by --without-keys"
    )]
    Keys,
    /// The keys do not open, or cannot be written.
    #[error(transparent)]
    Unopened(#[from] KeyError),
    /// The folder to read cannot be opened.
    #[error(transparent)]
    Source(#[from] StartError),
    /// A thread panicked.
    #[error("a thread of the restore panicked")]
    Panicked,
}

/// Makes a data folder from a backup. `told` is called with the number of events so far.
///
/// # Errors
/// [`RestoreError`]. There is no data folder then, and what was written is deleted.
pub fn restore(asked: &Restore, told: impl FnMut(u64)) -> Result<Filled, RestoreError> {
    let (copy, manifest) = Copy::open(&asked.from)?;
    if let Place::Folder(from) = &asked.from {
        refuse_inside(&asked.to, from)?;
    }
    known(&copy.place_of(MANIFEST), "schema", manifest.schema, SCHEMA)?;
    let store = store_of(&manifest.store_id, &manifest.ancestors)?;
    let master = master(asked.master_key_file.as_deref())?;
    let opening = match &asked.keys {
        KeysGiven::From(path) => {
            Opening::Under(Arc::new(Keys::read(&newest(path)?, master.clone())?))
        }
        KeysGiven::Without => Opening::Without,
        KeysGiven::NotSaid if manifest.layout >= LAYOUT_FIRST_SEALED => {
            return Err(RestoreError::Keys);
        }
        KeysGiven::NotSaid => Opening::NotSaid,
    };
    if let Point::Sequence(asked) = asked.point
        && asked > manifest.last_sequence
    {
        let last = manifest.last_sequence;
        return Err(RestoreError::After { asked, last });
    }
    let chunks = manifest.chunks.iter();
    let batches = chunks.map(|chunk| read(&copy, chunk));
    let source = Source {
        store,
        batches,
        opening,
        master,
    };
    let filled = fill(&asked.to, source, asked.point, asked.checks, told)?;
    let ends = UnixMs(manifest.last_record_time_ms);
    Ok(Filled {
        broke_off_after: (!manifest.is_complete).then_some(manifest.last_sequence),
        ends_before_point: matches!(asked.point, Point::Time(asked) if asked > ends)
            .then_some(ends.0),
        ..filled
    })
}

/// What can be restored of a backup that is damaged from this event on.
fn restorable(first: u64) -> String {
    match first.saturating_sub(1) {
        0 => "nothing comes before it: restore from another backup".to_owned(),
        last => format!("what comes before it can be restored with --to-sequence {last}"),
    }
}

/// An error if the new folder would be in that of the backup.
fn refuse_inside(to: &Path, from: &Path) -> Result<(), RestoreError> {
    let unread = |path: &Path, source| RestoreError::Io {
        path: path.to_owned(),
        source,
    };
    let backup = from.canonicalize().map_err(|source| unread(from, source))?;
    // The folder itself may not be there yet.
    let there = to.ancestors().find_map(|path| match path {
        path if path.as_os_str().is_empty() => Path::new(".").canonicalize().ok(),
        path => path.canonicalize().ok(),
    });
    match there.is_some_and(|there| there.starts_with(&backup)) {
        true => Err(RestoreError::Inside {
            to: to.to_owned(),
            from: from.to_owned(),
        }),
        false => Ok(()),
    }
}

fn master(file: Option<&Path>) -> Result<Option<MasterKey>, KeyError> {
    file.map(MasterKey::read).transpose()
}

/// The events of a chunk.
fn read(copy: &Copy, chunk: &ChunkEntry) -> EventsRead {
    let damaged = |what: String| RestoreError::Damaged {
        place: copy.place_of(&chunk.name),
        what,
        first: chunk.first,
    };
    let packed = copy.read(&chunk.name)?;
    let packed = packed.ok_or_else(|| damaged("it is missing".to_owned()))?;
    chunk.check(&packed).map_err(damaged)?;
    let bytes = unpack(&packed).map_err(|error| damaged(error.to_string()))?;
    let records = Records::of(&bytes).map(|record| {
        let record = record.map_err(damaged)?;
        Ok((record.sequence, record.payload.to_vec()))
    });
    records.collect()
}

/// Makes a data folder from an export. `told` is called with the number of events so far.
///
/// # Errors
/// [`RestoreError`]. There is no data folder then, and what was written is deleted.
pub fn import(asked: &Import, told: impl FnMut(u64)) -> Result<Filled, RestoreError> {
    let path = asked.from.clone();
    let reader: Box<dyn BufRead + Send> = match path.as_os_str() == "-" {
        true => Box::new(BufReader::new(io::stdin())),
        false => {
            let opened = File::open(&path);
            let opened = opened.map_err(|source| RestoreError::Io {
                path: path.clone(),
                source,
            })?;
            Box::new(BufReader::new(opened))
        }
    };
    let mut lines = Lines {
        path,
        reader,
        line: 0,
        text: Vec::new(),
        json: EventJson::new()?,
        last: 0,
        next: 1,
    };
    let header = lines.header()?;
    lines.last = header.last_sequence;
    let source = Source {
        store: store_of(&header.store_id, &header.ancestors)?,
        batches: lines,
        opening: Opening::anew()?,
        master: master(asked.master_key_file.as_deref())?,
    };
    fill(&asked.to, source, Point::End, asked.checks, told)
}

fn known(place: &str, what: &'static str, found: u64, known: u64) -> Result<(), RestoreError> {
    match found > known {
        true => Err(RestoreError::Newer {
            place: place.to_owned(),
            what,
            found,
            known,
        }),
        false => Ok(()),
    }
}

fn store_of(
    store_id: &str,
    ancestors: &[signpost_backup::Ancestor],
) -> Result<(StoreId, Lineage), RestoreError> {
    let ancestors = ancestors.iter().map(|ancestor| {
        Ok(Ancestor {
            store_id: ancestor.store_id.parse()?,
            last: ancestor.last_sequence,
        })
    });
    let ancestors = ancestors.collect::<Result<_, StoreIdError>>()?;
    Ok((store_id.parse()?, Lineage::of(ancestors)))
}

/// The lines of an export.
struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    line: u64,
    text: Vec<u8>,
    json: EventJson,
    /// The last event that the header promises.
    last: u64,
    next: u64,
}

impl Lines {
    /// Reads a line. False at the end.
    fn read(&mut self) -> Result<bool, RestoreError> {
        self.text.clear();
        self.line += 1;
        let mut limited = io::Read::take(&mut self.reader, LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut self.text);
        match read {
            Err(source) => Err(RestoreError::Io {
                path: self.path.clone(),
                source,
            }),
            Ok(0) => Ok(false),
            Ok(_) if self.text.last() == Some(&b'\n') => Ok(true),
            Ok(_) => Err(self.wrong("the line is cut off".to_owned())),
        }
    }

    fn wrong(&self, what: String) -> RestoreError {
        RestoreError::Line {
            path: self.path.clone(),
            line: self.line,
            what,
        }
    }

    fn header(&mut self) -> Result<ExportHeader, RestoreError> {
        if !self.read()? {
            return Err(self.wrong("it is empty".to_owned()));
        }
        let header = serde_json::from_slice::<ExportHeader>(&self.text);
        let header = header.map_err(|error| {
            self.wrong(format!("it is not the first line of an export: {error}"))
        })?;
        let place = self.path.display().to_string();
        known(&place, "form", header.signpost_export, EXPORT_FORM)?;
        known(&place, "schema", header.schema, SCHEMA)?;
        Ok(header)
    }

    /// The next event; `None` at the end.
    fn event(&mut self) -> Result<Option<(u64, Vec<u8>)>, RestoreError> {
        if !self.read()? {
            return match self.next > self.last {
                true => Ok(None),
                false => {
                    let what = format!(
                        "the export is cut off: event {} should be here, and {} should be the last",
                        self.next, self.last
                    );
                    Err(self.wrong(what))
                }
            };
        }
        let line = serde_json::from_slice::<JsonLine<'_>>(&self.text);
        let line = line.map_err(|error| self.wrong(error.to_string()))?;
        let sequence = line.sequence;
        let stored = line.stored(&self.json);
        let stored = stored.map_err(|what| self.wrong(format!("event {sequence}: {what}")))?;
        self.next = sequence + 1;
        Ok(Some((sequence, stored)))
    }
}

impl Iterator for Lines {
    type Item = EventsRead;

    fn next(&mut self) -> Option<EventsRead> {
        let mut batch = Vec::new();
        while batch.len() < LINES_AT_ONCE {
            match self.event() {
                Ok(Some(event)) => batch.push(event),
                Ok(None) => break,
                Err(error) => return Some(Err(error)),
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }
}
