//! Converts messages from and to the JSON form of proto3. Prost-reflect reads and writes values. Our code walks through
//! the request, so that all faults are reported together, each with its path.

use crate::grpc::status;
use crate::grpc::status::connect::malformed;
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use serde_json::{Map, Value as Json};
use signpost_domain::refusal::Faults;
use tonic::Status;

/// The bytes of the message in a JSON text. serde_json limits how deeply the text may be nested.
pub(super) fn read(descriptor: &MessageDescriptor, text: &[u8]) -> Result<Vec<u8>, Status> {
    let json: Result<Json, _> = serde_json::from_slice(text);
    let json = json.map_err(|error| malformed(&format!("the request is not JSON: {error}")))?;
    let Json::Object(fields) = json else {
        return Err(malformed("the request must be a JSON object"));
    };
    let mut faults = Faults::default();
    let message = message(descriptor, fields, "", &mut faults);
    match faults.is_empty() {
        true => Ok(message.encode_to_vec()),
        false => Err(status::faulty(&faults)),
    }
}

/// The JSON text of a message.
pub(super) fn write(descriptor: &MessageDescriptor, message: &[u8]) -> Result<Vec<u8>, Status> {
    let message = DynamicMessage::decode(descriptor.clone(), message);
    let message = message.map_err(|_| status::internal())?;
    serde_json::to_vec(&message).map_err(|_| status::internal())
}

fn message(
    descriptor: &MessageDescriptor,
    fields: Map<String, Json>,
    path: &str,
    faults: &mut Faults,
) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for (name, json) in fields {
        let at = |name: &str| match path {
            "" => name.to_owned(),
            _ => format!("{path}.{name}"),
        };
        let by_name = || descriptor.get_field_by_name(&name);
        let field = descriptor.get_field_by_json_name(&name).or_else(by_name);
        let Some(field) = field else {
            let what = format!("is not a field of {}", descriptor.name());
            faults.push(at(&name), what);
            continue;
        };
        // A null counts as absent.
        if json.is_null() {
            continue;
        }
        let path = at(field.name());
        if let Some(other) = set_before(&message, &field) {
            let what = match other == field {
                true => "is set twice, under both of its names".to_owned(),
                false => format!("must not be set together with {}", other.name()),
            };
            faults.push(path, what);
            continue;
        }
        let value = match json {
            Json::Array(items) if field.is_list() => list(&field, items, &path, faults),
            json => one(&field, json, &path, faults),
        };
        if let Some(value) = value {
            message.set_field(&field, value);
        }
    }
    message
}

/// A field that is set already and excludes this field: another field of its oneof, or the same field under its other
/// name. `None` if there is none.
fn set_before(message: &DynamicMessage, field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let is_set = |it: &FieldDescriptor| message.has_field(it);
    match field.containing_oneof() {
        Some(oneof) => oneof.fields().find(is_set),
        None => Some(field.clone()).filter(is_set),
    }
}

fn list(
    field: &FieldDescriptor,
    items: Vec<Json>,
    path: &str,
    faults: &mut Faults,
) -> Option<Value> {
    let mut values = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let path = format!("{path}[{place}]");
        match (nested(field), item) {
            (_, Json::Null) => faults.push(path, "must not be null"),
            (Some(descriptor), Json::Object(fields)) => {
                let item = message(&descriptor, fields, &path, faults);
                values.push(Value::Message(item));
            }
            (Some(_), _) => faults.push(path, "must be an object"),
            (None, item) => {
                let read = value(field, Json::Array(vec![item]), &path, faults);
                if let Some(Value::List(read)) = read {
                    values.extend(read);
                }
            }
        }
    }
    Some(Value::List(values))
}

fn one(field: &FieldDescriptor, json: Json, path: &str, faults: &mut Faults) -> Option<Value> {
    match (nested(field), json) {
        _ if field.is_list() => {
            faults.push(path, "must be a list");
            None
        }
        (Some(descriptor), Json::Object(fields)) => {
            let message = message(&descriptor, fields, path, faults);
            Some(Value::Message(message))
        }
        (Some(_), _) => {
            faults.push(path, "must be an object");
            None
        }
        (None, json) => value(field, json, path, faults),
    }
}

/// The type of a message whose fields are in a JSON object of their own. `None` for other fields: messages such as
/// times have a special form.
fn nested(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) if !field.is_map() => {
            Some(message).filter(|message| message.package_name() != "google.protobuf")
        }
        _ => None,
    }
}

/// A value without fields of its own, or a list of such values.
fn value(field: &FieldDescriptor, json: Json, path: &str, faults: &mut Faults) -> Option<Value> {
    let alone = Map::from_iter([(field.name().to_owned(), json)]);
    match DynamicMessage::deserialize(field.parent_message().clone(), Json::Object(alone)) {
        Ok(read) => Some(read.get_field(field).into_owned()),
        Err(error) => {
            let what = match field.kind() {
                Kind::Enum(kind) => {
                    let words: Vec<String> = kind.values().map(|it| it.name().to_owned()).collect();
                    format!("must be one of {}", words.join(", "))
                }
                _ => format!("cannot be read: {error}"),
            };
            faults.push(path, what);
            None
        }
    }
}
