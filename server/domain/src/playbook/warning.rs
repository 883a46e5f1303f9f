//! What is allowed in a playbook but probably not meant.

mod conditions;

use super::Playbook;
use super::fault::{At, FAULTS_MAX, Fault, Faults, Finder};
use super::file::File;
use super::tree::Node;
use std::fmt;

/// Most warnings that one check tells; of the rest it says how many there are.
pub const WARNINGS_MAX: usize = FAULTS_MAX;

/// Something that is probably not meant, with its path and place and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub Fault);

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

/// Looks through a playbook that has no faults.
pub(super) fn look(file: &File, playbook: &Playbook, root: &Node<'_>) -> Warnings {
    let mut watcher = Watcher {
        file,
        playbook,
        notes: Finder::new(root),
    };
    watcher.conditions();
    let Faults { found, more } = watcher.notes.into_faults();
    Warnings {
        found: found.into_iter().map(Warning).collect(),
        more,
    }
}

struct Watcher<'a> {
    file: &'a File,
    playbook: &'a Playbook,
    notes: Finder<'a>,
}

impl Watcher<'_> {
    fn note(&mut self, at: At<'_>, what: impl Into<String>, fix: impl Into<String>) {
        self.notes.add(at, || (what.into(), fix.into()));
    }
}
