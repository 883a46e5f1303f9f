//! Fuzz targets: what takes bytes from outside, each as a function that takes any bytes and must hold whatever they
//! are. A test feeds them the kept inputs (`tests/corpus`), samples, and changed copies of both; `.ci/faults fuzz` does
//! so for long. What they find becomes a kept input.

mod changed;
mod document;
mod request;
mod stored;

pub use changed::Changed;

use crate::Outcome;
use std::fs;
use std::path::Path;

/// What is fed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its folder of kept inputs.
    pub name: &'static str,
    /// Feeds it. Panics when it does not hold.
    pub run: fn(&[u8]),
    /// Inputs that are sensible, to be changed.
    pub samples: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 6] = [
    Target {
        name: "playbook",
        run: document::playbook,
        samples: document::playbooks,
    },
    Target {
        name: "condition",
        run: document::condition,
        samples: document::conditions,
    },
    Target {
        name: "calendar",
        run: document::calendar,
        samples: document::calendars,
    },
    Target {
        name: "stored",
        run: stored::run,
        samples: stored::samples,
    },
    Target {
        name: "request",
        run: request::run,
        samples: request::samples,
    },
    Target {
        name: "token",
        run: request::token,
        samples: request::tokens,
    },
];

/// The target with this name.
///
/// # Panics
/// When there is none.
pub fn target(name: &str) -> Target {
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("no target is called {name}"))
}

impl Target {
    /// The kept inputs, in the order of their names.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn kept(&self) -> Outcome<Vec<Vec<u8>>> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus")).join(self.name);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
        let mut paths: Vec<_> = entries?.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        let kept: Result<_, _> = paths.iter().map(fs::read).collect();
        Ok(kept?)
    }
}

/// What the request targets left behind is sound; see [`crate::server::Data::fold`].
///
/// # Errors
/// When the server does not stop.
///
/// # Panics
/// When it is not.
pub fn finish() -> Outcome {
    request::finish()
}
