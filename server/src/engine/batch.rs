//! What goes from thread to thread: tasks in, groups on, changes last.

use super::prefetch::Prefetched;
use super::{DecideRetry, EngineError, WriteDecision};
use crate::codec::index::{CASE_WRITES_MAX, CONTACT_WRITES_MAX, CUSTOMER_WRITES_MAX, writes};
use crate::store::{CHANGES_MAX, GROUP_BYTES_MAX, GROUP_EVENTS_MAX};
use crate::tail::TailEvent;
use signpost_domain::command::{Command, Query};
use signpost_domain::event::Event;
use signpost_domain::flow::{Answer, COMMAND_EVENTS_MAX};
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{EVENT_CASES_MAX, EVENT_ROWS_MAX, Row, RowKey, State};
use signpost_domain::time::UnixMs;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Callers in one group from which on it is worth waiting for them to come again.
const SIBLINGS_MIN: usize = 8;
/// How long a group waits for them.
const GATHER_EVENTS: Duration = Duration::from_millis(1);

/// Writes that the rows of one event take at most, with what lists are read by: its cases, its contact, two customers,
/// and two for each other row.
pub(super) const EVENT_WRITES_MAX: usize = EVENT_CASES_MAX * CASE_WRITES_MAX
    + CONTACT_WRITES_MAX
    + 2 * CUSTOMER_WRITES_MAX
    + 2 * EVENT_ROWS_MAX;
/// The same of one command.
const COMMAND_WRITES_MAX: usize = COMMAND_EVENTS_MAX * EVENT_WRITES_MAX;
/// Writes that the rows of one group take at most.
pub(super) const BATCH_WRITES_MAX: usize = CHANGES_MAX / 2;
const _: () = assert!(COMMAND_WRITES_MAX < BATCH_WRITES_MAX);

/// Something to decide.
pub(super) enum Task {
    /// A write.
    Write {
        /// What to do.
        command: Arc<Command>,
        /// What was looked up for it.
        rows: Prefetched,
        /// Whom to tell.
        reply: oneshot::Sender<Result<WriteDecision, DecideRetry>>,
    },
    /// A read.
    Read {
        /// What is asked.
        query: Arc<Query>,
        /// What was looked up for it.
        rows: Prefetched,
        /// Whom to tell.
        reply: oneshot::Sender<Result<(Answer, Seq), DecideRetry>>,
    },
    /// Finish what was taken in, and end.
    Stop,
}

/// An answer that waits for its group to be durable.
pub(super) enum Pending {
    /// To a write.
    Write(
        oneshot::Sender<Result<WriteDecision, DecideRetry>>,
        Result<WriteDecision, DecideRetry>,
    ),
    /// To a read.
    Read(
        oneshot::Sender<Result<(Answer, Seq), DecideRetry>>,
        Result<(Answer, Seq), DecideRetry>,
    ),
}

impl Pending {
    /// Answers. A caller that left is no fault.
    pub(super) fn answer(self) {
        match self {
            Pending::Write(reply, answer) => drop(reply.send(answer)),
            Pending::Read(reply, answer) => drop(reply.send(answer)),
        }
    }

    /// Tells the caller that the store failed.
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

/// Rows that a group changed.
#[derive(Default)]
pub(super) struct Changes {
    /// Each as it is after the group; of two with one key the later counts.
    pub(super) rows: Vec<(RowKey, Row)>,
    /// How many writes they take at most, with what lists are read by.
    pub(super) writes: usize,
    /// Documents that were published.
    pub(super) documents: Vec<(PlaybookVersion, Arc<str>)>,
    /// The last event of the group.
    pub(super) last: Seq,
    /// Log time at that event.
    pub(super) now: UnixMs,
    /// The playbook that is live after it.
    pub(super) live: Option<PlaybookVersion>,
}

impl Changes {
    /// Takes in what an event changed that was just folded in. Gives the names of the rows.
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

    /// Takes in what the next group changed.
    pub(super) fn follow(&mut self, next: Changes) {
        self.rows.extend(next.rows);
        self.writes += next.writes;
        self.documents.extend(next.documents);
        (self.last, self.now, self.live) = (next.last, next.now, next.live);
    }

    /// Says where the state stands after them.
    pub(super) fn end_at(&mut self, state: &State) {
        self.last = state.seq();
        self.now = state.now();
        self.live = state.live().map(|live| live.version.clone());
    }
}

/// Events that become durable together, and the answers that wait for it.
#[derive(Default)]
pub(super) struct Batch {
    /// The last event before it.
    pub(super) after: Seq,
    /// Encoded, in order.
    pub(super) events: Vec<Vec<u8>>,
    /// How many bytes they have.
    pub(super) bytes: usize,
    /// The same events with their bytes, for those who watch.
    pub(super) watched: Vec<Option<(TailEvent, usize)>>,
    /// In order.
    pub(super) pending: Vec<Pending>,
    /// When the first of them came.
    pub(super) since: Option<Instant>,
    /// What the events changed.
    pub(super) changes: Changes,
    /// The playbook that is live after it, if it published one.
    pub(super) live: Option<Arc<Playbook>>,
}

impl Batch {
    /// How much longer to wait for half as many callers as the group before had, `callers`: most of those come again at
    /// once, and an append costs about the same however many events it has; the other half is served while this one is
    /// written. `None` if there is nothing to wait for. The idea is PostgreSQL's `commit_delay` with `commit_siblings`.
    pub(super) fn linger(&self, callers: usize) -> Option<Duration> {
        let is_worth_it = callers >= SIBLINGS_MIN && self.pending.len() < callers / 2;
        let since = self.since.filter(|_| is_worth_it)?;
        GATHER_EVENTS.checked_sub(since.elapsed())
    }

    /// Takes in an answer.
    pub(super) fn push_reply(&mut self, answer: Pending) {
        self.since.get_or_insert_with(Instant::now);
        self.pending.push(answer);
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.pending.is_empty()
    }

    /// Whether the events of one more command, of the greatest size, could be too much: they all go into one group.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() + COMMAND_EVENTS_MAX > GROUP_EVENTS_MAX
            || self.pending.len() >= GROUP_EVENTS_MAX
            || self.changes.writes + COMMAND_WRITES_MAX > BATCH_WRITES_MAX
            || self.bytes + COMMAND_EVENTS_MAX * crate::store::EVENT_BYTES_MAX > GROUP_BYTES_MAX
    }
}
