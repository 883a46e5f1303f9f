//! Work on customers: handles, merges, undoing them.

use super::field_path::FieldPath;
use super::{Caller, Validator};
use signpost_domain::command::{ActOnCustomer, Command, CommandBody, CustomerStep};
use signpost_domain::customer::{Identity, MERGE_NOTE_BYTES_MAX};
use signpost_domain::event::Method;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// A handle of a customer.
pub(crate) fn link(
    mut request: v1::LinkIdentityRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut finder, stamp) = Validator::of_write(Method::LinkIdentity, &request_id, &request);
    let v1::LinkIdentityRequest {
        request_id: _,
        customer_id,
        identity,
        etag,
        event_time,
    } = request;
    let customer = finder.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let identity = finder.one_identity(identity);
    let seen = finder.seen(&etag, "customer");
    let event_time = finder.event_time(event_time, &caller);
    let body = work(customer, seen, identity.map(CustomerStep::Link));
    finder.command(caller, stamp, event_time, body)
}

/// A handle that a customer has no more.
pub(crate) fn unlink(
    mut request: v1::UnlinkIdentityRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut finder, stamp) = Validator::of_write(Method::UnlinkIdentity, &request_id, &request);
    let v1::UnlinkIdentityRequest {
        request_id: _,
        customer_id,
        identity,
        etag,
        event_time,
    } = request;
    let customer = finder.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let identity = finder.one_identity(identity);
    let seen = finder.seen(&etag, "customer");
    let event_time = finder.event_time(event_time, &caller);
    let step = identity.map(|identity| CustomerStep::Unlink(identity.key));
    let body = work(customer, seen, step);
    finder.command(caller, stamp, event_time, body)
}

/// Which customers are one.
pub(crate) fn merge(
    mut request: v1::MergeCustomersRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut finder, stamp) = Validator::of_write(Method::MergeCustomers, &request_id, &request);
    let v1::MergeCustomersRequest {
        request_id: _,
        customer_id,
        duplicate_customer_id: merged_customer_id,
        note,
        etag,
        event_time,
    } = request;
    let customer = finder.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let merged = CustomerId::new(merged_customer_id);
    let merged = finder.check(FieldPath::top("duplicate_customer_id"), merged);
    let note = match note.trim() {
        "" => Err("must say why they are one".to_owned()),
        _ => why(&note),
    };
    let note = finder.check(FieldPath::top("note"), note);
    let seen = finder.seen(&etag, "customer");
    let event_time = finder.event_time(event_time, &caller);
    let step = merged.zip(note);
    let step = step.map(|(merged, note)| CustomerStep::Merge(merged, note));
    let body = work(customer, seen, step);
    finder.command(caller, stamp, event_time, body)
}

/// Which merge to undo.
pub(crate) fn unmerge(
    mut request: v1::UnmergeCustomerRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut finder, stamp) = Validator::of_write(Method::UnmergeCustomer, &request_id, &request);
    let v1::UnmergeCustomerRequest {
        request_id: _,
        customer_id,
        note,
        etag,
        event_time,
    } = request;
    let customer = finder.check(FieldPath::top("customer_id"), CustomerId::new(customer_id));
    let note = finder.check(FieldPath::top("note"), why(&note));
    let seen = finder.seen(&etag, "customer");
    let event_time = finder.event_time(event_time, &caller);
    let body = work(customer, seen, note.map(CustomerStep::Unmerge));
    finder.command(caller, stamp, event_time, body)
}

/// The work, if nothing of it is at fault; `seen` is `Some(None)` where the caller saw nothing in particular.
fn work(
    customer: Option<CustomerId>,
    seen: Option<Option<Seq>>,
    step: Option<CustomerStep>,
) -> Option<CommandBody> {
    let (customer, seen, step) = (customer?, seen?, step?);
    Some(CommandBody::Customer(Box::new(ActOnCustomer {
        customer,
        seen,
        step,
    })))
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
    pub(super) fn one_identity(&mut self, told: Option<v1::Identity>) -> Option<Identity> {
        let at = FieldPath::top("identity");
        match told {
            Some(told) => self.identity(at, told),
            None => {
                self.fault(at, "must be set");
                None
            }
        }
    }
}
