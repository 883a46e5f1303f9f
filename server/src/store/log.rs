//! The log: all events in their order, appended in groups, each on disk before `append` returns.
//!
//! This is the seam to a log on several machines: append, first, last, trim, health here; reading in
//! [`LogReader`]. A group that was appended with an unknown outcome can be asked again after a restart:
//! it carries the sequence that it expects to follow.

#[cfg(test)]
pub(super) mod tests;
use super::database::Database;
use super::error::{AppendError, StoreError, StoreHealth};
use super::format::DataFolder;
use super::log_reader::LogReader;
use super::open_segment::Segment;
use super::segment::{LOG_FAN_OUT, Segments, stored_bytes};
use super::{frame, key};
use std::sync::Arc;

/// Bytes of one event.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;
/// Events of one group.
pub const GROUP_EVENTS_MAX: usize = 1024;
/// Bytes of all events of one group.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of events after which a segment is closed. They stay in memory until it is.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of leaves that reading may keep in memory, for each open segment.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Limits of a log that tests make small.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// Bytes of events after which a segment is closed, at the following group.
    pub segment_bytes_max: u64,
    /// Bytes of leaves that reading may keep in memory, for each open segment.
    pub cache_bytes: usize,
}

/// The writing end; owned by the one thread that appends.
pub struct Log {
    segments: Arc<Segments>,
    segment_bytes_max: u64,
    writing: Option<Writing>,
}

/// The newest segment while it takes events.
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
    /// Opens the log of `folder`, which may be empty. At most once at a time.
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
        Ok((log, LogReader::new(segments)))
    }

    /// Appends `group` behind event `expected_last` (0 for an empty log), all of it or nothing, and
    /// returns the sequence of its last event. On disk on return.
    ///
    /// # Errors
    ///
    /// After [`AppendError::Failed`] and [`AppendError::Poisoned`] the log takes nothing more: restart
    /// and see from disk what is there. After any other error nothing has changed.
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
                Ok(last)
            }
            Err(error) => {
                self.segments.fail(error.to_string());
                Err(AppendError::Failed(error))
            }
        }
    }

    /// The last event; 0 if there is none.
    pub fn last(&self) -> u64 {
        self.segments.last()
    }

    /// The oldest event that is kept, or the sequence that the first one will have.
    pub fn first(&self) -> u64 {
        self.segments.first()
    }

    /// Deletes closed segments that hold only events before `before`; returns the oldest event kept.
    /// The newest segment is never deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]; what could not be deleted is deleted or whole after a restart.
    pub fn trim(&mut self, before: u64) -> Result<u64, StoreError> {
        self.segments.trim(before)?;
        Ok(self.first())
    }

    /// Whether the log takes groups.
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
        writing.database.flush()?;
        self.segments.check_in_place(&writing.segment)?;
        writing.labelled = true;
        writing.bytes += bytes;
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(closing) = self.writing.take()
            && let Err(error) = self
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

/// The bytes of all events of a group that may be appended.
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
