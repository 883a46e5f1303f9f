//! Routes, guards and the last resort as written.

use super::parts::{Decimal, Entries, Id, Span};
use crate::route::{Medium, Route};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// One route of a reason. A key that is left out is inherited: it is that of the primary reason, or else that of the
/// playbook. In the end each route needs `cost`, `resolves`, and `flow` (self_service) or `queue` (all others).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct RouteFile {
    /// The flow; only for self_service. Default: inherited.
    #[serde(default)]
    pub(in crate::playbook) flow: Option<Id>,
    /// The queue; for every other route. One queue, or a mapping from brands, channels, media or languages to queues.
    /// The first that fits is taken, in this order, and `default` if none fits. Default: inherited.
    #[serde(default)]
    #[schemars(extend("examples" = ["desk", {"phone": "calls", "nl": "dutch_desk", "default": "desk"}]))]
    pub(in crate::playbook) queue: Option<QueueChoice>,
    /// What handling one contact costs, in the playbook's currency; 0 or more. Default: inherited.
    #[serde(default)]
    pub(in crate::playbook) cost: Option<Decimal>,
    /// The chance that it settles the matter, from 0 to 1. Default: inherited.
    #[serde(default)]
    pub(in crate::playbook) resolves: Option<Decimal>,
    /// How long it takes from the end of the wait until the matter is settled; at most 30d. It counts only for a reason
    /// with a `deadline`. Default: inherited, or else 5m for self_service and the handle time of the queue for other
    /// routes.
    #[serde(default)]
    pub(in crate::playbook) takes: Option<Span>,
    /// More facts that must be known before help starts by this route; at most 16. Default: inherited, or else none.
    #[serde(default)]
    pub(in crate::playbook) facts: Option<Vec<Id>>,
    /// The consent that the customer must have given. Default: inherited, or else none.
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

/// Routes that some customers do not get.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct GuardsFile {
    /// Routes that a customer who asked for a person does not get. At least one route to people must be left. Default:
    /// self_service.
    #[serde(default)]
    pub(in crate::playbook) asked_for_person: Option<Vec<Route>>,
    /// Routes that a vulnerable customer does not get. At least one route to people must be left. Default:
    /// self_service.
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

/// Where a contact goes when no route is left.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct LastResortFile {
    /// The route: any but self_service.
    pub(in crate::playbook) route: Route,
    /// The queue. Default: none, it is required.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// The media of the channels that the entry is for: one, or a list. Default: any.
    #[serde(default)]
    pub(in crate::playbook) medium: Media,
    /// What handling one contact costs, in the playbook's currency; 0 or more. Default: the cost of this route in the
    /// contact's reason, or else the mean over the reasons that have the route.
    #[serde(default)]
    pub(in crate::playbook) cost: Option<Decimal>,
    /// The chance that it settles the matter, from 0 to 1. Default: taken from the reasons in the same way as `cost`.
    #[serde(default)]
    pub(in crate::playbook) resolves: Option<Decimal>,
    /// The consent that the customer must have given. Default: none.
    #[serde(default)]
    pub(in crate::playbook) consent: Option<Id>,
    /// How long it takes from the end of the wait until the matter is settled; at most 30d. Default: that of this route
    /// in the contact's reason, or else the handle time of the queue.
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
