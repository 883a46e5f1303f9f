//! Requests, parsed: from the messages of the wire to commands and queries of the domain.
//!
//! Every message is taken apart by name, so that a new field does not compile until somebody says what it means.
//! All faults of a request are told at once, each under the path of its field; nothing that the caller wrote is
//! repeated in them. What a command means now is decided elsewhere, in [`signpost_domain::flow`].

pub(crate) mod batch;
pub(crate) mod caller;
pub(crate) mod case;
mod clear;
pub(crate) mod contact;
mod context;
pub(crate) mod customer;
pub(crate) mod customer_work;
mod fact;
pub(crate) mod feed;
mod field_path;
mod filter;
pub(crate) mod list;
mod mask;
mod money;
mod names;
pub(crate) mod playbook;
mod reason;
pub(crate) mod revision;
mod stamp;
mod tags;
#[cfg(test)]
mod tests;
mod values;
pub(crate) mod version;
mod wire_enum;

pub(crate) use caller::{Caller, EventTime};
pub(crate) use revision::{Fresh, NamedRevision, Revision};
pub(crate) use stamp::content;

use field_path::FieldPath;
use signpost_domain::case::CaseNumbers;
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::{FaultKind, Faults};
use std::fmt::Display;

/// What the names of a request are looked up in.
#[derive(Clone, Copy)]
pub(crate) struct NamedPlaybooks<'a> {
    /// The live playbook.
    pub(crate) live: &'a Playbook,
    /// The one that the caller's menu came from, where the request names one that we have.
    pub(crate) menu: Option<&'a Playbook>,
    /// What case numbers are read by.
    pub(crate) numbers: &'a CaseNumbers,
}

/// The faults of one request, as they are found.
#[derive(Debug, Default)]
struct Validator(Faults);

impl Validator {
    /// Notes a fault.
    fn fault(&mut self, at: FieldPath<'_>, what: impl Display) {
        self.0.push(at.to_string(), what);
    }

    /// Notes that the contact reason is none of the live playbook.
    fn unknown_reason(&mut self, at: FieldPath<'_>, what: impl Display) {
        self.0
            .push_of(FaultKind::UnknownReason, at.to_string(), what);
    }

    /// The value, or its fault noted.
    fn check<T, E: Display>(&mut self, at: FieldPath<'_>, checked: Result<T, E>) -> Option<T> {
        checked.map_err(|error| self.fault(at, error)).ok()
    }

    /// The value of a text that may be absent, which is empty; or its fault noted.
    fn optional<'t, T, E: Display>(
        &mut self,
        at: FieldPath<'_>,
        text: &'t str,
        parse: impl FnOnce(&'t str) -> Result<T, E>,
    ) -> Option<T> {
        match text {
            "" => None,
            text => self.check(at, parse(text)),
        }
    }

    /// Whether a list is within its limit, or its fault noted.
    fn within(&mut self, at: FieldPath<'_>, len: usize, max: usize) -> bool {
        if len > max {
            self.fault(at, format_args!("must be at most {max}, are {len}"));
        }
        len <= max
    }

    /// What was parsed, if nothing is wrong with the request.
    fn done<T>(self, parsed: Option<T>) -> Result<T, Faults> {
        match parsed {
            Some(parsed) if self.0.is_empty() => Ok(parsed),
            _ => Err(self.0),
        }
    }
}
