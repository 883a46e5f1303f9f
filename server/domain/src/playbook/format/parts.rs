//! The small parts of a playbook as written: ids, decimals, spans, maps that keep their order.

use crate::ids::SLUG_BYTES_MAX;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// An id, not checked yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(in crate::playbook) struct Id(pub(in crate::playbook) String);

/// A decimal as the text that was written: exact, quoted or not.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::playbook) struct Decimal(pub(in crate::playbook) String);

/// A span of time as written: `1h30m`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::playbook) struct Span(pub(in crate::playbook) String);

/// A mapping whose order is kept.
#[derive(Debug)]
pub(in crate::playbook) struct Entries<K, T>(pub(in crate::playbook) Vec<(K, T)>);

/// A column of a rule: one id or a list of them.
#[derive(Debug, Default)]
pub(in crate::playbook) struct Columns {
    /// The ids.
    pub(in crate::playbook) ids: Vec<String>,
    /// Whether they were written as a list.
    pub(in crate::playbook) is_list: bool,
}

impl<K, T> Default for Entries<K, T> {
    fn default() -> Entries<K, T> {
        Entries(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Entries<K, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<K, T>, D::Error> {
        struct InOrder<K, T>(PhantomData<(K, T)>);

        impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for InOrder<K, T> {
            type Value = Entries<K, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or_default());
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Columns, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Columns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one id or a list of ids")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Columns, E> {
                Ok(Columns {
                    ids: vec![text.to_owned()],
                    is_list: false,
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Columns, A::Error> {
                let ids = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Columns { ids, is_list: true })
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

const SLUG_PATTERN: &str = "^[a-z][a-z0-9_]*$";

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Lower-case letters, digits and _, starting with a letter.",
            "type": "string",
            "pattern": SLUG_PATTERN,
            "maxLength": SLUG_BYTES_MAX,
        })
    }
}

impl JsonSchema for Decimal {
    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A decimal such as 4.10, read exactly as written.",
            "type": ["number", "string"],
            "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
            "examples": [4.10, "0.65"],
        })
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time: whole numbers of d, h, m, s, the largest first.",
            "type": "string",
            "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
            "minLength": 2,
            "examples": ["20s", "1h30m", "7d"],
        })
    }
}

impl<K: JsonSchema, T: JsonSchema> JsonSchema for Entries<K, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_by_{}", T::schema_name(), K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": generator.subschema_for::<K>(),
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

impl JsonSchema for Columns {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Columns".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}
