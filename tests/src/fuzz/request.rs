//! Requests into a live server: messages of the contract whose fields are chosen by the bytes, and page tokens, cursors
//! and the like that are any text. Whatever comes, the server answers, and never says that it is at fault.

use crate::server::{FLIGHTS, TestServer};
use crate::{Outcome, raw};
use arbitrary::Unstructured;
use prost::Message;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    MethodDescriptor, Value,
};
use signpost_client::{request_id, v1};
use signpost_server::engine::Clock;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::{Code, Request, Status};

/// The calls that one input makes at most.
const CALLS_MAX: usize = 6;
/// How deep messages are in messages.
const DEPTH_MAX: usize = 6;
/// The most items of a list.
const ITEMS_MAX: usize = 4;
/// How long the first message of a watch is waited for: some never send one.
const WATCH_TIME: Duration = Duration::from_millis(5);
/// The answers whose ids and tokens are used again.
const SEEN_MAX: usize = 64;
/// The message of the calls before, for a failure.
const LATEST_MAX: usize = 8;

/// The server and what it said.
struct Live {
    runtime: Runtime,
    server: TestServer,
    calls: Vec<MethodDescriptor>,
    /// Texts of answers: ids of cases, page tokens, cursors, revisions, etags.
    seen: Vec<String>,
    latest: Vec<String>,
}

static LIVE: Mutex<Option<Live>> = Mutex::new(None);

/// Stops the server, whose folder must be sound.
pub(super) fn finish() -> Outcome {
    let live = LIVE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(Live {
        runtime, server, ..
    }) = live
    else {
        return Ok(());
    };
    runtime.block_on(server.finish())?;
    Ok(())
}

fn with_live(feed: impl FnOnce(&mut Live)) {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    feed(live.get_or_insert_with(|| Live::start().expect("a server")));
}

impl Live {
    fn start() -> Outcome<Live> {
        let runtime = Runtime::new()?;
        let server = runtime.block_on(async {
            let server = TestServer::empty(Clock::System).await?;
            let request = v1::PublishPlaybookRequest {
                request_id: request_id(),
                document: FLIGHTS.to_owned(),
                ..Default::default()
            };
            server.client().publish_playbook(request).await?;
            Outcome::Ok(server)
        })?;
        let pool = DescriptorPool::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
        let ours = pool
            .services()
            .filter(|service| service.package_name() == "signpost.v1");
        let calls = ours.flat_map(|service| service.methods().collect::<Vec<_>>());
        Ok(Live {
            calls: calls.collect(),
            runtime,
            server,
            seen: Vec::new(),
            latest: Vec::new(),
        })
    }

    /// Makes the call, which must be answered.
    fn call(&mut self, method: &MethodDescriptor, message: &DynamicMessage) {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        self.latest.truncate(LATEST_MAX - 1);
        self.latest.insert(0, format!("{path} {message}"));
        let (channel, bytes) = (self.server.channel(), message.encode_to_vec());
        let answered = self.runtime.block_on(async {
            match method.is_server_streaming() {
                true => {
                    let first = raw::first(channel, &path, Request::new(bytes));
                    let first = tokio::time::timeout(WATCH_TIME, first).await;
                    first.unwrap_or(Ok(Vec::new()))
                }
                false => raw::call(channel, &path, bytes)
                    .await
                    .map(tonic::Response::into_inner),
            }
        });
        match answered {
            Ok(answer) => {
                let answer = DynamicMessage::decode(method.output(), answer.as_slice());
                self.see(&Value::Message(answer.expect("an answer of the contract")));
            }
            Err(refused) => {
                assert!(
                    is_the_callers(&refused),
                    "{refused:?} for {:#?}",
                    self.latest
                );
            }
        }
    }

    /// Keeps the texts of an answer.
    fn see(&mut self, value: &Value) {
        match value {
            Value::String(text) if text.contains(|sign: char| sign.is_ascii_digit()) => {
                if self.seen.len() >= SEEN_MAX {
                    self.seen.remove(0);
                }
                self.seen.push(text.clone());
            }
            Value::Message(message) => message.fields().for_each(|(_, value)| self.see(value)),
            Value::List(items) => items.iter().for_each(|item| self.see(item)),
            _ => {}
        }
    }
}

/// Whether a refusal says that the caller should do something else.
fn is_the_callers(status: &Status) -> bool {
    match status.code() {
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::PermissionDenied => true,
        // Many cases were named without proof, or many watches are open.
        Code::ResourceExhausted => true,
        _ => false,
    }
}

/// Some calls one after another.
pub(super) fn run(bytes: &[u8]) {
    let mut choices = Unstructured::new(bytes);
    with_live(|live| {
        for _ in 0..CALLS_MAX {
            if choices.is_empty() {
                break;
            }
            let method = choices
                .choose(&live.calls)
                .expect("there are calls")
                .clone();
            let message = filled(&mut choices, &method.input(), &live.seen, 0);
            live.call(&method, &message);
        }
    });
}

pub(super) fn samples() -> Vec<Vec<u8>> {
    // Bytes that are choices need not look like anything: these are of the digits of different numbers.
    (1_u8..40)
        .map(|number| {
            (0..200_u8)
                .map(|at| at.wrapping_mul(number).wrapping_add(at / 7))
                .collect()
        })
        .collect()
}

/// A message with fields as the bytes choose.
fn filled(
    choices: &mut Unstructured<'_>,
    descriptor: &MessageDescriptor,
    seen: &[String],
    depth: usize,
) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    if depth >= DEPTH_MAX {
        return message;
    }
    for field in descriptor.fields() {
        // A field is mostly set at the top, and seldom far below.
        if choices.is_empty() || !choices.ratio(7, 10 + 2 * depth as u32).unwrap_or(false) {
            continue;
        }
        let value = match field.cardinality() {
            _ if field.is_map() => map(choices, &field, seen),
            Cardinality::Repeated => {
                let items = choices.int_in_range(0..=ITEMS_MAX).unwrap_or(0);
                let item = |_| one(choices, &field, seen, depth);
                Value::List((0..items).map(item).collect())
            }
            Cardinality::Optional | Cardinality::Required => one(choices, &field, seen, depth),
        };
        message.set_field(&field, value);
    }
    message
}

fn map(choices: &mut Unstructured<'_>, field: &FieldDescriptor, seen: &[String]) -> Value {
    let mut entries = HashMap::new();
    if let Kind::Message(entry) = field.kind()
        && let (Kind::String, Kind::String) = (
            entry.map_entry_key_field().kind(),
            entry.map_entry_value_field().kind(),
        )
    {
        for _ in 0..choices.int_in_range(0..=ITEMS_MAX).unwrap_or(0) {
            let key = MapKey::String(text(choices, "key", seen));
            entries.insert(key, Value::String(text(choices, "value", seen)));
        }
    }
    Value::Map(entries)
}

fn one(
    choices: &mut Unstructured<'_>,
    field: &FieldDescriptor,
    seen: &[String],
    depth: usize,
) -> Value {
    match field.kind() {
        Kind::Message(descriptor) => Value::Message(filled(choices, &descriptor, seen, depth + 1)),
        Kind::Enum(of) => {
            let numbers: Vec<i32> = of.values().map(|value| value.number()).collect();
            let known = choices.choose(&numbers).copied().unwrap_or_default();
            match choices.ratio(1, 30) {
                Ok(true) => Value::EnumNumber(choices.arbitrary().unwrap_or_default()),
                Ok(false) | Err(_) => Value::EnumNumber(known),
            }
        }
        Kind::String => Value::String(text(choices, field.name(), seen)),
        Kind::Bytes => {
            let length = choices.int_in_range(0..=32).unwrap_or(0);
            let bytes = choices.bytes(length.min(choices.len())).unwrap_or_default();
            Value::Bytes(bytes.to_vec().into())
        }
        Kind::Bool => Value::Bool(choices.arbitrary().unwrap_or_default()),
        Kind::Double => Value::F64(choices.arbitrary().unwrap_or_default()),
        Kind::Float => Value::F32(choices.arbitrary().unwrap_or_default()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number(choices) as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number(choices)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number(choices) as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(number(choices) as u64),
    }
}

/// A number: mostly small, or about now in seconds, or at an end.
fn number(choices: &mut Unstructured<'_>) -> i64 {
    match choices.int_in_range(0..=9).unwrap_or(0) {
        0..=5 => choices.int_in_range(0..=20).unwrap_or(0),
        6 => 1_796_000_000 + choices.int_in_range(-100_000..=100_000).unwrap_or(0),
        7 => *choices
            .choose(&[-1, i64::MIN, i64::MAX, i64::from(i32::MAX)])
            .unwrap_or(&0),
        _ => choices.arbitrary().unwrap_or_default(),
    }
}

/// Texts by what the name of their field tells.
const WORDS: [(&str, &[&str]); 16] = [
    (
        "request_id",
        &["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", ""],
    ),
    ("contact", &["k1", "k2", "k3", "k4"]),
    ("customer", &["anna", "bob", "carol", "Anna", "jürgen"]),
    ("holder", &["anna", "bob", "carol"]),
    (
        "reason",
        &[
            "existing_flight/change_date",
            "existing_flight/cancel",
            "baggage/lost",
            "baggage",
        ],
    ),
    ("channel", &["phone", "web_chat", "email"]),
    ("tier", &["platinum", "gold", "standard"]),
    (
        "fact_id",
        &[
            "booking_reference",
            "bag_tag",
            "departs_at",
            "fare",
            "bags",
            "is_group",
        ],
    ),
    ("queue", &["rebooking", "baggage"]),
    ("kind", &["phone", "email", "handle"]),
    ("consent", &["call_back"]),
    ("language", &["en", "nl", "pt-BR"]),
    ("locale", &["en", "nl", "xx"]),
    ("currency", &["EUR", "JPY"]),
    ("document", &[FLIGHTS, "playbook: none", "{"]),
    ("time_zone", &["Europe/Amsterdam", "Mars/Olympus"]),
];
/// Texts that something may choke on.
const ODD: [&str; 14] = [
    "",
    " ",
    "+31612345678",
    "anna@example.org",
    "ABC123",
    "case_0",
    "cust_1",
    "\u{0}",
    "\u{202e}x",
    "e\u{301}",
    "😀",
    "a/b/c",
    "2026-11-30T12:00:00Z",
    "*",
];

fn text(choices: &mut Unstructured<'_>, field: &str, seen: &[String]) -> String {
    let told = WORDS.iter().find(|(part, _)| field.contains(part));
    let (_, words) = told.unwrap_or(&("", &["a", "b", "escalated", "x"]));
    let any = match choices.int_in_range(0..=9).unwrap_or(0) {
        0..=5 => choices.choose(words).copied().unwrap_or_default(),
        6..=7 => choices.choose(seen).map_or("", String::as_str),
        8 => choices.choose(&ODD).copied().unwrap_or_default(),
        _ => {
            let length = choices.int_in_range(0..=300).unwrap_or(0);
            let bytes = choices.bytes(length.min(choices.len())).unwrap_or_default();
            return String::from_utf8_lossy(bytes).into_owned();
        }
    };
    any.to_owned()
}

/// Lists and watches from a place that is any text, or a changed one of those that were given.
pub(super) fn token(bytes: &[u8]) {
    let mut choices = Unstructured::new(bytes);
    with_live(|live| {
        let field = |method: &MethodDescriptor| {
            let fields = ["page_token", "cursor", "min_revision"];
            let input = method.input();
            fields.iter().find_map(|name| input.get_field_by_name(name))
        };
        let calls: Vec<_> = live
            .calls
            .iter()
            .filter(|call| field(call).is_some())
            .cloned()
            .collect();
        let method = choices.choose(&calls).expect("lists").clone();
        let mut place = choices
            .choose(&live.seen)
            .map_or(String::new(), Clone::clone);
        let at = choices.int_in_range(0..=place.len()).unwrap_or(0);
        let at = (0..=at)
            .rev()
            .find(|at| place.is_char_boundary(*at))
            .unwrap_or(0);
        let rest = String::from_utf8_lossy(choices.take_rest());
        place.replace_range(at.., &rest);
        let mut message = DynamicMessage::new(method.input());
        if let Some(field) = field(&method) {
            message.set_field(&field, Value::String(place));
        }
        live.call(&method, &message);
    });
}

pub(super) fn tokens() -> Vec<Vec<u8>> {
    let places = [
        "AAAA",
        "",
        "1.2.3",
        "eyJ9",
        "/w==",
        "store:1",
        "0123456789abcdef",
    ];
    let calls = (0_u8..20).map(|call| call * 13);
    calls
        .flat_map(|call| places.map(|place| [&[call, call / 2, 3], place.as_bytes()].concat()))
        .collect()
}
