//! Sends the events of the log to whoever makes a backup, while the server serves.
//!
//! The log is read in chunks on threads for blocking work, with a lower priority than those that serve, one chunk at a
//! time however many backups are made. What is sent ends at the event that was the last on disk when the call came, so
//! it is one state of the store. A chunk is read only when the one before it was taken.

use super::BackupForm;
use super::json_lines::push_line;
use crate::codec;
use crate::codec::json::EventJson;
use crate::codec::rows::LAYOUT;
use crate::engine::{Engine, EngineError, lower_priority, unreadable};
use crate::store::{LogReader, SCHEMA, StoreError};
use signpost_backup::{CHUNK_BYTES_MAX, CHUNK_EVENTS_MAX, digest, pack, push_record};
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;

/// How long whoever makes a backup may take no chunk before the stream ends.
pub const BACKUP_STALLED_MAX: Duration = Duration::from_secs(60);
/// The maximum number of chunks that are read from the log at the same time.
pub const BACKUP_READERS_MAX: usize = 1;

/// The backup that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct WantedBackup {
    /// The store of the backup that is continued; empty if any will do.
    pub(crate) store_id: String,
    /// The last event that the backup has.
    pub(crate) after: Seq,
    /// The digest of that event; `None` if it is not to be checked.
    pub(crate) after_digest: Option<[u8; 32]>,
    /// The form of the events.
    pub(crate) form: BackupForm,
}

/// Why a backup is not continued.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NotBackedUp {
    /// The backup is one of another store.
    #[error(
        "the backup is of another store, this one is {store_id}; write its backup to a place of its own"
    )]
    OtherStore {
        /// The id of this store.
        store_id: String,
    },
    /// The backup has events that this store does not have.
    #[error(
        "the backup has events that this store, whose last one is {last}, does not have; keep it, and write a new one to \
         a place of its own"
    )]
    OtherHistory {
        /// The sequence of the last event of this store.
        last: u64,
    },
    /// The log does not read, or the server is stopping.
    #[error(transparent)]
    Failed(#[from] EngineError),
}

/// What is sent first.
#[derive(Clone, Debug)]
pub(crate) struct BackupHead {
    /// The sequence of the last event that will come.
    pub(crate) last: u64,
    /// The number of the schema of the log.
    pub(crate) schema: u64,
    /// The number of the layout of the rows.
    pub(crate) layout: u32,
}

/// Some events.
#[derive(Debug)]
pub(crate) struct SentChunk {
    /// The sequence of the first.
    pub(crate) first: u64,
    /// The sequence of the last.
    pub(crate) last: u64,
    /// When the last was recorded.
    pub(crate) last_record_time: UnixMs,
    /// The events, packed.
    pub(crate) packed: Vec<u8>,
}

/// The chunks of a backup, and why there are no more.
pub(crate) struct BackupStream {
    /// What is sent first.
    pub(crate) head: BackupHead,
    /// The chunks.
    pub(crate) chunks: mpsc::Receiver<Result<SentChunk, EngineError>>,
}

/// The backups of an engine.
pub(crate) struct Backups {
    engine: Engine,
    turns: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl Backups {
    pub(crate) fn new(engine: Engine) -> Arc<Backups> {
        Arc::new(Backups {
            engine,
            turns: Arc::new(Semaphore::new(BACKUP_READERS_MAX)),
            stopping: watch::Sender::new(false),
        })
    }

    /// The engine whose log is read.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends every backup, including those that begin later.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Begins to send.
    ///
    /// # Errors
    /// See [`NotBackedUp`].
    pub(crate) async fn begin(
        self: &Arc<Self>,
        wanted: WantedBackup,
    ) -> Result<BackupStream, NotBackedUp> {
        let store_id = self.engine.store_id().to_string();
        if !wanted.store_id.is_empty() && wanted.store_id != store_id {
            return Err(NotBackedUp::OtherStore { store_id });
        }
        let last = self.engine.log().last();
        let after = wanted.after.0;
        if after > last {
            return Err(NotBackedUp::OtherHistory { last });
        }
        if let Some(theirs) = wanted.after_digest.filter(|_| after > 0) {
            let ours = self.read(move |log| log.as_stored().get(after)).await?;
            if ours.is_none_or(|ours| digest(&ours) != theirs) {
                return Err(NotBackedUp::OtherHistory { last });
            }
        }
        let written = Arc::new(Written::of(wanted.form)?);
        let (sender, chunks) = mpsc::channel(1);
        tokio::spawn(self.clone().send(written, (after, last), sender));
        let head = BackupHead {
            last,
            schema: SCHEMA,
            layout: LAYOUT,
        };
        Ok(BackupStream { head, chunks })
    }

    /// Sends the events after `after`, up to `last`.
    async fn send(
        self: Arc<Self>,
        written: Arc<Written>,
        (mut after, last): (u64, u64),
        sender: mpsc::Sender<Result<SentChunk, EngineError>>,
    ) {
        let mut stopping = self.stopping.subscribe();
        while after < last {
            let made = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => Err(EngineError::Stopping),
                made = self.made(&written, (after, last)) => made,
            };
            let ended = made.is_err();
            after = made.as_ref().map_or(last, |chunk| chunk.last);
            // The caller is gone, or takes nothing: it continues later from what it has.
            match timeout(BACKUP_STALLED_MAX, sender.send(made)).await {
                Ok(Ok(())) if !ended => {}
                _ => return,
            }
        }
    }

    async fn made(
        &self,
        written: &Arc<Written>,
        (after, last): (u64, u64),
    ) -> Result<SentChunk, EngineError> {
        let events = usize::try_from(last - after).unwrap_or(CHUNK_EVENTS_MAX);
        let events = events.min(CHUNK_EVENTS_MAX);
        let written = written.clone();
        self.with(move |log| {
            let read = written.log(log).range(after + 1, events, CHUNK_BYTES_MAX);
            chunk(&written, read.map_err(unreadable)?)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&LogReader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.with(|log| read(log).map_err(unreadable)).await
    }

    /// Runs `work` with the log when it is its turn, off the threads that serve.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&LogReader) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| EngineError::Stopping)?;
        let log = self.engine.log().clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            lower_priority();
            work(&log)
        });
        done.await.map_err(|_| EngineError::Stopping)?
    }
}

/// How events are written.
enum Written {
    Records,
    JsonLines(EventJson),
}

impl Written {
    /// The log to read. Records have what is personal as it is stored, sealed; lines have it in clear.
    fn log(&self, log: &LogReader) -> LogReader {
        match self {
            Written::Records => log.as_stored(),
            Written::JsonLines(_) => log.clone(),
        }
    }

    fn of(form: BackupForm) -> Result<Written, EngineError> {
        Ok(match form {
            BackupForm::Records => Written::Records,
            BackupForm::JsonLines => {
                Written::JsonLines(EventJson::new().map_err(|error| not_sent(0, &error))?)
            }
        })
    }
}

/// Packs events, of which there is at least one.
fn chunk(written: &Written, events: Vec<(u64, Vec<u8>)>) -> Result<SentChunk, EngineError> {
    let (Some((first, _)), Some((last, newest))) = (events.first(), events.last()) else {
        return Err(EngineError::Corrupt);
    };
    let newest = codec::events::decode(newest).map_err(|error| not_sent(*last, &error))?;
    let mut bytes = Vec::new();
    match written {
        Written::Records => events
            .iter()
            .for_each(|(sequence, event)| push_record(&mut bytes, *sequence, event)),
        Written::JsonLines(json) => {
            for (sequence, event) in &events {
                push_line(&mut bytes, json, (*sequence, event))
                    .map_err(|error| not_sent(*sequence, &error))?;
            }
        }
    }
    Ok(SentChunk {
        first: *first,
        last: *last,
        last_record_time: newest.envelope.record_time,
        packed: pack(&bytes).map_err(|error| not_sent(*first, &error))?,
    })
}

fn not_sent(sequence: u64, error: &(dyn std::error::Error + 'static)) -> EngineError {
    tracing::error!(error, sequence, "an event could not be sent to a backup");
    EngineError::Corrupt
}
