//! The engine: the only writer. One thread decides, one appends to the log, one keeps the rows.
//!
//! ```text
//! callers ─ look rows up ─► decide (state in memory) ─ groups ─► log ─ durable: answers ─► rows
//! ```
//! A caller looks up what its command needs and is not in memory, so that the deciding thread never waits for the
//! disk to read. Every answer, refusals and reads included, leaves after the group that it saw is durable.

mod batch;
mod clock;
mod decider;
mod filter_build;
mod index;
mod key_filter;
mod key_filters;
mod log_writer;
mod playbooks;
mod prefetch;
mod reading;
mod recover;
mod request_filter;
mod row_write_error;
mod row_writer;
mod start;
#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use key_filters::FilterLimits;
pub use recover::{Folded, RecoverError, fold_log};
pub use start::{EngineGuard, EngineOptions, StartError, open_folder};

use crate::store::{LogReader, RowReader, StoreError, StoreId};
use crate::tail::Tail;
use batch::Task;
use crossbeam_channel::{Sender, TrySendError};
use playbooks::PlaybookCache;
use prefetch::{Prefetched, RowLookup};
use reading::Reading;
pub(crate) use reading::decoded;
use row_writer::CatchUpSignal;
use signpost_domain::case::CaseNumbers;
use signpost_domain::command::{Command, CommandBody, PublishPlaybook, Query, RollbackPlaybook};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::flow::{self, Answer};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Refusal;
use signpost_domain::state::{Row, RowKey, RowNotLoaded, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Commands and reads that may wait to be decided; over it callers are told to try again.
pub const QUEUE_TASKS_MAX: usize = 4_096;
/// How often a command's rows are looked up again because others changed them meanwhile.
const LOOKS_MAX: usize = 64;
/// How long a list waits until the rows hold all that was durable when it was asked for.
pub const ROWS_BEHIND_MAX: Duration = Duration::from_secs(5);

/// The way to the engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    tasks: Sender<Task>,
    rows: RowLookup,
    wanted: CatchUpSignal,
    log: LogReader,
    reading: Reading,
    store_id: StoreId,
    case_numbers: CaseNumbers,
    tail: Arc<Tail>,
    live: watch::Receiver<Option<Arc<Playbook>>>,
    health: watch::Receiver<EngineHealth>,
    rows_held: Arc<AtomicUsize>,
    playbooks: PlaybookCache,
    clock: Clock,
}

/// Whether the engine takes work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineHealth {
    /// It does.
    Serving,
    /// The store failed: it stopped taking work, and the process must start again from disk.
    Failed,
}

/// A write that is durable.
#[derive(Clone, Debug)]
pub struct Written {
    /// The event that holds the answer.
    pub recorded: Arc<Recorded>,
    /// The events of the same write that follow it: of a contact with several matters.
    pub followed_by: Vec<Arc<Recorded>>,
    /// Whether it was answered before.
    pub replayed: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The request is refused; nothing was changed.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// Too much waits to be decided: try again. Nothing was changed.
    #[error("too much waits to be decided")]
    Busy,
    /// The server is stopping: try another, or again. Nothing was changed.
    #[error("the server is stopping")]
    Stopping,
    /// The store failed; whether the write is kept is not known. Ask again with the same request id.
    #[error("the store failed")]
    Failed,
    /// Stored bytes do not read.
    #[error("stored bytes do not read")]
    Corrupt,
}

impl Written {
    /// The last event of the write.
    pub(crate) fn last(&self) -> Seq {
        let followed_by = self.followed_by.last();
        followed_by.unwrap_or(&self.recorded).envelope.seq
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> EngineError {
        EngineError::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> EngineError {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the store could not be read"
        );
        match error {
            StoreError::Corrupt { .. } | StoreError::Damaged { .. } => EngineError::Corrupt,
            StoreError::Trimmed { .. } | StoreError::Io { .. } | StoreError::Closed => {
                EngineError::Failed
            }
        }
    }
}

/// What the deciding thread says, other than an answer.
#[derive(Debug)]
pub(crate) enum DecideRetry {
    /// Tell the caller.
    Failed(EngineError),
    /// Look these rows up too, and ask again.
    NeedsRow(Vec<RowKey>),
    /// What was looked up is out of date: look again.
    Stale,
}

/// What the deciding thread answers to a write.
#[derive(Debug)]
pub(crate) enum WriteDecision {
    /// It happened.
    Recorded(Vec<Arc<Recorded>>),
    /// It happened before; the answer is in that event.
    Replayed(Seq),
}

impl Engine {
    /// Carries a command out. It is durable when this returns.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn write(&self, command: Command) -> Result<Written, EngineError> {
        let command = Arc::new(command);
        let decided = self
            .ask(
                flow::named_rows(&command),
                |state| flow::missing_rows(state, &command),
                |rows, reply| Task::Write {
                    command: command.clone(),
                    rows,
                    reply,
                },
            )
            .await?;
        if let CommandBody::Publish(PublishPlaybook { playbook, .. })
        | CommandBody::RollBack(RollbackPlaybook { playbook, .. }) = &command.body
        {
            self.shared.playbooks.keep(playbook.clone());
        }
        match decided {
            WriteDecision::Recorded(recorded) => {
                let mut recorded = recorded.into_iter();
                Ok(Written {
                    recorded: recorded.next().ok_or(EngineError::Corrupt)?,
                    followed_by: recorded.collect(),
                    replayed: false,
                })
            }
            WriteDecision::Replayed(seq) => {
                let recorded = self.event(seq).await?;
                Ok(Written {
                    followed_by: self.followed_by(&recorded).await?,
                    recorded,
                    replayed: true,
                })
            }
        }
    }

    /// Answers a read. What it shows is durable.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn read(&self, query: Query) -> Result<Answer, EngineError> {
        self.read_at(query).await.map(|(answer, _)| answer)
    }

    /// As [`Engine::read`], with the last event that the answer shows.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn read_at(&self, query: Query) -> Result<(Answer, Seq), EngineError> {
        let query = Arc::new(query);
        self.ask(
            Vec::new(),
            |state| flow::seek_read(state, &query),
            |rows, reply| Task::Read {
                query: query.clone(),
                rows,
                reply,
            },
        )
        .await
    }

    /// The live playbook.
    pub fn live(&self) -> Option<Arc<Playbook>> {
        self.shared.live.borrow().clone()
    }

    /// A published version, compiled; `None` if it was never published.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when it does not read.
    pub async fn playbook(
        &self,
        version: &PlaybookVersion,
    ) -> Result<Option<Arc<Playbook>>, EngineError> {
        match self.live().filter(|live| live.version == *version) {
            Some(live) => Ok(Some(live)),
            None => self.shared.playbooks.find(version, self.rows()).await,
        }
    }

    /// The events of the same write that follow `recorded`.
    ///
    /// # Errors
    /// As [`Engine::event`].
    pub async fn followed_by(
        &self,
        recorded: &Recorded,
    ) -> Result<Vec<Arc<Recorded>>, EngineError> {
        let count = match &recorded.event {
            Event::ContactRouted(routed) => u64::from(routed.followed_by),
            _ => 0,
        };
        if count == 0 {
            return Ok(Vec::new());
        }
        let first = recorded.envelope.seq.0;
        let seqs = (first + 1..=first + count).collect();
        self.shared.reading.events(seqs, |events| events).await
    }

    /// A durable event.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when it does not read.
    pub async fn event(&self, seq: Seq) -> Result<Arc<Recorded>, EngineError> {
        let made = self
            .shared
            .reading
            .events(vec![seq.0], |mut events| events.pop());
        made.await?.ok_or(EngineError::Corrupt)
    }

    /// What `make` makes of these durable events, off the threads that serve.
    ///
    /// # Errors
    /// As [`Engine::event`].
    pub(crate) async fn of_events<T: Send + 'static>(
        &self,
        seqs: &[Seq],
        make: impl FnOnce(Vec<Arc<Recorded>>) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let seqs = seqs.iter().map(|seq| seq.0).collect();
        self.shared.reading.events(seqs, make).await
    }

    /// The rows, once they hold every event that is durable now: what a list reads.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when they are further behind than they catch up in [`ROWS_BEHIND_MAX`];
    /// [`EngineError::Failed`].
    pub async fn rows_caught_up(&self) -> Result<RowReader, EngineError> {
        let caught_up = self.rows_reach(Seq(self.shared.log.last()));
        match tokio::time::timeout(ROWS_BEHIND_MAX, caught_up).await {
            Ok(reached) => reached.map(|()| self.rows().clone()),
            Err(_) => Err(EngineError::Busy),
        }
    }

    /// Has the rows brought up to a durable event, and waits for it.
    ///
    /// # Errors
    /// [`EngineError::Failed`].
    pub(crate) async fn rows_reach(&self, seq: Seq) -> Result<(), EngineError> {
        self.shared.wanted.ask(seq.0);
        tokio::select! {
            biased;
            _ = self.failed() => Err(EngineError::Failed),
            () = self.rows().reached(seq.0) => Ok(()),
        }
    }

    /// The numbers of this store's cases; their secret follows from the name of the store.
    pub fn case_numbers(&self) -> &CaseNumbers {
        &self.shared.case_numbers
    }

    /// The last event that is durable.
    pub(crate) fn durable(&self) -> Seq {
        Seq(self.shared.log.last())
    }

    /// Waits until this event is durable, for a time: says whether it is.
    ///
    /// # Errors
    /// [`EngineError::Failed`] or [`EngineError::Stopping`], once there will be none any more.
    pub(crate) async fn reach(&self, seq: Seq, patience: Duration) -> Result<bool, EngineError> {
        if self.durable() >= seq {
            return Ok(true);
        }
        let mut last = self.shared.tail.last();
        let reached = last.wait_for(|last| *last >= seq);
        tokio::select! {
            _ = self.failed() => Err(self.gone()),
            waited = tokio::time::timeout(patience, reached) => match waited {
                Ok(Ok(_)) => Ok(true),
                Ok(Err(_)) => Err(self.gone()),
                // The tail is told a little later than callers are.
                Err(_) => Ok(self.durable() >= seq),
            },
        }
    }

    /// Which store it is.
    pub fn store_id(&self) -> StoreId {
        self.shared.store_id
    }

    /// Whether the engine takes work, now and from now on.
    pub fn health(&self) -> watch::Receiver<EngineHealth> {
        self.shared.health.clone()
    }

    /// Waits until the store failed: `true`; or until the engine ended in good order: `false`.
    ///
    /// What waiting on [`Engine::health`] itself gives holds its lock: kept over another wait, it would stop the
    /// threads that tell of a failure, and then all who ask.
    pub async fn failed(&self) -> bool {
        let mut health = self.health();
        health
            .wait_for(|health| *health == EngineHealth::Failed)
            .await
            .is_ok()
    }

    /// Rows that are in memory to decide with, those known to be nowhere among them: open cases, live contacts, and
    /// what the latest events changed. As of the last answer.
    pub fn rows_held(&self) -> usize {
        self.shared.rows_held.load(Ordering::Relaxed)
    }

    /// The latest durable events, for those who watch.
    pub(crate) fn tail(&self) -> &Arc<Tail> {
        &self.shared.tail
    }

    /// All durable events.
    pub(crate) fn log(&self) -> &LogReader {
        &self.shared.log
    }

    /// The rows, a little behind the log.
    pub(crate) fn rows(&self) -> &RowReader {
        &self.shared.rows.rows
    }

    /// These rows as they are by [`RowReader::applied`] or later, in their order.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when they do not read.
    pub(crate) async fn rows_of(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>, EngineError> {
        Ok(prefetch::read(self.rows(), keys).await?)
    }

    /// Where time comes from.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    async fn ask<T>(
        &self,
        mut also: Vec<RowKey>,
        seek: impl Fn(&State) -> Result<(), RowNotLoaded>,
        task: impl Fn(Prefetched, oneshot::Sender<Result<T, DecideRetry>>) -> Task,
    ) -> Result<T, EngineError> {
        for _ in 0..LOOKS_MAX {
            let rows = prefetch::look_up(&self.shared.rows, self.live(), &also, &seek).await?;
            let (reply, answer) = oneshot::channel();
            match self.shared.tasks.try_send(task(rows, reply)) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => return Err(EngineError::Busy),
                Err(TrySendError::Disconnected(_)) => return Err(self.gone()),
            }
            match answer.await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(DecideRetry::Failed(halt))) => return Err(halt),
                Ok(Err(DecideRetry::NeedsRow(keys))) => also.extend(keys),
                Ok(Err(DecideRetry::Stale)) => {}
                Err(_) => return Err(self.gone()),
            }
        }
        Err(EngineError::Busy)
    }

    fn gone(&self) -> EngineError {
        match *self.shared.health.borrow() {
            EngineHealth::Serving => EngineError::Stopping,
            EngineHealth::Failed => EngineError::Failed,
        }
    }
}
