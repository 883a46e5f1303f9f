//! The segments of the log that a read found damaged since the log was opened.

use super::error::StoreError;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A segment in which a read found damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedSegment {
    /// The name of its folder in the folder `log`.
    pub folder: String,
    /// The sequence of its first event.
    pub first: u64,
    /// The sequence of its last event.
    pub last: u64,
    /// What was found first.
    pub what: String,
}

/// The damaged segments by their first event.
#[derive(Debug, Default)]
pub(super) struct DamagedSegments(Mutex<BTreeMap<u64, DamagedSegment>>);

impl DamagedSegments {
    /// Notes what a read found, if it is damage. What was found first in a segment stays.
    pub(super) fn note(&self, error: &StoreError, segment: impl FnOnce(String) -> DamagedSegment) {
        let what = match error {
            StoreError::Corrupt { .. } | StoreError::Damaged { .. } => error.to_string(),
            StoreError::Trimmed { .. } | StoreError::Io { .. } | StoreError::Closed => return,
        };
        let segment = segment(what);
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.entry(segment.first).or_insert(segment);
    }

    /// The segments, in the order of their events.
    pub(super) fn all(&self) -> Vec<DamagedSegment> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.values().cloned().collect()
    }
}
