//! The stream of a backup.

use crate::client::Client;
use crate::error::{Cause, ClientError};
use crate::v1;
use std::time::Duration;
use tokio::time::timeout;
use tonic::{Status, Streaming};
use v1::backup_service_client::BackupServiceClient;

/// The longest time without a chunk of a backup: 2 minutes. A server whose disk is busy may read slowly.
pub const CHUNK_WAIT_MAX: Duration = Duration::from_secs(120);
/// The maximum number of bytes of a chunk that the server sends.
const CHUNK_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The stream of a backup: first what it is of, then its events.
#[derive(Debug)]
pub struct BackupStream {
    begin: v1::BackupBegin,
    stream: Streaming<v1::StreamBackupResponse>,
}

impl Client {
    /// Begins to receive a backup. It is not repeated: after an error, ask again from what came.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn stream_backup(
        &self,
        request: v1::StreamBackupRequest,
    ) -> Result<BackupStream, ClientError> {
        let mut service =
            BackupServiceClient::new(self.channel()).max_decoding_message_size(CHUNK_BYTES_MAX);
        let request = self.request(request);
        let opened = timeout(self.deadline(), async {
            let mut stream = service.stream_backup(request).await?.into_inner();
            let first = stream.message().await?;
            Ok::<_, Status>((first, stream))
        });
        let late = |_| unavailable("no answer within the deadline");
        let (first, stream) = opened
            .await
            .map_err(late)?
            .map_err(ClientError::from_status)?;
        match first.and_then(|first| first.item) {
            Some(v1::stream_backup_response::Item::Begin(begin)) => {
                Ok(BackupStream { begin, stream })
            }
            _ => Err(unavailable("the server did not say what the backup is of")),
        }
    }
}

impl BackupStream {
    /// What the backup is of.
    pub fn begin(&self) -> &v1::BackupBegin {
        &self.begin
    }

    /// The next events; `None` after the last.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn next(&mut self) -> Result<Option<v1::BackupChunk>, ClientError> {
        let message = timeout(CHUNK_WAIT_MAX, self.stream.message()).await;
        let late = |_| {
            let most = CHUNK_WAIT_MAX.as_secs();
            unavailable(&format!("nothing came for {most} s"))
        };
        let message = message.map_err(late)?.map_err(ClientError::from_status)?;
        let Some(message) = message else {
            return Ok(None);
        };
        match message.item {
            Some(v1::stream_backup_response::Item::Chunk(chunk)) => Ok(Some(chunk)),
            _ => Err(unavailable("the server sent what is no chunk of a backup")),
        }
    }
}

fn unavailable(what: &str) -> ClientError {
    ClientError::Unavailable(what.to_owned(), Cause::default())
}
