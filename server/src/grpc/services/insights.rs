//! The handlers of InsightService.

use crate::grpc::edge::Services;
use crate::grpc::{from_proto, status, to_proto};
use signpost_domain::command::Query;
use signpost_domain::flow::Answer;
use signpost_proto::v1;
use signpost_proto::v1::insight_service_server::InsightService;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl InsightService for Services {
    async fn count_reasons(
        &self,
        request: Request<v1::CountReasonsRequest>,
    ) -> Result<Response<v1::CountReasonsResponse>, Status> {
        let asked = from_proto::playbook::counts(request.into_inner());
        let ((), _) = self.fresh(asked).await?;
        let (Answer::Counts(counts), seq) = self.read(Query::Counts).await? else {
            return Err(status::internal());
        };
        let live = self.live_if_any();
        let answer = to_proto::counts::counted(live.as_deref(), counts, self.revision(seq));
        Ok(Response::new(answer))
    }
}
