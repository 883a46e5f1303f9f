//! The handler that erases customers.

use crate::engine::EngineError;
use crate::grpc::edge::Services;
use crate::grpc::from_proto::caller::Caller;
use crate::grpc::{from_proto, status, to_proto};
use crate::queries;
use signpost_domain::command::{CommandBody, EraseCustomer};
use signpost_domain::event::{CustomerErased, Event};
use signpost_domain::ids::Seq;
use signpost_domain::refusal::{CustomerCause, Kind, Refusal};
use signpost_proto::v1;
use tonic::Status;

/// How often it is looked up what is theirs. It is looked up again if the customer changed meanwhile.
const LOOKS_MAX: usize = 8;

impl Services {
    /// Looks up what is the customer's, and erases it, unless the request only asks what that is.
    pub(super) async fn erase(
        &self,
        request: v1::EraseCustomerRequest,
        caller: Caller,
    ) -> Result<v1::EraseCustomerResponse, Status> {
        let only_asks = request.validate_only;
        let command = from_proto::customer_work::erase(request, caller);
        let command = command.map_err(|faults| status::faulty(&faults))?;
        let mut looks = 0;
        loop {
            looks += 1;
            let mut command = command.clone();
            match &command.body {
                CommandBody::EraseCustomer(asked) => {
                    let of = EraseCustomer::clone(asked);
                    let found = self.rows(move |rows| queries::erasure(rows, of)).await?;
                    if only_asks {
                        return preview(&found, self.engine().sealed_from());
                    }
                    command.body = CommandBody::EraseCustomer(Box::new(found));
                }
                CommandBody::Faulty(_, faults) if only_asks => return Err(status::faulty(faults)),
                // The engine refuses what is faulty, unless the request was answered before.
                _ => {}
            }
            match self.engine().write(command).await {
                Ok(written) => {
                    let Event::CustomerErased(erased) = &written.recorded.event else {
                        return Err(status::internal());
                    };
                    let receipt = Some(self.receipt(&written));
                    let sealed_from = self.engine().sealed_from();
                    let answer = to_proto::work_event::erased_answer;
                    return Ok(answer(erased, receipt, sealed_from));
                }
                Err(EngineError::Refused(refusal))
                    if looks < LOOKS_MAX && matches!(*refusal, Refusal::CustomerChanged { .. }) => {
                }
                Err(halt) => return Err(status::halted(halt)),
            }
        }
    }
}

/// What would be erased. Refused as the erasing would be.
fn preview(found: &EraseCustomer, sealed_from: Seq) -> Result<v1::EraseCustomerResponse, Status> {
    if found.seen.is_empty() {
        return Err(status::refused(&Refusal::NotFound {
            kind: Kind::Customer,
            id: found.customer.to_string(),
        }));
    }
    let live = found.live.clone();
    let live = live.map(|contact| CustomerCause::LiveContacts { contact });
    let held = found.held.map(|case| CustomerCause::LegalHold { case });
    if let Some(why) = live.or(held) {
        let customer = found.customer.clone();
        return Err(status::refused(&Refusal::CustomerStep { customer, why }));
    }
    let erased = CustomerErased {
        customers: found.seen.iter().map(|(id, _)| id.clone()).collect(),
        contacts: found.contacts.clone(),
        cases: found.cases.clone(),
        note: found.note.clone(),
    };
    Ok(to_proto::work_event::erased_answer(
        &erased,
        None,
        sealed_from,
    ))
}
