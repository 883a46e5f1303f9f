//! Reads a document into the structs of the format. The first value that does not fit is the fault.
//!
//! A scalar is the text as it was written, whatever its type in YAML: `1.50` and `"1.50"` are the same decimal, and
//! `no` is a text.

use super::fault::{PlaybookFault, right_names};
use super::schema::json_schema;
use super::tree::echo;
use super::tree::{Entry, Node, Place, Value};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;
use std::sync::LazyLock;

/// Reads a value of type `T` from a document.
///
/// # Errors
/// The first fault: for example an unknown key, a missing key, or a list in place of a text.
pub(super) fn fit<'de, T: de::Deserialize<'de>>(root: &'de Node<'de>) -> Result<T, PlaybookFault> {
    T::deserialize(Fit(root)).map_err(|misfit| misfit.into_fault(root))
}

/// A value that does not fit. Its path is completed on the way up.
#[derive(Debug)]
struct Misfit {
    place: Option<Place>,
    path: Vec<String>,
    what: String,
    fix: String,
    /// Whether the fault is a key that is missing in the mapping itself.
    lacks_a_key: bool,
}

impl Misfit {
    fn new(what: impl Into<String>, fix: impl Into<String>) -> Misfit {
        Misfit {
            lacks_a_key: false,
            place: None,
            path: Vec::new(),
            what: what.into(),
            fix: fix.into(),
        }
    }

    fn at(mut self, place: Place) -> Misfit {
        self.place.get_or_insert(place);
        self
    }

    fn under(mut self, step: String) -> Misfit {
        self.path.push(step);
        self
    }

    /// Changes the fault to name all keys that the mapping lacks, not only the first.
    fn with_all_missing(mut self, format: &str, entries: &[Entry<'_>]) -> Misfit {
        if !self.lacks_a_key || !self.path.is_empty() {
            return self;
        }
        let is_there = |key: &str| entries.iter().any(|entry| entry.key == key);
        let missing = required_keys(format).filter(|key| !is_there(key));
        let missing: Vec<&str> = missing.collect();
        if missing.len() > 1 {
            self.what = format!("the keys {} are missing", missing.join(", "));
        }
        self
    }

    fn into_fault(self, root: &Node<'_>) -> PlaybookFault {
        let place = self.place.unwrap_or(root.place);
        let mut path = String::new();
        for step in self.path.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        PlaybookFault {
            path,
            line: place.line,
            column: place.column,
            what: self.what,
            fix: self.fix,
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.fix)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(words: T) -> Misfit {
        Misfit::new(echo(&words.to_string()), "must be as the format says")
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Misfit {
        Misfit::new(format!("is {found}"), format!("must be {expected}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Misfit {
        Misfit::new(
            format!("is \"{}\"", echo(variant)),
            format!("must be one of {}", expected.join(", ")),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Misfit {
        let near = right_names(field, "key", expected.iter().copied());
        let fix = match near.starts_with("did you mean") {
            true => format!("{near} The keys here are {}", expected.join(", ")),
            false => format!("the keys here are {}", expected.join(", ")),
        };
        Misfit::new(format!("there is no key {}", echo(field)), fix)
    }

    fn missing_field(field: &'static str) -> Misfit {
        Misfit {
            lacks_a_key: true,
            ..Misfit::new(format!("the key {field} is missing"), "must be there")
        }
    }
}

/// The required keys of a mapping of the format, by the name of its struct.
fn required_keys(format: &str) -> impl Iterator<Item = &'static str> {
    static SCHEMA: LazyLock<serde_json::Value> = LazyLock::new(json_schema);
    let of_format = SCHEMA["$defs"].get(format).unwrap_or(&SCHEMA);
    let required = of_format["required"].as_array();
    let keys = required.into_iter().flatten();
    keys.filter_map(serde_json::Value::as_str)
}

#[derive(Clone, Copy)]
struct Fit<'de>(&'de Node<'de>);

impl<'de> Fit<'de> {
    fn must_be(self, what: &str) -> Misfit {
        Misfit::new(
            format!("is {}", self.0.value.kind()),
            format!("must be {what}"),
        )
        .at(self.0.place)
    }

    fn text(self, what: &str) -> Result<&'de str, Misfit> {
        match &self.0.value {
            Value::Scalar { text, .. } if !self.0.value.is_null() => Ok(text),
            _ => Err(self.must_be(what)),
        }
    }
}

impl<'de> Deserializer<'de> for Fit<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Scalar { text, .. } => visitor
                .visit_str(text)
                .map_err(|misfit: Misfit| misfit.at(self.0.place)),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Scalar { text, plain: true } if text == "true" => visitor.visit_bool(true),
            Value::Scalar { text, plain: true } if text == "false" => visitor.visit_bool(false),
            _ => Err(self.must_be("true or false")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        const WHAT: &str = "a whole number";
        let number = self.text(WHAT)?.parse();
        visitor.visit_i64(number.map_err(|_| self.must_be(WHAT))?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_str(self.text("a text")?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.value.is_null() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let items: &[Node<'_>] = match &self.0.value {
            Value::List(items) => items,
            value if value.is_null() => &[],
            _ => return Err(self.must_be("a list")),
        };
        visitor.visit_seq(Items { items, next: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let entries: &[Entry<'_>] = match &self.0.value {
            Value::Map(entries) => entries,
            value if value.is_null() => &[],
            _ => return Err(self.must_be("a mapping")),
        };
        let entries = Entries { entries, next: 0 };
        visitor
            .visit_map(entries)
            .map_err(|misfit| misfit.at(self.0.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Map(entries) => self
                .deserialize_map(visitor)
                .map_err(|misfit| misfit.with_all_missing(name, entries)),
            _ => Err(self.must_be(&format!("a mapping with the keys {}", fields.join(", ")))),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let text = self.text(&format!("one of {}", variants.join(", ")))?;
        visitor
            .visit_enum(text.into_deserializer())
            .map_err(|misfit: Misfit| misfit.at(self.0.place))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

struct Items<'de> {
    items: &'de [Node<'de>],
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let Some(item) = self.items.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        let value = seed.deserialize(Fit(item));
        value
            .map(Some)
            .map_err(|misfit| misfit.at(item.place).under(format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'de> {
    entries: &'de [Entry<'de>],
    next: usize,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        let Some(entry) = self.entries.get(self.next) else {
            return Ok(None);
        };
        let key: &str = &entry.key;
        let read = seed.deserialize(key.into_deserializer());
        read.map(Some)
            .map_err(|misfit: Misfit| misfit.at(entry.place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let Some(entry) = self.entries.get(self.next) else {
            return Err(de::Error::custom("a value without a key"));
        };
        self.next += 1;
        seed.deserialize(Fit(&entry.node))
            .map_err(|misfit| misfit.at(entry.node.place).under(echo(&entry.key)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len() - self.next)
    }
}
