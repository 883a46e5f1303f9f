//! The handler of ServerService.

use crate::engine::Clock;
use crate::grpc::edge::{Services, identity};
use crate::grpc::{status, to_proto};
use signpost_domain::access::Role;
use signpost_proto::v1;
use signpost_proto::v1::server_service_server::ServerService;
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl ServerService for Services {
    async fn get_server_status(
        &self,
        request: Request<v1::GetServerStatusRequest>,
    ) -> Result<Response<v1::GetServerStatusResponse>, Status> {
        let role = identity(request.extensions())?.role();
        let v1::GetServerStatusRequest {} = request.into_inner();
        let services = self.clone();
        // It looks at the disk.
        let figures = spawn_blocking(move || services.figures()).await;
        let figures = figures.map_err(|_| status::internal())?;
        let durable = figures.engine.as_ref().map(|engine| engine.durable);
        let durable = durable.ok_or_else(status::internal)?;
        let may_have_head = matches!(role, Role::Admin | Role::Auditor);
        let head = figures.audit.as_ref().filter(|_| may_have_head);
        let head = head.map(|audit| audit.head);
        Ok(Response::new(v1::GetServerStatusResponse {
            audit_head_number: head.map_or(0, |head| head.number),
            audit_head_hash: head.map(|head| head.hash_text()).unwrap_or_default(),
            store_id: self.engine().store_id().to_string(),
            asks_for_credentials: self.asks_for_credentials(),
            revision: self.revision(durable),
            ..to_proto::server::status(&figures, Clock::machine())
        }))
    }
}
