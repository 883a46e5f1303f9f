//! CustomerService.

use super::edge::Edge;
use crate::engine::Written;
use crate::{intake, queries, reply, status};
use signpost_domain::command::Command;
use signpost_domain::customer::Customer;
use signpost_domain::event::{CustomerWorked, Event};
use signpost_domain::flow::Answer;
use signpost_domain::ids::CustomerId;
use signpost_domain::refusal::{Faults, Refusal};
use signpost_proto::v1;
use signpost_proto::v1::customer_service_server::CustomerService;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// What a write on a customer came to.
struct Worked {
    what: Box<CustomerWorked>,
    written: Written,
}

impl Worked {
    fn receipt(&self) -> Option<v1::CustomerReceipt> {
        Some(self.receipt_of(&self.what.customer))
    }

    /// The customer that is or was merged.
    fn receipt_of_merged(&self) -> Option<v1::CustomerReceipt> {
        self.what.work.other().map(|id| self.receipt_of(id))
    }

    fn receipt_of(&self, id: &CustomerId) -> v1::CustomerReceipt {
        let seq = self.written.recorded.envelope.seq;
        reply::customer::receipt(id, seq, self.written.replayed)
    }
}

impl Edge {
    async fn work_on_customer(&self, command: Result<Command, Faults>) -> Result<Worked, Status> {
        let command = command.map_err(|faults| status::faulty(&faults))?;
        let written = self.write(command).await?;
        let Event::CustomerWorked(what) = &written.recorded.event else {
            return Err(status::internal());
        };
        Ok(Worked {
            what: what.clone(),
            written,
        })
    }
}

#[tonic::async_trait]
impl CustomerService for Edge {
    async fn upsert_customer(
        &self,
        request: Request<v1::UpsertCustomerRequest>,
    ) -> Result<Response<v1::UpsertCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live()?;
        let command = intake::customer::upsert(request.into_inner(), caller, &live);
        let command = command.map_err(|faults| status::faulty(&faults))?;
        let written = self.write(command).await?;
        let Event::CustomerSaved(saved) = &written.recorded.event else {
            return Err(status::internal());
        };
        let seq = written.recorded.envelope.seq;
        let answer = reply::customer::upserted(saved, seq, written.replayed);
        Ok(Response::new(answer))
    }

    async fn get_customer(
        &self,
        request: Request<v1::GetCustomerRequest>,
    ) -> Result<Response<v1::GetCustomerResponse>, Status> {
        let query = intake::customer::get(request.into_inner());
        let query = query.map_err(|faults| status::faulty(&faults))?;
        let Answer::Customer(row) = self.read(query).await? else {
            return Err(status::internal());
        };
        Ok(Response::new(reply::customer::got(&row)))
    }

    async fn list_customers(
        &self,
        request: Request<v1::ListCustomersRequest>,
    ) -> Result<Response<v1::ListCustomersResponse>, Status> {
        let asked = intake::list::customers(request.into_inner(), self.place());
        let asked = asked.map_err(|faults| status::faulty(&faults))?;
        let show = |row: &Arc<Customer>, _| (row.opened, reply::customer::listed(row));
        let (customers, next_page_token) = self.page(asked, queries::customers, show).await?;
        Ok(Response::new(v1::ListCustomersResponse {
            customers,
            next_page_token,
        }))
    }

    async fn link_identity(
        &self,
        request: Request<v1::LinkIdentityRequest>,
    ) -> Result<Response<v1::LinkIdentityResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = intake::customer_work::link(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::LinkIdentityResponse {
            receipt: worked.receipt(),
            duplicate: worked.receipt_of_merged(),
            verification_lost: reply::customer::proof_lost(&worked.what.work),
        }))
    }

    async fn unlink_identity(
        &self,
        request: Request<v1::UnlinkIdentityRequest>,
    ) -> Result<Response<v1::UnlinkIdentityResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = intake::customer_work::unlink(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::UnlinkIdentityResponse {
            receipt: worked.receipt(),
        }))
    }

    async fn merge_customers(
        &self,
        request: Request<v1::MergeCustomersRequest>,
    ) -> Result<Response<v1::MergeCustomersResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = intake::customer_work::merge(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::MergeCustomersResponse {
            receipt: worked.receipt(),
            duplicate: worked.receipt_of_merged(),
        }))
    }

    async fn unmerge_customer(
        &self,
        request: Request<v1::UnmergeCustomerRequest>,
    ) -> Result<Response<v1::UnmergeCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = intake::customer_work::unmerge(request.into_inner(), caller);
        let worked = self.work_on_customer(command).await?;
        Ok(Response::new(v1::UnmergeCustomerResponse {
            receipt: worked.receipt_of_merged(),
            surviving: worked.receipt(),
        }))
    }

    async fn get_customer_history(
        &self,
        request: Request<v1::GetCustomerHistoryRequest>,
    ) -> Result<Response<v1::GetCustomerHistoryResponse>, Status> {
        let of = intake::customer::history(request.into_inner());
        let of = of.map_err(|faults| status::faulty(&faults))?;
        let live = self.live_if_any();
        let asked = of.clone();
        let told = self.rows(move |rows| queries::history(rows, &asked, live.as_deref()));
        let told = told.await?;
        let told = told.ok_or_else(|| status::refused(&Refusal::no_customer(&of)))?;
        let answer = reply::customer::history(&told, self.numbers());
        Ok(Response::new(answer))
    }
}
