//! Routes, guards and the last resort as written.

use super::parts::{Decimal, Entries, Id, Span};
use crate::route::{Medium, Route};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What one route of a reason is like. A key that is left out is that of the primary reason, and then that of the
/// playbook; in the end there must be cost, resolves, and the flow or the queue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct RouteFile {
    /// The flow, for self_service only. Left out: that of the primary reason, then of the playbook.
    #[serde(default)]
    pub(in crate::playbook) flow: Option<Id>,
    /// The waiting line, for every other route: one, or one by brand, channel, medium or language, of which the first
    /// in that order that fits is taken, and `default` where none does. Left out: that of the primary reason, then of
    /// the playbook.
    #[serde(default)]
    #[schemars(extend("examples" = ["desk", {"phone": "calls", "nl": "dutch_desk", "default": "desk"}]))]
    pub(in crate::playbook) queue: Option<QueueChoice>,
    /// What handling costs, in the playbook's currency. Left out: as with the queue.
    #[serde(default)]
    pub(in crate::playbook) cost: Option<Decimal>,
    /// How likely it resolves, from 0 to 1. Left out: as with the queue.
    #[serde(default)]
    pub(in crate::playbook) resolves: Option<Decimal>,
    /// How long it takes from when the wait is over until the matter is settled; looked at where the reason has a
    /// deadline. Left out: 5m for self_service, else the handle time of the queue.
    #[serde(default)]
    pub(in crate::playbook) takes: Option<Span>,
    /// What else must be known for it. Left out: as with the queue, and nothing in the end.
    #[serde(default)]
    pub(in crate::playbook) facts: Option<Vec<Id>>,
    /// The consent without which it is not allowed. Left out: as with the queue, and none in the end.
    #[serde(default)]
    pub(in crate::playbook) consent: Option<Id>,
}

/// The waiting line of a route.
#[derive(Debug)]
pub(in crate::playbook) enum QueueChoice {
    /// The same for all.
    One(Id),
    /// By channel, brand, medium or language, and `default`.
    By(Entries<String, Id>),
}

/// Which routes are taken away from whom.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct GuardsFile {
    /// From who asked for a person. Left out: self_service.
    #[serde(default)]
    pub(in crate::playbook) asked_for_person: Option<Vec<Route>>,
    /// From who is vulnerable. Left out: self_service.
    #[serde(default)]
    pub(in crate::playbook) vulnerable: Option<Vec<Route>>,
}

/// Where contacts go when nothing else is allowed.
#[derive(Debug)]
pub(in crate::playbook) struct LastResorts {
    /// In the order written.
    pub(in crate::playbook) entries: Vec<LastResortFile>,
    /// Whether they were written as a list.
    pub(in crate::playbook) is_list: bool,
}

/// Where a contact goes when nothing else is allowed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct LastResortFile {
    /// How we help then: any route but self_service.
    pub(in crate::playbook) route: Route,
    /// Which waiting line. Left out: refused.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// For contacts by channels of this medium, or of these. Left out: any.
    #[serde(default)]
    pub(in crate::playbook) medium: Media,
    /// What handling costs. Left out: what the reason says of the route, or else the mean of the reasons that have it.
    #[serde(default)]
    pub(in crate::playbook) cost: Option<Decimal>,
    /// How likely it resolves, from 0 to 1. Left out: as with the cost.
    #[serde(default)]
    pub(in crate::playbook) resolves: Option<Decimal>,
    /// The consent without which it is not allowed. Left out: none.
    #[serde(default)]
    pub(in crate::playbook) consent: Option<Id>,
    /// How long it takes from when the wait is over until the matter is settled. Left out: the handle time of the
    /// queue.
    #[serde(default)]
    pub(in crate::playbook) takes: Option<Span>,
}

/// One medium or a list of them.
#[derive(Debug, Default)]
pub(in crate::playbook) struct Media(pub(in crate::playbook) Vec<Medium>);

impl<'de> Deserialize<'de> for QueueChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<QueueChoice, D::Error> {
        struct OneOrBy;

        impl<'de> Visitor<'de> for OneOrBy {
            type Value = QueueChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a queue, or a mapping such as {phone: calls, default: desk}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<QueueChoice, E> {
                Ok(QueueChoice::One(Id(text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QueueChoice, A::Error> {
                Entries::deserialize(MapAccessDeserializer::new(map)).map(QueueChoice::By)
            }
        }

        deserializer.deserialize_any(OneOrBy)
    }
}

impl<'de> Deserialize<'de> for LastResorts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LastResorts, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = LastResorts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping with route and queue, or a list of such")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LastResorts, A::Error> {
                let entry = LastResortFile::deserialize(MapAccessDeserializer::new(map))?;
                Ok(LastResorts {
                    entries: vec![entry],
                    is_list: false,
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<LastResorts, A::Error> {
                let entries = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(LastResorts {
                    entries,
                    is_list: true,
                })
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

impl<'de> Deserialize<'de> for Media {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Media, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Media;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one medium or a list of media")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Media, E> {
                Medium::deserialize(StrDeserializer::new(text)).map(|medium| Media(vec![medium]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Media, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Media)
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

impl JsonSchema for QueueChoice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "QueueChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let queue = generator.subschema_for::<Id>();
        json_schema!({
            "anyOf": [
                queue,
                { "type": "object", "additionalProperties": queue, "minProperties": 1 },
            ],
        })
    }
}

impl JsonSchema for LastResorts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "LastResorts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<LastResortFile>();
        json_schema!({
            "anyOf": [
                entry,
                { "type": "array", "items": entry, "minItems": 1 },
            ],
        })
    }
}

impl JsonSchema for Media {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Media".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let medium = generator.subschema_for::<Medium>();
        json_schema!({
            "anyOf": [
                medium,
                { "type": "array", "items": medium },
            ],
        })
    }
}
