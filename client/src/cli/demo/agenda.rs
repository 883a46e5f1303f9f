//! What is still to happen, in the order of time; of two things at one time the one that was booked first.

use super::matter::Matter;
use signpost_client::v1;
use std::collections::BTreeMap;

/// A contact as the platform sees it.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) contact_id: String,
    pub(super) person: Option<usize>,
    pub(super) channel: String,
    pub(super) matter: Matter,
    pub(super) rounds: u8,
    pub(super) joined: bool,
    pub(super) asked_for_person: bool,
}

/// What happens at some time.
#[derive(Debug)]
pub(super) enum Step {
    Come(Box<Visit>, Box<v1::ContactContext>),
    Tell(usize, Box<v1::ContactContext>),
    Take(usize, i32, Vec<i32>),
    End(usize, v1::ContactOutcome),
}

/// Steps by time.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    steps: BTreeMap<(i64, u64), Step>,
    booked: u64,
}

impl Agenda {
    /// Books a step at a time, in seconds of the epoch.
    pub(super) fn book(&mut self, at: i64, step: Step) {
        self.steps.insert((at, self.booked), step);
        self.booked += 1;
    }

    /// Takes the earliest step off, with its time.
    pub(super) fn next(&mut self) -> Option<(i64, Step)> {
        let ((at, _), step) = self.steps.pop_first()?;
        Some((at, step))
    }
}
