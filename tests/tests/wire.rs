//! The contract, a line for each field, value and call: `proto/wire.txt`. A line that changes or goes breaks callers who
//! were built before it; one that comes does not. `UPDATE_EXPECT=1` writes it anew: read the difference.

use expect_test::{expect, expect_file};
use prost::Message;
use prost_reflect::{DescriptorPool, Value};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet, ServiceDescriptorProto,
};
use signpost_tests::Outcome;
use std::borrow::Cow;
use std::fmt::Write;

const PACKAGE: &str = "signpost.v1";

#[test]
fn the_contract_breaks_no_caller() -> Outcome {
    let set = FileDescriptorSet::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let mut lines = Lines::default();
    for file in set.file.iter().filter(|file| file.package() == PACKAGE) {
        lines.file(file)?;
    }
    expect_file![format!("{}/../proto/wire.txt", env!("CARGO_MANIFEST_DIR"))].assert_eq(&lines.0);
    Ok(())
}

/// What must not be logged is known by the contract alone, and no printer of messages shows it.
#[test]
fn personal_fields_are_marked_and_redacted() -> Outcome {
    let pool = DescriptorPool::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let personal = pool.get_extension_by_name("signpost.v1.personal");
    let personal = personal.ok_or("no option `personal`")?;
    let mut marked = String::new();
    let ours = pool.all_messages();
    for message in ours.filter(|message| message.package_name() == PACKAGE) {
        for field in message.fields() {
            let options = field.options();
            let is_on = |value: Cow<'_, Value>| value.as_bool().unwrap_or_default();
            let is_personal = is_on(options.get_extension(&personal));
            let is_redacted = options.get_field_by_name("debug_redact").is_some_and(is_on);
            let (message, field) = (message.name(), field.name());
            let is_secret = (message, field) == ("CreateTokenResponse", "bearer_token");
            assert_eq!(is_personal || is_secret, is_redacted, "{message} {field}");
            if is_personal {
                writeln!(marked, "{message} {field}")?;
            }
            // Whatever people write in words about a customer.
            let is_note = field == "note" && !message.contains("laybook");
            assert!(is_personal || !is_note, "{message} {field}");
        }
    }
    expect![[r#"
        ContactLink uri
        ContactLink title
        Fact text
        Fact integer
        Fact boolean
        Fact money_micros
        Fact instant
        Identity value
        Matter note
        ContactContext persona
        ContactContext sentiment_score
        ContactContext vulnerable
        ContactContext cannot_use
        BackupChunk packed_events
        RerouteContactRequest note
        EndContactRequest note
        AddCaseToContactRequest note
        CorrectContactCustomerRequest note
        CasePerson vulnerable
        CasePerson cannot_use
        CasePerson persona
        AddCaseNoteRequest text
        ResolveCaseRequest note
        ReopenCaseRequest note
        MergeCasesRequest note
        TimelineEntry text
        EraseCustomerRequest note
        Customer persona
        Customer value_micros
        Customer loyalty_years
        Customer vulnerable
        Customer cannot_use
        MergedCustomer note
        MergeCustomersRequest note
        UnmergeCustomerRequest note
        CustomerFilter search
        ContestedHandle compares_as
        CustomerErasedEvent note
        ContactRoutedEvent note
        ContactRoutedEvent vulnerable
        ContactRoutedEvent cannot_use
        ContactRoutedEvent persona
        ContactEndedEvent note
        CaseAddedToContactEvent note
        ContactCustomerCorrectedEvent note
        CloudEvent data
        CaseNotedEvent text
        CaseResolvedEvent note
        CaseReopenedEvent note
        CaseMergedEvent note
        CustomerMergedEvent note
        CustomerUnmergedEvent note
    "#]]
    .assert_eq(&marked);
    Ok(())
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn file(&mut self, file: &FileDescriptorProto) -> Outcome {
        for service in &file.service {
            self.service(service)?;
        }
        for message in &file.message_type {
            self.message(message.name(), message)?;
        }
        for named in &file.enum_type {
            self.values(named.name(), named)?;
        }
        Ok(())
    }

    fn service(&mut self, service: &ServiceDescriptorProto) -> Outcome {
        for call in &service.method {
            let (name, stream) = (
                call.name(),
                if call.server_streaming() {
                    "stream "
                } else {
                    ""
                },
            );
            let (from, to) = (short(call.input_type()), short(call.output_type()));
            writeln!(self.0, "{}.{name}({from}) -> {stream}{to}", service.name())?;
        }
        Ok(())
    }

    fn message(&mut self, name: &str, message: &DescriptorProto) -> Outcome {
        for field in &message.field {
            let (label, kind) = (label(field), kind(field)?);
            let choice = field.oneof_index.filter(|_| !field.proto3_optional());
            let choice =
                choice.and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?));
            let choice = choice
                .map(|it| format!(" of {}", it.name()))
                .unwrap_or_default();
            let (number, field) = (field.number(), field.name());
            writeln!(self.0, "{name} {field} = {number} {label}{kind}{choice}")?;
        }
        for inner in &message.nested_type {
            self.message(&format!("{name}.{}", inner.name()), inner)?;
        }
        for inner in &message.enum_type {
            self.values(&format!("{name}.{}", inner.name()), inner)?;
        }
        Ok(())
    }

    fn values(&mut self, name: &str, named: &EnumDescriptorProto) -> Outcome {
        for value in &named.value {
            writeln!(self.0, "{name} {} = {}", value.name(), value.number())?;
        }
        Ok(())
    }
}

fn label(field: &FieldDescriptorProto) -> &'static str {
    match field.label() {
        Label::Repeated => "repeated ",
        Label::Optional | Label::Required if field.proto3_optional() => "optional ",
        Label::Optional | Label::Required => "",
    }
}

fn kind(field: &FieldDescriptorProto) -> Outcome<String> {
    let kind = match field.r#type() {
        Type::Message | Type::Enum => return Ok(short(field.type_name()).to_owned()),
        kind => kind.as_str_name(),
    };
    let plain = kind
        .strip_prefix("TYPE_")
        .ok_or("a type without its prefix")?;
    Ok(plain.to_ascii_lowercase())
}

/// A name without the package that it is of, if that is ours.
fn short(name: &str) -> &str {
    let name = name.trim_start_matches('.');
    let ours = name
        .strip_prefix(PACKAGE)
        .and_then(|rest| rest.strip_prefix('.'));
    ours.unwrap_or(name)
}
