//! The handlers of CustomerService.

use super::answer;
use crate::engine::{EngineError, Written};
use crate::grpc::edge::Services;
use crate::grpc::from_proto::batch::BatchItem;
use crate::grpc::from_proto::list::ListRequest;
use crate::grpc::{from_proto, status, to_proto};
use crate::queries::{self, Conflict, SEARCH_FOUND_MAX, SearchedCustomers};
use crate::store::RowReader;
use signpost_domain::command::Command;
use signpost_domain::customer::Customer;
use signpost_domain::event::{CustomerActionTaken, Event};
use signpost_domain::flow::Answer;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::CustomerFilter;
use signpost_domain::refusal::{Faults, Refusal};
use signpost_proto::v1;
use signpost_proto::v1::customer_service_server::CustomerService;
use signpost_proto::v1::customer_upsert_outcome::Outcome;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The result of a write on a customer.
struct Worked {
    what: Box<CustomerActionTaken>,
    written: Written,
}

impl Worked {
    fn customer_receipt(&self) -> Option<v1::CustomerReceipt> {
        Some(self.receipt_of(&self.what.customer))
    }

    /// The receipt of the customer that is or was merged; `None` if the write is about no other customer.
    fn receipt_of_merged(&self) -> Option<v1::CustomerReceipt> {
        self.what.action.other().map(|id| self.receipt_of(id))
    }

    fn receipt_of(&self, id: &CustomerId) -> v1::CustomerReceipt {
        let seq = self.written.recorded.envelope.seq;
        to_proto::customer::receipt(id, seq)
    }
}

impl Services {
    async fn work_on_customer(&self, command: Result<Command, Faults>) -> Result<Worked, Status> {
        let written = self.write(command).await?;
        let Event::CustomerActionTaken(what) = &written.recorded.event else {
            return Err(status::internal());
        };
        Ok(Worked {
            what: what.clone(),
            written,
        })
    }
}

impl Services {
    /// The list that is asked for, with what its search found.
    async fn searched(
        &self,
        asked: ListRequest<CustomerFilter>,
    ) -> Result<ListRequest<SearchedCustomers>, Status> {
        let ListRequest {
            filter,
            order,
            view,
            page,
        } = asked;
        let found = match filter.search.clone() {
            None => None,
            Some(text) => {
                let found = self.rows(move |rows| queries::search(rows, &text)).await?;
                Some(found.ok_or_else(|| {
                    let what = format!(
                        "more than {SEARCH_FOUND_MAX} keys and handles begin with this; give more of it"
                    );
                    status::faulty(&Faults::one("filter.search", what))
                })?)
            }
        };
        Ok(ListRequest {
            filter: SearchedCustomers { filter, found },
            order,
            view,
            page,
        })
    }
}

/// The maximum number of items of a batch that are decided at the same time.
const BATCH_AT_ONCE: usize = 64;

impl Services {
    /// Writes the customers of a batch, some at the same time. If one item is delayed, the whole batch is delayed.
    async fn keep_all(
        &self,
        items: Vec<BatchItem>,
    ) -> Result<Vec<v1::CustomerUpsertOutcome>, Status> {
        let mut outcomes = Vec::with_capacity(items.len());
        let mut items = items.into_iter().enumerate().peekable();
        while items.peek().is_some() {
            let some = items.by_ref().take(BATCH_AT_ONCE);
            let some = some.map(|(index, (id, command))| {
                let engine = self.engine().clone();
                let written =
                    command.map(|command| tokio::spawn(async move { engine.write(command).await }));
                (index, id, written)
            });
            // All writes are started before the first one is awaited.
            let some: Vec<_> = some.collect();
            for (index, customer_id, written) in some {
                let outcome = match written {
                    Err(faults) => Outcome::Error(status::of_item(&status::faulty(&faults))),
                    Ok(written) => {
                        let written = written.await.map_err(|_| status::internal())?;
                        self.kept(index, written).await?
                    }
                };
                outcomes.push(v1::CustomerUpsertOutcome {
                    customer_id,
                    outcome: Some(outcome),
                });
            }
        }
        Ok(outcomes)
    }

    /// The outcome of one item. A refusal concerns only this item; any other error ends the whole batch.
    async fn kept(
        &self,
        index: usize,
        written: Result<Written, EngineError>,
    ) -> Result<Outcome, Status> {
        match written {
            Ok(written) => {
                let Event::CustomerUpserted(saved) = &written.recorded.event else {
                    return Err(status::internal());
                };
                let playbook = self.playbook_of(&written.recorded.envelope).await?;
                let upserted = to_proto::receipt::upserted(self.mark(), &written, saved, &playbook);
                Ok(Outcome::Upserted(upserted))
            }
            Err(EngineError::Refused(refusal)) => {
                let refusal = from_proto::batch::of_item(index, *refusal);
                let refused = status::of_item(&status::refused(&refusal));
                Ok(Outcome::Error(refused))
            }
            Err(halt) => Err(status::halted(halt)),
        }
    }
}

#[tonic::async_trait]
impl CustomerService for Services {
    async fn upsert_customer(
        &self,
        request: Request<v1::UpsertCustomerRequest>,
    ) -> Result<Response<v1::UpsertCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live()?;
        let command = from_proto::customer::upsert(request.into_inner(), caller, &live);
        let written = self.write(command).await?;
        let Event::CustomerUpserted(saved) = &written.recorded.event else {
            return Err(status::internal());
        };
        let seq = written.recorded.envelope.seq;
        let playbook = self.playbook_of(&written.recorded.envelope).await?;
        let receipt = self.receipt(&written);
        let answer = to_proto::customer::upserted(saved, seq, &playbook, receipt);
        Ok(Response::new(answer))
    }

    async fn get_customer(
        &self,
        request: Request<v1::GetCustomerRequest>,
    ) -> Result<Response<v1::GetCustomerResponse>, Status> {
        let query = from_proto::customer::get(request.into_inner(), &self.engine().comparing());
        let (query, _) = self.fresh(query).await?;
        let (Answer::Customer(row), seq) = self.read(query).await? else {
            return Err(status::internal());
        };
        let answer = to_proto::customer::got(&row, self.revision(seq));
        Ok(Response::new(answer))
    }

    async fn look_up_customer(
        &self,
        request: Request<v1::LookUpCustomerRequest>,
    ) -> Result<Response<v1::LookUpCustomerResponse>, Status> {
        let query = from_proto::customer::look_up(request.into_inner(), &self.engine().comparing());
        let (query, _) = self.fresh(query).await?;
        let (Answer::Customer(row), seq) = self.read(query).await? else {
            return Err(status::internal());
        };
        let answer = to_proto::customer::looked_up(&row, self.revision(seq));
        Ok(Response::new(answer))
    }

    async fn list_customers(
        &self,
        request: Request<v1::ListCustomersRequest>,
    ) -> Result<Response<v1::ListCustomersResponse>, Status> {
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let asked = from_proto::list::customers(request, at_least, self.place());
        let (asked, revision) = self.shown(asked)?;
        let asked = self.searched(asked).await?;
        let show = |row: &Arc<Customer>, _| (row.opened, to_proto::customer::listed(row));
        let (customers, next_page_token) = self.page(asked, queries::customers, show).await?;
        Ok(Response::new(v1::ListCustomersResponse {
            customers,
            next_page_token,
            revision,
        }))
    }

    async fn list_handle_conflicts(
        &self,
        request: Request<v1::ListHandleConflictsRequest>,
    ) -> Result<Response<v1::ListHandleConflictsResponse>, Status> {
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let asked = from_proto::list::handle_conflicts(request, at_least, self.place());
        let (asked, revision) = self.shown(asked)?;
        let show = |it: &Conflict, _| (it.customer.opened, to_proto::customer::conflict(it));
        let (conflicts, next_page_token) =
            self.page(asked, queries::handle_conflicts, show).await?;
        Ok(Response::new(v1::ListHandleConflictsResponse {
            conflicts,
            next_page_token,
            revision,
        }))
    }

    async fn batch_upsert_customers(
        &self,
        request: Request<v1::BatchUpsertCustomersRequest>,
    ) -> Result<Response<v1::BatchUpsertCustomersResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live()?;
        let items = from_proto::batch::upsert(request.into_inner(), &caller, &live);
        let items = items.map_err(|faults| status::faulty(&faults))?;
        let outcomes = self.keep_all(items).await?;
        Ok(Response::new(v1::BatchUpsertCustomersResponse { outcomes }))
    }

    async fn batch_get_customers(
        &self,
        request: Request<v1::BatchGetCustomersRequest>,
    ) -> Result<Response<v1::BatchGetCustomersResponse>, Status> {
        let asked = from_proto::batch::customers(request.into_inner());
        let (ids, revision) = self.fresh(asked).await?;
        let asked = ids.clone();
        let read = move |rows: &RowReader| queries::batch_of_customers(rows, &asked);
        let found = self.rows(read).await?;
        let customers = ids.iter().zip(&found);
        let customers = customers.map(|(id, row)| to_proto::customer::found(id, row.as_deref()));
        let customers = answer::fitting(customers)?;
        Ok(Response::new(v1::BatchGetCustomersResponse {
            customers,
            revision,
        }))
    }

    async fn link_identity(
        &self,
        request: Request<v1::LinkIdentityRequest>,
    ) -> Result<Response<v1::LinkIdentityResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::customer_work::link(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        let action = &worked.what.action;
        let findings = match worked.written.recorded.envelope.playbook {
            Some(_) => {
                let envelope = &worked.written.recorded.envelope;
                let playbook = self.playbook_of(envelope).await?;
                to_proto::customer::linked_as_written(&playbook, action)
            }
            None => Vec::new(),
        };
        Ok(Response::new(v1::LinkIdentityResponse {
            findings,
            customer_receipt: worked.customer_receipt(),
            receipt: Some(self.receipt(&worked.written)),
            duplicate: worked.receipt_of_merged(),
            verification_lost: to_proto::customer::verification_lost(&worked.what.action),
        }))
    }

    async fn unlink_identity(
        &self,
        request: Request<v1::UnlinkIdentityRequest>,
    ) -> Result<Response<v1::UnlinkIdentityResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::customer_work::unlink(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::UnlinkIdentityResponse {
            customer_receipt: worked.customer_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn merge_customers(
        &self,
        request: Request<v1::MergeCustomersRequest>,
    ) -> Result<Response<v1::MergeCustomersResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::customer_work::merge(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::MergeCustomersResponse {
            customer_receipt: worked.customer_receipt(),
            receipt: Some(self.receipt(&worked.written)),
            duplicate: worked.receipt_of_merged(),
        }))
    }

    async fn unmerge_customer(
        &self,
        request: Request<v1::UnmergeCustomerRequest>,
    ) -> Result<Response<v1::UnmergeCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::customer_work::unmerge(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::UnmergeCustomerResponse {
            customer_receipt: worked.receipt_of_merged(),
            surviving: worked.customer_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn erase_customer(
        &self,
        request: Request<v1::EraseCustomerRequest>,
    ) -> Result<Response<v1::EraseCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let answer = self.erase(request.into_inner(), caller).await?;
        Ok(Response::new(answer))
    }

    async fn get_customer_history(
        &self,
        request: Request<v1::GetCustomerHistoryRequest>,
    ) -> Result<Response<v1::GetCustomerHistoryResponse>, Status> {
        let of = from_proto::customer::history(request.into_inner(), &self.engine().comparing());
        let (of, revision) = self.fresh(of).await?;
        let live = self.live_if_any();
        let asked = of.clone();
        let found = self.rows(move |rows| queries::history(rows, &asked, live.as_deref()));
        let found = found.await?;
        let found = found.ok_or_else(|| status::refused(&Refusal::no_customer(&of)))?;
        let answer = to_proto::customer::history(&found, self.numbers(), revision);
        Ok(Response::new(answer))
    }
}
