//! The steps that will still happen, by minute.

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

/// A step that happens at some time.
#[derive(Debug)]
pub(super) enum Step {
    Come(Box<Visit>, Box<v1::ContactContext>),
    Tell(usize, Box<v1::ContactContext>),
    Take(usize, i32, Vec<i32>),
    End(usize, v1::ContactOutcome),
    Reroute(usize),
}

/// The length in seconds of one tick of the morning's clock.
pub(super) const MINUTE: i64 = 60;

/// The steps, by the minute in which they happen.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    steps: BTreeMap<i64, Vec<Step>>,
}

impl Agenda {
    /// Adds a step at a time in seconds since 1970. It happens at the next full minute.
    pub(super) fn book(&mut self, at: i64, step: Step) {
        let minute = at + (MINUTE - at.rem_euclid(MINUTE)) % MINUTE;
        self.steps.entry(minute).or_default().push(step);
    }

    /// Removes and gives the steps of the earliest minute, in the order in which they were added. `None` if no step is
    /// left.
    pub(super) fn next_minute(&mut self) -> Option<(i64, Vec<Step>)> {
        self.steps.pop_first()
    }
}
