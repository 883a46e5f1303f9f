//! The tests of a playbook as written.

use super::parts::{Columns, Decimal, Entries, Id, Span};
use crate::route::Route;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// A situation and what is expected of the first answer. What is left out of a situation is not known; the customer is
/// anonymous and this is the first contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TestFile {
    /// What the situation is, in a few words; once in the playbook.
    pub(in crate::playbook) name: String,
    /// The reason, as `primary/secondary`.
    pub(in crate::playbook) reason: String,
    /// The channel.
    pub(in crate::playbook) channel: Id,
    /// The tier. Left out: the default one.
    #[serde(default)]
    pub(in crate::playbook) tier: Option<Id>,
    /// Facts that are known. A time is `2026-11-23 10:00` by the clock of the playbook's time zone, RFC 3339, or from
    /// `at` on, as `+6h` or `-2d`.
    #[serde(default)]
    pub(in crate::playbook) facts: Entries<Id, Told>,
    /// The language that the contact tells, such as nl or nl-NL. Left out: none.
    #[serde(default)]
    pub(in crate::playbook) language: Option<String>,
    /// The brand. Left out: none.
    #[serde(default)]
    pub(in crate::playbook) brand: Option<Id>,
    /// The persona. Left out: none.
    #[serde(default)]
    pub(in crate::playbook) persona: Option<Id>,
    /// The stage of the life cycle. Left out: the reason's.
    #[serde(default)]
    pub(in crate::playbook) stage: Option<Id>,
    /// The device. Left out: none.
    #[serde(default)]
    pub(in crate::playbook) device: Option<Id>,
    /// Whether the company began the contact.
    #[serde(default)]
    pub(in crate::playbook) outbound: bool,
    /// How the customer feels, from -100 (furious) to 100 (delighted). Left out: unknown.
    #[serde(default)]
    pub(in crate::playbook) sentiment: Option<i64>,
    /// Whether the customer is vulnerable. Left out: unknown.
    #[serde(default)]
    pub(in crate::playbook) vulnerable: Option<bool>,
    /// Whether the customer asked for a person.
    #[serde(default)]
    pub(in crate::playbook) asked_for_person: bool,
    /// What the customer cannot use: voice, text, self_service.
    #[serde(default)]
    pub(in crate::playbook) cannot_use: Vec<String>,
    /// Consents given (true) and refused (false).
    #[serde(default)]
    pub(in crate::playbook) consents: Entries<Id, bool>,
    /// The routes that the customer prefers, the most preferred first.
    #[serde(default)]
    pub(in crate::playbook) prefer: Vec<Route>,
    /// Whether the customer is known. Left out: yes if value, loyalty_years, contacts_7d or all_contacts_7d is told.
    #[serde(default)]
    pub(in crate::playbook) known: Option<bool>,
    /// What the customer is worth, in the playbook's currency. Left out: unknown.
    #[serde(default)]
    pub(in crate::playbook) value: Option<Decimal>,
    /// For how many years the customer has been one. Left out: unknown.
    #[serde(default)]
    pub(in crate::playbook) loyalty_years: Option<i64>,
    /// Contacts of the customer in the seven days before, about cases that are open. Left out: 0 for a known
    /// customer.
    #[serde(default)]
    pub(in crate::playbook) contacts_7d: Option<i64>,
    /// All contacts of the customer in the seven days before. Left out: as many as `contacts_7d`.
    #[serde(default)]
    pub(in crate::playbook) all_contacts_7d: Option<i64>,
    /// When it is, as `2026-11-23 10:00` by the clock of the playbook's time zone, or RFC 3339. Left out: the hour of
    /// the week of 2 March 2026, from Monday 10:00 on, at which the most queues are open.
    #[serde(default)]
    pub(in crate::playbook) at: Option<String>,
    /// The wait that every queue reports. Left out: nothing is reported.
    #[serde(default)]
    pub(in crate::playbook) wait: Option<Span>,
    /// What single queues report.
    #[serde(default)]
    pub(in crate::playbook) queues: Entries<Id, TestQueueFile>,
    /// Repeats on the case, this contact included. Left out: 0.
    #[serde(default)]
    pub(in crate::playbook) repeats: Option<i64>,
    /// Contacts of the case before this one. Left out: as many as `tried` has.
    #[serde(default)]
    pub(in crate::playbook) case_contacts: Option<i64>,
    /// Channel switches on the case, this contact included. Left out: 0.
    #[serde(default)]
    pub(in crate::playbook) channel_switches: Option<i64>,
    /// Promises of the case that were broken. Left out: 0.
    #[serde(default)]
    pub(in crate::playbook) broken_promises: Option<i64>,
    /// How long ago the case was opened. Left out: this contact opens it.
    #[serde(default)]
    pub(in crate::playbook) case_age: Option<Span>,
    /// Whether an answer that we owe on the case is overdue.
    #[serde(default)]
    pub(in crate::playbook) owed_overdue: bool,
    /// What was tried on the case before, the oldest first.
    #[serde(default)]
    pub(in crate::playbook) tried: Vec<TriedFile>,
    /// What is expected.
    pub(in crate::playbook) expect: ExpectFile,
}

/// What one queue reports.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TestQueueFile {
    /// The wait. Left out: not reported.
    #[serde(default)]
    pub(in crate::playbook) wait: Option<Span>,
    /// Agents signed in. Left out: not reported.
    #[serde(default)]
    pub(in crate::playbook) staffed: Option<i64>,
    /// Of those, free. Left out: not reported.
    #[serde(default)]
    pub(in crate::playbook) available: Option<i64>,
    /// Contacts in line. Left out: not reported.
    #[serde(default)]
    pub(in crate::playbook) waiting: Option<i64>,
    /// Mean handle time. Left out: not reported.
    #[serde(default)]
    pub(in crate::playbook) handle_time: Option<Span>,
}

/// An attempt to help before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct TriedFile {
    /// How.
    pub(in crate::playbook) route: Route,
    /// The flow, for self_service. Left out: that of the reason.
    #[serde(default)]
    pub(in crate::playbook) flow: Option<Id>,
    /// The queue, for the other routes. Left out: that of the reason.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// What came of it: resolved, abandoned, gave_up, asked_for_person, no_answer, failed, repeated, transferred,
    /// switched or timed_out. Left out: it is not over.
    #[serde(default)]
    pub(in crate::playbook) outcome: Option<String>,
}

/// What is expected of the first answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::playbook) struct ExpectFile {
    /// The route that is to be taken, or those of which one is.
    #[serde(default)]
    pub(in crate::playbook) route: Columns,
    /// Routes that are not to be taken.
    #[serde(default)]
    pub(in crate::playbook) not: Columns,
    /// The need. Left out: any.
    #[serde(default)]
    pub(in crate::playbook) need: Option<Decimal>,
    /// The queue that the route leads to. Left out: any.
    #[serde(default)]
    pub(in crate::playbook) queue: Option<Id>,
    /// The rule that is to fire, or those that all are.
    #[serde(default)]
    pub(in crate::playbook) rule: Columns,
    /// The facts that are asked, all of them in any order; `[]` for none. Left out: any.
    #[serde(default)]
    pub(in crate::playbook) asks: Option<Vec<Id>>,
    /// The priority, from 0 to 10. Left out: any.
    #[serde(default)]
    pub(in crate::playbook) priority: Option<i64>,
}

/// The value of a fact as it was written.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::playbook) struct Told(pub(in crate::playbook) String);

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
