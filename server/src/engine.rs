//! The engine: the only writer. One thread decides, one appends to the log, and one writes the rows.
//!
//! ```text
//! callers ─ look rows up ─► decide (state in memory) ─ groups ─► log ─ durable: answers ─► rows
//! ```
//! A caller looks up the rows that its command needs and that are not in memory. So the deciding thread never waits for
//! a read from disk. Every answer, also to a read and also a refusal, is sent only after the group that it depends on
//! is durable.

mod batch;
mod call;
mod clock;
mod decider;
mod erasure;
mod figures;
mod filter_build;
mod generation_filter;
mod index;
mod key_filter;
mod key_filters;
mod log_writer;
mod playbooks;
mod prefetch;
mod pressure;
mod progress;
mod reading;
mod recent_rows;
mod recover;
mod rehearse;
mod row_write_error;
mod row_writer;
mod start;
#[cfg(test)]
mod tests;

pub use call::CallClass;
pub(crate) use call::CallTimes;
pub use clock::Clock;
pub(crate) use erasure::keys_of as erased_keys;
pub use figures::{
    DUE_TIMERS_COUNTED_MAX, EngineFigures, LivePlaybook, MemoryFigures, TimerFigures,
};
pub use key_filters::FilterLimits;
pub(crate) use pressure::InFlight;
pub use progress::{NO_PROGRESS_MAX, SlowestStep};
pub use reading::READING_NICENESS;
pub(crate) use recover::Folding;
pub use recover::{Folded, RecoverError, fold_log};
pub use rehearse::{Outlook, RowsOutlook, SAMPLE_EVENTS, rehearse};
pub use row_writer::{FLUSH_EVERY, GATHER_ROWS, WRITES_AT_ONCE_MAX};
pub use start::{
    EngineGuard, EngineOptions, StartError, fresh, open_folder, open_folder_to_read,
    open_folder_under, open_folder_where_room,
};

use crate::metrics::Metrics;
use crate::store::{Lineage, LogReader, Room, RowReader, Space, StoreError, StoreId};
use crate::tail::Tail;
use batch::{Live, QueuedTask, Task};
use crossbeam_channel::{Sender, TrySendError};
use figures::DeciderNotes;
use playbooks::PlaybookCache;
use prefetch::{Prefetched, RowLookup};
use pressure::Pressure;
use progress::Progress;
use reading::Reading;
pub(crate) use reading::{decoded, lower_priority};
use row_writer::CatchUpSignal;
use signpost_domain::access::Tokens;
use signpost_domain::case::CaseNumbers;
use signpost_domain::command::{Command, CommandBody, PublishPlaybook, Query, RollbackPlaybook};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::flow::{self, Answer};
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Refusal;
use signpost_domain::state::{Row, RowKey, RowNotLoaded, State};
use signpost_domain::time::UnixMs;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// Maximum number of commands and reads that may wait for a decision. If more come, callers get [`EngineError::Busy`].
pub const QUEUE_TASKS_MAX: usize = 4_096;
/// The places among them that only calls of [`CallClass::Live`] may take.
const QUEUE_LIVE_PLACES: usize = 256;
/// The maximum number of times that the rows of one command are looked up. They are looked up again if they changed in
/// the meantime. After that, the caller gets [`EngineError::Busy`].
const LOOKS_MAX: usize = 64;
/// How long a list waits until the rows hold everything that was durable when the list was requested.
pub const ROWS_BEHIND_MAX: Duration = Duration::from_secs(5);

/// A handle to the engine. It is cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Engine");
        shown
            .field("store_id", &self.shared.store_id)
            .finish_non_exhaustive()
    }
}

struct Shared {
    tasks: Sender<QueuedTask>,
    rows: RowLookup,
    wanted: CatchUpSignal,
    log: LogReader,
    reading: Reading,
    store_id: StoreId,
    lineage: Lineage,
    sealed_from: Seq,
    case_numbers: CaseNumbers,
    tail: Arc<Tail>,
    live: watch::Receiver<Live>,
    health: watch::Receiver<EngineHealth>,
    space: Arc<Space>,
    decider: Arc<DeciderNotes>,
    progress: Progress,
    metrics: Arc<Metrics>,
    playbooks: PlaybookCache,
    pressure: Arc<Pressure>,
    clock: Clock,
    /// The log time of the last durable event, in milliseconds.
    log_time: Arc<AtomicI64>,
}

/// Whether the engine accepts work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineHealth {
    /// The engine accepts work.
    Serving,
    /// The store failed. The engine accepts no more work, and the process must start again from disk.
    Failed,
}

/// The result of a write that is durable.
#[derive(Clone, Debug)]
pub struct Written {
    /// The event that holds the answer.
    pub recorded: Arc<Recorded>,
    /// The later events of the same write, which a contact with several matters has. Empty for every other write.
    pub followed_by: Vec<Arc<Recorded>>,
    /// Whether the request was already answered earlier: the events are then those of the earlier answer.
    pub replayed: bool,
}

/// Why the engine gives no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The request is refused. Nothing was changed.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// Too many commands wait for a decision. Try again. Nothing was changed.
    #[error("the queue of commands is full")]
    Busy,
    /// More calls come than can be answered in time. Try again. Nothing was changed.
    #[error("the server is overloaded")]
    Overloaded(CallClass),
    /// The caller no longer waits, so the call was not decided. Nothing was changed.
    #[error("the time of the call was over before it was decided")]
    Late,
    /// There is no room on the disk for a write. Reads are answered. Try again later. Nothing was changed.
    #[error("writes are refused: {0}")]
    NoRoom(Box<Room>),
    /// The server is stopping. Try another server, or try again. Nothing was changed.
    #[error("the server is stopping")]
    Stopping,
    /// The store failed. It is unknown whether the write is kept. Send it again with the same request id.
    #[error("the store failed")]
    Failed,
    /// Stored bytes cannot be read.
    #[error("stored bytes do not read")]
    Corrupt,
}

impl Written {
    /// The sequence of the last event of the write.
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

/// Logs the error of the store and converts it to the error for the caller.
pub(crate) fn unreadable(error: StoreError) -> EngineError {
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

/// The reply of the deciding thread when there is no answer.
#[derive(Debug)]
pub(crate) enum DecideRetry {
    /// Return this error to the caller.
    Failed(EngineError),
    /// Look up these rows, too, and send the task again.
    NeedsRow(Vec<RowKey>),
    /// The rows that were looked up are out of date. Look them up again.
    Stale,
}

/// The answer of the deciding thread to a write.
#[derive(Debug)]
pub(crate) enum WriteDecision {
    /// The write was recorded as these events.
    Recorded(Vec<Arc<Recorded>>),
    /// The same request was recorded before. The event with this sequence has the answer.
    Replayed(Seq),
}

impl Engine {
    /// Carries out a command. The result is durable on return.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn write(&self, command: Command) -> Result<Written, EngineError> {
        let command = Arc::new(command);
        let named = {
            let live = self.shared.live.borrow();
            flow::named_rows(&command, live.playbook.as_deref(), &live.comparing)
        };
        let decided = self
            .ask(
                named,
                |state| flow::missing_rows(state, &command),
                |call, rows, reply| Task::Write {
                    call,
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

    /// Answers a read. Everything in the answer is durable.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn read(&self, query: Query) -> Result<Answer, EngineError> {
        self.read_at(query).await.map(|(answer, _)| answer)
    }

    /// The same as [`Engine::read`]. Also returns the sequence of the last event that the answer includes.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn read_at(&self, query: Query) -> Result<(Answer, Seq), EngineError> {
        let query = Arc::new(query);
        self.ask(
            Vec::new(),
            |state| flow::seek_read(state, &query),
            |call, rows, reply| Task::Read {
                call,
                query: query.clone(),
                rows,
                reply,
            },
        )
        .await
    }

    /// The live playbook; `None` if none is live.
    pub fn live(&self) -> Option<Arc<Playbook>> {
        self.shared.live.borrow().playbook.clone()
    }

    /// How handles compare now, in every row.
    pub fn comparing(&self) -> Arc<HandleKinds> {
        self.shared.live.borrow().comparing.clone()
    }

    /// The tokens that are kept.
    pub(crate) fn tokens(&self) -> Arc<Tokens> {
        self.shared.live.borrow().tokens.clone()
    }

    /// The time by which tokens expire: the clock of the machine, or, where the callers give the time, the log time of
    /// the last event that is durable. Costs no lock.
    pub(crate) fn token_time(&self) -> UnixMs {
        let last = UnixMs(self.shared.log_time.load(Ordering::Relaxed));
        self.shared.clock.now(None, last)
    }

    /// A published version of the playbook, compiled. `None` if the version was never published.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when the playbook cannot be read. [`EngineError::Stopping`]
    /// when the server stops.
    pub async fn playbook(
        &self,
        version: &PlaybookVersion,
    ) -> Result<Option<Arc<Playbook>>, EngineError> {
        match self.live().filter(|live| live.version == *version) {
            Some(live) => Ok(Some(live)),
            None => self.shared.playbooks.find(version, self.rows()).await,
        }
    }

    /// The later events of the same write, after `recorded`. Empty if there are none.
    ///
    /// # Errors
    /// The same as [`Engine::event`].
    pub async fn followed_by(
        &self,
        recorded: &Recorded,
    ) -> Result<Vec<Arc<Recorded>>, EngineError> {
        let count = match &recorded.event {
            Event::ContactRouted(routed) => u64::from(routed.followed_by),
            Event::ContactCustomerCorrected(corrected) => u64::from(corrected.followed_by),
            _ => 0,
        };
        if count == 0 {
            return Ok(Vec::new());
        }
        let first = recorded.envelope.seq.0;
        let seqs = (first + 1..=first + count).collect();
        self.shared.reading.events(seqs, |events| events).await
    }

    /// The durable event with the sequence `seq`.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when the event cannot be read. [`EngineError::Stopping`]
    /// when the server stops.
    pub async fn event(&self, seq: Seq) -> Result<Arc<Recorded>, EngineError> {
        let made = self
            .shared
            .reading
            .events(vec![seq.0], |mut events| events.pop());
        made.await?.ok_or(EngineError::Corrupt)
    }

    /// Reads these durable events and returns the result of `make`. Both happen off the threads that serve.
    ///
    /// # Errors
    /// The same as [`Engine::event`].
    pub(crate) async fn of_events<T: Send + 'static>(
        &self,
        seqs: &[Seq],
        make: impl FnOnce(Vec<Arc<Recorded>>) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let seqs = seqs.iter().map(|seq| seq.0).collect();
        self.shared.reading.events(seqs, make).await
    }

    /// The rows, after they hold every event that is durable now. Lists read them.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when the rows do not catch up within [`ROWS_BEHIND_MAX`]; [`EngineError::Failed`] when the
    /// store failed.
    pub async fn rows_caught_up(&self) -> Result<RowReader, EngineError> {
        let caught_up = self.rows_reach(Seq(self.shared.log.last()));
        match tokio::time::timeout(ROWS_BEHIND_MAX, caught_up).await {
            Ok(reached) => reached.map(|()| self.rows().clone()),
            Err(_) => Err(EngineError::Busy),
        }
    }

    /// Asks for the rows up to a durable event, and waits until the rows hold it.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the store failed.
    pub(crate) async fn rows_reach(&self, seq: Seq) -> Result<(), EngineError> {
        self.shared.wanted.ask(seq.0);
        tokio::select! {
            biased;
            _ = self.failed() => Err(EngineError::Failed),
            () = self.rows().reached(seq.0) => Ok(()),
        }
    }

    /// The numbers of the cases of this store. Their secret is derived from the id of the store,
    /// or, if it was restored, from that of the first store, so that numbers stay what customers were told.
    pub fn case_numbers(&self) -> &CaseNumbers {
        &self.shared.case_numbers
    }

    /// The sequence of the last durable event.
    pub(crate) fn durable(&self) -> Seq {
        Seq(self.shared.log.last())
    }

    /// Waits until this event is durable, at most for `patience`. Returns whether the event is durable.
    ///
    /// # Errors
    /// [`EngineError::Failed`] or [`EngineError::Stopping`] when no more events can become durable.
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
                // The tail is updated a little later than callers get their answers.
                Err(_) => Ok(self.durable() >= seq),
            },
        }
    }

    /// The id of the store.
    pub fn store_id(&self) -> StoreId {
        self.shared.store_id
    }

    /// The stores that this one was restored of.
    pub fn lineage(&self) -> &Lineage {
        &self.shared.lineage
    }

    /// The first event of which all that is personal is sealed. An earlier version wrote those before it, in clear.
    pub fn sealed_from(&self) -> Seq {
        self.shared.sealed_from
    }

    /// A receiver of the health of the engine: its value now and every change.
    pub fn health(&self) -> watch::Receiver<EngineHealth> {
        self.shared.health.clone()
    }

    /// A receiver of whether there is room for writes: its value now and every change.
    pub fn room(&self) -> watch::Receiver<Room> {
        self.shared.space.room()
    }

    /// Waits until a folder that is only read can be opened anew to write: stop this engine then, and start another.
    /// Never returns if the folder is written already.
    pub async fn room_is_back(&self) {
        let mut room = self.room();
        if room.wait_for(|room| *room == Room::Back).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the store fails: returns `true`; or until the engine ends without a failure: returns `false`.
    ///
    /// Use this instead of waiting on [`Engine::health`]: such a wait returns a guard that holds a lock. If the guard
    /// is kept during another wait, it blocks the threads that report a failure, and then everyone who reads the
    /// health.
    pub async fn failed(&self) -> bool {
        let mut health = self.health();
        health
            .wait_for(|health| *health == EngineHealth::Failed)
            .await
            .is_ok()
    }

    /// The number of rows that are in memory for decisions: open cases, live contacts, and rows that the latest events
    /// changed. Rows that are known not to exist count, too. The number is updated with each group.
    pub fn rows_held(&self) -> usize {
        self.shared.decider.rows_held()
    }

    /// What is counted of the server.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.shared.metrics
    }

    /// The latest durable events, for watchers.
    pub(crate) fn tail(&self) -> &Arc<Tail> {
        &self.shared.tail
    }

    /// The reader of all durable events.
    pub(crate) fn log(&self) -> &LogReader {
        &self.shared.log
    }

    /// The reader of the rows, which are a little behind the log.
    pub(crate) fn rows(&self) -> &RowReader {
        &self.shared.rows.rows
    }

    /// The rows with these keys, in the order of the keys; `None` for a key without a row. Each row is as of
    /// [`RowReader::applied`] or later.
    ///
    /// # Errors
    /// [`EngineError::Corrupt`] or [`EngineError::Failed`] when the rows cannot be read.
    pub(crate) async fn rows_of(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>, EngineError> {
        let rows = prefetch::read(&self.shared.rows, keys).await;
        rows.map_err(unreadable)
    }

    /// Lets a call come in at `now`, or sheds it. It counts as in flight until what this gives is dropped.
    ///
    /// # Errors
    /// [`EngineError::Overloaded`].
    pub(crate) fn let_in(
        &self,
        class: CallClass,
        now: Instant,
    ) -> Result<Option<InFlight>, EngineError> {
        let Shared {
            pressure, tasks, ..
        } = &*self.shared;
        match pressure.lets_in(class, now, || tasks.len()) {
            true => Ok(pressure.enter(class)),
            false => Err(EngineError::Overloaded(class)),
        }
    }

    /// The source of the time.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    async fn ask<T>(
        &self,
        mut also: Vec<RowKey>,
        seek: impl Fn(&State) -> Result<(), RowNotLoaded>,
        task: impl Fn(CallTimes, Prefetched, oneshot::Sender<Result<T, DecideRetry>>) -> Task,
    ) -> Result<T, EngineError> {
        let call = CallTimes::current();
        for look in 0..LOOKS_MAX {
            let lookup = &self.shared.rows;
            let trusts_recent = look == 0;
            let live = self.shared.live.borrow().clone();
            let rows = prefetch::look_up(lookup, live, &also, &seek, trusts_recent).await;
            let rows = rows.map_err(unreadable)?;
            let (reply, answer) = oneshot::channel();
            let places = match call.class {
                CallClass::Live => QUEUE_TASKS_MAX,
                _ => QUEUE_TASKS_MAX - QUEUE_LIVE_PLACES,
            };
            if self.shared.tasks.len() >= places {
                return Err(EngineError::Busy);
            }
            let queued = QueuedTask::new(task(call, rows, reply));
            match self.shared.tasks.try_send(queued) {
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
