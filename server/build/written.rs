//! Generates the types that write the stored messages. The types borrow from the values of the domain, hold each field
//! once, and encode in one pass. The numbers and the order of the fields come from the descriptors.

use protox::prost_reflect::{
    DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor, Value,
};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The Rust code of all messages of a package.
pub(crate) fn code(pool: &DescriptorPool, package: &str) -> Result<String, std::fmt::Error> {
    let messages = pool.all_messages();
    let mut code = String::new();
    for message in messages.filter(|message| message.package_name() == package) {
        write_message(&mut code, &message)?;
    }
    Ok(code)
}

fn write_message(code: &mut String, message: &MessageDescriptor) -> std::fmt::Result {
    let name = message.name();
    let life = life(borrows(message));
    writeln!(
        code,
        "#[derive(Default)]\npub(in crate::codec) struct {name}{life} {{"
    )?;
    for part in parts(message) {
        let (name, rust) = match &part {
            Part::Field(field) => (field.name().to_owned(), field_type(field)),
            Part::Oneof(oneof) => (
                oneof.name().to_owned(),
                format!("Option<{}>", oneof_type(oneof)),
            ),
        };
        writeln!(code, "    pub(in crate::codec) {name}: {rust},")?;
    }
    let life = if life.is_empty() { "" } else { "<'_>" };
    writeln!(code, "}}\nimpl Encodable for {name}{life} {{")?;
    let w = if message.fields().len() == 0 {
        "_"
    } else {
        "w"
    };
    writeln!(code, "    fn write(&self, {w}: &mut MessageWriter) {{")?;
    for part in parts(message) {
        match &part {
            Part::Field(field) => write_field(code, field)?,
            Part::Oneof(oneof) => write_oneof(code, oneof)?,
        }
    }
    writeln!(code, "    }}\n}}")?;
    write_oneofs(code, message)
}

/// Writes the types of the oneofs of a message, in a module with the name of the message. Writes nothing if the message
/// has no oneof.
fn write_oneofs(code: &mut String, message: &MessageDescriptor) -> std::fmt::Result {
    let mut oneofs = message
        .oneofs()
        .filter(|oneof| !oneof.is_synthetic())
        .peekable();
    if oneofs.peek().is_none() {
        return Ok(());
    }
    let module = snake(message.name());
    writeln!(
        code,
        "pub(in crate::codec) mod {module} {{\n    use super::*;"
    )?;
    for oneof in oneofs {
        let name = camel(oneof.name());
        let life = life(oneof.fields().any(|field| field_borrows(&field)));
        writeln!(code, "    pub(in crate::codec) enum {name}{life} {{")?;
        for field in oneof.fields() {
            writeln!(
                code,
                "        {}({}),",
                camel(field.name()),
                one_type(&field)
            )?;
        }
        writeln!(code, "    }}")?;
    }
    writeln!(code, "}}")
}

/// A part of a message: a single field, or a oneof, which is a group of fields where at most one is set.
enum Part {
    Field(FieldDescriptor),
    Oneof(OneofDescriptor),
}

/// The parts of a message in the order of the field numbers. A oneof has the place of its first field.
fn parts(message: &MessageDescriptor) -> Vec<Part> {
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    fields.sort_by_key(FieldDescriptor::number);
    let mut seen = BTreeSet::new();
    let part = |field: FieldDescriptor| match oneof_of(&field) {
        Some(oneof) => seen
            .insert(oneof.name().to_owned())
            .then_some(Part::Oneof(oneof)),
        None => Some(Part::Field(field)),
    };
    fields.into_iter().filter_map(part).collect()
}

/// The oneof of a field in the proto file; `None` for a field outside every oneof. The oneof that protobuf makes for an
/// `optional` field does not count.
fn oneof_of(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

fn borrows(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| field_borrows(&field))
}

fn field_borrows(field: &FieldDescriptor) -> bool {
    match field.kind() {
        Kind::String | Kind::Bytes => true,
        Kind::Message(message) => borrows(&message),
        _ => false,
    }
}

fn life(borrows: bool) -> &'static str {
    if borrows { "<'a>" } else { "" }
}

fn oneof_type(oneof: &OneofDescriptor) -> String {
    let module = snake(oneof.parent_message().name());
    let life = life(oneof.fields().any(|field| field_borrows(&field)));
    format!("{module}::{}{life}", camel(oneof.name()))
}

fn field_type(field: &FieldDescriptor) -> String {
    let one = one_type(field);
    match (field.is_list(), field.supports_presence()) {
        (true, _) => format!("Vec<{one}>"),
        (false, true) => format!("Option<{one}>"),
        (false, false) => one,
    }
}

fn one_type(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Bool => "bool".into(),
        Kind::Int32 | Kind::Sint32 | Kind::Enum(_) => "i32".into(),
        Kind::Int64 | Kind::Sint64 => "i64".into(),
        Kind::Uint32 => "u32".into(),
        Kind::Uint64 => "u64".into(),
        Kind::String => "Cow<'a, str>".into(),
        Kind::Bytes => "Cow<'a, [u8]>".into(),
        Kind::Message(message) => format!("{}{}", message.name(), life(borrows(&message))),
        kind => unreachable!("no stored message has a field of the kind {kind:?}"),
    }
}

/// Writes the code that writes a field outside every oneof.
fn write_field(code: &mut String, field: &FieldDescriptor) -> std::fmt::Result {
    let (name, number) = (field.name(), field.number());
    let is_varint = varint(field, "").is_some();
    match (field.is_list(), field.supports_presence()) {
        (true, _) if is_varint => {
            let value = varint(field, "*value").unwrap_or_default();
            writeln!(
                code,
                "w.packed({number}, self.{name}.iter().map(|value| {value}));"
            )
        }
        (true, _) => {
            let write = write_one(field, "value");
            writeln!(code, "for value in &self.{name} {{ {write} }}")
        }
        (false, true) => {
            let write = write_one(field, "value");
            writeln!(code, "if let Some(value) = &self.{name} {{ {write} }}")
        }
        (false, false) => match varint(field, &format!("self.{name}")) {
            Some(value) => writeln!(code, "w.number({number}, {value});"),
            None => {
                let write = write_one(field, &format!("self.{name}"));
                writeln!(code, "if !self.{name}.is_empty() {{ {write} }}")
            }
        },
    }
}

/// The number of the field that pads where a field was taken out. A message whose fields may take two bytes reserves
/// one that has a short tag.
fn padding(message: &MessageDescriptor) -> u32 {
    const SHORT: u32 = 15;
    const LONG: u32 = 2_047;
    let mut reserved = message.reserved_ranges();
    match reserved.any(|range| range.contains(&SHORT)) {
        true => SHORT,
        false => LONG,
    }
}

/// The value of an option of a field that `seal.proto` declares.
fn option(field: &FieldDescriptor, name: &str) -> Option<Value> {
    let name = format!("{}.{name}", field.parent_file().package_name());
    let extension = field.parent_pool().get_extension_by_name(&name)?;
    let options = field.options();
    let is_set = options.has_extension(&extension);
    is_set.then(|| options.get_extension(&extension).into_owned())
}

/// The expression of whose a field is; `None` if it is not personal.
fn owner(field: &FieldDescriptor) -> Option<String> {
    const CUSTOMER: i32 = 2;
    let seal = option(field, "seal").and_then(|seal| seal.as_enum_number());
    let by = option(field, "seal_by");
    let by = by.as_ref().and_then(Value::as_str);
    match (seal, by) {
        (None, None) => None,
        (Some(CUSTOMER), Some(by)) => Some(format!("Owner::CustomerAnd(self.{by})")),
        (_, Some(by)) => Some(format!("Owner::Record(self.{by})")),
        (Some(CUSTOMER), None) => Some("Owner::Customer".into()),
        (Some(_), None) => Some("Owner::Subject".into()),
    }
}

/// The code that writes a field, as code that takes it out if it is personal.
fn taken_out(field: &FieldDescriptor, write: String) -> String {
    match owner(field) {
        None => write,
        Some(owner) => {
            let padding = padding(field.parent_message());
            format!("w.personal({owner}, {padding}, |w| {{ {write} }});")
        }
    }
}

fn write_oneof(code: &mut String, oneof: &OneofDescriptor) -> std::fmt::Result {
    let module = snake(oneof.parent_message().name());
    let (name, of) = (oneof.name(), camel(oneof.name()));
    writeln!(code, "if let Some(one) = &self.{name} {{ match one {{")?;
    for field in oneof.fields() {
        let (variant, write) = (camel(field.name()), write_one(&field, "value"));
        writeln!(code, "{module}::{of}::{variant}(value) => {{ {write} }}")?;
    }
    writeln!(code, "}} }}")
}

/// The code that writes one value, even if the value is zero or empty. `value` is the expression of the value: a
/// reference or a place.
fn write_one(field: &FieldDescriptor, value: &str) -> String {
    let number = field.number();
    let write = match field.kind() {
        Kind::String => format!("w.bytes({number}, {value}.as_bytes());"),
        Kind::Bytes => format!("w.bytes({number}, &{value});"),
        Kind::Message(_) => format!("w.message({number}, |w| {value}.write(w));"),
        _ => {
            let value = varint(field, &format!("*{value}")).unwrap_or_default();
            format!("w.present({number}, {value});")
        }
    };
    taken_out(field, write)
}

/// The expression that converts a value to the number of its varint. `None` if the type of the field is not a varint.
fn varint(field: &FieldDescriptor, value: &str) -> Option<String> {
    match field.kind() {
        Kind::Bool | Kind::Uint32 => Some(format!("u64::from({value})")),
        Kind::Uint64 => Some(value.to_owned()),
        Kind::Int32 | Kind::Enum(_) => Some(format!("i64::from({value}) as u64")),
        Kind::Int64 => Some(format!("{value} as u64")),
        Kind::Sint32 => Some(format!("zigzag(i64::from({value}))")),
        Kind::Sint64 => Some(format!("zigzag({value})")),
        _ => None,
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn camel(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    name.split('_').map(word).collect()
}
