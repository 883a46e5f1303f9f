//! Reads a YAML document. Anchors, aliases, tags and directives are refused. So a document is a tree, and its size is
//! the size of its text.

use super::fault::PlaybookFault;
use super::tree::{Entry, Node, Place, Value, echo};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, StrInput};
use std::collections::BTreeSet;

/// The largest number of bytes of a playbook. One row of the store can hold this many.
pub const PLAYBOOK_BYTES_MAX: usize = 1_000_000;
/// The largest number of nested levels of lists and mappings.
pub const PLAYBOOK_DEPTH_MAX: usize = 16;

/// Reads the single document of a text.
///
/// # Errors
/// The first fault: the text is too long, is not YAML, has a key twice, has an anchor, alias or tag, is nested too
/// deep, or does not have exactly one document.
pub(super) fn read(source: &str) -> Result<Node<'_>, PlaybookFault> {
    if source.len() > PLAYBOOK_BYTES_MAX {
        return Err(PlaybookFault {
            path: String::new(),
            line: 0,
            column: 0,
            what: format!("has {} bytes", source.len()),
            fix: format!("must have at most {PLAYBOOK_BYTES_MAX}"),
        });
    }
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_comments: false,
        emit_unresolved_aliases: true,
    };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(source, options),
        depth: 0,
    };
    reader.document()
}

struct Reader<'s> {
    events: Parser<'s, StrInput<'s>>,
    depth: usize,
}

impl<'s> Reader<'s> {
    fn document(&mut self) -> Result<Node<'s>, PlaybookFault> {
        loop {
            match self.next()? {
                (Event::StreamStart, _) => {}
                (Event::DocumentStart(..), _) => break,
                (_, place) => return Err(fault(place, "is empty", "must be a playbook")),
            }
        }
        let first = self.next()?;
        let root = self.node(first)?;
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(root),
                (_, place) => {
                    return Err(fault(
                        place,
                        "a second document begins here",
                        "must be one document",
                    ));
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'s>, Place), PlaybookFault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, place(&span))),
            Some(Err(error)) if *error.kind() == ErrorKind::RecursionLimitExceeded => {
                Err(too_deep(marked(error.marker())))
            }
            Some(Err(error)) => Err(fault(
                marked(error.marker()),
                &format!("is not YAML: {}", echo(&error.info())),
                "must be YAML or JSON",
            )),
            None => Err(fault(START, "ends too early", "must be a whole document")),
        }
    }

    fn node(&mut self, (event, place): (Event<'s>, Place)) -> Result<Node<'s>, PlaybookFault> {
        let tagged = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => Some((*anchor > 0, tag.is_some())),
            _ => None,
        };
        let value = match (event, tagged) {
            (_, Some((true, _))) => {
                return Err(fault(
                    place,
                    "has an anchor",
                    "must be written out: a playbook has no anchors and aliases",
                ));
            }
            (_, Some((_, true))) => {
                return Err(fault(
                    place,
                    "has a tag",
                    "must be written without: a playbook has no tags",
                ));
            }
            (Event::Scalar(text, style, ..), _) => Value::Scalar {
                text,
                plain: style == ScalarStyle::Plain,
            },
            (Event::SequenceStart(..), _) => self.list(place)?,
            (Event::MappingStart(..), _) => self.map(place)?,
            (Event::Alias(_) | Event::UnresolvedAlias(_), _) => {
                return Err(fault(
                    place,
                    "is an alias",
                    "must be written out: a playbook has no anchors and aliases",
                ));
            }
            _ => return Err(fault(place, "is not a value", "must be YAML or JSON")),
        };
        Ok(Node { place, value })
    }

    fn list(&mut self, place: Place) -> Result<Value<'s>, PlaybookFault> {
        self.descend(place)?;
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                event => items.push(self.node(event)?),
            }
        }
        self.depth -= 1;
        Ok(Value::List(items))
    }

    fn map(&mut self, place: Place) -> Result<Value<'s>, PlaybookFault> {
        self.descend(place)?;
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                (Event::MappingEnd, _) => break,
                event => entries.push(self.entry(event)?),
            }
        }
        self.depth -= 1;
        refuse_twice(&entries)?;
        Ok(Value::Map(entries))
    }

    fn entry(&mut self, event: (Event<'s>, Place)) -> Result<Entry<'s>, PlaybookFault> {
        let key = self.node(event)?;
        let Value::Scalar { text, .. } = key.value else {
            return Err(fault(
                key.place,
                &format!("the key is {}", key.value.kind()),
                "must be a name",
            ));
        };
        let first = self.next()?;
        Ok(Entry {
            key: text,
            place: key.place,
            node: self.node(first)?,
        })
    }

    fn descend(&mut self, place: Place) -> Result<(), PlaybookFault> {
        self.depth += 1;
        if self.depth > PLAYBOOK_DEPTH_MAX {
            return Err(too_deep(place));
        }
        Ok(())
    }
}

fn refuse_twice(entries: &[Entry<'_>]) -> Result<(), PlaybookFault> {
    let mut seen = BTreeSet::new();
    match entries.iter().find(|entry| !seen.insert(&entry.key)) {
        None => Ok(()),
        Some(entry) => Err(fault(
            entry.place,
            &format!("the key {} is there twice", echo(&entry.key)),
            "must be there once",
        )),
    }
}

fn too_deep(place: Place) -> PlaybookFault {
    let fix = format!("must be at most {PLAYBOOK_DEPTH_MAX} levels deep");
    fault(place, "is too deep", &fix)
}

const START: Place = Place { line: 1, column: 1 };

fn place(span: &Span) -> Place {
    marked(&span.start)
}

fn marked(marker: &granit_parser::Marker) -> Place {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Place {
        line: number(marker.line()).max(1),
        column: number(marker.col()).saturating_add(1),
    }
}

fn fault(place: Place, what: &str, fix: &str) -> PlaybookFault {
    PlaybookFault {
        path: String::new(),
        line: place.line,
        column: place.column,
        what: what.to_owned(),
        fix: fix.to_owned(),
    }
}
