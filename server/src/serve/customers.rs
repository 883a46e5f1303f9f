//! CustomerService.

use super::edge::Edge;
use crate::{intake, queries, reply, status};
use signpost_domain::event::Event;
use signpost_domain::flow::Answer;
use signpost_proto::v1;
use signpost_proto::v1::customer_service_server::CustomerService;
use tonic::{Request, Response, Status};

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
        let (customers, next) = self.page(asked, queries::customers).await?;
        Ok(Response::new(reply::customer::listed(&customers, next)))
    }
}
