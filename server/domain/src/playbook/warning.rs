//! What is allowed in a playbook but probably not intended.

mod calendars;
mod costs;
mod gaps;
mod grid;
mod nothing;
mod past;
mod rules;
mod same;
mod shape;
mod unused;

use super::Playbook;
use super::fault::{At, FAULTS_MAX, Finder, PlaybookFault, PlaybookFaults, write_lines};
use super::format::File;
use super::tree::Node;
use crate::time::UnixMs;
use std::fmt;

/// The largest number of warnings that one check lists. The rest is only counted.
pub const WARNINGS_MAX: usize = FAULTS_MAX;

/// How many of the names that a warning is about are listed.
const NAMES_SHOWN_MAX: usize = 3;

/// Something that is probably not intended, with its path, its place and what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub PlaybookFault);

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All warnings. At most [`WARNINGS_MAX`] are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// The listed warnings.
    pub found: Vec<Warning>,
    /// How many further warnings there are.
    pub more: usize,
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &self.found, self.more)
    }
}

/// Checks a playbook that has no faults. The warnings that matter most to customers come first. Without `now` nothing
/// is said of dates that have passed.
pub(super) fn look(
    file: &File,
    playbook: &Playbook,
    root: &Node<'_>,
    now: Option<UnixMs>,
) -> Warnings {
    let mut watcher = Watcher {
        file,
        playbook,
        notes: Finder::new(root),
    };
    watcher.guards();
    watcher.gaps();
    watcher.nothing_left();
    watcher.set_aside();
    watcher.rules();
    watcher.past();
    watcher.calendars(now);
    watcher.tier_order();
    watcher.grid();
    watcher.costs();
    watcher.counts();
    watcher.keypads();
    watcher.unused();
    watcher.labels();
    let PlaybookFaults { found, more } = watcher.notes.into_faults();
    Warnings {
        found: found.into_iter().map(Warning).collect(),
        more,
    }
}

/// The first names of the list, and how many more there are.
fn and_more(names: Vec<String>) -> String {
    match names.len().saturating_sub(NAMES_SHOWN_MAX) {
        // To list one more name is as short as to count it.
        0 | 1 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMES_SHOWN_MAX].join(", ")),
    }
}

struct Watcher<'a> {
    file: &'a File,
    playbook: &'a Playbook,
    notes: Finder<'a>,
}

impl Watcher<'_> {
    fn note(&mut self, at: At<'_>, what: impl FnOnce() -> String, fix: &str) {
        self.notes.add(at, || (what(), fix.to_owned()));
    }
}
