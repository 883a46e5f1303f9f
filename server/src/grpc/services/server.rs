//! The handler of ServerService.

use crate::engine::Clock;
use crate::grpc::edge::Services;
use crate::grpc::{status, to_proto};
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
        let v1::GetServerStatusRequest {} = request.into_inner();
        let services = self.clone();
        // It looks at the disk.
        let figures = spawn_blocking(move || services.figures()).await;
        let figures = figures.map_err(|_| status::internal())?;
        let durable = figures.engine.as_ref().map(|engine| engine.durable);
        let durable = durable.ok_or_else(status::internal)?;
        Ok(Response::new(v1::GetServerStatusResponse {
            store_id: self.engine().store_id().to_string(),
            asks_for_credentials: self.asks_for_credentials(),
            revision: self.revision(durable),
            ..to_proto::server::status(&figures, Clock::machine())
        }))
    }
}
