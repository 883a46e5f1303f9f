//! The tests of a playbook as written.

use super::file_parts::{Columns, Decimal, Entries, Id, Span};
use crate::route::Route;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// A situation and what is expected of the first answer. What is left out of a situation is not known; the customer is
/// anonymous and this is the first contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestFile {
    /// What the situation is, in a few words; once in the playbook.
    pub(super) name: String,
    /// The reason, as `primary/secondary`.
    pub(super) reason: String,
    /// The channel.
    pub(super) channel: Id,
    /// The tier. Left out: the default one.
    #[serde(default)]
    pub(super) tier: Option<Id>,
    /// Facts that are known. A time is `2026-11-23 10:00` by the clock of the playbook's time zone, RFC 3339, or from
    /// `at` on, as `+6h` or `-2d`.
    #[serde(default)]
    pub(super) facts: Entries<Id, Told>,
    /// The language that the contact tells, such as nl or nl-NL. Left out: none.
    #[serde(default)]
    pub(super) language: Option<String>,
    /// The brand. Left out: none.
    #[serde(default)]
    pub(super) brand: Option<Id>,
    /// The persona. Left out: none.
    #[serde(default)]
    pub(super) persona: Option<Id>,
    /// The stage of the life cycle. Left out: the reason's.
    #[serde(default)]
    pub(super) stage: Option<Id>,
    /// The device. Left out: none.
    #[serde(default)]
    pub(super) device: Option<Id>,
    /// Whether the company began the contact.
    #[serde(default)]
    pub(super) outbound: bool,
    /// How the customer feels, from -100 (furious) to 100 (delighted). Left out: unknown.
    #[serde(default)]
    pub(super) sentiment: Option<i64>,
    /// Whether the customer is vulnerable. Left out: unknown.
    #[serde(default)]
    pub(super) vulnerable: Option<bool>,
    /// Whether the customer asked for a person.
    #[serde(default)]
    pub(super) asked_for_person: bool,
    /// What the customer cannot use: voice, text, self_service.
    #[serde(default)]
    pub(super) cannot_use: Vec<String>,
    /// Consents given (true) and refused (false).
    #[serde(default)]
    pub(super) consents: Entries<Id, bool>,
    /// The routes that the customer prefers, the most preferred first.
    #[serde(default)]
    pub(super) prefer: Vec<Route>,
    /// Whether the customer is known. Left out: yes if value, loyalty_years, contacts_7d or all_contacts_7d is told.
    #[serde(default)]
    pub(super) known: Option<bool>,
    /// What the customer is worth, in the playbook's currency. Left out: unknown.
    #[serde(default)]
    pub(super) value: Option<Decimal>,
    /// For how many years the customer has been one. Left out: unknown.
    #[serde(default)]
    pub(super) loyalty_years: Option<i64>,
    /// Contacts of the customer in the seven days before, about cases that are open. Left out: 0 for a known
    /// customer.
    #[serde(default)]
    pub(super) contacts_7d: Option<i64>,
    /// All contacts of the customer in the seven days before. Left out: as many as `contacts_7d`.
    #[serde(default)]
    pub(super) all_contacts_7d: Option<i64>,
    /// When it is, as `2026-11-23 10:00` by the clock of the playbook's time zone, or RFC 3339. Left out: the hour of
    /// the week of 2 March 2026, from Monday 10:00 on, at which the most queues are open.
    #[serde(default)]
    pub(super) at: Option<String>,
    /// The wait that every queue reports. Left out: nothing is reported.
    #[serde(default)]
    pub(super) wait: Option<Span>,
    /// What single queues report.
    #[serde(default)]
    pub(super) queues: Entries<Id, TestQueueFile>,
    /// Repeats on the case, this contact included. Left out: 0.
    #[serde(default)]
    pub(super) repeats: Option<i64>,
    /// Contacts of the case before this one. Left out: as many as `tried` has.
    #[serde(default)]
    pub(super) case_contacts: Option<i64>,
    /// Channel switches on the case, this contact included. Left out: 0.
    #[serde(default)]
    pub(super) channel_switches: Option<i64>,
    /// Promises of the case that were broken. Left out: 0.
    #[serde(default)]
    pub(super) broken_promises: Option<i64>,
    /// How long ago the case was opened. Left out: this contact opens it.
    #[serde(default)]
    pub(super) case_age: Option<Span>,
    /// Whether an answer that we owe on the case is overdue.
    #[serde(default)]
    pub(super) owed_overdue: bool,
    /// What was tried on the case before, the oldest first.
    #[serde(default)]
    pub(super) tried: Vec<TriedFile>,
    /// What is expected.
    pub(super) expect: ExpectFile,
}

/// What one queue reports.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestQueueFile {
    /// The wait. Left out: not reported.
    #[serde(default)]
    pub(super) wait: Option<Span>,
    /// Agents signed in. Left out: not reported.
    #[serde(default)]
    pub(super) staffed: Option<i64>,
    /// Of those, free. Left out: not reported.
    #[serde(default)]
    pub(super) available: Option<i64>,
    /// Contacts in line. Left out: not reported.
    #[serde(default)]
    pub(super) waiting: Option<i64>,
    /// Mean handle time. Left out: not reported.
    #[serde(default)]
    pub(super) handle_time: Option<Span>,
}

/// An attempt to help before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TriedFile {
    /// How.
    pub(super) route: Route,
    /// The flow, for self_service. Left out: that of the reason.
    #[serde(default)]
    pub(super) flow: Option<Id>,
    /// The queue, for the other routes. Left out: that of the reason.
    #[serde(default)]
    pub(super) queue: Option<Id>,
    /// What came of it: resolved, abandoned, gave_up, asked_for_person, no_answer, failed, repeated, transferred,
    /// switched or timed_out. Left out: it is not over.
    #[serde(default)]
    pub(super) outcome: Option<String>,
}

/// What is expected of the first answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectFile {
    /// The route that is to be taken, or those of which one is.
    #[serde(default)]
    pub(super) route: Columns,
    /// Routes that are not to be taken.
    #[serde(default)]
    pub(super) not: Columns,
    /// The need. Left out: any.
    #[serde(default)]
    pub(super) need: Option<Decimal>,
    /// The queue that the route leads to. Left out: any.
    #[serde(default)]
    pub(super) queue: Option<Id>,
    /// The rule that is to fire, or those that all are.
    #[serde(default)]
    pub(super) rule: Columns,
    /// The facts that are asked, all of them in any order; `[]` for none. Left out: any.
    #[serde(default)]
    pub(super) asks: Option<Vec<Id>>,
    /// The priority, from 0 to 10. Left out: any.
    #[serde(default)]
    pub(super) priority: Option<i64>,
}

/// The value of a fact as it was written.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Told(pub(super) String);

impl JsonSchema for Told {
    fn schema_name() -> Cow<'static, str> {
        "Told".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a fact, of its type.",
            "type": ["string", "number", "boolean"],
            "examples": ["K3M7QZ", "+6h", true, 4.10],
        })
    }
}
