//! A document as written: scalars as text, keys in order, each with its line and column. Nothing here knows what a
//! playbook is.

use std::borrow::Cow;

/// Most characters of the writer's own text that a fault repeats.
pub const ECHO_CHARS_MAX: usize = 64;

/// Where something is written, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) place: Place,
    pub(super) value: Value<'s>,
}

/// What is written.
#[derive(Debug)]
pub(super) enum Value<'s> {
    /// A text; `plain` if it is not quoted.
    Scalar { text: Cow<'s, str>, plain: bool },
    /// `- …` or `[…]`.
    List(Vec<Node<'s>>),
    /// `key: …` or `{…}`, no key twice.
    Map(Vec<Entry<'s>>),
}

/// One key of a mapping with its value.
#[derive(Debug)]
pub(super) struct Entry<'s> {
    pub(super) key: Cow<'s, str>,
    pub(super) place: Place,
    pub(super) node: Node<'s>,
}

impl Value<'_> {
    /// Whether nothing is written here: `key:`, `key: ~`, `key: null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Value::Scalar { text, plain: true } if matches!(text.as_ref(), "" | "~" | "null"))
    }

    /// In words.
    pub(super) fn kind(&self) -> String {
        match self {
            Value::Scalar { .. } if self.is_null() => "empty".to_owned(),
            Value::Scalar { text, .. } => format!("the text \"{}\"", echo(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// The writer's own text, quoted and not too long.
pub(super) fn echo(text: &str) -> String {
    let cut = text
        .char_indices()
        .nth(ECHO_CHARS_MAX)
        .map_or(text.len(), |(end, _)| end);
    let dots = if cut < text.len() { "…" } else { "" };
    let shown: String = text[..cut]
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{shown}{dots}")
}
