//! The handler of BackupService.

use crate::backup::{BackupHead, BackupStream, Backups, SentChunk};
use crate::engine::Engine;
use crate::grpc::access::WatchGuard;
use crate::grpc::edge::identity;
use crate::grpc::to_proto::time::timestamp;
use crate::grpc::{from_proto, status};
use signpost_proto::v1;
use signpost_proto::v1::backup_service_server::BackupService;
use signpost_proto::v1::stream_backup_response::Item;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::codegen::tokio_stream::Stream;
use tonic::{Request, Response, Status};

/// The backup service.
#[derive(Clone)]
pub(in crate::grpc) struct BackupServer {
    backups: Arc<Backups>,
}

impl BackupServer {
    pub(in crate::grpc) fn new(backups: Arc<Backups>) -> BackupServer {
        BackupServer { backups }
    }
}

#[tonic::async_trait]
impl BackupService for BackupServer {
    type StreamBackupStream = Messages;

    async fn stream_backup(
        &self,
        request: Request<v1::StreamBackupRequest>,
    ) -> Result<Response<Messages>, Status> {
        let engine = self.backups.engine();
        let guard = WatchGuard::of(identity(request.extensions())?, engine);
        let wanted = from_proto::backup::stream(request.into_inner());
        let wanted = wanted.map_err(|faults| status::faulty(&faults))?;
        let begun = self.backups.begin(wanted).await;
        let stream = begun.map_err(|why| status::not_backed_up(&why))?;
        Ok(Response::new(Messages {
            head: Some(head(engine, &stream.head)),
            stream: Some(stream),
            guard,
        }))
    }
}

/// The messages of a backup, and the status at its end.
pub(in crate::grpc) struct Messages {
    head: Option<v1::BackupBegin>,
    /// `None` after the credential of the caller ended.
    stream: Option<BackupStream>,
    guard: Option<WatchGuard>,
}

impl Stream for Messages {
    type Item = Result<v1::StreamBackupResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let ended = match &mut self.guard {
            Some(guard) => guard.poll_ended(context),
            None => Poll::Pending,
        };
        if let Poll::Ready(status) = ended {
            (self.guard, self.stream) = (None, None);
            return Poll::Ready(Some(Err(status)));
        }
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(message(Item::Begin(head)))));
        }
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let next = stream.chunks.poll_recv(context);
        next.map(|next| {
            next.map(|made| match made {
                Ok(made) => Ok(message(Item::Chunk(chunk(made)))),
                Err(error) => Err(status::halted(error)),
            })
        })
    }
}

fn message(item: Item) -> v1::StreamBackupResponse {
    v1::StreamBackupResponse { item: Some(item) }
}

fn head(engine: &Engine, head: &BackupHead) -> v1::BackupBegin {
    let ancestors = engine.lineage().ancestors().iter();
    v1::BackupBegin {
        store_id: engine.store_id().to_string(),
        ancestors: ancestors
            .map(|ancestor| v1::BackupAncestor {
                store_id: ancestor.store_id.to_string(),
                last_sequence: ancestor.last,
            })
            .collect(),
        last_sequence: head.last,
        schema: u32::try_from(head.schema).unwrap_or(u32::MAX),
        layout: head.layout,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn chunk(made: SentChunk) -> v1::BackupChunk {
    v1::BackupChunk {
        first_sequence: made.first,
        last_sequence: made.last,
        last_record_time: Some(timestamp(made.last_record_time)),
        packed_events: made.packed,
    }
}
