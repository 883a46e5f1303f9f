//! What is allowed in a playbook but probably not meant.

mod costs;
mod gaps;
mod grid;
mod nothing;
mod past;
mod rules;
mod shape;
mod unused;

use super::Playbook;
use super::fault::{At, FAULTS_MAX, Finder, PlaybookFault, PlaybookFaults};
use super::format::File;
use super::tree::Node;
use std::fmt;

/// Most warnings that one check tells; of the rest it says how many there are.
pub const WARNINGS_MAX: usize = FAULTS_MAX;

/// Names that one warning tells, of those that it is about.
const NAMES_TOLD_MAX: usize = 3;

/// Something that is probably not meant, with its path and place and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub PlaybookFault);

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All that is probably not meant, at most [`WARNINGS_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// Those that are told.
    pub found: Vec<Warning>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for Warnings {
    /// One line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, warning) in self.found.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{warning}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Looks through a playbook that has no faults; what matters most to customers comes first.
pub(super) fn look(file: &File, playbook: &Playbook, root: &Node<'_>) -> Warnings {
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

/// The first names of many, and how many more there are.
fn and_more(names: Vec<String>) -> String {
    match names.len().saturating_sub(NAMES_TOLD_MAX) {
        // One more is told as soon as it is counted.
        0 | 1 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMES_TOLD_MAX].join(", ")),
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
