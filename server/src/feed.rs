//! Feeds: send durable events, and the rows that they changed, to watchers.
//!
//! The log is the source of truth. A watcher is a task that reads on from its cursor, from the tail in memory or from
//! disk, and waits for more. Nothing is queued for a watcher, so a slow watcher costs the others nothing. Messages that
//! are the same for all watchers are encoded once.

mod encode;
mod events;
mod filter;
mod log_chunk;
mod rows;
mod snapshot;
mod tail_batch;
mod watch_stream;

pub(crate) use watch_stream::WatchStream;

use crate::engine::{Engine, EngineError};
use crate::grpc::from_proto::feed::{self, WatchEvents, WatchRows};
use crate::grpc::tokens::cursor::{Cursor, StoreIdPrefix};
use crate::grpc::tokens::history::History;
use crate::tail::TailPosition;
use signpost_domain::ids::Seq;
use snapshot::Pages;
use std::sync::Arc;
use std::time::Duration;
use tail_batch::Digests;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use watch_stream::WatchSender;

/// The time without a message after which a watcher is sent the progress of its feed.
pub const PROGRESS_EVERY: Duration = Duration::from_secs(10);
/// How long a watcher may accept no message before its watch ends.
pub const STALLED_MAX: Duration = Duration::from_secs(60);
/// About the most messages per second to all watchers together. With more watchers, each gets fewer but longer
/// messages.
pub const MESSAGES_A_SECOND: u32 = 25_000;
/// Maximum number of watchers that read the log or the rows from disk at the same time. The others wait for their turn.
pub const READING_MAX: usize = 2;

/// Why a watch cannot begin.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Unwatched {
    /// There are too many watchers.
    #[error("there are too many watchers already")]
    TooMany,
    /// The cursor belongs to another store.
    #[error("the cursor is of another store; begin again without it")]
    OtherStore,
    /// The cursor is of a time after the one to which the store was restored.
    #[error(
        "the cursor is of a time after the one to which the store was restored; begin again without it"
    )]
    Lost {
        /// The sequence of the last event that was restored.
        restored: u64,
    },
    /// The sequence of the cursor is greater than that of the last event.
    #[error("the cursor is ahead of the last event, which is {last}; begin again without it")]
    Future {
        /// The sequence of the last event.
        last: u64,
    },
}

/// The position up to which all watchers may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DurablePosition {
    /// The sequence of the last durable event that watchers may be sent.
    last: Seq,
    /// Why all watches end; `None` while they continue.
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stopping,
    Failed,
}

impl From<End> for EngineError {
    fn from(end: End) -> EngineError {
        match end {
            End::Stopping => EngineError::Stopping,
            End::Failed => EngineError::Failed,
        }
    }
}

/// The feeds of an engine, and the state that all watchers share.
pub(crate) struct Feeds {
    engine: Engine,
    store: StoreIdPrefix,
    source: String,
    standing: Arc<watch::Sender<DurablePosition>>,
    digests: Arc<Digests>,
    pages: Pages,
    reading: Semaphore,
    relay: JoinHandle<()>,
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

impl Feeds {
    /// The feeds of an engine. Must be called within a runtime.
    pub(crate) fn new(engine: Engine) -> Arc<Feeds> {
        let last = Seq(engine.log().last());
        let standing = Arc::new(watch::Sender::new(DurablePosition { last, end: None }));
        let digests = Arc::<Digests>::default();
        let relay = relay(engine.clone(), standing.clone(), digests.clone());
        let relay = tokio::spawn(relay);
        let store_id = engine.store_id();
        Arc::new(Feeds {
            store: StoreIdPrefix::of(store_id),
            source: store_id.to_string(),
            engine,
            standing,
            digests,
            pages: Pages::default(),
            reading: Semaphore::new(READING_MAX),
            relay,
        })
    }

    /// The engine whose events and rows are watched.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends every watch, including those that begin later.
    pub(crate) fn stop(&self) {
        end(&self.standing, End::Stopping);
    }

    /// Watches events.
    ///
    /// # Errors
    /// See [`Unwatched`].
    pub(crate) fn watch_events(
        self: &Arc<Self>,
        asked: WatchEvents,
    ) -> Result<WatchStream, Unwatched> {
        let place = self.place()?;
        let at = match &asked.from {
            feed::From::Cursor(cursor) => self.known(cursor)?,
            // The revision belongs to this store, and the caller has waited for it.
            feed::From::Revision(revision) => revision.seq,
            feed::From::Now => Seq(self.engine.log().last()),
            feed::From::Oldest => Seq(self.engine.log().first() - 1),
        };
        let (mut outlet, stream) = watch_stream::channel(self.standing.subscribe());
        let watcher = events::EventWatcher::new(self.clone(), at, asked.as_cloud_events);
        tokio::spawn(async move {
            let Err(over) = watcher.watch(&mut outlet).await;
            outlet.end(over);
            drop(place);
        });
        Ok(stream)
    }

    /// Watches cases or contacts.
    ///
    /// # Errors
    /// See [`Unwatched`].
    pub(crate) fn watch_rows(self: &Arc<Self>, asked: WatchRows) -> Result<WatchStream, Unwatched> {
        let place = self.place()?;
        let mut asked = asked;
        match (&asked.cursor, &asked.start) {
            (Some(cursor), _) => drop(self.known(cursor)?),
            // Begin as at the end of a snapshot. The revision belongs to this store, and the caller has waited for it.
            (None, Some(revision)) => {
                asked.cursor = Some(Cursor {
                    store: self.store,
                    seq: revision.seq,
                    row: None,
                });
            }
            (None, None) => {}
        }
        let (mut outlet, stream) = watch_stream::channel(self.standing.subscribe());
        let watcher = rows::RowWatcher::new(self.clone(), asked);
        tokio::spawn(async move {
            let Err(over) = watcher.watch(&mut outlet).await;
            outlet.end(over);
            drop(place);
        });
        Ok(stream)
    }

    fn place(&self) -> Result<TailPosition, Unwatched> {
        self.engine.tail().place().ok_or(Unwatched::TooMany)
    }

    /// The sequence of a cursor. An error if the cursor belongs to another store or is after the last event.
    fn known(&self, cursor: &Cursor) -> Result<Seq, Unwatched> {
        let last = self.engine.log().last();
        match History::of(&self.engine, cursor.store, cursor.seq) {
            History::Other => Err(Unwatched::OtherStore),
            History::Lost { restored } => Err(Unwatched::Lost { restored }),
            History::Ours if cursor.seq.0 > last => Err(Unwatched::Future { last }),
            History::Ours => Ok(cursor.seq),
        }
    }

    /// Waits until there are events after `at`, or until it is time to send the progress.
    async fn more(&self, at: Seq, outlet: &mut WatchSender) -> Result<Wakeup, WatchEnd> {
        let more = outlet.news(at).await?;
        self.goes_on()?;
        Ok(more)
    }

    /// An error after all watches were ended.
    fn goes_on(&self) -> Result<(), WatchEnd> {
        match self.standing.borrow().end {
            None => Ok(()),
            Some(end) => Err(WatchEnd::Halted(end.into())),
        }
    }
}

/// The reason to wake a watcher.
#[derive(Debug)]
enum Wakeup {
    /// There are events up to this sequence.
    UpTo(Seq),
    /// There was no event during the last [`PROGRESS_EVERY`].
    Nothing,
}

/// Why a watch ends.
#[derive(Debug)]
enum WatchEnd {
    /// The connection is closed, or the last message was set.
    Gone,
    /// The watch cannot continue because of this error.
    Halted(EngineError),
}

impl From<EngineError> for WatchEnd {
    fn from(halt: EngineError) -> WatchEnd {
        WatchEnd::Halted(halt)
    }
}

/// Wakes all watchers when events become durable: at once after a silence, and then at the pace that the number of
/// watchers allows.
async fn relay(
    engine: Engine,
    standing: Arc<watch::Sender<DurablePosition>>,
    digests: Arc<Digests>,
) {
    let mut durable = engine.tail().last();
    loop {
        let last = *durable.borrow_and_update();
        standing.send_if_modified(|standing| {
            let grown = last > standing.last;
            standing.last = standing.last.max(last);
            grown
        });
        let watchers = u32::try_from(engine.tail().watchers()).unwrap_or(u32::MAX);
        if watchers == 0 {
            digests.clear();
        }
        tokio::time::sleep(Duration::from_secs(1) * watchers / MESSAGES_A_SECOND).await;
        tokio::select! {
            changed = durable.changed() => if changed.is_err() { return },
            failed = engine.failed() => {
                end(&standing, if failed { End::Failed } else { End::Stopping });
                return;
            }
        }
    }
}

fn end(standing: &watch::Sender<DurablePosition>, end: End) {
    standing.send_modify(|standing| standing.end = standing.end.or(Some(end)));
}
