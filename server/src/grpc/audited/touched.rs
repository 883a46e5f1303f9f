//! What a message is about: the ids in it, by the names of its fields. No values.

use prost::encoding::{DecodeContext, WireType, decode_key, skip_field};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use signpost_audit::{AuditRecord, Touched};
use std::collections::HashSet;

/// The maximum number of ids of a record.
pub(crate) const IDS_MAX: usize = 64;
/// The maximum number of bytes of an id in a record.
pub(crate) const ID_BYTES_MAX: usize = 256;
/// The field of a request for a list that has its filters.
const FILTER: &str = "filter";
/// The field of a request that names the fields to change.
const UPDATE_MASK: &str = "update_mask";
/// How deep messages are looked into for ids.
const DEPTH_MAX: usize = 3;

/// The names of the fields that are set, and of those of a filter.
pub(super) fn fields(message: &DynamicMessage) -> Vec<String> {
    let mut names = Vec::new();
    for (field, value) in message.fields() {
        let name = field.name();
        match value {
            Value::Message(filter) if name == FILTER => {
                let filters = filter.fields();
                names.extend(filters.map(|(field, _)| format!("{FILTER}.{}", field.name())));
            }
            _ => names.push(name.to_owned()),
        }
    }
    names
}

/// Whether the mask of a request names one of these fields.
pub(super) fn updates(message: &DynamicMessage, fields: &[&str]) -> bool {
    let mask = message.get_field_by_name(UPDATE_MASK);
    let mask = mask.as_deref().and_then(Value::as_message);
    let paths = mask.and_then(|mask| mask.get_field_by_name("paths"));
    let paths = paths.as_deref().and_then(Value::as_list);
    let mut paths = paths.into_iter().flatten().filter_map(Value::as_str);
    paths.any(|path| fields.contains(&path))
}

/// The ids in a message. Lists of messages are not looked into.
pub(super) fn of(message: &DynamicMessage) -> Touched {
    let mut touched = Touched::default();
    collect(&mut touched, message, 0);
    touched
}

fn collect(into: &mut Touched, message: &DynamicMessage, depth: usize) {
    for (field, value) in message.fields() {
        match value {
            Value::String(id) => add_id(into, field.name(), id),
            Value::List(ids) => {
                for id in ids.iter().filter_map(Value::as_str) {
                    add_id(into, field.name(), id);
                }
            }
            Value::Message(inner) if depth < DEPTH_MAX => collect(into, inner, depth + 1),
            _ => {}
        }
    }
}

fn add_id(into: &mut Touched, field: &str, id: &str) {
    let name = field.strip_suffix('s').unwrap_or(field);
    let all = [&into.customers, &into.contacts, &into.cases, &into.tokens];
    let count: usize = all.map(Vec::len).iter().sum();
    let ids = match name {
        _ if name.ends_with("customer_id") => &mut into.customers,
        _ if name.ends_with("contact_id") => &mut into.contacts,
        _ if name.ends_with("case_id") => &mut into.cases,
        "token_id" => &mut into.tokens,
        _ => return,
    };
    let is_end = |end: &usize| id.is_char_boundary(*end);
    let end = (0..=id.len().min(ID_BYTES_MAX)).rev().find(is_end);
    let id = &id[..end.unwrap_or(0)];
    if id.is_empty() || ids.iter().any(|known| known == id) {
        return;
    }
    match count < IDS_MAX {
        true => ids.push(id.to_owned()),
        false => into.omitted += 1,
    }
}

/// Adds to the record of a request what its answer told: its ids, which take the place of those of the request, and how
/// many items it has.
pub(super) fn add(record: &mut AuditRecord, (message, items): (Option<DynamicMessage>, u64)) {
    record.count = (items > 0).then_some(items);
    let Some(message) = message else {
        return;
    };
    let told = of(&message);
    for (of_record, told) in [
        (&mut record.touched.customers, told.customers),
        (&mut record.touched.contacts, told.contacts),
        (&mut record.touched.cases, told.cases),
        (&mut record.touched.tokens, told.tokens),
    ] {
        if !told.is_empty() {
            *of_record = told;
        }
    }
    record.touched.omitted = record.touched.omitted.max(told.omitted);
}

/// How many items the lists of messages of an answer have together.
pub(super) fn count(bytes: &[u8], of: &MessageDescriptor) -> u64 {
    let lists = of
        .fields()
        .filter(|field| field.is_list() && matches!(field.kind(), Kind::Message(_)));
    let lists: HashSet<u32> = lists.map(|field| field.number()).collect();
    fields_where(bytes, |tag| lists.contains(&tag))
}

/// How many fields a message has.
pub(super) fn fields_of(bytes: &[u8]) -> u64 {
    fields_where(bytes, |_| true)
}

fn fields_where(mut bytes: &[u8], is_counted: impl Fn(u32) -> bool) -> u64 {
    let mut count = 0;
    while !bytes.is_empty() {
        let Ok((tag, wire)) = decode_key(&mut bytes) else {
            break;
        };
        let context = DecodeContext::default();
        if skip_field(wire, tag, &mut bytes, context).is_err() {
            break;
        }
        count += u64::from(wire == WireType::LengthDelimited && is_counted(tag));
    }
    count
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::contract::AuditedContract;
    use super::*;
    use prost::Message;
    use signpost_proto::v1;

    fn dynamic(call: &str, message: &impl Message) -> (DynamicMessage, u64) {
        let contract = AuditedContract::new().unwrap();
        let output = &contract.of(call).unwrap().output;
        let bytes = message.encode_to_vec();
        let read = DynamicMessage::decode(output.clone(), &*bytes).unwrap();
        (read, count(&bytes, output))
    }

    #[test]
    fn an_answer_tells_its_ids_and_nothing_else() {
        let case = v1::Case {
            case_id: "case_7".to_owned(),
            customer_id: "c1".to_owned(),
            ..Default::default()
        };
        let answer = v1::GetCaseResponse {
            case: Some(case.clone()),
            ..Default::default()
        };
        let (message, items) = dynamic("CaseService/GetCase", &answer);
        let touched = of(&message);
        assert_eq!(
            (touched.customers, touched.cases),
            (vec!["c1".into()], vec!["case_7".into()])
        );
        assert_eq!(items, 0);
        let answer = v1::ListCasesResponse {
            cases: vec![case; 3],
            ..Default::default()
        };
        let (message, items) = dynamic("CaseService/ListCases", &answer);
        assert_eq!((of(&message), items), (Touched::default(), 3));
    }

    #[test]
    fn many_ids_are_counted_and_long_ones_are_cut() {
        let mut touched = Touched::default();
        for n in 0..IDS_MAX + 5 {
            add_id(&mut touched, "customer_ids", &n.to_string());
        }
        assert_eq!((touched.customers.len(), touched.omitted), (IDS_MAX, 5));
        let mut touched = Touched::default();
        add_id(&mut touched, "contact_id", &"ü".repeat(ID_BYTES_MAX));
        assert_eq!(touched.contacts[0].len(), ID_BYTES_MAX);
        add_id(&mut touched, "request_id", "r");
        assert_eq!(touched.contacts.len(), 1);
    }
}
