//! A document as written: scalars as text, and keys in order, each with its line and column. This module does not know
//! what a playbook is.

use std::borrow::Cow;

/// The largest number of characters of the author's text that a fault repeats.
pub const ECHO_CHARS_MAX: usize = 64;

/// The place of a value in the document. Line and column are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) place: Place,
    pub(super) value: Value<'s>,
}

/// A value of the document.
#[derive(Debug)]
pub(super) enum Value<'s> {
    /// A text. `plain` means that it is not quoted.
    Scalar { text: Cow<'s, str>, plain: bool },
    /// A list: `- …` or `[…]`.
    List(Vec<Node<'s>>),
    /// A mapping: `key: …` or `{…}`. No key occurs twice.
    Map(Vec<Entry<'s>>),
}

/// One key of a mapping, and its value.
#[derive(Debug)]
pub(super) struct Entry<'s> {
    pub(super) key: Cow<'s, str>,
    pub(super) place: Place,
    pub(super) node: Node<'s>,
}

impl Value<'_> {
    /// Whether the value is empty: `key:`, `key: ~` or `key: null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Value::Scalar { text, plain: true } if matches!(text.as_ref(), "" | "~" | "null"))
    }

    /// The kind of the value, in words.
    pub(super) fn kind(&self) -> String {
        match self {
            Value::Scalar { .. } if self.is_null() => "empty".to_owned(),
            Value::Scalar { text, .. } => format!("the text \"{}\"", echo(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// The author's text in a message, quoted and cut if it is too long.
pub(super) fn echo(text: &str) -> String {
    let cut = text
        .char_indices()
        .nth(ECHO_CHARS_MAX)
        .map_or(text.len(), |(end, _)| end);
    let dots = if cut < text.len() { "…" } else { "" };
    let shown: String = text[..cut]
        .chars()
        .map(|c| if crate::text::is_unseen(c) { ' ' } else { c })
        .collect();
    format!("{shown}{dots}")
}
