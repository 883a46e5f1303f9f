//! A thing of a playbook, with the fields that have a meaning.

use super::ChangePart;
use crate::playbook::format::parts::Columns;
use crate::playbook::{FactIndex, Label, Playbook};

/// The things of one part.
#[derive(Debug)]
pub(super) struct Things {
    /// The part.
    pub(super) part: ChangePart,
    /// Whether the order of the things has a meaning.
    pub(super) ordered: bool,
    /// The things, in the order written.
    pub(super) list: Vec<Thing>,
}

/// One thing of a playbook.
#[derive(Debug, Default)]
pub(super) struct Thing {
    /// The id of the thing.
    pub(super) id: String,
    /// The group of the thing. Only things of the same group have an order.
    pub(super) group: String,
    /// The fields that have a value, with the value.
    pub(super) fields: Vec<(String, String)>,
    /// The things that this thing consists of; `None` if there are none.
    pub(super) below: Option<Things>,
}

impl Thing {
    pub(super) fn new(id: &str) -> Thing {
        Thing {
            id: id.to_owned(),
            ..Thing::default()
        }
    }

    pub(super) fn with(mut self, field: &str, value: impl Into<String>) -> Thing {
        let value = value.into();
        if !value.is_empty() {
            self.fields.push((field.to_owned(), value));
        }
        self
    }

    pub(super) fn label(mut self, label: &Label) -> Thing {
        let mut texts: Vec<_> = match label.0.as_slice() {
            // The label is left out, or equals the text that is used without a label.
            [(_, text)] if **text == self.id.replace('_', " ") => Vec::new(),
            texts => texts.iter().collect(),
        };
        texts.sort_unstable();
        for (locale, text) in texts {
            self = self.with(&format!("label.{locale}"), text.as_ref());
        }
        self
    }
}

pub(super) fn column(columns: &Columns) -> String {
    let mut ids = columns.ids.clone();
    ids.sort_unstable();
    ids.join(", ")
}

pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

pub(super) fn asked(playbook: &Playbook, facts: &[FactIndex]) -> String {
    joined(facts.iter().map(|&fact| playbook.fact(fact).id.as_str()))
}
