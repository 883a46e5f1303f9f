//! Messages as JSON: fields by the contract's names and in its order, enums by their words without the prefix, times as
//! RFC 3339, spans as seconds (`"240s"`), and beside each `…_micros` the same amount as a decimal text.
//!
//! An absent field is left out. A field that cannot be absent is always there, so that scripts need no defaults.

use super::words;
use crate::cli::failure::Failure;
use prost_reflect::{DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind};
use prost_reflect::{MapKey, ReflectMessage, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use signpost_client::v1;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A message that knows its name in the contract.
pub(crate) trait Named: prost::Message {
    /// The name, without the package.
    const NAME: &'static str;
}

macro_rules! named {
    ($($name:ident)+) => {
        $(impl Named for v1::$name { const NAME: &'static str = stringify!($name); })+
        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

named! {
    RouteContactResponse PreviewRouteResponse SelectRouteResponse RerouteContactResponse EndContactResponse
    GetContactResponse GetCaseResponse BatchGetCasesResponse BatchGetCustomersResponse
    AddCaseToContactResponse ReportQueueStatsResponse UpdateContactResponse CorrectContactCustomerResponse
    ListCaseTimelineResponse AddCaseNoteResponse UpdateCaseResponse ResolveCaseResponse ReopenCaseResponse
    MergeCasesResponse UnmergeCaseResponse LinkCasesResponse UnlinkCasesResponse
    UpsertCustomerResponse GetCustomerResponse LookUpCustomerResponse LinkIdentityResponse UnlinkIdentityResponse
    MergeCustomersResponse UnmergeCustomerResponse EraseCustomerResponse GetCustomerHistoryResponse
    ValidatePlaybookResponse PublishPlaybookResponse RollbackPlaybookResponse
    ListPlaybookPublicationsResponse GetPlaybookResponse
    GetReasonMenuResponse GetVocabularyResponse CountReasonsResponse
    ListCasesResponse ListContactsResponse ListCustomersResponse ListHandleConflictsResponse
    ContactAnswer DiffPlaybooksResponse
    CreateTokenResponse ListTokensResponse RevokeTokenResponse GetServerStatusResponse
    EventItem CaseItem ContactItem
}

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(signpost_proto::FILE_DESCRIPTOR_SET).ok());

/// The message as JSON over several lines.
///
/// # Errors
/// [`Failure::Other`] if the contract does not know the message; it always does.
pub(crate) fn pretty<M: Named>(message: &M) -> Result<String, Failure> {
    let shown = Embedded::of(message)?;
    serde_json::to_string_pretty(&shown).map_err(|error| Failure::Other(error.to_string()))
}

/// The message as JSON on one line.
///
/// # Errors
/// As [`pretty`].
pub(crate) fn line<M: Named>(message: &M) -> Result<String, Failure> {
    let shown = Embedded::of(message)?;
    serde_json::to_string(&shown).map_err(|error| Failure::Other(error.to_string()))
}

/// A CloudEvent as its own standard writes it, in structured mode, on one line; our cursor is an extension attribute.
///
/// # Errors
/// [`Failure::Other`] if its data is not JSON; it always is.
pub(crate) fn cloud_event(event: &v1::CloudEvent, cursor: &str) -> Result<String, Failure> {
    let other = |error: serde_json::Error| Failure::Other(error.to_string());
    let data: serde_json::Value = serde_json::from_str(&event.data).map_err(other)?;
    let shown = serde_json::json!({
        "specversion": event.specversion,
        "id": event.id,
        "source": event.source,
        "type": event.r#type,
        "subject": event.subject,
        "time": words::utc(event.time.as_ref()),
        "datacontenttype": event.datacontenttype,
        "cursor": cursor,
        "data": data,
    });
    serde_json::to_string(&shown).map_err(other)
}

/// A message that can be a part of a larger JSON document.
pub(crate) struct Embedded(DynamicMessage);

impl Embedded {
    /// Makes it from a message.
    ///
    /// # Errors
    /// [`Failure::Other`] if the contract does not know the message; it always does.
    pub(crate) fn of<M: Named>(message: &M) -> Result<Embedded, Failure> {
        let unknown = || Failure::Other(format!("the contract does not know {}", M::NAME));
        let pool = POOL.as_ref().ok_or_else(unknown)?;
        let descriptor = pool
            .get_message_by_name(&format!("signpost.v1.{}", M::NAME))
            .ok_or_else(unknown)?;
        DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
            .map(Embedded)
            .map_err(|_| unknown())
    }
}

impl Serialize for Embedded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown(&self.0).serialize(serializer)
    }
}

/// A message, written as a JSON object.
struct Shown<'a>(&'a DynamicMessage);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in self.0.descriptor().fields() {
            if field.supports_presence() && !self.0.has_field(&field) {
                continue;
            }
            let value = self.0.get_field(&field);
            map.serialize_entry(field.name(), &Item(&field, &value))?;
            if let (Some(name), Value::I64(micros)) =
                (field.name().strip_suffix("_micros"), &*value)
            {
                map.serialize_entry(name, &words::money_exact(*micros, ""))?;
            }
        }
        map.end()
    }
}

/// The value of a field.
struct Item<'a>(&'a FieldDescriptor, &'a Value);

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Item(field, value) = self;
        match value {
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::I32(number) => serializer.serialize_i32(*number),
            Value::I64(number) => serializer.serialize_i64(*number),
            Value::U32(number) => serializer.serialize_u32(*number),
            Value::U64(number) => serializer.serialize_u64(*number),
            Value::F32(number) => serializer.serialize_f32(*number),
            Value::F64(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::EnumNumber(number) => serializer.serialize_str(&enum_word(field, *number)),
            Value::Message(message) => message_value(message, serializer),
            Value::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Item(field, value))?;
                }
                list.end()
            }
            Value::Map(values) => {
                // Sorted by their keys, which are texts.
                let key = |key: &MapKey| key.as_str().map(str::to_owned);
                let values = values.iter();
                let values: Option<BTreeMap<String, &Value>> = values
                    .map(|(name, value)| Some((key(name)?, value)))
                    .collect();
                let values = values.ok_or_else(|| unknown("a map whose keys are no texts"))?;
                let mut map = serializer.serialize_map(Some(values.len()))?;
                for (name, value) in &values {
                    map.serialize_entry(name, &Item(field, value))?;
                }
                map.end()
            }
            // The contract has no such field.
            Value::Bytes(_) => Err(unknown("bytes")),
        }
    }
}

fn unknown<E: serde::ser::Error>(what: &str) -> E {
    E::custom(format_args!("{what} has no form"))
}

fn message_value<S: Serializer>(
    message: &DynamicMessage,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match message.descriptor().full_name() {
        "google.protobuf.Timestamp" => {
            let time = message.transcode_to::<prost_types::Timestamp>();
            let time = time.map_err(serde::ser::Error::custom)?;
            serializer.serialize_str(&words::utc(Some(&time)))
        }
        "google.protobuf.Duration" => {
            let span = message.transcode_to::<prost_types::Duration>();
            let span = span.map_err(serde::ser::Error::custom)?;
            serializer.serialize_str(&seconds(&span))
        }
        _ => Shown(message).serialize(serializer),
    }
}

/// A span of time in seconds: `240s`, `0.25s`.
fn seconds(span: &prost_types::Duration) -> String {
    let sign = if span.seconds < 0 || span.nanos < 0 {
        "-"
    } else {
        ""
    };
    let fraction = format!(".{:09}", span.nanos.unsigned_abs());
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{}{fraction}s", span.seconds.unsigned_abs())
}

/// The word of an enum's value, without the prefix that repeats the name of the enum. The number, if the word is not
/// known.
fn enum_word(field: &FieldDescriptor, number: i32) -> String {
    let Kind::Enum(descriptor) = field.kind() else {
        return number.to_string();
    };
    match descriptor.get_value(number) {
        Some(value) => {
            let prefix = prefix(&descriptor);
            let name = value.name();
            name.strip_prefix(&prefix).unwrap_or(name).to_owned()
        }
        None => number.to_string(),
    }
}

/// The prefix of an enum's words: `CONTACT_STATE_` for the enum `ContactState`.
fn prefix(descriptor: &EnumDescriptor) -> String {
    let mut prefix = String::new();
    for letter in descriptor.name().chars() {
        if letter.is_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_contract_knows_every_answer_and_every_enum_has_its_prefix() {
        let pool = POOL.as_ref().unwrap();
        for name in NAMES {
            let full = format!("signpost.v1.{name}");
            assert!(pool.get_message_by_name(&full).is_some(), "{name}");
        }
        let ours =
            |descriptor: &EnumDescriptor| descriptor.parent_file().package_name() == "signpost.v1";
        for descriptor in pool.all_enums().filter(ours) {
            for value in descriptor.values() {
                assert!(
                    value.name().starts_with(&prefix(&descriptor)),
                    "{}",
                    value.name()
                );
            }
        }
    }

    #[test]
    fn spans_keep_their_fractions() {
        let shown = |seconds_, nanos| {
            seconds(&prost_types::Duration {
                seconds: seconds_,
                nanos,
            })
        };
        assert_eq!(shown(240, 0), "240s");
        assert_eq!(shown(0, 250_000_000), "0.25s");
        assert_eq!(shown(0, -500_000_000), "-0.5s");
    }
}
