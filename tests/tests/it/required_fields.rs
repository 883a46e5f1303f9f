//! What the contract marks as required is what a request is refused without.

use super::bench::Bench;
use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor, Value};
use signpost_tests::{Outcome, raw};
use std::collections::BTreeSet;
use tonic::Status;
use tonic_types::StatusExt;

const MARKS: &str = "google.api.field_behavior";
/// `google.api.FieldBehavior`.
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
/// What the server under test requires because its clock is external. A server with a clock of its own takes now.
const OF_EXTERNAL_CLOCK: &str = "event_time";

/// Whether a field has this mark.
fn has(pool: &DescriptorPool, field: &FieldDescriptor, mark: i32) -> bool {
    let marks = pool.get_extension_by_name(MARKS);
    let options = field.options();
    let told = marks.map(|marks| options.get_extension(&marks).into_owned());
    matches!(told, Some(Value::List(all)) if all.contains(&Value::EnumNumber(mark)))
}

/// The fields at the top of a message that have this mark.
fn marked(pool: &DescriptorPool, message: &MessageDescriptor, mark: i32) -> BTreeSet<String> {
    let fields = message.fields().filter(|field| has(pool, field, mark));
    fields.map(|field| field.name().to_owned()).collect()
}

/// A field that is required unless another one is set: `no_customer`.
const OR_ANOTHER: (&str, &str) = ("signpost.v1.CorrectContactCustomerRequest", "customer_id");

/// The fields at the top of a message that a refusal names. A choice of which nothing is set is no field.
fn refused(message: &MessageDescriptor, status: &Status) -> BTreeSet<String> {
    let bad = status.get_details_bad_request();
    let violations = bad.into_iter().flat_map(|bad| bad.field_violations);
    let top = violations.map(|violation| {
        let first = violation.field.split(['.', '[']).next();
        first.unwrap_or_default().to_owned()
    });
    let fields = top.filter(|name| !message.oneofs().any(|choice| choice.name() == name));
    let another = |name: &str| (message.full_name(), name) == OR_ANOTHER;
    fields
        .filter(|name| name != OF_EXTERNAL_CLOCK && !another(name))
        .collect()
}

#[tokio::test]
async fn an_empty_request_is_refused_for_its_required_fields_and_no_others() -> Outcome {
    let bench = Bench::new().await?;
    let pool = DescriptorPool::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let (mut with, mut without) = (0, 0);
    let mut wrong = Vec::new();
    for service in pool.services() {
        for call in service.methods() {
            let (name, input) = (call.full_name(), call.input());
            let required = marked(&pool, &input, REQUIRED);
            assert!(
                marked(&pool, &input, OUTPUT_ONLY).is_empty(),
                "{name} takes what only the server sets"
            );
            if call.is_server_streaming() {
                assert!(required.is_empty(), "{name}");
                continue;
            }
            let path = format!("/{}/{}", service.full_name(), call.name());
            let answer = raw::call(bench.server.channel(), &path, Vec::new()).await;
            let missed = match answer {
                Ok(_) => BTreeSet::new(),
                Err(status) => refused(&input, &status),
            };
            if missed != required {
                wrong.push(format!(
                    "{name}: refused for {missed:?}, marked {required:?}"
                ));
            }
            match required.is_empty() {
                true => without += 1,
                false => with += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(with > 25 && without > 5, "{with}, {without}");
    bench.unchanged().await
}

/// What a request can change is not marked as set by the server alone.
#[test]
fn what_a_mask_can_name_is_not_output_only() -> Outcome {
    let pool = DescriptorPool::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let of = |name: &str| {
        let message = pool.get_message_by_name(name);
        message.map(|message| marked(&pool, &message, OUTPUT_ONLY))
    };
    let case = of("signpost.v1.Case").ok_or("no Case")?;
    let customer = of("signpost.v1.Customer").ok_or("no Customer")?;
    for field in ["confirmed_reason", "legal_hold", "retain_until_time"] {
        assert!(!case.contains(field), "{field}");
    }
    for field in ["state", "etag", "sequence", "contacts", "stated_reason"] {
        assert!(case.contains(field), "{field}");
    }
    let set_by_server = [
        "contact_count",
        "create_time",
        "etag",
        "merged",
        "merged_into_customer_id",
        "sequence",
    ];
    assert!(customer.iter().eq(set_by_server), "{customer:?}");
    Ok(())
}
