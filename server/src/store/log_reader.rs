//! The reading end of the log. It may be cloned any number of times and used on any thread, at the same time as the
//! writer.
//!
//! Readers do not see events that are not on disk yet. Reading blocks, mostly for microseconds. The first read of a
//! closed segment opens the segment, which takes 20 to 200 ms, and longer on a busy disk; only readers of that segment
//! wait. So read on threads, not in tasks of a runtime.

use super::damaged_segments::DamagedSegment;
use super::database::Handle;
use super::error::{StoreError, StoreHealth};
use super::log::health;
use super::open_segment::Segment;
use super::segment::{LOG_FAN_OUT, Segments};
use super::veil::{MaybeVeil, Veil};
use super::{frame, key};
use std::sync::Arc;

/// Reads the log.
#[derive(Clone)]
pub struct LogReader {
    segments: Arc<Segments>,
    veil: MaybeVeil,
}

impl LogReader {
    pub(super) fn new(segments: Arc<Segments>, veil: MaybeVeil) -> LogReader {
        LogReader { segments, veil }
    }

    /// The same log, whose events are read as they are stored: what is personal stays sealed.
    #[must_use]
    pub fn as_stored(&self) -> LogReader {
        LogReader {
            segments: self.segments.clone(),
            veil: MaybeVeil::default(),
        }
    }

    /// The same log, whose events are opened by this.
    #[must_use]
    pub fn veiled(&self, veil: Veil) -> LogReader {
        LogReader {
            segments: self.segments.clone(),
            veil: MaybeVeil(Some(Arc::new(veil))),
        }
    }

    /// The event `sequence`. `None` if it does not exist yet or was deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if the event must exist but cannot be read.
    pub fn get(&self, sequence: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if sequence > self.last() {
            return Ok(None);
        }
        let Some(segment) = self.segments.around(sequence) else {
            return Ok(None);
        };
        let read = |handle: &Handle<LOG_FAN_OUT>| self.event(handle, sequence);
        match self.segments.read(&segment, read) {
            Ok(event) => Ok(Some(event)),
            Err(StoreError::Trimmed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The events of `sequences`, in that order. `None` for an event that does not exist yet or was deleted. Neighbours
    /// in the same segment are read together.
    ///
    /// # Errors
    ///
    /// The same as [`LogReader::get`].
    pub fn get_all(&self, sequences: &[u64]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let last = self.last();
        let mut events = Vec::with_capacity(sequences.len());
        while let Some(&next) = sequences.get(events.len()) {
            let segment = self.segments.around(next).filter(|_| next <= last);
            let Some(segment) = segment else {
                events.push(None);
                continue;
            };
            let end = self.segments.end(&segment).min(last + 1);
            let rest = sequences[events.len()..].iter();
            let here = rest.take_while(|sequence| (segment.first..end).contains(sequence));
            let here: Vec<u64> = here.copied().collect();
            let read = |handle: &Handle<LOG_FAN_OUT>| -> Result<Vec<_>, StoreError> {
                let here = here.iter().map(|&sequence| self.event(handle, sequence));
                here.collect()
            };
            match self.segments.read(&segment, read) {
                Ok(found) => events.extend(found.into_iter().map(Some)),
                Err(StoreError::Trimmed { .. }) => events.extend(here.iter().map(|_| None)),
                Err(error) => return Err(error),
            }
        }
        Ok(events)
    }

    /// Whether all these events can be read now without opening a segment.
    pub fn are_open(&self, sequences: &[u64]) -> bool {
        let mut known: Option<(Arc<Segment>, u64)> = None;
        sequences.iter().all(|&sequence| {
            let in_known =
                |(segment, end): &(Arc<Segment>, u64)| (segment.first..*end).contains(&sequence);
            if known.as_ref().is_some_and(in_known) {
                return true;
            }
            let Some(segment) = self.segments.around(sequence) else {
                return true;
            };
            let end = self.segments.end(&segment);
            let is_open = segment.is_open();
            known = Some((segment, end));
            is_open
        })
    }

    /// The events from `from` on, in order and without gaps: at most `events_max`. Reading stops after the event that
    /// reaches `bytes_max`. So the result has at least one event if there is one and both limits are over 0.
    ///
    /// # Errors
    ///
    /// [`StoreError::Trimmed`] if `from` was deleted, [`StoreError::Corrupt`] if an event cannot be read.
    pub fn range(
        &self,
        from: u64,
        events_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let last = self.last();
        let mut next = from.max(1);
        let mut events = Vec::new();
        let mut bytes = 0;
        while next <= last && events.len() < events_max && bytes < bytes_max {
            let Some(segment) = self.segments.around(next) else {
                let first = self.first();
                return Err(StoreError::Trimmed { asked: next, first });
            };
            let segment_last = last.min(self.segments.end(&segment) - 1);
            self.segments.read(&segment, |handle| {
                while next <= segment_last && events.len() < events_max && bytes < bytes_max {
                    let event = self.event(handle, next)?;
                    bytes += event.len();
                    events.push((next, event));
                    next += 1;
                }
                Ok(())
            })?;
        }
        Ok(events)
    }

    /// The sequence of the last event on disk; 0 if there is none.
    pub fn last(&self) -> u64 {
        self.segments.last()
    }

    /// The sequence of the oldest event that is kept. If there is none, the sequence that the first event will have.
    pub fn first(&self) -> u64 {
        self.segments.first()
    }

    /// The segments in which reads found damage since the log was opened, in the order of their events.
    pub fn damaged(&self) -> Vec<DamagedSegment> {
        self.segments.damaged()
    }

    /// Whether the log accepts groups.
    pub fn health(&self) -> StoreHealth {
        health(&self.segments)
    }

    fn event(&self, handle: &Handle<LOG_FAN_OUT>, sequence: u64) -> Result<Vec<u8>, StoreError> {
        let opened = self.veil.event(event(handle, sequence)?);
        opened.map_err(|what| StoreError::Corrupt { sequence, what })
    }
}

fn event(handle: &Handle<LOG_FAN_OUT>, sequence: u64) -> Result<Vec<u8>, StoreError> {
    let key = key::sequence(sequence);
    let corrupt = |what: String| StoreError::Corrupt { sequence, what };
    let stored = match handle.get(&key) {
        Ok(Some(stored)) => stored,
        Ok(None) => return Err(corrupt("it is missing".to_owned())),
        Err(StoreError::Damaged { path, what }) => {
            return Err(corrupt(format!("{}: {what}", path.display())));
        }
        Err(error) => return Err(error),
    };
    let payload = frame::unwrap(&key, &stored).map_err(|error| corrupt(error.to_string()))?;
    Ok(payload.to_vec())
}
