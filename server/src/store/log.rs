//! The log: all events in their order. They are appended in groups, and each group is on disk before `append` returns.
//!
//! A log on several machines could replace this one. Its interface is append, first, last, trim and health here, and
//! reading in [`LogReader`]. A group whose append had an unknown outcome can be appended again after a restart: the
//! call names the sequence that the group must follow.

#[cfg(test)]
pub(super) mod tests;
use super::database::Database;
use super::error::{AppendError, StoreError, StoreHealth};
use super::format::DataFolder;
use super::log_reader::LogReader;
use super::open_segment::Segment;
use super::segment::{LOG_FAN_OUT, Segments, stored_bytes};
use super::space::Space;
use super::{frame, key};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The maximum number of bytes of one event.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;
/// The maximum number of events of one group.
pub const GROUP_EVENTS_MAX: usize = 1024;
/// The maximum number of bytes of all events of one group.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The bytes of events after which a segment is closed. They stay in memory until the segment is closed.
pub const SEGMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The maximum number of bytes of leaves that reading may keep in memory, for each open segment.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The limits of a log. Tests make them small.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// The bytes of events after which a segment is closed, before the next group is written.
    pub segment_bytes_max: u64,
    /// The maximum number of bytes of leaves that reading may keep in memory, for each open segment.
    pub cache_bytes: usize,
}

/// The writing end of the log. Its owner is the one thread that appends.
pub struct Log {
    segments: Arc<Segments>,
    segment_bytes_max: u64,
    writing: Option<Writing>,
    space: Option<Arc<Space>>,
    last_sync: Duration,
}

/// The newest segment, while events are appended to it.
struct Writing {
    segment: Arc<Segment>,
    database: Database<LOG_FAN_OUT>,
    labelled: bool,
    bytes: u64,
}

impl Default for LogLimits {
    fn default() -> LogLimits {
        LogLimits {
            segment_bytes_max: SEGMENT_BYTES_MAX,
            cache_bytes: CACHE_BYTES,
        }
    }
}

impl Log {
    /// Opens the log of `folder`, which may be empty. A folder must have at most one open log.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] or [`StoreError::Io`]: the server cannot start.
    pub fn open(folder: &DataFolder, limits: LogLimits) -> Result<(Log, LogReader), StoreError> {
        let segments = Arc::new(Segments::find(folder, limits.cache_bytes)?);
        let mut log = Log {
            segments: segments.clone(),
            segment_bytes_max: limits.segment_bytes_max,
            writing: None,
            space: None,
            last_sync: Duration::ZERO,
        };
        if let Some(segment) = segments.newest() {
            let (database, last) = segments.open_to_write(&segment)?;
            segments.publish(last.unwrap_or(segment.first - 1));
            let bytes = stored_bytes(&segment.path).map_err(|source| StoreError::Io {
                doing: "could not read",
                path: segment.path.clone(),
                source,
            })?;
            log.writing = Some(Writing {
                segment,
                database,
                labelled: last.is_some(),
                bytes,
            });
        }
        Ok((log, LogReader::new(segments, folder.veil().clone())))
    }

    /// Lets `space` know what is written. When it has no reserve, nothing more is written at the end.
    pub fn watched_by(&mut self, space: &Arc<Space>) {
        self.space = Some(space.clone());
    }

    /// Appends `group` after the event `expected_last` (0 for an empty log), all of it or nothing. Returns the sequence
    /// of its last event. The group is on disk on return.
    ///
    /// # Errors
    ///
    /// After [`AppendError::Failed`] and [`AppendError::Poisoned`] the log accepts no more groups: restart, and read
    /// from disk which events exist. After any other error nothing has changed.
    pub fn append(&mut self, expected_last: u64, group: Vec<Vec<u8>>) -> Result<u64, AppendError> {
        if let Some(why) = self.segments.failure() {
            let why = why.to_owned();
            return Err(AppendError::Poisoned { why });
        }
        let last = self.last();
        if expected_last != last {
            let expected = expected_last;
            return Err(AppendError::OutOfTurn { expected, last });
        }
        let bytes = check_limits(&group)?;
        let last = last + group.len() as u64;
        match self.write(expected_last + 1, group, bytes as u64) {
            Ok(()) => {
                self.segments.publish(last);
                if let Some(space) = &self.space {
                    space.note_written(bytes as u64);
                }
                Ok(last)
            }
            Err(error) => {
                self.segments.fail(error.to_string());
                Err(AppendError::Failed(error))
            }
        }
    }

    /// How long the disk took to sync the last group.
    pub fn last_sync(&self) -> Duration {
        self.last_sync
    }

    /// The sequence of the last event; 0 if there is none.
    pub fn last(&self) -> u64 {
        self.segments.last()
    }

    /// The sequence of the oldest event that is kept. If there is none, the sequence that the first event will have.
    pub fn first(&self) -> u64 {
        self.segments.first()
    }

    /// Deletes closed segments that hold only events before `before`. Returns the sequence of the oldest event that is
    /// kept. The newest segment is never deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]. After a restart, a segment that could not be deleted is either deleted or still whole.
    pub fn trim(&mut self, before: u64) -> Result<u64, StoreError> {
        self.segments.trim(before)?;
        Ok(self.first())
    }

    /// Whether the log accepts groups.
    pub fn health(&self) -> StoreHealth {
        health(&self.segments)
    }

    fn write(&mut self, first: u64, group: Vec<Vec<u8>>, bytes: u64) -> Result<(), StoreError> {
        let full = |writing: &mut Writing| writing.bytes >= self.segment_bytes_max;
        if let Some(closing) = self.writing.take_if(full) {
            self.segments
                .close_written(&closing.segment, closing.database)?;
        }
        let writing = match &mut self.writing {
            Some(writing) => writing,
            none => {
                let (segment, database) = self.segments.create(first)?;
                none.insert(Writing {
                    segment,
                    database,
                    labelled: false,
                    bytes: 0,
                })
            }
        };
        let label = (!writing.labelled).then(|| self.segments.label(&writing.segment));
        let events = (first..).zip(group).map(|(sequence, event)| {
            let key = key::sequence(sequence);
            (key.to_vec(), frame::wrap(&key, &event))
        });
        writing.database.put_all(label.into_iter().chain(events))?;
        let begun = Instant::now();
        writing.database.flush()?;
        self.last_sync = begun.elapsed();
        self.segments.check_in_place(&writing.segment)?;
        writing.labelled = true;
        writing.bytes += bytes;
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let Some(closing) = self.writing.take() else {
            return;
        };
        if self
            .space
            .as_ref()
            .is_some_and(|space| !space.has_reserve())
        {
            // Every group is on disk already. What the engine would write yet only saves room.
            self.segments
                .abandon_written(&closing.segment, closing.database);
            return;
        }
        if let Err(error) = self
            .segments
            .close_written(&closing.segment, closing.database)
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "closing the log failed"
            );
        }
    }
}

pub(super) fn health(segments: &Segments) -> StoreHealth {
    match segments.failure() {
        Some(why) => StoreHealth::Poisoned {
            why: why.to_owned(),
        },
        None => StoreHealth::Serving,
    }
}

/// The bytes of all events of `group`. An error if the group exceeds a limit.
fn check_limits(group: &[Vec<u8>]) -> Result<usize, AppendError> {
    if group.is_empty() {
        return Err(AppendError::Empty);
    }
    if group.len() > GROUP_EVENTS_MAX {
        let events = group.len();
        return Err(AppendError::TooManyEvents { events });
    }
    let mut total = 0;
    for (index, event) in group.iter().enumerate() {
        let bytes = event.len();
        if bytes > EVENT_BYTES_MAX {
            return Err(AppendError::EventTooLarge { index, bytes });
        }
        total += bytes;
    }
    if total > GROUP_BYTES_MAX {
        return Err(AppendError::GroupTooLarge { bytes: total });
    }
    Ok(total)
}
