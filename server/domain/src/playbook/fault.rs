//! Faults of a playbook, each with its path, its place and a text that says what would be valid.

use super::tree::{ECHO_CHARS_MAX, Node, Place, Value, echo};
use std::fmt;

/// The largest number of faults that one check lists. The rest is only counted.
pub const FAULTS_MAX: usize = 100;
/// The largest number of valid names that a fault lists.
const LISTED_MAX: usize = 12;

/// One fault. As a warning, something that is probably not intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookFault {
    /// The path in the document, such as `reasons[0].secondary[2].routes.chat.queue`. Empty for the document as a
    /// whole.
    pub path: String,
    /// The line, from 1; 0 if the fault has no place, because the document could not be read.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What would be valid.
    pub fix: String,
}

impl fmt::Display for PlaybookFault {
    /// Writes the fault in one line: `12:9 reasons[0].id: is "Flight"; must be lower-case letters …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{} ", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}; {}", self.what, self.fix)
    }
}

/// All faults in the order of the document. At most [`FAULTS_MAX`] are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaybookFaults {
    /// The listed faults.
    pub found: Vec<PlaybookFault>,
    /// How many further faults there are.
    pub more: usize,
}

impl PlaybookFaults {
    /// Whether there are no faults.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl From<PlaybookFault> for PlaybookFaults {
    fn from(fault: PlaybookFault) -> PlaybookFaults {
        PlaybookFaults {
            found: vec![fault],
            more: 0,
        }
    }
}

impl fmt::Display for PlaybookFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &self.found, self.more)
    }
}

/// Writes one line for each of `found`, and one that says how many more there are.
pub(super) fn write_lines(
    f: &mut fmt::Formatter<'_>,
    found: &[impl fmt::Display],
    more: usize,
) -> fmt::Result {
    for (index, one) in found.iter().enumerate() {
        let line_break = if index == 0 { "" } else { "\n" };
        write!(f, "{line_break}{one}")?;
    }
    match more {
        0 => Ok(()),
        more => write!(f, "\nand {more} more"),
    }
}

impl std::error::Error for PlaybookFaults {}

/// One step down into the document.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// A path in the document. It is built on the stack on the way down.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    above: Option<&'a At<'a>>,
    step: Step<'a>,
}

impl<'a> At<'a> {
    /// The path of a key of the document itself.
    pub(super) const fn top(key: &'a str) -> At<'a> {
        At {
            above: None,
            step: Step::Key(key),
        }
    }

    /// The path of a key under this path.
    pub(super) const fn key(&'a self, key: &'a str) -> At<'a> {
        At {
            above: Some(self),
            step: Step::Key(key),
        }
    }

    /// The path of an item of the list at this path, counted from 0.
    pub(super) const fn item(&'a self, index: usize) -> At<'a> {
        At {
            above: Some(self),
            step: Step::Item(index),
        }
    }

    fn steps(&self) -> Vec<Step<'a>> {
        let mut steps = vec![self.step];
        let mut here = self.above;
        while let Some(at) = here {
            steps.push(at.step);
            here = at.above;
        }
        steps.reverse();
        steps
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.steps().into_iter().enumerate() {
            match step {
                Step::Key(key) if depth == 0 => write!(f, "{}", echo(key))?,
                Step::Key(key) => write!(f, ".{}", echo(key))?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A path and its place in the document.
#[derive(Debug)]
pub(super) struct Spot {
    path: String,
    place: Place,
}

/// Collects the faults while a document is compiled.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    root: &'a Node<'a>,
    found: PlaybookFaults,
}

impl<'a> Finder<'a> {
    /// A collector for the document `root`.
    pub(super) fn new(root: &'a Node<'a>) -> Finder<'a> {
        Finder {
            root,
            found: PlaybookFaults::default(),
        }
    }

    /// Adds a fault. After [`FAULTS_MAX`] faults it is only counted, and its text is not made.
    pub(super) fn add(&mut self, at: At<'_>, words: impl FnOnce() -> (String, String)) {
        if self.found.found.len() >= FAULTS_MAX {
            self.found.more += 1;
            return;
        }
        let place = place_of(self.root, &at.steps());
        let (what, fix) = words();
        self.found.found.push(PlaybookFault {
            path: at.to_string(),
            line: place.line,
            column: place.column,
            what,
            fix,
        });
    }

    /// Where a path is, for a fault that is added later by [`Finder::add_at`].
    pub(super) fn spot(&self, at: At<'_>) -> Spot {
        Spot {
            path: at.to_string(),
            place: place_of(self.root, &at.steps()),
        }
    }

    /// The same as [`Finder::add`], at a spot that was looked up before.
    pub(super) fn add_at(&mut self, spot: Spot, what: String, fix: String) {
        if self.found.found.len() >= FAULTS_MAX {
            self.found.more += 1;
            return;
        }
        self.found.found.push(PlaybookFault {
            path: spot.path,
            line: spot.place.line,
            column: spot.place.column,
            what,
            fix,
        });
    }

    /// Counts a fault that is not listed.
    pub(super) fn count_one(&mut self) {
        self.found.more += 1;
    }

    /// The faults, in the order in which they were found.
    pub(super) fn into_faults(self) -> PlaybookFaults {
        self.found
    }
}

/// The place of the value at a path. If it is not written, the place of the nearest value above it that is written.
fn place_of(root: &Node<'_>, steps: &[Step<'_>]) -> Place {
    let mut here = root;
    let mut place = root.place;
    for step in steps {
        let next = match (step, &here.value) {
            (Step::Key(key), Value::Map(entries)) => entries
                .iter()
                .find(|entry| entry.key == *key)
                .map(|entry| (entry.place, &entry.node)),
            (Step::Item(index), Value::List(items)) => {
                items.get(*index).map(|node| (node.place, node))
            }
            _ => None,
        };
        let Some((written, node)) = next else { break };
        let is_scalar = matches!(node.value, Value::Scalar { .. });
        place = if is_scalar { node.place } else { written };
        here = node;
    }
    place
}

/// What would be valid in place of an unknown name: the most similar name, or all names if they are few. The text does
/// not repeat `given`.
pub fn right_names<'n>(
    given: &str,
    kind: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> String {
    if let Some(near) = nearest(given, names.clone()) {
        return format!("did you mean {near}?");
    }
    let listed: Vec<&str> = names.clone().take(LISTED_MAX + 1).collect();
    match listed.len() {
        0 => format!("the playbook has no {kind} at all"),
        count if count <= LISTED_MAX => format!("must be one of {}", listed.join(", ")),
        _ => format!("must be a {kind} of the playbook"),
    }
}

/// The name that the author probably meant; `None` if no name is similar enough. At most a third of the name may be
/// different. Of equally similar names the first is returned.
pub fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if given.len() > 2 * ECHO_CHARS_MAX {
        return None;
    }
    let far_max = (given.chars().count() / 3).max(1);
    names
        .map(|name| (strsim::osa_distance(given, name), name))
        .filter(|&(distance, _)| distance <= far_max)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}
