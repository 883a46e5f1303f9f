//! Work on customers: link and unlink identities, merge customers, undo merges.

use super::field_path::FieldPath;
use super::{Caller, Validator};
use prost_types::Timestamp;
use signpost_domain::command::{ActOnCustomer, Command, CommandBody, CustomerStep, EraseCustomer};
use signpost_domain::customer::{Identity, MERGE_NOTE_BYTES_MAX};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::CustomerId;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// The command to link an identity to a customer.
pub(crate) fn link(
    mut request: v1::LinkIdentityRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::LinkIdentity, &request_id, &request);
    let v1::LinkIdentityRequest {
        request_id: _,
        customer_id,
        identity,
        etag,
        event_time,
    } = request;
    let customer = validator.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let step = validator.one_identity(identity).map(CustomerStep::Link);
    validator.on_customer(caller, stamp, (customer, &etag, event_time), step)
}

/// The command to remove an identity from a customer.
pub(crate) fn unlink(
    mut request: v1::UnlinkIdentityRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UnlinkIdentity, &request_id, &request);
    let v1::UnlinkIdentityRequest {
        request_id: _,
        customer_id,
        identity,
        etag,
        event_time,
    } = request;
    let customer = validator.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let identity = validator.one_identity(identity);
    let step = identity.map(|identity| CustomerStep::Unlink(identity.key));
    validator.on_customer(caller, stamp, (customer, &etag, event_time), step)
}

/// The command to merge two customers.
pub(crate) fn merge(
    mut request: v1::MergeCustomersRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::MergeCustomers, &request_id, &request);
    let v1::MergeCustomersRequest {
        request_id: _,
        customer_id,
        duplicate_customer_id: merged_customer_id,
        note,
        etag,
        event_time,
    } = request;
    let customer = validator.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let merged = CustomerId::new(merged_customer_id);
    let merged = validator.check(FieldPath::top("duplicate_customer_id"), merged);
    let note = match note.trim() {
        "" => Err("must say why the two are the same customer".to_owned()),
        _ => why(&note),
    };
    let note = validator.check(FieldPath::top("note"), note);
    let step = merged.zip(note);
    let step = step.map(|(merged, note)| CustomerStep::Merge(merged, note));
    validator.on_customer(caller, stamp, (customer, &etag, event_time), step)
}

/// The command to undo a merge.
pub(crate) fn unmerge(
    mut request: v1::UnmergeCustomerRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::UnmergeCustomer, &request_id, &request);
    let v1::UnmergeCustomerRequest {
        request_id: _,
        customer_id,
        note,
        etag,
        event_time,
    } = request;
    let customer = validator.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let note = validator.check(FieldPath::top("note"), why(&note));
    let step = note.map(CustomerStep::Unmerge);
    validator.on_customer(caller, stamp, (customer, &etag, event_time), step)
}

/// The command to erase a customer, without what is theirs.
pub(crate) fn erase(
    mut request: v1::EraseCustomerRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::EraseCustomer, &request_id, &request);
    let v1::EraseCustomerRequest {
        request_id: _,
        customer_id,
        note,
        // The handler asks it.
        validate_only: _,
        event_time,
    } = request;
    let customer = validator.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let note = match note.trim() {
        "" => Err("must say why, without saying who it is".to_owned()),
        _ => why(&note),
    };
    let note = validator.check(FieldPath::top("note"), note);
    let event_time = validator.event_time(event_time, &caller);
    let body = customer.zip(note).map(|(customer, note)| {
        CommandBody::EraseCustomer(Box::new(EraseCustomer {
            customer,
            note,
            seen: Vec::new(),
            contacts: Vec::new(),
            cases: Vec::new(),
            live: None,
            held: None,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

fn why(note: &str) -> Result<Arc<str>, String> {
    match note.len() {
        len if len > MERGE_NOTE_BYTES_MAX => Err(format!(
            "must be at most {MERGE_NOTE_BYTES_MAX} bytes, is {len}"
        )),
        _ => Ok(note.into()),
    }
}

impl Validator {
    /// The command for this step on a customer. An error if the request has faults.
    fn on_customer(
        mut self,
        caller: Caller,
        stamp: Option<IdempotencyKey>,
        (customer, etag, event_time): (Option<CustomerId>, &str, Option<Timestamp>),
        step: Option<CustomerStep>,
    ) -> Result<Command, Faults> {
        let seen = self.seen(etag, "customer");
        let event_time = self.event_time(event_time, &caller);
        let body = customer.zip(seen).zip(step);
        let body = body.map(|((customer, seen), step)| {
            CommandBody::Customer(Box::new(ActOnCustomer {
                customer,
                seen,
                step,
            }))
        });
        self.command(caller, stamp, event_time, body)
    }

    pub(super) fn one_identity(&mut self, message: Option<v1::Identity>) -> Option<Identity> {
        let at = FieldPath::top("identity");
        match message {
            Some(message) => self.identity(at, message),
            None => {
                self.fault(at, "must be set");
                None
            }
        }
    }
}
