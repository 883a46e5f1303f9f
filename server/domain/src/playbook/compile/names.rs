//! The names of one kind that other parts of the document can refer to.

use super::{Compiler, texts};
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::File;
use crate::playbook::format::parts::Id;
use crate::playbook::tree::echo;
use std::collections::{BTreeMap, BTreeSet};

/// The names of one kind, in their order.
pub(super) struct Names<'a> {
    pub(super) kind: &'static str,
    pub(super) names: Vec<&'a str>,
    numbers: BTreeMap<&'a str, u16>,
}

impl<'a> Names<'a> {
    /// The names in order. Of two equal names, the first one counts.
    pub(super) fn new(kind: &'static str, names: impl Iterator<Item = &'a str>) -> Names<'a> {
        let names: Vec<&str> = names.take(usize::from(u16::MAX)).collect();
        let mut numbers = BTreeMap::new();
        for (number, name) in (0..u16::MAX).zip(&names) {
            numbers.entry(*name).or_insert(number);
        }
        Names {
            kind,
            names,
            numbers,
        }
    }

    /// The number of a name; `None` if it does not exist.
    pub(super) fn number(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }
}

/// The kind of thing that a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameKind {
    Locale,
    Tier,
    Stage,
    Persona,
    Brand,
    Consent,
    Channel,
    Calendar,
    Queue,
    Fact,
}

/// All names that the document can refer to.
pub(super) struct AllNames<'a>([Names<'a>; 10]);

impl<'a> AllNames<'a> {
    /// The names in a document. `stages` are its stages, or the default ones.
    pub(super) fn new(file: &'a File, stages: impl Iterator<Item = &'a str>) -> AllNames<'a> {
        // In the order of `NameKind`.
        AllNames([
            Names::new("locale", file.locales.iter().map(String::as_str)),
            Names::new("tier", file.tiers.iter().map(|tier| tier.id.0.as_str())),
            Names::new("stage", stages),
            Names::new("persona", texts(&file.personas)),
            Names::new("brand", texts(&file.brands)),
            Names::new("consent", texts(&file.consents)),
            Names::new("channel", keys(&file.channels.0)),
            Names::new("calendar", keys(&file.calendars.0)),
            Names::new("queue", keys(&file.queues.0)),
            Names::new("fact", keys(&file.facts.0)),
        ])
    }

    /// The names of one kind.
    pub(super) fn of(&self, kind: NameKind) -> &Names<'a> {
        &self.0[kind as usize]
    }
}

fn keys<T>(entries: &[(Id, T)]) -> impl Iterator<Item = &str> {
    entries.iter().map(|(id, _)| id.0.as_str())
}

impl<'a> Compiler<'a> {
    /// The index of the item called `name`. Adds a fault and returns `None` if there is no such item.
    pub(super) fn find(&mut self, at: At<'_>, name: &str, kind: NameKind) -> Option<u16> {
        let names = self.names.of(kind);
        let number = names.number(name);
        if number.is_none() {
            self.faults.add(at, || {
                let right = right_names(name, names.kind, names.names.iter().copied());
                (format!("there is no {} {}", names.kind, echo(name)), right)
            });
        }
        number
    }

    /// The numbers of the things that the texts of a list refer to. Adds a fault for a text that is listed twice.
    pub(super) fn find_all<'t>(
        &mut self,
        at: At<'_>,
        ids: impl Iterator<Item = &'t str> + Clone,
        kind: NameKind,
    ) -> Option<Vec<u16>> {
        self.refuse_twice(at, ids.clone());
        // Look up every text first, so that each missing one gives a fault.
        let found: Vec<Option<u16>> = ids
            .enumerate()
            .map(|(place, id)| self.find(at.item(place), id, kind))
            .collect();
        found.into_iter().collect()
    }

    /// Adds a fault for every text that is in the list twice.
    pub(super) fn refuse_twice<'t>(&mut self, at: At<'_>, texts: impl Iterator<Item = &'t str>) {
        let mut seen = BTreeSet::new();
        for (place, text) in texts.enumerate() {
            if !seen.insert(text) {
                self.faults.add(at.item(place), || {
                    (
                        format!("{} is there twice", echo(text)),
                        "must be there once".to_owned(),
                    )
                });
            }
        }
    }
}
