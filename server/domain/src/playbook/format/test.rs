//! The tests of a playbook as written.

use super::parts::{Columns, Decimal, Entries, Id, Span};
use crate::route::Route;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// A situation, and what is expected of the first answer. What is left out is not known: the customer is anonymous, and
/// it is the first contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TestFile {
    /// What the situation is, in one line of at most 200 bytes; once in the playbook.
    pub(in crate::playbook) name: String,
    /// The reason, as `primary/secondary`.
    pub(in crate::playbook) reason: String,
    /// The channel.
    pub(in crate::playbook) channel: Id,
    /// The tier. Default: the default tier.
    #[serde(default)]
    pub(in crate::playbook) tier: Option<Id>,
    /// Facts that are known; at most 64. A time is written as `2026-11-23 10:00` in the playbook's time zone, as RFC
    /// 3339, or as a span after or before `at`, such as `+6h` or `-2d`.
    #[serde(default)]
    pub(in crate::playbook) facts: Entries<Id, WrittenValue>,
    /// The language that the contact gives, such as nl or nl-NL. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) language: Option<String>,
    /// The brand. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) brand: Option<Id>,
    /// The persona. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) persona: Option<Id>,
    /// The stage of the life cycle. Default: the stage of the reason.
    #[serde(default)]
    pub(in crate::playbook) stage: Option<Id>,
    /// The device. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) device: Option<Id>,
    /// Whether the company began the contact.
    #[serde(default)]
    pub(in crate::playbook) outbound: bool,
    /// How the customer feels, from -100 (furious) to 100 (delighted). Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) sentiment: Option<i64>,
    /// Whether the customer is vulnerable. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) vulnerable: Option<bool>,
    /// Whether the customer asked for a person.
    #[serde(default)]
    pub(in crate::playbook) asked_for_person: bool,
    /// What the customer cannot use: voice, text, self_service. One of the three must be left.
    #[serde(default)]
    pub(in crate::playbook) cannot_use: Vec<String>,
    /// Consents that the customer gave (true) or refused (false).
    #[serde(default)]
    pub(in crate::playbook) consents: Entries<Id, bool>,
    /// The routes that the customer prefers, the most preferred first.
    #[serde(default)]
    pub(in crate::playbook) prefer: Vec<Route>,
    /// Whether the customer is known. Default: true if value, loyalty_years, contacts_7d or all_contacts_7d is written,
    /// else false.
    #[serde(default)]
    pub(in crate::playbook) known: Option<bool>,
    /// What the customer is worth, in the playbook's currency; 0 or more. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) value: Option<Decimal>,
    /// For how many years the customer has been one, from 0 to 150. Default: unknown.
    #[serde(default)]
    pub(in crate::playbook) loyalty_years: Option<i64>,
    /// How many contacts about cases that are open the customer had in the 7 days before. Default: 0 for a known
    /// customer.
    #[serde(default)]
    pub(in crate::playbook) contacts_7d: Option<i64>,
    /// How many contacts of any kind the customer had in the 7 days before. Default: the number of `contacts_7d`.
    #[serde(default)]
    pub(in crate::playbook) all_contacts_7d: Option<i64>,
    /// The time of the contact, as `2026-11-23 10:00` in the playbook's time zone, or as RFC 3339. Default: the hour at
    /// which the most queues are open, in the week from Monday, 2 March 2026, 10:00, on; if there are several, the
    /// first.
    #[serde(default)]
    pub(in crate::playbook) at: Option<String>,
    /// The wait that every queue reports; at most 30d. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) wait: Option<Span>,
    /// What single queues report, by their ids.
    #[serde(default)]
    pub(in crate::playbook) queues: Entries<Id, TestQueueFile>,
    /// How many times the customer had to come back about the case, this contact included. Default: 0.
    #[serde(default)]
    pub(in crate::playbook) repeats: Option<i64>,
    /// How many contacts the case had before this one. Default: the number of entries in `tried`.
    #[serde(default)]
    pub(in crate::playbook) case_contacts: Option<i64>,
    /// How many times the customer changed the channel on the case, this contact included. Default: 0.
    #[serde(default)]
    pub(in crate::playbook) channel_switches: Option<i64>,
    /// How many promises of the case were broken. Default: 0.
    #[serde(default)]
    pub(in crate::playbook) broken_promises: Option<i64>,
    /// How long ago the case was opened; at most 3650d. Default: this contact opens it.
    #[serde(default)]
    pub(in crate::playbook) case_age: Option<Span>,
    /// Whether an answer that the company owes on the case is overdue.
    #[serde(default)]
    pub(in crate::playbook) owed_overdue: bool,
    /// The earlier attempts to help on the case, the oldest first; at most 16.
    #[serde(default)]
    pub(in crate::playbook) tried: Vec<TriedFile>,
    /// What is expected of the answer; at least one key.
    pub(in crate::playbook) expect: ExpectFile,
}

/// What one queue reports.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TestQueueFile {
    /// The wait; at most 30d. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) wait: Option<Span>,
    /// How many agents are signed in, from 0 to 1000000. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) staffed: Option<i64>,
    /// How many of these agents are free. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) available: Option<i64>,
    /// How many contacts wait, from 0 to 1000000. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) waiting: Option<i64>,
    /// The mean time that an agent needs for one contact; at most 30d. Default: not reported.
    #[serde(default)]
    pub(in crate::playbook) handle_time: Option<Span>,
}

/// An earlier attempt to help.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TriedFile {
    /// The route that was taken.
    pub(in crate::playbook) route: Route,
    /// The flow; only for self_service. Default: the flow of the reason.
    #[serde(default)]
    pub(in crate::playbook) flow: Option<Id>,
    /// The queue; for every other route. Default: the queue of the reason.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// How the attempt ended: resolved, abandoned, gave_up, asked_for_person, no_answer, failed, repeated, transferred,
    /// switched or timed_out. Default: it has not ended.
    #[serde(default)]
    pub(in crate::playbook) outcome: Option<String>,
}

/// What is expected of the first answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct ExpectFile {
    /// The route that must be taken, or a list of routes of which one must be taken. Default: any.
    #[serde(default)]
    pub(in crate::playbook) route: Columns,
    /// Routes that must not be taken.
    #[serde(default)]
    pub(in crate::playbook) not: Columns,
    /// The need, from 0.1 to 20. Default: any.
    #[serde(default)]
    pub(in crate::playbook) need: Option<Decimal>,
    /// The queue to which the route leads. Default: any.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// Rules that must all fire: one id, or a list.
    #[serde(default)]
    pub(in crate::playbook) rule: Columns,
    /// The facts that must be asked, all of them, in any order; `[]` if nothing must be asked. Default: any.
    #[serde(default)]
    pub(in crate::playbook) asks: Option<Vec<Id>>,
    /// The priority, from 0 to 10. Default: any.
    #[serde(default)]
    pub(in crate::playbook) priority: Option<i64>,
}

/// The value of a fact as it was written, not checked yet.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::playbook) struct WrittenValue(pub(in crate::playbook) String);

impl JsonSchema for WrittenValue {
    fn schema_name() -> Cow<'static, str> {
        "WrittenValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value of a fact, of the type of the fact.",
            "type": ["string", "number", "boolean"],
            "examples": ["K3M7QZ", "+6h", true, 4.10],
        })
    }
}
