//! Messages without what is personal in them, for when nobody could prove who read it.

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind};
use prost_reflect::{MessageDescriptor, ReflectMessage, Value};
use signpost_proto::{FILE_DESCRIPTOR_SET, v1};
use std::collections::HashSet;
use std::sync::LazyLock;

/// The option of the contract that marks fields.
const MARK: &str = "signpost.v1.personal";
/// The field of a message that says whether its value is there.
const VALUE_STATE: &str = "value_state";

/// The full names of all fields that hold personal data, as the contract marks them. `None`: the contract that was
/// compiled in does not read.
static PERSONAL: LazyLock<Option<HashSet<String>>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok()?;
    let mark = pool.get_extension_by_name(MARK)?;
    let messages: Vec<MessageDescriptor> = pool.all_messages().collect();
    let fields = messages.iter().flat_map(MessageDescriptor::fields);
    let personal = fields.filter(|field| is_marked(field, &mark));
    Some(personal.map(|field| field.full_name().to_owned()).collect())
});

fn is_marked(field: &FieldDescriptor, mark: &ExtensionDescriptor) -> bool {
    field.options().get_extension(mark).as_bool() == Some(true)
}

/// The message with all personal fields taken out, in it and in what is in it. Where a message says whether its value
/// is there, it says that it is masked.
pub(crate) fn masked(mut message: DynamicMessage) -> DynamicMessage {
    mask(&mut message);
    message
}

fn mask(message: &mut DynamicMessage) {
    let set: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
    let mut had_personal = false;
    for field in set {
        let is_personal = PERSONAL
            .as_ref()
            .is_none_or(|personal| personal.contains(field.full_name()));
        if is_personal {
            message.clear_field(&field);
            had_personal = true;
        } else if matches!(field.kind(), Kind::Message(_)) {
            mask_value(message.get_field_mut(&field));
        }
    }
    let state = message.descriptor().get_field_by_name(VALUE_STATE);
    if let Some(state) = state.filter(|_| had_personal) {
        message.set_field(&state, Value::EnumNumber(v1::ValueState::Masked.into()));
    }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::Message(message) => mask(message),
        Value::List(values) => values.iter_mut().for_each(mask_value),
        Value::Map(values) => values.values_mut().for_each(mask_value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use prost::Message;

    #[test]
    fn personal_fields_are_taken_out_wherever_they_are() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let of = pool
            .get_message_by_name("signpost.v1.GetCustomerResponse")
            .unwrap();
        let answer = v1::GetCustomerResponse {
            customer: Some(v1::Customer {
                customer_id: "c1".to_owned(),
                identities: vec![v1::Identity {
                    kind: "email".to_owned(),
                    value: "anna@example.org".to_owned(),
                    verified: true,
                    value_state: v1::ValueState::Present.into(),
                    ..Default::default()
                }],
                ..Default::default()
            }),
            ..Default::default()
        };
        let message = DynamicMessage::decode(of, &*answer.encode_to_vec()).unwrap();
        let bytes = masked(message).encode_to_vec();
        let read = v1::GetCustomerResponse::decode(&*bytes).unwrap();
        let mut expected = answer;
        let identity = &mut expected.customer.as_mut().unwrap().identities[0];
        identity.value = String::new();
        identity.value_state = v1::ValueState::Masked.into();
        assert_eq!(read, expected);
        assert!(
            PERSONAL.as_ref().is_some_and(|it| it.len() > 30),
            "{PERSONAL:?}"
        );
    }
}
