//! Parses requests: converts the messages of the wire to commands and queries of the domain.
//!
//! Every message is destructured by field name. So a new field does not compile until the code handles it. All faults
//! of a request are reported together, each under the path of its field. Faults never repeat text of the caller. The
//! effect of a command is decided elsewhere, in [`signpost_domain::flow`].

pub(crate) mod access;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod caller;
pub(crate) mod case;
mod clear;
pub(crate) mod contact;
pub(crate) mod contact_work;
mod context;
pub(crate) mod customer;
pub(crate) mod customer_work;
mod fact;
pub(crate) mod feed;
mod field_path;
pub(crate) mod filter;
pub(crate) mod list;
mod mask;
mod money;
mod names;
pub(crate) mod playbook;
pub(crate) mod reason;
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

use super::retired::RetiredReason;
use field_path::FieldPath;
use signpost_domain::case::CaseNumbers;
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::{FaultKind, Faults};
use std::fmt::Display;

/// The playbooks in which the names of a request are looked up.
#[derive(Clone, Copy)]
pub(crate) struct NamedPlaybooks<'a> {
    /// The live playbook.
    pub(crate) live: &'a Playbook,
    /// The playbook that the menu of the caller came from. `None` if the request names none, or none that this store
    /// has.
    pub(crate) menu: Option<&'a Playbook>,
    /// Those of the reasons of the request that the live playbook does not have, but an earlier one had.
    pub(crate) retired: &'a [RetiredReason],
    /// The case numbers of the store.
    pub(crate) numbers: &'a CaseNumbers,
}

/// Collects the faults of one request while they are found.
#[derive(Debug, Default)]
struct Validator(Faults);

impl Validator {
    /// Notes a fault.
    fn fault(&mut self, at: FieldPath<'_>, what: impl Display) {
        self.0.push(at.to_string(), what);
    }

    /// Notes that the live playbook does not have the contact reason.
    fn unknown_reason(&mut self, at: FieldPath<'_>, what: impl Display) {
        self.0
            .push_of(FaultKind::UnknownReason, at.to_string(), what);
    }

    /// The checked value. If the check failed, notes the fault and returns `None`.
    fn check<T, E: Display>(&mut self, at: FieldPath<'_>, checked: Result<T, E>) -> Option<T> {
        checked.map_err(|error| self.fault(at, error)).ok()
    }

    /// The value of an optional text. `None` if the text is empty, and also if it is wrong; then the fault is noted.
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

    /// Whether a list is within its limit. If not, notes the fault.
    fn within(&mut self, at: FieldPath<'_>, len: usize, max: usize) -> bool {
        if len > max {
            self.fault(at, format_args!("must be at most {max}, are {len}"));
        }
        len <= max
    }

    /// The parsed items of a list, at most `max`. An item that is the same as an earlier one is a fault, in its field
    /// `field`; in the whole item if `None`.
    fn each_once<W, T>(
        &mut self,
        at: FieldPath<'_>,
        (messages, max): (Vec<W>, usize),
        mut parse: impl FnMut(&mut Validator, FieldPath<'_>, W) -> Option<T>,
        field: Option<&'static str>,
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Vec<T> {
        if !self.within(at, messages.len(), max) {
            return Vec::new();
        }
        let mut all: Vec<T> = Vec::with_capacity(messages.len());
        for (index, message) in messages.into_iter().enumerate() {
            let at = at.item(index);
            let Some(item) = parse(self, at, message) else {
                continue;
            };
            if !all.iter().any(|earlier| is_same(earlier, &item)) {
                all.push(item);
                continue;
            }
            match field {
                Some(field) => self.fault(at.field(field), "is there twice"),
                None => self.fault(at, "is there twice"),
            }
        }
        all
    }

    /// The parsed value, or the faults if any were noted.
    fn done<T>(self, parsed: Option<T>) -> Result<T, Faults> {
        match parsed {
            Some(parsed) if self.0.is_empty() => Ok(parsed),
            _ => Err(self.0),
        }
    }
}
