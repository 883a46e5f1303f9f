//! Makes a data folder of another one, whose events an earlier version wrote in clear, with all that is personal
//! sealed.

use super::fill::{EventsRead, Filled, Opening, Point, Source, fill};
use super::restore::RestoreError;
use crate::engine::open_folder_to_read;
use crate::keys::MasterKey;
use crate::store::{Log, LogLimits, LogReader};
use std::path::PathBuf;

/// The events that are read at once.
const EVENTS_AT_ONCE: usize = 2_048;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// What is to be encrypted.
#[derive(Clone, Debug)]
pub struct Encrypt {
    /// The data folder, which no server may use. Nothing in it is changed.
    pub from: PathBuf,
    /// The data folder to make.
    pub to: PathBuf,
    /// The file of the master key of both; `None`: each has its own.
    pub master_key_file: Option<PathBuf>,
    /// Whether the state is checked.
    pub checks: bool,
}

/// Makes the folder. `told` is called with the number of events so far.
///
/// # Errors
/// [`RestoreError`]. There is no data folder then; what was written is to be deleted.
pub fn encrypt(asked: &Encrypt, told: impl FnMut(u64)) -> Result<Filled, RestoreError> {
    let master = asked.master_key_file.as_deref().map(MasterKey::read);
    let master = master.transpose()?;
    let folder = open_folder_to_read(&asked.from, master.clone())?;
    let (_log, log) = Log::open(&folder, LogLimits::default())?;
    let source = Source {
        store: (folder.store_id(), folder.lineage().clone()),
        batches: Stored { log, next: 1 },
        opening: Opening::anew()?,
        master,
    };
    fill(&asked.to, source, Point::End, asked.checks, told)
}

/// The events of a log.
struct Stored {
    log: LogReader,
    next: u64,
}

impl Iterator for Stored {
    type Item = EventsRead;

    fn next(&mut self) -> Option<EventsRead> {
        let read = self.log.range(self.next, EVENTS_AT_ONCE, BYTES_AT_ONCE);
        match read {
            Ok(events) => {
                self.next = events.last()?.0 + 1;
                Some(Ok(events))
            }
            Err(error) => Some(Err(error.into())),
        }
    }
}
