//! Work on contacts: correct the customer.

use super::case::note_text;
use super::field_path::FieldPath;
use super::{Caller, Validator, wire_enum};
use signpost_domain::command::{Command, CommandBody, CorrectCustomer};
use signpost_domain::event::Method;
use signpost_domain::ids::{ContactId, CustomerId};
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;

/// The command to put a contact under another customer.
pub(crate) fn correct(
    mut request: v1::CorrectContactCustomerRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::CorrectContactCustomer, &request_id, &request);
    let v1::CorrectContactCustomerRequest {
        request_id: _,
        contact_id,
        customer_id,
        no_customer,
        decide_again,
        route_selection,
        note,
        event_time,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    let at = FieldPath::top("customer_id");
    let customer = match (customer_id.is_empty(), no_customer) {
        (true, true) => Some(None),
        (true, false) => {
            let what = "must be set, or `no_customer` if the contact has no known customer";
            validator.fault(at, what);
            None
        }
        (false, true) => {
            validator.fault(at, "must be left out with `no_customer`");
            None
        }
        (false, false) => validator.check(at, CustomerId::new(customer_id)).map(Some),
    };
    let at = FieldPath::top("route_selection");
    let select_first = validator.check(at, wire_enum::select_first(route_selection));
    if route_selection != 0 && !decide_again {
        validator.fault(at, "must be left out without `decide_again`");
    }
    let note = match note.is_empty() {
        true => Err("must say why the customer is corrected".to_owned()),
        false => note_text(&note),
    };
    let note = validator.check(FieldPath::top("note"), note);
    let event_time = validator.event_time(event_time, &caller);
    let body = contact.zip(customer).zip(select_first).zip(note);
    let body = body.map(|(((contact, customer), select_first), note)| {
        CommandBody::CorrectCustomer(Box::new(CorrectCustomer {
            contact,
            customer,
            decide_again,
            select_first,
            note,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}
