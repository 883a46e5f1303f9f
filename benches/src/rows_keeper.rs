//! Puts the rows of contacts into the store a little behind the log, on a thread of its own, at the times at which the
//! row writer of Signpost does.

use crate::rows::{Named, RowSample};
use signpost_server::engine::{FLUSH_EVERY, GATHER_ROWS, WRITES_AT_ONCE_MAX};
use signpost_server::keys::Keys;
use signpost_server::store::{DataFolder, Opened, RowLimits, Rows, SingleThreadedRayon};
use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Instant;

/// The maximum number of groups that wait, as in the engine. If there are more, appending waits.
const GROUPS_MAX: usize = 256;

/// The thread that puts rows.
pub(crate) struct RowsKeeper {
    groups: SyncSender<Vec<Named>>,
}

impl RowsKeeper {
    /// Starts the thread. The folder must be new. With `keys` it seals what is personal.
    pub(crate) fn start(
        folder: &DataFolder,
        sample: RowSample,
        keys: Option<Arc<Keys>>,
    ) -> Result<RowsKeeper, Box<dyn Error>> {
        let rows = match Rows::open(folder, RowLimits::default())? {
            Opened::Ready(rows, _) => rows,
            Opened::Damaged { what } => return Err(what.into()),
        };
        let (groups, taken) = sync_channel(GROUPS_MAX);
        std::thread::Builder::new()
            .name("keep".into())
            .spawn(move || {
                let _alone = SingleThreadedRayon::here();
                if let Err(error) = keep(rows, (&sample, keys.as_deref()), &taken) {
                    // The next append finds that nobody takes its rows, and its callers get an error.
                    crate::served::say(&format!("the rows are not kept: {error}"));
                }
            })?;
        Ok(RowsKeeper { groups })
    }

    /// Hands over the contacts of a group that the log has. Gives whether the thread still runs.
    pub(crate) fn add(&self, group: Vec<Named>) -> bool {
        self.groups.send(group).is_ok()
    }
}

fn keep(
    mut rows: Rows,
    (sample, keys): (&RowSample, Option<&Keys>),
    groups: &Receiver<Vec<Named>>,
) -> Result<(), Box<dyn Error>> {
    let (mut flushed, mut since) = (Instant::now(), Instant::now());
    let mut gathered: Vec<Named> = Vec::new();
    loop {
        let due = match gathered.is_empty() {
            true => flushed + FLUSH_EVERY,
            false => since + GATHER_ROWS,
        };
        match groups.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(group) => {
                if gathered.is_empty() {
                    since = Instant::now();
                }
                gathered.extend(group);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(rows.flush()?),
        }
        let is_much = gathered.len() * sample.writes >= WRITES_AT_ONCE_MAX;
        if is_much || (!gathered.is_empty() && since.elapsed() >= GATHER_ROWS) {
            let first = rows.applied() + 1;
            let last = rows.applied() + gathered.len() as u64;
            rows.apply(sample.rows_of(&gathered, first, keys)?, last)?;
            gathered.clear();
        }
        if flushed.elapsed() >= FLUSH_EVERY || rows.should_flush() {
            rows.flush()?;
            flushed = Instant::now();
        }
    }
}
