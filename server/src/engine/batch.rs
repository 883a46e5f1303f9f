//! The messages between the threads: tasks to the deciding thread, groups to the log, changes to the rows.

use super::prefetch::Prefetched;
use super::{CallTimes, DecideRetry, EngineError, WriteDecision};
use crate::codec::index::{CASE_WRITES_MAX, CONTACT_WRITES_MAX, CUSTOMER_WRITES_MAX, writes};
use crate::keys::KeyNumber;
use crate::store::{CHANGES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX};
use crate::tail::TailEvent;
use signpost_domain::access::Tokens;
use signpost_domain::command::{Command, Query};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::flow::{Answer, COMMAND_EVENTS_MAX};
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{EVENT_CASES_MAX, EVENT_ROWS_MAX, Row, RowKey, State};
use signpost_domain::time::UnixMs;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// If a group had at least this many callers, the next group waits for them to call again.
const SIBLINGS_MIN: usize = 8;
/// How long a group waits for more callers.
const GATHER_TIME: Duration = Duration::from_millis(1);

/// Maximum number of writes for the rows of one event, together with their index entries: its cases, its contact, two
/// customers, and two writes for each other row.
pub(super) const EVENT_WRITES_MAX: usize = EVENT_CASES_MAX * CASE_WRITES_MAX
    + CONTACT_WRITES_MAX
    + 2 * CUSTOMER_WRITES_MAX
    + 2 * EVENT_ROWS_MAX;
/// The maximum number of writes for the rows of one command.
const COMMAND_WRITES_MAX: usize = COMMAND_EVENTS_MAX * EVENT_WRITES_MAX;
/// The maximum number of writes for the rows of one group.
pub(super) const BATCH_WRITES_MAX: usize = CHANGES_MAX / 2;
const _: () = assert!(COMMAND_WRITES_MAX < BATCH_WRITES_MAX);

/// A task in the queue of the deciding thread.
pub(super) struct QueuedTask {
    /// The task.
    pub(super) task: Task,
    /// Since when it waits.
    pub(super) since: Instant,
}

impl QueuedTask {
    /// A task that begins to wait now.
    pub(super) fn new(task: Task) -> QueuedTask {
        let since = Instant::now();
        QueuedTask { task, since }
    }
}

/// A task for the deciding thread.
pub(super) enum Task {
    /// A write.
    Write {
        /// The call that it is of.
        call: CallTimes,
        /// The command to carry out.
        command: Arc<Command>,
        /// The rows that were looked up for the task.
        rows: Prefetched,
        /// The channel for the answer.
        reply: oneshot::Sender<Result<WriteDecision, DecideRetry>>,
    },
    /// A read.
    Read {
        /// The call that it is of.
        call: CallTimes,
        /// The question to answer.
        query: Arc<Query>,
        /// The rows that were looked up for the task.
        rows: Prefetched,
        /// The channel for the answer.
        reply: oneshot::Sender<Result<(Answer, Seq), DecideRetry>>,
    },
    /// Finish the accepted tasks, and end.
    Stop,
}

/// An answer that waits until its group is durable.
pub(super) enum Pending {
    /// An answer to a write.
    Write(
        oneshot::Sender<Result<WriteDecision, DecideRetry>>,
        Result<WriteDecision, DecideRetry>,
    ),
    /// An answer to a read.
    Read(
        oneshot::Sender<Result<(Answer, Seq), DecideRetry>>,
        Result<(Answer, Seq), DecideRetry>,
    ),
}

impl Pending {
    /// Sends the answer. If the caller is gone, this does nothing.
    pub(super) fn answer(self) {
        match self {
            Pending::Write(reply, answer) => drop(reply.send(answer)),
            Pending::Read(reply, answer) => drop(reply.send(answer)),
        }
    }

    /// Sends [`EngineError::Failed`] to the caller instead of the answer.
    pub(super) fn fail(self) {
        match self {
            Pending::Write(reply, _) => {
                drop(reply.send(Err(DecideRetry::Failed(EngineError::Failed))))
            }
            Pending::Read(reply, _) => {
                drop(reply.send(Err(DecideRetry::Failed(EngineError::Failed))))
            }
        }
    }
}

/// The live playbook, how handles compare now, and the tokens that are kept.
#[derive(Clone, Default)]
pub(super) struct Live {
    pub(super) playbook: Option<Arc<Playbook>>,
    pub(super) comparing: Arc<HandleKinds>,
    pub(super) tokens: Arc<Tokens>,
}

impl Live {
    /// What the state has.
    pub(super) fn of(state: &State) -> Live {
        Live {
            playbook: state.live().cloned(),
            comparing: state.comparing().clone(),
            tokens: state.tokens().clone(),
        }
    }
}

/// The rows that a group changed.
#[derive(Default)]
pub(super) struct Changes {
    /// The state of each row after the group. Of two rows with one key, the later one counts.
    pub(super) rows: Vec<(RowKey, Row)>,
    /// The maximum number of writes that the changes need, together with their index entries.
    pub(super) writes: usize,
    /// The playbook documents that were published.
    pub(super) documents: Vec<(PlaybookVersion, Arc<str>)>,
    /// The sequence of the last event of the group.
    pub(super) last: Seq,
    /// The log time at the last event, in milliseconds.
    pub(super) now: UnixMs,
    /// The version of the playbook that is live after the group; `None` if none is live.
    pub(super) live: Option<PlaybookVersion>,
    /// How handles compare after the group.
    pub(super) comparing: Arc<HandleKinds>,
    /// Whether a customer has had a handle after the group.
    pub(super) has_handles: bool,
}

impl Changes {
    /// Adds the rows that an event changed. The event must just have been folded into `state`. Returns the keys of the
    /// rows.
    pub(super) fn take_in(&mut self, state: &mut State, event: &Event) -> Vec<RowKey> {
        let touched = state.take_changed_rows();
        debug_assert!(touched.len() <= EVENT_ROWS_MAX, "{}", touched.len());
        self.writes += touched.iter().map(|(_, row)| writes(row)).sum::<usize>();
        let keys = touched.iter().map(|(key, _)| key.clone()).collect();
        self.rows.extend(touched);
        if let Event::PlaybookPublished(published) = event {
            let document = (published.version.clone(), published.source.clone());
            self.documents.push(document);
            self.writes += 1;
        }
        keys
    }

    /// Notes the position of the state after these changes.
    pub(super) fn end_at(&mut self, state: &State) {
        self.last = state.seq();
        self.now = state.now();
        self.live = state.live().map(|live| live.version.clone());
        self.comparing = state.comparing().clone();
        self.has_handles = state.has_handles();
    }
}

/// A group of events that become durable together, and the answers that wait for it.
#[derive(Default)]
pub(super) struct Batch {
    /// The sequence of the last event before the group.
    pub(super) after: Seq,
    /// The encoded events, in order.
    pub(super) events: Vec<Vec<u8>>,
    /// The same events, to be counted when they are durable.
    pub(super) recorded: Vec<Arc<Recorded>>,
    /// The total size of the events, in bytes.
    pub(super) bytes: usize,
    /// The same events with their sizes in bytes, for watchers. `None` for an event that was decided while there was no
    /// watcher.
    pub(super) watched: Vec<Option<(TailEvent, usize)>>,
    /// The answers, in order.
    pub(super) pending: Vec<Pending>,
    /// When the first answer was added; `None` if there is none.
    pub(super) since: Option<Instant>,
    /// The rows that the events changed.
    pub(super) changes: Changes,
    /// What is live after the group; `None` if the group changed none of it.
    pub(super) live: Option<Live>,
    /// The keys that its events destroy.
    pub(super) erased: Vec<KeyNumber>,
}

impl Batch {
    /// How much longer to wait for more callers. `None` if the wait is over or is not worth it. The group waits for
    /// half as many callers as the group before had (`callers`). Most of those callers call again at once, and an
    /// append costs about the same for few events as for many. Commands of the other half go into the next group, which
    /// fills while this one is written. The idea comes from `commit_delay` and `commit_siblings` of PostgreSQL.
    pub(super) fn linger(&self, callers: usize) -> Option<Duration> {
        let is_worth_it = callers >= SIBLINGS_MIN && self.pending.len() < callers / 2;
        let since = self.since.filter(|_| is_worth_it)?;
        GATHER_TIME.checked_sub(since.elapsed())
    }

    /// Adds an answer.
    pub(super) fn push_reply(&mut self, answer: Pending) {
        self.since.get_or_insert_with(Instant::now);
        self.pending.push(answer);
    }

    /// Whether the group has neither events nor answers.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.pending.is_empty()
    }

    /// Whether the group could become too large with one more command of the greatest size. All events of a command go
    /// into one group.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() + COMMAND_EVENTS_MAX > GROUP_EVENTS_MAX
            || self.pending.len() >= GROUP_EVENTS_MAX
            || self.changes.writes + COMMAND_WRITES_MAX > BATCH_WRITES_MAX
            || self.bytes + COMMAND_EVENTS_MAX * crate::store::EVENT_BYTES_MAX > GROUP_BYTES_MAX
    }
}
