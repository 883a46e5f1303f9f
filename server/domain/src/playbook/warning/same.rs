//! One warning about many things of which the same is to be said.

use super::{Watcher, and_more};
use crate::playbook::fault::{At, Spot};

/// Warnings that differ in the name of what they are about, and in nothing else.
#[derive(Default)]
pub(super) struct Same(Vec<Group>);

/// What is said of several things.
struct Group {
    first: Spot,
    names: Vec<String>,
    what: String,
    fix: String,
}

impl Same {
    /// Says of one thing, at its place, that `what`; `what` has no name in it.
    pub(super) fn add(
        &mut self,
        watcher: &Watcher<'_>,
        at: At<'_>,
        name: impl Into<String>,
        (what, fix): (String, &str),
    ) {
        let mut groups = self.0.iter_mut();
        match groups.find(|group| group.what == what && group.fix == fix) {
            Some(group) => group.names.push(name.into()),
            None => self.0.push(Group {
                first: watcher.notes.spot(at),
                names: vec![name.into()],
                what,
                fix: fix.to_owned(),
            }),
        }
    }

    /// Adds one warning for each group, at the place of its first thing: what, then the first names and how many more
    /// there are.
    pub(super) fn tell(self, watcher: &mut Watcher<'_>) {
        for group in self.0 {
            let what = format!("{} {}", group.what, and_more(group.names));
            watcher.notes.add_at(group.first, what, group.fix);
        }
    }
}
