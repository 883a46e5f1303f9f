//! CaseService.

use super::edge::Edge;
use crate::{intake, queries, reply, status};
use signpost_domain::flow::Answer;
use signpost_proto::v1;
use signpost_proto::v1::case_service_server::CaseService;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CaseService for Edge {
    async fn get_case(
        &self,
        request: Request<v1::GetCaseRequest>,
    ) -> Result<Response<v1::GetCaseResponse>, Status> {
        let query = intake::contact::get_case(request.into_inner());
        let query = query.map_err(|faults| status::faulty(&faults))?;
        let Answer::Case(row) = self.read(query).await? else {
            return Err(status::internal());
        };
        Ok(Response::new(reply::case::got(&row)))
    }

    async fn list_cases(
        &self,
        request: Request<v1::ListCasesRequest>,
    ) -> Result<Response<v1::ListCasesResponse>, Status> {
        let asked = intake::list::cases(request.into_inner(), self.place());
        let asked = asked.map_err(|faults| status::faulty(&faults))?;
        let (cases, next) = self.page(asked, queries::cases).await?;
        Ok(Response::new(reply::case::listed(&cases, next)))
    }
}
