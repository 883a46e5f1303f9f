//! The records: who did or read what, when, from where, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// The server began to write.
    Start,
    /// The server stopped.
    Stop,
    /// A call is about to do something administrative, or a stream of personal data is about to begin.
    Begin,
    /// An administrative act ended.
    Act,
    /// Personal data was read.
    Read,
    /// A stream ended.
    End,
    /// Access control refused a call that would have been recorded.
    Refused,
    /// The file could not be written for a while.
    Gap,
    /// Closed files were removed, for they were older than they are kept.
    Retired,
    /// What was at the end of the file did not read when a server began to write.
    Broken,
    /// A program did something administrative to a folder whose server was stopped.
    Offline,
}

impl RecordKind {
    /// As it is written in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Start => "start",
            RecordKind::Stop => "stop",
            RecordKind::Begin => "begin",
            RecordKind::Act => "act",
            RecordKind::Read => "read",
            RecordKind::End => "end",
            RecordKind::Refused => "refused",
            RecordKind::Gap => "gap",
            RecordKind::Retired => "retired",
            RecordKind::Broken => "broken",
            RecordKind::Offline => "offline",
        }
    }
}

/// What a call was about: ids, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Touched {
    /// Ids of customers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
    /// Ids of contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Ids of cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
    /// Ids of tokens that were created or revoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
    /// How many more ids there were than are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A record, without its number and its place in the chain. A field that does not apply is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// When, by the clock of the machine, to the millisecond.
    #[serde(with = "as_text")]
    pub time: Timestamp,
    /// What it is about.
    pub kind: RecordKind,
    /// The call, such as `CustomerService/GetCustomer`, or the command of a program.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub call: String,
    /// Who called, such as `agent/ann`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actor: String,
    /// For whom it acted, as it said itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_behalf_of: String,
    /// The role of the caller.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// How the caller proved who it is: `token`, `jwt` (of an identity provider), or `none`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credential: String,
    /// The id of its token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token_id: String,
    /// The address and the port that the call came from; of a refusal the address alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The id of the call, as log lines have it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub call_id: String,
    /// The names of the fields that the request had set, such as the filters of a list. No values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What it was about.
    #[serde(flatten)]
    pub touched: Touched,
    /// How many: items of an answer or of a stream, refusals, records that were not written, files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What came of it: `OK`, or the code of the error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The last record of the files that were removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u64>,
    /// What else is to be said, in words that hold nothing of a customer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl AuditRecord {
    /// A record of now, with all else empty.
    pub fn now(kind: RecordKind) -> AuditRecord {
        AuditRecord {
            time: now(),
            kind,
            call: String::new(),
            actor: String::new(),
            on_behalf_of: String::new(),
            role: String::new(),
            credential: String::new(),
            token_id: String::new(),
            from: String::new(),
            call_id: String::new(),
            asked: Vec::new(),
            touched: Touched::default(),
            count: None,
            code: String::new(),
            up_to: None,
            note: String::new(),
        }
    }
}

/// The time of the machine, to the millisecond.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// Times in RFC 3339.
mod as_text {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}
